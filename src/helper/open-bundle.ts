/**
 * Opens a release file that somebody else wrote and may still write: by handles, through no link, and believing nothing before a trusted key
 * has signed for it. Holds a piece of it in memory at a time.
 */
import { createHash, type KeyObject } from 'node:crypto'
import { constants, type FileHandle, open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SyncError } from '../core/errors.ts'
import {
  decodeHead,
  headerBytes,
  type Manifest,
  maxBundleBytes,
  openManifest,
  readKey,
} from './release-bundle.ts'

const pieceBytes = 256 * 1024

export interface Bundle extends AsyncDisposable {
  readonly manifest: Manifest
  /** Of the open file; good until disposed. */
  readonly descriptor: number
  /** The packed stream, from its beginning. */
  payload(): AsyncGenerator<Buffer>
  /** Reads all of it once. Throws `release-damaged` where it is not what was signed. */
  check(progress: (done: number) => void): Promise<void>
}

/** The keys of a directory whose names end in `.pem`; what is none is passed over. */
export async function readTrustedKeys(packaged: string): Promise<readonly KeyObject[]> {
  const directory = join(packaged, 'release-keys')
  const names = await readdir(directory).catch(() => [])
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.pem')).map((name) => readFile(join(directory, name), 'utf8')),
  )
  return texts.map(readKey).filter((key) => key !== undefined)
}

/** Throws `not-found`, `release-malformed`, `release-too-large`, `release-untrusted` and `release-damaged`. */
export async function openBundle(
  directory: string,
  name: string,
  trusted: readonly KeyObject[],
): Promise<Bundle> {
  const handle = await openInside(directory, name)
  try {
    const { manifest, start } = await readHead(handle, (text, signature) =>
      openManifest(text, signature, trusted),
    )
    const { bytes, sha256 } = manifest.payload
    const { size } = await handle.stat()
    if (size !== start + bytes)
      throw new SyncError('release-damaged', { reason: `it has ${size} bytes instead of ${start + bytes}` })
    async function* payload(): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes; ) {
        const piece = await readExactly(handle, start + at, Math.min(pieceBytes, bytes - at))
        at += piece.length
        yield piece
      }
    }
    return {
      manifest,
      descriptor: handle.fd,
      payload,
      async check(progress) {
        const hash = createHash('sha256')
        let done = 0
        for await (const piece of payload()) {
          hash.update(piece)
          done += piece.length
          progress(done / bytes)
        }
        if (hash.digest('hex') !== sha256)
          throw new SyncError('release-damaged', { reason: 'its content was changed' })
      },
      [Symbol.asyncDispose]: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** The head of an open file, as `read` understands it, and where the payload begins. */
async function readHead(
  handle: FileHandle,
  read: (text: Buffer, signature: Buffer) => Manifest,
): Promise<{ readonly manifest: Manifest; readonly start: number }> {
  const { size } = await handle.stat()
  if (size > maxBundleBytes) throw new SyncError('release-too-large', { bytes: size, most: maxBundleBytes })
  const { manifestBytes, signature } = decodeHead(await readExactly(handle, 0, headerBytes))
  const text = await readExactly(handle, headerBytes, manifestBytes)
  return { manifest: read(text, signature), start: headerBytes + manifestBytes }
}

/** Neither the directory nor the file may be a link: both belong to somebody with fewer rights. */
async function openInside(directory: string, name: string): Promise<FileHandle> {
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW
    await using inside = await open(directory, flags | constants.O_DIRECTORY)
    // A pipe would be waited for.
    const handle = await open(`/proc/self/fd/${inside.fd}/${name}`, flags | constants.O_NONBLOCK)
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(code ?? '')) throw error
  }
  throw new SyncError('not-found', { what: name })
}

async function readExactly(handle: FileHandle, from: number, count: number): Promise<Buffer> {
  const buffer = Buffer.alloc(count)
  let filled = 0
  while (filled < count) {
    const { bytesRead } = await handle.read(buffer, filled, count - filled, from + filled)
    if (bytesRead === 0) throw new SyncError('release-malformed', { reason: 'it is cut off' })
    filled += bytesRead
  }
  return buffer
}
