import { afterEach, expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import {
  connectDevices,
  type MemoryDevice,
  type MemoryDeviceOptions,
  openMemoryDevice,
  pass,
} from '../testing/memory-device.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

async function open(
  clock: ManualClock,
  name: string,
  options: Partial<MemoryDeviceOptions> = {},
): Promise<MemoryDevice> {
  const device = await openMemoryDevice({ clock, name, ...options })
  devices.push(device)
  return device
}

/** Lets the folder's loop run meanwhile; gives the value, or the code of the error. */
async function during<T>(clock: ManualClock, asked: Promise<T>, durationMs = 3_000): Promise<T | string> {
  const settled = Promise.allSettled([asked])
  await pass(clock, durationMs)
  const [outcome] = await settled
  return outcome!.status === 'fulfilled' ? outcome!.value : outcome!.reason.code
}

test('a list tells of each path what it is and whether it is here', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await open(clock, 'alice')
  const reader = await open(clock, 'reader', { role: 'read-only' })
  const write = ({ own }: MemoryDevice, path: string, text = path) => own.person.writeFile(path, text)
  for (const path of ['dir/a', 'dir/Ü', 'edited', 'gone', 'ignored']) write(alice, path)
  alice.own.person.symlink('edited', 'link')
  reader.own.person.writeFile('.sync/ignore', 'ignored\n')
  const [link] = connectDevices(alice, reader)
  await pass(clock)
  link.close('closing')
  write(reader, 'edited', 'of the reader')
  reader.own.person.remove('gone')
  write(reader, 'own')
  reader.own.person.mkfifo('pipe')
  write(alice, 'later', 'x'.repeat(500))
  await pass(clock)
  // The record comes, and its content does not.
  alice.own.person.remove('later')
  const [again] = connectDevices(alice, reader)
  await pass(clock, 300, 3)
  again.close('closing')
  reader.folder.rescan()
  await pass(clock)

  const { rows, next } = await reader.folder.listFiles({ limit: 100 })
  expect(next).toBeUndefined()
  expect(rows.map(({ path, kind, state, sizeBytes }) => [path, kind, state, sizeBytes])).toEqual([
    ['dir', 'directory', 'here', 0],
    ['dir/a', 'file', 'here', 5],
    ['dir/Ü', 'file', 'here', 6],
    ['edited', 'file', 'changed-here', 13],
    ['gone', 'file', 'changed-here', 4],
    ['ignored', 'file', 'ignored', 7],
    ['later', 'file', 'needed', 500],
    ['link', 'link', 'here', expect.any(Number)],
    ['own', 'file', 'changed-here', 3],
  ])
  const problems = await reader.folder.listFiles({ limit: 9 }, 'problem')
  expect(problems.rows.find(({ path }) => path === 'pipe')).toEqual({
    ...{ path: 'pipe', kind: 'other', sizeBytes: 0, mtimeNs: undefined, state: 'unsynced', asked: false },
    problem: { code: 'kind-unsupported', message: expect.stringContaining('pipe'), data: expect.anything() },
  })
  const needed = await reader.folder.listFiles({ limit: 9 }, 'needed')
  expect(needed.rows.map(({ path }) => path)).toEqual(['later'])
  expect((await reader.folder.localChanges({ limit: 2, search: 'N' })).rows).toEqual([
    { path: 'gone', change: 'deleted', sizeBytes: 4 },
    { path: 'own', change: 'added', sizeBytes: 3 },
  ])

  for (const limit of [1, 2, 8, 9, 10]) {
    const paths: string[] = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page = await reader.folder.listFiles({ after, limit })
      expect(page.rows.length).toBeLessThanOrEqual(limit)
      paths.push(...page.rows.map(({ path }) => path))
      after = page.next
    }
    expect(paths).toEqual(rows.map(({ path }) => path))
  }
  const found = await reader.folder.listFiles({ limit: 1, search: 'DIR/' })
  expect([found.rows[0]!.path, found.next]).toEqual(['dir/a', 'dir/a'])
  expect(
    (await reader.folder.listFiles({ ...found, after: found.next, limit: 1, search: 'ü' })).rows,
  ).toEqual([expect.objectContaining({ path: 'dir/Ü' })])
})

