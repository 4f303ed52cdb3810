import { expect, test } from 'vitest'
import { smoothnessOf, type TraceEvent } from './web-trace.ts'

const frame = (ms: number): TraceEvent => ({
  name: 'FireAnimationFrame',
  ph: 'X',
  pid: 1,
  tid: 1,
  ts: ms * 1000,
  dur: 10,
})
const task = (ms: number, dur: number, tid = 1): TraceEvent => ({
  ...{ name: 'RunTask', ph: 'X', pid: 1, tid, ts: ms * 1000, dur: dur * 1000 },
})

test('long and late frames, and how busy the main thread was', () => {
  const events = [
    ...[0, 16, 32, 132, 148].map(frame),
    // Over the edge of a frame, long, and one of another thread.
    ...[task(10, 12), task(40, 80), task(134, 2), task(40, 80, 2)],
  ]
  const { busyShare, ...rest } = smoothnessOf(events)
  expect(rest).toEqual({
    ...{ seconds: 0.148, frames: 4, longFrames: 1, lateShare: 0.25, longTasks: 1, longestTaskMs: 80 },
    frameWorkMs95: expect.any(Number),
  })
  expect(busyShare).toBeCloseTo(94 / 148)
})
