import fc from 'fast-check'
import { expect, test } from 'vitest'
import { infoOfIPv4, infoOfIPv6 } from '../testing/memory-lan.ts'
import { maxSegments, segmentOfAddress, segmentsOf } from './lan-segments.ts'

test('every IPv4 address and every link-local IPv6 address of an interface is on a segment', () => {
  const segments = segmentsOf({
    lo: [infoOfIPv4('127.0.0.1', '255.0.0.0'), infoOfIPv6('::1', 0)],
    eth0: [
      infoOfIPv4('192.168.1.5'),
      infoOfIPv4('10.1.2.3', '255.255.252.0'),
      infoOfIPv6('2001:db8::5', 0),
      infoOfIPv6('fe80::5'),
    ],
    tun0: [infoOfIPv4('10.8.0.2', '255.255.255.255')],
    gone: undefined,
  })
  expect(
    segments.map(({ interface: name, address, broadcast }) => [name, address, broadcast].join(' ').trim()),
  ).toEqual([
    'lo 127.0.0.1 127.255.255.255',
    'eth0 192.168.1.5 192.168.1.255',
    'eth0 10.1.2.3 10.1.3.255',
    'eth0 fe80::5%eth0',
    'tun0 10.8.0.2',
  ])
  expect(new Set(segments.map(({ key }) => key)).size).toBe(segments.length)
})

test('L5 an address is local when it is in the network of an interface, whether public or private', () => {
  const segments = segmentsOf({
    eth0: [infoOfIPv4('192.168.1.5'), infoOfIPv6('fe80::5')],
    eth1: [infoOfIPv4('203.0.113.5', '255.255.255.128'), infoOfIPv6('fe80::6', 3)],
  })
  const interfaceOf = (address: string) => segmentOfAddress(segments, address)?.interface
  expect(interfaceOf('192.168.1.77')).toBe('eth0')
  expect(interfaceOf('203.0.113.77')).toBe('eth1')
  expect(interfaceOf('fe80::77%eth0')).toBe('eth0')
  expect(interfaceOf('fe80::77%eth1')).toBe('eth1')
  for (const address of ['192.168.2.77', '10.0.0.1', '203.0.113.177', '198.51.100.1', '192.168.1.255'])
    expect(interfaceOf(address)).toBeUndefined()
  for (const address of ['fe80::77', 'fe80::77%eth2', '2001:db8::1', '2001:db8::1%eth0', '', 'name', '::'])
    expect(interfaceOf(address)).toBeUndefined()
})

test('a network has its own addresses, all but that of everybody', () => {
  const prefixes = fc.integer({ min: 8, max: 30 })
  const numbers = fc.nat(2 ** 32 - 1)
  const textOf = (bits: number) => [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
  fc.assert(
    fc.property(prefixes, numbers, numbers, (prefix, bits, other) => {
      const mask = (-1 << (32 - prefix)) >>> 0
      const [segment] = segmentsOf({ eth0: [infoOfIPv4(textOf(bits), textOf(mask))] })
      const broadcast = (bits | ~mask) >>> 0
      expect(segment!.broadcast).toBe(textOf(broadcast))
      const neighbour = ((bits & mask) | (other & ~mask)) >>> 0
      expect(segment!.has(textOf(neighbour))).toBe(neighbour !== broadcast)
      expect(segment!.has(textOf(other))).toBe(
        (other & mask) >>> 0 === (bits & mask) >>> 0 && other !== broadcast,
      )
    }),
  )
})

test('a machine with very many interfaces has only so many searched', () => {
  const many = Array.from({ length: 300 }, (_, at) => [`veth${at}`, [infoOfIPv6('fe80::1', at)]] as const)
  expect(segmentsOf(Object.fromEntries(many)).length).toBe(maxSegments)
})

test('an interface that was taken out and put back is another one', () => {
  const keyOf = (scope: number) => segmentsOf({ usb0: [infoOfIPv6('fe80::5', scope)] })[0]!.key
  expect(keyOf(2)).toBe(keyOf(2))
  expect(keyOf(2)).not.toBe(keyOf(3))
})