test('I1 a file of the archive is put in the place of what lies there, which goes to the archive', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await open(clock, 'alice')
  const bob = await open(clock, 'bob')
  connectDevices(alice, bob)
  alice.own.person.writeFile('dir/note', 'first')
  await pass(clock)
  alice.own.person.writeFile('dir/note', 'second')
  await pass(clock)
  const [entry] = (await bob.folder.listArchive({ limit: 9 })).rows
  bob.own.person.writeFile('dir/note', 'an edit nobody has looked at')
  expect(await during(clock, bob.folder.restoreArchived(entry!.id, true))).toBe('dir/note')
  await pass(clock)
  for (const { own } of [alice, bob]) expect(own.person.readFile('dir/note').toString()).toBe('first')
  const kept = bob.own.person.tree('.sync/archive').map(({ data }) => data.toString())
  expect(kept).toContain('an edit nobody has looked at')

  bob.own.person.remove('dir')
  await pass(clock, 12_000)
  expect(await during(clock, bob.folder.restoreArchived(entry!.id, true))).toBe('dir/note')
  bob.own.person.remove('dir/note')
  bob.own.person.mkdir('dir/note/below')
  await pass(clock, 12_000)
  expect(await during(clock, bob.folder.restoreArchived(entry!.id, true))).toBe('obstructed')
  expect(await during(clock, bob.folder.restoreArchived('no such entry', true))).toBe('not-found')
})

test('new ignore patterns hold at once, and are previewed from the index and the disk', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await open(clock, 'alice')
  const { person } = alice.own
  for (const path of ['a.txt', 'b.txt', 'photos/c.jpg', '.DS_Store', 'photos/.DS_Store'])
    person.writeFile(path, path)
  await pass(clock)
  expect(await alice.folder.ignoreText()).toContain('.DS_Store')
  expect(await alice.folder.previewIgnore('*.txt\n/photos/\n')).toEqual({
    ignored: {
      ...{ files: 4, bytes: 38 },
      examples: ['a.txt', 'b.txt', 'photos/c.jpg', 'photos/.DS_Store'],
    },
    newlyIgnored: { files: 3, bytes: 22, examples: ['a.txt', 'b.txt', 'photos/c.jpg'] },
    newlySynced: { files: 1, bytes: 9, examples: ['.DS_Store'] },
    partial: false,
  })
  const more = await alice.folder.previewIgnore(`*.txt\n${await alice.folder.ignoreText()}\n*.jpg`)
  expect([more.newlyIgnored.files, more.newlySynced.files]).toEqual([3, 0])
  const exception = await alice.folder.previewIgnore(`${await alice.folder.ignoreText()}\n!/.DS_Store`)
  expect(exception.newlySynced.examples).toEqual(['.DS_Store'])
  expect(await during(clock, alice.folder.setIgnoreText('*.txt\n'))).toBeUndefined()
  expect(person.readFile('.sync/ignore').toString()).toBe('*.txt\n')
  await pass(clock)
  const { rows } = await alice.folder.listFiles({ limit: 99 })
  expect(rows.map(({ path, state }) => `${path} ${state}`)).toEqual([
    '.DS_Store here',
    'a.txt ignored',
    'b.txt ignored',
    'photos here',
    'photos/.DS_Store here',
    'photos/c.jpg here',
  ])
  expect(person.readFile('a.txt').toString()).toBe('a.txt')
  const back = await alice.folder.previewIgnore('')
  expect(back.newlySynced).toEqual({ files: 2, bytes: 10, examples: ['a.txt', 'b.txt'] })
})

