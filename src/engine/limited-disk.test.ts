/** What a file system cannot hold at all, like 4 GiB in one file on FAT, is told of the file, and keeps nothing else from coming. */
import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError } from '../testing/memory-files.ts'

test('a file that is too large for the file system is named, and the others come', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const refused = new Set<string>()
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const stick = await openMemoryDevice({
    ...{ clock, name: 'stick' },
    async gate(operation, path) {
      // The first that is fetched is the film.
      if (operation !== 'write' || !path.startsWith('.sync/stage/')) return
      if (refused.size === 0) refused.add(path)
      if (refused.has(path)) throw errnoError('EFBIG', path)
    },
  })
  connectDevices(alice, stick)
  alice.own.person.writeFile('film', 'f'.repeat(1000))
  await pass(clock)
  alice.own.person.writeFile('note', 'short')
  await pass(clock, 20_000)
  expect(stick.folder.status().problems.map(({ path, code }) => `${code} ${path}`)).toEqual([
    'too-large-here film',
  ])
  expect(stick.folder.status()).toMatchObject({ state: 'syncing', needFiles: 1 })
  expect(stick.own.person.readFile('note').toString()).toBe('short')
  for (const device of [alice, stick]) await device[Symbol.asyncDispose]()
})
