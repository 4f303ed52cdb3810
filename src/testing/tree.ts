/**
 * What lies in a directory, read without any part of the program: path, kind, size, content, executable bit, time, link target. Names
 * are read as bytes, so that no conversion hides a difference. `.sync` at the top is the program's own and left out.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Larger files are read piece by piece. */
const maxWholeBytes = 4 * 1024 ** 2
/** Enough to keep two cores busy. */
const maxAtOnce = 32

export interface TreeEntry {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly size: number
  readonly sha256: string
  readonly executable: boolean
  /** Of files only: directories and links have no time of their own in a folder. */
  readonly mtimeNs: bigint
  readonly target: string
}

/** By path with `/` between names; a name that is not UTF-8 stands there as `\xNN`. */
export type Tree = ReadonlyMap<string, TreeEntry>

export async function readTree(directory: string): Promise<Tree> {
  const entries = new Map<string, TreeEntry>()
  const waiting: { readonly raw: Buffer; readonly path: string }[] = [
    { raw: Buffer.from(directory), path: '' },
  ]
  for (let level = waiting.splice(0); level.length > 0; level = waiting.splice(0)) {
    const children: { readonly raw: Buffer; readonly path: string }[] = []
    for (const { raw, path } of level) {
      for (const name of await readdir(raw, { encoding: 'buffer' })) {
        if (path === '' && name.toString() === '.sync') continue
        const child = path === '' ? nameToText(name) : `${path}/${nameToText(name)}`
        children.push({ raw: Buffer.concat([raw, Buffer.from('/'), name]), path: child })
      }
    }
    const queue = children.values()
    async function work(): Promise<void> {
      for (const { raw, path } of queue) {
        const entry = await readEntry(raw)
        entries.set(path, entry)
        if (entry.kind === 'directory') waiting.push({ raw, path })
      }
    }
    await Promise.all(Array.from({ length: maxAtOnce }, work))
  }
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function readEntry(raw: Buffer): Promise<TreeEntry> {
  const stat = await lstat(raw, { bigint: true })
  const nothing = { size: 0, sha256: '', executable: false, mtimeNs: 0n, target: '' }
  if (stat.isDirectory()) return { ...nothing, kind: 'directory' }
  if (stat.isSymbolicLink())
    return { ...nothing, kind: 'link', target: nameToText(await readlink(raw, { encoding: 'buffer' })) }
  if (!stat.isFile()) return { ...nothing, kind: 'other' }
  return {
    ...nothing,
    kind: 'file',
    size: Number(stat.size),
    sha256: await hashFile(raw, stat.size),
    executable: (stat.mode & 0o111n) !== 0n,
    mtimeNs: stat.mtimeNs,
  }
}

async function hashFile(raw: Buffer, size: bigint): Promise<string> {
  const hash = createHash('sha256')
  if (size <= maxWholeBytes) return hash.update(await readFile(raw)).digest('hex')
  for await (const chunk of createReadStream(raw, { highWaterMark: 1024 ** 2 })) hash.update(chunk)
  return hash.digest('hex')
}

function nameToText(name: Buffer): string {
  const text = name.toString()
  if (Buffer.from(text).equals(name)) return text
  return name.toString('latin1').replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`)
}

/** One line for each difference; none when the trees are the same. */
export function differencesOf(one: Tree, other: Tree): string[] {
  const paths = [...new Set([...one.keys(), ...other.keys()])].sort()
  return paths.flatMap((path) => {
    const [left, right] = [one.get(path), other.get(path)]
    const [leftText, rightText] = [entryToText(left), entryToText(right)]
    if (leftText === rightText && isSameTime(left?.mtimeNs ?? 0n, right?.mtimeNs ?? 0n)) return []
    const times = leftText === rightText ? ` (${left?.mtimeNs} | ${right?.mtimeNs})` : ''
    return [`${JSON.stringify(path)}: ${leftText} | ${rightText}${times}`]
  })
}

/**
 * Node sets times as a double of seconds: 53 bits, which are some 240 ns today, and whole seconds before 1970. What a peer has set is
 * that near to what it was told.
 */
export function isSameTime(one: bigint, other: bigint): boolean {
  const apart = one > other ? one - other : other - one
  return apart <= (one < 0n ? 1_000_000_000n : one >> 52n)
}

function entryToText(entry: TreeEntry | undefined): string {
  if (entry === undefined) return 'absent'
  const { kind, size, sha256, executable, target } = entry
  if (kind === 'link') return `link to ${JSON.stringify(target)}`
  if (kind !== 'file') return kind
  return `file ${size} B ${sha256.slice(0, 12)} ${executable ? 'x' : '-'}`
}

/** Sets the time of a file to the nanosecond, which Node's own calls cannot. */
export async function setTimeNs(path: string, ns: bigint): Promise<void> {
  const digits = String(ns < 0n ? -ns : ns).padStart(10, '0')
  const time = `@${ns < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`
  await promisify(execFile)('touch', ['-m', '-d', time, '--', path])
}