test('a preview that is asked for again is not finished, and a folder that is gone says so', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await open(clock, 'alice')
  alice.own.person.writeFile('a', 'a')
  await pass(clock)
  const [first, second] = await Promise.allSettled([
    alice.folder.previewIgnore('a'),
    alice.folder.previewIgnore('b'),
  ])
  expect(first).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } })
  expect(second).toMatchObject({ status: 'fulfilled' })
  alice.own.setPresent(false)
  await expect(alice.folder.ignoreText()).rejects.toMatchObject({ code: 'root-missing' })
  expect(await during(clock, alice.folder.setIgnoreText('x'))).toBe('root-missing')
  await expect(alice.folder.showContent({ path: 'a' })).rejects.toMatchObject({ code: 'root-missing' })
})

test('I8 only pictures and texts of the folder and its archive are shown', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await open(clock, 'alice')
  const { person } = alice.own
  const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(200_000, 7)])
  person.writeFile('not what it says.txt', png)
  person.writeFile('page.html', '<script>alert(1)</script>')
  person.writeFile('long', 'ж'.repeat(200_000))
  person.writeFile('binary', Buffer.from([1, 0, 2]))
  person.writeFile('empty', '')
  person.mkdir('dir')
  person.symlink('page.html', 'link')
  person.writeFile('.sync/archive/2026-01-01T000000.000Z/old', 'an old text')
  await pass(clock)
  person.mkfifo('late pipe')

  async function show(place: { path: string } | { archived: string }) {
    try {
      await using content = await alice.folder.showContent(place)
      const pieces: Buffer[] = []
      for await (const piece of content.pieces()) pieces.push(piece)
      const { name, type, sizeBytes, cutFromBytes } = content
      return { name, type, sizeBytes, cutFromBytes, bytes: Buffer.concat(pieces) }
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  const text = 'text/plain; charset=utf-8'
  expect(await show({ path: 'not what it says.txt' })).toEqual({
    ...{ name: 'not what it says.txt', type: 'image/png', sizeBytes: png.length, bytes: png },
    cutFromBytes: undefined,
  })
  expect(await show({ path: 'page.html' })).toMatchObject({ type: text, sizeBytes: 25 })
  expect(await show({ path: 'empty' })).toMatchObject({ type: text, sizeBytes: 0 })
  const long = (await show({ path: 'long' })) as { bytes: Buffer }
  expect(long).toMatchObject({ type: text, sizeBytes: 262_144, cutFromBytes: 400_000 })
  expect(long.bytes.toString()).toBe('ж'.repeat(131_072))
  expect(await show({ archived: '2026-01-01T000000.000Z/old' })).toMatchObject({
    ...{ name: 'old', type: text },
    bytes: Buffer.from('an old text'),
  })
  for (const path of ['binary', 'dir', 'link']) expect(await show({ path })).toBe('not-showable')
  // What was a file when it was looked at last is none now.
  person.remove('empty')
  person.symlink('page.html', 'empty')
  expect(await show({ path: 'empty' })).toBe('not-showable')
  const outside = [
    '..',
    '../x',
    '/etc/passwd',
    'dir/../page.html',
    '.sync/identity',
    '.SYNC/ignore',
    'a\0b',
    '',
  ]
  for (const path of [...outside, 'late pipe', 'nothing'])
    expect([path, await show({ path })]).toEqual([path, 'not-found'])
  for (const archived of [
    ...['../identity', '2026-01-01T000000.000Z/../../identity', '2026-01-01T000000.000Z', 'x/old', ''],
    ...['2026-01-01T000000.000Z/', '2026-01-01T000000.000Z/none', '2026-01-01T000000.000Z/old/below'],
  ])
    expect([archived, await show({ archived })]).toEqual([archived, 'not-found'])
  person.symlink('/etc/passwd', '.sync/archive/2026-01-01T000000.000Z/link')
  expect(await show({ archived: '2026-01-01T000000.000Z/link' })).toBe('obstructed')
})
