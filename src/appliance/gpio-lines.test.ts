import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../system.ts'
import { makeFakeGpio, openFakeLine } from '../testing/fake-gpio.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'
import { findChip, openSysfsLines } from './gpio-lines.ts'
import { chipOf, toggleArguments } from './gpio-tools.ts'

test.each([
  ['pinctrl-bcm2835', 512, 54],
  ['pinctrl-bcm2711', 512, 58],
  ['pinctrl-rp1', 571, 54],
  ['pinctrl-rp1', 399, 54],
  ['9030000.pl061', 512, 8],
  ['pinctrl-bcm2835', 0, 54],
])('the chip %s is found by its label, wherever its numbers begin (%i)', async (label, base, lines) => {
  await using directory = await makeTempDirectory()
  await using gpio = await makeFakeGpio(directory.path, { label, base: base || 100, lines })
  if (base === 0) await writeFile(join(gpio.root, 'gpiochip100', 'base'), '0\n')
  expect(await findChip(gpio.root)).toEqual({ base, lines })
})

test('a line is the base and its number: set, read and given back', async () => {
  await using directory = await makeTempDirectory()
  await using gpio = await makeFakeGpio(directory.path)
  const lines = (await openSysfsLines(systemClock, gpio.root, openFakeLine(gpio.root)))!
  const led = await lines.output(17)
  expect(await readdir(gpio.root)).toContain('gpio586')
  led.set(true)
  expect(await gpio.level(17)).toBe('1')
  led.set(false)
  expect(await gpio.level(17)).toBe('0')

  const button = await lines.input(27)
  expect(button.isHigh()).toBe(true)
  await gpio.setLevel(27, 0)
  expect(button.isHigh()).toBe(false)

  led.close()
  await until('the kernel takes the line back', async () => !(await readdir(gpio.root)).includes('gpio586'))
  button.close()
})

test('a line that an earlier run left behind is taken over', async () => {
  await using directory = await makeTempDirectory()
  await using gpio = await makeFakeGpio(directory.path)
  const open = async () => (await openSysfsLines(systemClock, gpio.root, openFakeLine(gpio.root)))!
  await (await open()).output(22)
  const again = await (await open()).output(22)
  again.set(true)
  expect(await gpio.level(22)).toBe('1')
})

test('there are no lines without sysfs, without a chip of the header, or without leave to ask for them', async () => {
  await using directory = await makeTempDirectory()
  const open = (root: string) => openSysfsLines(systemClock, root, openFakeLine(root))
  expect(await open(join(directory.path, 'nowhere'))).toBeUndefined()
  await mkdir(join(directory.path, 'other'))
  await using other = await makeFakeGpio(join(directory.path, 'other'), { label: 'gpio_ich' })
  expect(await open(other.root)).toBeUndefined()
  await using closed = await makeFakeGpio(join(directory.path, 'closed'))
  await rm(join(closed.root, 'export'))
  expect(await open(closed.root)).toBeUndefined()
})

test('a number beyond the chip, and one that is no output, are refused', async () => {
  await using directory = await makeTempDirectory()
  await using gpio = await makeFakeGpio(directory.path, { label: '9030000.pl061', base: 512, lines: 8 })
  const stubborn = openFakeLine(gpio.root)
  const lines = (await openSysfsLines(systemClock, gpio.root, async (number, direction) => ({
    ...(await stubborn(number, direction)),
    direction: () => 'in',
  })))!
  await expect(lines.output(8)).rejects.toThrow('there is no line 8')
  await expect(lines.output(5)).rejects.toThrow('cannot be used as an output')
})

test("the chip is found in what libgpiod's tool lists", () => {
  const listed =
    'gpiochip0 [raspberrypi-exp-gpio] (8 lines)\ngpiochip4 [pinctrl-rp1] (54 lines)\ngpiochip11 [x] (1 lines)\n'
  expect(chipOf(listed)).toBe('gpiochip4')
  expect(chipOf('gpiochip0 [gpio_ich] (60 lines)\n')).toBeUndefined()
})

test.each([
  ['on', ['-c', 'gpiochip0', '17=1']],
  ['off', ['-c', 'gpiochip0', '17=0']],
  [
    [100, 900],
    ['-c', 'gpiochip0', '-t', '100ms,900ms', '17=1'],
  ],
  [
    [0, 500, 500, 0],
    ['-c', 'gpiochip0', '-t', '500ms,500ms', '17=0'],
  ],
] as const)('the tools are told to show %o', (blink, told) => {
  expect(toggleArguments('gpiochip0', 17, blink)).toEqual(told)
})
