close = Закрыть
cancel = Отмена
copy = Скопировать
copied = Скопировано
loading = Загрузка…
try-again = Попробовать снова
qr-label = QR-код
progress-label = Ход выполнения
count-files = { $files ->
    [one] { $files } файл
    [few] { $files } файла
    [many] { $files } файлов
   *[other] { $files } файла
  }
