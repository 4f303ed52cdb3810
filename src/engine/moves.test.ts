import { afterEach, expect, test } from 'vitest'
import type { Link } from '../ports.ts'
import { rel } from '../testing/disk-driving.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError, type Gate, type MemoryOptions } from '../testing/memory-files.ts'
import type { Person } from '../testing/memory-person.ts'
import { noise } from '../testing/search-run.ts'

const large = noise(300_000, 'large')
const devices: MemoryDevice[] = []
/** The ends of those between them. */
const links: Link[] = []
afterEach(endScene)

async function endScene(): Promise<void> {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
  links.length = 0
}

interface Scene {
  readonly clock: ReturnType<typeof createManualClock>
  readonly alice: MemoryDevice
  readonly bob: MemoryDevice
  /** What processes did on either disk since the folder was in step. */
  readonly done: string[]
  pass(ms?: number): Promise<void>
}

/** Two devices that hold the same three files in a directory. */
async function inStep(memory: MemoryOptions = {}, gate: Gate = async () => undefined): Promise<Scene> {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let isInStep = false
  const done: string[] = []
  const noting =
    (name: string): Gate =>
    async (operation, path) => {
      if (!isInStep) return
      done.push(`${name} ${operation} ${path}`)
      if (name === 'bob') await gate(operation, path)
    }
  const alice = await openMemoryDevice({ clock, name: 'alice', gate: noting('alice') })
  const bob = await openMemoryDevice({ clock, name: 'bob', memory, gate: noting('bob') })
  devices.push(alice, bob)
  alice.own.person.mkdir('before')
  alice.own.person.mkdir('before/deep')
  alice.own.person.writeFile('before/large', large)
  alice.own.person.writeFile('before/empty', '')
  alice.own.person.writeFile('before/deep/small', 'small')
  links.push(...connectDevices(alice, bob))
  await pass(clock, 12_000)
  expect(bob.own.person.readFile('before/deep/small').toString()).toBe('small')
  isInStep = true
  return { clock, alice, bob, done, pass: (ms = 12_000) => pass(clock, ms) }
}

const names = ['large', 'empty', 'deep/small']

test('a directory renamed there is renamed here: nothing is read, copied or archived', async () => {
  const { alice, bob, done, pass } = await inStep()
  const inodes = names.map((name) => bob.own.person.stat(`before/${name}`)?.inode)
  alice.own.person.rename('before', 'after')
  await pass()
  expect(names.map((name) => bob.own.person.stat(`after/${name}`)?.inode)).toEqual(inodes)
  expect(bob.own.person.stat('before')).toBeUndefined()
  expect(bob.own.person.names('.sync/archive')).toEqual([])
  expect(done.filter((line) => / (read|write) (before|after|\.sync\/stage)/.test(line))).toEqual([])
  for (const { folder } of [alice, bob]) {
    const files = folder.history(3).map(({ action, path }) => `${action} ${path}`)
    expect(files.sort()).toEqual(['moved after/deep/small', 'moved after/empty', 'moved after/large'])
  }
  for (const { folder } of [alice, bob])
    expect(folder.status()).toMatchObject({ state: 'up-to-date', files: 3, problems: [] })
})

test('a file renamed there is renamed here', async () => {
  const { alice, bob, pass } = await inStep()
  const inode = bob.own.person.stat('before/large')?.inode
  alice.own.person.rename('before/large', 'LARGE')
  await pass()
  expect(bob.own.person.stat('LARGE')?.inode).toBe(inode)
  expect(bob.own.person.stat('before/large')).toBeUndefined()
})

const wholeSecondNs = 1_700_000_000_000_000_000n

test('I2 a file renamed there gets its new time here, though a coarse disk might show the old one for it', async () => {
  const { alice, bob, pass } = await inStep()
  alice.own.person.touch('before/large', wholeSecondNs)
  await pass()
  alice.own.person.rename('before/large', 'large')
  alice.own.person.touch('large', wholeSecondNs + 1_500_000_000n)
  await pass()
  expect(bob.own.person.stat('large')?.mtimeNs).toBe(wholeSecondNs + 1_500_000_000n)
})

