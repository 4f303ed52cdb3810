conflicts-none = Конфликтов нет
conflicts-done = Всё решено
conflicts-none-about = Когда файл меняют сразу в двух местах, сохраняются обе версии, а выбираете вы здесь.
conflicts-lead = Эти файлы изменили сразу в двух местах. Обе версии сохраняются, пока вы не выберете.
conflicts-read-only = Это устройство только получает, поэтому решать не может. Выберите на устройстве с полным доступом; здесь обе версии в безопасности.
conflicts-all = Все конфликты
conflicts-count = { $conflicts ->
    [one] { $conflicts } файл изменён в двух местах
    [few] { $conflicts } файла изменены в двух местах
    [many] { $conflicts } файлов изменены в двух местах
   *[other] { $conflicts } файла изменены в двух местах
  }
conflict-of = Конфликт файла { $name }
conflict-place = { $at } из { $of }
conflict-copy-by = копия с { $device }
conflict-original = На своём месте
conflict-original-gone = Сам файл удалён. Оставьте копию, и она встанет на его место.
conflict-copy = Копия рядом
conflict-newer = Новее
conflict-device = Изменён на
conflict-same-text = На вид тексты одинаковы.
conflict-keep = Оставить эту
conflict-keep-about = Другая версия уйдёт в архив, откуда её можно вернуть.
conflict-keep-both = Оставить обе
conflict-keep-both-about = Копия станет отдельным файлом с номером в имени.
conflict-kept-original = { $name }: оставлена версия, которая была на месте.
conflict-kept-copy = { $name }: копия встала на его место.
conflict-kept-both = { $name } остаётся, а копия теперь называется { $path }.
conflict-kept-about = Другая версия в архиве.
conflict-kept-both-about = В архив ничего не ушло.
conflict-undo = Отменить
