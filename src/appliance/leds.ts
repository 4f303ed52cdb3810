/**
 * The LEDs: takes whatever there is (lines of the header, the board's own LED) and shows a pattern on each. What cannot be had, or is lost,
 * is said once in the log and tried again; a box without any LED is none the worse. Chooses nothing.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '../core/errors.ts'
import type { Clock, Log } from '../ports.ts'
import type { GpioLines, OutputLine } from './gpio-lines.ts'
import type { GpioTools } from './gpio-tools.ts'
import type { Blink, LedPattern } from './led-patterns.ts'

/** Shows something until told otherwise. */
export interface Lamp extends AsyncDisposable {
  show(blink: Blink): void
}

/** What a lamp shows; `single` is the board's own LED, which shows everything alone. */
type Role = 'status' | 'attention' | 'single'

export type Pin = number | 'off'

export interface LedsNeeds {
  readonly clock: Clock
  readonly log: Log
  readonly lines: GpioLines | undefined
  readonly tools: GpioTools | undefined
  /** The directory of the LED class, /sys/class/leds. */
  readonly boardLeds: string
}

export interface Leds extends AsyncDisposable {
  /** Which lines the LEDs are wired to. */
  setPins(pins: { readonly status: Pin; readonly attention: Pin }): void
  show(pattern: LedPattern): void
}

/** A line that another program uses may be free later. */
const tryAgainMs = 60_000
/** Under which names kernels give the green LED of the board. */
const boardLedName = /^(ACT|led0|(.+:)?(act|activity))$/i

export function createLeds({ clock, log, lines, tools, boardLeds }: LedsNeeds): Leds {
  const lamps = new Map<Role, Lamp>()
  /** The pin that a role wants; lamps of others are let go. */
  const pins = new Map<Role, Pin>()
  const complained = new Set<string>()
  const timers = new Set<Disposable>()
  let shown: LedPattern | undefined
  let isOver = false
  let work = Promise.resolve()

  function complain(role: Role, error: unknown): void {
    const reason = reasonOf(error)
    const key = `${role} ${pins.get(role)}`
    if (complained.has(key)) return
    complained.add(key)
    log.warn(
      { led: role, pin: pins.get(role), reason },
      'an LED cannot be used; it is tried again every minute',
    )
  }

  function lose(role: Role, error: unknown): void {
    lamps.delete(role)
    if (isOver) return
    complain(role, error)
    const timer = clock.after(tryAgainMs, () => {
      timers.delete(timer)
      later(() => open(role))
    })
    timers.add(timer)
  }

  /** One after another: a line is free for its next use only when it was let go. */
  function later(step: () => Promise<void> | void): void {
    work = work.then(step)
  }

  async function make(role: Role, pin: Pin): Promise<Lamp | undefined> {
    const onLost = (error: unknown) => lose(role, error)
    if (role === 'single') {
      const led = await findBoardLed(boardLeds)
      return led && createBlinkingLamp(clock, onLost, led)
    }
    if (pin === 'off') return undefined
    if (lines !== undefined) return createBlinkingLamp(clock, onLost, lineSwitch(await lines.output(pin)))
    return tools?.lamp(pin, (reason) => onLost(new Error(reason)))
  }

  async function open(role: Role): Promise<void> {
    if (isOver || lamps.has(role)) return
    try {
      const lamp = await make(role, pins.get(role) ?? 'off')
      if (lamp === undefined) return
      lamps.set(role, lamp)
      if (shown !== undefined) lamp.show(shown[role])
    } catch (error) {
      lose(role, error)
    }
  }

  const board = open('single')

  return {
    setPins(wanted) {
      for (const role of ['status', 'attention'] as const) {
        if (pins.get(role) === wanted[role]) continue
        pins.set(role, wanted[role])
        later(async () => {
          const lamp = lamps.get(role)
          lamps.delete(role)
          await lamp?.[Symbol.asyncDispose]()
        })
      }
      // All are let go before any is taken: the two may have changed places.
      for (const role of ['status', 'attention'] as const) later(() => open(role))
    },
    show(pattern) {
      if (pattern === shown) return
      shown = pattern
      for (const [role, lamp] of lamps) lamp.show(pattern[role])
    },
    async [Symbol.asyncDispose]() {
      isOver = true
      await Promise.all([work, board])
      for (const timer of timers) timer[Symbol.dispose]()
      await Promise.all(Array.from(lamps.values(), (lamp) => lamp[Symbol.asyncDispose]()))
    },
  }
}

/** What can be switched on and off, and let go. Throws the system's error. */
export interface Switch {
  set(isOn: boolean): Promise<void> | void
  letGo(): Promise<void> | void
}

function lineSwitch(line: OutputLine): Switch {
  return { set: (isOn) => line.set(isOn), letGo: () => line.close() }
}

/** Switches in time. After the first failure it is lost. */
function createBlinkingLamp(clock: Clock, onLost: (error: unknown) => void, way: Switch): Lamp {
  let timer: Disposable | undefined
  let isLost = false
  /** What was asked for first is done first, also where that takes a moment. */
  let work = Promise.resolve()

  function attempt(act: () => Promise<void> | void): Promise<void> {
    work = work.then(act).catch((error) => {
      timer?.[Symbol.dispose]()
      if (isLost) return
      isLost = true
      onLost(error)
    })
    return work
  }

  function step(blink: readonly number[], at: number): void {
    const ms = blink[at]!
    if (ms > 0) void attempt(() => way.set(at % 2 === 0))
    if (!isLost) timer = clock.after(ms, () => step(blink, (at + 1) % blink.length))
  }

  return {
    show(blink) {
      timer?.[Symbol.dispose]()
      if (isLost) return
      if (typeof blink === 'string') void attempt(() => way.set(blink === 'on'))
      else step(blink, 0)
    },
    async [Symbol.asyncDispose]() {
      timer?.[Symbol.dispose]()
      if (isLost) return
      isLost = true
      await attempt(() => way.letGo())
    },
  }
}

/** The board's own LED, taken from what the kernel shows there and given back at the end. Undefined where there is none that may be used. */
async function findBoardLed(root: string): Promise<Switch | undefined> {
  const names = await readdir(root).catch(() => [])
  const name = names.find((each) => boardLedName.test(each))
  if (name === undefined) return undefined
  const [trigger, brightness] = [join(root, name, 'trigger'), join(root, name, 'brightness')]
  // Such a list: none [mmc0] timer heartbeat
  const before = /\[([\w-]+)\]/.exec(await readFile(trigger, 'utf8'))?.[1] ?? 'none'
  const full = (await readFile(join(root, name, 'max_brightness'), 'utf8').catch(() => '1')).trim()
  await writeFile(trigger, 'none')
  return {
    set: (isOn) => writeFile(brightness, isOn ? full : '0'),
    letGo: async () => {
      await writeFile(brightness, '0')
      await writeFile(trigger, before === 'none' ? 'none' : before)
    },
  }
}
