/**
 * Attaching a disk, taking it away, repairing it. One request at a time works on a disk; what comes of it stands in its facts. Attaching
 * fails by writing down why, never by an error: udev, which asks for it, has nobody to tell.
 */
import { writeFile } from 'node:fs/promises'
import type { DiskFacts, DiskReason } from '../appliance/disk-facts.ts'
import { SyncError } from '../core/errors.ts'
import { mend, preen } from './disk-check.ts'
import { lockDisk } from './disk-lock.ts'
import { type HeldDisk, holdDisk, isFree } from './disk-look.ts'
import { dropMount, mountDisk, mountsAt, removeMountPoint, unmountDisk } from './disk-mount.ts'
import { nameFor, readAllFacts, readFacts, removeFacts, writeFacts } from './disk-records.ts'
import { isClone, isSupportedKind, type SupportedKind, type Surveyed } from './disk-survey.ts'
import { findPlug, isPlugged, notePlug, wakeDisk } from './ejected-disks.ts'
import { mountType } from './mount-options.ts'
import { makeOwnDirectory } from './own-directory.ts'
import type { Surroundings } from './surroundings.ts'
import { diskNameOf } from './system-disks.ts'

export type OnProgress = (part: number) => void

/** A disk that is plugged in waits for it. */
const sweepPatienceSeconds = 15

// ---- attach -------------------------------------------------------------------------------------------------------------

/** Everything on the disk that `device` is or is a part of. Gives the facts that were written: none for what nobody hears of. */
export async function attach(surroundings: Surroundings, device: string): Promise<DiskFacts[]> {
  const { places } = surroundings
  await sweep(surroundings)
  if ((await diskNameOf(places, device)) === undefined && (await wakeDisk(surroundings, device))) {
    // It comes back as a new disk, maybe under another name, and udev attaches that.
    await removeFacts(places, device)
    return []
  }
  await using disk = await holdDisk(surroundings, device)
  await using _lock = await lockDisk(places, disk.name)
  return await attachDisk(surroundings, disk)
}

/** For whoever holds and has locked the disk. */
export async function attachDisk(surroundings: Surroundings, disk: HeldDisk): Promise<DiskFacts[]> {
  const { places } = surroundings
  const all = await disk.look()
  for (const { device } of await factsOf(surroundings, disk.name))
    if (!all.some((each) => each.device === device)) await removeFacts(places, device)
  const attached: DiskFacts[] = []
  for (const surveyed of all) attached.push(await attachPart(surroundings, surveyed))
  return attached
}

/** What is known of a whole disk and its parts. */
export async function factsOf({ places }: Surroundings, disk: string): Promise<DiskFacts[]> {
  return (await readAllFacts(places)).filter((facts) => facts.disk.device === disk)
}

async function attachPart(surroundings: Surroundings, surveyed: Surveyed): Promise<DiskFacts> {
  const { places, log } = surroundings
  const { device, verdict } = surveyed
  const before = await readFacts(places, device)
  if (before?.state === 'attached' && (await isStillAttached(surroundings, before, surveyed))) return before
  const facts = newFacts(surveyed, await nameFor(places, surveyed, false))
  const settled = async (change: Partial<DiskFacts>) => {
    const written = { ...facts, ...change }
    await writeFacts(places, written)
    return written
  }
  if (verdict.kind === 'blank') return settled({ state: 'blank' })
  if (verdict.kind === 'unusable') return settled({ state: 'unusable', reason: verdict.reason })
  if (surveyed.mountPoints.length > 0) return settled({ state: 'failed', reason: 'mounted-elsewhere' })
  try {
    return await attachFileSystem(surroundings, surveyed, settled)
  } catch (error) {
    log(`attaching ${device} failed: ${error instanceof Error ? error.stack : String(error)}`)
    return settled({ state: 'failed', reason: 'internal' })
  }
}

async function isStillAttached(
  { places }: Surroundings,
  { mountPoint, disk, fileSystem }: DiskFacts,
  surveyed: Surveyed,
): Promise<boolean> {
  if (mountPoint === null || disk.sequence !== surveyed.disk.sequence) return false
  if (fileSystem?.uuid !== surveyed.fileSystem?.uuid) return false
  return (await mountsAt(places, mountPoint)).length > 0 && surveyed.mountPoints.includes(mountPoint)
}

function newFacts({ device, disk, fileSystem }: Surveyed, name: string): DiskFacts {
  const nothing = { mountPoint: null, readOnly: false, reason: null, progress: null }
  return { device, name, disk, fileSystem, state: 'checking', ...nothing }
}

type Settle = (change: Partial<DiskFacts>) => Promise<DiskFacts>

