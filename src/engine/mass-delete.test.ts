import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'

let device: MemoryDevice | undefined
afterEach(async () => await device?.[Symbol.asyncDispose]())

test('I2: an answer to a halt because of many deletions ends it, so that no second answer begins everything anew', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  device = await openMemoryDevice({ clock, name: 'victor', settings: { massDeleteFiles: 1 } })
  const { folder, own, store } = device
  for (const name of ['a', 'b', 'c']) own.person.writeFile(name, name)
  await pass(clock)
  for (const name of ['a', 'b', 'c']) own.person.remove(name)
  await pass(clock)
  expect(folder.status().halt?.code).toBe('mass-delete')

  await folder.settleDeletes('confirm')
  expect(folder.status().halt).toBeUndefined()
  await expect(folder.settleDeletes('undo')).rejects.toMatchObject({ code: 'request-invalid' })
  await pass(clock)
  expect(store.counts()).toMatchObject({ files: 0, needFiles: 0 })
})
