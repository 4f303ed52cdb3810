import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { createButton } from './button.ts'

/** A line in memory with a button at it. */
function start() {
  const clock = createManualClock(0)
  const log = createMemoryLog()
  const seen: string[] = []
  const opened: number[] = []
  const line = { isHigh: true, failure: undefined as string | undefined, isOpen: false }
  const button = createButton({
    ...{ clock, log },
    async openLine(pin) {
      if (line.failure !== undefined) throw new Error(line.failure)
      opened.push(pin)
      line.isOpen = true
      return {
        isHigh() {
          if (line.failure !== undefined) throw new Error(line.failure)
          return line.isHigh
        },
        close() {
          line.isOpen = false
        },
      }
    },
    onPhase: (phase) => seen.push(`${clock.monotonicMs()} shows ${phase ?? 'nothing of it'}`),
    onPress: (press) => seen.push(`${clock.monotonicMs()} means ${press}`),
  })
  async function hold(ms: number) {
    line.isHigh = false
    await clock.advance(ms)
    line.isHigh = true
    await clock.advance(1000)
  }
  return { clock, log, seen, opened, line, button, hold }
}

test('A8: a press is told when the button is let go, its phases while it is held', async () => {
  const { clock, seen, button, hold } = start()
  button.setPin(27)
  await clock.advance(1000)
  await hold(4000)
  expect(seen).toEqual([
    '1080 shows short',
    '4040 shows password',
    '5080 shows nothing of it',
    '5080 means password',
  ])
  await button[Symbol.asyncDispose]()
})

test('A8: a button that is stuck from the start does nothing, until it was let go once', async () => {
  const { clock, seen, line, button, hold } = start()
  line.isHigh = false
  button.setPin(27)
  await clock.advance(60_000)
  await hold(15_000)
  expect(seen).toEqual([])
  await hold(200)
  expect(seen.filter((word) => word.includes('means'))).toHaveLength(1)
  await button[Symbol.asyncDispose]()
})

test('a line that is lost during a press means nothing, is said once and tried again', async () => {
  const { clock, seen, log, opened, line, button, hold } = start()
  button.setPin(27)
  await clock.advance(1000)
  line.isHigh = false
  await clock.advance(12_000)
  line.failure = 'ENODEV: no such device'
  await clock.advance(200_000)
  expect(seen.at(-1)).toMatch(/nothing of it/)
  expect(seen.some((word) => word.includes('means'))).toBe(false)
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  line.failure = undefined
  line.isHigh = true
  await clock.advance(60_000)
  expect(opened).toEqual([27, 27])
  await hold(200)
  expect(seen.at(-1)).toMatch(/means short/)
  await button[Symbol.asyncDispose]()
})

test('another pin takes effect at once, and off frees the line', async () => {
  const { clock, opened, line, button } = start()
  button.setPin(27)
  await clock.advance(100)
  button.setPin(5)
  await clock.advance(100)
  expect(opened).toEqual([27, 5])
  button.setPin('off')
  await clock.advance(100)
  expect(line.isOpen).toBe(false)
  await button[Symbol.asyncDispose]()
  expect(clock.waiting).toBe(0)
})