async function attachFileSystem(
  surroundings: Surroundings,
  surveyed: Surveyed,
  settled: Settle,
): Promise<DiskFacts> {
  const { places, run } = surroundings
  const kind = surveyed.fileSystem!.kind as SupportedKind
  if (isClone(surveyed, await readAllFacts(places))) return settled({ state: 'clone' })
  await settled({ state: 'checking' })
  const reporter = createReporter((progress) => settled({ state: 'checking', progress }))
  const outcome = surveyed.isWriteProtected
    ? 'write-protected'
    : await preen(`${places.dev}/${surveyed.device}`, kind, { run, onProgress: reporter.onProgress })
  await reporter.end()
  // One at a time from here: of two copies of a disk that come together only one may be mounted, and names are given once.
  await using _lock = await lockDisk(places, 'attach')
  if (isClone(surveyed, await readAllFacts(places))) return await settled({ state: 'clone' })
  const name = await nameFor(places, surveyed, true)
  return await settled({
    name,
    ...(await mountBest(surroundings, surveyed, name, outcome === 'fine' ? null : outcome)),
  })
}

/** Mounts it for writing when that may be, else for reading. `doubt`: why it may not. */
async function mountBest(
  surroundings: Surroundings,
  surveyed: Surveyed,
  name: string,
  doubt: DiskReason | null,
): Promise<Partial<DiskFacts>> {
  const { places } = surroundings
  const { device, isWriteProtected } = surveyed
  const kind = surveyed.fileSystem!.kind as SupportedKind
  const mountPoint = `${places.mounts}/${name}`
  const owner = await surroundings.owner()
  const tryMount = (readOnly: boolean) =>
    mountDisk(surroundings, device, mountPoint, mountType(kind, owner, { readOnly, isWriteProtected }))
  const forReading = async (reason: DiskReason): Promise<Partial<DiskFacts>> => {
    if (await tryMount(true)) return { state: 'attached', mountPoint, readOnly: true, reason }
    await removeMountPoint(mountPoint)
    return { state: 'failed', reason: doubt ?? 'mount-failed' }
  }

  if ((await mountsAt(places, mountPoint)).length > 0) return { state: 'failed', reason: 'mount-failed' }
  if (doubt !== null) return forReading(doubt)
  // A dirty NTFS refuses to be mounted for writing.
  if (!(await tryMount(false))) return forReading(kind === 'ntfs' ? 'not-cleanly-removed' : 'check-failed')
  const [mount] = await mountsAt(places, mountPoint)
  if (mount?.isReadOnly === true)
    return { state: 'attached', mountPoint, readOnly: true, reason: 'write-protected' }
  const keepsOwners = !['vfat', 'exfat', 'ntfs'].includes(kind)
  const own = await makeOwnDirectory(surroundings, mountPoint, owner, keepsOwners)
  if (own === 'there') return { state: 'attached', mountPoint }
  if (own === 'obstructed') {
    await unmountDisk(surroundings, mountPoint)
    await removeMountPoint(mountPoint)
    return { state: 'failed', reason: 'own-directory-obstructed' }
  }
  return { state: 'attached', mountPoint, readOnly: true, reason: 'input-output-error' }
}

// ---- detach -------------------------------------------------------------------------------------------------------------

/** After a disk was pulled. What is still there is left alone: only `eject` takes it away. */
export async function detach(surroundings: Surroundings, disk: string): Promise<void> {
  for (const facts of await factsOf(surroundings, disk)) await forgetLocked(surroundings, facts)
}

/** Facts of disks that are gone, whatever was missed. */
export async function sweep(surroundings: Surroundings): Promise<void> {
  const { places, log } = surroundings
  for (const facts of await readAllFacts(places)) {
    if (await isTrueStill(surroundings, facts)) continue
    // Whoever works on what has its name by now looks after it; nobody else waits for that.
    await forgetLocked(surroundings, facts, sweepPatienceSeconds).catch((error) =>
      log(`${facts.device} is not swept: ${error instanceof Error ? error.message : String(error)}`),
    )
  }
}

/** What was read before the lock was given may be about another disk of the same name. */
async function forgetLocked(
  surroundings: Surroundings,
  { device, disk }: DiskFacts,
  patience?: number,
): Promise<void> {
  const { places } = surroundings
  await using _lock = await lockDisk(places, disk.device, patience)
  const now = await readFacts(places, device)
  if (now !== undefined) await forgetIfGone(surroundings, now)
}

async function forgetIfGone(surroundings: Surroundings, facts: DiskFacts): Promise<void> {
  const { places } = surroundings
  if (await isTrueStill(surroundings, facts)) return
  const mountPoint = `${places.mounts}/${facts.name}`
  const mounts = await mountsAt(places, mountPoint)
  // A disk that was never attached may bear, in its facts, the name another one got meanwhile.
  if (mounts.every(({ source }) => source === `${places.dev}/${facts.device}`))
    await dropMount(surroundings, mountPoint)
  await removeFacts(places, facts.device)
}

async function isTrueStill(surroundings: Surroundings, facts: DiskFacts): Promise<boolean> {
  if (await isPresent(surroundings, facts)) return true
  return facts.state === 'ejected' && (await isPlugged(surroundings, facts.device))
}

