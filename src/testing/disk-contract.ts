/**
 * What a disk must do, on the real file system and in memory alike. A person works beside it through `person`.
 */
import { describe, expect, test } from 'vitest'
import { blockSizeFor, blocksThatDiffer, contentRootOf } from '../core/blocks.ts'
import { stretchesBeside } from '../core/find-blocks.ts'
import { sha256 } from '../core/ids.ts'
import type { Disk, Stage } from '../ports.ts'
import {
  archived,
  collect,
  commitOne,
  commitText,
  foundAt,
  readPart,
  rel,
  stageText,
  statAt,
  testIdentity,
  testMtimeNs,
  told,
  walkAll,
} from './disk-driving.ts'
import type { Person } from './memory-person.ts'
import { noise, sumsOf, wantedOf } from './search-run.ts'

export interface DiskUnderTest extends AsyncDisposable {
  /** Opens the folder's directory as a new process would. */
  open(): Promise<Disk>
  readonly person: Pick<
    Person,
    | 'writeFile'
    | 'saveFile'
    | 'readFile'
    | 'mkdir'
    | 'symlink'
    | 'hardLink'
    | 'mkfifo'
    | 'makeUndecodable'
    | 'rename'
    | 'remove'
    | 'chmod'
    | 'names'
  > & {
    /** Permission bits. */
    mode(path: string): number
  }
  /** Moves a directory of the folder outside, and puts a link to it in its place. */
  swapForLink(name: string): void
  /** Names in the directory that was moved outside. */
  namesOutside(): string[]
  /** Takes the folder's directory away and, with false, puts it back. */
  setMissing(missing: boolean): void
}

const unaborted = new AbortController().signal

