import { describe, expect, test } from 'vitest'
import { contentRootOf, singleBlockRoot } from '../core/blocks.ts'
import { idToBytes, sha256 } from '../core/ids.ts'
import { forge } from '../testing/hostile-peer.ts'
import {
  connectedTo,
  faultsOf,
  madMember,
  read,
  scene,
  serveTexts,
  vectorOf,
} from '../testing/hostile-scene.ts'
import { pass } from '../testing/memory-device.ts'

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

  test('a file of 16 TiB does not stop the folder', async () => {
    await using at = await scene()
    const peer = await madMember(at)
    peer.tell(
      forge(peer.author, {
        path: 'huge.bin',
        text: 'x',
        body: { sizeBytes: 2n ** 44n, blockSizeBytes: 2 ** 24 },
      }),
    )
    // Halted for want of room and tried again now and then, a round of everything else each time.
    await at.pass(12_000)
    expect(at.victim.folder.status().problems).toEqual([])
    at.honest.own.person.writeFile('beside.txt', 'beside')
    at.victim.own.person.writeFile('beside too.txt', 'beside')
    await pass(at.clock, 150_000, 60)
    expect(read(at.victim, 'beside.txt')).toBe('beside')
    expect(read(at.honest, 'beside too.txt')).toBe('beside')
    expect(faultsOf(at.victim)).toBe('')
  })
})
