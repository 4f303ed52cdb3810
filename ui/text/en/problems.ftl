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
problem-what-unreadable = This device may not read it.
problem-do-unreadable = Let the user that Berrysync runs as read it. It is tried again by itself.
problem-what-not-writable = This device may not write it.
problem-do-not-writable = Let the user that Berrysync runs as write to it and to its directory. It is tried again by itself.
problem-what-io-error = The disk answered with an error.
problem-do-io-error = It is tried again by itself. If it stays, check the disk and its cable: it may be failing.
problem-what-name-not-utf8 = Its name is not valid text.
problem-do-name-not-utf8 = Rename it on the device where it lies.
problem-what-name-unusable = Its name cannot be synced.
problem-do-name-unusable = Rename it, and it syncs.
problem-what-name-not-possible-here = The disk of this device does not allow its name.
problem-do-name-not-possible-here = Rename it on another device. Other devices are not affected.
problem-what-name-collides = Another file has nearly the same name, and this disk does not tell the two apart.
problem-do-name-collides = Rename one of the two on another device. Neither is overwritten.
problem-what-kind-unsupported = It is no file, directory or symbolic link.
problem-do-kind-unsupported = Nothing needs to be done. To be rid of this message, ignore it in the folder's settings.
problem-what-kind-not-possible-here = It is a symbolic link, which this disk cannot hold.
problem-do-kind-not-possible-here = Nothing is lost: other devices have it. Keep the folder on another disk if it is needed here.
problem-what-link-unusable = This symbolic link cannot be synced.
problem-do-link-unusable = Make the link again with another target, or ignore it in the folder's settings.
problem-what-too-large-here = It is too large for this disk.
problem-do-too-large-here = Keep the folder on a larger disk, or on one with another file system.
problem-what-history-full = So many devices have changed it that no more can be noted.
problem-do-history-full = Give it another name to go on with it. What was changed stays here until then.
problem-what-no-peer-has-it = No connected device has its content.
problem-do-no-peer-has-it = It comes as soon as a device that has it is online.
problem-what-obstructed = Something else lies in its place.
problem-do-obstructed = Move away what lies there. Nothing is overwritten.
problem-what-changing = It is being written to.
problem-do-changing = Nothing needs to be done: it is sent when the writing ends.
problem-what-changed-since-plan = It was changed on this disk at the same moment.
problem-do-changed-since-plan = Nothing needs to be done: it is looked at again.
problem-do-other = What is known of each stands below it.
