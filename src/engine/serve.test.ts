import { afterEach, expect, test } from 'vitest'
import { singleBlockRoot } from '../core/blocks.ts'
import { idToBytes, toId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import { attachHostile, certify, forge } from '../testing/hostile-peer.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError } from '../testing/memory-files.ts'
import { noise } from '../testing/search-run.ts'
import { maxBlockListPart } from '../wire/messages.ts'

let device: MemoryDevice | undefined
afterEach(async () => await device?.[Symbol.asyncDispose]())

test('P7: a block list longer than one message arrives in parts the protocol allows', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  device = await openMemoryDevice({ clock, name: 'victor' })
  const root = toId('ContentRoot', Buffer.alloc(32, 'large'))
  const hashes = Buffer.alloc((maxBlockListPart + 10) * 32, 'hash')
  device.store.addBlocks(root, 16 * 1024 ** 2, hashes)
  const peer = attachHostile(device, 'full')
  peer.hello()
  // Lists are served of what the folder has only.
  const sizeBytes = (maxBlockListPart + 10) * 16 * 1024 ** 2
  const body = { root: idToBytes(root), sizeBytes: BigInt(sizeBytes), blockSizeBytes: 16 * 1024 ** 2 }
  peer.tell(forge(peer.author, { path: 'large', body }), { statements: [certify(peer.author)] })
  await pass(clock)

  peer.send({ kind: 'block-list-request', request: 1, root })
  await pass(clock)
  expect(peer.ended).toBeUndefined()
  const parts = peer.of('block-list')
  expect(parts.map(({ first, count }) => [first, count])).toEqual([
    [0, maxBlockListPart + 10],
    [maxBlockListPart, maxBlockListPart + 10],
  ])
  expect(Buffer.concat(parts.map((part) => part.hashes))).toEqual(hashes)
})

test('P9: a request cancelled while its content is being read gets no missing', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const reading = Promise.withResolvers<void>()
  let isIll = false
  device = await openMemoryDevice({
    clock,
    name: 'victor',
    gate: async (operation, path) => {
      if (!isIll || operation !== 'read' || path !== 'note') return
      await reading.promise
      throw errnoError('EIO', path)
    },
  })
  device.own.person.writeFile('note', 'a note')
  const peer = attachHostile(device, 'full')
  peer.hello()
  await pass(clock)
  isIll = true

  const root = singleBlockRoot(Buffer.from('a note'))
  peer.send({ kind: 'request', request: 1, root, offsetBytes: 0, lengthBytes: 6 })
  peer.send({ kind: 'request', request: 2, root, offsetBytes: 0, lengthBytes: 6 })
  await pass(clock, 1_000)
  peer.send({ kind: 'cancel', request: 1 })
  await pass(clock, 1_000)
  reading.resolve()
  await pass(clock, 1_000)
  expect(peer.ended).toBeUndefined()
  expect(peer.of('missing').map(({ request }) => request)).toEqual([2])
})

test('P8 peers that wait for their turn among many do not take the source for stalled', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const blockBytes = 131_072
  const source = await openMemoryDevice({ clock, name: 'alice', settings: { uploadLimit: 50_000 } })
  device = source
  source.own.person.writeFile('podcast', noise(48 * blockBytes, 'podcast'))
  await pass(clock, 3_000)
  const root = source.store.state('podcast' as RelPath)!.winner!.root
  for (let number = 0; number < 30; number++) {
    const peer = attachHostile(source, 'read-only', `reader ${number}`)
    let asked = 0
    const ask = () => {
      const offsetBytes = (asked++ % 48) * blockBytes
      peer.send({ kind: 'request', request: asked, root, offsetBytes, lengthBytes: blockBytes })
    }
    peer.hello()
    ask()
    // Whoever got a block asks for the next.
    const look = (): void => {
      const gotBytes = peer.of('block').reduce((sum, { data }) => sum + data.length, 0)
      if (gotBytes + peer.of('missing').length * blockBytes >= asked * blockBytes) ask()
      clock.after(1_000, look)
    }
    look()
  }
  await using bob = await openMemoryDevice({ clock, name: 'bob', role: 'read-only' })
  const [link] = connectDevices(bob, source)
  let ended: string | undefined
  void link.closed.then(({ code }) => {
    ended = code
  })
  for (let seconds = 0; seconds < 200 && ended === undefined; seconds++) await pass(clock, 1_000, 4)
  expect(ended).toBeUndefined()
})
