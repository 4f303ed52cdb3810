/**
 * The closed table of everything that can go wrong in a way a person, a program or a peer should hear of.
 * A failed operation throws `SyncError`; a path that cannot sync is a `Problem` value; our own bugs are assertions.
 * Adding a code means adding its sentence here, so that no error text is made up anywhere else.
 */

interface ErrorKind {
  /** HTTP status when the error leaves through the API. */
  readonly status: number
  /** Whether trying the same thing again later can succeed without a person doing anything. */
  readonly retry: boolean
  /** What happened and what to do, for the person; `{name}` is filled from `data`. */
  readonly sentence: string
  /** Why the other side ended a link with this code, as seen from here; goes on after "closed the link: ". */
  readonly told?: string
}

const errorKinds = {
  // What a person typed.
  'secret-mistyped': { status: 400, retry: false, sentence: 'This secret has a typing mistake: its checksum does not fit. Copy it again from the device that shares the folder.' },
  'secret-cut-off': { status: 400, retry: false, sentence: 'This looks like the first {characters} of the {of} characters of a secret. Copy all of it. If it is one of your own, begin it with another letter than A, B, C or F.' },
  'secret-too-short': { status: 400, retry: false, sentence: 'This secret is too short. If it was given to you, copy it again: it has 33 or 76 characters. One of your own needs 28 at least (21 bytes as base64 text); leave it out to have a good one generated.' },
  'secret-malformed': { status: 400, retry: false, sentence: 'This is not a secret: it must be base64 text (letters, digits, - and _).' },
  'secret-wrong-kind': { status: 400, retry: false, sentence: 'This is a {kind} secret, which cannot be used here. Use a full (A…) or read-only (B…) secret.' },
  'folder-exists': { status: 409, retry: false, sentence: '{path} is already synced.' },
  'folder-nested': { status: 409, retry: false, sentence: '{path} is inside or above {other}, which is already synced. Folders may not contain each other: choose another directory.' },
  'folder-same-secret': { status: 409, retry: false, sentence: 'The folder of this secret is already synced here, at {other}. Remove it there first, or use that directory.' },
  'folder-unknown': { status: 404, retry: false, sentence: '{path} is not a synced folder. `berrysync status` lists the folders.' },
  'directory-not-allowed': { status: 403, retry: false, sentence: '{path} is not in a directory that may be chosen from a browser; those are: {roots}. On the device itself any can be added (`berrysync add {path}`), or others allowed (`berrysync config roots=DIR:DIR`).' },
  'directory-missing': { status: 400, retry: false, sentence: '{path} does not exist or is not a directory. Make it first.' },
  'directory-unusable': { status: 400, retry: false, sentence: '{path} cannot be {what}: {reason}. Change its permissions or choose another directory.' },
  'directory-holds-state': { status: 400, retry: false, sentence: '{path} cannot be synced, because it {how} the state directory {home}, where the secrets are. Choose another directory, or start the daemon with another --home.' },
  'directory-holds-own': { status: 400, retry: false, sentence: '{path} cannot be synced as a whole, because Berrysync keeps in {own} what it needs on this disk. Choose a directory in it, or make one.' },
  'unchanged-here': { status: 404, retry: false, sentence: 'Nothing was changed here at {asked}. `berrysync restore --list {path}` lists what was.' },
  'setting-unknown': { status: 400, retry: false, sentence: 'There is no setting "{key}". Known: {known}.' },
  'setting-invalid': { status: 400, retry: false, sentence: '"{value}" is not a valid value for {key}: {reason}.' },
  'host-invalid': { status: 400, retry: false, sentence: '"{value}" is not a host and port. Write it like 192.0.2.7:4444, [2001:db8::7]:4444 or name.example:4444.' },
  'tracker-invalid': { status: 400, retry: false, sentence: '"{value}" is not the address of a tracker: {reason}. Write it like udp://tracker.example:6969/announce or https://tracker.example/announce.' },
  'request-invalid': { status: 400, retry: false, sentence: '{reason}' },
  'not-found': { status: 404, retry: false, sentence: '{what} was not found.' },
  'internal': { status: 500, retry: false, sentence: 'Something went wrong inside Berrysync: {reason}. The log of the daemon says more.' },
  'too-many-readers': { status: 503, retry: true, sentence: 'There are {max} readers of events already, which is the most. Close a page of this device somewhere.' },
  'needs-full-secret': { status: 403, retry: false, sentence: 'This takes the full secret of {path}, which this device does not hold.' },

  // The door of the web interface.
  'set-up-needed': { status: 401, retry: false, sentence: 'This device has no password yet. Open its web interface to choose one, or run: berrysync password' },
  'set-up-done': { status: 409, retry: false, sentence: 'This device has a password already. Log in with it; if nobody knows it, run on the device: berrysync password' },
  'set-up-from-afar': { status: 403, retry: false, sentence: 'The first password can only be chosen from the local network of the device. Open the page from there, or run on the device: berrysync password' },
  'log-in-needed': { status: 401, retry: false, sentence: 'Log in first. A program sends a token, made with `berrysync token create`, as "Authorization: Bearer TOKEN".' },
  'password-wrong': { status: 403, retry: false, sentence: 'This is not the password. If nobody knows it, set a new one on the device: berrysync password' },
  'password-weak': { status: 400, retry: false, sentence: 'Choose another password: {reason}. A few words that only you put together are good.' },
  'confirmation-needed': { status: 403, retry: false, sentence: 'This takes the password once more. Type it again in the web interface; a token cannot do it.' },
  'scope-too-small': { status: 403, retry: false, sentence: 'This token may only read. To change something, make one with: berrysync token create NAME --scope control' },
  'too-many-attempts': { status: 429, retry: true, sentence: 'Too many wrong passwords. Try again in {seconds} s, or set a new one on the device: berrysync password' },
  'token-unknown': { status: 404, retry: false, sentence: 'There is no token {token}. `berrysync token list` shows them.' },
  'too-many-tokens': { status: 409, retry: false, sentence: 'There are {count} tokens already, which is the most. Revoke one that is not needed: berrysync token revoke ID' },
  'host-not-allowed': { status: 421, retry: false, sentence: 'This device does not answer to the name {name}. If that is a right name for it, allow it on the device: berrysync config webNames={name}' },
  'cross-site': { status: 403, retry: false, sentence: 'Another web page asked for this, so it was not done. Open the address of the device itself.' },
  'certificate-failed': { status: 500, retry: false, sentence: 'The certificate {file} cannot be made: {reason}. Make room or repair permissions, or go without: berrysync daemon --web off, then berrysync config https=off' },
  'web-port-in-use': { status: 409, retry: false, sentence: 'Port {address} of the web interface is in use by another program. Choose another with --web HOST:PORT, or none with --web off.' },

  // The disks of an appliance, as the daemon sees them.
  'appliance-only': { status: 409, retry: false, sentence: 'This machine does not run Berrysync as an appliance, so it cannot do that. One that does has the package for Debian installed, which starts: berrysync daemon --appliance' },
  'disk-has-folders': { status: 409, retry: false, sentence: 'The disk {disk} holds synced folders: {paths}. Remove them from Berrysync first (their files stay until the disk is erased).' },
  'helper-away': { status: 503, retry: true, sentence: 'The part of the system that looks after disks does not answer: {reason}.' },
  'helper-failed': { status: 500, retry: true, sentence: 'The system could not do "{verb}": {reason}.' },

  // The device.
  'home-in-use': { status: 409, retry: false, sentence: 'Another daemon already runs on {home} (process {pid}). Stop it first, or give this one another --home.' },
  'home-unusable': { status: 500, retry: false, sentence: 'The state directory {home} cannot be used: {reason}.' },
  'port-in-use': { status: 409, retry: false, sentence: 'Port {address} is in use by another program. Choose another with --listen HOST:PORT.' },
  'listen-failed': { status: 500, retry: false, sentence: 'Cannot listen on {address}: {reason}.' },
  'daemon-not-running': { status: 503, retry: true, sentence: 'No daemon runs for {home}. Start it with: berrysync daemon --home {home}' },
  'config-damaged': { status: 500, retry: false, sentence: 'The configuration {file} cannot be read: {reason}. Repair it or move it away; nothing was changed.' },
  'identity-damaged': { status: 500, retry: false, sentence: 'The identity {file} cannot be read: {reason}. Restore it from a backup, or move it away to become a new device.' },
  'database-damaged': { status: 500, retry: false, sentence: 'The database {file} was damaged ({reason}). It was moved to {aside} and is being rebuilt from the folder; no file is touched.' },
  'database-unusable': { status: 503, retry: true, sentence: 'The database {file} cannot be used: {reason}. Make room on its disk or repair its permissions; no file of the folder is touched meanwhile.' },
  'database-newer': { status: 500, retry: false, sentence: 'The database {file} was made by a newer version of Berrysync. Update this one; nothing was changed.' },

  // Releases of an appliance.
  'release-malformed': { status: 400, retry: false, sentence: 'This is not a release of Berrysync, or not all of one: {reason}. Download it again.' },
  'release-damaged': { status: 400, retry: false, sentence: 'This release is damaged: {reason}. Download it again.' },
  'release-too-large': { status: 413, retry: false, sentence: 'This file has {bytes} bytes; a release has {most} at most.' },
  'release-untrusted': { status: 403, retry: false, sentence: 'This release is not signed by anybody this device trusts, so it is not installed. Download it from where Berrysync comes from.' },
  'release-foreign': { status: 400, retry: false, sentence: 'Release {version} is for another kind of processor ({arch}); this device has {own}. Download the one for this device.' },
  'release-same': { status: 409, retry: false, sentence: 'Release {version} runs on this device already.' },
  'release-older': { status: 409, retry: false, sentence: 'Release {version} is older than {running}, which runs on this device. To return to the release before, roll back.' },
  'release-too-far': { status: 409, retry: false, sentence: 'Release {version} can only follow {replaces} or a later one, and this device runs {running}. Install {replaces} first.' },
  'release-no-room': { status: 507, retry: true, sentence: 'There is no room for release {version}: it needs {neededBytes} bytes, {freeBytes} are free.' },
  'release-on-trial': { status: 409, retry: true, sentence: 'Release {version} is still being tried. Wait until it has proven itself, or roll back.' },
  'release-busy': { status: 409, retry: true, sentence: 'A release is being installed already. Wait until that is done.' },
  'release-none-before': { status: 409, retry: false, sentence: 'There is no release to go back to: the one that runs came with the system.' },
  'upload-broken': { status: 409, retry: true, sentence: 'A part of the file is missing: {have} bytes are here, and the next part begins at {offset}. Upload it again.' },

  // A backup of the configuration.
  'backup-malformed': { status: 400, retry: false, sentence: 'This is not a backup of a Berrysync device, or only a part of one.' },
  'backup-newer': { status: 400, retry: false, sentence: 'This backup was made by a newer version of Berrysync. Update this device first.' },
  'backup-locked': { status: 403, retry: false, sentence: 'This is not the passphrase of this backup, or the file was damaged.' },
  'backup-damaged': { status: 400, retry: false, sentence: 'This backup cannot be used: {reason}. Nothing was changed. Try an older one.' },
  'backup-over-folders': { status: 409, retry: false, sentence: 'This device has folders already ({count}). A backup takes the place of them, of its settings and of its identity; files stay where they are. If that is meant, say so: --replace on the command line.' },
  'passphrase-weak': { status: 400, retry: false, sentence: 'Choose another passphrase: {reason}. A few words that only you put together are good.' },

  // Disks of an appliance, and the machine itself: what the helper says.
  'disk-unknown': { status: 404, retry: false, sentence: 'There is no disk {disk}. `berrysync disks` lists them.' },
  'disk-changed': { status: 409, retry: false, sentence: 'The disk {disk} is not the one that was shown: it was exchanged meanwhile. Nothing was changed. Look at it once more.' },
  'disk-in-use': { status: 409, retry: true, sentence: 'The disk {disk} is still in use by {users}. Nothing was changed. Wait until that is done, and try again.' },
  'disk-not-blank': { status: 409, retry: false, sentence: 'The disk {disk} is not blank, so it is not prepared. Nothing was changed. To lose what is on it, erase it.' },
  'disk-typed-wrong': { status: 400, retry: false, sentence: 'What was typed does not belong to the disk {disk}, so it was not erased. Nothing was changed.' },
  'disk-unsuitable': { status: 409, retry: false, sentence: 'The disk {disk} cannot be {what}: {reason}.' },
  'disk-work-failed': { status: 500, retry: true, sentence: 'The disk {disk} could not be {what}: {reason}. It may be failing; try another port, cable or power supply.' },
  'time-zone-unknown': { status: 400, retry: false, sentence: 'There is no time zone "{zone}". Write it like Europe/Berlin.' },
  'reset-typed-wrong': { status: 400, retry: false, sentence: 'To have this device forget its own state, type "{text}". Nothing was changed.' },
  'system-step-failed': { status: 500, retry: true, sentence: 'The machine could not {what}: {reason}.' },

  // Halts of a folder: nothing is written or deleted until the cause or a person ends them.
  'root-missing': { status: 503, retry: true, sentence: 'The directory {path} is not there. Nothing was deleted. Plug the disk in or put the directory back and syncing goes on.' },
  'root-unmarked': { status: 503, retry: true, sentence: 'The directory {path} has lost its identity file (.sync/identity): another disk may be mounted there. Nothing was deleted. Put the right disk back, or remove the folder and add it again.' },
  'root-foreign': { status: 503, retry: true, sentence: 'The directory {path} belongs to another folder or is another disk than before. Nothing was deleted. Put the right disk back, or remove the folder and add it again.' },
  'root-unreadable': { status: 503, retry: true, sentence: 'The directory {path} cannot be read: {reason}.' },
  'disk-away': { status: 503, retry: true, sentence: 'The disk {disk}, on which {path} lies, is not attached. Nothing was deleted. Plug it in and syncing goes on.' },
  'disk-full': { status: 507, retry: true, sentence: 'The disk of {path} is full ({freeBytes} bytes free, {reserveBytes} are kept in reserve). Free some space and syncing goes on.' },
  'disk-read-only': { status: 503, retry: true, sentence: 'The disk of {path} is read-only. Nothing can be received until it is writable again.' },
  'mass-delete': { status: 409, retry: false, sentence: '{count} of {total} files would be deleted {where}. Nothing was deleted yet. `berrysync deletes {path} --confirm` lets it happen, `--undo` brings the files back.' },
  'too-many-errors': { status: 503, retry: true, sentence: '{count} files of {path} failed one after another, the last with: {reason} Trying again later.' },

  // One path.
  'changed-since-plan': { status: 409, retry: true, sentence: '{path} was changed on this disk at the same moment.' },
  'changing': { status: 409, retry: true, sentence: '{path} is being written to. It will be sent when that ends.' },
  'unreadable': { status: 403, retry: true, sentence: '{path} cannot be read: {reason}.' },
  'name-not-utf8': { status: 400, retry: false, sentence: '{path} has a name that is not valid UTF-8 and cannot be sent. Rename it.' },
  'name-unusable': { status: 400, retry: false, sentence: '{path} has a name that cannot be synced: {reason}. Rename it.' },
  'name-not-possible-here': { status: 400, retry: false, sentence: '{path} cannot be stored here: this disk does not allow that name ({reason}).' },
  'name-collides': { status: 409, retry: false, sentence: '{path} cannot be stored here beside {other}: this disk does not tell these names apart. Rename one of them.' },
  'kind-unsupported': { status: 400, retry: false, sentence: '{path} is a {kind}; only files, directories and symbolic links are synced.' },
  'link-malformed': { status: 400, retry: false, sentence: 'This is not a link that shares a folder. Such links begin with berrysync://add? and hold a secret.' },
  'link-unusable': { status: 400, retry: false, sentence: 'The symbolic link {path} cannot be synced: {reason}.' },
  'kind-not-possible-here': { status: 400, retry: false, sentence: '{path} is a symbolic link, which this disk cannot hold.' },
  'not-writable': { status: 403, retry: true, sentence: '{path} cannot be written: {reason}.' },
  'too-large-here': { status: 400, retry: false, sentence: '{path} is too large for this disk ({reason}).' },
  'io-error': { status: 500, retry: true, sentence: '{path}: {reason}.' },
  'history-full': { status: 409, retry: false, sentence: 'The history of {path} names as many devices as it can, so what was changed there stays on this device. Give the file another name to go on with it.' },
  'no-peer-has-it': { status: 503, retry: true, sentence: 'No connected peer has the content of {path} yet.' },
  'file-damaged': { status: 503, retry: true, sentence: 'The disk has damaged {path}: its content is another, or cannot be read, though nobody has written to it. It is not passed on. As soon as a device that has it as it was is connected, it is repaired from there, and what lies there now goes to the archive. To keep what lies there instead: berrysync scrub {folder} --keep {path}' },
  'own-file-damaged': { status: 503, retry: false, sentence: 'The disk has damaged {path}: its content is another, or cannot be read, though nobody has written to it. It was changed only on this device, so no other device can repair it. Put a good copy in its place, or delete it, or keep what lies there: berrysync scrub {folder} --keep {path}' },
  'not-showable': { status: 415, retry: false, sentence: '{path} cannot be shown here: {reason}.' },
  'obstructed': { status: 409, retry: true, sentence: '{path} cannot be placed: {reason}.' },

  // One-time secrets. A device that asks to redeem one has its link closed with these, too.
  'clock-not-set': { status: 503, retry: true, sentence: 'The clock of this device is not set yet, so it cannot tell how old a one-time secret is. Wait until it has the time from the network, or set it.', told: 'its clock is not set yet, so it cannot tell how old this one-time secret is' },
  'device-unknown': { status: 404, retry: false, sentence: '{named} names {count} devices of {path}, and has to name one other than this. `berrysync peers {path}` shows their names and ids.' },
  'not-waiting': { status: 404, retry: false, sentence: 'No such device waits to be let into {path}. `berrysync peers {path}` shows who does.' },
  'not-certified': { status: 409, retry: false, sentence: 'That device was not let into {path} by anybody: it holds one of its secrets. Only a new secret keeps it out: `berrysync rotate {path}`.' },
  'no-secret-here': { status: 409, retry: false, sentence: 'This device was let into {path} by another one, so it holds no secret that could be passed on. Ask who shares it.' },
  'secret-changed': { status: 410, retry: false, sentence: 'The secret of {path} was changed, and this device was not moved over. Every file stays. To go on, ask who shares it for the new secret, then `berrysync remove {path}` and `berrysync add {path} SECRET --host HOST:PORT`.' },
  'issuer-away': { status: 503, retry: true, sentence: 'Nobody who can redeem this one-time secret has been reached yet. Whoever made it has to be online; this device keeps trying.' },
  'invite-unknown': { status: 404, retry: false, sentence: 'There is no one-time secret {id} of this folder. `berrysync invite list {path}` shows them.' },
  'invite-used': { status: 409, retry: false, sentence: 'This one-time secret was used by another device already. Ask for a new one.', told: 'this one-time secret was used by another device already. Ask for a new one' },
  'invite-expired': { status: 410, retry: false, sentence: 'This one-time secret has expired. Ask for a new one.', told: 'this one-time secret has expired. Ask for a new one' },
  'invite-cancelled': { status: 410, retry: false, sentence: 'This one-time secret was cancelled. Ask for a new one.', told: 'this one-time secret was cancelled. Ask for a new one' },

  // A peer misbehaves or leaves: the link is closed with this code.
  'peer-garbage': { status: 400, retry: true, sentence: 'The peer sent something that is not this protocol: {reason}.', told: 'it could not make sense of what this device sent. Update the older of the two' },
  'peer-oversize': { status: 400, retry: true, sentence: 'The peer sent more than allowed: {reason}.', told: 'this device sent it more than it allows. Update the older of the two' },
  'peer-forged': { status: 403, retry: true, sentence: 'The peer sent a record without a valid signature: {reason}.', told: 'this device sent it something without a valid signature or proof' },
  'peer-wrong-block': { status: 400, retry: true, sentence: 'The peer sent a block that does not fit its hash.', told: 'this device sent it a block that does not fit its hash' },
  'peer-stalled': { status: 408, retry: true, sentence: 'The peer did not answer in time.', told: 'this device did not answer it in time' },
  'peer-incompatible': { status: 400, retry: false, sentence: 'The peer and this device speak no common version of the protocol. Update the older one.', told: 'it and this device speak no common version of the protocol. Update the older one' },
  'peer-revoked': { status: 403, retry: false, sentence: 'The peer was taken out of this folder.', told: 'this device was taken out of the folder. Ask who shares it' },
  'peer-uninvited': { status: 403, retry: false, sentence: 'The peer holds the secret of this folder, but was not invited.', told: 'only who was let in with a one-time secret may join this folder. Ask for one' },
  'peer-waiting': { status: 403, retry: true, sentence: 'The peer waits until somebody with full access lets it in.', told: 'this device waits until somebody with full access lets it in' },
  'folder-moved': { status: 410, retry: false, sentence: 'The folder goes on under another secret.', told: 'the folder goes on under another secret. If this device does not go over by itself, ask who shares it' },
  'members-changed': { status: 503, retry: true, sentence: 'The members of the folder changed, so peers read its index anew.', told: 'the members of the folder changed; it is back in a moment' },
  'peer-self': { status: 400, retry: false, sentence: 'This address is this device itself.' },
  'peer-duplicate': { status: 409, retry: false, sentence: 'There is already a link to this peer.', told: 'it has another link to this device already' },
  'peer-full': { status: 503, retry: true, sentence: 'There are as many links to peers as may be.', told: 'it has as many links as it may have. It is tried again; any other peer serves as well' },
  'handshake-failed': { status: 403, retry: true, sentence: 'The handshake with {address} failed: {reason}. Check that this folder was added there too.' },
  'unreachable': { status: 503, retry: true, sentence: '{address} cannot be reached: {reason}.' },
  'tracker-failed': { status: 503, retry: true, sentence: '{reason}' },
  'closing': { status: 503, retry: true, sentence: 'This device is shutting down.', told: 'it is shutting down' },
  'folder-closed': { status: 503, retry: true, sentence: 'The folder is not being synced any more.', told: 'it does not sync this folder now' },
  'cancelled': { status: 499, retry: true, sentence: 'Cancelled.' },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorKinds
export const errorCodes = Object.keys(errorKinds) as readonly ErrorCode[]
export type ErrorData = Readonly<Record<string, string | number>>

/** The sentence for a code, with its data filled in. A name missing from `data` stays visible as `{name}`. */
export function describeError(code: ErrorCode, data: ErrorData = {}): string {
  return errorKinds[code].sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(data[name] ?? whole))
}

