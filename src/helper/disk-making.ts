/**
 * The two verbs that destroy: a blank disk is prepared, one with content is erased and prepared. Each looks again itself, at the moment it
 * acts, and goes on only with the very disk that a person was shown (A1, A2). While it works the disk is held open, so that its name
 * cannot pass to another.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type DiskIdentity, textToTypeForErase } from '../appliance/disk-facts.ts'
import { SyncError } from '../core/errors.ts'
import { cleanText } from './clean-text.ts'
import { lockDisk } from './disk-lock.ts'
import { type HeldDisk, holdDisk, isFree } from './disk-look.ts'
import { removeFacts, writeFacts } from './disk-records.ts'
import type { Surveyed } from './disk-survey.ts'
import { attachDisk, factsOf, type OnProgress, unmountAll } from './disk-verbs.ts'
import type { Surroundings } from './surroundings.ts'
import { findSystemDisks } from './system-disks.ts'

/** Every step but the last takes seconds; a slow stick is slow in all of them. */
const stepTimeoutMs = 10 * 60_000
const partitionWaitMs = 20_000
const partitionLookMs = 200
/** Of the file system; what the disk is called comes from it. */
const newLabel = 'berrysync'

/** Gives the partition that is there now. Throws `disk-unknown`, `disk-changed`, `disk-not-blank`, `disk-in-use`, `disk-work-failed`. */
export async function prepare(
  surroundings: Surroundings,
  device: string,
  shown: DiskIdentity,
  onProgress: OnProgress,
): Promise<string> {
  await using disk = await holdDisk(surroundings, device)
  await using _lock = await lockDisk(surroundings.places, disk.name)
  const [surveyed, ...others] = await lookOnce(disk, device, shown)
  if (surveyed!.verdict.kind !== 'blank' || surveyed!.device !== disk.name || others.length > 0)
    throw new SyncError('disk-not-blank', { disk: device })
  return await make(surroundings, disk, onProgress)
}

/** The whole disk, whichever part of it was named. Throws what `prepare` throws, and `disk-typed-wrong`. */
export async function erase(
  surroundings: Surroundings,
  device: string,
  shown: DiskIdentity,
  typed: string,
  onProgress: OnProgress,
): Promise<string> {
  const { places } = surroundings
  if (typed.trim().toLowerCase() !== textToTypeForErase(shown).toLowerCase())
    throw new SyncError('disk-typed-wrong', { disk: device })
  await using disk = await holdDisk(surroundings, device)
  await using _lock = await lockDisk(places, disk.name)
  await lookOnce(disk, device, shown)
  await unmountAll(surroundings, disk, await factsOf(surroundings, disk.name))
  return await make(surroundings, disk, onProgress)
}

/** What there is of the disk, the named part first. A disk that is not offered has nothing: it is unknown here. */
async function lookOnce(disk: HeldDisk, device: string, shown: DiskIdentity): Promise<Surveyed[]> {
  const all = await disk.look()
  const named = all.find((each) => each.device === device)
  if (named === undefined) throw new SyncError('disk-unknown', { disk: device })
  const { serial, sizeBytes, sequence } = named.disk
  if (serial !== shown.serial || sizeBytes !== shown.sizeBytes || sequence !== shown.sequence)
    throw new SyncError('disk-changed', { disk: device })
  if (all.some(({ isWriteProtected }) => isWriteProtected))
    throw new SyncError('disk-unsuitable', {
      disk: device,
      what: 'prepared',
      reason: 'it is write-protected',
    })
  return [named, ...all.filter((each) => each !== named)]
}

/** When it is broken off, the facts say what is there then. */
async function make(surroundings: Surroundings, disk: HeldDisk, onProgress: OnProgress): Promise<string> {
  await checkFree(surroundings, disk.name)
  try {
    return await makeNew(surroundings, disk, onProgress)
  } catch (error) {
    for (const { device } of await factsOf(surroundings, disk.name))
      await removeFacts(surroundings.places, device)
    await attachDisk(surroundings, disk).catch(() => [])
    throw error
  }
}

