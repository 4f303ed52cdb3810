archive-lead = What other devices replaced or deleted is kept here for a while, so that it can be brought back.
archive-search = Search the archive
archive-view-all = All versions
archive-view-then = As it was on…
archive-read-only = This device only receives: what is put back here stays here, as a change of its own.
archive-list = Archived files, the newest first
archive-empty = The archive is empty
archive-empty-about = When another device replaces or deletes a file, the version that was here appears in this list.
archive-none-found = Nothing in the archive has “{ $search }” in its name or path
archive-archived = Archived
archive-restore = Put back
archive-restore-about = Put back: to where it was. If something lies there now, it is put beside it under another name.
archive-replace = Put back in place
archive-replace-about = Put back in place: what lies there now goes to the archive.
archive-restored = { $path } is back.
archive-restored-beside = Its place was taken, so it lies beside it: { $path }
then-when = Date and time
then-about = Shows which files held something else then, as far as the archive still has it. Files added since then stay as they are.
then-hour = An hour ago
then-yesterday = Yesterday
then-week = A week ago
then-list = Files that were different then
then-now-changed = Changed since
then-now-deleted = Deleted since
then-none = Nothing was different then
then-none-about = As far as the archive goes back, no file has changed or gone since that time.
then-restore = Bring back
then-restore-count = Bring back ({ $count })
then-ask = Bring back as it was on { $time }?
then-ask-about = Each file chosen is put back as it was then, and other devices get it, too.
then-ask-safe = Nothing is lost: what lies in its place now goes to the archive.
then-running = { $files ->
    [one] { $files } file so far…
   *[other] { $files } files so far…
  }
then-done = { $files ->
    [0] Nothing was brought back.
    [one] { $files } file is back as it was.
   *[other] { $files } files are back as they were.
  }
