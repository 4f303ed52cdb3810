/**
 * Judges a simulated run by what people would notice. Knows what each person did and what lies on the disks; knows nothing of how the
 * engine works. Throws `SimFailure` naming the invariant of the design that did not hold.
 */
import { conflictOriginal } from '../core/conflict-name.ts'
import type { RelPath } from '../core/path.ts'
import type { Version } from '../core/version.ts'
import type { Contents } from './sim-contents.ts'
import type { SimDevice } from './sim-device.ts'
import { type Journal, type Shown, showEntry, showPath } from './sim-person.ts'
import { SimFailure } from './sim-scheduler.ts'

/** What everybody agreed on: NFC path to what is there. */
export type Agreement = ReadonlyMap<string, Shown>

/** Times come back from a disk within this of what was asked for: Node sets them as floating-point seconds. */
const timeGrainNs = 1_000n

/** Names under which two forms can meet; what a disk shows then is its own business. */
function isOddName(path: string): boolean {
  return path.toLowerCase().includes('caf\u00e9')
}

function isConflictName(path: string): boolean {
  return path.split('/').some((name) => conflictOriginal(name as RelPath) !== undefined)
}

export function agreementOf(device: SimDevice): Map<string, Shown> {
  const entries = device.own.person
    .tree()
    .map((entry) => [entry.path.normalize('NFC'), showEntry(device, entry)] as const)
  return new Map(entries.filter(([path]) => !isOddName(path)))
}

/** I6, I7: what lies at this path is, at this very moment, something somebody wrote, and all of it. */
export function checkWhole(contents: Contents, device: SimDevice, path: string): void {
  const { person } = device.own
  const kind = person.stat(path)?.kind
  if (kind !== 'file') return
  const data = person.readFile(path)
  if (contents.find('file', data) !== undefined) return
  const spoilt = contents.findSpoilt(data)
  if (spoilt?.devices.has(device.index)) return
  if (spoilt !== undefined)
    throw new SimFailure(
      'I1',
      `${device.name} shows at ${path} what the disk of another device has made of #${spoilt.of.id}`,
      path,
    )
  const text = data.toString('latin1')
  throw new SimFailure(
    'I6',
    `${device.name} shows at ${path} ${data.length} bytes nobody wrote: ${JSON.stringify(text.slice(0, 60))}`,
  )
}

/** I1: once everybody has scrubbed, nothing is damaged any more. */
export function checkRepaired(contents: Contents, devices: readonly SimDevice[]): void {
  for (const { name, role, own } of devices) {
    if (role !== 'full') continue
    for (const { path, kind, data } of own.person.tree()) {
      if (kind !== 'file') continue
      const isReadable = own.person.isReadable(path)
      const spoilt = contents.findSpoilt(data)?.of
      const content = spoilt ?? contents.find('file', data)
      if (content === undefined || content === 'empty' || content.isGivenUp) continue
      if (spoilt === undefined && isReadable) continue
      throw new SimFailure('I1', `#${content.id} is still damaged as ${path} at ${name}`, path)
    }
  }
}

/** I1: what is written at one path is written nowhere else. Nobody gives a file two names in these runs but programs. */
export function checkApart({ name, own: { person } }: SimDevice): void {
  const pathByInode = new Map<bigint, string>()
  for (const { path, kind } of person.tree()) {
    if (kind !== 'file') continue
    const { inode } = person.stat(path)!
    const other = pathByInode.get(inode)
    if (other !== undefined)
      throw new SimFailure('I1', `${other} and ${path} are one file at ${name}`, path as RelPath)
    pathByInode.set(inode, path)
  }
}

/** What lost and rolled-back databases mean for the oracle. */
export interface Forgetting {
  /** Names of the devices that ever forgot something. */
  readonly forgetful: ReadonlySet<string>
  /** By index of a device: what lay there when it forgot, as far as it was not judged since. */
  readonly unknown: ReadonlyMap<number, Agreement>
}

/**
 * I2: the same tree everywhere. Two things follow from forgetting (E7). Where nobody has the winner's content any more, because its
 * author forgot having told of it, each waits with what lies there. And a read-only device, which may differ where its person did
 * something, may keep what lay there when it forgot: whose work that is it cannot know (E6). Returns what it still keeps of that.
 */
