import { describe, expect, test } from 'vitest'
import { contentRootOf, singleBlockRoot } from '../core/blocks.ts'
import { idToBytes, sha256 } from '../core/ids.ts'
import { forge } from '../testing/hostile-peer.ts'
import { connectedTo, madMember, read, scene, serveTexts, vectorOf } from '../testing/hostile-scene.ts'
import { pass } from '../testing/memory-device.ts'
import { maxBlockListPart } from '../wire/messages.ts'

describe('a full member gone mad: contents', () => {
  const sizes: readonly [string, bigint][] = [
    ['shorter', 5n],
    ['longer', 40n],
    ['blocks longer', 300_000n],
  ]
  describe.each(sizes)('R2: a record that says a content is %s than it is', (_, sizeBytes) => {
    test('neither truncates a copy of what is here nor blames who has it', async () => {
      await using at = await scene()
      const { victim, honest } = at
      const text = 'what was there before'
      const peer = await madMember(at)
      serveTexts(peer)
      peer.tell(forge(peer.author, { path: 'lie.txt', text, body: { sizeBytes } }))
      await at.pass(12_000)
      expect([undefined, text]).toContain(read(victim, 'lie.txt'))
      const mtimeSeconds = 5n
      const knows = vectorOf(victim, 'old.txt')
      peer.tell(
        forge(peer.author, { path: 'old.txt', text, body: { sizeBytes, mtimeSeconds }, knows, counter: 2 }),
      )
      await at.pass(12_000)
      expect(read(victim, 'old.txt')).toBe(text)
      expect([undefined, text]).toContain(read(victim, 'lie.txt'))
      expect(connectedTo(victim)).toContain(honest.id)
      await at.expectService()
    })

    test.each([
      ['one block', 1],
      ['some blocks', 3],
    ])('blames nobody who has it, of %s', async (_blocks, count) => {
      await using at = await scene()
      const { victim, honest } = at
      const content = Buffer.alloc(131_072 * count - 1000, 'only the honest one has it')
      const hashes = Buffer.concat(
        Array.from({ length: count }, (_, index) =>
          sha256(content.subarray(index * 131_072, (index + 1) * 131_072)),
        ),
      )
      const root = idToBytes(contentRootOf(hashes))
      const peer = await madMember(at)
      serveTexts(peer)
      const lie = sizeBytes + 131_072n * BigInt(count - 1)
      peer.tell(forge(peer.author, { path: 'aaa.txt', text: 'x', body: { root, sizeBytes: lie } }))
      await at.pass()
      honest.own.person.writeFile('fresh.txt', content)
      const [link] = connectedTo(victim).filter((id) => id === honest.id)
      expect(link).toBeDefined()
      let wasLost = false
      for (let times = 0; times < 20; times++) {
        await pass(at.clock, 5_000, 4)
        if (!connectedTo(victim).includes(honest.id)) wasLost = true
      }
      expect(wasLost).toBe(false)
      expect(read(victim, 'fresh.txt')).toBe(content.toString())
      await at.expectService()
    })
  })

  test('a content nobody can give keeps its path waiting and nothing else', async () => {
    await using at = await scene()
    const peer = await madMember(at)
    peer.answer((question) => peer.send({ kind: 'missing', request: question.request, unreadable: false }))
    peer.tell(forge(peer.author, { path: 'nobody.txt', text: 'nobody has it' }))
    for (let times = 0; times < 20; times++) {
      peer.send({ kind: 'have', roots: [singleBlockRoot(Buffer.from('nobody has it'))] })
      await pass(at.clock, 100, 1)
    }
    await at.pass()
    expect(at.victim.own.person.stat('nobody.txt')).toBeUndefined()
    expect(peer.of('request').length).toBeLessThan(30)
    await at.expectService()
  })

  test('a file of 16 TiB is a problem of its path and of nothing else', async () => {
    await using at = await scene({ slow: { operation: 'space', ms: 1000 } })
    const { victim, honest } = at
    const peer = await madMember(at)
    const hashes = Buffer.alloc(32 * 2 ** 20, 'a block list as long as lists can be')
    const text = 'small'
    peer.answer((question) => {
      const { request } = question
      if (question.kind === 'request')
        return peer.send({ kind: 'block', request, offsetBytes: 0, data: Buffer.from(text) })
      for (let first = 0; first < 2 ** 20; first += maxBlockListPart) {
        const part = hashes.subarray(32 * first, 32 * (first + maxBlockListPart))
        peer.send({ kind: 'block-list', request, first, count: 2 ** 20, hashes: part })
      }
    })
    const root = idToBytes(contentRootOf(hashes))
    const body = { sizeBytes: 2n ** 44n, blockSizeBytes: 2 ** 24, root }
    peer.tell(forge(peer.author, { path: 'huge.bin', body }))
    await at.pass(12_000)
    // One that asks for room while that of another is being looked for; its list is known now.
    peer.tell(forge(peer.author, { path: 'huger.bin', body, counter: 2 }))
    await pass(at.clock, 500, 5)
    peer.tell(forge(peer.author, { path: 'small.txt', text, counter: 3 }))
    honest.own.person.writeFile('beside.txt', 'beside')
    await at.pass(12_000)
    expect(victim.folder.status().problems.map(({ path, code }) => `${code} ${path}`)).toEqual([
      'too-large-here huge.bin',
      'too-large-here huger.bin',
    ])
    for (const path of ['small.txt', 'beside.txt']) expect(read(victim, path)).toBeDefined()
    expect(victim.store.history(100).map(({ action }) => action)).not.toContain('halted')
    await at.expectService()
  })

  test('a disk that is full halts the folder until there is room', async () => {
    const room = { memory: { capacityBytes: 3_000_000 }, settings: { reserveBytes: 1_000_000 } }
    await using at = await scene(room)
    const { victim, honest } = at
    const ballast = Buffer.alloc(1_500_000, 'ballast')
    victim.own.person.writeFile('.sync/ballast', ballast)
    honest.own.person.writeFile('large.bin', ballast)
    await at.pass(12_000)
    expect(victim.folder.status().halt?.code).toBe('disk-full')
    victim.own.person.remove('.sync/ballast')
    await pass(at.clock, 40_000, 20)
    expect(read(victim, 'large.bin')).toBe(ballast.toString())
    await at.expectService()
  })
})
