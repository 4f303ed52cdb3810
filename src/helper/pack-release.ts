/** Makes a release file of a directory. Whoever builds Berrysync uses it, and tests do; no device does. */
import { createHash, type KeyObject } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import {
  type Architecture,
  encodeHead,
  type Manifest,
  parseManifest,
  type ReleaseFile,
  windowBits,
} from './release-bundle.ts'

export interface ReleaseToPack {
  /** Everything in it becomes the release. */
  readonly directory: string
  readonly version: string
  readonly arch: Architecture
  /** The oldest release it may follow. */
  readonly replaces: string
  readonly createdMs: number
  readonly privateKey: KeyObject
  /** 1 to 19; the higher the smaller and slower. */
  readonly level?: number
}

/** Writes the file. The same directory, key and time give the same bytes. Throws where the directory is no release. */
export async function packRelease(release: ReleaseToPack, to: string): Promise<Manifest> {
  const { directory, version, arch, replaces, createdMs, privateKey, level = 19 } = release
  const draft = `${to}.payload`
  try {
    const files = await listFiles(directory)
    const packer = createZstdCompress({
      params: {
        [constants.ZSTD_c_compressionLevel]: level,
        [constants.ZSTD_c_windowLog]: windowBits,
        [constants.ZSTD_c_checksumFlag]: 1,
      },
    })
    await pipeline(contentOf(directory, files), packer, createWriteStream(draft))
    const payload = { bytes: (await stat(draft)).size, sha256: await hashOf(draft) }
    const manifest = { version, arch, replaces, created: new Date(createdMs).toISOString(), payload, files }
    const head = encodeHead(manifest, privateKey)
    // What no device would take is better noticed here.
    parseManifest(Buffer.from(JSON.stringify(manifest)))
    await using out = await open(`${to}.new`, 'w', 0o644)
    await out.writeFile(head)
    await out.writeFile(createReadStream(draft))
    await rename(`${to}.new`, to)
    return manifest
  } finally {
    await rm(draft, { force: true })
    await rm(`${to}.new`, { force: true })
  }
}

async function listFiles(directory: string): Promise<ReleaseFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const odd = entries.find((entry) => !entry.isFile() && !entry.isDirectory())
  if (odd !== undefined) throw new Error(`${odd.name} is neither a file nor a directory`)
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(directory.length).replace(/^\/+/, ''))
    .sort()
  const files: ReleaseFile[] = []
  for (const path of paths) {
    const file = join(directory, path)
    const { size, mode } = await stat(file)
    files.push({ path, bytes: size, sha256: await hashOf(file), executable: (mode & 0o100) !== 0 })
  }
  return files
}

async function* contentOf(directory: string, files: readonly ReleaseFile[]): AsyncGenerator<Buffer> {
  for (const { path } of files) yield* createReadStream(join(directory, path))
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file)) hash.update(piece)
  return hash.digest('hex')
}