test('on a disk that counts time in seconds a file is renamed as it lies', async () => {
  const { alice, bob, pass } = await inStep({ mtimeStepNs: 1_000_000_000n })
  alice.own.person.touch('before/large', wholeSecondNs + 1_500_000_000n)
  await pass()
  const before = bob.own.person.stat('before/large')!
  expect(before.mtimeNs).toBe(wholeSecondNs + 1_000_000_000n)
  alice.own.person.rename('before/large', 'large')
  await pass()
  expect(bob.own.person.stat('large')?.inode).toBe(before.inode)
})

test('I1 a file edited here while it is renamed there keeps the edit', async () => {
  const { alice, bob, pass } = await inStep()
  alice.own.person.rename('before', 'after')
  bob.own.person.writeFile('before/deep/small', 'edited')
  await pass(60_000)
  for (const { own } of [alice, bob]) {
    const contents = own.person.tree('').map(({ data }) => data.toString())
    expect(contents).toContain('edited')
  }
})

test('where a file cannot have two names it is copied', async () => {
  const { alice, bob, pass } = await inStep({ hardLinks: false })
  alice.own.person.rename('before', 'after')
  await pass()
  expect(bob.own.person.readFile('after/large')).toEqual(large)
  expect(bob.own.person.stat('before')).toBeUndefined()
})

test('what cannot be moved is copied', async () => {
  const { alice, bob, pass } = await inStep({}, async (operation, path) => {
    if (operation === 'link' && path.startsWith('before/')) throw errnoError('EXDEV', path)
  })
  alice.own.person.rename('before', 'after')
  await pass(60_000)
  expect(bob.own.person.readFile('after/large')).toEqual(large)
  expect(bob.own.person.stat('before')).toBeUndefined()
  expect(bob.folder.status()).toMatchObject({ state: 'up-to-date', problems: [] })
})

test('a large directory is moved to the last file, and so is one that was renamed twice before anybody looked', async () => {
  const { alice, bob, done, pass } = await inStep()
  const { person } = alice.own
  person.mkdir('many')
  const count = 150
  const many = Array.from({ length: count }, (_, at) => `file ${at}`)
  for (const name of many) person.writeFile(`many/${name}`, `content of ${name}`)
  await pass()
  const inodesIn = (directory: string) =>
    many.map((name) => bob.own.person.stat(`${directory}/${name}`)?.inode)
  const inodes = inodesIn('many')
  expect(inodes).not.toContain(undefined)
  person.rename('many', 'renamed')
  await pass()
  expect(inodesIn('renamed')).toEqual(inodes)

  // Bob hears of both renames at once.
  for (const link of links.splice(0)) link.close('closing')
  for (const [from, to] of [
    ['renamed', 'once'],
    ['once', 'twice'],
  ] as const) {
    person.rename(from, to)
    await pass()
  }
  links.push(...connectDevices(alice, bob))
  done.length = 0
  await pass()
  expect(inodesIn('twice')).toEqual(inodes)
  expect(bob.own.person.names('.sync/archive')).toEqual([])
  expect(done.filter((line) => / write \.sync\/stage/.test(line))).toEqual([])
})

const troubles = ['nothing', 'a failure', 'a crash'] as const
type Trouble = (typeof troubles)[number]

/**
 * Alice renames a directory. Before the operation of bob's process of that number after a file in it got its second name, his person does something,
 * and there is trouble. Undefined when the move is over by then.
 */
