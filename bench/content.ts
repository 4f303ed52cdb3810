/** Files for the nodes to keep: content nothing can compress, the same for the same seed. */
import { createCipheriv, createHash } from 'node:crypto'
import { mkdir, open, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { runCommand } from '../src/testing/commands.ts'
import { differencesOf, isSameTime, readTree, type Tree } from '../src/testing/tree.ts'

export const mib = 1024 ** 2
const pieceBytes = 4 * mib
const zeros = Buffer.alloc(pieceBytes)
const filesPerDirectory = 250
/** What a program keeps in a folder for itself. */
const ownNames = /^\.(stfolder|sync)(\/|$)/

/** An endless stream of bytes that look like chance. */
function createStream(seed: string): (bytes: number) => Buffer {
  const key = createHash('sha256').update(seed).digest()
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  return (bytes) => cipher.update(bytes <= zeros.length ? zeros.subarray(0, bytes) : Buffer.alloc(bytes))
}

export async function writeBigFile(path: string, bytes: number, seed: string): Promise<void> {
  const next = createStream(seed)
  await using file = await open(path, 'w')
  for (let written = 0; written < bytes; written += pieceBytes)
    await file.write(next(Math.min(pieceBytes, bytes - written)))
}

/** Writes `count` files whose sizes lie between two, evenly, some hundred in a directory. */
export async function writeManyFiles(
  directory: string,
  count: number,
  [smallest, largest]: readonly [number, number],
  seed: string,
): Promise<void> {
  const next = createStream(seed)
  for (let at = 0; at < count; at += 1) {
    const parent = join(directory, `part ${Math.floor(at / filesPerDirectory)}`)
    if (at % filesPerDirectory === 0) await mkdir(parent, { recursive: true })
    const bytes = smallest + (next(4).readUInt32LE() % (largest - smallest + 1))
    await writeFile(join(parent, `file ${at}`), next(bytes))
  }
}

/** Writes over a part of a file, as a database or a virtual disk does. */
export async function overwrite(path: string, offset: number, bytes: number, seed: string): Promise<void> {
  await using file = await open(path, 'r+')
  await file.write(createStream(seed)(bytes), 0, bytes, offset)
}

/** Puts bytes between others by writing the file anew elsewhere and renaming it, as most programs save. */
export async function insert(
  path: string,
  scratch: string,
  offset: number,
  bytes: number,
  seed: string,
): Promise<void> {
  const draft = join(scratch, 'draft')
  {
    await using from = await open(path, 'r')
    await using to = await open(draft, 'w')
    const { size } = await from.stat()
    await copyRange(from, to, 0, offset)
    await to.write(createStream(seed)(bytes))
    await copyRange(from, to, offset, size)
  }
  await rename(draft, path)
}

type File = Awaited<ReturnType<typeof open>>

async function copyRange(from: File, to: File, start: number, end: number): Promise<void> {
  const piece = Buffer.allocUnsafe(pieceBytes)
  for (let at = start; at < end; ) {
    const { bytesRead } = await from.read(piece, 0, Math.min(piece.length, end - at), at)
    await to.write(piece.subarray(0, bytesRead))
    at += bytesRead
  }
}

/** A copy with the same times. */
export async function copyTree(from: string, to: string): Promise<void> {
  await runCommand('cp', '-a', '--reflink=auto', from, to)
}

/** What was written so far lies on the disk, and is nobody's burden later. */
export async function settleDisk(): Promise<void> {
  await runCommand('sync')
}

/**
 * A cheap question, for asking again and again: whether every file of one directory, as it is now, has appeared in another. What was seen once
 * is not looked for again.
 */
export async function createArrival(from: string, to: string): Promise<() => Promise<boolean>> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true })
  const missing = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(from, join(parentPath, name)))
    .filter((path) => !ownNames.test(path))
  return async () => {
    while (missing.length > 0 && (await exists(join(to, missing.at(-1)!)))) missing.pop()
    return missing.length === 0
  }
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(absent)) !== undefined
}

/** Same size and time: what both programs and rsync set as the last thing. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [left, right] = await Promise.all(
    [one, other].map((path) => stat(path, { bigint: true }).catch(absent)),
  )
  if (left === undefined || right === undefined) return false
  return left.size === right.size && isSameTime(left.mtimeNs, right.mtimeNs)
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** Throws unless two directories hold the same files with the same content, by hash. */
export async function checkSame(one: string, other: string): Promise<void> {
  const differences = differencesOf(await treeWithoutOwn(one), await treeWithoutOwn(other))
  if (differences.length > 0)
    throw new Error(`the trees differ in ${differences.length} places: ${differences.slice(0, 5).join('; ')}`)
}

async function treeWithoutOwn(directory: string): Promise<Tree> {
  return new Map([...(await readTree(directory))].filter(([path]) => !ownNames.test(path)))
}
