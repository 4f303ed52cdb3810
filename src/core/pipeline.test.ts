import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { createPipeline, maxWindowBytes } from './pipeline.ts'

const blockBytes = 128 * 1024

/** Plays a peer that answers over a line of this rate and delay, for so long. Returns how many bytes came, and the most asked at a time. */
function play(bytesPerSecond: number, delayMs: number, lastMs: number) {
  const pipeline = createPipeline()
  const arrivals: number[] = []
  let nowMs = 0
  let lineFreeMs = 0
  let mostBytes = 0
  let receivedBytes = 0
  for (;;) {
    while (pipeline.mayAsk(blockBytes, arrivals.length * blockBytes)) {
      pipeline.noteAsked(nowMs, arrivals.length * blockBytes)
      lineFreeMs = Math.max(lineFreeMs, nowMs + delayMs) + (blockBytes * 1000) / bytesPerSecond
      arrivals.push(lineFreeMs)
      mostBytes = Math.max(mostBytes, arrivals.length * blockBytes)
    }
    nowMs = arrivals.shift()!
    if (nowMs > lastMs) return { receivedBytes, mostBytes, bytesPerSecond: pipeline.bytesPerSecond }
    receivedBytes += blockBytes
    pipeline.noteReceived(nowMs, blockBytes, arrivals.length * blockBytes)
  }
}

describe('pipeline', () => {
  test('P8 a line is filled within seconds, whatever it carries and however long it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100_000, max: 100_000_000 }),
        fc.integer({ min: 1, max: 200 }),
        (bytesPerSecond, delayMs) => {
          const { receivedBytes } = play(bytesPerSecond, delayMs, 20_000)
          expect(receivedBytes).toBeGreaterThan(0.7 * bytesPerSecond * 20)
        },
      ),
      { numRuns: caseCount(50) },
    )
  })

  test('I14 never more is asked for than the limit, and a slow peer holds two blocks', () => {
    expect(play(20_000_000_000, 500, 5_000).mostBytes).toBeLessThanOrEqual(maxWindowBytes)
    expect(play(20_000, 50, 60_000).mostBytes).toBeLessThanOrEqual(2 * blockBytes)
  })

  test('P8 something may be asked for whenever nothing is', () => {
    expect(createPipeline().mayAsk(16 * 1024 ** 2, 0)).toBe(true)
  })
})
