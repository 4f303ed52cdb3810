/** Daemons that end, cleanly or not: nothing is lost, nothing is done twice. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type Member, startMesh } from '../testing/mesh.ts'
import { readBytes } from '../testing/process-facts.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const mib = 1024 ** 2

async function writeRandom(path: string, bytes: number): Promise<void> {
  await using file = await open(path, 'w')
  for (let written = 0; written < bytes; written += mib) await file.write(randomBytes(mib))
}

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`I11: ${signal} loses nothing, and the next start does not read every file again`, async () => {
    await using root = await makeTempDirectory()
    await using mesh = await startMesh(root.path, [{ name: 'one' }, { name: 'two' }])
    const [one, two] = mesh.members
    for (let at = 0; at < 8; at++) await writeRandom(one!.path(`big ${at}`), 8 * mib)
    for (let at = 0; at < 200; at++) await writeFile(two!.path(`small ${at}`), `${at}`)
    expect(await mesh.differences()).toEqual([])

    await one!.end(signal)
    await writeFile(one!.path('small 7'), 'edited while it was down')
    await rm(one!.path('small 8'))
    await writeFile(one!.path('new'), 'made while it was down')
    await writeFile(two!.path('small 9'), 'edited at the other end meanwhile')
    await one!.restart()
    expect(await mesh.differences()).toEqual([])
    expect(await readFile(two!.path('small 7'), 'utf8')).toBe('edited while it was down')
    expect(await readFile(one!.path('small 9'), 'utf8')).toBe('edited at the other end meanwhile')
    expect((await one!.tree()).has('small 8')).toBe(false)
    expect(readBytes(one!.daemon.process.pid!)).toBeLessThan(32 * mib)

    // All of them at once, with the peer's state older and newer than ours.
    await Promise.all(mesh.members.map((member) => member.end(signal)))
    await writeFile(two!.path('also new'), 'made while all were down')
    for (const member of mesh.members) await member.restart()
    expect(await mesh.differences()).toEqual([])
    for (const member of mesh.members) expect(readBytes(member.daemon.process.pid!)).toBeLessThan(32 * mib)
    expect(await one!.daemon.askJson('conflicts')).toEqual({ conflicts: [] })
  })
}

test('a transfer cut by kill -9 goes on where it was', async () => {
  const size = 300 * mib
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [{ name: 'one' }, { name: 'two' }])
  const [one, two] = mesh.members
  await mkdir(one!.path('dir'))
  await writeRandom(one!.path('dir/large.bin'), size)
  const receivedBytes = async (member: Member) => (await member.device()).traffic.received
  const receivedOver = (bytes: number) =>
    until(
      `more than ${bytes} bytes received`,
      async () => {
        const received = await receivedBytes(two!)
        return received > bytes && received
      },
      60,
    )
  const before = await receivedOver(size / 3)
  await two!.end('SIGKILL')
  expect(before).toBeLessThan(size * 0.95)
  expect([...(await two!.tree()).keys()].filter((path) => path.includes('large'))).toEqual([])

  await two!.restart()
  expect(await mesh.differences()).toEqual([])
  const after = await receivedBytes(two!)
  expect(before + after).toBeLessThan(size * 1.06)
  // And the other end dies while it serves.
  await writeRandom(one!.path('dir/second.bin'), size)
  expect(await receivedOver(after + size / 3)).toBeLessThan(after + size)
  await one!.restart('SIGKILL')
  expect(await mesh.differences({ seconds: 120 })).toEqual([])
  expect((await receivedBytes(two!)) - after).toBeLessThan(size * 1.06)
})
