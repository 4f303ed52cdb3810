import { afterEach, expect, test } from 'vitest'
import { attachHostile, certify, forge } from '../testing/hostile-peer.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'

let device: MemoryDevice | undefined
afterEach(async () => await device?.[Symbol.asyncDispose]())

test('I2: a content nobody has any more does not hold back the deletion that came while it was asked for', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  device = await openMemoryDevice({ clock, name: 'victor' })
  const { person } = device.own
  const peer = attachHostile(device, 'full')
  peer.hello()
  peer.answer(({ request }) =>
    peer.send({ kind: 'block', request, offsetBytes: 0, data: Buffer.from('first') }),
  )
  peer.tell(forge(peer.author, { path: 'note', text: 'first' }), { statements: [certify(peer.author)] })
  await pass(clock)
  expect(person.readFile('note').toString()).toBe('first')

  // Its author deletes the second one before it can be had.
  peer.answer(({ request }) => {
    peer.tell(forge(peer.author, { path: 'note', kind: 'deleted', counter: 3 }))
    peer.send({ kind: 'missing', request, unreadable: false })
  })
  peer.tell(forge(peer.author, { path: 'note', text: 'second', counter: 2 }))
  await pass(clock, 20_000)
  expect(person.stat('note')).toBeUndefined()
  expect(device.folder.status()).toMatchObject({ state: 'up-to-date', problems: [] })
})
