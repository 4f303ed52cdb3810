parts-here = Это устройство
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
files-needed = Недостающие
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
problem-what-unreadable = Этому устройству нельзя его читать.
problem-do-unreadable = Разрешите чтение пользователю, от имени которого работает Berrysync. Новая попытка будет сама.
problem-what-not-writable = Этому устройству нельзя его записать.
problem-do-not-writable = Разрешите запись в файл и в его каталог пользователю, от имени которого работает Berrysync. Новая попытка будет сама.
problem-what-io-error = Диск ответил ошибкой.
problem-do-io-error = Новая попытка будет сама. Если не пройдёт, проверьте диск и кабель: возможно, диск выходит из строя.
problem-what-name-not-utf8 = Имя записано не как текст.
problem-do-name-not-utf8 = Переименуйте его на том устройстве, где он лежит.
problem-what-name-unusable = С таким именем синхронизировать нельзя.
problem-do-name-unusable = Переименуйте, и он синхронизируется.
problem-what-name-not-possible-here = Диск этого устройства не допускает такого имени.
problem-do-name-not-possible-here = Переименуйте его на другом устройстве. Остальным это не мешает.
problem-what-name-collides = У другого файла почти такое же имя, и этот диск их не различает.
problem-do-name-collides = Переименуйте один из двух на другом устройстве. Ни один не будет перезаписан.
problem-what-kind-unsupported = Это не файл, не каталог и не символическая ссылка.
problem-do-kind-unsupported = Делать ничего не нужно. Чтобы сообщение исчезло, исключите его в настройках папки.
problem-what-kind-not-possible-here = Это символическая ссылка, а на этом диске они невозможны.
problem-do-kind-not-possible-here = Ничего не потеряно: она есть на других устройствах. Если она нужна здесь, держите папку на другом диске.
problem-what-link-unusable = Эту символическую ссылку нельзя синхронизировать.
problem-do-link-unusable = Создайте ссылку заново с другой целью или исключите её в настройках папки.
problem-what-too-large-here = Он слишком велик для этого диска.
problem-do-too-large-here = Держите папку на диске побольше или с другой файловой системой.
problem-what-history-full = Его меняло столько устройств, что отметить ещё одно нельзя.
problem-do-history-full = Дайте файлу другое имя. До тех пор изменения остаются здесь.
problem-what-no-peer-has-it = Ни у кого на связи нет его содержимого.
problem-do-no-peer-has-it = Он придёт, как только в сети появится устройство, у которого он есть.
problem-what-obstructed = На его месте лежит что-то другое.
problem-do-obstructed = Уберите то, что там лежит. Ничего не будет перезаписано.
problem-what-changing = В него ещё пишут.
problem-do-changing = Делать ничего не нужно: он будет отправлен, когда запись кончится.
problem-what-changed-since-plan = Его как раз изменили на этом диске.
problem-do-changed-since-plan = Делать ничего не нужно: он будет просмотрен ещё раз.
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
