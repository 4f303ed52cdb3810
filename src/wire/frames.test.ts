import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { caseCount } from '../testing/counts.ts'
import { createFrameSplitter, frameHeader, maxFrameBytes } from './frames.ts'

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (thrown) {
    if (isSyncError(thrown)) return thrown.code
    throw thrown
  }
  return 'nothing thrown'
}

test('P1 frames come out as they went in, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 400 }), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 40 }),
      (frames, cuts) => {
        const stream = Buffer.concat(frames.flatMap((frame) => [frameHeader(frame.length), frame]))
        const splitter = createFrameSplitter(maxFrameBytes)
        const seen: string[] = []
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const length = cuts[turn % cuts.length]!
          splitter.push(stream.subarray(at, at + length))
          at += length
          for (let frame = splitter.next(); frame !== undefined; frame = splitter.next())
            seen.push(frame.toString('hex'))
        }
        expect(seen).toEqual(frames.map((frame) => Buffer.from(frame).toString('hex')))
        expect(splitter.waitingBytes).toBe(0)
      },
    ),
    { numRuns: caseCount(200) },
  )
})

test('P1 a frame of no bytes is garbage, one above the cap is refused before its bytes are there', () => {
  const empty = createFrameSplitter(maxFrameBytes)
  empty.push(Buffer.of(0, 0))
  expect(codeOf(() => empty.next())).toBe('peer-garbage')
  const small = createFrameSplitter(96)
  small.push(Buffer.of(0, 97))
  expect(codeOf(() => small.next())).toBe('peer-oversize')
  const raised = createFrameSplitter(96)
  raised.allow(maxFrameBytes)
  raised.push(Buffer.of(255, 255))
  expect(raised.next()).toBeUndefined()
})

test('P1 one byte at a time costs time in proportion to the bytes, not to their square', () => {
  const splitter = createFrameSplitter(maxFrameBytes)
  const one = Buffer.of(7)
  let frames = 0
  for (const header of [0xff, 0xff]) splitter.push(Buffer.of(header))
  for (let count = 0; count < maxFrameBytes; count++) {
    splitter.push(one)
    if (splitter.next() !== undefined) frames += 1
  }
  expect(frames).toBe(1)
})

test('P1 random bytes give a frame or a refusal and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 500 }), (bytes, cap) => {
      const splitter = createFrameSplitter(cap)
      splitter.push(Buffer.from(bytes))
      const outcome = codeOf(() => {
        for (let frame = splitter.next(); frame !== undefined; frame = splitter.next())
          expect(frame.length).toBeLessThanOrEqual(cap)
      })
      expect(['nothing thrown', 'peer-garbage', 'peer-oversize']).toContain(outcome)
    }),
    { numRuns: caseCount(200) },
  )
})

test('a stream that goes on as something else keeps every byte behind the last frame', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc.uint8Array({ maxLength: 400 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
      fc.boolean(),
      (frame, rest, cuts, looksOnce) => {
        const stream = Buffer.concat([frameHeader(frame.length), frame, rest])
        const splitter = createFrameSplitter(maxFrameBytes)
        let seen: string | undefined
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const length = cuts[turn % cuts.length]!
          splitter.push(stream.subarray(at, at + length))
          at += length
          seen ??= splitter.next()?.toString('hex')
        }
        // What looks like the beginning of another frame is none.
        if (!looksOnce && rest.length >= 2 && rest[0]! > 1) expect(splitter.next()).toBeUndefined()
        expect(seen).toBe(Buffer.from(frame).toString('hex'))
        expect(splitter.rest()).toEqual(Buffer.from(rest))
        expect(splitter.waitingBytes).toBe(0)
      },
    ),
    { numRuns: caseCount(200) },
  )
})
