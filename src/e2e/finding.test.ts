/** Devices that nobody told of each other find each other, in networks of their own and with servers other people wrote. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderKeys, generateFullSecret, rendezvous, secretToText } from '../core/secret.ts'
import { daysOf } from '../core/wall-clock.ts'
import { programPath, startDaemon } from '../testing/daemon.ts'
import { ariaPort, startAria } from '../testing/dht-processes.ts'
import { startMesh } from '../testing/mesh.ts'
import { startMiniupnpd } from '../testing/miniupnpd.ts'
import { type Host, makeNetworks, type Networks } from '../testing/networks.ts'
import { startServer } from '../testing/server-process.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { startOpentracker } from '../testing/trackers.ts'
import { until } from '../testing/until.ts'

/** Only these ways, and no host. */
function only(...ways: readonly ('lan' | 'tracker' | 'dht' | 'relay')[]) {
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
  // Nobody is on it here: routers take the networks for documentation for private ones, and forward nothing to them.
  const internet = await net.segment('11.22.33.0/24')
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

/** Two networks with a router between them, and a server in the first. */
async function twoNetworks(net: Networks) {
  const [left, right] = [
    await net.segment('198.51.100.0/24', { ipv6: 'fd77:1::/64' }),
    await net.segment('203.0.113.0/24', { ipv6: 'fd77:2::/64' }),
  ]
  await net.router('router', { inside: left, outside: right })
  return {
    server: await net.host('server', left),
    one: await net.host('one', left),
    two: await net.host('two', right),
  }
}

test.each(['udp', 'http'])('in different networks by an independent tracker over %s', async (protocol) => {
  await using net = await makeNetworks()
  const { server, one, two } = await twoNetworks(net)
  await using root = await makeTempDirectory()
  const secret = generateFullSecret((count) => randomBytes(count))
  const { folderId } = folderKeys(secret)
  const swarms = daysOf(Date.now()).map((day) => rendezvous(folderId, day))
  await using tracker = await startOpentracker(swarms, server)
  const asking = { ...device, trackers: [`${protocol}://${server.address}:${tracker.port}/announce`] }
  const { set, ...plan } = only('tracker')
  await using mesh = await startMesh(root.path, [
    { name: 'one', host: one, device: asking, ...plan, set: { ...set, secret: secretToText(secret) } },
    { name: 'two', host: two, device: asking, ...plan, set },
  ])
  await writeFile(mesh.members[0]!.path('file'), 'told by a tracker')
  expect(await mesh.differences()).toEqual([])
})

test.each(['udp', 'http'])('in different networks by a tracker of our own over %s', async (protocol) => {
  await using net = await makeNetworks()
  const { server, one, two } = await twoNetworks(net)
  await using root = await makeTempDirectory()
  await using _tracker = await startServer(['tracker'], server.prefix)
  const asking = { ...device, trackers: [`${protocol}://${server.address}:6969`] }
  await using mesh = await startMesh(root.path, [
    { name: 'one', host: one, device: asking, ...only('tracker') },
    { name: 'two', host: two, device: asking, ...only('tracker') },
  ])
  await writeFile(mesh.members[0]!.path('file'), 'told by our tracker')
  expect(await mesh.differences()).toEqual([])
  const [, second] = mesh.members
  const explained = await second!.daemon.ask('peers', second!.directory, '--explain')
  expect(explained).toMatch(/^trackers, .*:6969.*: told 1 address/m)
})

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

test('behind a NAT through the port its router was asked for', async () => {
  await using net = await makeNetworks()
  const { server, one, two } = await twoHomes(net)
  await using root = await makeTempDirectory()
  await using _tracker = await startServer(['tracker'], server.prefix)
  await using upnp = await startMiniupnpd(root.path, one.router)
  const asking = { trackers: [`udp://${server.address}:6969`] }
  await using mesh = await startMesh(root.path, [
    { name: 'one', host: one.host, device: asking, ...only('tracker') },
    { name: 'two', host: two.host, device: { ...asking, portMapping: false }, ...only('tracker') },
  ])
  const [mapped, other] = mesh.members
  await writeFile(other!.path('file'), 'through the mapping')
  expect(await mesh.differences({ seconds: 120 })).toEqual([])
  const port = Number(mapped!.daemon.listen.split(':')[1])
  expect(await upnp.forwards()).toEqual([`${port} to ${one.host.address}:${port}`])
  expect((await other!.status()).peers).toMatchObject([
    { via: 'direct', address: `${one.router.outside.address}:${port}` },
  ])
  const explained = await mapped!.daemon.ask('peers', mapped!.directory, '--explain')
  expect(explained).toContain('This device: peers outside can connect: one did, from')
  await mapped!.end()
  expect(await upnp.forwards()).toEqual([])
})

test('when a NAT opens, the link moves from the relay to the direct way', async () => {
  await using net = await makeNetworks()
  const { server, one, two } = await twoHomes(net)
  await using root = await makeTempDirectory()
  await using _tracker = await startServer(['tracker'], server.prefix)
  await using relay = await startServer(['relay', '--listen', `${server.address}:4446`], server.prefix)
  const reaching = { ...device, relays: [relay.listen], trackers: [`udp://${server.address}:6969`] }
  await using mesh = await startMesh(root.path, [
    { name: 'one', host: one.host, device: reaching, ...only('tracker', 'relay') },
    { name: 'two', host: two.host, device: reaching, ...only('tracker', 'relay') },
  ])
  const [first, second] = mesh.members
  await writeFile(first!.path('file'), 'through a relay')
  expect(await mesh.differences()).toEqual([])
  expect((await second!.status()).peers).toMatchObject([{ via: 'relay' }])
  const port = Number(first!.daemon.listen.split(':')[1])
  await one.router.openPort(port, one.host)
  const peers = await until(
    'the link is direct',
    async () => {
      const { peers } = await second!.status()
      return peers[0]?.via === 'direct' && peers
    },
    180,
  )
  expect(peers).toMatchObject([{ address: `${one.router.outside.address}:${port}` }])
  await writeFile(second!.path('file'), 'directly')
  expect(await mesh.differences()).toEqual([])
})