async function isPresent(surroundings: Surroundings, { device, disk }: DiskFacts): Promise<boolean> {
  if ((await diskNameOf(surroundings.places, device)) !== disk.device) return false
  try {
    await using held = await holdDisk(surroundings, device)
    return held.sequence === disk.sequence
  } catch {
    return false
  }
}

// ---- eject --------------------------------------------------------------------------------------------------------------

/** Takes the whole disk away, with all that is attached of it. Throws `disk-unknown`, `disk-in-use`. */
export async function eject(surroundings: Surroundings, device: string): Promise<void> {
  const { places, log } = surroundings
  const facts = await readFacts(places, device)
  if (facts === undefined) throw new SyncError('disk-unknown', { disk: device })
  if (facts.state === 'ejected') return
  await using disk = await holdDisk(surroundings, device)
  await using _lock = await lockDisk(places, disk.name)
  const own = await factsOf(surroundings, disk.name)
  await unmountAll(surroundings, disk, own)
  if (!(await isFree(`${places.dev}/${disk.name}`))) {
    await attachDisk(surroundings, disk)
    throw new SyncError('disk-in-use', { disk: device, users: 'a program' })
  }
  const plug = await findPlug(places, disk.name)
  for (const each of own) {
    await notePlug(places, each.device, plug)
    await writeFacts(places, {
      ...each,
      state: 'ejected',
      mountPoint: null,
      readOnly: false,
      reason: null,
      progress: null,
    })
  }
  await disk.handle.close()
  try {
    await writeFile(`${places.sys}/block/${disk.name}/device/delete`, '1')
  } catch (error) {
    // Not every disk can be switched off; it may be pulled all the same.
    log(`${disk.name} stays switched on: ${String(error)}`)
  }
}

/** Either all of them, which are parts of the disk, are unmounted, or none. Throws `disk-in-use`. */
export async function unmountAll(
  surroundings: Surroundings,
  disk: HeldDisk,
  all: readonly DiskFacts[],
): Promise<void> {
  for (const facts of all) {
    const mountPoint = `${surroundings.places.mounts}/${facts.name}`
    if (facts.state !== 'attached' || facts.mountPoint !== mountPoint) continue
    const users = await unmountDisk(surroundings, mountPoint)
    if (users === undefined) {
      await removeMountPoint(mountPoint)
      continue
    }
    await attachDisk(surroundings, disk)
    throw new SyncError('disk-in-use', { disk: facts.device, users })
  }
}

// ---- repair -------------------------------------------------------------------------------------------------------------

/** Throws `disk-unknown`, `disk-in-use`, `disk-unsuitable`. Whether it helped stands in the facts. */
export async function repair(
  surroundings: Surroundings,
  device: string,
  onProgress: OnProgress,
): Promise<void> {
  const { places, run } = surroundings
  const facts = await readFacts(places, device)
  if (facts === undefined || facts.state === 'ejected') throw new SyncError('disk-unknown', { disk: device })
  await using disk = await holdDisk(surroundings, device)
  await using _lock = await lockDisk(places, disk.name)
  if (disk.sequence !== facts.disk.sequence) throw new SyncError('disk-changed', { disk: device })
  const surveyed = (await disk.look()).find((each) => each.device === device)
  const kind = surveyed?.fileSystem?.kind ?? ''
  if (surveyed?.verdict.kind !== 'attach' || !isSupportedKind(kind))
    throw new SyncError('disk-unsuitable', {
      disk: device,
      what: 'repaired',
      reason: 'it has no file system that can be',
    })
  if (surveyed.isWriteProtected)
    throw new SyncError('disk-unsuitable', {
      disk: device,
      what: 'repaired',
      reason: 'it is write-protected',
    })
  if (kind === 'ntfs' || kind === 'btrfs') await mend(device, kind, { run, onProgress })
  await unmountAll(surroundings, disk, [facts])
  if (!(await isFree(`${places.dev}/${device}`)))
    throw new SyncError('disk-in-use', { disk: device, users: 'a program' })

  const checking = { ...facts, state: 'checking', mountPoint: null, readOnly: false, reason: null } as const
  const reporter = createReporter(async (progress) => {
    onProgress(progress)
    await writeFacts(places, { ...checking, progress })
  })
  await writeFacts(places, { ...checking, progress: null })
  try {
    await mend(`${places.dev}/${device}`, kind, { run, onProgress: reporter.onProgress })
  } finally {
    await reporter.end()
  }
  await attachDisk(surroundings, disk)
}

interface Reporter {
  readonly onProgress: OnProgress
  /** After it nothing more is noted. */
  end(): Promise<void>
}

/** One note a percent at most, one after another. */
function createReporter(note: (part: number) => Promise<unknown>): Reporter {
  let last = -1
  let noting = Promise.resolve<unknown>(undefined)
  return {
    onProgress: (part) => {
      const percent = Math.floor(part * 100)
      if (percent <= last) return
      last = percent
      // A note is for people who wait; the work goes on without.
      noting = noting.then(() => note(percent / 100)).catch(() => undefined)
    },
    end: async () => {
      last = Number.POSITIVE_INFINITY
      await noting
    },
  }
}
