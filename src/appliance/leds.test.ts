import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../system.ts'
import { makeFakeGpio, openFakeLine } from '../testing/fake-gpio.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'
import { type GpioLines, openSysfsLines } from './gpio-lines.ts'
import { type LedPatternId, ledPatterns } from './led-patterns.ts'
import { createLeds } from './leds.ts'

function pattern(id: LedPatternId) {
  return ledPatterns.find((each) => each.id === id)!
}

/** Lines in memory, with what each was told and when; one can be in use elsewhere, or break. */
function makeLines(clock: { monotonicMs(): number }) {
  const told = new Map<number, string[]>()
  const busy = new Set<number>()
  const broken = new Set<number>()
  const lines: GpioLines = {
    async output(pin) {
      if (busy.has(pin)) throw Object.assign(new Error('EBUSY: resource busy'), { code: 'EBUSY' })
      busy.add(pin)
      const list = told.get(pin) ?? []
      told.set(pin, list)
      return {
        set(isHigh) {
          if (broken.has(pin)) throw Object.assign(new Error('ENODEV: no such device'), { code: 'ENODEV' })
          list.push(`${clock.monotonicMs()} ${isHigh ? 'on' : 'off'}`)
        },
        close() {
          list.push(`${clock.monotonicMs()} closed`)
          busy.delete(pin)
        },
      }
    },
    input: async () => {
      throw new Error('no input here')
    },
  }
  return { lines, told, busy, broken }
}

async function start() {
  const clock = createManualClock(0)
  const log = createMemoryLog()
  const made = makeLines(clock)
  const leds = createLeds({ clock, log, lines: made.lines, tools: undefined, boardLeds: '/nowhere' })
  return { clock, log, ...made, leds, [Symbol.asyncDispose]: () => leds[Symbol.asyncDispose]() }
}

test('each LED shows its part of the pattern, and is dark and free at the end', async () => {
  const { clock, told, leds } = await start()
  leds.setPins({ status: 17, attention: 22 })
  leds.show(pattern('no-disk'))
  await clock.advance(3000)
  expect(told.get(17)).toEqual(['0 off'])
  expect(told.get(22)).toEqual([
    ...['0 on', '150 off', '300 on', '450 off'],
    ...['2000 on', '2150 off', '2300 on', '2450 off'],
  ])
  leds.show(pattern('ready'))
  await clock.advance(3000)
  expect(told.get(17)!.at(-1)).toBe('3000 on')
  expect(told.get(22)!.at(-1)).toBe('3000 off')
  await leds[Symbol.asyncDispose]()
  expect(told.get(17)!.at(-1)).toBe('6000 closed')
  await clock.advance(10_000)
  expect(told.get(22)!.at(-1)).toBe('6000 closed')
})

test('the two LEDs can change places', async () => {
  await using scene = await start()
  const { clock, told, busy, leds, log } = scene
  leds.setPins({ status: 17, attention: 22 })
  leds.show(pattern('ready'))
  await clock.advance(100)
  leds.setPins({ status: 22, attention: 17 })
  await clock.advance(100)
  expect(told.get(22)!.at(-1)).toBe('100 on')
  expect(told.get(17)!.at(-1)).toBe('100 off')
  leds.setPins({ status: 'off', attention: 17 })
  await clock.advance(100)
  expect([...busy]).toEqual([17])
  expect(log.lines).toEqual([])
})

test('a line that another program uses is said once and tried again; the other LED works meanwhile', async () => {
  await using scene = await start()
  const { clock, told, busy, leds, log } = scene
  busy.add(17)
  leds.setPins({ status: 17, attention: 22 })
  leds.show(pattern('ready'))
  await clock.advance(200_000)
  expect(told.get(22)).toEqual(['0 off'])
  expect(log.lines.map(({ level, fields }) => ({ level, ...fields }))).toEqual([
    { level: 'warn', led: 'status', pin: 17, reason: 'EBUSY: resource busy' },
  ])
  busy.delete(17)
  await clock.advance(60_000)
  expect(told.get(17)).toEqual(['240000 on'])
})

test('a line that vanishes ends nothing but its LED, until it is back', async () => {
  await using scene = await start()
  const { clock, told, busy, broken, leds, log } = scene
  leds.setPins({ status: 17, attention: 22 })
  leds.show(pattern('starting'))
  await clock.advance(1000)
  broken.add(17)
  busy.delete(17)
  await clock.advance(30_000)
  const { length } = told.get(17)!
  expect(log.lines).toHaveLength(1)
  broken.clear()
  await clock.advance(31_000)
  expect(told.get(17)!.length).toBeGreaterThan(length)
})

test("the board's own LED shows everything alone, and gets back what it showed", async () => {
  await using directory = await makeTempDirectory()
  const led = join(directory.path, 'ACT')
  await mkdir(led)
  await writeFile(join(led, 'trigger'), 'none kbd-scrolllock [mmc0] timer\n')
  await writeFile(join(led, 'brightness'), '0\n')
  await writeFile(join(led, 'max_brightness'), '255\n')
  const read = async (file: string) => (await readFile(join(led, file), 'utf8')).trim()
  const clock = createManualClock(0)
  const leds = createLeds({
    ...{ clock, log: createMemoryLog(), lines: undefined, tools: undefined, boardLeds: directory.path },
  })
  leds.show(pattern('ready'))
  await until(
    'it is lit',
    async () => (await read('brightness')) === '255' && (await read('trigger')) === 'none',
  )
  await leds[Symbol.asyncDispose]()
  await until('it is given back', async () => (await read('trigger')) === 'mmc0')
  expect(await read('brightness')).toBe('0')
})

test('an LED of the board that may not be written to is said once', async () => {
  await using directory = await makeTempDirectory()
  await mkdir(join(directory.path, 'led0'))
  const log = createMemoryLog()
  await using leds = createLeds({
    ...{ clock: systemClock, log, lines: undefined, tools: undefined, boardLeds: directory.path },
  })
  leds.show(pattern('ready'))
  await until('it is said', () => log.lines.length === 1)
  expect(log.lines[0]!.fields).toMatchObject({ led: 'single' })
})

test('a real tree of lines: blinking, and a chip that is taken out', async () => {
  await using directory = await makeTempDirectory()
  await using gpio = await makeFakeGpio(directory.path)
  const log = createMemoryLog()
  const lines = await openSysfsLines(systemClock, gpio.root, openFakeLine(gpio.root))
  await using leds = createLeds({ clock: systemClock, log, lines, tools: undefined, boardLeds: '/nowhere' })
  leds.setPins({ status: 17, attention: 22 })
  leds.show(pattern('button-reset'))
  await until('it is lit', async () => (await gpio.level(17)) === '1')
  await until('it is dark', async () => (await gpio.level(17)) === '0')
  await gpio.remove(17)
  await until('it is said', () => log.lines.length === 1)
  await until('the other still blinks', async () => (await gpio.level(22)) === '1')
  await rm(join(gpio.root, 'gpiochip569'), { recursive: true })
})
