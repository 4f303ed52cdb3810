/** Devices that nobody told of each other find each other, in networks of their own and with servers other people wrote. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { programPath, startDaemon } from '../testing/daemon.ts'
import { ariaPort, startAria } from '../testing/dht-processes.ts'
import { type MemberPlan, startMesh } from '../testing/mesh.ts'
import { type Host, makeNetworks, type Networks } from '../testing/networks.ts'
import { startServer } from '../testing/server-process.ts'
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

test("by a DHT of other people's nodes alone, in different networks", async () => {
  await using net = await makeNetworks()
  const [left, right] = [await net.segment('198.51.100.0/24'), await net.segment('203.0.113.0/24')]
  await net.router('router', { inside: left, outside: right })
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const nodes: Host[] = []
  while (nodes.length < 6)
    nodes.push(await net.host(`node${nodes.length}`, nodes.length % 2 === 0 ? left : right))
  for (const { prefix, address } of nodes)
    stack.use(await startAria(prefix, join(root.path, address), nodes[0]!.address))
  const entering = (node: Host) => ({ ...device, dhtBootstrap: [`${node.address}:${ariaPort}`] })
  await using mesh = await startMesh(root.path, [
    { name: 'one', host: await net.host('one', left), device: entering(nodes[0]!), ...only('dht') },
    { name: 'two', host: await net.host('two', right), device: entering(nodes[5]!), ...only('dht') },
  ])
  await writeFile(mesh.members[0]!.path('file'), 'found by strangers')
  expect(await mesh.differences({ seconds: 120 })).toEqual([])
})

/** Two homes, each behind a NAT of its own, and a place on the internet. */
async function twoHomes(net: Networks) {
  const internet = await net.segment('198.51.100.0/24')
  async function home(name: string, network: string) {
    const inside = await net.segment(network)
    const router = await net.router(`${name} router`, { inside, outside: internet, nat: true })
    return { router, host: await net.host(name, inside) }
  }
  return {
    server: await net.host('server', internet),
    one: await home('one', '192.168.1.0/24'),
    two: await home('two', '192.168.2.0/24'),
  }
}

test('behind two NATs through a relay', async () => {
  await using net = await makeNetworks()
  const { server, one, two } = await twoHomes(net)
  await using root = await makeTempDirectory()
  await using relay = await startServer(['relay', '--listen', `${server.address}:4446`], server.prefix)
  const reaching = { ...device, relays: [relay.listen] }
  await using mesh = await startMesh(root.path, [
    { name: 'one', host: one.host, device: reaching, ...only('relay') },
    { name: 'two', host: two.host, device: reaching, ...only('relay') },
  ])
  await writeFile(mesh.members[0]!.path('file'), 'through a relay')
  expect(await mesh.differences()).toEqual([])
  for (const member of mesh.members)
    expect((await member.status()).peers).toMatchObject([{ via: 'relay', address: relay.listen }])
})
