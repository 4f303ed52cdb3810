/**
 * A person who works in a folder without looking at what syncs it: makes, edits, renames, copies and deletes files and directories.
 * Every content is unique and can be verified as a whole. What the person takes away or writes over is moved to a graveyard
 * outside the folder or noted, so that what is missing at the end was lost by somebody else. A disk that is full, away or dead is borne.
 */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, open, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export type Chance = () => number

/** A small generator with a seed (mulberry32): the same seed gives the same choices. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Names the content and says how long it is; the rest follows from it. */
const headerPattern = /^chaos:([a-z]+):(\d+):(\d+)\n/
/** Mostly small; a few take several blocks. */
const maxSmallBytes = 20_000
const maxLargeBytes = 1_500_000
const largeShare = 0.02

/** The one content of this name: a header, and bytes made from it. */
function contentOf(author: string, number: number, bytes: number): Buffer {
  const header = Buffer.from(`chaos:${author}:${number}:${bytes}\n`)
  const pattern = createHash('sha256').update(header).digest()
  return Buffer.concat([header, Buffer.alloc(bytes, pattern)])
}

/** The name of a content that is complete and right; `'torn'` for part of one, undefined for something else. */
export function nameOfContent(content: Buffer): string | 'torn' | undefined {
  const match = headerPattern.exec(content.subarray(0, 100).toString('latin1'))
  if (match === null) return content.length === 0 ? 'torn' : undefined
  const [, author, number, bytes] = match
  const whole = contentOf(author!, Number(number), Number(bytes))
  return whole.equals(content) ? `${author}:${number}` : 'torn'
}

export interface Person {
  readonly name: string
  /** Does one thing, somewhere. Does nothing when what it wanted to touch is gone. */
  act(): Promise<void>
  /** Makes a directory with files, to begin with. */
  fill(area: string, files: number): Promise<void>
  /** Names of everything written so far. */
  readonly written: ReadonlySet<string>
  /** Names of what was written over in place, or lost with the power; the graveyard holds the rest of what the person gave up. */
  readonly overwritten: ReadonlySet<string>
  /** How often the disk was full. */
  readonly refusals: number
  /** Hands off the folder meanwhile. */
  rest(meanwhile: () => Promise<void>): Promise<void>
  /** What was written before is durable afterwards. */
  makeSure(sync: () => Promise<void>): Promise<void>
  /** Whatever is not sure may be lost. */
  losePower(): void
  readonly hasLostPower: boolean
  note(what: string, path?: string): void
  /** What was done, one line each, the newest last. */
  readonly diary: readonly string[]
  readonly graveyard: string
}

interface Surroundings {
  readonly name: string
  readonly folder: string
  /** A directory on the same file system, outside the folder. */
  readonly graveyard: string
  /** Directories at the top in which this person works. */
  readonly areas: readonly string[]
  readonly chance: Chance
  /** Whether every disk among all can hold symbolic links: one that cannot would wait for them for ever. */
  readonly links: boolean
  /** Default: no name comes twice. Fewer names of each kind, and directories down to a depth, make the same paths come back. */
  readonly world?: { readonly names: number; readonly depth: number }
}

const endlessWorld = { names: 1e6, depth: Number.POSITIVE_INFINITY }

/** Somebody else moved or made it a moment before. */
const movedCodes = ['ENOENT', 'EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY']
const fullCodes = ['ENOSPC']
/** Of a disk that has just been taken away. Node has no name for some (ESHUTDOWN). */
const awayCodes = [
  'EIO',
  'EROFS',
  'ENOTCONN',
  'ECONNABORTED',
  'ENODEV',
  'ESTALE',
  'Unknown system error -108',
]

