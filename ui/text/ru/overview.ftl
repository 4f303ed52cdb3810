overview-now = Состояние папки
overview-ok = Все файлы здесь, и у всех устройств на связи есть всё.
overview-waiting = Синхронизация продолжится сама, как только сможет.
overview-problem = Синхронизация остановлена, все файлы целы. Что можно сделать, написано выше.
overview-size = Файлы
overview-access = У этого устройства
overview-progress = Какая часть папки уже здесь
overview-time-left = Осталось примерно { $time }
overview-conflicts = { $conflicts ->
    [one] { $conflicts } конфликт: один файл изменили на двух устройствах
    [few] { $conflicts } конфликта: один файл изменили на двух устройствах
    [many] { $conflicts } конфликтов: один файл изменили на двух устройствах
   *[other] { $conflicts } конфликта: один файл изменили на двух устройствах
  }
overview-local-changes = { $files ->
    [one] { $files } файл изменён здесь и останется только здесь: у этого устройства доступ только для чтения
    [few] { $files } файла изменены здесь и останутся только здесь: у этого устройства доступ только для чтения
    [many] { $files } файлов изменены здесь и останутся только здесь: у этого устройства доступ только для чтения
   *[other] { $files } файла изменены здесь и останутся только здесь: у этого устройства доступ только для чтения
  }
overview-not-kept = { $files ->
    [one] { $files } более старый файл здесь не хранится, { BYTES($bytes) }
    [few] { $files } более старых файла здесь не хранятся, { BYTES($bytes) }
    [many] { $files } более старых файлов здесь не хранятся, { BYTES($bytes) }
   *[other] { $files } более старого файла здесь не хранятся, { BYTES($bytes) }
  }
overview-arriving = Сейчас приходят
overview-all-transfers = Вся передача
overview-more-files = { $files ->
    [one] и ещё { $files } файл
    [few] и ещё { $files } файла
    [many] и ещё { $files } файлов
   *[other] и ещё { $files } файла
  }
overview-peers = Устройства на связи
overview-all-devices = Все устройства
overview-peers-none = Сейчас на связи нет других устройств. Почему, сказано на странице устройств.
overview-peers-paused = Пока папка приостановлена, она ни с кем не соединяется.
overview-peers-fewer = Показать меньше
overview-peers-all = Показать все: { $peers }
overview-peer-has-all = есть всё
overview-peer-lacks = { $files ->
    [one] не хватает { $files } файла, { BYTES($bytes) }
    [few] не хватает { $files } файлов, { BYTES($bytes) }
    [many] не хватает { $files } файлов, { BYTES($bytes) }
   *[other] не хватает { $files } файла, { BYTES($bytes) }
  }
overview-via-relay = через ретранслятор
overview-problems = Файлы с проблемами
overview-problems-about = Попытка повторится сама, когда у файла что-нибудь изменится. Остальные файлы тем временем синхронизируются.
overview-history = Недавнее
overview-all-history = Вся история
overview-history-none = Пока ничего не происходило.
check-title = Самопроверка
check-about = Диски могут повреждать файлы незаметно. Проверка перечитывает все файлы и исправляет повреждённое с других устройств.
check-now = Почему не всё синхронизировано?
check-sound = База данных в порядке.
check-unsound = База данных повреждена. Она создаётся заново по папке; файлы не затронуты.
check-in-sync = Всё совпадает со всеми устройствами на связи.
check-alone = Насколько известно, здесь всё есть, но сравнить не с кем: никого нет на связи.
check-damaged = Повреждён диском
check-no-peer = Ни у кого на связи его нет
check-coming = В пути
check-waiting = Ждёт своей очереди
check-deleting = Скоро будет удалён здесь
check-ignored = { $files ->
    [one] { $files } файл папки здесь не синхронизируется
    [few] { $files } файла папки здесь не синхронизируются
    [many] { $files } файлов папки здесь не синхронизируются
   *[other] { $files } файла папки здесь не синхронизируются
  }
scrub-start = Перечитать все файлы
scrub-stop = Остановить чтение
scrub-progress = Сколько файлов прочитано
scrub-running = Прочитано файлов: { $files }, повреждено: { $damaged }.
scrub-rate = Не быстрее { $speed }.
scrub-none = Файлы ещё не перечитывались.
scrub-whole = Прочитаны все файлы: { $files }, повреждено: { $damaged }. Это было
scrub-stopped = Остановлено, прочитано файлов: { $files }, повреждено: { $damaged }. Это было
scrub-failing = Файлы не читаются один за другим, повреждено: { $damaged }. Возможно, диск отказывает. Это было
scrub-next = Следующая начнётся сама:
