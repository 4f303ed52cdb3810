history-search = Поиск по имени
history-folder = Папка
history-all-folders = Все папки
history-action = Что произошло
history-all-actions = Всё
history-list-label = Что происходило
history-new = { $rows ->
    [one] Показать { $rows } новое событие
    [few] Показать { $rows } новых события
    [many] Показать { $rows } новых событий
   *[other] Показать { $rows } нового события
  }
history-new-many = Показать новые события, больше { $rows }
history-empty-title = Пока ничего не произошло
history-empty-about = Всё, что появится, изменится или исчезнет в ваших папках, записывается здесь: когда и на каком устройстве.
history-none-found = Ничего такого не было
history-kind-received = Получено
history-kind-changed = Изменено здесь
history-kind-moved = Переименовано или перемещено
history-kind-deleted = Удалено
history-kind-conflict = Конфликты
history-kind-restored = Отмена изменений
history-kind-not-kept = Больше не хранится здесь
history-kind-repaired = Исправлено
history-kind-halted = Остановки
history-kind-resumed = Продолжения
history-received = Получено: { $device }
history-changed-here = Изменено здесь
history-changed-there = Изменено: { $device }
history-moved-here = Переименовано здесь
history-moved-there = Переименовано: { $device }
history-deleted-here = Удалено здесь
history-deleted-there = Удалено: { $device }
history-conflict = Сохранены обе версии: { $device }
history-restored = Изменение на этом устройстве отменено
history-not-kept = Больше не из самых новых, поэтому здесь не хранится
history-repaired = Диск его повредил; исправлено с другого устройства
history-halted = Остановилось само; ничего не потеряно
history-halted-mass-delete = Остановлено: много удалений ждали решения
history-halted-root-missing = Остановлено: каталога не было на месте
history-halted-disk-away = Остановлено: диск не был подключён
history-halted-root-unmarked = Остановлено: в каталоге пропала метка
history-halted-root-foreign = Остановлено: каталог другой папки или другого диска
history-halted-root-unreadable = Остановлено: каталог не читался
history-halted-disk-full = Остановлено: на диске кончилось место
history-halted-disk-read-only = Остановлено: на диск нельзя было писать
history-halted-too-many-errors = Остановлено: подряд не удалось слишком много операций
history-halted-database-unusable = Остановлено: сведения о папке не удалось записать
history-halted-secret-changed = Остановлено: секрет папки сменился
history-resumed = Синхронизация продолжена
history-other = { $action }
