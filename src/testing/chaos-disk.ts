/**
 * The disks of a chaos: each holds the folder of one member and what its person keeps beside it. They can vanish and come back, lose what
 * was not durable, and one kind is full nearly always. Does nothing by itself.
 */
import { execFile } from 'node:child_process'
import { mkdir, rename, rm, statfs, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Chance } from './chaos-person.ts'
import { isMountPoint, type LoopDisk, makeLoopDisk } from './loop-disk.ts'
import { until } from './until.ts'

const run = promisify(execFile)

/** `small` is ext4, too, with room for a few MiB more than what lies on it. */
export const diskKinds = ['plain', 'ext4', 'exfat', 'small'] as const
export type DiskKind = (typeof diskKinds)[number]

const mib = 1024 ** 2
/** Far more than any run writes; the file behind it only holds what was written. */
const diskMebibytes = 8192
/** What a small disk has left, at most. */
const smallRoomBytes = 3 * mib

export interface ChaosDisk extends AsyncDisposable {
  readonly kind: DiskKind
  readonly folder: string
  /** On the same file system. */
  readonly graveyard: string
  /** Gone from its place, whoever uses it; nothing written is lost. `hollow`: an empty directory lies where the folder was. */
  vanish(hollow: boolean): Promise<void>
  /** As `vanish`, and what was not durable is lost; undefined where that cannot be had. */
  readonly cut: ((hollow: boolean) => Promise<void>) | undefined
  /** A copy of the whole disk, which can come in its place: after `cutToCopy` it is what comes back. */
  readonly keepCopy: (() => Promise<void>) | undefined
  readonly cutToCopy: ((hollow: boolean) => Promise<void>) | undefined
  comeBack(): Promise<void>
  /** Makes all that was written durable. */
  sync(): Promise<void>
  /** On a small disk something else takes most of the room, or gives it back. Other disks have enough. */
  setFull(isFull: boolean): Promise<void>
}

export function drawDisks(chance: Chance, members: number): DiskKind[] {
  return Array.from({ length: members }, () => diskKinds[Math.floor(chance() * diskKinds.length)]!)
}

/** Undefined when the text is no list of them. */
export function textToDisks(text: string): DiskKind[] | undefined {
  const names = text.split(',')
  const kinds = names.flatMap((name) => diskKinds.filter((kind) => kind === name))
  return kinds.length === names.length ? kinds : undefined
}

export async function makeChaosDisk(root: string, name: string, kind: DiskKind): Promise<ChaosDisk> {
  await using made = new AsyncDisposableStack()
  const place = join(root, name)
  let loop: LoopDisk | undefined
  if (kind === 'plain') await mkdir(place)
  else {
    loop = await makeLoopDisk(root, name, kind === 'exfat' ? 'exfat' : 'ext4', diskMebibytes)
    made.use(loop)
  }
  const [folder, graveyard, ballast] = ['folder', 'graveyard', 'ballast'].map((each) => join(place, each))
  await Promise.all([mkdir(folder!), mkdir(graveyard!)])
  const away = `${place}.away`

  /** What is there while the disk is not. */
  async function leave(hollow: boolean): Promise<void> {
    if (loop !== undefined) {
      if (await isMountPoint(place)) throw new Error(`assertion: ${place} is still mounted`)
      await rm(place, { recursive: true })
      await mkdir(place)
    }
    if (hollow) await mkdir(folder!, { recursive: true })
  }

  async function vanish(hollow: boolean): Promise<void> {
    if (loop === undefined) await rename(place, away)
    else await loop.detach()
    await leave(hollow)
  }

  async function cut(hollow: boolean): Promise<void> {
    await loop!.cut()
    await leave(hollow)
  }

  async function cutToCopy(hollow: boolean): Promise<void> {
    await loop!.cutToCopy()
    await leave(hollow)
  }

  async function comeBack(): Promise<void> {
    if (loop !== undefined) return loop.mount()
    // A person who does not look may make something there in this very moment.
    await until('the directory is back', async () => {
      await rm(place, { recursive: true, force: true })
      await rename(away, place)
      return true
    })
  }

  async function setFull(isFull: boolean): Promise<void> {
    if (kind !== 'small') return
    await writeFile(ballast!, '')
    await truncate(ballast!, 0)
    if (!isFull) return
    const { bavail, bsize } = await statfs(place)
    const bytes = bavail * bsize - smallRoomBytes
    if (bytes > 0) await run('fallocate', ['--length', String(bytes), ballast!])
  }

  const owned = made.move()
  return {
    ...{ kind, folder: folder!, graveyard: graveyard!, vanish, comeBack, setFull },
    cut: loop === undefined ? undefined : cut,
    ...(kind === 'ext4' || kind === 'small'
      ? { keepCopy: loop!.keepCopy, cutToCopy }
      : { keepCopy: undefined, cutToCopy: undefined }),
    sync: async () => void (await run('sync', ['--file-system', place])),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
