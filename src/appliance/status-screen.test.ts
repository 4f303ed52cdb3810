import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../system.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'
import type { ScreenFacts } from './screen-text.ts'
import { createStatusScreen } from './status-screen.ts'

const facts: ScreenFacts = {
  ...{
    name: 'Kitchen',
    addresses: ['192.168.1.20'],
    scheme: 'http',
    port: 80,
    hasWeb: true,
    isSetUp: true,
    isStarting: false,
  },
  ...{ wantedName: 'pi', publishedName: 'pi', state: 'Everything is up to date.', presetMistakes: [] },
}

test('the screen is drawn on an empty terminal, again only when something changed, and left with a sentence', async () => {
  await using directory = await makeTempDirectory()
  const terminal = join(directory.path, 'tty1')
  await writeFile(terminal, '')
  // A plain file keeps what was written over; each drawing begins where the terminal would.
  let now = facts
  const log = createMemoryLog()
  const screen = createStatusScreen({ clock: systemClock, log, terminal, facts: async () => now })
  await until('it is drawn', async () =>
    (await readFile(terminal, 'utf8')).includes('Everything is up to date.'),
  )
  expect((await readFile(terminal, 'utf8')).startsWith('\x1b[0m\x1b[2J\x1b[H\x1b[?25l')).toBe(true)
  await writeFile(terminal, '')
  screen.redraw()
  screen.redraw()
  now = { ...facts, state: 'A disk is safe to pull.' }
  screen.redraw()
  await until('it is drawn anew', async () => (await readFile(terminal, 'utf8')).includes('safe to pull'))
  await writeFile(terminal, '')
  await screen[Symbol.asyncDispose]()
  expect(await readFile(terminal, 'utf8')).toMatch(
    /25hKitchen: Berrysync has ended\. It is not syncing now\.\n$/,
  )
  expect(log.lines).toEqual([])
})

test('where there is no screen that is said once, and no file is made in its place', async () => {
  await using directory = await makeTempDirectory()
  const terminal = join(directory.path, 'tty1')
  const log = createMemoryLog()
  await using screen = createStatusScreen({ clock: systemClock, log, terminal, facts: async () => facts })
  screen.redraw()
  screen.redraw()
  await until('it is said', () => log.lines.length > 0)
  await screen[Symbol.asyncDispose]()
  expect(log.lines).toHaveLength(1)
  await expect(stat(terminal)).rejects.toThrow('ENOENT')
})
