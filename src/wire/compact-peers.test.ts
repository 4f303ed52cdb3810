import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { decodeCompactPeers, encodeCompactPeers } from './compact-peers.ts'

test('addresses are read as they were written, of one family at a time', () => {
  const peers = [
    { host: '192.0.2.1', port: 80 },
    { host: '2001:db8::1', port: 4444 },
    { host: '198.51.100.255', port: 65_535 },
  ]
  expect(encodeCompactPeers(peers, 4).toString('hex')).toBe('c00002010050c63364ffffff')
  expect(decodeCompactPeers(encodeCompactPeers(peers, 4), 4, 9)).toEqual([peers[0], peers[2]])
  expect(decodeCompactPeers(encodeCompactPeers(peers, 6), 6, 9)).toEqual([peers[1]])
})

test('no more than allowed are read, and no half ones', () => {
  expect(decodeCompactPeers(Buffer.alloc(600, 1), 4, 7)).toHaveLength(7)
  expect(decodeCompactPeers(Buffer.alloc(7), 4, 7)).toBeUndefined()
  expect(decodeCompactPeers(Buffer.alloc(17), 6, 7)).toBeUndefined()
})

test('an IPv4 address is one however it is written', () => {
  const mapped = Buffer.from('00000000000000000000ffffc00002010050', 'hex')
  expect(decodeCompactPeers(mapped, 6, 1)).toEqual([{ host: '192.0.2.1', port: 80 }])
})

test('any bytes give whole addresses', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.constantFrom(4 as const, 6 as const),
      (bytes, family) => {
        const peers = decodeCompactPeers(bytes, family, 50)
        expect(peers?.length).toBe(
          bytes.length % (family === 4 ? 6 : 18) === 0 ? bytes.length / (family === 4 ? 6 : 18) : undefined,
        )
      },
    ),
    { numRuns: caseCount(200) },
  )
})
