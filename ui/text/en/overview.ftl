overview-now = How the folder is
overview-ok = Every file is here, and every connected device has everything.
overview-waiting = It goes on by itself as soon as it can.
overview-problem = Syncing has stopped, and every file is safe. What to do stands above.
overview-size = Files
overview-access = This device has
overview-progress = How much of the folder is here
overview-time-left = About { $time } left
overview-conflicts = { $conflicts ->
    [one] { $conflicts } conflict: the same file was changed on two devices
   *[other] { $conflicts } conflicts: the same file was changed on two devices
  }
overview-local-changes = { $files ->
    [one] { $files } file was changed here and stays here, because this device may only read
   *[other] { $files } files were changed here and stay here, because this device may only read
  }
overview-not-kept = { $files ->
    [one] { $files } older file is not kept here, { BYTES($bytes) }
   *[other] { $files } older files are not kept here, { BYTES($bytes) }
  }
overview-arriving = Arriving now
overview-all-transfers = All transfers
overview-more-files = { $files ->
    [one] and { $files } more file
   *[other] and { $files } more files
  }
overview-peers = Connected devices
overview-all-devices = All devices
overview-peers-none = No other device is connected now. The page of devices says why.
overview-peers-paused = While the folder is paused it is connected to nobody.
overview-peers-fewer = Show fewer
overview-peers-all = Show all { $peers }
overview-peer-has-all = has everything
overview-peer-lacks = { $files ->
    [one] lacks { $files } file, { BYTES($bytes) }
   *[other] lacks { $files } files, { BYTES($bytes) }
  }
overview-via-relay = through a relay
overview-problems = Files with problems
overview-problems-about = They are tried again by themselves when something about them has changed. All other files sync meanwhile.
overview-history = Latest
overview-all-history = All history
overview-history-none = Nothing has happened yet.
check-title = Self-check
check-about = Disks can damage files without a sign. A scrub reads every file again and repairs from other devices what is damaged.
check-now = Why is it not in sync?
check-sound = The database is sound.
check-unsound = The database is damaged. It is made anew from the folder; no file is touched.
check-in-sync = In sync with every connected device.
check-alone = Nothing is missing here as far as is known, but no device is connected to compare with.
check-damaged = Damaged by the disk
check-no-peer = No connected device has it
check-coming = On its way
check-waiting = Waits for its turn
check-deleting = About to be deleted here
check-ignored = { $files ->
    [one] { $files } file of the folder is ignored here
   *[other] { $files } files of the folder are ignored here
  }
scrub-start = Read all files
scrub-stop = Stop reading
scrub-progress = How many files have been read
scrub-running = Files read: { $files }, damaged: { $damaged }.
scrub-rate = At most { $speed }.
scrub-none = The files have not been read again yet.
scrub-whole = All { $files } files were read, damaged: { $damaged }. That was
scrub-stopped = Stopped after { $files } files, damaged: { $damaged }. That was
scrub-failing = One file after another could not be read, damaged: { $damaged }. The disk may be failing. That was
scrub-next = The next begins by itself:
