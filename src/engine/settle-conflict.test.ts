import { afterEach, describe, expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError, type Gate, type MemoryOptions } from '../testing/memory-files.ts'
import { defaultFolderSettings } from './settings.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

interface Scene {
  readonly clock: ManualClock
  readonly alice: MemoryDevice
  readonly bob: MemoryDevice
  /** Where the version that lost lies. */
  readonly copy: string
  readonly texts: { readonly original: string; readonly copy: string }
}

interface Options {
  readonly path?: string
  /** Of alice, once both versions are kept. */
  readonly gate?: Gate
  readonly memory?: MemoryOptions
}

/** Two devices wrote one file apart, then met. Neither keeps what a peer replaces. */
async function conflict({ path = 'dir/note.txt', gate, memory }: Options = {}): Promise<Scene> {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let isArmed = false
  const settings = { archive: false }
  const alice = await openMemoryDevice({
    ...{ clock, name: 'alice', settings },
    ...(memory === undefined ? {} : { memory }),
    gate: async (operation, at) => (isArmed ? gate?.(operation, at) : undefined),
  })
  const bob = await openMemoryDevice({ clock, name: 'bob', settings })
  devices.push(alice, bob)
  for (const { own } of [alice, bob]) own.person.writeFile(path, `of ${own === alice.own ? 'alice' : 'bob'}`)
  await pass(clock)
  connectDevices(alice, bob)
  await pass(clock, 12_000)
  const [row] = alice.folder.conflicts(9)
  const texts = { original: read(alice, path)!, copy: read(alice, row!.path)! }
  expect(Object.values(texts).sort()).toEqual(['of alice', 'of bob'])
  isArmed = true
  return { clock, alice, bob, copy: row!.path, texts }
}

function read({ own }: MemoryDevice, path: string): string | undefined {
  return own.person.stat(path) === undefined ? undefined : own.person.readFile(path).toString()
}

function files({ own }: MemoryDevice): Record<string, string> {
  const found = own.person
    .tree('')
    .filter(({ kind }) => kind === 'file')
    .map(({ path, data }) => [path, data.toString()])
  return Object.fromEntries(found)
}

/** Everything there is, in files and the archive. */
function allTexts(device: MemoryDevice): string[] {
  const { person } = device.own
  const kept = person.stat('.sync/archive') === undefined ? [] : person.tree('.sync/archive')
  const texts = kept.filter(({ kind }) => kind === 'file').map(({ data }) => data.toString())
  return [...Object.values(files(device)), ...texts]
}

async function archived({ folder }: MemoryDevice): Promise<string[]> {
  return (await folder.listArchive({ limit: 100 })).rows.map(({ path }) => path)
}

async function settle(
  { clock, alice }: Pick<Scene, 'clock' | 'alice'>,
  path: string,
  keep: 'original' | 'copy' | 'both',
): Promise<string> {
  const settled = Promise.allSettled([alice.folder.settleConflict(path, keep)])
  await pass(clock, 3_000)
  const [outcome] = await settled
  return outcome!.status === 'fulfilled' ? outcome!.value : outcome!.reason.code
}

test('a conflict tells who wrote the copy, and what lies beside it', async () => {
  const { alice, copy, texts } = await conflict()
  expect(alice.folder.conflicts(9)).toEqual([
    {
      ...{ path: copy, beside: 'dir/note.txt', sizeBytes: texts.copy.length, mtimeNs: expect.any(BigInt) },
      device: texts.copy.slice(3),
      original: expect.objectContaining({ sizeBytes: texts.original.length }),
    },
  ])
})

describe.each([
  ['a disk with hard links', {}],
  ['a disk without them', { hardLinks: false }],
] as const)('on %s', (_, memory) => {
  test('I1 the original is kept, and the copy goes to the archive, also where none is kept of what peers replace', async () => {
    const scene = await conflict({ memory })
    const { alice, bob, copy, texts } = scene
    expect(await settle(scene, copy, 'original')).toBe('dir/note.txt')
    await pass(scene.clock)
    for (const device of [alice, bob]) expect(files(device)).toEqual({ 'dir/note.txt': texts.original })
    expect(await archived(alice)).toEqual([copy])
    expect(alice.folder.conflicts(9)).toEqual([])
  })

  test('I1 the copy takes the place of the original, which goes to the archive', async () => {
    const scene = await conflict({ memory })
    const { alice, bob, copy, texts } = scene
    expect(await settle(scene, copy, 'copy')).toBe('dir/note.txt')
    await pass(scene.clock)
    for (const device of [alice, bob]) expect(files(device)).toEqual({ 'dir/note.txt': texts.copy })
    expect(await archived(alice)).toEqual(['dir/note.txt'])
    expect(allTexts(alice)).toContain(texts.original)
  })

  test('the copy gets the first free name of its own', async () => {
    const scene = await conflict({ memory })
    const { alice, bob, copy, texts } = scene
    alice.own.person.writeFile('dir/note (2).txt', 'taken')
    await pass(scene.clock)
    expect(await settle(scene, copy, 'both')).toBe('dir/note (3).txt')
    await pass(scene.clock)
    const expected = {
      'dir/note.txt': texts.original,
      'dir/note (2).txt': 'taken',
      'dir/note (3).txt': texts.copy,
    }
    for (const device of [alice, bob]) expect(files(device)).toEqual(expected)
    expect(alice.folder.conflicts(9)).toEqual([])
    expect(await archived(alice)).toEqual([])
  })
})