export function checkConvergence(
  devices: readonly SimDevice[],
  touchedReadOnly: ReadonlyMap<number, ReadonlySet<string>>,
  forgetting: Forgetting,
): Map<number, Agreement> {
  const { unknown } = forgetting
  const [first, ...others] = devices.filter(({ role }) => role === 'full')
  const expected = agreementOf(first!)
  for (const device of others) {
    const difference = differencesAt(device, expected).find(
      ({ path }) => !isContentGone(devices, path, forgetting),
    )
    if (difference !== undefined) throw differs(first!, device, difference)
  }
  const stillUnknown = new Map<number, Agreement>()
  for (const device of devices.filter(({ role }) => role === 'read-only')) {
    const touched = touchedReadOnly.get(device.index) ?? new Set()
    const kept = new Map<string, Shown>()
    for (const difference of differencesAt(device, expected)) {
      const { path, actual } = difference
      if (wasThere(path, actual, unknown.get(device.index))) kept.set(path, actual)
      else if (!isNear(path, touched, device) && !isContentGone(devices, path, forgetting))
        throw differs(first!, device, difference)
    }
    if (kept.size > 0) stillUnknown.set(device.index, kept)
  }
  return stillUnknown
}

/** Whether everybody waits for a content that its author told of, forgot, and did away with before anybody else had it. */
function isContentGone(devices: readonly SimDevice[], path: string, { forgetful }: Forgetting): boolean {
  const winners = devices.map(({ store }) => store?.state(path as RelPath)?.winner)
  const [winner] = winners
  if (winner?.kind !== 'file' || !forgetful.has(winner.deviceName)) return false
  if (!winners.every((other) => other?.id === winner.id)) return false
  return devices.every(({ store }) => store?.hereWithRoot(winner.root).length === 0)
}

/** Whether exactly this was there before, at this path or at the one this conflict copy is named after. */
function wasThere(path: string, actual: Shown, before: Agreement = new Map()): boolean {
  if (actual === undefined) return false
  const original = conflictOriginal(path as RelPath)
  return [...before].some(
    ([other, shown]) =>
      (other === path || original === (conflictOriginal(other as RelPath) ?? other)) && isSame(shown, actual),
  )
}

interface Difference {
  readonly path: string
  readonly expected: Shown
  readonly actual: Shown
}

function differs(first: SimDevice, device: SimDevice, { path, expected, actual }: Difference): SimFailure {
  return new SimFailure(
    'I2',
    `${path} is ${describe(expected)} at ${first.name} and ${describe(actual)} at ${device.name}`,
    path,
  )
}

/** What is not at a device as it should be, as far as its disk can show it. */
function differencesAt(device: SimDevice, expected: Agreement): Difference[] {
  const actual = agreementOf(device)
  const paths = [...new Set([...expected.keys(), ...actual.keys()])].sort()
  const clashing = device.disk.caseSensitive ? new Set<string>() : clashingPaths(expected)
  return paths
    .map((path) => ({ path, expected: expected.get(path), actual: actual.get(path) }))
    .filter(({ expected, actual }) => !isSame(expected, actual, device))
    .filter(({ path }) => !isNear(path, clashing, device) && !isBehindLink(path, expected, device))
}

/** Paths that a disk blind to case cannot hold beside another one of these. */
function clashingPaths(expected: Agreement): Set<string> {
  const spellings = new Map<string, string[]>()
  for (const path of expected.keys()) {
    const folded = path.toLowerCase()
    spellings.set(folded, [...(spellings.get(folded) ?? []), path])
  }
  return new Set([...spellings.values()].filter((same) => same.length > 1).flat())
}

/** Whether a path is that of a link which the device's disk cannot hold. */
function isBehindLink(path: string, expected: Agreement, { disk }: SimDevice): boolean {
  return !disk.symbolicLinks && expected.get(path)?.kind === 'link'
}

/**
 * Whether a path is, as the device's disk tells names apart, one of these, above or below one, or the name of a conflict copy of one, which is
 * named after the first original.
 */
function isNear(there: string, touched: ReadonlySet<string>, { disk, own }: SimDevice): boolean {
  const seen = (text: string): string => (disk.caseSensitive ? text : text.toLowerCase())
  const path = inTheWay(own.person.spelled(there).normalize('NFC'), there)
  const original = conflictOriginal(path as RelPath)
  return [...touched].some(
    (other) =>
      isRelated(seen(path), seen(other)) ||
      (original !== undefined &&
        isRelated(seen(original), seen(conflictOriginal(other as RelPath) ?? other))),
  )
}

