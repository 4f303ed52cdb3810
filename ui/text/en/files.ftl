parts-here = This device
parts-nobody = No connected device has any of it.
parts-more = { $peers ->
    [one] And { $peers } more device.
   *[other] And { $peers } more devices.
  }
files-search = Search files
files-filter = Show
files-all = All
files-needed = Needed
files-problem = Problems
files-list = Files
files-none-all = No files yet
files-none-about-all = What is put into the directory of this folder, here or on another device, appears in this list.
files-none-needed = Nothing is missing
files-none-about-needed = Everything that other devices have told of is here.
files-none-problem = No problems
files-none-about-problem = Every file of this folder can be synced.
files-none-found = No file has “{ $search }” in its name or path
file-state-here = Here
file-state-needed = Still to come
file-state-coming = On its way
file-state-not-kept = Not kept here
file-state-changed-here = Changed here
file-state-ignored = Ignored
file-state-unsynced = Does not sync
file-state-problem = Problem
file-about-here = It is on this device.
file-about-needed = Other devices have told of it; it comes when its turn does.
file-about-coming = It is being received now.
file-about-not-kept = This device keeps only the newest files of this folder, and this one is none of them.
file-about-changed-here = This device only receives, so the change stays here and reaches nobody else.
file-about-ignored = A pattern of this folder's settings leaves it out.
file-about-unsynced = It stays where it is, but reaches no other device.
file-about-problem = Something keeps it from being synced.
file-asked = first
file-directory = In
file-size = Size
file-modified = Changed
file-fetch = Fetch this first
file-fetch-about = It comes before all other files.
file-fetch-release = No longer first
file-fetch-release-about = It comes when its turn does.
file-parts = Who has which part
file-to-changes = Undo the change
file-to-archive = Earlier versions
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
preview-show = Show it
preview-none = It cannot be shown here: it is neither a picture nor a text.
preview-broken = The picture is damaged, or of a kind that this browser does not know.
preview-empty = The file is empty.
preview-picture = Picture { $name }
preview-cut = Only the beginning is shown. The whole file has { $size }.
lines-same = { $lines ->
    [one] { $lines } line is the same
   *[other] { $lines } lines are the same
  }
lines-hidden = { $lines ->
    [one] { $lines } more line is not shown
   *[other] { $lines } more lines are not shown
  }
select-all = Select all
run-stop = Stop
run-stopped = Stopped before the end.
run-failed = { $files ->
    [one] { $files } file failed
   *[other] { $files } files failed
  }
