import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError } from '../testing/memory-files.ts'

let device: MemoryDevice | undefined
afterEach(async () => await device?.[Symbol.asyncDispose]())

test.each(['sync', 'link'])(
  'a file of the archive is put back at the next attempt when %s failed',
  async (failing) => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    let isIll = false
    device = await openMemoryDevice({
      clock,
      name: 'victor',
      gate: async (operation, path) => {
        if (isIll && operation === failing && path.startsWith('.sync/stage/')) throw errnoError('EIO', path)
      },
    })
    await pass(clock)
    const { person } = device.own
    person.mkdir('.sync/archive')
    person.mkdir('.sync/archive/2026-01-01T000000.000Z')
    person.writeFile('.sync/archive/2026-01-01T000000.000Z/note', 'a note')

    const restore = async () => {
      const restored = device!.folder.restoreArchived('2026-01-01T000000.000Z/note')
      const settled = Promise.allSettled([restored])
      await pass(clock, 1_000)
      const [outcome] = await settled
      return outcome!.status === 'fulfilled' ? outcome!.value : outcome!.reason.code
    }
    isIll = true
    expect(await restore()).toBe('io-error')
    isIll = false
    expect(await restore()).toBe('note')
    expect(person.readFile('note').toString()).toBe('a note')
  },
)
