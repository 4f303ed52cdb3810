import { expect, test } from 'vitest'
import { encodeBencode } from '../wire/bencode.ts'
import { isPlausible, readHttpAnswer } from './tracker-answer.ts'

test('peers are read in every form trackers send, and both kinds of addresses', () => {
  const answer = readHttpAnswer(
    encodeBencode({
      ...{ interval: 900, 'min interval': 1200 },
      peers: Buffer.from('c00002011a0a', 'hex'),
      peers6: Buffer.from('20010db80000000000000000000000011a0b', 'hex'),
    }),
  )
  expect(answer).toEqual({
    interval: 1200,
    addresses: [
      { host: '192.0.2.1', port: 6666 },
      { host: '2001:db8::1', port: 6667 },
    ],
  })
  const peers = [
    { ip: '192.0.2.1', port: 1, 'peer id': 'x' },
    { ip: '2001:db8::1', port: 2 },
    { ip: 'name.test', port: 3 },
  ]
  expect(
    readHttpAnswer(encodeBencode({ peers })).addresses.filter((told) => isPlausible(told, '192.0.2.9')),
  ).toEqual([
    { host: '192.0.2.1', port: 1 },
    { host: '2001:db8::1', port: 2 },
  ])
})

test.each([
  ['198.51.100.1', 4444, '203.0.113.1', true],
  ['2001:db8::1', 1, '203.0.113.1', true],
  ['198.51.100.1', 0, '203.0.113.1', false],
  ['198.51.100.1', 65_536, '203.0.113.1', false],
  ['198.51.100.1', 1.5, '203.0.113.1', false],
  ['192.168.1.7', 4444, '203.0.113.1', false],
  ['192.168.1.7', 4444, '192.168.1.2', true],
  ['192.168.1.7', 4444, '127.0.0.1', true],
  ['100.64.0.7', 4444, '203.0.113.1', false],
  ['100.64.0.7', 4444, '100.64.0.1', true],
  ['fd00::7', 4444, '2001:db8::1', false],
  ['fd00::7', 4444, 'fd00::1', true],
  ['198.51.100.1', 4444, '192.168.1.2', true],
  ['127.0.0.1', 22, '127.0.0.1', false],
  ['::1', 22, '::1', false],
  ['::ffff:127.0.0.1', 22, '127.0.0.1', false],
  ['169.254.1.1', 4444, '192.168.1.2', false],
  ['fe80::1', 4444, 'fd00::1', false],
  ['224.0.0.1', 4444, '192.168.1.2', false],
  ['0.0.0.0', 4444, '192.168.1.2', false],
  ['255.255.255.255', 4444, '192.168.1.2', false],
  ['name.test', 4444, '192.168.1.2', false],
])('%s port %d told by %s: %s', (host, port, toldBy, expected) => {
  expect(isPlausible({ host, port }, toldBy)).toBe(expected)
})
