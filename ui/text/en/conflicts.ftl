conflicts-none = No conflicts
conflicts-done = All decided
conflicts-none-about = When a file is changed in two places at once, both versions are kept, and you choose here.
conflicts-lead = These files were changed in two places at once. Both versions are kept until you choose.
conflicts-read-only = This device only receives, so it cannot decide. Choose on a device with full access; both versions are safe here.
conflicts-all = All conflicts
conflicts-count = { $conflicts ->
    [one] { $conflicts } file was changed in two places
   *[other] { $conflicts } files were changed in two places
  }
conflict-of = Conflict of { $name }
conflict-place = { $at } of { $of }
conflict-copy-by = copy from { $device }
conflict-original = In its place
conflict-original-gone = The file itself was deleted. Keep the copy to put it back in its place.
conflict-copy = The copy beside it
conflict-newer = Newer
conflict-device = Changed on
conflict-same-text = The two texts read the same.
conflict-keep = Keep this
conflict-keep-about = The other version goes to the archive, from where it can be brought back.
conflict-keep-both = Keep both
conflict-keep-both-about = The copy becomes a file of its own, with a number in its name.
conflict-kept-original = { $name }: the version in its place was kept.
conflict-kept-copy = { $name }: the copy has taken its place.
conflict-kept-both = { $name } stays, and the copy is now { $path }.
conflict-kept-about = The other version is in the archive.
conflict-kept-both-about = Nothing went to the archive.
conflict-undo = Undo
