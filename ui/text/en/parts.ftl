close = Close
cancel = Cancel
copy = Copy
copied = Copied
loading = Loading…
try-again = Try again
qr-label = QR code
progress-label = Progress
count-files = { $files ->
    [one] { $files } file
   *[other] { $files } files
  }
