close = Close
cancel = Cancel
copy = Copy
copied = Copied
loading = Loading…
try-again = Try again
progress-label = Progress
count-files = { $files ->
    [one] { $files } file
   *[other] { $files } files
  }
amount-mistyped = Write a number.
amount-unit-of = Unit: { $label }
unit-kibibyte = KiB
unit-mebibyte = MiB
unit-gibibyte = GiB
unit-tebibyte = TiB
unit-kibibyte-per-second = KiB/s
unit-mebibyte-per-second = MiB/s
unit-gibibyte-per-second = GiB/s
unit-tebibyte-per-second = TiB/s
switch-on = on
switch-off = off
setting-saving = Saving…
setting-saved = Saved
setting-reset = Back to the default: { $value }
setting-reset-of = { $label }: back to the default, { $value }
