/**
 * Lines through the tools of libgpiod 2, where the kernel has no sysfs for them: a process for each line that is in use, which holds it. The
 * tools make LEDs blink by themselves, and pull the button up. Reads what they print; knows nothing of what is wired.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { chipLabels, type InputLine } from './gpio-lines.ts'
import type { Blink } from './led-patterns.ts'
import type { Lamp } from './leds.ts'

const answerMs = 5_000

export interface GpioTools {
  /** `onLost` is called when the line cannot be held (any more). */
  lamp(pin: number, onLost: (reason: string) => void): Lamp
  input(pin: number): Promise<InputLine>
}

/** Undefined without the tools, with those of libgpiod 1, or without a chip. */
export async function openGpioTools(): Promise<GpioTools | undefined> {
  const listed = await ask('gpiodetect').catch(() => undefined)
  const version = await ask('gpioset', '--version').catch(() => undefined)
  const chip = listed === undefined ? undefined : chipOf(listed)
  if (chip === undefined || version === undefined || !/\bv[2-9]\./.test(version)) return undefined
  return {
    lamp: (pin, onLost) => createToolLamp(chip, pin, onLost),
    input: (pin) => openToolInput(chip, pin),
  }
}

/** The name of our chip in what `gpiodetect` prints: `gpiochip0 [pinctrl-bcm2711] (58 lines)`. */
export function chipOf(listed: string): string | undefined {
  return listed
    .split('\n')
    .map((line) => /^(\S+) \[([^\]]+)\]/.exec(line))
    .find((found) => found !== null && chipLabels.includes(found[2]!))?.[1]
}

/** What `gpioset` is told: the level to begin with, and after how long it changes each time. */
export function toggleArguments(chip: string, pin: number, blink: Blink): string[] {
  const line = (isLit: boolean) => `${pin}=${isLit ? 1 : 0}`
  if (typeof blink === 'string') return ['-c', chip, line(blink === 'on')]
  const steps = blink.map((ms, at) => ({ ms, isLit: at % 2 === 0 })).filter(({ ms }) => ms > 0)
  return ['-c', chip, '-t', steps.map(({ ms }) => `${ms}ms`).join(','), line(steps[0]!.isLit)]
}

function createToolLamp(chip: string, pin: number, onLost: (reason: string) => void): Lamp {
  let holder: ChildProcess | undefined
  let isOver = false

  /** The next one can only have the line when the last one let it go. */
  async function hold(blink: Blink): Promise<void> {
    const last = holder
    holder = undefined
    if (last !== undefined) await end(last)
    if (isOver || holder !== undefined) return
    const child = spawn('gpioset', toggleArguments(chip, pin, blink), { stdio: ['ignore', 'ignore', 'pipe'] })
    holder = child
    let complaint = ''
    child.stderr.on('data', (text) => {
      complaint = (complaint + text).slice(-200)
    })
    child.on('error', ({ message }) => onLost(message))
    child.on('exit', () => {
      if (holder === child) onLost(complaint.trim())
    })
  }

  return {
    show: (blink) => void hold(blink),
    [Symbol.dispose]() {
      isOver = true
      holder?.kill()
      holder = undefined
    },
  }
}

async function openToolInput(chip: string, pin: number): Promise<InputLine> {
  const value = await ask('gpioget', '-c', chip, '-b', 'pull-up', '--numeric', String(pin))
  let isHigh = value.trim() === '1'
  let lost: string | undefined
  const child = spawn(
    'gpiomon',
    ['-c', chip, '-b', 'pull-up', '-e', 'both', '-p', '10ms', '-F', '%e', String(pin)],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  child.on('error', ({ message }) => {
    lost = message
  })
  child.on('exit', (code) => {
    lost ??= `gpiomon ended with ${code}`
  })
  createInterface(child.stdout).on('line', (line) => {
    isHigh = line.trim() === '1'
  })
  return {
    isHigh() {
      if (lost !== undefined) throw new Error(lost)
      return isHigh
    },
    close: () => void child.kill(),
  }
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve()
    child.once('exit', () => resolve())
    child.kill()
  })
}

function ask(command: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: answerMs }, (error, printed) =>
      error === null ? resolve(printed) : reject(error),
    )
  })
}
