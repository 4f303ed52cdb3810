/**
 * Looks at a disk with the tools of the system, and keeps it from changing its name meanwhile: as long as a disk is held open, the kernel
 * gives its name to no other. Changes nothing.
 */
import { constants, type FileHandle, open, readFile } from 'node:fs/promises'
import { SyncError } from '../core/errors.ts'
import { lsblkColumns, lsblkTextColumns, type Probe, type Surveyed, surveyDisk } from './disk-survey.ts'
import type { Surroundings } from './surroundings.ts'
import { diskNameOf, findSystemDisks } from './system-disks.ts'

export interface HeldDisk extends AsyncDisposable {
  /** Of the whole disk. */
  readonly name: string
  readonly sequence: number
  /** Whether it is the same disk still. */
  isStillThere(): Promise<boolean>
  /** Looks again. */
  look(): Promise<Surveyed[]>
  readonly handle: FileHandle
}

const lookTimeoutMs = 60_000
const edgeBytes = 1024 ** 2
/** Between the edges; a disk that was used and wiped at both ends still shows in one of them. */
const sampleCount = 30
const sampleBytes = 64 * 1024

/** The disk that a device is, or is a partition of. Throws `disk-unknown`. */
export async function holdDisk(surroundings: Surroundings, device: string): Promise<HeldDisk> {
  const { places } = surroundings
  const name = await diskNameOf(places, device)
  if (name === undefined) throw new SyncError('disk-unknown', { disk: device })
  const handle = await openDisk(places.dev, name)
  try {
    const sequence = await readSequence(places.sys, name)
    const isStillThere = async () =>
      (await diskNameOf(places, name)) === name && (await readSequence(places.sys, name)) === sequence
    // The name could have passed to another disk just before it was opened.
    const { rdev } = await handle.stat()
    const number = `${(rdev >> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`
    const numberNow = (await readFile(`${places.sys}/class/block/${name}/dev`, 'utf8')).trim()
    if (number !== numberNow) throw new SyncError('disk-unknown', { disk: device })
    return {
      name,
      sequence,
      handle,
      isStillThere,
      look: async () => {
        const seen = await lookAt(surroundings, name, sequence, handle)
        if (!(await isStillThere())) throw new SyncError('disk-unknown', { disk: device })
        return seen
      },
      [Symbol.asyncDispose]: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function openDisk(dev: string, name: string): Promise<FileHandle> {
  let handle: FileHandle
  try {
    handle = await open(`${dev}/${name}`, 'r')
  } catch (error) {
    throw new SyncError('disk-unknown', { disk: name }, { cause: error })
  }
  if ((await handle.stat()).isBlockDevice()) return handle
  await handle.close()
  throw new SyncError('disk-unknown', { disk: name })
}

/** Zero where the kernel counts none (before 5.15). */
async function readSequence(sys: string, name: string): Promise<number> {
  const text = await readFile(`${sys}/class/block/${name}/diskseq`, 'utf8').catch(() => '0')
  return Number(text.trim())
}

async function lookAt(
  { places, run, isOffered }: Surroundings,
  name: string,
  sequence: number,
  handle: FileHandle,
): Promise<Surveyed[]> {
  const path = (device: string) => `${places.dev}/${device}`
  const systemDisks = await findSystemDisks(places)
  // Nothing is read from a disk that is not offered.
  if (systemDisks.has(name)) return []
  const lsblk =
    (await list(run, path(name), `${lsblkColumns},${lsblkTextColumns}`)) ??
    (await list(run, path(name), lsblkColumns))
  if (lsblk === undefined) throw new SyncError('disk-unknown', { disk: name })
  const probesByDevice = new Map<string, Probe>()
  const input = { lsblk, probesByDevice, sequence, systemDisks, isOffered }
  const devices = new Set([name, ...surveyDisk(input).map(({ device }) => device)])
  if (surveyDisk(input).length === 0) return []

  for (const device of devices) {
    const blkid = await run('blkid', ['--probe', '--output', 'udev', path(device)], {
      timeoutMs: lookTimeoutMs,
    })
    const wipefs = await run('wipefs', ['--no-act', '--parsable', path(device)], { timeoutMs: lookTimeoutMs })
    const isQuiet = blkid.exitCode === 2 && wipefs.exitCode === 0 && wipefs.stdout.trim() === ''
    probesByDevice.set(device, {
      blkid: blkid.stdout,
      // 2: nothing was found; 8: several things were, which cannot all be true.
      isUncertain: (blkid.exitCode !== 0 && blkid.exitCode !== 2) || wipefs.exitCode !== 0,
      wipefs: wipefs.stdout,
      isEmpty: isQuiet && device === name && (await isEmpty(handle, sizeOf(lsblk))),
    })
  }
  return surveyDisk(input)
}

/** Undefined when it cannot, or when what it says is no JSON. */
async function list(run: Surroundings['run'], path: string, columns: string): Promise<unknown> {
  const args = ['--json', '--bytes', '--tree', '--output', columns, path]
  const { exitCode, stdout } = await run('lsblk', args, { timeoutMs: lookTimeoutMs })
  try {
    return exitCode === 0 ? (JSON.parse(stdout) as unknown) : undefined
  } catch {
    return undefined
  }
}

function sizeOf(lsblk: unknown): number {
  return Number((lsblk as { blockdevices: { size: unknown }[] }).blockdevices[0]!.size)
}

/** Whether the first and last MiB and samples between them hold nothing but zeros, or nothing but what erased flash reads as. */
async function isEmpty(handle: FileHandle, sizeBytes: number): Promise<boolean> {
  const buffer = Buffer.alloc(edgeBytes)
  const holds = async (byte: number, at: number, bytes: number): Promise<boolean> => {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(bytes, sizeBytes), Math.max(0, at))
    return buffer.subarray(0, bytesRead).every((each) => each === byte) && bytesRead > 0
  }
  await handle.read(buffer, 0, 1, 0)
  const first = buffer[0]!
  if (first !== 0 && first !== 0xff) return false
  if (!(await holds(first, 0, edgeBytes)) || !(await holds(first, sizeBytes - edgeBytes, edgeBytes)))
    return false
  for (let sample = 1; sample <= sampleCount; sample++) {
    const at = Math.floor((sizeBytes / (sampleCount + 1)) * sample)
    if (!(await holds(first, at - (at % 4096), sampleBytes))) return false
  }
  return true
}

/** Whether nobody holds the disk: no mount in any namespace, no volume upon it, no swap. */
export async function isFree(path: string): Promise<boolean> {
  try {
    // Linux: with O_EXCL, and no O_CREAT, a block device opens only when nobody else claims it or a part of it.
    const handle = await open(path, exclusiveRead)
    await handle.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return false
    throw error
  }
}
const exclusiveRead = constants.O_RDONLY | constants.O_EXCL
