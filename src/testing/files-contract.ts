/**
 * What both file systems behind `disk/files.ts` must do alike, so that what is tested in memory holds on a real disk.
 */
import { describe, expect, test } from 'vitest'
import { isSameFile, isSameInode, isSameStat, type Stat } from '../core/stat.ts'
import { type Directory, type Files, settableMtime } from '../disk/files.ts'

/** A file system under test, made for one test and removed after it. */
export interface FilesUnderTest extends AsyncDisposable {
  readonly files: Files
  readonly hardLinks: boolean
  /** Moves a directory of the folder out of it, or swaps it for a link to somewhere outside. */
  swapForLink(name: string): Promise<void>
}

async function put(directory: Directory, name: string, text: string): Promise<void> {
  await using file = await directory.create(name, 0o666)
  await file.write(0, Buffer.from(text))
}

async function textOf(directory: Directory, name: string): Promise<string> {
  await using file = await directory.open(name, 'read')
  const into = Buffer.alloc(1000)
  return into.subarray(0, await file.read(into, 0)).toString()
}

const code = (value: string) => expect.objectContaining({ code: value })

export function filesContract(title: string, make: () => Promise<FilesUnderTest>): void {
  async function withRoot(run: (root: Directory, under: FilesUnderTest) => Promise<void>): Promise<void> {
    await using under = await make()
    using root = await under.files.openRoot()
    await run(root, under)
  }

  describe(title, () => {
    test('what is written is read back, with holes as zeros, up to the end of the file', () =>
      withRoot(async (root) => {
        await using file = await root.create('a', 0o666)
        await file.write(4, Buffer.from('tail'))
        await file.write(0, Buffer.from('x'))
        const into = Buffer.alloc(20)
        expect(await file.read(into, 0)).toBe(8)
        expect(into.subarray(0, 8).toString()).toBe('x\0\0\0tail')
        expect(await file.read(into, 6)).toBe(2)
        await file.truncate(2)
        expect((await file.stat()).sizeBytes).toBe(2)
        await file.sync()
      }))

    test('names are listed, looked at, and absent when they are not there', () =>
      withRoot(async (root) => {
        await put(root, 'file', 'text')
        await root.mkdir('directory', 0o777)
        await root.symlink('nowhere', 'link')
        expect((await root.list()).sort()).toEqual(['directory', 'file', 'link'])
        expect(await root.lstat('file')).toMatchObject({
          kind: 'file',
          sizeBytes: 4,
          executable: false,
          links: 1,
        })
        expect((await root.lstat('directory'))?.kind).toBe('directory')
        expect((await root.lstat('link'))?.kind).toBe('link')
        expect(await root.readlink('link')).toBe('nowhere')
        expect(await root.lstat('missing')).toBeUndefined()
      }))

    test('names of unusual characters are kept byte for byte', () =>
      withRoot(async (root) => {
        const names = ['e\u0301', '\u00e9', 'a\\b', ' ', 'ファイル', '\n', '🍓']
        for (const name of names) await put(root, name, name)
        expect((await root.list()).sort()).toEqual([...names].sort())
        for (const name of names) expect(await textOf(root, name)).toBe(name)
      }))

    test('I8 neither a link nor another kind is opened as a directory or file', () =>
      withRoot(async (root) => {
        await root.mkdir('directory', 0o777)
        await put(root, 'file', 'text')
        await root.symlink('directory', 'to-directory')
        await root.symlink('file', 'to-file')
        await expect(root.directory('to-directory')).rejects.toEqual(code('ENOTDIR'))
        await expect(root.directory('file')).rejects.toEqual(code('ENOTDIR'))
        await expect(root.directory('missing')).rejects.toEqual(code('ENOENT'))
        await expect(root.open('to-file', 'read')).rejects.toEqual(code('ELOOP'))
        await expect(root.open('directory', 'read')).rejects.toEqual(code('EINVAL'))
        await expect(root.open('missing', 'read')).rejects.toEqual(code('ENOENT'))
      }))

    test('I8 a handle stays with its directory when the path is swapped for a link to outside', () =>
      withRoot(async (root, under) => {
        await root.mkdir('directory', 0o777)
        using directory = await root.directory('directory')
        await put(directory, 'before', 'text')
        await under.swapForLink('directory')
        await put(directory, 'after', 'text')
        expect((await directory.list()).sort()).toEqual(['after', 'before'])
        await expect(root.directory('directory')).rejects.toEqual(code('ENOTDIR'))
      }))

    test('I8 a directory further down is opened only through directories', () =>
      withRoot(async (root) => {
        await root.mkdir('a', 0o777)
        using a = await root.directory('a')
        await a.mkdir('b', 0o777)
        await put(a, 'file', 'text')
        await root.symlink('a', 'link')
        using b = await root.below(['a', 'b'])
        expect((await b.stat()).inode).toBe((await a.lstat('b'))?.inode)
        await expect(root.below(['link', 'b'])).rejects.toEqual(code('ENOTDIR'))
        await expect(root.below(['a', 'file', 'c'])).rejects.toEqual(code('ENOTDIR'))
        await expect(root.below(['a', 'c'])).rejects.toEqual(code('ENOENT'))
      }))

    test('I8 I10 an open directory knows whether it still lies there', () =>
      withRoot(async (root, under) => {
        await root.mkdir('a', 0o777)
        using a = await root.directory('a')
        await a.mkdir('b', 0o777)
        using b = await root.below(['a', 'b'])
        expect(b.liesBelow(root, ['a', 'b'])).toBe(true)
        expect(b.liesBelow(a, ['b'])).toBe(true)
        expect(a.liesBelow(root, ['b'])).toBe(false)
        await under.swapForLink('a')
        expect(b.liesBelow(root, ['a', 'b'])).toBe(false)
        await a.rmdir('b')
        expect(b.liesBelow(a, ['b'])).toBe(false)
        expect(under.files.isRoot(root)).toBe(true)
        expect(under.files.isRoot(a)).toBe(false)
      }))

    test('making never takes a name that is taken', () =>
      withRoot(async (root) => {
        await put(root, 'a', 'old')
        await expect(root.create('a', 0o666)).rejects.toEqual(code('EEXIST'))
        await expect(root.mkdir('a', 0o777)).rejects.toEqual(code('EEXIST'))
        await expect(root.symlink('x', 'a')).rejects.toEqual(code('EEXIST'))
        expect(await textOf(root, 'a')).toBe('old')
      }))

    test('only an empty directory is removed, and only a file unlinked', () =>
      withRoot(async (root) => {
        await root.mkdir('directory', 0o777)
        using directory = await root.directory('directory')
        await put(directory, 'a', 'text')
        await expect(root.rmdir('directory')).rejects.toEqual(code('ENOTEMPTY'))
        await expect(root.unlink('directory')).rejects.toEqual(code('EISDIR'))
        await directory.unlink('a')
        await root.rmdir('directory')
        expect(await root.list()).toEqual([])
      }))

    test('a directory that was removed takes nothing in any more', () =>
      withRoot(async (root) => {
        await put(root, 'file', 'text')
        await root.mkdir('directory', 0o777)
        using directory = await root.directory('directory')
        await root.rmdir('directory')
        const gone = code('ENOENT')
        await expect(root.moveNew('file', directory, 'file')).rejects.toEqual(gone)
        await expect(directory.mkdir('a', 0o777)).rejects.toEqual(gone)
        await expect(directory.create('a', 0o666)).rejects.toEqual(gone)
        await expect(directory.symlink('x', 'a')).rejects.toEqual(gone)
        expect(await textOf(root, 'file')).toBe('text')
      }))

    test('I7 a file moves to a free name only', () =>
      withRoot(async (root) => {
        await root.mkdir('directory', 0o777)
        using directory = await root.directory('directory')
        await put(root, 'a', 'new')
        await put(directory, 'taken', 'old')
        await expect(root.moveNew('a', directory, 'taken')).rejects.toEqual(code('EEXIST'))
        const before = await root.lstat('a')
        const moved = await root.moveNew('a', directory, 'free')
        expect(isSameInode(moved, before!)).toBe(true)
        expect(isSameStat(moved, (await directory.lstat('free'))!)).toBe(true)
        expect(moved.links).toBe(1)
        expect(await root.lstat('a')).toBeUndefined()
        expect(await textOf(directory, 'taken')).toBe('old')
      }))

    test('I7 a file is moved away only while it is the expected one', () =>
      withRoot(async (root) => {
        await put(root, 'a', 'one')
        await put(root, 'taken', 'old')
        const expected = (await root.lstat('a'))!
        const isExpected = (there: Stat) => isSameStat(there, expected)
        await expect(root.moveIf('a', isExpected, root, 'taken')).rejects.toEqual(code('EEXIST'))
        await using file = await root.open('a', 'write')
        await file.write(0, Buffer.from('two'))
        expect(await root.moveIf('a', isExpected, root, 'b')).toBeUndefined()
        const moved = await root.moveIf('a', (there) => isSameFile(there, expected), root, 'b')
        expect(moved?.inode).toBe(expected.inode)
        expect(await textOf(root, 'b')).toBe('two')
        expect(await root.moveIf('a', () => true, root, 'c')).toBeUndefined()
      }))

    test('I7 a file is replaced only while it is the expected one', () =>
      withRoot(async (root) => {
        await put(root, 'new', 'new')
        await put(root, 'old', 'old')
        const expected = (await root.lstat('old'))!
        await root.unlink('old')
        expect(await root.replaceIf('new', root, 'old', expected)).toBeUndefined()
        await put(root, 'old', 'another')
        expect(await root.replaceIf('new', root, 'old', expected)).toBeUndefined()
        expect(await textOf(root, 'old')).toBe('another')
        const placed = await root.replaceIf('new', root, 'old', (await root.lstat('old'))!)
        expect(isSameStat(placed!, (await root.lstat('old'))!)).toBe(true)
        expect(await textOf(root, 'old')).toBe('new')
        expect(await root.list()).toEqual(['old'])
      }))

    test('a second name is given only to the expected file, and moves its ctime only', () =>
      withRoot(async (root, under) => {
        await put(root, 'a', 'text')
        await put(root, 'taken', 'old')
        const before = (await root.lstat('a'))!
        if (!under.hardLinks) {
          await expect(root.linkIf('a', before, root, 'b')).rejects.toEqual(code('EPERM'))
          return
        }
        await expect(root.linkIf('a', before, root, 'taken')).rejects.toEqual(code('EEXIST'))
        expect(await root.linkIf('a', { ...before, sizeBytes: 7 }, root, 'b')).toBeUndefined()
        expect(await root.linkIf('missing', before, root, 'b')).toBeUndefined()
        const after = await root.linkIf('a', before, root, 'b')
        expect(isSameInode(after!, before)).toBe(true)
        expect(after!.links).toBe(2)
        expect(isSameStat((await root.lstat('a'))!, after!)).toBe(true)
        expect(await textOf(root, 'b')).toBe('text')
      }))

    test('every change of content moves the stat', () =>
      withRoot(async (root) => {
        await using file = await root.create('a', 0o666)
        await file.write(0, Buffer.from('one'))
        const before = await file.stat()
        await file.write(0, Buffer.from('one more'))
        const longer = await file.stat()
        expect(isSameStat(before, longer)).toBe(false)
        await file.setTimes(1_700_000_000_123_456_789n)
        expect(isSameStat(longer, await file.stat())).toBe(false)
        expect((await file.stat()).mtimeNs).toBe(settableMtime(1_700_000_000_123_456_789n))
        await file.setTimes(-5_500_000_000n)
        expect((await file.stat()).mtimeNs).toBe(-6_000_000_000n)
      }))

    test('I7 time and permissions are set only while it is the expected file', () =>
      withRoot(async (root) => {
        await put(root, 'a', 'text')
        await using file = await root.open('a', 'read')
        const before = await file.stat()
        const after = await file.setMetadataIf(before, 1_600_000_000_000_000_000n, 0o755)
        expect(after).toMatchObject({ mtimeNs: 1_600_000_000_000_000_000n, mode: 0o755, executable: true })
        expect(isSameStat(after!, (await root.lstat('a'))!)).toBe(true)
        expect(await file.setMetadataIf(before, 0n, 0o644)).toBeUndefined()
        expect((await file.stat()).mtimeNs).toBe(1_600_000_000_000_000_000n)
      }))

    test('a name longer than 255 bytes is refused', () =>
      withRoot(async (root) => {
        await expect(root.create('ü'.repeat(128), 0o666)).rejects.toEqual(code('ENAMETOOLONG'))
      }))

    test('a directory can be synced, and tells what is free', () =>
      withRoot(async (root) => {
        await root.sync()
        const { freeBytes, totalBytes } = await root.space()
        expect(freeBytes).toBeGreaterThan(0)
        expect(totalBytes).toBeGreaterThanOrEqual(freeBytes)
        expect((await root.stat()).kind).toBe('directory')
      }))
  })
}
