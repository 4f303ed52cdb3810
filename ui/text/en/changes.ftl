changes-none = Nothing to decide
changes-none-about = When more files are deleted at once than is plausible, they wait here for you.
changes-title = Changed on this device
changes-about = This device only receives. What was changed here stays here and reaches nobody else.
changes-empty = Nothing was changed here
changes-empty-about = Every file is as the folder has it.
changes-added = Added here
changes-edited = Edited here
changes-deleted = Deleted here
changes-undo = Undo
changes-undo-count = Undo ({ $count })
changes-ask = { $count ->
    [one] Undo { $count } change?
   *[other] Undo { $count } changes?
  }
changes-ask-edited = What was edited becomes as the folder has it. Your version goes to the archive when the other arrives.
changes-ask-added = What was added moves to the archive.
changes-ask-deleted = What was deleted is received again.
changes-running = { $files ->
    [one] { $files } change so far…
   *[other] { $files } changes so far…
  }
changes-done = { $files ->
    [0] Nothing was undone.
    [one] { $files } change is being undone.
   *[other] { $files } changes are being undone.
  }
changes-count = { $files ->
    [one] { $files } file differs here, and the change stays here
   *[other] { $files } files differ here, and the changes stay here
  }
deletes-title = { $count } of { $total } files would be deleted
deletes-what-here = They are gone from the directory of { $folder } on this device. If that was a slip, or a disk is missing, bring them back. If it was meant, let them be deleted everywhere.
deletes-what-elsewhere = They were deleted on another device. If that was a slip, bring them back. If it was meant, let them be deleted here as well.
deletes-by = Deleted by: { $devices }
deletes-list = What it is about
deletes-more = The list goes on; only its beginning is shown.
deletes-undo = Bring them back
deletes-undo-about-here = They are received again from devices that have them.
deletes-undo-about-elsewhere = They stay here, and come back to the device that deleted them.
deletes-undo-ask = Bring back { $count } files?
deletes-confirm = Delete them
deletes-confirm-about-here = Other devices delete them, too. Each moves its copy to its archive first, unless it keeps none.
deletes-confirm-about-elsewhere = They are deleted on this device. Each moves to the archive first, unless this folder keeps none.
deletes-confirm-ask = Delete { $count } files?
deletes-done-undo = { $files ->
    [one] { $files } deletion was undone.
   *[other] { $files } deletions were undone.
  }
deletes-done-confirm = { $files ->
    [one] { $files } deletion happens now.
   *[other] { $files } deletions happen now.
  }
halt-safe = What is safe
halt-do = What to do
halt-what-root-missing = The directory { $path } is not there.
halt-safe-root-missing = Nothing was deleted, here or on other devices. Their files stay as they are.
halt-do-root-missing = Plug the disk in, or put the directory back. Syncing goes on by itself within seconds.
halt-what-disk-away = This folder waits for its disk { $disk }.
halt-safe-disk-away = Nothing was deleted, here or on other devices. Their files stay as they are.
halt-do-disk-away = Plug the disk in. Syncing goes on by itself within seconds.
halt-what-root-unmarked = { $path } is not recognised: its mark (.sync/identity) is gone.
halt-safe-root-unmarked = Nothing was deleted and nothing is written: another disk may be mounted there.
halt-do-root-unmarked = Put the right disk back. If it is the right one, remove the folder and add it again at the same place: no file is touched.
halt-what-root-foreign = { $path } belongs to another folder, or is another disk than before.
halt-safe-root-foreign = Nothing was deleted and nothing is written there.
halt-do-root-foreign = Put the right disk back. If the directory was copied to a new disk, remove the folder and add it again at the same place: no file is touched.
halt-what-root-unreadable = The directory { $path } cannot be read.
halt-safe-root-unreadable = Nothing was deleted, here or on other devices.
halt-do-root-unreadable = Let the user that Berrysync runs as read and write it. If it could before, check the disk.
halt-what-disk-full = The disk of { $path } is full.
halt-safe-disk-full = All files are kept. Some room is left free so that the device goes on working.
halt-do-disk-full = Free some space, or let the archive keep less. Syncing goes on by itself.
halt-what-disk-read-only = The disk of { $path } can only be read.
halt-safe-disk-read-only = All files are kept; nothing is written or deleted.
halt-do-disk-read-only = Make it writable again. A disk that becomes read-only by itself is often failing: make a copy of what matters.
halt-what-too-many-errors = One file after the other failed on the disk of { $path }.
halt-safe-too-many-errors = Nothing goes on until the disk answers again, so that nothing is damaged. Other devices have their files.
halt-do-too-many-errors = Check the disk and its cable. It is tried again by itself every half minute.
halt-what-mass-delete = { $count } of { $total } files would be deleted.
halt-safe-mass-delete = Nothing was deleted yet. Nothing is deleted until you decide.
halt-do-mass-delete = See which files it is about, and choose.
halt-what-database-unusable = What is known of this folder cannot be written down.
halt-safe-database-unusable = No file of the folder is touched meanwhile.
halt-do-database-unusable = Make room on the disk of the device, or repair the permissions. Syncing goes on by itself.
halt-what-secret-changed = The secret of this folder was changed, and this device was not moved over.
halt-safe-secret-changed = Every file stays here. Nothing new arrives.
halt-do-secret-changed = Ask who shares it for the new secret, remove the folder here and add it again at the same place.
