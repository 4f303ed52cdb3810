/** Folders on small file systems of their own: full ones, and ones that cannot hold everything. */
import { randomBytes } from 'node:crypto'
import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeLoopDisk } from '../testing/loop-disk.ts'
import { type Member, startMesh } from '../testing/mesh.ts'
import { startPlace } from '../testing/place.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const mib = 1024 ** 2

/** A halt for want of room is looked at every 30 seconds, or when a person asks for it. */
async function untilGoingOn(member: Member): Promise<void> {
  await until('no halt', async () => {
    await member.daemon.ask('rescan')
    return (await member.status()).halt === undefined
  })
}

test('a full disk halts the folder, loses nothing, and syncing goes on when there is room again', async () => {
  await using root = await makeTempDirectory()
  await using disk = await makeLoopDisk(root.path, 'ext4', 'ext4', 16)
  await using mesh = await startMesh(root.path, [
    { name: 'one' },
    { name: 'small', directory: disk.path, set: { reserveBytes: mib } },
  ])
  const [one, small] = mesh.members
  await writeFile(one!.path('first'), 'first')
  await mesh.settle()
  for (let at = 0; at < 5; at++) await writeFile(one!.path(`large ${at}`), randomBytes(4 * mib))
  await until('halted', async () => (await small!.status()).halt?.code === 'disk-full', 60)
  const halted = await small!.status()
  expect(halted.state).toBe('halted')
  expect(halted.halt?.message).toContain(disk.path)
  expect(halted.needFiles).toBeGreaterThan(0)
  expect(await readFile(small!.path('first'), 'utf8')).toBe('first')
  // What arrived is whole.
  const [here, there] = [await small!.tree(), await one!.tree()]
  for (const [path, entry] of here) expect([path, entry.sha256]).toEqual([path, there.get(path)?.sha256])
  await small!.restart()
  await until('halted after a start, too', async () => (await small!.status()).halt?.code === 'disk-full', 60)
  expect((await one!.tree()).size).toBe(there.size)

  // Nobody at the small one can make room but by deleting; here another device does.
  for (const at of [1, 2, 3]) await rm(one!.path(`large ${at}`))
  await one!.daemon.ask('rescan')
  await small!.daemon.ask('set', disk.path, 'archive=off')
  await rm(small!.path('.sync', 'archive'), { recursive: true, force: true })
  await untilGoingOn(small!)
  expect(await mesh.differences({ seconds: 100 })).toEqual([])
  expect((await small!.tree()).size).toBe(3)
})

test('a disk that is full of something else: syncing goes on by itself once that is gone', async () => {
  await using root = await makeTempDirectory()
  await using disk = await makeLoopDisk(root.path, 'ext4', 'ext4', 24)
  await using mesh = await startMesh(root.path, [
    { name: 'one' },
    { name: 'small', directory: disk.path, set: { reserveBytes: mib } },
  ])
  const [one, small] = mesh.members
  await writeFile(one!.path('note'), 'before')
  await mesh.settle()
  const ballast = `${disk.path}/.sync/ballast`
  await writeFile(ballast, Buffer.alloc(20 * mib)).catch(() => undefined)
  await writeFile(one!.path('note'), 'after')
  await writeFile(one!.path('episode'), randomBytes(3 * mib))
  await until('halted', async () => (await small!.status()).halt?.code === 'disk-full', 60)
  expect(await readFile(small!.path('note'), 'utf8')).toMatch(/^(before|after)$/)
  await rm(ballast)
  await untilGoingOn(small!)
  expect(await mesh.differences({ seconds: 100 })).toEqual([])
})

/** Until not a single block is free. */
async function fillUp(file: string): Promise<void> {
  await using handle = await open(file, 'w')
  for (const bytes of [mib, 4096]) {
    const write = () => handle.write(Buffer.alloc(bytes)).then(({ bytesWritten }) => bytesWritten === bytes)
    while (await write().catch(() => false));
    await handle.sync().catch(() => undefined)
  }
}

