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
