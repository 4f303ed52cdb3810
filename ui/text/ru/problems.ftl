problem-changing = { $files ->
    [one] В { $files } файл ещё пишут
    [few] В { $files } файла ещё пишут
    [many] В { $files } файлов ещё пишут
   *[other] В { $files } файла ещё пишут
  }
problem-changed-since-plan = { $files ->
    [one] { $files } файл как раз изменили здесь
    [few] { $files } файла как раз изменили здесь
    [many] { $files } файлов как раз изменили здесь
   *[other] { $files } файла как раз изменили здесь
  }
problem-unreadable = { $files ->
    [one] { $files } файл не читается
    [few] { $files } файла не читаются
    [many] { $files } файлов не читаются
   *[other] { $files } файла не читаются
  }
problem-not-writable = { $files ->
    [one] { $files } файл не записать
    [few] { $files } файла не записать
    [many] { $files } файлов не записать
   *[other] { $files } файла не записать
  }
problem-name-not-utf8 = { $files ->
    [one] { $files } имя в старой кодировке
    [few] { $files } имени в старой кодировке
    [many] { $files } имён в старой кодировке
   *[other] { $files } имени в старой кодировке
  }
problem-name-unusable = { $files ->
    [one] { $files } имя не годится для синхронизации
    [few] { $files } имени не годятся для синхронизации
    [many] { $files } имён не годятся для синхронизации
   *[other] { $files } имени не годятся для синхронизации
  }
problem-name-not-possible-here = { $files ->
    [one] Этот диск не допускает { $files } имени
    [few] Этот диск не допускает { $files } имён
    [many] Этот диск не допускает { $files } имён
   *[other] Этот диск не допускает { $files } имени
  }
problem-name-collides = { $files ->
    [one] Для этого диска имя { $files } файла совпадает с другим
    [few] Для этого диска имена { $files } файлов совпадают с другими
    [many] Для этого диска имена { $files } файлов совпадают с другими
   *[other] Для этого диска имена { $files } файла совпадают с другими
  }
problem-kind-unsupported = { $files ->
    [one] { $files } объект — не файл, не каталог и не ссылка
    [few] { $files } объекта — не файлы, не каталоги и не ссылки
    [many] { $files } объектов — не файлы, не каталоги и не ссылки
   *[other] { $files } объекта — не файлы, не каталоги и не ссылки
  }
problem-kind-not-possible-here = { $files ->
    [one] На этом диске невозможна { $files } символическая ссылка
    [few] На этом диске невозможны { $files } символические ссылки
    [many] На этом диске невозможны { $files } символических ссылок
   *[other] На этом диске невозможны { $files } символической ссылки
  }
problem-link-unusable = { $files ->
    [one] { $files } символическую ссылку нельзя синхронизировать
    [few] { $files } символические ссылки нельзя синхронизировать
    [many] { $files } символических ссылок нельзя синхронизировать
   *[other] { $files } символической ссылки нельзя синхронизировать
  }
problem-too-large-here = { $files ->
    [one] { $files } файл слишком велик для этого диска
    [few] { $files } файла слишком велики для этого диска
    [many] { $files } файлов слишком велики для этого диска
   *[other] { $files } файла слишком велики для этого диска
  }
problem-history-full = { $files ->
    [one] { $files } файл менялся на слишком многих устройствах
    [few] { $files } файла менялись на слишком многих устройствах
    [many] { $files } файлов менялись на слишком многих устройствах
   *[other] { $files } файла менялись на слишком многих устройствах
  }
problem-no-peer-has-it = { $files ->
    [one] Ни у кого на связи пока нет { $files } файла
    [few] Ни у кого на связи пока нет { $files } файлов
    [many] Ни у кого на связи пока нет { $files } файлов
   *[other] Ни у кого на связи пока нет { $files } файла
  }
problem-obstructed = { $files ->
    [one] На месте { $files } файла что-то лежит
    [few] На месте { $files } файлов что-то лежит
    [many] На месте { $files } файлов что-то лежит
   *[other] На месте { $files } файла что-то лежит
  }
problem-io-error = { $files ->
    [one] Ошибка диска с { $files } файлом
    [few] Ошибка диска с { $files } файлами
    [many] Ошибка диска с { $files } файлами
   *[other] Ошибка диска с { $files } файла
  }
problem-other = { $files ->
    [one] С { $files } файлом что-то ещё
    [few] С { $files } файлами что-то ещё
    [many] С { $files } файлами что-то ещё
   *[other] С { $files } файла что-то ещё
  }
problem-more = { $files ->
    [one] Показать ещё { $files }
    [few] Показать ещё { $files }
    [many] Показать ещё { $files }
   *[other] Показать ещё { $files }
  }
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
problem-do-other = Что известно о каждом, написано под ним.
