/** With scripts in the place of libgpiod's tools, which do what those of version 2 say they do. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'
import { openGpioTools } from './gpio-tools.ts'

/** Puts them before all others, until disposed. `value` is what the button's line has at first; it follows what is appended to `edges`. */
async function withTools(directory: string, version: string) {
  const place = join(directory, 'bin')
  await mkdir(place)
  const scripts = {
    gpiodetect: `echo 'gpiochip0 [pinctrl-bcm2711] (58 lines)'`,
    gpioset: `if [ "$1" = --version ]; then echo 'gpioset (libgpiod) ${version}'; exit; fi
if [ -e '${directory}/busy' ]; then echo 'gpioset: unable to request lines: Device or resource busy' >&2; exit 1; fi
sleep 60 &
trap 'echo "lets go" >>"${directory}/said"; kill $!; exit' TERM
echo "holds $*" >>'${directory}/said'
wait`,
    gpioget: `echo "get $*" >>'${directory}/said'; echo 1`,
    gpiomon: `echo "mon $*" >>'${directory}/said'; exec tail -f '${directory}/edges'`,
  }
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(place, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(place, name), 0o755)
  }
  await writeFile(join(directory, 'edges'), '')
  await writeFile(join(directory, 'said'), '')
  vi.stubEnv('PATH', `${place}${delimiter}${process.env.PATH}`)
  return {
    said: async () => (await readFile(join(directory, 'said'), 'utf8')).trim().split('\n'),
    edge: async (edges: string) => writeFile(join(directory, 'edges'), edges, { flag: 'a' }),
    [Symbol.dispose]: () => vi.unstubAllEnvs(),
  }
}

test('an LED is held by one process at a time, and free at the end', async () => {
  await using directory = await makeTempDirectory()
  using tools = await withTools(directory.path, 'v2.2.1')
  const lost: string[] = []
  const lamp = (await openGpioTools())!.lamp(17, (reason) => lost.push(reason))
  lamp.show('on')
  await until('it is held', async () => (await tools.said()).includes('holds -c gpiochip0 17=1'))
  lamp.show([100, 900])
  await until('it blinks', async () => (await tools.said()).length === 3)
  await lamp[Symbol.asyncDispose]()
  expect(await tools.said()).toEqual([
    ...['holds -c gpiochip0 17=1', 'lets go', 'holds -c gpiochip0 -t 100ms,900ms 17=1', 'lets go'],
  ])
  expect(lost).toEqual([])
})

test('of patterns that follow each other at once the last one is shown', async () => {
  await using directory = await makeTempDirectory()
  using tools = await withTools(directory.path, 'v2.2.1')
  const lamp = (await openGpioTools())!.lamp(17, () => undefined)
  lamp.show('on')
  await until('it is held', async () => (await tools.said()).includes('holds -c gpiochip0 17=1'))
  lamp.show([100, 100])
  lamp.show([500, 500])
  lamp.show('off')
  await until('it is dark', async () => (await tools.said()).at(-1) === 'holds -c gpiochip0 17=0')
  await lamp[Symbol.asyncDispose]()
  expect(await tools.said()).toEqual([
    ...['holds -c gpiochip0 17=1', 'lets go', 'holds -c gpiochip0 17=0', 'lets go'],
  ])
})

test('a line that is in use is told with what the tool says', async () => {
  await using directory = await makeTempDirectory()
  using _tools = await withTools(directory.path, 'v2.2.1')
  await writeFile(join(directory.path, 'busy'), '')
  const lost: string[] = []
  const lamp = (await openGpioTools())!.lamp(17, (reason) => lost.push(reason))
  lamp.show('on')
  await until('it is told', () => lost.length > 0)
  expect(lost).toEqual(['gpioset: unable to request lines: Device or resource busy'])
  await lamp[Symbol.asyncDispose]()
})

test('the button is pulled up, and its level is what the last edge left', async () => {
  await using directory = await makeTempDirectory()
  using tools = await withTools(directory.path, 'v2.2.1')
  const line = await (await openGpioTools())!.input(27)
  expect(line.isHigh()).toBe(true)
  await until('edges are waited for', async () => (await tools.said()).length === 2)
  expect((await tools.said()).every((said) => said.includes('-b pull-up'))).toBe(true)
  await tools.edge('2\n')
  await until('it is pressed', () => !line.isHigh())
  await tools.edge('1\n2\n1\n')
  await until('it is let go', () => line.isHigh())
  line.close()
  await until('the line is lost', () => {
    try {
      return line.isHigh() && false
    } catch {
      return true
    }
  })
})

test('the tools of version 1 say things otherwise, and are not used', async () => {
  await using directory = await makeTempDirectory()
  using _tools = await withTools(directory.path, 'v1.6.3')
  expect(await openGpioTools()).toBeUndefined()
})
