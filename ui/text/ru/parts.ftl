close = Закрыть
cancel = Отмена
copy = Скопировать
copied = Скопировано
loading = Загрузка…
try-again = Попробовать снова
progress-label = Ход выполнения
count-files = { $files ->
    [one] { $files } файл
    [few] { $files } файла
    [many] { $files } файлов
   *[other] { $files } файла
  }
amount-mistyped = Напишите число.
amount-unit-of = Единица: { $label }
unit-kibibyte = КиБ
unit-mebibyte = МиБ
unit-gibibyte = ГиБ
unit-tebibyte = ТиБ
unit-kibibyte-per-second = КиБ/с
unit-mebibyte-per-second = МиБ/с
unit-gibibyte-per-second = ГиБ/с
unit-tebibyte-per-second = ТиБ/с
switch-on = вкл.
switch-off = выкл.
setting-saving = Сохраняется…
setting-saved = Сохранено
setting-reset = Вернуть обычное: { $value }
setting-reset-of = { $label }: вернуть обычное, { $value }
