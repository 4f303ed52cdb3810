/** Devices that are not in one network: routers between them that may translate addresses, and hosts that do not hear each other. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startCapture } from '../testing/capture.ts'
import { type Member, startMesh } from '../testing/mesh.ts'
import { type Host, makeNetworks } from '../testing/networks.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

/** Far longer than a packet takes on this machine. */
const silenceMs = 1_000

/** Tells a device where another may be, and waits until what came of it looks like this. */
async function tryHost(member: Member, host: string, outcome: RegExp): Promise<void> {
  await member.daemon.ask('host', 'add', member.directory, host)
  await until(`${member.name} finds out about ${host}`, async () => {
    const route = (await member.status()).routes.find(({ target }) => target === host)
    return outcome.test(`${route?.state} ${route?.lastResult?.message}`)
  })
}

/** Whether a host gets an answer from an address, be it a refusal. */
async function isReached(host: Host, address: string): Promise<boolean> {
  const connect = `
    const socket = require('node:net').connect(9, '${address}')
    socket.on('error', ({ code }) => console.log(code))
    setTimeout(() => { console.log('silence'); socket.destroy() }, ${silenceMs}).unref()`
  return (await host.run(process.execPath, '-e', connect)).trim() === 'ECONNREFUSED'
}

/** Sends one datagram to a group, and hears it at another host of the segment: in the words of Node, run there. */
const group = '239.1.2.3'
const hear = `
  const socket = require('node:dgram').createSocket('udp4')
  socket.bind(5000, () => { socket.addMembership('${group}'); console.error('listening') })
  socket.on('message', (text) => { console.log(String(text)); socket.close() })`
const tell = (text: string) => `
  const socket = require('node:dgram').createSocket('udp4')
  socket.send('${text}', 5000, '${group}', () => socket.close())`

test('two devices sync through a router', async () => {
  await using net = await makeNetworks()
  const left = await net.segment('198.51.100.0/24')
  const right = await net.segment('203.0.113.0/24')
  await net.router('router', { inside: left, outside: right })
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [
    { name: 'one', host: await net.host('here', left) },
    { name: 'two', host: await net.host('there', right) },
  ])
  await writeFile(mesh.members[0]!.path('file'), 'through a router')
  expect(await mesh.differences()).toEqual([])
})

test('from behind a NAT a device dials out; others dial in only through an open port', async () => {
  await using net = await makeNetworks()
  const internet = await net.segment('198.51.100.0/24')
  const home = await net.segment('192.168.1.0/24')
  const router = await net.router('router', { inside: home, outside: internet, nat: true })
  const [hidden, open] = [await net.host('hidden', home), await net.host('open', internet)]
  await using root = await makeTempDirectory()
  await using seen = await startCapture(join(root.path, 'packets'), open)
  await using mesh = await startMesh(root.path, [
    { name: 'open', host: open },
    { name: 'hidden', host: hidden },
  ])
  const [outside, inside] = mesh.members as [Member, Member]
  await writeFile(inside.path('file'), 'out through a NAT')
  expect(await mesh.differences()).toEqual([])
  const callers = new Set((await seen.packets()).map(({ from }) => from))
  expect([...callers].sort()).toEqual([open.address, router.outside.address].sort())

  // Nobody inside dials any more; outside neither the private address nor the router's own leads in.
  await inside.daemon.ask('host', 'remove', inside.directory, outside.daemon.listen)
  await inside.restart()
  const port = Number(inside.daemon.listen.split(':')[1])
  const atRouter = `${router.outside.address}:${port}`
  await tryHost(outside, inside.daemon.listen, /waiting/)
  await tryHost(outside, atRouter, /waiting/)
  expect((await outside.status()).peers).toEqual([])
  await router.openPort(port, hidden)
  await writeFile(inside.path('file'), 'in through an open port')
  expect(await mesh.differences()).toEqual([])
})

test('hosts of a segment hear its multicast, and a capture sees what is sent to nobody', async () => {
  await using net = await makeNetworks()
  const segment = await net.segment('192.168.7.0/24')
  const [one, two] = [await net.host('one', segment), await net.host('two', segment)]
  await using root = await makeTempDirectory()
  await using capture = await startCapture(join(root.path, 'packets'), one)
  const heard = two.run(process.execPath, '-e', hear)
  await until('the group is joined', async () => (await two.run('ip', 'maddress')).includes(group))
  await one.run(process.execPath, '-e', tell('to all'))
  expect(await heard).toBe('to all\n')
  await one.run(process.execPath, '-e', tell('to nobody').replace(`'${group}'`, `'203.0.113.77'`))
  const packets = await until('the question is seen', async () => {
    const all = await capture.packets()
    return all.some(({ to }) => to === '203.0.113.77') && all
  })
  const udp = packets.filter(({ protocol }) => protocol === 'udp')
  expect(udp).toEqual([expect.objectContaining({ from: one.address, to: group, toPort: 5000 })])
  expect(packets.filter(({ protocol }) => protocol === 'arp').map(({ to }) => to)).toContain('203.0.113.77')
})

test('packets reach another host over IPv4 and IPv6, unless a NAT is in the way or the two are kept apart', async () => {
  await using net = await makeNetworks()
  const inside = await net.segment('192.168.1.0/24', { ipv6: '2001:db8:1::/64' })
  const outside = await net.segment('198.51.100.0/24', { ipv6: '2001:db8:2::/64' })
  const router = await net.router('router', { inside, outside })
  const [here, there] = [await net.host('here', inside), await net.host('there', outside)]
  const reached = () =>
    Promise.all([
      isReached(here, there.address),
      isReached(here, there.address6!),
      isReached(there, here.address),
      isReached(there, here.address6!),
    ])
  expect(await reached()).toEqual([true, true, true, true])
  await router.setNat(true)
  expect(await reached()).toEqual([true, true, false, false])
  const apart = await net.block(here, there)
  expect(await reached()).toEqual([false, false, false, false])
  await apart[Symbol.asyncDispose]()
  await router.setNat(false)
  expect(await reached()).toEqual([true, true, true, true])
})