/** The error of a link that the other side closed: it carries the code that was given, and says who gave it. */
export function closedByPeer(code: ErrorCode, address: string): SyncError {
  const { told = `its reason is "${code}"` }: ErrorKind = errorKinds[code]
  return new SyncError(code, { address }, { sentence: `${address} closed the link: ${told}.` })
}

export function errorStatus(code: ErrorCode): number {
  return errorKinds[code].status
}

export function isRetryable(code: ErrorCode): boolean {
  return errorKinds[code].retry
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorKinds, text)
}

/** An operation that failed. `message` is the person's sentence; `code` and `data` are for programs. */
export class SyncError extends Error {
  readonly code: ErrorCode
  readonly data: ErrorData

  constructor(code: ErrorCode, data: ErrorData = {}, options?: ErrorOptions & { readonly sentence?: string }) {
    super(options?.sentence ?? describeError(code, data), options)
    this.name = 'SyncError'
    this.code = code
    this.data = data
  }
}

/** Narrows a caught value to a `SyncError`, optionally of one code. */
export function isSyncError<C extends ErrorCode>(thrown: unknown, code?: C): thrown is SyncError & { code: C } {
  return thrown instanceof SyncError && (code === undefined || thrown.code === code)
}

/** The text of any thrown value: the system's codes, like `ENOENT`, first, because they are what a reader searches for. */
export function reasonOf(thrown: unknown): string {
  if (isSyncError(thrown)) return thrown.message
  if (thrown instanceof Error) {
    const code = (thrown as NodeJS.ErrnoException).code
    return code !== undefined && !thrown.message.includes(code) ? `${code}: ${thrown.message}` : thrown.message
  }
  return String(thrown)
}
