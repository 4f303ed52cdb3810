import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { seal, sealBytes, unseal } from './envelope.ts'
import { toId } from './ids.ts'
import { keyPairOf } from './x25519.ts'

const device = keyPairOf(Buffer.alloc(32, 'device'))
const other = keyPairOf(Buffer.alloc(32, 'other'))
const ephemeral = keyPairOf(Buffer.alloc(32, 'ephemeral'))
const id = toId('DeviceId', device.publicKey)
const about = Buffer.from('this')

test('S11 the device opens it, and nobody else, as nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (content) => {
      const sealed = seal(id, about, content, ephemeral)!
      expect(sealed).toHaveLength(content.length + sealBytes)
      expect(unseal(device, about, sealed)).toEqual(Buffer.from(content))
      expect(unseal(other, about, sealed)).toBeUndefined()
      expect(unseal(ephemeral, about, sealed)).toBeUndefined()
      expect(unseal(device, Buffer.from('that'), sealed)).toBeUndefined()
    }),
    { numRuns: caseCount(50) },
  )
})

test('S11 whatever was changed in it, it does not open', () => {
  const sealed = seal(id, about, Buffer.from('the new secret'), ephemeral)!
  for (let at = 0; at < sealed.length * 8; at++) {
    const changed = Buffer.from(sealed)
    changed[at >> 3]! ^= 1 << (at & 7)
    // RFC 7748: the last bit of a public key is not looked at; but it is part of what the key is made from.
    expect([at, unseal(device, about, changed)]).toEqual([at, undefined])
  }
  for (let length = 0; length < sealed.length; length++)
    expect(unseal(device, about, sealed.subarray(0, length))).toBeUndefined()
})

test('S11 a device whose id is no usable key gets none', () => {
  for (const byte of [0, 1])
    expect(seal(toId('DeviceId', Buffer.alloc(32).fill(byte, 0, 1)), about, about, ephemeral)).toBeUndefined()
})
