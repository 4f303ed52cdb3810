problem-changing = { $files ->
    [one] { $files } file is being written to
   *[other] { $files } files are being written to
  }
problem-changed-since-plan = { $files ->
    [one] { $files } file was changed here at the same moment
   *[other] { $files } files were changed here at the same moment
  }
problem-unreadable = { $files ->
    [one] { $files } file cannot be read
   *[other] { $files } files cannot be read
  }
problem-not-writable = { $files ->
    [one] { $files } file cannot be written
   *[other] { $files } files cannot be written
  }
problem-name-not-utf8 = { $files ->
    [one] { $files } name is in an old encoding
   *[other] { $files } names are in an old encoding
  }
problem-name-unusable = { $files ->
    [one] { $files } name cannot be synced
   *[other] { $files } names cannot be synced
  }
problem-name-not-possible-here = { $files ->
    [one] This disk does not allow { $files } name
   *[other] This disk does not allow { $files } names
  }
problem-name-collides = { $files ->
    [one] { $files } file has a name that is the same as another for this disk
   *[other] { $files } files have names that are the same as others for this disk
  }
problem-kind-unsupported = { $files ->
    [one] { $files } thing is no file, directory or link
   *[other] { $files } things are no files, directories or links
  }
problem-kind-not-possible-here = { $files ->
    [one] { $files } symbolic link cannot lie on this disk
   *[other] { $files } symbolic links cannot lie on this disk
  }
problem-link-unusable = { $files ->
    [one] { $files } symbolic link cannot be synced
   *[other] { $files } symbolic links cannot be synced
  }
problem-too-large-here = { $files ->
    [one] { $files } file is too large for this disk
   *[other] { $files } files are too large for this disk
  }
problem-history-full = { $files ->
    [one] { $files } file was changed on too many devices
   *[other] { $files } files were changed on too many devices
  }
problem-no-peer-has-it = { $files ->
    [one] No connected device has { $files } file yet
   *[other] No connected device has { $files } files yet
  }
problem-file-damaged = { $files ->
    [one] The disk has damaged { $files } file
   *[other] The disk has damaged { $files } files
  }
problem-own-file-damaged = { $files ->
    [one] The disk has damaged { $files } file that only this device has
   *[other] The disk has damaged { $files } files that only this device has
  }
problem-obstructed = { $files ->
    [one] Something is in the way of { $files } file
   *[other] Something is in the way of { $files } files
  }
problem-io-error = { $files ->
    [one] The disk failed with { $files } file
   *[other] The disk failed with { $files } files
  }
problem-other = { $files ->
    [one] { $files } file has another problem
   *[other] { $files } files have another problem
  }
problem-more = { $files ->
    [one] Show { $files } more
   *[other] Show { $files } more
  }
problem-do-unreadable = Let the user that Berrysync runs as read it. It is tried again by itself.
problem-do-not-writable = Let the user that Berrysync runs as write to it and to its directory. It is tried again by itself.
problem-do-io-error = It is tried again by itself. If it stays, check the disk and its cable: it may be failing.
problem-do-name-not-utf8 = Rename it on the device where it lies.
problem-do-name-unusable = Rename it, and it syncs.
problem-do-name-not-possible-here = Rename it on another device. Other devices are not affected.
problem-do-name-collides = Rename one of the two on another device. Neither is overwritten.
problem-do-kind-unsupported = Nothing needs to be done. To be rid of this message, ignore it in the folder's settings.
problem-do-kind-not-possible-here = Nothing is lost: other devices have it. Keep the folder on another disk if it is needed here.
problem-do-link-unusable = Make the link again with another target, or ignore it in the folder's settings.
problem-do-too-large-here = Keep the folder on a larger disk, or on one with another file system.
problem-do-history-full = Give it another name to go on with it. What was changed stays here until then.
problem-do-no-peer-has-it = It comes as soon as a device that has it is online.
problem-do-file-damaged = Nobody wrote there, and the content is another or cannot be read. It is not passed on. It is repaired as soon as a device that has it as it was is connected; what lies there now goes to the archive.
problem-do-own-file-damaged = No other device can repair it. Put a good copy in its place, or delete it.
damaged-keep = Keep it as it is now
problem-do-obstructed = Move away what lies there. Nothing is overwritten.
problem-do-changing = Nothing needs to be done: it is sent when the writing ends.
problem-do-changed-since-plan = Nothing needs to be done: it is looked at again.
problem-do-other = What is known of each stands below it.
