/** Small texts of root's in the state partition, and those of the system that are made of them. Each appears whole or not at all. */
import { constants } from 'node:fs'
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { replaceFile } from '../durable-file.ts'

/** Nobody keeps more in one of them. */
const maxKeptBytes = 256 * 1024

/** Undefined when there is none. A link or a pipe counts as none. */
export async function readKept(file: string): Promise<string | undefined> {
  // Some lie where the daemon writes: what is looked at is what is read, and a pipe is not waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const opened = await open(file, flags).catch(() => undefined)
  if (opened === undefined) return undefined
  await using handle = opened
  const stat = await handle.stat()
  if (!stat.isFile() || stat.size > maxKeptBytes) return undefined
  return handle.readFile('utf8').catch(() => undefined)
}

export async function keep(file: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o755 })
  await replaceFile(file, text)
  if (mode !== 0o600) await chmod(file, mode)
}

export async function forget(file: string): Promise<void> {
  await rm(file, { force: true })
  const directory = await open(dirname(file), 'r').catch(() => undefined)
  if (directory === undefined) return
  await using handle = directory
  await handle.sync()
}

/** A file of the running system, which lies in memory on an appliance: nothing to flush. */
export async function put(file: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o755 })
  const draft = `${file}.new`
  await rm(draft, { force: true })
  const handle = await open(draft, 'wx', mode)
  await handle.writeFile(text)
  await handle.close()
  await rename(draft, file)
}