async function whileMoving(
  act: (person: Person) => void,
  trouble: Trouble,
  operation: number,
): Promise<Scene | undefined> {
  let sinceLinked = 0
  let isMoving = false
  let isDown = false
  const scene: Scene = await inStep({}, async (_, path) => {
    const { person } = scene.bob.own
    const isLinked = sinceLinked > 0 || person.stat('after/large') !== undefined
    if (isDown || !isLinked || sinceLinked++ !== operation) return isDown ? never() : undefined
    isMoving = scene.bob.store.state(rel('after/large'))?.here === undefined
    if (!isMoving) return
    act(person)
    if (trouble === 'a failure') throw errnoError('EIO', path)
    isDown = trouble === 'a crash'
    if (isDown) await never()
  })
  const { alice, bob, clock } = scene
  alice.own.person.rename('before', 'after')
  await scene.pass(60_000)
  if (!isMoving) return undefined
  if (!isDown) return scene
  for (const link of links.splice(0)) link.close('closing')
  const again = await openMemoryDevice({ clock, name: 'bob', image: bob.image(), own: bob.own })
  devices.splice(devices.indexOf(bob), 1, again)
  links.push(...connectDevices(alice, again))
  await scene.pass(60_000)
  return { ...scene, bob: again }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}

/** Every moment of a move: between making ready for something and doing it there is always more than one operation. */
async function atEachMoment(
  act: (person: Person) => void,
  trouble: Trouble,
  check: (moment: number, scene: Scene) => Promise<void>,
): Promise<void> {
  let moment = 0
  for (; ; moment += 2) {
    const scene = await whileMoving(act, trouble, moment)
    if (scene === undefined) break
    await check(moment, scene)
    await endScene()
  }
  expect(moment).toBeGreaterThan(10)
}

const cases = troubles.flatMap((trouble) =>
  ['before/large', 'after/large'].map((name) => [name, trouble] as const),
)

test.each(cases)(
  'I1 I2 I5 what is written into a file while it moves is an edit of the moved file (%s, then %s)',
  { timeout: 60_000 },
  async (name, trouble) => {
    const write = (person: Person) =>
      person.writeFile(person.stat(name) === undefined ? 'after/large' : name, 'written meanwhile')
    await atEachMoment(write, trouble, async (moment, { alice, bob }) => {
      for (const { own } of [alice, bob]) {
        const files = own.person.tree('').filter(({ kind }) => kind === 'file')
        const shown = files.map(({ path, data }) => (path === 'after/large' ? `${path}: ${data}` : path))
        const expected = ['after/deep/small', 'after/empty', 'after/large: written meanwhile']
        expect({ moment, shown }).toEqual({ moment, shown: expected })
      }
    })
  },
)

test.each(cases)(
  'I1 I2 a file that is renamed while it moves shares nothing with the one at its new path (%s, then %s)',
  { timeout: 60_000 },
  async (name, trouble) => {
    let met = 0
    const rename = (person: Person) => {
      const [from] = [name, 'before/large', 'after/large'].filter((path) => person.stat(path) !== undefined)
      person.rename(from!, 'mine')
    }
    await atEachMoment(rename, trouble, async (moment, { alice, bob, pass }) => {
      bob.own.person.writeFile('mine', 'written later')
      await pass(60_000)
      const [there, here] = [alice, bob].map(({ own }) =>
        own.person.tree('').map(({ path, data }) => `${path} ${data.equals(large) ? 'large' : data}`),
      )
      expect({ moment, here }).toEqual({ moment, here: there })
      expect(here).toContain('mine written later')
      const moved = here!.filter((line) => line.startsWith('after/large'))
      if (moved.length === 0) return
      expect({ moment, moved }).toEqual({ moment, moved: ['after/large large'] })
      met++
    })
    expect(met).toBeGreaterThan(0)
  },
)

test.each(['changed', 'unreadable'] as const)(
  'I1 I4 a file that its disk damages while it moves, and a crash: nobody takes that for an edit (%s)',
  { timeout: 60_000 },
  async (how) => {
    const damage = (person: Person) => {
      const [path] = ['before/large', 'after/large'].filter((name) => person.stat(name) !== undefined)
      person.damage(path!, how)
    }
    await atEachMoment(damage, 'a crash', async (moment, { alice, bob }) => {
      const held = [alice, bob].map(({ own }) => own.person.readFile('after/large').equals(large))
      expect({ moment, held }).toEqual({ moment, held: [true, true] })
    })
  },
)
