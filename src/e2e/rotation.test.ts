/** A folder's secret is changed between real daemons: who moves over by itself, who is left, and what a kill in the middle does. */
import { cp, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { type Place, startPlace } from '../testing/place.ts'
import { killBefore, programOfTwoThreads, recordSteps } from '../testing/steps.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

/** Steps at which nothing is decided are taken now and then. */
const stride = 4

async function add({ daemon, directory }: Place, secret: string, ...hosts: readonly Place[]): Promise<void> {
  const options = hosts.flatMap((host) => ['--host', host.daemon.listen])
  await daemon.ask('add', directory, secret, ...options)
}

async function folderAt({ daemon }: Place) {
  return (await daemon.askJson('status')).folders[0]
}

/** What one device shows of another. */
async function stateOf(name: string, { daemon, directory }: Place): Promise<string | undefined> {
  const { peers } = await daemon.askJson('peers', directory)
  return peers.find((peer: { name: string }) => peer.name === name)?.state
}

async function moved(place: Place, to: Place): Promise<void> {
  await until(
    `${place.directory} is moved over`,
    async () => (await folderAt(place)).id === (await folderAt(to)).id,
  )
}

test('R9: members go on under the new secret by themselves, and who only holds the former one gets nothing new', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const owner = await startPlace(root.path, 'owner', stack)
  const other = await startPlace(root.path, 'other', stack)
  const guest = await startPlace(root.path, 'guest', stack)
  const away = await startPlace(root.path, 'away', stack)
  const reader = await startPlace(root.path, 'reader', stack)
  const stranger = await startPlace(root.path, 'stranger', stack)
  await owner.write('shared', 'as it was')
  await owner.daemon.ask('add', owner.directory)
  const before = await owner.secrets()
  await add(other, before.full, owner)
  await add(guest, await owner.invite('--full'), owner)
  await add(away, await owner.invite('--full'), owner)
  await add(reader, before.readOnly, owner)
  for (const place of [other, guest, away, reader])
    await until('it has the file', () => place.has('shared', 'as it was'))
  await until('the owner knows it', async () => (await stateOf('reader', owner)) === 'member')
  // From here on it only waits to be found.
  await away.daemon.ask('host', 'remove', away.directory, owner.daemon.listen)
  await owner.daemon.ask('host', 'add', owner.directory, away.daemon.listen)
  await away.daemon.end('SIGKILL')
  const unused = await owner.invite()

  const plan = await owner.daemon.ask('rotate', owner.directory)
  expect(plan).toMatch(/go on by themselves.*\n.*DEVICE(.*\n)*away .*\nguest .*\nother /)
  expect(plan).toMatch(/nothing new any more(.*\n)*reader /)
  expect(plan).toContain('1 one-time secret nobody has used would be cancelled')
  expect(await owner.secrets()).toEqual(before)
  const idBefore = (await folderAt(owner)).id

  await owner.daemon.ask('rotate', owner.directory, '--confirm')
  expect((await folderAt(owner)).id).not.toBe(idBefore)
  const after = await owner.secrets()
  expect([after.full === before.full, after.readOnly === before.readOnly]).toEqual([false, false])
  await moved(other, owner)
  await moved(guest, owner)
  expect(await other.secrets()).toEqual(after)
  await expect(guest.daemon.ask('secrets', guest.directory)).rejects.toThrow(
    'no secret that could be passed on',
  )
  await guest.write('reply', 'from the guest, after')
  await other.write('shared', 'edited by the other')
  for (const place of [owner, other, guest]) {
    await until('the reply is there', () => place.has('reply', 'from the guest, after'))
    await until('the edit is there', () => place.has('shared', 'edited by the other'))
  }

  // Who holds the former secret only is told so, keeps its files, and gets nothing new.
  await until('the reader is told', async () => (await folderAt(reader)).halt?.code === 'secret-changed')
  expect(await reader.daemon.ask('status')).toContain('The secret of')
  await add(stranger, before.readOnly, owner)
  await until('the stranger is told', async () => (await folderAt(stranger)).halt?.code === 'secret-changed')
  await expect(add(stranger, unused, owner)).rejects.toThrow()
  expect(await reader.has('shared', 'as it was')).toBe(true)
  expect([
    await reader.has('reply', 'from the guest, after'),
    await stranger.has('shared', 'as it was'),
  ]).toEqual([false, false])
  await reader.daemon.ask('remove', reader.directory)
  await add(reader, after.readOnly, owner)
  await until('it goes on with the new one', () => reader.has('shared', 'edited by the other'))

  // Who was away hears of it when it is back, also from somebody else, and its work is not lost.
  expect(await owner.daemon.ask('peers')).toMatch(/away .*not met since the new secret/)
  await away.write('away', 'made while away')
  await away.restart()
  await moved(away, owner)
  for (const place of [owner, other, guest])
    await until('its work is there', () => place.has('away', 'made while away'))
  await until('it is awaited no more', async () => (await stateOf('away', owner)) === 'member')

  // And once more, after a restart of everybody.
  for (const place of [owner, other, guest, away]) await place.daemon.end('SIGTERM')
  for (const place of [owner, other, guest, away]) await place.restart()
  await other.daemon.ask('rotate', other.directory, '--confirm')
  for (const place of [owner, guest, away]) await moved(place, other)
  await guest.write('last', 'under the third secret')
  await until('it is there', () => away.has('last', 'under the third secret'))
})

