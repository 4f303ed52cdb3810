folders-title = Folders
folders-add = Add a folder
folders-empty-title = No folders yet
folders-empty-about = Choose a directory and share it with your other devices, or paste a secret that somebody gave you.
folders-list-label = Your folders
folders-all-ok = Everything is in sync
folders-all-busy = Syncing
folders-all-waiting = Waiting for other devices
folders-all-paused = Paused
folders-all-problem = Something needs you
folders-speed-down = Receiving
folders-speed-up = Sending
folders-total = In all folders
folders-since-start = Since the start
state-up-to-date = In sync
state-syncing = Syncing
state-sending = Sending
state-scanning = Looking
state-waiting = Waiting
state-alone = Nobody online
state-paused = Paused
state-halted = Stopped
state-joining = Joining
state-refused = Cannot join
why-paused = Paused by you. Nothing is sent or received.
why-scanning = Looking at the files on this disk.
why-joining = A one-time secret is being redeemed. Whoever made it has to be online.
why-alone = Everything known is here. No other device is connected, so nobody knows of anything newer.
why-missing = { $files ->
    [one] { $files } file still to come, { BYTES($bytes) }
   *[other] { $files } files still to come, { BYTES($bytes) }
  }
why-missing-no-peer = { $files ->
    [one] { $files } file is missing ({ BYTES($bytes) }), and no device that could have it is connected.
   *[other] { $files } files are missing ({ BYTES($bytes) }), and no device that could have them is connected.
  }
why-sending = { $peers ->
    [one] Everything is here. { $peers } device is still getting it.
   *[other] Everything is here. { $peers } devices are still getting it.
  }
role-full = Full access
role-read-only = Read only
peers-online = { $peers ->
    [0] Nobody online
    [one] { $peers } device online
   *[other] { $peers } devices online
  }
problems-count = { $problems ->
    [one] { $problems } file has a problem
   *[other] { $problems } files have a problem
  }
pause = Pause
resume = Resume
folder-was-paused = { $folder } is paused.
folder-was-resumed = { $folder } goes on.
folder-menu = What to do with { $folder }
folder-open = Open
folder-share = Share
see-what-to-do = See what to do
