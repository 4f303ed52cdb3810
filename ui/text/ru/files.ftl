parts-nobody = Ни у кого на связи этого файла пока нет.
parts-more = { $peers ->
    [one] И ещё { $peers } устройство.
    [few] И ещё { $peers } устройства.
    [many] И ещё { $peers } устройств.
   *[other] И ещё { $peers } устройства.
  }
files-search = Поиск файлов
files-filter = Показать
files-all = Все
files-needed = Нужные
files-problem = Проблемы
files-list = Файлы
files-none-all = Файлов пока нет
files-none-about-all = Здесь появится всё, что положат в каталог этой папки на этом или на другом устройстве.
files-none-needed = Всё на месте
files-none-about-needed = Здесь есть всё, о чём сообщили другие устройства.
files-none-problem = Проблем нет
files-none-about-problem = Все файлы этой папки синхронизируются.
files-none-found = Нет файлов, в имени или пути которых есть «{ $search }»
file-state-here = Здесь
file-state-needed = Ещё не получен
file-state-coming = Принимается
file-state-not-kept = Не хранится здесь
file-state-changed-here = Изменён здесь
file-state-ignored = Пропускается
file-state-unsynced = Не синхронизируется
file-state-problem = Проблема
file-about-here = Есть на этом устройстве.
file-about-needed = О нём сообщили другие устройства; он придёт, когда подойдёт его очередь.
file-about-coming = Идёт приём.
file-about-not-kept = На этом устройстве хранятся только самые новые файлы папки, а этот не из них.
file-about-changed-here = Это устройство только получает, поэтому изменение останется здесь и ни к кому не попадёт.
file-about-ignored = Его исключает шаблон в настройках папки.
file-about-unsynced = Остаётся на своём месте, но на другие устройства не попадает.
file-about-problem = Что-то мешает синхронизации.
file-asked = сначала
file-directory = Где
file-size = Размер
file-modified = Изменён
file-fetch = Получить сначала этот
file-fetch-about = Он придёт раньше всех остальных файлов.
file-fetch-release = Больше не торопить
file-fetch-release-about = Он придёт, когда подойдёт его очередь.
file-parts = У кого какая часть
file-to-changes = Отменить изменение
file-to-archive = Прежние версии
preview-show = Показать
preview-none = Показать нельзя: это не картинка и не текст.
preview-broken = Картинка повреждена, или этот браузер таких не знает.
preview-empty = Файл пуст.
preview-picture = Картинка { $name }
preview-cut = Показано только начало. Весь файл — { $size }.
lines-same = { $lines ->
    [one] { $lines } строка одинакова
    [few] { $lines } строки одинаковы
    [many] { $lines } строк одинаковы
   *[other] { $lines } строки одинаковы
  }
lines-hidden = { $lines ->
    [one] Ещё { $lines } строка не показана
    [few] Ещё { $lines } строки не показаны
    [many] Ещё { $lines } строк не показаны
   *[other] Ещё { $lines } строки не показаны
  }
select-all = Выбрать все
run-stop = Остановить
run-stopped = Остановлено, не дойдя до конца.
run-failed = { $files ->
    [one] Не вышло с { $files } файлом
    [few] Не вышло с { $files } файлами
    [many] Не вышло с { $files } файлами
   *[other] Не вышло с { $files } файла
  }
