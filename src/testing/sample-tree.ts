/**
 * A copy of a real tree of a Linux system, for tests that need many files of all sizes, links and odd names: man pages, icons,
 * locales, documentation and programs. Special files are left out. What there is too little of is made up by further copies.
 */

import { execFile } from 'node:child_process'
import { lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Where to take from, in this order, each as long as it is there and more is wanted. */
const sources = [
  '/usr/share/zoneinfo',
  '/usr/share/perl',
  '/usr/lib/python3',
  '/usr/share/doc',
  '/usr/share/locale',
  '/usr/share/icons',
  '/usr/share/man',
  '/usr/share/vim',
  '/usr/include',
  '/usr/lib/python3.11',
  '/usr/share',
  '/etc',
]

/** So many sources at least have a part in the tree, so that it has a little of everything. */
const minSources = 5

/** Names that trip programs up; the system's own are too tame. */
const oddNames = [
  'Привет',
  '日本語',
  'line\nbreak',
  '-rf',
  'it\'s "quoted"',
  'back\\slash',
  ' blank ',
  'ü'.repeat(100),
]

/** Fills a directory with so many files and links, or a few more, and returns how many there are. */
export async function writeSampleTree(directory: string, count: number): Promise<number> {
  let total = 0
  for (let copy = 0; total < count; copy++) {
    const before = total
    for (const [at, source] of sources.entries()) {
      if (total >= count) break
      total += await copyPart(
        source,
        join(directory, `copy ${copy}`, `${at} ${source.slice(1).replaceAll('/', ' ')}`),
        Math.min(count - total, Math.ceil(count / minSources)),
      )
    }
    if (total === before) throw new Error('nothing to copy was found below /usr/share')
    for (const name of oddNames) {
      await mkdir(join(directory, `odd ${copy}`, name), { recursive: true })
      await promisify(execFile)('cp', ['--', '/etc/passwd', join(directory, `odd ${copy}`, name, name)])
      total++
    }
  }
  return total
}

/** Copies a directory as it is, if it is there, child by child until there is enough; takes away again what is too much. */
async function copyPart(source: string, to: string, wanted: number): Promise<number> {
  const names = await readdir(source).catch(() => [])
  let count = 0
  await mkdir(to, { recursive: true })
  for (const name of names) {
    if (count >= wanted) break
    const target = join(to, name)
    await promisify(execFile)('cp', ['-a', '--', join(source, name), target])
    count += await countAndTidy(target, wanted - count)
  }
  return count
}

/** Files and links below a path, after those beyond so many, and anything else but directories, were taken away. */
async function countAndTidy(path: string, wanted: number): Promise<number> {
  const stat = await lstat(path)
  if (stat.isDirectory()) {
    let count = 0
    for (const name of await readdir(path)) count += await countAndTidy(join(path, name), wanted - count)
    return count
  }
  if (wanted > 0 && (stat.isFile() || stat.isSymbolicLink())) return 1
  await rm(path)
  return 0
}
