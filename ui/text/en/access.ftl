welcome-title = Welcome to Berrysync
welcome-lead = Your folders, in sync between your own devices. Nothing lies with anybody else.
set-up-password-about = Choose a password for this page. There was none before, and only you will know it.
set-up-action = Set the password and go on
log-in-title = Log in
log-in-lead = The password of { $device }
log-in-action = Log in
log-in-forgot = Forgotten? On the device itself, the command “berrysync password” sets a new one.
password = Password
password-again = The password again
password-show = Show the password
password-hide = Hide the password
password-differs = The two passwords are not the same.
password-missing = Type a password.
password-length-short = { $more ->
    [one] Too short: { $more } more character
   *[other] Too short: { $more } more characters
  }
password-length-fair = Fair. A longer one is better: three or four words are easy to remember.
password-length-good = Good
password-length-strong = Strong
device-name = Name of this device
device-name-about = Other devices show it. Leave it as it is if you like.
confirm-title = Your password again
confirm-lead = This needs the password, so that nobody who finds this page open can do it.
confirm-action = Go on