test('I7 what a person changed a moment ago is not touched, and no name that is taken on the disk', async () => {
  const scene = await conflict()
  const { alice, copy } = scene
  alice.own.person.writeFile('dir/note (2).txt', 'not seen yet')
  expect(await settle(scene, copy, 'both')).toBe('dir/note (3).txt')

  const other = await conflict()
  other.alice.own.person.writeFile('dir/note.txt', 'an edit')
  expect(await settle(other, other.copy, 'copy')).toBe('changed-since-plan')
  expect(read(other.alice, 'dir/note.txt')).toBe('an edit')
  expect(read(other.alice, other.copy)).toBe(other.texts.copy)

  const third = await conflict()
  third.alice.own.person.remove('dir/note.txt')
  expect(await settle(third, third.copy, 'original')).toBe('changed-since-plan')
  expect(read(third.alice, third.copy)).toBe(third.texts.copy)
})

test('a copy whose original is gone is not let go of, and can take its place', async () => {
  const scene = await conflict()
  const { alice, bob, clock, copy, texts } = scene
  bob.own.person.remove('dir/note.txt')
  await pass(clock, 12_000)
  expect(alice.folder.conflicts(9)[0]!.original).toBeUndefined()
  expect(await settle(scene, copy, 'original')).toBe('request-invalid')
  expect(await settle(scene, copy, 'copy')).toBe('dir/note.txt')
  await pass(clock)
  for (const device of [alice, bob]) expect(files(device)).toEqual({ 'dir/note.txt': texts.copy })
})

test('what is no conflict is none to settle', async () => {
  const scene = await conflict()
  expect(await settle(scene, 'dir/note.txt', 'copy')).toBe('request-invalid')
  expect(await settle(scene, 'dir', 'original')).toBe('request-invalid')
  expect(await settle(scene, '../outside (conflict x 2026-01-01 000000)', 'original')).toBe('not-found')
  scene.bob.own.person.mkdir('a (conflict x 2026-01-01 000000)')
  await pass(scene.clock)
  expect(await settle(scene, 'a (conflict x 2026-01-01 000000)', 'original')).toBe('request-invalid')
})

test('a read-only device settles no conflict of the folder', async () => {
  const scene = await conflict()
  const reader = await openMemoryDevice({ clock: scene.clock, name: 'reader', role: 'read-only' })
  devices.push(reader)
  connectDevices(reader, scene.bob)
  await pass(scene.clock)
  expect(reader.folder.conflicts(9)).toHaveLength(1)
  for (const keep of ['original', 'copy', 'both'] as const)
    expect(await settle({ clock: scene.clock, alice: reader }, scene.copy, keep)).toBe('needs-full-secret')
  expect(files(reader)).toEqual(files(scene.alice))
})

describe.each(['a crash', 'a failure'] as const)('with %s at any operation', (trouble) => {
  test.each(['original', 'copy', 'both'] as const)(
    'I1 I2 both versions are still there or in the archive (keeping %s)',
    { timeout: 60_000 },
    async (keep) => {
      let operation = 0
      for (; ; operation += 1) {
        let count = -1
        let isOver = false
        let isDown = false
        const scene = await conflict({
          async gate(_, path) {
            if (isDown) await new Promise(() => undefined)
            if (isOver) return
            count += 1
            if (count !== operation) return
            if (trouble === 'a failure') throw errnoError('EIO', path)
            isDown = true
            await new Promise(() => undefined)
          },
        })
        const { alice, bob, clock, copy, texts } = scene
        const settled = alice.folder.settleConflict(copy, keep).then(
          () => 'done',
          () => 'failed',
        )
        void settled.then(() => {
          isOver = true
        })
        await pass(clock, 3_000)
        expect(allTexts(alice), `operation ${operation}`).toEqual(
          expect.arrayContaining(Object.values(texts)),
        )
        let now = alice
        if (isDown) {
          now = await openMemoryDevice({ clock, name: 'alice', image: alice.image(), own: alice.own })
          devices.splice(devices.indexOf(alice), 1, now)
          connectDevices(now, bob)
        }
        await pass(clock, 40_000, 10)
        expect(files(now), `operation ${operation}`).toEqual(files(bob))
        expect(allTexts(now), `operation ${operation}`).toEqual(expect.arrayContaining(Object.values(texts)))
        // Whatever is left of it can be settled.
        for (const { path, original } of now.folder.conflicts(9)) {
          expect(original).toBeDefined()
          expect(await settle({ clock, alice: now }, path, 'original')).toBe('dir/note.txt')
        }
        await pass(clock, 12_000)
        expect(now.folder.conflicts(9)).toEqual([])
        expect(allTexts(now)).toEqual(expect.arrayContaining(Object.values(texts)))
        const isThrough = count < operation
        for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
        if (isThrough) break
      }
      expect(operation).toBeGreaterThan(8)
    },
  )
})

test('a copy that the disk has damaged settles nothing', async () => {
  const { clock, alice, bob, copy, texts } = await conflict()
  alice.own.person.damage(copy)
  bob.folder.configure({ ...defaultFolderSettings, paused: true })
  alice.folder.startScrub()
  await pass(clock)
  for (const keep of ['copy', 'original', 'both'] as const)
    await expect(alice.folder.settleConflict(copy, keep)).rejects.toThrow('has damaged')
  await pass(clock)
  expect(read(alice, 'dir/note.txt')).toBe(texts.original)
})
