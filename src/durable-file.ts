/**
 * Writing a small private file of the state directory: it appears whole and durable or not at all, so that a crash or power cut leaves
 * the old or the new one. One writer at a time; the lock of the home sees to that.
 */
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Puts a file of this content, readable by its owner alone, in the place of the one there. The directory has to exist. */
export async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const draft = `${file}.new`
  // A draft that a crash left behind may have another mode.
  await rm(draft, { force: true })
  await writeNew(draft, content)
  await rename(draft, file)
  await syncDirectory(dirname(file))
}

async function writeNew(file: string, content: string | Uint8Array): Promise<void> {
  await using handle = await open(file, 'wx', 0o600)
  await handle.writeFile(content)
  await handle.sync()
}

/** Makes durable which names are in it. */
export async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r')
  await handle.sync()
}