/** What keeps a path from being placed where it is spelled otherwise; itself where it is not. */
function inTheWay(spelled: string, path: string): string {
  const names = path.split('/')
  const depth = spelled.split('/').findIndex((name, at) => name !== names[at])
  return depth < 0
    ? path
    : spelled
        .split('/')
        .slice(0, depth + 1)
        .join('/')
}

function isRelated(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}

/** As far as the disk of a device can tell, where one is given. */
function isSame(a: Shown, b: Shown, device?: SimDevice): boolean {
  if (a === undefined || b === undefined) return a === b
  if (a.kind === 'file' && b.kind === 'file') {
    const apart = a.mtimeNs - b.mtimeNs
    const grainNs = timeGrainNs + (device?.disk.mtimeStepNs ?? 0n)
    const isAsExecutable = a.executable === b.executable || device?.disk.executable === false
    return a.data === b.data && isAsExecutable && apart < grainNs && apart > -grainNs
  }
  if (a.kind === 'link' && b.kind === 'link') return a.data === b.data
  return a.kind === b.kind
}

export function describe(shown: Shown): string {
  if (shown === undefined) return 'nothing'
  if (shown.kind === 'directory') return 'a directory'
  const data = JSON.stringify(shown.data.slice(0, 40))
  if (shown.kind === 'link') return `a link to ${data}`
  return `a file ${data}${shown.executable ? ' executable' : ''} of ${shown.mtimeNs}`
}

/**
 * I1: what a person wrote and no person wrote over or deleted since is there: in the folder what was written by one who may, on the
 * device itself or in its archive what was written at a read-only one. What a liar wrote is its own affair.
 */
export function checkNothingLost(
  contents: Contents,
  devices: readonly SimDevice[],
  liar: SimDevice | undefined,
): void {
  const idsAt = (device: SimDevice, under: string): Set<number> => {
    const ids = new Set<number>()
    if (under !== '' && device.own.person.stat(under) === undefined) return ids
    for (const { kind, data } of device.own.person.tree(under)) {
      const content = kind === 'file' || kind === 'link' ? contents.find(kind, data) : undefined
      if (content !== undefined && content !== 'empty') ids.add(content.id)
    }
    return ids
  }
  const inFolder = new Set(
    devices
      .filter((device) => device.role === 'full' && device !== liar)
      .flatMap((device) => [...idsAt(device, '')]),
  )
  const archived = devices.map((device) => idsAt(device, '.sync/archive'))
  const onDevice = devices.map((device) => idsAt(device, ''))
  for (const { id, device, where, isGivenUp } of contents.all) {
    if (device === liar?.index) continue
    const isReadOnly = devices[device]!.role === 'read-only'
    if (!isGivenUp) {
      const isThere = isReadOnly ? onDevice[device]!.has(id) || archived[device]!.has(id) : inFolder.has(id)
      if (isThere) continue
      const inArchives = devices.filter(({ index }) => archived[index]!.has(id)).map(({ name }) => name)
      throw new SimFailure(
        'I1',
        `content #${id}, written as ${where}, is lost${inArchives.length > 0 ? ` (in the archive of ${inArchives.join(', ')})` : ' without a trace'}`,
      )
    }
  }
  // I9: what a read-only person writes goes nowhere.
  for (const { id, device, where } of contents.all) {
    if (devices[device]!.role === 'full') continue
    const other = devices.find(
      ({ index }) => index !== device && (onDevice[index]!.has(id) || archived[index]!.has(id)),
    )
    if (other !== undefined)
      throw new SimFailure('I9', `content #${id}, written read-only as ${where}, came to ${other.name}`)
  }
}

/**
 * Compares two agreements through what people did between them: a path nobody touched stays as it was, and one that a single person
 * touched is as that person left it (I4 when that is: deleted). Paths where people met are judged by I1 and I2 alone.
 */
