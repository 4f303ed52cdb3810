/** LAN search with real sockets, in networks made for it. A device announces itself anew only after half a minute, so whatever is found here was asked for. */
import { expect, test } from 'vitest'
import { type LanSearcher, startLanSearcher } from '../testing/lan-searcher.ts'
import { makeNamespace } from '../testing/namespaces.ts'
import { type Host, makeNetworks } from '../testing/networks.ts'
import { until } from '../testing/until.ts'

const shared = 'podcasts'

async function untilFound(searcher: LanSearcher, ...found: string[]): Promise<void> {
  await until(`found ${found.join(', ')}`, () => found.every((one) => searcher.found().includes(one)), 20)
}

async function untilBegun(searcher: LanSearcher): Promise<void> {
  await until('begun', () => searcher.lines.length > 0)
}

/** Puts rules into the packet filter of a host. */
async function filter(host: Host, hook: 'input' | 'output', rule: string): Promise<void> {
  const chain = `chain ${hook} { type filter hook ${hook} priority filter; ${rule}; }`
  await host.run('nft', `table inet filtered {\n${chain}\n}`)
}

/** Sockets of UDP there, of both families. */
async function udpSockets(host: Host): Promise<number> {
  const text = await host.run('sh', '-c', 'tail -qn +2 /proc/net/udp /proc/net/udp6')
  return text.split('\n').filter((line) => line !== '').length
}

test('devices on one segment find each other for the folders they share, and fall silent without folders', async () => {
  await using networks = await makeNetworks()
  const segment = await networks.segment('198.51.100.0/24')
  const [one, two, three] = [
    await networks.host('one', segment),
    await networks.host('two', segment),
    await networks.host('three', segment),
  ]
  await using first = startLanSearcher(one!.prefix, 4001, shared, 'mine')
  await using second = startLanSearcher(two!.prefix, 4002, shared, 'yours')
  await untilFound(first, `${shared} ${two!.address} 4002`)
  await untilFound(second, `${shared} ${one!.address} 4001`)
  await using third = startLanSearcher(three!.prefix, 4003, 'yours', shared)
  await untilFound(third, `${shared} ${one!.address} 4001`, `yours ${two!.address} 4002`)
  await untilFound(first, `${shared} ${three!.address} 4003`)
  expect(first.found().filter((found) => found.startsWith('yours'))).toEqual([])
  // Nobody finds itself, nor under the loopback address.
  expect(third.found().filter((found) => found.endsWith('4003'))).toEqual([])

  expect(await udpSockets(three!)).toBeGreaterThan(0)
  third.look()
  await until('no socket is open', async () => (await udpSockets(three!)) === 0)
  third.look('mine')
  await untilFound(third, `mine ${one!.address} 4001`)
})

test('where there is nothing but link-local IPv6', async () => {
  await using networks = await makeNetworks()
  const segment = await networks.segment('198.51.100.0/24', { ipv6: 'fd00:1::/64' })
  const hosts = [await networks.host('one', segment), await networks.host('two', segment)]
  for (const host of hosts) {
    await host.run('ip', '-4', 'address', 'flush', 'dev', host.device)
    await host.run('ip', 'address', 'del', `${host.address6}/64`, 'dev', host.device)
  }
  // Their addresses are checked for being the only ones at this time, and of no use yet.
  await using first = startLanSearcher(hosts[0]!.prefix, 4001, shared)
  await using second = startLanSearcher(hosts[1]!.prefix, 4002, shared)
  const pattern = new RegExp(`^${shared} fe80::[0-9a-f:]+%${hosts[0]!.device} `)
  const isFound = (searcher: LanSearcher, port: number) =>
    searcher.found().some((found) => pattern.test(found) && found.endsWith(` ${port}`))
  await until('each finds the other', () => isFound(first, 4002) && isFound(second, 4001), 20)
})

test('where multicast is swallowed in silence', async () => {
  await using networks = await makeNetworks()
  const segment = await networks.segment('198.51.100.0/24')
  const [one, two] = [await networks.host('one', segment), await networks.host('two', segment)]
  for (const host of [one, two]) await filter(host, 'input', 'ip daddr 224.0.0.0/4 drop')
  await using first = startLanSearcher(one.prefix, 4001, shared)
  await using second = startLanSearcher(two.prefix, 4002, shared)
  await untilFound(first, `${shared} ${two.address} 4002`)
  await untilFound(second, `${shared} ${one.address} 4001`)
})

test('where multicast is refused, and told so', async () => {
  await using networks = await makeNetworks()
  const segment = await networks.segment('198.51.100.0/24')
  const [one, two] = [await networks.host('one', segment), await networks.host('two', segment)]
  await filter(one, 'output', `oifname ${one.device} ip daddr 224.0.0.0/4 drop`)
  await using first = startLanSearcher(one.prefix, 4001, shared)
  await untilBegun(first)
  await using second = startLanSearcher(two.prefix, 4002, shared)
  await untilFound(first, `${shared} ${two.address} 4002`)
  await untilFound(second, `${shared} ${one.address} 4001`)
  first.tell()
  const told = await until('told', () => first.lines.find((line) => line.kind === 'results'))
  expect(told.messages).toContainEqual(
    expect.stringMatching(/^asked, 1 found; sending by multicast does not work with IPv4 \(.*EPERM/),
  )
})

test('an interface that comes is asked on, and one that goes does no harm', async () => {
  await using networks = await makeNetworks()
  const [home, office] = [await networks.segment('198.51.100.0/24'), await networks.segment('203.0.113.0/24')]
  const [one, two] = [await networks.host('one', home), await networks.host('two', office)]
  await using first = startLanSearcher(one.prefix, 4001, shared)
  await using second = startLanSearcher(two.prefix, 4002, shared)
  await untilBegun(first)
  await untilBegun(second)
  for (const network of ['192.0.2', '10.1.2']) {
    await one.run(
      'ip',
      'link',
      'add',
      'late',
      'type',
      'veth',
      'peer',
      'late',
      'netns',
      String(second.process.pid),
    )
    for (const [host, number] of [
      [one, 1],
      [two, 2],
    ] as const) {
      await host.run('ip', 'address', 'add', `${network}.${number}/24`, 'dev', 'late')
      await host.run('ip', 'link', 'set', 'late', 'up')
    }
    await untilFound(first, `${shared} ${network}.2 4002`)
    await untilFound(second, `${shared} ${network}.1 4001`)
    await one.run('ip', 'link', 'del', 'late')
  }
})

test('two on a machine without a network', async () => {
  await using alone = await makeNamespace('alone')
  await using first = startLanSearcher(alone.prefix, 4001, shared)
  await using second = startLanSearcher(alone.prefix, 4002, shared)
  await untilFound(first, `${shared} 127.0.0.1 4002`)
  await untilFound(second, `${shared} 127.0.0.1 4001`)
})
