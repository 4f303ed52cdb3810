transfers-empty-title = Ничего не передаётся
transfers-empty-about = Всё известное уже здесь, и другим устройствам ничего не нужно. Как только что-то сдвинется, оно появится здесь само.
transfers-empty-waiting = То, что осталось получить, ждёт устройства, у которого оно есть, или папки, которая приостановлена.
transfers-totals = Все папки вместе
transfers-left = Осталось получить
transfers-left-nothing = Ничего
transfers-files = { $files ->
    [one] Передаётся { $files } файл
    [few] Передаются { $files } файла
    [many] Передаются { $files } файлов
   *[other] Передаются { $files } файла
  }
transfers-files-label = Файлы в пути
transfers-progress = Ход передачи: { $file }
transfers-have = { $have } из { $of }
transfers-holders = { $holders ->
    [0] ни у кого в сети его нет
    [one] с { $holders } устройства
    [few] с { $holders } устройств
    [many] с { $holders } устройств
   *[other] с { $holders } устройства
  }
transfers-asked = вне очереди
transfers-parts-open = Показать, у кого какая часть
transfers-parts-about = Слева направо, как в файле: чем плотнее участок, тем больше от него есть.
transfers-parts-over = Файл уже здесь или больше не передаётся.
transfers-peers = { $peers ->
    [one] Участвует { $peers } устройство
    [few] Участвуют { $peers } устройства
    [many] Участвуют { $peers } устройств
   *[other] Участвуют { $peers } устройства
  }
transfers-peers-label = Участвующие устройства
transfers-needs = { $files ->
    [one] нужен ещё { $files } файл, { BYTES($bytes) }
    [few] нужны ещё { $files } файла, { BYTES($bytes) }
    [many] нужны ещё { $files } файлов, { BYTES($bytes) }
   *[other] нужны ещё { $files } файла, { BYTES($bytes) }
  }
left-none = уже всё здесь
left-unknown = ожидание
left-nobody = сейчас ни у кого нет
left-moment = ещё несколько секунд
left-seconds = { $seconds ->
    [one] ещё { $seconds } секунда
    [few] ещё { $seconds } секунды
    [many] ещё { $seconds } секунд
   *[other] ещё { $seconds } секунды
  }
left-minutes = { $minutes ->
    [one] ещё { $minutes } минута
    [few] ещё { $minutes } минуты
    [many] ещё { $minutes } минут
   *[other] ещё { $minutes } минуты
  }
left-hours = { $hours ->
    [one] ещё { $hours } час
    [few] ещё { $hours } часа
    [many] ещё { $hours } часов
   *[other] ещё { $hours } часа
  }
left-days = { $days ->
    [one] ещё { $days } день
    [few] ещё { $days } дня
    [many] ещё { $days } дней
   *[other] ещё { $days } дня
  }
left-long = ещё больше месяца
limits-none = Сейчас ограничений нет.
limits-any = любая
limits-paused = Сейчас по расписанию ничего не передаётся.
limits-settings-lan = Предельная скорость: приём — { $down }, отдача — { $up }, в том числе в локальной сети.
limits-settings-outside = Предельная скорость: приём — { $down }, отдача — { $up }; в локальной сети предела нет.
limits-schedule-lan = Предельная скорость по расписанию: приём — { $down }, отдача — { $up }, в том числе в локальной сети.
limits-schedule-outside = Предельная скорость по расписанию: приём — { $down }, отдача — { $up }; в локальной сети предела нет.
limits-until = До { $time }.
limits-change = Изменить ограничения
speed-title = Скорость за время
speed-span = Промежуток
speed-span-minutes = 10 минут
speed-span-hours = Часы
speed-span-days = Дни
speed-summary-minutes = За последние десять минут принято { $received }, отдано { $sent }; самое большее — { $mostReceived } на приём, { $mostSent } на отдачу.
speed-summary-hours = За последние тридцать дней принято { $received }, отдано { $sent }; самое большее за час — { $mostReceived } на приём, { $mostSent } на отдачу.
speed-summary-days = За последние тридцать дней принято { $received }, отдано { $sent }; самое большее за день — { $mostReceived } на приём, { $mostSent } на отдачу.
speed-table = То же в виде таблицы
speed-table-time = Когда
speed-table-received = Принято
speed-table-sent = Отдано
