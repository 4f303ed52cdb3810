import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { caseCount } from '../testing/counts.ts'
import {
  formatHostPort,
  hostOfAddress,
  isLanAddress,
  networkOf,
  parseHostPort,
  parseListenAddress,
  plainHost,
  scopeOf,
} from './address.ts'

test.each([
  ['192.0.2.7:4444', '192.0.2.7', 4444],
  ['[2001:db8::7]:4444', '2001:db8::7', 4444],
  ['[fe80::1%eth0]:1', 'fe80::1%eth0', 1],
  ['[FE80::A%Eth0]:1', 'fe80::a%Eth0', 1],
  ['Name.Example:65535', 'name.example', 65535],
  ['пример.example:80', 'xn--e1afmkfd.example', 80],
  ['my_host:4444', 'my_host', 4444],
  [' pi.local:4444 ', 'pi.local', 4444],
])('%s is %s port %i, and prints as an address that parses to the same', (text, host, port) => {
  expect(parseHostPort(text)).toEqual({ host, port })
  expect(parseHostPort(formatHostPort({ host, port }))).toEqual({ host, port })
})

test.each([
  '',
  ':4444',
  'host',
  'host:',
  'host:0',
  'host:65536',
  'host:-1',
  'host:4a',
  '2001:db8::7:4444',
  '[2001:db8::7]',
  '[host]:1',
  '1.2.3:80',
  '300.1.1.1:80',
  '0x7f.1:80',
  'a b:1',
  'a..b:1',
  '-a:1',
  'http://a:1',
  `${'a'.repeat(400)}:1`,
])('%j is refused', (text) => {
  expect(() => parseHostPort(text)).toThrow('is not a host and port')
})

test('only a listening address may leave the port to the system', () => {
  expect(parseListenAddress('0.0.0.0:0')).toEqual({ host: '0.0.0.0', port: 0 })
})

test('any text is an address or is refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...':[].%-_aé01f'), maxLength: 24 }), (text) => {
      try {
        const parsed = parseHostPort(text)
        expect(parseHostPort(formatHostPort(parsed))).toEqual(parsed)
      } catch (thrown) {
        if (!isSyncError(thrown, 'host-invalid')) throw thrown
      }
    }),
    { numRuns: caseCount(300) },
  )
})

test('limits count one IPv6 network and one IPv4 address once, however it is written', () => {
  expect(plainHost('::ffff:192.0.2.7')).toBe('192.0.2.7')
  expect(networkOf('::ffff:192.0.2.7')).toBe('192.0.2.7')
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:db8:1:2::9'))
  expect(networkOf('2001:db8:1:2::')).not.toBe(networkOf('2001:db8:1:3::'))
  expect(networkOf('2001:db8::7')).toBe('2001:db8:0:0')
  expect(networkOf('::1')).toBe('0:0:0:0')
})

test.each([
  '127.0.0.1',
  '127.255.255.254',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.178.20',
  '169.254.7.7',
  '::1',
  'fe80::1',
  'fe80::1%eth0',
  'febf:ffff::1',
  'fc00::1',
  'fd12:3456:789a::1',
  '::ffff:192.168.1.1',
  '::FFFF:10.0.0.1',
  '::ffff:c0a8:101',
  '0:0:0:0:0:ffff:a00:1',
])('%s is of the local network', (address) => {
  expect(isLanAddress(address)).toBe(true)
})

test.each([
  '8.8.8.8',
  '11.0.0.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.169.0.1',
  '100.64.0.1',
  '0.0.0.0',
  '::',
  '2001:db8::1',
  'fec0::1',
  'fbff::1',
  'fe7f::1',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
  '::2',
  '64:ff9b::a00:1',
  'localhost',
  'nas.local',
  '10.0.0',
  '',
  '?',
])('%s is not of the local network', (address) => {
  expect(isLanAddress(address)).toBe(false)
})

test.each([
  ['192.168.1.7:4444', '192.168.1.7'],
  ['[fe80::1%eth0]:4444', 'fe80::1%eth0'],
  ['?:0', '?'],
])('the host of a link at %s is %s', (address, host) => {
  expect(hostOfAddress(address)).toBe(host)
})

test('any text is judged', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
      expect(typeof isLanAddress(text)).toBe('boolean')
    }),
    { numRuns: caseCount(200) },
  )
})

describe('how far an address reaches', () => {
  test.each([
    ['127.9.9.9', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['169.254.1.2', 'link'],
    ['fe80::1%eth0', 'link'],
    ['10.1.2.3', 'private'],
    ['100.64.0.1', 'shared'],
    ['fd00::1', 'private'],
    ['::ffff:192.168.1.1', 'private'],
    ['8.8.8.8', 'public'],
    ['172.32.0.1', 'public'],
    ['2001:4860::8888', 'public'],
    ['0.0.0.0', 'none'],
    ['224.0.0.251', 'none'],
    ['255.255.255.255', 'none'],
    ['::', 'none'],
    ['ff02::1', 'none'],
    ['::ffff:224.0.0.1', 'none'],
    ['peer.example', 'none'],
    ['', 'none'],
  ])('%s: %s', (address, scope) => {
    expect(scopeOf(address)).toBe(scope)
  })
})