test('I15: a guest whose state directory is full says so, and joins by itself once there is room', async () => {
  await using root = await makeTempDirectory()
  await using disk = await makeLoopDisk(root.path, 'ext4', 'ext4', 16)
  await using stack = new AsyncDisposableStack()
  const issuer = await startPlace(root.path, 'issuer', stack)
  const guest = await startPlace(disk.path, 'guest', stack)
  await issuer.write('episode', 'the first one')
  await issuer.daemon.ask('add', issuer.directory)
  const secret = await issuer.invite()
  await issuer.daemon.end('SIGTERM')
  await guest.add(secret, issuer)
  await guest.daemon.ask('set', guest.directory, 'reserveBytes=1000000')
  const ballast = join(disk.path, 'ballast')
  await fillUp(ballast)
  await issuer.restart()

  const folder = await until('the obstacle is told', async () => {
    const [shown] = (await guest.status()).folders
    return shown?.explanation.includes('is full') && shown
  })
  expect(folder).toMatchObject({ state: 'joining', explanation: expect.stringContaining(guest.home) })
  // The secret is used by now, and by this very device.
  const { invites } = await issuer.daemon.askJson('invite', 'list', issuer.directory)
  expect(invites).toMatchObject([{ state: 'redeemed', redeemedBy: { name: 'guest' } }])
  await rm(ballast)
  await until('the file is there', () => guest.has('episode', 'the first one'))
})

test('an exFAT disk tells which names it cannot hold, takes everything else, and survives being pulled', async () => {
  await using root = await makeTempDirectory()
  await using disk = await makeLoopDisk(root.path, 'stick disk', 'exfat', 64)
  await using mesh = await startMesh(root.path, [
    { name: 'one' },
    { name: 'stick', directory: disk.path, set: { reserveBytes: mib } },
  ])
  const [one, stick] = mesh.members
  const good = ['plain.txt', 'Ünïcode Привет.txt', 'two words', 'README']
  const bad = ['question?.txt', 'colon: 1', 'star*', 'back\\slash', 'readme']
  for (const name of [...good, ...bad]) await writeFile(one!.path(name), `content of ${name}`)
  await writeFile(one!.path('tool.sh'), '#!/bin/sh\n', { mode: 0o755 })

  const status = await until(
    'everything else has arrived, and the rest is told',
    async () => {
      const now = await stick!.status()
      return now.needFiles === bad.length && now.problems.length === bad.length && now
    },
    60,
  )
  const told = status.problems.map(({ path, code }) => `${code} ${path}`).sort()
  // FUSE answers ENOENT to a name it cannot hold, where the kernel's own file systems say EINVAL: each has a problem all the same.
  expect(told.map((line) => line.replace(/^\S+ /, '')).sort()).toEqual([...bad].sort())
  expect(told.filter((line) => line.startsWith('name-collides'))).toEqual(['name-collides readme'])
  const names = (await readdir(disk.path)).filter((name) => name !== '.sync')
  expect(names).toHaveLength(good.length + 1)
  for (const name of names)
    expect(await readFile(stick!.path(name), 'utf8')).toBe(await readFile(one!.path(name), 'utf8'))
  expect((await one!.tree()).size).toBe(good.length + bad.length + 1)
  // A disk that cannot keep the executable bit does not take it away from others.
  await writeFile(stick!.path('tool.sh'), '#!/bin/sh\nexit 0\n')
  await until('the edit arrives', async () => (await readFile(one!.path('tool.sh'), 'utf8')).includes('exit'))
  expect((await one!.tree()).get('tool.sh')?.executable).toBe(true)

  await until('nothing is open there', () => disk.unmount().then(() => true), 3).catch(async () => {
    // The daemon watches the directory: a person would have to stop it first.
    await stick!.end()
    await disk.unmount()
    await stick!.restart()
  })
  await stick!.daemon.ask('rescan')
  await until('halted', async () => (await stick!.status()).halt !== undefined)
  expect(['root-unmarked', 'root-missing']).toContain((await stick!.status()).halt?.code)
  await writeFile(one!.path('meanwhile'), 'while the stick was out')
  await one!.daemon.ask('rescan')
  await disk.mount()
  await until(
    'it arrives',
    async () => (await readFile(stick!.path('meanwhile'), 'utf8')).includes('out'),
    60,
  )
  expect((await one!.tree()).size).toBe(good.length + bad.length + 2)

  await rm(one!.path('README'))
  await until(
    'the other spelling takes the place',
    async () => (await readdir(disk.path)).includes('readme'),
    60,
  )
  expect(await readFile(stick!.path('readme'), 'utf8')).toBe('content of readme')
})