export function createPerson({
  name,
  folder,
  graveyard,
  areas,
  chance,
  links,
  world = endlessWorld,
}: Surroundings): Person {
  const written = new Set<string>()
  const unsure = new Set<string>()
  const overwritten = new Set<string>()
  const diary: string[] = []
  let number = 0
  let buried = 0
  let refusals = 0
  let hasLostPower = false
  let isResting = false
  let acting = Promise.resolve()

  const pick = <T>(from: readonly T[]): T => from[Math.floor(chance() * from.length)]!
  const grave = () => join(graveyard, `${buried++}`)

  function note(what: string, path = folder): void {
    diary.push(`${new Date().toISOString()} ${name} ${what} ${path.slice(folder.length + 1)}`)
  }

  /** Lets something new be written, which counts once all of it was. */
  async function writeNew(write: (content: Buffer) => Promise<unknown>, atLeastBytes = 0): Promise<void> {
    number++
    const made = `${name}:${number}`
    const wish = Math.floor(chance() * (chance() < largeShare ? maxLargeBytes : maxSmallBytes))
    unsure.add(made)
    await write(contentOf(name, number, Math.max(wish, atLeastBytes)))
    written.add(made)
  }

  async function writeDraft(): Promise<string> {
    const draft = grave()
    try {
      await writeNew((content) => writeFile(draft, content))
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined)
      throw error
    }
    return draft
  }

  async function createFile(path: string): Promise<void> {
    const draft = await writeDraft()
    await mkdir(dirname(path), { recursive: true })
    // Never over something: two programs that write the same new name at once are another matter.
    const file = await open(path, 'wx')
    await file.close()
    await rename(draft, path)
    note('creates', path)
  }

  /** A random directory, the deeper the rarer. */
  async function someDirectory(): Promise<string> {
    let path = join(folder, pick(areas))
    while (chance() < 0.7) {
      const below = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isDirectory())
      if (below.length === 0) break
      path = join(path, pick(below).name)
    }
    return path
  }

  async function someFile(): Promise<string | undefined> {
    const directory = await someDirectory()
    const files = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isFile())
    return files.length === 0 ? undefined : join(directory, pick(files).name)
  }

  const freshName = () =>
    `${pick(['note', 'photo', 'Entwurf', 'звук', 'data set'])} ${Math.floor(chance() * world.names)}`
  const freshDirectoryName = () => `dir ${Math.floor(chance() * world.names)}`

  /** As editors do: the new file takes the place of the old one. */
  async function replaceFile(path: string): Promise<void> {
    const draft = await writeDraft()
    await rename(path, grave())
    await rename(draft, path)
    note('replaces', path)
  }

  /** As programs do: bytes are written into the file that is there. */
  async function overwriteFile(path: string): Promise<void> {
    await using file = await open(path, 'r+')
    const before = await file.readFile()
    const name = nameOfContent(before)
    if (name === undefined || name === 'torn') return
    overwritten.add(name)
    await writeNew(async (content) => {
      for (let at = 0; at < content.length; )
        at += (await file.write(content, at, undefined, at)).bytesWritten
    }, before.length)
    note('overwrites', path)
  }

  async function moveDirectory(): Promise<void> {
    const path = await someDirectory()
    if (areas.some((area) => path === join(folder, area))) return
    // Within the area, so that what only one person touches stays so.
    const area = path.slice(folder.length + 1).split('/')[0]!
    const to = join(folder, area, freshDirectoryName())
    await rename(path, to)
    note('moves a directory', `${path} to ${to}`)
  }

  async function moveFile(path: string): Promise<void> {
    const area = path.slice(folder.length + 1).split('/')[0]!
    const to = join(folder, area, freshName())
    await rename(path, to)
    note('moves', `${path} to ${to}`)
  }

  async function copy(path: string): Promise<void> {
    const to = join(dirname(path), `copy ${freshName()}`)
    await copyFile(path, to)
    note('copies', `${path} to ${to}`)
  }

  async function makeLink(): Promise<void> {
    const path = join(await someDirectory(), `link ${freshName()}`)
    await symlink(pick(['nowhere', '../up', '/etc/passwd', '.']), path)
    note('links', path)
  }

  async function bury(path: string): Promise<void> {
    await rename(path, grave())
    note('deletes', path)
  }

  async function buryDirectory(): Promise<void> {
    const path = await someDirectory()
    if (!areas.some((area) => path === join(folder, area))) await bury(path)
  }

  async function withFile(action: (path: string) => Promise<void>): Promise<void> {
    const path = await someFile()
    if (path !== undefined) await action(path)
  }

  async function makeDeep(): Promise<void> {
    const directory = await someDirectory()
    const depth = directory.slice(folder.length + 1).split('/').length - 1
    const below = depth < world.depth ? [freshDirectoryName()] : []
    await createFile(join(directory, ...below, freshName()))
  }

  const habits: readonly (readonly [number, () => Promise<void>])[] = [
    [30, async () => createFile(join(await someDirectory(), freshName()))],
    [8, makeDeep],
    [20, () => withFile(replaceFile)],
    [8, () => withFile(overwriteFile)],
    [10, () => withFile(moveFile)],
    [2, moveDirectory],
    [5, () => withFile(copy)],
    [12, () => withFile(bury)],
    [0.5, buryDirectory],
    [links ? 2 : 0, makeLink],
  ]
  const total = habits.reduce((sum, [weight]) => sum + weight, 0)

  async function doSomething(): Promise<void> {
    let left = chance() * total
    for (const [weight, habit] of habits) {
      left -= weight
      if (left >= 0) continue
      try {
        await habit()
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? ''
        if (fullCodes.includes(code)) refusals++
        else if (![...movedCodes, ...awayCodes].includes(code)) throw error
      }
      return
    }
  }

  return {
    ...{ name, written, overwritten, diary, graveyard, note },
    get hasLostPower() {
      return hasLostPower
    },
    get refusals() {
      return refusals
    },
    async act() {
      if (isResting) return
      acting = doSomething()
      await acting
    },
    async rest(meanwhile) {
      isResting = true
      try {
        await acting
        await meanwhile()
      } finally {
        isResting = false
      }
    },
    async makeSure(sync) {
      // What is being written just now is not all there yet.
      const names = [...unsure].filter((each) => written.has(each))
      await sync()
      for (const each of names) unsure.delete(each)
    },
    losePower() {
      for (const each of unsure) overwritten.add(each)
      unsure.clear()
      hasLostPower = true
    },
    async fill(area, files) {
      for (let at = 0; at < files; at++) {
        await createFile(join(folder, area, `dir ${Math.floor(at / 40)}`, `file ${at}`))
      }
    },
  }
}
