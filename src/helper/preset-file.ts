/**
 * The boot partition: reads `berrysync.txt` and leaves it there without secrets, and takes out of `cmdline.txt` what would run at the
 * start in our place. It is mounted read-only but for the moment of writing, and each file is written beside and renamed (A10).
 */
import { constants, type FileHandle, open, rename } from 'node:fs/promises'
import { maxPresetBytes } from './presets.ts'
import type { Surroundings } from './surroundings.ts'
import { readMounts } from './system-disks.ts'

const remountTimeoutMs = 30_000

export interface PresetFile {
  readonly bytes: Uint8Array
  /** Puts the text in its place, and overwrites what was there. */
  replace(text: string): Promise<void>
}

/** Undefined when there is none. One that is larger than it may be comes cut, and is then larger still than it may be. */
export async function openPresetFile(surroundings: Surroundings): Promise<PresetFile | undefined> {
  const file = `${surroundings.places.boot}/berrysync.txt`
  const bytes = await readPlain(file, maxPresetBytes + 1)
  if (bytes === undefined) return undefined
  return { bytes, replace: (text) => withWritableBoot(surroundings, () => replaceBootFile(file, text)) }
}

/**
 * Raspberry Pi Imager may have the system run a script instead of starting, made for another one. Takes that out, and gives whether it was
 * there: then this start is not a whole one.
 */
export async function dropForeignStart(surroundings: Surroundings): Promise<boolean> {
  const file = `${surroundings.places.boot}/cmdline.txt`
  const text = (await readPlain(file, maxPresetBytes))?.toString('utf8')
  const without = text === undefined ? undefined : withoutForeignStart(text)
  if (without === undefined || without === text) return false
  await withWritableBoot(surroundings, () => replaceBootFile(file, without))
  return true
}

/** The line of the kernel without what makes systemd run something else. */
export function withoutForeignStart(line: string): string {
  if (!/(^|\s)systemd\.run=/.test(line)) return line
  const words = line.trim().split(/\s+/)
  const foreign = /^systemd\.(run(_success_action|_failure_action)?=|unit=kernel-command-line\.target$)/
  return `${words.filter((word) => !foreign.test(word)).join(' ')}\n`
}

/** Only a plain file, without following a link. */
async function readPlain(file: string, maxBytes: number): Promise<Buffer | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  )
  if (handle === undefined) return undefined
  await using opened = handle
  if (!(await opened.stat()).isFile()) return undefined
  const { buffer, bytesRead } = await opened.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
  return buffer.subarray(0, bytesRead)
}

async function withWritableBoot({ places, run }: Surroundings, write: () => Promise<void>): Promise<void> {
  const mount = (await readMounts(places)).findLast(({ mountPoint }) => mountPoint === places.boot)
  const remount = (access: string) =>
    run('mount', ['-o', `remount,${access}`, places.boot], { timeoutMs: remountTimeoutMs })
  if (mount?.isReadOnly === true) await remount('rw')
  try {
    await write()
  } finally {
    if (mount?.isReadOnly === true) await remount('ro')
  }
}

async function replaceBootFile(file: string, text: string): Promise<void> {
  await using old: FileHandle = await open(file, constants.O_RDWR | constants.O_NOFOLLOW)
  const { size } = await old.stat()
  const draft = `${file}.new`
  {
    await using handle = await open(
      draft,
      constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
      0o600,
    )
    await handle.writeFile(text)
    await handle.sync()
  }
  await rename(draft, file)
  // What the old file held is still on the card; it can be reached as long as it is open.
  await old.write(Buffer.alloc(size), 0, size, 0)
  await old.sync()
  await using directory = await open(file.slice(0, file.lastIndexOf('/')), 'r')
  await directory.sync()
}
