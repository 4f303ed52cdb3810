/**
 * Writes the files of a release into a new directory: only what the manifest lists, each of exactly its size and hash, and all of it durable
 * before the directory gets the name of its version.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdDecompress } from 'node:zlib'
import { SyncError } from '../core/errors.ts'
import type { Bundle } from './open-bundle.ts'
import { type Manifest, parentsOf, type ReleaseFile, windowBits } from './release-bundle.ts'

/** `directory` must not be there yet. Throws `release-damaged`, and what writing throws. */
export async function unpackRelease(
  bundle: Bundle,
  directory: string,
  progress: (done: number) => void,
): Promise<void> {
  const { manifest } = bundle
  await mkdir(directory, { mode: 0o755 })
  const directories = [...new Set(manifest.files.flatMap(({ path }) => parentsOf(path)))].sort()
  for (const each of directories) await mkdir(join(directory, each), { mode: 0o755 })
  const unpack = createZstdDecompress({
    params: { [constants.ZSTD_d_windowLogMax]: windowBits },
    // What is read ahead of the disk stays small.
    chunkSize: 64 * 1024,
  })
  try {
    await pipeline(bundle.payload(), unpack, (stream) => writeFiles(manifest, directory, stream, progress))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code?.startsWith('ZSTD') || code === 'Z_BUF_ERROR' || code === 'ERR_BUFFER_TOO_LARGE')
      throw new SyncError('release-damaged', { reason: 'it cannot be unpacked' }, { cause: error })
    throw error
  }
  // From below, so that a name is durable only with what it names.
  for (const each of directories.toReversed()) await syncDirectory(join(directory, each))
  await syncDirectory(directory)
}

async function writeFiles(
  { files }: Manifest,
  directory: string,
  stream: AsyncIterable<Buffer>,
  progress: (done: number) => void,
): Promise<void> {
  const pieces = createPieces(stream)
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  for (const file of files) {
    await writeOne(file, join(directory, file.path), pieces.take)
    done += file.bytes
    progress(total === 0 ? 1 : done / total)
  }
  // A stream that goes on is not the one that was signed, and could go on for ever.
  if ((await pieces.take(1)) !== undefined) throw damaged('there is more in it than is listed')
}

async function writeOne(
  { path, bytes, sha256, executable }: ReleaseFile,
  to: string,
  take: (most: number) => Promise<Buffer | undefined>,
): Promise<void> {
  await using handle = await open(to, 'wx', executable ? 0o755 : 0o644)
  const hash = createHash('sha256')
  for (let left = bytes; left > 0; ) {
    const piece = await take(left)
    if (piece === undefined) throw damaged('it is cut off')
    hash.update(piece)
    await handle.writeFile(piece)
    left -= piece.length
  }
  if (hash.digest('hex') !== sha256) throw damaged(`${path} was changed`)
  await handle.sync()
}

/** Cuts a stream where files begin. */
function createPieces(stream: AsyncIterable<Buffer>) {
  const source = stream[Symbol.asyncIterator]()
  let rest = Buffer.alloc(0)
  return {
    /** At most that many bytes; undefined at the end. */
    async take(most: number): Promise<Buffer | undefined> {
      while (rest.length === 0) {
        const next = await source.next()
        if (next.done === true) return undefined
        rest = next.value as Buffer<ArrayBuffer>
      }
      const piece = rest.subarray(0, most)
      rest = rest.subarray(piece.length)
      return piece
    },
  }
}

/** Gives the whole of it its name, durable. */
export async function nameRelease(partial: string, releases: string, version: string): Promise<void> {
  await rename(partial, join(releases, version))
  await syncDirectory(releases)
}

export async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r')
  await handle.sync()
}

function damaged(reason: string): SyncError {
  return new SyncError('release-damaged', { reason })
}
