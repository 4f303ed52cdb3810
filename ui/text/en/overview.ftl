overview-now = How the folder is
overview-ok = Every file is here, and every connected device has everything.
overview-busy = Something is going on.
overview-waiting = It goes on by itself as soon as it can.
overview-paused = Paused by you. Nothing is sent or received.
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
event-received = received from { $device }
event-changed = changed on { $device }
event-moved = renamed or moved on { $device }
event-deleted = deleted on { $device }
event-conflict = both versions kept; one is from { $device }
event-restored = restored on { $device }
event-halted = syncing stopped
event-resumed = syncing went on
event-not-kept = older than what is kept, moved to the archive
problem-changing = { $files ->
    [one] { $files } file is being written to
   *[other] { $files } files are being written to
  }
problem-do-changing = Nothing to do: they are sent when the writing ends. If it does not end, close the program that has them open.
problem-changed-since-plan = { $files ->
    [one] { $files } file was changed here at the same moment
   *[other] { $files } files were changed here at the same moment
  }
problem-do-changed-since-plan = Nothing to do: they are looked at again, and nothing of them is lost.
problem-unreadable = { $files ->
    [one] { $files } file cannot be read
   *[other] { $files } files cannot be read
  }
problem-do-unreadable = On this device, let Berrysync read them: change the owner or the permissions.
problem-not-writable = { $files ->
    [one] { $files } file cannot be written
   *[other] { $files } files cannot be written
  }
problem-do-not-writable = On this device, let Berrysync write to their directories: change the owner or the permissions.
problem-name-not-utf8 = { $files ->
    [one] { $files } name is in an old encoding
   *[other] { $files } names are in an old encoding
  }
problem-do-name-not-utf8 = Rename them, so that every device can read the name.
problem-name-unusable = { $files ->
    [one] { $files } name cannot be synced
   *[other] { $files } names cannot be synced
  }
problem-do-name-unusable = Rename them: the name is too long, or has characters that not every device can have.
problem-name-not-possible-here = { $files ->
    [one] This disk does not allow { $files } name
   *[other] This disk does not allow { $files } names
  }
problem-do-name-not-possible-here = Rename them on a device that has them, or use a disk of another kind here.
problem-name-collides = { $files ->
    [one] { $files } file has a name that is the same as another for this disk
   *[other] { $files } files have names that are the same as others for this disk
  }
problem-do-name-collides = The names differ only in upper and lower case, or in how accents are written. Rename one of each two. Nothing is overwritten meanwhile.
problem-kind-unsupported = { $files ->
    [one] { $files } thing is no file, directory or link
   *[other] { $files } things are no files, directories or links
  }
problem-do-kind-unsupported = Sockets, pipes and devices stay where they are. Nothing to do; ignore them to have them off this list.
problem-kind-not-possible-here = { $files ->
    [one] { $files } symbolic link cannot lie on this disk
   *[other] { $files } symbolic links cannot lie on this disk
  }
problem-do-kind-not-possible-here = Nothing to do here; to have them, use a disk of another kind.
problem-link-unusable = { $files ->
    [one] { $files } symbolic link cannot be synced
   *[other] { $files } symbolic links cannot be synced
  }
problem-do-link-unusable = They lead out of the folder or are written wrongly. Make them anew, leading to something within the folder.
problem-too-large-here = { $files ->
    [one] { $files } file is too large for this disk
   *[other] { $files } files are too large for this disk
  }
problem-do-too-large-here = Disks formatted as FAT take files up to 4 GB. Use a disk of another kind here, or ignore the files.
problem-history-full = { $files ->
    [one] { $files } file was changed on too many devices
   *[other] { $files } files were changed on too many devices
  }
problem-do-history-full = Give it another name to go on with it; until then its changes stay here.
problem-no-peer-has-it = { $files ->
    [one] No connected device has { $files } file yet
   *[other] No connected device has { $files } files yet
  }
problem-do-no-peer-has-it = Switch on the device they come from. They come by themselves as soon as somebody has them.
problem-obstructed = { $files ->
    [one] Something is in the way of { $files } file
   *[other] Something is in the way of { $files } files
  }
problem-do-obstructed = Where they belong lies something that is not synced. Move it away or rename it.
problem-io-error = { $files ->
    [one] The disk failed with { $files } file
   *[other] The disk failed with { $files } files
  }
problem-do-io-error = Check the cable and the disk, and keep a copy of what matters to you. It is tried again by itself.
problem-other = { $files ->
    [one] { $files } file has another problem
   *[other] { $files } files have another problem
  }
problem-do-other = What is known of each stands below it.
problem-more = { $files ->
    [one] Show { $files } more
   *[other] Show { $files } more
  }
