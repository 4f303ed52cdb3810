history-search = Search by name
history-folder = Folder
history-all-folders = All folders
history-action = What was done
history-all-actions = Everything
history-list-label = What happened
history-new = { $rows ->
    [one] Show { $rows } new
   *[other] Show { $rows } new
  }
history-new-many = Show more than { $rows } new
history-empty-title = Nothing happened yet
history-empty-about = What comes, changes or goes in your folders is written down here, with the time and the device.
history-none-found = Nothing like that happened
history-kind-received = Received
history-kind-changed = Changed here
history-kind-moved = Renamed or moved
history-kind-deleted = Deleted
history-kind-conflict = Conflicts
history-kind-restored = Local changes undone
history-kind-not-kept = Not kept here
history-kind-halted = Stopped
history-kind-resumed = Went on
history-received = Received, as { $device } has it
history-changed-here = Added or changed here
history-changed-there = Added or changed on { $device }
history-moved-here = Renamed or moved here
history-moved-there = Renamed or moved on { $device }
history-deleted-here = Deleted here
history-deleted-there = Deleted on { $device }
history-conflict = Conflict: the version of { $device } is kept beside
history-restored = Local change undone
history-not-kept = None of the newest any more, so not kept here
history-halted = Stopped by itself; nothing was lost
history-resumed = Went on
history-other = { $action }