export function diskContract(title: string, make: () => Promise<DiskUnderTest>): void {
  async function withDisk(run: (disk: Disk, under: DiskUnderTest) => Promise<void>): Promise<void> {
    await using under = await make()
    const disk = await under.open()
    await disk.claim(testIdentity)
    await run(disk, under)
  }
  const changed = expect.objectContaining({ code: 'changed-since-plan' })

  describe(title, () => {
    test('I10 a directory is a folder only once it is claimed, and only while it is there', async () => {
      await using under = await make()
      const disk = await under.open()
      expect(await disk.rootState()).toEqual({ state: 'unmarked' })
      await expect(disk.readNote('ignore')).rejects.toMatchObject({ code: 'root-unmarked' })
      await disk.claim(testIdentity)
      expect(await disk.rootState()).toMatchObject({ state: 'present', identity: testIdentity })
      under.setMissing(true)
      await expect(walkAll(disk)).rejects.toMatchObject({ code: 'root-missing' })
      expect(await disk.rootState()).toEqual({ state: 'missing' })
      expect(
        told(
          await commitText(await under.open(), 'b', 'text', 'absent').catch((error) => ({
            state: 'failed',
            error,
          })),
        ),
      ).toBe('root-missing')
      under.setMissing(false)
      expect(await (await under.open()).rootState()).toMatchObject({
        state: 'present',
        identity: testIdentity,
      })
      under.person.writeFile('.sync/identity', '{}')
      expect((await disk.rootState()).state).toBe('unreadable')
      under.person.remove('.sync/identity')
      expect(await disk.rootState()).toEqual({ state: 'unmarked' })
    })

    test('a directory is empty while nothing of a person lies in it, whether it is claimed or not', async () => {
      await using under = await make()
      const disk = await under.open()
      expect(await disk.isEmpty()).toBe(true)
      under.person.writeFile('.hidden', 'x')
      expect(await disk.isEmpty()).toBe(false)
      under.person.remove('.hidden')
      await disk.claim(testIdentity)
      expect(await disk.isEmpty()).toBe(true)
      under.setMissing(true)
      expect(await disk.isEmpty()).toBe(false)
    })

    test('finding out what the disk can keep leaves nothing behind', () =>
      withDisk(async (_disk, under) => {
        expect(under.person.names('')).toEqual(['.sync'])
        expect(under.person.names('.sync').sort()).toEqual(['identity', 'ignore'])
      }))

    test('notes are kept, and a new folder has ignore patterns', () =>
      withDisk(async (disk, under) => {
        expect(await disk.readNote('ignore')).toContain('.DS_Store')
        expect(await disk.readNote('lease')).toBeUndefined()
        await disk.writeNote('lease', 'one')
        await disk.writeNote('lease', 'two')
        expect(await (await under.open()).readNote('lease')).toBe('two')
        await disk.writeNote('ignore', '*.iso')
        await disk.claim(testIdentity)
        expect(await disk.readNote('ignore')).toBe('*.iso')
      }))

    test('I8 a walk lists everything once, parents first, and neither enters links nor the hidden directory', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('b/c/file', 'text')
        person.writeFile('a', 'text')
        person.mkdir('b/empty')
        person.mkdir('skipped/inside')
        person.symlink('b', 'link')
        const listings = await collect(disk.walk('', '', (path) => path === 'skipped'))
        expect(listings.map(({ directory, found }) => [directory, found.map(({ path }) => path)])).toEqual([
          ['', ['a', 'b', 'link', 'skipped']],
          ['b', ['b/c', 'b/empty']],
          ['b/c', ['b/c/file']],
          ['b/empty', []],
        ])
        expect(listings[0]?.found[2]).toMatchObject({ linkTarget: 'b', stat: { kind: 'link' } })
        expect(listings.flatMap(({ problems }) => problems)).toEqual([])
        const part = await collect(disk.walk(rel('b'), 'b', () => false))
        expect(part.map(({ directory }) => directory)).toEqual(['b', 'b/c', 'b/empty'])
        expect(await collect(disk.walk(rel('gone'), 'gone', () => false))).toEqual([])
      }))

    test('names in another normal form are found under their NFC path; of two the NFC one counts', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('u\u0308/o\u0308', 'decomposed')
        person.writeFile('e\u0301', 'decomposed')
        person.writeFile('\u00e9', 'composed')
        const [top, below] = await walkAll(disk)
        expect(top?.found.map(({ path, diskPath }) => [path, diskPath])).toEqual([
          ['\u00e9', '\u00e9'],
          ['\u00fc', 'u\u0308'],
        ])
        expect(top?.problems).toMatchObject([{ path: 'e\u0301', code: 'name-collides' }])
        expect(below?.found[0]).toMatchObject({ path: '\u00fc/\u00f6', diskPath: 'u\u0308/o\u0308' })
        const { diskPath, stat } = below!.found[0]!
        expect((await readPart(disk, rel('\u00fc/\u00f6'), diskPath, stat, 0, 99)).toString()).toBe(
          'decomposed',
        )
      }))

    test('a name that is not valid UTF-8 is a problem and hides nothing else', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('good', 'text')
        person.makeUndecodable('bad\ufffd')
        const [top] = await walkAll(disk)
        expect(top?.found.map(({ path }) => path)).toEqual(['good'])
        expect(top?.problems).toMatchObject([{ path: 'bad\ufffd', code: 'name-not-utf8' }])
      }))

    test('special files are a problem and nothing more', () =>
      withDisk(async (disk, { person }) => {
        person.mkfifo('pipe')
        const [top] = await walkAll(disk)
        expect(top).toMatchObject({ found: [], problems: [{ path: 'pipe', code: 'kind-unsupported' }] })
      }))

    test('a path is absent when its directory is missing, a file or a link', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('file', 'text')
        person.writeFile('real/inside', 'text')
        person.symlink('real', 'link')
        for (const path of ['none', 'none/below', 'file/below', 'link/inside']) {
          expect(await disk.look(rel(path), path)).toEqual({ state: 'absent' })
        }
        expect(await disk.look(rel('link'), 'link')).toMatchObject({
          state: 'present',
          found: { linkTarget: 'real' },
        })
      }))

    test('a file that has another name says so, a directory does not', () =>
      withDisk(async (disk, { person }) => {
        if (!disk.capabilities.hardLinks) return
        person.mkdir('directory/below')
        person.writeFile('file', 'text')
        person.writeFile('one', 'text')
        person.hardLink('one', 'directory/other')
        const found = (await walkAll(disk)).flatMap((listing) => listing.found)
        expect(found.filter(({ isShared }) => isShared).map(({ path }) => path)).toEqual([
          'one',
          'directory/other',
        ])
        for (const { path, isShared } of found)
          expect(await disk.look(path, path)).toMatchObject({ found: { isShared } })
      }))

    test('a file is hashed block by block', () =>
      withDisk(async (disk, { person }) => {
        for (const size of [0, 1, 100_000, 131_072, 131_073, 700_000]) {
          const content = Buffer.alloc(size, 'berries')
          person.writeFile('file', content)
          const hashed = await disk.hash(rel('file'), 'file', await statAt(disk, 'file'))
          const parts = Array.from({ length: Math.ceil(size / 131_072) }, (_, block) =>
            sha256(content.subarray(block * 131_072, (block + 1) * 131_072)),
          )
          expect(Buffer.from(hashed.hashes)).toEqual(Buffer.concat(parts))
          expect(hashed.root).toBe(contentRootOf(Buffer.concat(parts)))
          expect(hashed.blockSizeBytes).toBe(blockSizeFor(size))
          expect(hashed.stat).toEqual(await statAt(disk, 'file'))
        }
      }))

    test('I7 a file that changed is neither hashed nor read as what it was', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('file', 'one')
        const stat = await statAt(disk, 'file')
        person.writeFile('file', 'other')
        await expect(disk.hash(rel('file'), 'file', stat)).rejects.toMatchObject({ code: 'changing' })
        await expect(readPart(disk, rel('file'), 'file', stat, 0, 3)).rejects.toEqual(changed)
        await expect(disk.stageCopy(rel('file'), 'file', stat)).rejects.toEqual(changed)
        person.remove('file')
        await expect(disk.hash(rel('file'), 'file', stat)).rejects.toMatchObject({ code: 'changing' })
        person.symlink('elsewhere', 'file')
        await expect(readPart(disk, rel('file'), 'file', stat, 0, 3)).rejects.toEqual(changed)
      }))

    test('part of a file is read, up to its end', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('file', '0123456789')
        const stat = await statAt(disk, 'file')
        expect((await readPart(disk, rel('file'), 'file', stat, 3, 4)).toString()).toBe('3456')
        expect((await readPart(disk, rel('file'), 'file', stat, 8, 100)).toString()).toBe('89')
        expect((await readPart(disk, rel('file'), 'file', stat, 50, 100)).length).toBe(0)
      }))

    test('a stage is found again with the blocks that are right', () =>
      withDisk(async (disk, under) => {
        const blocks = ['aaaa', 'bbbb', 'cc'].map((text) => Buffer.from(text))
        const hashes = Buffer.concat(blocks.map((block) => sha256(block)))
        const missingIn = async (stage: Stage, sizeBytes: number) =>
          blocksThatDiffer(hashes, await stage.hashes(sizeBytes, 4))
        const stage = await disk.openStage('Key/1')
        expect(await missingIn(stage, 10)).toEqual([0, 1, 2])
        await stage.write(8, blocks[2]!)
        await stage.write(0, blocks[0]!)
        expect(await missingIn(stage, 10)).toEqual([1])
        expect((await stage.read(8, 2)).toString()).toBe('cc')
        await expect(stage.read(8, 3)).rejects.toEqual(changed)
        expect(await stage.release()).toBe(true)
        await expect(stage.read(8, 2)).rejects.toEqual(changed)
        const again = await (await under.open()).openStage('Key/1')
        expect(await missingIn(again, 10)).toEqual([1])
        // Cut short, the last block would be another one.
        expect(await missingIn(again, 9)).toEqual([1, 2])
        await again.discard()
        expect(await again.release()).toBe(false)
        expect(under.person.names('.sync/stage')).toEqual([])
      }))

    test('blocks of zeros beyond the end of a stage are right already: sealing leaves a hole there', () =>
      withDisk(async (disk, { person }) => {
        const block = Buffer.alloc(131_072, 'b')
        const content = Buffer.concat([Buffer.alloc(131_072), block, Buffer.alloc(2 * 131_072 + 5)])
        const { hashes } = wantedOf(content, 131_072)
        const stage = await disk.openStage('holes')
        expect(blocksThatDiffer(hashes, await stage.hashes(content.length, 131_072))).toEqual([1, 4])
        await stage.write(131_072, block)
        await stage.write(4 * 131_072, Buffer.alloc(5))
        expect(await stage.hashes(content.length, 131_072)).toEqual(hashes)
        await stage.seal(content.length, testMtimeNs, false)
        const step = {
          kind: 'file',
          path: rel('holes'),
          to: 'holes',
          expect: 'absent',
          archive: true,
        } as const
        expect(told(await commitOne(disk, { ...step, stage }))).toBe('file')
        expect(person.readFile('holes').equals(content)).toBe(true)
      }))

    test('blocks of another version are taken out of a file: in place, at any offset, as far as they are there', () =>
      withDisk(async (disk, { person }) => {
        const size = 131_072
        const parts = [1, 2, 3, 4, 5, 6].map((number) => noise(size, `part ${number}`))
        const old = Buffer.concat([...parts, noise(1000, 'end')])
        const content = Buffer.concat([
          ...parts.slice(0, 2),
          noise(777, 'inserted'),
          ...parts.slice(2),
          noise(1000, 'end'),
        ])
        person.writeFile('old', old)
        const wanted = wantedOf(content, size)
        const stage = await disk.openStage('new')
        {
          await using file = await disk.open(rel('old'), 'old', await statAt(disk, 'old'))
          expect(file.sizeBytes).toBe(old.length)
          expect(await file.giveBlocks(stage, wanted, undefined, unaborted)).toEqual([0, 1])
          const numbers = [2, 3, 4, 5, 6]
          const sums = sumsOf(content, size, numbers)
          const signs = { sums, stretches: stretchesBeside(new Set([0, 1]), old.length, size) }
          const found = await file.giveBlocks(stage, { ...wanted, numbers }, signs, unaborted)
          expect(found).toEqual([3, 4, 5, 6])
          expect(await file.giveBlocks(stage, wanted, undefined, AbortSignal.abort())).toEqual([])
        }
        await stage.write(2 * size, content.subarray(2 * size, 3 * size))
        expect(await stage.hashes(content.length, size)).toEqual(wanted.hashes)
        expect(person.readFile('old').equals(old)).toBe(true)
        await stage.discard()
      }))

    test('I7 a file that changed since it was opened gives nothing', () =>
      withDisk(async (disk, { person }) => {
        const content = noise(300_000, 'content')
        person.writeFile('file', content)
        const stage = await disk.openStage('new')
        await using file = await disk.open(rel('file'), 'file', await statAt(disk, 'file'))
        person.writeFile('file', content)
        const giving = file.giveBlocks(stage, wantedOf(content, 131_072), undefined, unaborted)
        await expect(giving).rejects.toEqual(changed)
        await stage.discard()
      }))

    test('the file of a path that was archived last can be opened, and gives blocks', () =>
      withDisk(async (disk, { person }) => {
        expect(await disk.openArchived(rel('sub/file'))).toBeUndefined()
        const newest = noise(200_000, 'newest')
        for (const content of ['oldest', newest]) {
          person.writeFile('sub/file', content)
          const expected = await statAt(disk, 'sub/file')
          const step = { kind: 'remove', path: rel('sub/file'), to: 'sub/file', archive: true } as const
          await commitOne(disk, { ...step, expect: expected })
        }
        const stage = await disk.openStage('new')
        {
          await using file = await disk.openArchived(rel('sub/file'))
          expect(file?.sizeBytes).toBe(newest.length)
          const wanted = wantedOf(newest, 131_072)
          expect(await file?.giveBlocks(stage, wanted, undefined, unaborted)).toEqual([0, 1])
        }
        await stage.discard()
        expect(await disk.openArchived(rel('sub'))).toBeUndefined()
      }))

    test('only stages nobody wants and nobody holds are swept', () =>
      withDisk(async (disk, { person }) => {
        await (await disk.openStage('wanted')).release()
        await (await disk.openStage('unwanted')).release()
        const held = await disk.openStage('held')
        await disk.sweepStages((key) => key === 'wanted')
        expect(person.names('.sync/stage').sort()).toEqual(['held', 'wanted'])
        await held.release()
      }))

    test('a new file gets content, time and executable bit', () =>
      withDisk(async (disk, { person }) => {
        const outcome = await commitText(disk, 'file', 'new', 'absent')
        expect(outcome).toEqual({ state: 'done', found: await foundAt(disk, 'file') })
        expect(await statAt(disk, 'file')).toMatchObject({
          mtimeNs: testMtimeNs,
          executable: false,
          sizeBytes: 3,
        })
        expect(person.readFile('file').toString()).toBe('new')
        expect(person.names('.sync/stage')).toEqual([])
        const stage = await stageText(disk, 'program', 'run', true)
        await commitOne(disk, {
          kind: 'file',
          path: rel('p'),
          to: 'p',
          stage,
          expect: 'absent',
          archive: true,
        })
        expect((await statAt(disk, 'p')).executable).toBe(disk.capabilities.executable)
      }))

    test('I1 a replaced file goes to the archive, unless there is to be none', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('sub/file', 'one')
        expect(told(await commitText(disk, 'sub/file', 'two', await statAt(disk, 'sub/file')))).toBe('file')
        expect(told(await commitText(disk, 'sub/file', 'three', await statAt(disk, 'sub/file'), false))).toBe(
          'file',
        )
        expect(person.readFile('sub/file').toString()).toBe('three')
        expect(await archived(disk)).toEqual(['sub/file: one'])
      }))

    test('a replaced file keeps its permissions but for the executable bit', () =>
      withDisk(async (disk, { person }) => {
        if (!disk.capabilities.executable) return
        person.writeFile('file', 'one')
        person.chmod('file', 0o640)
        const stage = await stageText(disk, 'program', 'run', true)
        const expected = await statAt(disk, 'file')
        await commitOne(disk, {
          kind: 'file',
          path: rel('file'),
          to: 'file',
          stage,
          expect: expected,
          archive: true,
        })
        expect(await statAt(disk, 'file')).toMatchObject({ executable: true })
        expect(person.mode('file')).toBe(0o750)
      }))

    test('I7 nothing is overwritten that changed since the plan', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('edited', 'one')
        const edited = await statAt(disk, 'edited')
        person.writeFile('edited', 'uno')
        expect(told(await commitText(disk, 'edited', 'two', edited))).toBe('changed-since-plan')
        person.writeFile('saved', 'one')
        const saved = await statAt(disk, 'saved')
        person.saveFile('saved', 'uno')
        expect(told(await commitText(disk, 'saved', 'two', saved))).toBe('changed-since-plan')
        expect(told(await commitText(disk, 'saved', 'two', 'absent'))).toBe('changed-since-plan')
        person.remove('saved')
        expect(told(await commitText(disk, 'saved', 'two', saved))).toBe('changed-since-plan')
        person.mkdir('saved')
        expect(told(await commitText(disk, 'saved', 'two', saved))).toBe('changed-since-plan')
        expect(person.readFile('edited').toString()).toBe('uno')
        expect(await archived(disk)).toEqual([])
      }))

    test('a step that failed can be taken again with the same stage', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('file', 'one')
        const stage = await stageText(disk, 'test', 'two')
        const step = { kind: 'file', path: rel('file'), to: 'file', stage, archive: true } as const
        expect(told(await commitOne(disk, { ...step, expect: 'absent' }))).toBe('changed-since-plan')
        expect(told(await commitOne(disk, { ...step, expect: await statAt(disk, 'file') }))).toBe('file')
        expect(person.readFile('file').toString()).toBe('two')
      }))

    test('I7 a file, link or directory is removed only while it is the expected one', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('file', 'one')
        const expected = await statAt(disk, 'file')
        const step = { kind: 'remove', path: rel('file'), to: 'file', archive: true } as const
        person.writeFile('file', 'uno')
        expect(told(await commitOne(disk, { ...step, expect: expected }))).toBe('changed-since-plan')
        expect(person.readFile('file').toString()).toBe('uno')
        expect(told(await commitOne(disk, { ...step, expect: await statAt(disk, 'file') }))).toBe('removed')
        expect(told(await commitOne(disk, { ...step, expect: expected }))).toBe('changed-since-plan')
        expect(await archived(disk)).toEqual(['file: uno'])
        person.mkdir('file')
        person.writeFile('file/below', 'x')
        const directory = await statAt(disk, 'file')
        expect(told(await commitOne(disk, { ...step, expect: directory }))).toBe('obstructed')
        person.remove('file/below')
        expect(told(await commitOne(disk, { ...step, expect: directory }))).toBe('removed')
        person.symlink('target', 'file')
        expect(
          told(await commitOne(disk, { ...step, expect: await statAt(disk, 'file'), archive: false })),
        ).toBe('removed')
        expect(person.names('').sort()).toEqual(['.sync'])
        expect(person.names('.sync/archive')).toHaveLength(1)
      }))

    test('a link is made, replaces and is replaced', () =>
      withDisk(async (disk, { person }) => {
        if (!disk.capabilities.symbolicLinks) return
        const step = { kind: 'link', path: rel('at'), to: 'at', archive: true } as const
        expect(told(await commitOne(disk, { ...step, target: 'a', expect: 'absent' }))).toBe('link')
        expect(told(await commitOne(disk, { ...step, target: 'b', expect: 'absent' }))).toBe(
          'changed-since-plan',
        )
        expect(told(await commitOne(disk, { ...step, target: 'b', expect: await statAt(disk, 'at') }))).toBe(
          'link',
        )
        expect((await foundAt(disk, 'at')).linkTarget).toBe('b')
        expect(told(await commitText(disk, 'at', 'text', await statAt(disk, 'at')))).toBe('file')
        expect(told(await commitOne(disk, { ...step, target: 'c', expect: await statAt(disk, 'at') }))).toBe(
          'link',
        )
        expect((await collect(disk.listArchive())).map(({ path }) => path)).toEqual(['at', 'at', 'at'])
        expect(person.names('.sync/stage')).toEqual([])
      }))

    test('file and directory take each other’s place, but never that of a directory with something in it', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('at', 'text')
        const step = { kind: 'directory', path: rel('at'), to: 'at', archive: true } as const
        expect(told(await commitOne(disk, { ...step, expect: 'absent' }))).toBe('changed-since-plan')
        expect(told(await commitOne(disk, { ...step, expect: await statAt(disk, 'at') }))).toBe('directory')
        expect(await archived(disk)).toEqual(['at: text'])
        person.writeFile('at/below', 'x')
        expect(told(await commitText(disk, 'at', 'text', await statAt(disk, 'at')))).toBe('obstructed')
        expect(person.readFile('at/below').toString()).toBe('x')
        person.remove('at/below')
        expect(told(await commitText(disk, 'at', 'text', await statAt(disk, 'at')))).toBe('file')
      }))

    test('steps of one commit build on each other, and one failing does not stop the rest', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('old/file', 'text')
        const [file, old] = [await statAt(disk, 'old/file'), await statAt(disk, 'old')]
        const [one, two] = [await stageText(disk, 'one', '1'), await stageText(disk, 'two', '2')]
        const outcomes = await disk.commit([
          { kind: 'directory', path: rel('new'), to: 'new', expect: 'absent', archive: true },
          { kind: 'directory', path: rel('new/sub'), to: 'new/sub', expect: 'absent', archive: true },
          {
            kind: 'file',
            path: rel('new/sub/1'),
            to: 'new/sub/1',
            stage: one,
            expect: 'absent',
            archive: true,
          },
          { kind: 'directory', path: rel('new'), to: 'new', expect: 'absent', archive: true },
          { kind: 'remove', path: rel('old/file'), to: 'old/file', expect: file, archive: true },
          { kind: 'remove', path: rel('old'), to: 'old', expect: old, archive: true },
          { kind: 'file', path: rel('old'), to: 'old', stage: two, expect: 'absent', archive: true },
        ])
        expect(outcomes.map(told)).toEqual([
          'directory',
          'directory',
          'file',
          'changed-since-plan',
          'removed',
          'removed',
          'file',
        ])
        expect(await archived(disk)).toEqual(['old/file: text'])
      }))

    test('time and executable bit change in place, only of the expected file', () =>
      withDisk(async (disk, { person }) => {
        person.writeFile('file', 'text')
        const before = await statAt(disk, 'file')
        const step = {
          kind: 'metadata',
          path: rel('file'),
          to: 'file',
          mtimeNs: testMtimeNs,
          executable: true,
        } as const
        const outcome = await commitOne(disk, { ...step, expect: before })
        expect(outcome).toEqual({ state: 'done', found: await foundAt(disk, 'file') })
        const after = await statAt(disk, 'file')
        expect(after).toMatchObject({
          mtimeNs: testMtimeNs,
          executable: disk.capabilities.executable,
          inode: before.inode,
        })
        expect(told(await commitOne(disk, { ...step, expect: before }))).toBe('changed-since-plan')
      }))

    test('I8 I10 what was in use is of no use once it lies elsewhere', () =>
      withDisk(async (disk, under) => {
        under.person.writeFile('directory/file', 'text')
        const stat = await statAt(disk, 'directory/file')
        // Both directories stay in use as long as the file is open.
        await using content = await disk.open(rel('directory/file'), 'directory/file', stat)
        expect(told(await commitText(disk, 'directory/one', 'x', 'absent'))).toBe('file')
        under.swapForLink('directory')
        expect(told(await commitText(disk, 'directory/two', 'x', 'absent'))).toBe('obstructed')
        expect(under.namesOutside().sort()).toEqual(['file', 'one'])
        under.setMissing(true)
        await expect(disk.openStage('key')).rejects.toMatchObject({ code: 'root-missing' })
        under.setMissing(false)
        expect((await content.read(0, 4)).toString()).toBe('text')
      }))

    test('I8 nothing is written, removed, hashed or read through a link', () =>
      withDisk(async (disk, under) => {
        under.person.writeFile('directory/file', 'text')
        const stat = await statAt(disk, 'directory/file')
        under.swapForLink('directory')
        const path = rel('directory/file')
        expect(told(await commitText(disk, path, 'new', stat))).toBe('obstructed')
        expect(told(await commitText(disk, 'directory/other', 'new', 'absent'))).toBe('obstructed')
        const step = { path, to: path, expect: stat } as const
        expect(told(await commitOne(disk, { ...step, kind: 'remove', archive: true }))).toBe('obstructed')
        expect(
          told(await commitOne(disk, { ...step, kind: 'metadata', mtimeNs: 0n, executable: true })),
        ).toBe('obstructed')
        await expect(disk.hash(path, path, stat)).rejects.toMatchObject({ code: 'changing' })
        await expect(readPart(disk, path, path, stat, 0, 4)).rejects.toEqual(changed)
        expect(await collect(disk.walk(rel('directory'), 'directory', () => false))).toEqual([])
        expect(under.namesOutside()).toEqual(['file'])
      }))

    test('a step whose directory is missing is obstructed, and one with an impossible name says so', () =>
      withDisk(async (disk) => {
        expect(told(await commitText(disk, 'none/file', 'x', 'absent'))).toBe('obstructed')
        expect(told(await commitText(disk, 'ü'.repeat(128), 'x', 'absent'))).toBe('name-not-possible-here')
      }))

    test('the archive is trimmed by age and size, oldest first, down to the last directory', () =>
      withDisk(async (disk, { person }) => {
        for (const text of ['1', '22', '333']) {
          person.writeFile(`sub/${text}`, text)
          const stat = await statAt(disk, `sub/${text}`)
          await commitOne(disk, {
            kind: 'remove',
            path: rel(`sub/${text}`),
            to: `sub/${text}`,
            expect: stat,
            archive: true,
          })
        }
        await disk.trimArchive({ beforeMs: 0, maxBytes: 5 })
        expect(await archived(disk)).toEqual(['sub/22: 22', 'sub/333: 333'])
        await disk.trimArchive({ beforeMs: Number.MAX_SAFE_INTEGER, maxBytes: 1000 })
        expect(await archived(disk)).toEqual([])
        expect(person.names('.sync/archive')).toEqual([])
        await expect(disk.stageArchived('../x')).rejects.toMatchObject({ code: 'not-found' })
        await expect(disk.stageArchived('2026-01-01T000000.000Z/../identity')).rejects.toMatchObject({
          code: 'not-found',
        })
      }))

    test('what others on this machine may not read they may not read as a copy, nor put back from the archive', () =>
      withDisk(async (disk, { person }) => {
        if (!disk.capabilities.executable) return
        person.writeFile('private', 'diary')
        person.chmod('private', 0o600)
        const copy = await disk.stageCopy(rel('private'), 'private', await statAt(disk, 'private'))
        await copy.seal(5, testMtimeNs, false)
        const at = (name: string) => ({ path: rel(name), to: name, archive: true })
        await commitOne(disk, { kind: 'file', ...at('copy'), stage: copy, expect: 'absent' })
        expect(person.mode('copy')).toBe(0o600)
        await commitOne(disk, {
          kind: 'remove',
          ...at('private'),
          expect: await statAt(disk, 'private'),
        })
        const [entry] = await collect(disk.listArchive())
        const { stage } = await disk.stageArchived(entry!.id)
        await stage.seal(5, testMtimeNs, true)
        await commitOne(disk, { kind: 'file', ...at('private'), stage, expect: 'absent' })
        expect(person.mode('private')).toBe(0o700)
      }))

    test('a copy of a file can be staged', () =>
      withDisk(async (disk, { person }) => {
        const content = Buffer.alloc(3_000_000, 'berries')
        person.writeFile('file', content)
        const stage = await disk.stageCopy(rel('file'), 'file', await statAt(disk, 'file'))
        await stage.seal(content.length, testMtimeNs, false)
        await commitOne(disk, {
          kind: 'file',
          path: rel('copy'),
          to: 'copy',
          stage,
          expect: 'absent',
          archive: true,
        })
        expect(person.readFile('copy').equals(content)).toBe(true)
        const { freeBytes, totalBytes } = await disk.space()
        expect(freeBytes).toBeGreaterThan(0)
        expect(totalBytes).toBeGreaterThanOrEqual(freeBytes)
      }))
  })
}
