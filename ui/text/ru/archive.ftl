archive-lead = То, что заменили или удалили другие устройства, какое-то время хранится здесь, и это можно вернуть.
archive-search = Поиск в архиве
archive-view = Показать
archive-view-all = Все версии
archive-view-then = Как было…
archive-read-only = Это устройство только получает: возвращённое сюда останется здесь как собственное изменение.
archive-list = Файлы в архиве, сначала новые
archive-empty = Архив пуст
archive-empty-about = Когда другое устройство заменит или удалит файл, прежняя версия появится здесь.
archive-none-found = В архиве нет ничего, в имени или пути чего есть «{ $search }»
archive-archived = В архиве с
archive-restore = Вернуть
archive-restore-about = «Вернуть»: туда, где файл был. Если место занято, он ляжет рядом под другим именем.
archive-replace = Вернуть на место
archive-replace-about = «Вернуть на место»: то, что лежит там сейчас, уйдёт в архив.
archive-restored = { $path } снова на месте.
archive-restored-beside = Место было занято, поэтому файл лежит рядом: { $path }
then-when = Дата и время
then-about = Покажет, какие файлы тогда были другими, насколько их ещё помнит архив. Добавленное с тех пор останется как есть.
then-hour = Час назад
then-yesterday = Вчера
then-week = Неделю назад
then-list = Файлы, которые тогда были другими
then-now-changed = С тех пор изменён
then-now-deleted = С тех пор удалён
then-none = Тогда всё было так же
then-none-about = Насколько помнит архив, с того времени ни один файл не менялся и не исчезал.
then-restore = Вернуть
then-restore-count = Вернуть ({ $count })
then-ask = Вернуть, как было { $time }?
then-ask-about = Каждый выбранный файл станет таким, каким был тогда, и на других устройствах тоже.
then-ask-safe = Ничего не потеряется: то, что лежит на его месте сейчас, уйдёт в архив.
then-running = { $files ->
    [one] Уже { $files } файл…
    [few] Уже { $files } файла…
    [many] Уже { $files } файлов…
   *[other] Уже { $files } файла…
  }
then-done = { $files ->
    [0] Ничего не возвращено.
    [one] Возвращён { $files } файл.
    [few] Возвращены { $files } файла.
    [many] Возвращено { $files } файлов.
   *[other] Возвращено { $files } файла.
  }
