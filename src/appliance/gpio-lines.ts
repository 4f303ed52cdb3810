/**
 * Lines of the 40-pin header by their BCM number, through onoff, which knows only the numbers of sysfs. Those begin anywhere: the chip is found
 * by its label, and a line is its base plus the offset. Opens, reads and sets lines; knows nothing of what is wired to them.
 */
import { constants } from 'node:fs'
import { access, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../ports.ts'

/** Of the chip with the header: Pi 3 and Zero 2, Pi 4, Pi 5, and the virtual machine that tests run on. */
export const chipLabels = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1', '9030000.pl061']

/** udev gives the files of a line to their group some time after the line was asked for. */
const permissionMs = 2_000
const lookAgainMs = 20
/** The kernel says `out` whatever of these was written; a tree of plain files says what was. */
const outWords = ['out', 'low']

export interface OutputLine {
  set(isHigh: boolean): void
  /** Leaves it low. */
  close(): void
}

export interface InputLine {
  isHigh(): boolean
  close(): void
}

/** One way to lines. Opening throws the system's error. */
export interface GpioLines {
  output(pin: number): Promise<OutputLine>
  /** Pulled up, where the system lets us. */
  input(pin: number): Promise<InputLine>
}

/** As far as it is used of `Gpio` of onoff. */
export interface SysfsLine {
  direction(): string
  readSync(): number
  writeSync(value: 0 | 1): void
  unexport(): void
}

/** Opens a line that is exported already. */
export type OpenSysfsLine = (number: number, direction: 'in' | 'low') => Promise<SysfsLine>

export interface GpioChip {
  readonly base: number
  readonly lines: number
}

export const openWithOnoff: OpenSysfsLine = async (number, direction) => {
  const { Gpio } = await import('onoff')
  return new Gpio(number, direction) as SysfsLine
}

/** Undefined where there is none, or no sysfs for lines. `root` is the directory of the class, /sys/class/gpio. */
export async function findChip(root: string): Promise<GpioChip | undefined> {
  const names = await readdir(root).catch(() => [])
  for (const name of names.filter((name) => /^gpiochip\d+$/.test(name))) {
    const [label, base, lines] = await Promise.all(
      ['label', 'base', 'ngpio'].map((file) => readFile(join(root, name, file), 'utf8').catch(() => '')),
    )
    if (chipLabels.includes(label!.trim())) return { base: Number(base), lines: Number(lines) }
  }
  return undefined
}

/** Undefined as for `findChip`, or when this user may not ask for lines. */
export async function openSysfsLines(
  clock: Clock,
  root: string,
  open: OpenSysfsLine,
): Promise<GpioLines | undefined> {
  const chip = await findChip(root)
  if (chip === undefined || !(await mayWrite(join(root, 'export')))) return undefined

  async function take(pin: number, direction: 'in' | 'low'): Promise<SysfsLine> {
    if (pin >= chip!.lines) throw new Error(`there is no line ${pin}`)
    const number = chip!.base + pin
    const directory = join(root, `gpio${number}`)
    const isThere = (file: string) => mayWrite(join(directory, file))
    // One that is there was left behind by an earlier run.
    if (!(await isThere(''))) await writeFile(join(root, 'export'), String(number))
    const endMs = clock.monotonicMs() + permissionMs
    while (!((await isThere('value')) && (await isThere('direction')))) {
      if (clock.monotonicMs() > endMs) throw new Error(`${directory} may not be written to`)
      const { promise, resolve } = Promise.withResolvers<void>()
      clock.after(lookAgainMs, resolve)
      await promise
    }
    const line = await open(number, direction)
    // For a line that is exported already onoff keeps failures to itself.
    if (!(direction === 'in' ? ['in'] : outWords).includes(line.direction())) {
      line.unexport()
      throw new Error(`${directory} cannot be used as ${direction === 'in' ? 'an input' : 'an output'}`)
    }
    return line
  }

  return {
    async output(pin) {
      const line = await take(pin, 'low')
      return {
        set: (isHigh) => line.writeSync(isHigh ? 1 : 0),
        close() {
          try {
            line.writeSync(0)
          } finally {
            line.unexport()
          }
        },
      }
    },
    async input(pin) {
      const line = await take(pin, 'in')
      return { isHigh: () => line.readSync() === 1, close: () => line.unexport() }
    },
  }
}

async function mayWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  )
}
