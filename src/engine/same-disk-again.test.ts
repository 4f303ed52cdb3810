/** A disk that is plugged in again has another number, and nothing else is different. */
import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { openMemoryDevice, pass } from '../testing/memory-device.ts'
import { createMemoryDisk } from '../testing/memory-files.ts'

test('A5: a disk that comes back under another number is not read anew, but for what was changed on it meanwhile', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let device = 7n
  const own = createMemoryDisk({
    get device() {
      return device
    },
    nowNs: () => BigInt(clock.now()) * 1_000_000n,
  })
  const names = ['a', 'b', 'dir/c']
  own.person.mkdir('dir')
  for (const name of names) own.person.writeFile(name, `content of ${name}`)
  const first = await openMemoryDevice({ clock, name: 'alice', own })
  await pass(clock)
  expect(first.folder.status().files).toBe(3)
  const image = first.image()
  const sequence = first.store.lastSequence()
  await first[Symbol.asyncDispose]()

  device = 8n
  own.person.writeFile('b', 'changed elsewhere')
  const read: string[] = []
  const again = await openMemoryDevice({
    ...{ clock, name: 'alice', own, image },
    async gate(operation, path) {
      if (operation === 'read' && !path.startsWith('.sync')) read.push(path)
    },
  })
  await pass(clock)
  expect(new Set(read)).toEqual(new Set(['b']))
  expect(again.store.lastSequence()).toBe(sequence + 1)
  // While it stays open, too.
  device = 9n
  read.length = 0
  again.folder.rescan()
  await pass(clock)
  expect(read).toEqual([])
  expect(again.folder.status()).toMatchObject({ state: 'up-to-date', files: 3 })
  await again[Symbol.asyncDispose]()
})