async function makeNew(surroundings: Surroundings, disk: HeldDisk, onProgress: OnProgress): Promise<string> {
  const { places } = surroundings
  const before = await factsOf(surroundings, disk.name)
  const [shownAs] = before
  const report = async (progress: number) => {
    onProgress(progress)
    const working = { state: 'checking', mountPoint: null, readOnly: false, reason: null, progress } as const
    if (shownAs !== undefined) await writeFacts(places, { ...shownAs, ...working })
  }
  const path = `${places.dev}/${disk.name}`
  const step = (name: string, args: readonly string[], input?: string) =>
    runStep(surroundings, disk, name, args, input)

  await report(0)
  for (const { device } of before) if (device !== shownAs?.device) await removeFacts(places, device)
  // Inside of the partitions first: what is left of them could be found again in the new one, at the same place.
  // An extended partition is no place for a signature, and cannot be looked at; the whole disk is, below.
  for (const part of await partitionsOf(surroundings, path))
    await surroundings.run('wipefs', ['--all', part], { timeoutMs: stepTimeoutMs })
  await step('wipefs', ['--all', path])
  await report(0.2)
  const table = 'label: gpt\nname=Berrysync, type=linux\n'
  // That nobody uses the disk was made sure of. The kernel is told below: udev, which looks at what was wiped, may have it open now.
  const quietly = ['--quiet', '--no-reread', '--no-tell-kernel']
  await step('sfdisk', [...quietly, '--wipe', 'always', '--wipe-partitions', 'always', path], table)
  const partition = await waitForPartition(surroundings, disk)
  await report(0.4)
  const partitionPath = `${places.dev}/${partition}`
  // What another file system kept further inside, where a new partition begins.
  await step('wipefs', ['--all', partitionPath])
  // No blocks are set aside for root: nobody but the daemon fills the disk, and it keeps a reserve itself. Tables are written later, by
  // the kernel, so that a large disk is ready in seconds.
  const flags = ['-q', '-m', '0', '-E', 'lazy_itable_init=1,lazy_journal_init=1', '-L', newLabel]
  await step('mkfs.ext4', [...flags, partitionPath])
  await report(0.9)
  // The mount is bound to the device, which systemd knows by udev.
  await surroundings.run('udevadm', ['settle', '--timeout=10'], { timeoutMs: stepTimeoutMs })
  if (shownAs !== undefined && shownAs.device !== partition) await removeFacts(places, shownAs.device)
  const attached = await attachDisk(surroundings, disk)
  if (!attached.some(({ device }) => device === partition))
    throw new SyncError('disk-work-failed', { disk: disk.name, what: 'prepared', reason: 'it went away' })
  return partition
}

/** Throws `disk-in-use` unless nobody has anything of it, in whichever way. */
async function checkFree(surroundings: Surroundings, name: string): Promise<void> {
  const { places } = surroundings
  const system = await findSystemDisks(places)
  // Where not even the system's own disk is known, no disk is safe.
  if (system.size === 0 || system.has(name))
    throw new SyncError('disk-in-use', { disk: name, users: 'the system itself' })
  const paths = [`${places.dev}/${name}`, ...(await partitionsOf(surroundings, `${places.dev}/${name}`))]
  for (const path of paths)
    if (!(await isFree(path))) throw new SyncError('disk-in-use', { disk: name, users: 'a program' })
}

async function partitionsOf({ places, run }: Surroundings, path: string): Promise<string[]> {
  const { stdout } = await run('lsblk', ['--noheadings', '--raw', '--output', 'KNAME,TYPE', path], {
    timeoutMs: 60_000,
  })
  const rows = stdout.split('\n').map((line) => line.split(' '))
  return rows.filter(([, type]) => type === 'part').map(([kname]) => `${places.dev}/${kname}`)
}

/** Each step begins only while the disk is still the one that was held. */
async function runStep(
  { run, log }: Surroundings,
  disk: HeldDisk,
  name: string,
  args: readonly string[],
  input?: string,
): Promise<void> {
  if (!(await disk.isStillThere()))
    throw new SyncError('disk-work-failed', { disk: disk.name, what: 'prepared', reason: 'it was pulled' })
  const options = { timeoutMs: stepTimeoutMs, ...(input === undefined ? {} : { input }) }
  const { exitCode, stderr } = await run(name, args, options)
  if (exitCode === 0) return
  log(`${name} ${args.join(' ')}: ${exitCode} ${stderr}`)
  const reason = cleanText(stderr.replaceAll('\n', ' '), 300) ?? `${name} ended with ${exitCode}`
  throw new SyncError('disk-work-failed', { disk: disk.name, what: 'prepared', reason })
}

/** Tells the kernel of the new table, until it knows of its one partition, and of none of those before. */
async function waitForPartition(surroundings: Surroundings, disk: HeldDisk): Promise<string> {
  const { places, run } = surroundings
  const path = `${places.dev}/${disk.name}`
  // A disk whose name ends in a digit has a p before the number.
  const partition = `${disk.name}${/\d$/.test(disk.name) ? 'p' : ''}1`
  for (let waitedMs = 0; waitedMs <= partitionWaitMs; waitedMs += partitionLookMs) {
    await run('udevadm', ['settle', '--timeout=10'], { timeoutMs: stepTimeoutMs })
    await run('partx', ['--update', path], { timeoutMs: stepTimeoutMs })
    const known = await partitionsOf(surroundings, path)
    if (known.length === 1 && known[0] === `${places.dev}/${partition}`) return partition
    await pause(partitionLookMs)
  }
  throw new SyncError('disk-work-failed', {
    disk: disk.name,
    what: 'prepared',
    reason: 'its new partition did not appear',
  })
}
