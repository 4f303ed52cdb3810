import { expect, test } from 'vitest'
import { contentRootOf } from '../core/blocks.ts'
import { idToBytes } from '../core/ids.ts'
import { sumBytes } from '../core/rolling-sum.ts'
import { changedPath, changeScene, smallestBlock } from '../testing/change-scene.ts'
import { attachHostile, certify, forge, type HostilePeer } from '../testing/hostile-peer.ts'
import { faultsOf, type Scene, scene } from '../testing/hostile-scene.ts'
import { connectDevices, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { noise, sumsOf, wantedOf } from '../testing/search-run.ts'

/** A list of hashes, sums, a record and what is said beside them. */
const talkBytes = 8 * 1024

test.each([
  ['inserted', (old: Buffer) => [old.subarray(0, 500_000), noise(1000, 'new'), old.subarray(500_000)], 1],
  ['removed', (old: Buffer) => [old.subarray(0, 500_000), old.subarray(501_000)], 1],
  ['put in front', (old: Buffer) => [noise(3000, 'new'), old], 1],
  ['overwritten', (old: Buffer) => [old.subarray(0, 500_000), noise(99, 'new'), old.subarray(500_099)], 1],
  ['moved', (old: Buffer) => [old.subarray(1_000_000), old.subarray(0, 1_000_000)], 2],
])('P13 what was %s travels, and nothing around it', async (_, change, blocks) => {
  await using at = await changeScene(30)
  const content = Buffer.concat(change(at.old))
  expect(await at.costOf(content)).toBeLessThan(blocks * smallestBlock + talkBytes)
  expect(at.arrived()?.equals(content)).toBe(true)
  expect(faultsOf(at.to) + faultsOf(at.from)).toBe('')
})

test('blocks of zeros do not travel', async () => {
  await using at = await changeScene(4)
  const content = Buffer.concat([Buffer.alloc(40 * smallestBlock), Buffer.from('end')])
  expect(await at.costOf(content)).toBeLessThan(talkBytes)
  expect(at.arrived()?.equals(content)).toBe(true)
})

test('a changed file that comes back is made from the archive', async () => {
  await using at = await changeScene(30)
  at.from.own.person.remove(changedPath)
  await pass(at.clock, 30_000)
  expect(at.arrived()).toBeUndefined()
  const content = Buffer.concat([noise(1000, 'new'), at.old])
  expect(await at.costOf(content)).toBeLessThan(smallestBlock + talkBytes)
  expect(at.arrived()?.equals(content)).toBe(true)
})

test('I6 a device that dies while it reuses blocks goes on with them, and the old file is whole meanwhile', async () => {
  let writesLeft = Number.POSITIVE_INFINITY
  let kill: () => void = () => undefined
  let dead = false
  await using at = await changeScene(30, {
    async gate(operation) {
      if (operation !== 'write' || --writesLeft >= 0) return
      kill()
      dead = true
      await new Promise(() => undefined)
    },
  })
  kill = at.kill
  const content = Buffer.concat([noise(1000, 'new'), at.old])
  writesLeft = 12
  await at.costOf(content)
  expect(dead).toBe(true)
  expect(at.arrived()?.equals(at.old)).toBe(true)
  const [image, own] = [at.to.image(), at.to.own]
  await using again = await openMemoryDevice({ clock: at.clock, name: 'to', image, own })
  const [, end] = connectDevices(at.from, again)
  await pass(at.clock, 12_000)
  expect(own.person.readFile(changedPath).equals(content)).toBe(true)
  expect(end.traffic.receivedBytes).toBeLessThan(2 * smallestBlock + talkBytes)
})

/** A member gone mad that names a new version of a file the victim has, and serves its block list and nothing else by itself. */
async function newVersionFrom(
  at: Scene,
  tellSums: (peer: HostilePeer, request: number, count: number) => void,
): Promise<{ readonly peer: HostilePeer; readonly content: Buffer }> {
  at.victim.own.person.writeFile(changedPath, noise(20 * smallestBlock, 'old'))
  await at.pass()
  const content = noise(20 * smallestBlock + 1000, 'new')
  const { hashes } = wantedOf(content, smallestBlock)
  const root = contentRootOf(hashes)
  const peer = attachHostile(at.victim, 'full')
  peer.hello({ features: ['sums'] })
  peer.answer((question) => {
    const { request } = question
    if (question.kind === 'block-list-request')
      peer.send({ kind: 'block-list', request, first: 0, count: hashes.length / 32, hashes })
    else if (question.kind === 'sums-request')
      tellSums(
        peer,
        request,
        question.ranges.reduce((sum, { count }) => sum + count, 0),
      )
    else if (question.kind === 'request') {
      const { offsetBytes, lengthBytes } = question
      for (let at = 0; at < lengthBytes; at += 60_000) {
        const start = offsetBytes + at
        const data = content.subarray(start, Math.min(start + 60_000, offsetBytes + lengthBytes))
        peer.send({ kind: 'block', request, offsetBytes: at, data })
      }
    }
  })
  const knows = at.victim.store.state(changedPath)!.winner!.vector
  const body = { sizeBytes: BigInt(content.length), blockSizeBytes: smallestBlock, root: idToBytes(root) }
  const version = forge(peer.author, { path: changedPath, body, knows })
  peer.tell(version, { statements: [certify(peer.author)] })
  await at.pass()
  return { peer, content }
}

test.each<[string, string | undefined, (peer: HostilePeer, request: number, count: number) => void]>([
  [
    'that are lies',
    undefined,
    (peer, request, count) => peer.send({ kind: 'sums', request, sums: noise(count * sumBytes, 'lies') }),
  ],
  [
    'of too few blocks',
    'peer-garbage',
    (peer, request, count) =>
      peer.send({ kind: 'sums', request, sums: Buffer.alloc((count - 1) * sumBytes) }),
  ],
  [
    'of too many blocks',
    'peer-garbage',
    (peer, request, count) =>
      peer.send({ kind: 'sums', request, sums: Buffer.alloc((count + 1) * sumBytes) }),
  ],
  ['that never come', 'peer-stalled', () => undefined],
  [
    'that are missing',
    undefined,
    (peer, request) => peer.send({ kind: 'missing', request, unreadable: true }),
  ],
])('P13 sums %s cost nothing but time', async (_, code, tellSums) => {
  await using at = await scene()
  const { peer, content } = await newVersionFrom(at, tellSums)
  if (code === 'peer-stalled') await pass(at.clock, 61_000)
  expect(peer.of('sums-request')).toHaveLength(1)
  expect(peer.ended?.code).toBe(code)
  const isTaken = at.victim.own.person.readFile(changedPath).equals(content)
  // Who lacks it was told so, and says when that changes.
  expect(isTaken).toBe(code === undefined && peer.of('request').length > 0)
  await at.expectService()
})

test('P13 sums are told of what the folder has, and of blocks that are', async () => {
  await using at = await scene({ slow: { operation: 'read', ms: 10 } })
  const content = noise(5 * smallestBlock, 'content')
  at.victim.own.person.writeFile(changedPath, content)
  await at.pass()
  const { root } = at.victim.store.state(changedPath)!.winner!
  const peer = attachHostile(at.victim, 'read-only')
  peer.hello({ features: ['sums'] })
  const unknown = contentRootOf(noise(32, 'unknown'))
  const ask = (request: number, asked: typeof root, ...ranges: [number, number][]) =>
    peer.send({
      ...({ kind: 'sums-request', request, root: asked } as const),
      ranges: ranges.map(([first, count]) => ({ first, count })),
    })
  ask(1, root, [0, 1], [3, 2])
  ask(2, root, [4, 2])
  ask(3, unknown, [0, 1])
  await at.pass(1_000)
  expect(peer.of('sums').map(({ request, sums }) => [request, Buffer.from(sums)])).toEqual([
    [1, sumsOf(content, smallestBlock, [0, 3, 4])],
  ])
  expect(peer.of('missing').map(({ request, unreadable }) => [request, unreadable])).toEqual([
    [2, false],
    [3, false],
  ])
  for (let request = 10; request < 2_000; request++) ask(request, root, [0, 5])
  await at.pass(1_000)
  expect(peer.ended?.code).toBe('peer-oversize')
  await at.expectService()
})

test('P2 P13 who does not name the feature is neither asked nor answered', async () => {
  await using at = await scene()
  const peer = attachHostile(at.victim, 'read-only')
  peer.hello()
  peer.send({
    kind: 'sums-request',
    request: 1,
    root: contentRootOf(noise(32, 'any')),
    ranges: [{ first: 0, count: 1 }],
  })
  await at.pass(1_000)
  expect(peer.ended?.code).toBe('peer-garbage')
  await at.expectService()
})
