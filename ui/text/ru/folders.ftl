folders-title = Папки
folders-add = Добавить папку
folders-empty-title = Пока нет ни одной папки
folders-empty-about = Выберите каталог и поделитесь им с другими своими устройствами или вставьте секрет, который вам дали.
folders-list-label = Ваши папки
folders-all-ok = Всё синхронизировано
folders-all-busy = Идёт синхронизация
folders-all-waiting = Ожидание других устройств
folders-all-paused = Приостановлено
folders-all-problem = Нужно ваше внимание
folders-speed-down = Приём
folders-speed-up = Отдача
folders-total = Во всех папках
folders-since-start = С момента запуска
state-up-to-date = Синхронизировано
state-syncing = Синхронизация
state-sending = Отдача
state-scanning = Проверка
state-waiting = Ожидание
state-alone = Никого в сети
state-paused = Пауза
state-halted = Остановлено
state-joining = Подключение
state-refused = Не подключиться
why-paused = Приостановлено вами. Ничего не передаётся.
why-scanning = Просматриваются файлы на этом диске.
why-joining = Используется одноразовый секрет. Устройство, которое его создало, должно быть в сети.
why-alone = Всё известное уже здесь. Других устройств на связи нет, поэтому о новом узнать не у кого.
why-missing = { $files ->
    [one] Осталось получить { $files } файл, { BYTES($bytes) }
    [few] Осталось получить { $files } файла, { BYTES($bytes) }
    [many] Осталось получить { $files } файлов, { BYTES($bytes) }
   *[other] Осталось получить { $files } файла, { BYTES($bytes) }
  }
why-missing-no-peer = { $files ->
    [one] Не хватает { $files } файла ({ BYTES($bytes) }), а устройств, где он может быть, нет на связи.
    [few] Не хватает { $files } файлов ({ BYTES($bytes) }), а устройств, где они могут быть, нет на связи.
    [many] Не хватает { $files } файлов ({ BYTES($bytes) }), а устройств, где они могут быть, нет на связи.
   *[other] Не хватает { $files } файла ({ BYTES($bytes) }), а устройств, где они могут быть, нет на связи.
  }
why-sending = { $peers ->
    [one] Здесь есть всё. Ещё { $peers } устройство получает файлы.
    [few] Здесь есть всё. Ещё { $peers } устройства получают файлы.
    [many] Здесь есть всё. Ещё { $peers } устройств получают файлы.
   *[other] Здесь есть всё. Ещё { $peers } устройства получают файлы.
  }
role-full = Полный доступ
role-read-only = Только чтение
peers-online = { $peers ->
    [0] Никого в сети
    [one] { $peers } устройство в сети
    [few] { $peers } устройства в сети
    [many] { $peers } устройств в сети
   *[other] { $peers } устройства в сети
  }
problems-count = { $problems ->
    [one] С { $problems } файлом что-то не так
    [few] С { $problems } файлами что-то не так
    [many] С { $problems } файлами что-то не так
   *[other] С { $problems } файла что-то не так
  }
pause = Приостановить
resume = Продолжить
folder-was-paused = Папка { $folder } приостановлена.
folder-was-resumed = Папка { $folder } снова синхронизируется.
folder-menu = Что сделать с папкой { $folder }
folder-open = Открыть
folder-share = Поделиться
see-what-to-do = Что можно сделать