export function checkIntentions(
  before: Agreement,
  now: Agreement,
  journal: Journal,
  devices: readonly SimDevice[],
  undecided: ReadonlySet<string>,
): void {
  const { touched } = journal
  const at = (path: string): ReadonlySet<number> => touched.get(path) ?? new Set()
  const isMetAt = (path: string, by: number | undefined): boolean =>
    [...touched].some(
      ([other, who]) =>
        [...who].some((device) => device !== by) &&
        journal.someConnected(path, (here) =>
          journal.someConnected(other, (there) => isRelated(here, there)),
        ),
    )
  for (const path of new Set([...before.keys(), ...now.keys(), ...touched.keys()])) {
    if (isConflictName(path) || isOddName(path) || undecided.has(path)) continue
    const who = [...at(path)]
    if (who.length > 1) continue
    const [by] = who
    if (isMetAt(path, by)) continue
    const expected = by === undefined ? before.get(path) : journal.leftBy(by, path)
    const actual = now.get(path)
    if (isSame(expected, actual, by === undefined ? undefined : devices[by])) continue
    const rule = expected === undefined ? 'I4' : 'I2'
    const whose = by === undefined ? 'nobody touched it' : `only ${devices[by]!.name}'s person touched it`
    throw new SimFailure(
      rule,
      `${path} should be ${describe(expected)} and is ${describe(actual)}; ${whose}`,
      path,
    )
  }
}

/**
 * Paths with a losing version of somebody who forgot: without its author nobody may say that it is over, so it comes up when what is
 * above it goes (E7).
 */
export function undecidedPaths(
  { store }: SimDevice,
  { forgetful }: Pick<Forgetting, 'forgetful'>,
): Set<string> {
  const versions = store!.indexAfter(0, Number.MAX_SAFE_INTEGER).map(({ record }) => record.version)
  const losers = versions.filter(
    ({ id, path, deviceName }) => forgetful.has(deviceName) && store!.state(path)?.winner?.id !== id,
  )
  return new Set(losers.map(({ path }) => path))
}

/** I13: what a database says of a path follows from the versions in it, at every moment. */
export function checkDatabase({ name, store }: SimDevice): void {
  if (store === undefined) return
  const faults = [...store.inspectPaths('', Number.MAX_SAFE_INTEGER).faults, ...store.inspect()]
  if (faults.length > 0) throw new SimFailure('I13', `the database of ${name}: ${faults.join('; ')}`)
}

/** I5: nobody worked beside another, so nothing can have collided. */
export function checkNoConflicts(before: Agreement, now: Agreement, journal: Journal): void {
  for (const path of now.keys()) {
    if (!isConflictName(path) || before.has(path) || journal.touched.has(path)) continue
    throw new SimFailure('I5', `there is ${path}, though nobody worked at the same time as another`, path)
  }
}

/** What a device knows of a path, for the report of a failure. */
export function explain({ name, store }: SimDevice, path: string): string[] {
  const state = store?.state(path as RelPath)
  if (store === undefined || state === undefined) return [`${name} knows nothing of ${path}`]
  const { winner, agreed, here } = state
  const problems = store.problems(1000).filter((problem) => problem.path === path)
  return [
    `${name} ${path}: here ${here === undefined ? 'nothing' : `${here.kind} ${here.root.slice(0, 6)}${here.verified ? '' : ' unverified'}`}`,
    `  winner ${describeVersion(winner)}`,
    `  agreed ${describeVersion(agreed)}`,
    ...store.versionsOf(path as RelPath).map((version) => `  version ${describeVersion(version)}`),
    ...problems.map(({ code, message, retryMs }) => `  problem ${code} until ${retryMs}: ${message}`),
  ]
}

function describeVersion(version: Version | undefined): string {
  if (version === undefined) return 'none'
  const { kind, root, id, deviceName, vector, replaced, movedTo } = version
  const counters = [...vector].map(([writer, count]) => `${writer.slice(0, 4)}:${count}`).join(' ')
  const before = replaced === undefined ? '' : ` replaced ${replaced.kind} ${replaced.root.slice(0, 6)}`
  const after = movedTo === undefined ? '' : ` moved to ${movedTo}`
  return `${kind} ${root.slice(0, 6)} ${id.slice(0, 6)} by ${deviceName} {${counters}}${before}${after}`
}

/** I10: deletions signed while the folder's disk was away, of what lies on that disk. Those of an earlier epoch come back from peers. */
export function checkNoDeletions(device: SimDevice, sinceSequence: number): void {
  const { store } = device
  for (const { record } of store?.indexAfter(sinceSequence, Number.MAX_SAFE_INTEGER) ?? []) {
    const { version } = record
    if (version.kind !== 'deleted' || version.epoch !== store?.fact('epoch')) continue
    if (showPath(device, version.path) === undefined) continue
    throw new SimFailure(
      'I10',
      `${device.name} signed the deletion of ${version.path} while its disk was away`,
    )
  }
}