/** Two that share a folder, the second as a guest. */
async function startPair(root: string, stack: AsyncDisposableStack): Promise<readonly [Place, Place]> {
  const owner = await startPlace(root, 'owner', stack, programOfTwoThreads)
  const guest = await startPlace(root, 'guest', stack, programOfTwoThreads)
  await owner.daemon.ask('add', owner.directory)
  await add(guest, await owner.invite('--full'), owner)
  await owner.write('met', 'yes')
  await until('they have met', () => guest.has('met', 'yes'))
  return [owner, guest]
}

/** What one of them does while both move over. Of a database's writes the first two stand for all. */
async function recordRotation([owner, guest]: readonly [Place, Place], place: Place, file: string) {
  const recording = await recordSteps(place.daemon.process.pid!, file)
  await owner.daemon.ask('rotate', owner.directory, '--confirm')
  await moved(guest, owner)
  return (await recording.end()).filter(({ call, nth }) => call !== 'pwrite64' || nth <= 2)
}

test.each(['owner', 'guest'] as const)(
  'I1: when the %s is killed before a step of moving over, both go on together',
  { timeout: 300_000 },
  async (name) => {
    await using root = await makeTempDirectory()
    await using stack = new AsyncDisposableStack()
    const pair = await startPair(root.path, stack)
    const [owner, guest] = pair
    const victim = name === 'owner' ? owner : guest
    const all = await recordRotation(pair, victim, join(root.path, 'recording'))
    const turns = ['config.json.new', 'home', 'identity.new']
    const steps = all.filter(({ about }, at) => turns.includes(about) || at % stride === 0)
    // Kept first, then everything else.
    expect(new Set(steps.map(({ about }) => about))).toEqual(
      new Set([...turns, ...steps.map(({ about }) => about)]),
    )
    for (const step of steps) {
      const what = `${step.call} ${step.nth} of ${step.about}`
      const { id } = await folderAt(owner)
      const { daemon } = victim
      await guest.write('work', `before ${what}`)
      await until(`${what}: it is there`, () => owner.has('work', `before ${what}`))
      await killBefore(daemon.process.pid!, step)
      await owner.daemon.ask('rotate', owner.directory, '--confirm').catch(() => undefined)
      await until(`${what}: killed`, () => daemon.process.signalCode === 'SIGKILL')
      await victim.restart()
      // Killed before it was decided, it did not happen.
      if ((await folderAt(owner)).id === id) await owner.daemon.ask('rotate', owner.directory, '--confirm')
      await moved(guest, owner)
      await owner.write('work', `after ${what}`)
      await until(`${what}: it goes on`, () => guest.has('work', `after ${what}`))
    }
    expect((await owner.daemon.askJson('conflicts')).conflicts).toEqual([])
  },
)

test('I11: a database or a configuration from before the new secret, put back, goes on with the others', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const owner = await startPlace(root.path, 'owner', stack)
  const guest = await startPlace(root.path, 'guest', stack)
  await owner.daemon.ask('add', owner.directory)
  await add(guest, await owner.invite('--full'), owner)
  await owner.write('shared', 'by the owner')
  await until('it is there', () => guest.has('shared', 'by the owner'))
  const kept = [join(guest.home, 'folders'), join(guest.home, 'config.json')] as const
  await guest.daemon.end('SIGTERM')
  for (const path of kept) await cp(path, `${path}.backup`, { recursive: true })
  await guest.restart()

  await owner.daemon.ask('rotate', owner.directory, '--confirm')
  await moved(guest, owner)
  for (const path of kept) {
    await guest.write('shared', `by the guest, before ${basename(path)} went`)
    await until('it is there', () => owner.has('shared', `by the guest, before ${basename(path)} went`))
    await guest.daemon.end('SIGTERM')
    await rm(path, { recursive: true })
    await cp(`${path}.backup`, path, { recursive: true })
    await guest.restart()
    await moved(guest, owner)
    await owner.write('news', `after ${basename(path)} came back`)
    await until('it goes on', () => guest.has('news', `after ${basename(path)} came back`))
    expect(await guest.has('shared', `by the guest, before ${basename(path)} went`)).toBe(true)
    await guest.write('reply', `after ${basename(path)} came back`)
    await until('the other way, too', () => owner.has('reply', `after ${basename(path)} came back`))
  }
  expect((await owner.daemon.askJson('conflicts')).conflicts).toEqual([])
})
