/**
 * Small texts in the hidden directory: identity, ignore patterns, lease. Each is replaced as a whole and durably, so that a crash or
 * power cut leaves the old or the new one.
 */
import { hiddenDirectory } from '../core/path.ts'
import { errnoOf } from './disk-error.ts'
import type { Directory } from './files.ts'
import { makeBelow, openBelow } from './places.ts'

/** An ignore file of this size already takes seconds to match; anything larger is not one of ours. */
const maxNoteBytes = 1024 * 1024

/** Undefined when there is none. */
export async function readNote(
  openRoot: () => Promise<Directory>,
  name: string,
): Promise<string | undefined> {
  try {
    using hidden = await openBelow(openRoot, [hiddenDirectory])
    await using file = await hidden.open(name, 'read')
    const { sizeBytes } = await file.stat()
    const text = Buffer.alloc(Math.min(sizeBytes, maxNoteBytes))
    return text.subarray(0, await file.read(text, 0)).toString('utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

export async function writeNote(
  openRoot: () => Promise<Directory>,
  name: string,
  text: string,
): Promise<void> {
  using hidden = await makeBelow(openRoot, [hiddenDirectory])
  const fresh = `${name}.new`
  if ((await hidden.lstat(fresh)) !== undefined) await hidden.unlink(fresh)
  {
    await using file = await hidden.create(fresh, 0o600)
    await file.write(0, Buffer.from(text))
    await file.sync()
  }
  const old = await hidden.lstat(name)
  const placed =
    old === undefined
      ? await hidden.moveNew(fresh, hidden, name)
      : await hidden.replaceIf(fresh, hidden, name, old)
  if (placed === undefined) return await writeNote(openRoot, name, text)
  await hidden.sync()
  using root = await openRoot()
  await root.sync()
}
