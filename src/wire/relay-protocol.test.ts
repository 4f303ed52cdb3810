import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { caseCount } from '../testing/counts.ts'
import { relayMessages } from '../testing/relay-arbitraries.ts'
import { frameHeaderBytes } from './frames.ts'
import {
  maxRelayMessageBytes,
  type RelayMessage,
  readRelayMessage,
  relayFrame,
  topicBytes,
} from './relay-protocol.ts'

const bodyOf = (message: RelayMessage) => relayFrame(message).subarray(frameHeaderBytes)

test('F1 messages come out as they went in, also with fields behind that a later version adds', () => {
  fc.assert(
    fc.property(relayMessages, fc.uint8Array({ maxLength: 40 }), (message, more) => {
      const body = bodyOf(message)
      expect(body.length).toBeLessThanOrEqual(maxRelayMessageBytes)
      expect(readRelayMessage(body)).toEqual(message)
      expect(readRelayMessage(Buffer.concat([body, more]))).toEqual(message)
    }),
    { numRuns: caseCount(500) },
  )
})

test('F1 a message that is cut off is garbage', () => {
  fc.assert(
    fc.property(relayMessages, fc.nat(), (message, cut) => {
      const body = bodyOf(message)
      if (body.length === 1) return
      expect(() => readRelayMessage(body.subarray(0, 1 + (cut % (body.length - 1))))).toThrow()
    }),
    { numRuns: caseCount(300) },
  )
})

test('I14 any bytes give a message, nothing, or garbage', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: maxRelayMessageBytes }), (bytes) => {
      for (let type = 0; type < 20; type++) {
        bytes[0] = type
        try {
          const message = readRelayMessage(Buffer.from(bytes))
          expect(message === undefined).toBe(type === 0 || type > 14)
        } catch (thrown) {
          expect(isSyncError(thrown, 'peer-garbage')).toBe(true)
        }
      }
    }),
    { numRuns: caseCount(300) },
  )
})

test('F1 unknown kinds are skipped, unknown reasons read as the first that fits, more members than allowed refused', () => {
  expect(readRelayMessage(Buffer.of(15, 1, 2, 3))).toBeUndefined()
  expect(readRelayMessage(Buffer.of(0))).toBeUndefined()
  expect(readRelayMessage(Buffer.of(9, 0, 0, 0, 7, 200))).toEqual({
    ...{ kind: 'refused', number: 7, reason: 'busy' },
  })
  expect(readRelayMessage(Buffer.of(14, 200))).toEqual({ kind: 'closed', reason: 'full' })
  expect(() => readRelayMessage(Buffer.of(1, 0))).toThrow('version 0')
  const many = Buffer.concat([Buffer.of(6), Buffer.alloc(topicBytes), Buffer.of(65), Buffer.alloc(4000)])
  expect(() => readRelayMessage(many)).toThrow('65 members')
})
