/**
 * A tree of plain files that looks like the GPIO class of sysfs, with something in the part of the kernel: a line that is asked for gets its files
 * a moment later, as udev takes its time with them. Tests press the button by writing to it.
 */
import { watch } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { OpenSysfsLine } from '../appliance/gpio-lines.ts'

export interface FakeGpio extends AsyncDisposable {
  /** In the part of /sys/class/gpio. */
  readonly root: string
  /** By the number it has on the header. */
  level(pin: number): Promise<string>
  setLevel(pin: number, level: 0 | 1): Promise<void>
  /** The line is gone, as when its chip was taken out. */
  remove(pin: number): Promise<void>
}

const udevMs = 50

export async function makeFakeGpio(
  root: string,
  { label = 'pinctrl-bcm2711', base = 569, lines = 58 } = {},
): Promise<FakeGpio> {
  await makeChip(root, 'gpiochip512', 'raspberrypi-exp-gpio', 512, 8)
  await makeChip(root, `gpiochip${base}`, label, base, lines)
  await writeFile(join(root, 'export'), '')
  await writeFile(join(root, 'unexport'), '')
  const directory = (pin: number) => join(root, `gpio${base + pin}`)

  const exports = watch(root, (_, name) => {
    if (name === 'export') void exportAsked()
    if (name === 'unexport') void unexportAsked()
  })

  async function take(file: string): Promise<string> {
    const asked = (await readFile(join(root, file), 'utf8').catch(() => '')).trim()
    if (asked !== '') await writeFile(join(root, file), '')
    return asked
  }

  async function exportAsked(): Promise<void> {
    const number = await take('export')
    if (number === '') return
    const place = join(root, `gpio${number}`)
    await mkdir(place, { recursive: true })
    await writeFile(join(place, 'active_low'), '0')
    // A button that nobody presses, with its pull-up.
    await writeFile(join(place, 'value'), '1')
    await pause(udevMs)
    await writeFile(join(place, 'direction'), 'in')
  }

  async function unexportAsked(): Promise<void> {
    const number = await take('unexport')
    if (number !== '') await rm(join(root, `gpio${number}`), { recursive: true, force: true })
  }

  return {
    root,
    level: async (pin) => (await readFile(join(directory(pin), 'value'), 'utf8')).trim(),
    setLevel: (pin, level) => writeFile(join(directory(pin), 'value'), String(level)),
    remove: (pin) => rm(directory(pin), { recursive: true }),
    async [Symbol.asyncDispose]() {
      exports.close()
    },
  }
}

async function makeChip(root: string, name: string, label: string, base: number, lines: number) {
  await mkdir(join(root, name), { recursive: true })
  await writeFile(join(root, name, 'label'), `${label}\n`)
  await writeFile(join(root, name, 'base'), `${base}\n`)
  await writeFile(join(root, name, 'ngpio'), `${lines}\n`)
}

/** What onoff does with the files of a line, for a tree that is elsewhere. */
export function openFakeLine(root: string): OpenSysfsLine {
  return async (number, direction) => {
    const { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync, writeSync } = await import(
      'node:fs'
    )
    const place = join(root, `gpio${number}`)
    writeFileSync(join(place, 'direction'), direction)
    const file = openSync(join(place, 'value'), 'r+')
    if (direction === 'low') writeSync(file, '0', 0)
    return {
      direction: () => readFileSync(join(place, 'direction'), 'utf8').trim(),
      readSync() {
        statSync(place)
        const byte = Buffer.alloc(1)
        readSync(file, byte, 0, 1, 0)
        return byte.toString() === '1' ? 1 : 0
      },
      writeSync(value) {
        statSync(place)
        writeSync(file, String(value), 0)
      },
      unexport() {
        closeSync(file)
        writeFileSync(join(root, 'unexport'), String(number))
      },
    }
  }
}
