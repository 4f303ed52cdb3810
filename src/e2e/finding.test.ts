/** Devices that nobody told of each other find each other, in networks of their own and with servers other people wrote. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { programPath, startDaemon } from '../testing/daemon.ts'
import { type MemberPlan, startMesh } from '../testing/mesh.ts'
import { makeNetworks } from '../testing/networks.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

/** Only these ways, and no host. */
function only(...ways: readonly ('lan' | 'tracker' | 'dht' | 'relay')[]): Pick<MemberPlan, 'dials' | 'set'> {
  const off = { lan: false, tracker: false, dht: false, relay: false }
  return { dials: [], set: { ...off, ...Object.fromEntries(ways.map((way) => [way, true])) } }
}

const device = { portMapping: false }

test('on one segment by LAN search alone', async () => {
  await using net = await makeNetworks()
  const segment = await net.segment('192.168.7.0/24')
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [
    { name: 'one', host: await net.host('one', segment), device, ...only('lan') },
    { name: 'two', host: await net.host('two', segment), device, ...only('lan') },
  ])
  const [one, two] = mesh.members
  await writeFile(one!.path('file'), 'found nearby')
  expect(await mesh.differences()).toEqual([])
  const explained = await two!.daemon.ask('peers', two!.directory, '--explain')
  expect(explained).toMatch(/^ {2}lan 192\.168\.7\.\d+:\d+ \(direct\): connected$/m)
  expect(explained).toContain('trackers: off')
})

test('a guest finds whoever made its one-time secret', async () => {
  await using net = await makeNetworks()
  const segment = await net.segment('192.168.7.0/24')
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [
    { name: 'one', host: await net.host('one', segment), device, ...only('lan') },
  ])
  const [issuer] = mesh.members
  await writeFile(issuer!.path('file'), 'for the guest')
  const { secret } = await issuer!.daemon.askJson('invite', issuer!.directory)
  const host = await net.host('guest', segment)
  const directory = join(root.path, 'guest', 'folder')
  await mkdir(directory, { recursive: true })
  const program = [...host.prefix, programPath]
  const listen = ['--listen', `${host.address}:0`]
  await using guest = await startDaemon(join(root.path, 'guest', 'home'), listen, program, false)
  await guest.ask('config', 'portMapping=off')
  expect(await guest.ask('add', directory, secret)).toContain('Joined')
  await until('the guest has the file', () =>
    readFile(join(directory, 'file'), 'utf8').then(
      (text) => text === 'for the guest',
      () => false,
    ),
  )
})
