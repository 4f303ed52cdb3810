sharing-joining = This folder is not shared with this device yet. Once it is, you see here who else shares it.
sharing-refused = This folder could not be joined, so there is nothing to pass on.
share-title = Share this folder
share-about = Pass on a secret. Whoever has it joins from any device.
share-about-read-only = This device only receives, so it can pass on no more than that.
share-read-only = Read only
share-read-only-about = They receive everything. What they change stays with them.
share-one-time-read-only = Read only, once
share-one-time-read-only-about = Lets in one device, which only receives and cannot pass the folder on.
share-full = Full access
share-full-about = They add, change and delete for everybody, and can let others in. For your own devices.
share-one-time-full = Full access, once
share-one-time-full-about = Lets in one device, which changes files for everybody but cannot pass the folder on.
share-secret = Secret
share-qr = QR code to join { $folder }
share-qr-about = Scan it on the other device under “Add a folder”.
share-copy-secret = Copy the secret
share-copy-link = Copy the link
share-hand-over = Send
share-hand-over-title = Join { $folder }
share-hosts = The other device does not find this one by itself?
share-hosts-label = Addresses in the link and the code
share-hosts-about = Where this device can be reached, as host:port. At most { $most }.
share-hosts-wrong = “{ $value }” is no host and port.
share-hosts-own = Use { $host }
share-full-hidden = Whoever sees the full secret owns the folder. Make sure that nobody looks over your shoulder.
share-full-show = Show the full secret
share-full-hide = Hide it
share-full-shown = It is hidden again in a minute.
share-one-time-life = Good for
share-hours = { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
  }
share-one-time-make = Make a one-time secret
share-one-time-once = It is shown only now, and works once. This device has to be online when it is used. It ends
members-title = Members
members-count = { $members ->
    [one] { $members } device, { $online } online
   *[other] { $members } devices, { $online } online
  }
members-why = Why is nobody connected?
members-none-title = Nobody else yet
members-none-about = Pass on a secret above. Who joins with it appears here.
members-search = Find a device
members-not-found = No device is called that.
member-waiting = Waits to be let in
member-waiting-about = It holds the read-only secret and receives nothing until you let it in. If you do not know it, leave it waiting.
member-revoked = Taken out
member-awaited = Not seen since the secret was changed
member-never = Never connected yet
member-away = Away, last seen
member-needs = { $files ->
    [one] Still gets { $files } file, { BYTES($bytes) }
   *[other] Still gets { $files } files, { BYTES($bytes) }
  }
member-direct = Online
member-relay = Online through a relay
member-asks = { $device } asks to be let in. It will receive everything and change nothing.
member-approve = Let in
member-was-approved = { $device } is let in.
member-revoke = Take out
member-revoke-and-rotate-about = It holds the full secret itself. Taking it out is not enough: afterwards, change the secret below.
member-rotate-about = It holds the read-only secret itself. Only changing the secret below keeps it out.
member-role = Access
member-came = How it came
member-came-secret = Holds a secret of the folder
member-came-waiting = With the read-only secret
member-came-invited = Let in by { $device }
member-via = Connected
member-via-direct = Directly
member-via-relay = Through a relay
member-address = Address
member-still-needs = It still needs
member-needs-nothing = Nothing, it has everything
member-speeds = Speed now
member-passed = Since it connected
member-first-seen = First seen
member-last-seen = Last seen
revoke-title = Take { $device } out?
revoke-does = Every device of the folder refuses it from now on: it receives nothing new, and nothing it changes is taken.
revoke-keeps = What it has already stays on its disk. Nobody can delete files there.
revoke-wrote = What it had changed before stays in the folder.
revoke-holds-secret = It holds the full secret itself and could come back as another device. Change the secret afterwards.
revoke-may-return = Where a secret alone is enough to come in, it could come back as another device. Change the secret afterwards to be sure.
invites-title = One-time secrets
invites-about = Each lets in one device, and is worth nothing after that.
invites-none = None is open.
invites-over = { $invites ->
    [one] { $invites } used or ended
   *[other] { $invites } used or ended
  }
invite-state-open = Open
invite-state-redeemed = Used
invite-state-expired = Expired
invite-state-cancelled = Cancelled
invite-state-restored = Unknown
invite-used-by = Used by { $device }
invite-made = Made
invite-cancel = Cancel
invite-cancel-title = Cancel this one-time secret?
invite-cancel-about = Nobody can join with it any more. Who has joined already stays.
invite-cancel-action = Cancel the secret
admission-title = Who may join
admission-about = Holds on every device of the folder.
admission-not-yours = Only devices with full access decide about this.
admission-secret = Anybody with a secret
admission-secret-about = Whoever holds a secret of the folder joins at once.
admission-approval = After somebody lets them in
admission-approval-about = Who comes with the read-only secret waits until somebody with full access lets it in.
admission-invite = Only with a one-time secret
admission-invite-about = The read-only secret alone lets nobody in any more. Who holds the full secret still comes in.
rotation-title = Change the secret
rotation-about = When a secret got into wrong hands: the folder gets a new one, and the old ones are worth nothing.
rotation-open = See what it would do
rotation-moving = Go on by themselves
rotation-moving-about = Each gets the new secret as soon as it connects. Take out first who should not.
rotation-left = Left behind
rotation-left-about = They only hold a secret. They keep what they have, and get nothing new until you give them the new one.
rotation-more = { $devices ->
    [one] and { $devices } more
   *[other] and { $devices } more
  }
rotation-invites = { $invites ->
    [one] { $invites } open one-time secret is cancelled.
   *[other] { $invites } open one-time secrets are cancelled.
  }
rotation-warning = This cannot be undone. No file is deleted anywhere.
rotation-sure = I know who is left behind.
rotation-done = { $folder } has a new secret.
