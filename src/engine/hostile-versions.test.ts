import { describe, expect, test } from 'vitest'
import { singleBlockRoot } from '../core/blocks.ts'
import { idToBytes } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import { createAuthor } from '../core/record.ts'
import { certify, fileContent, forge, writers } from '../testing/hostile-peer.ts'
import { introduced, madMember, read, scene, serveTexts, vectorOf } from '../testing/hostile-scene.ts'

describe('a full member gone mad: versions and vectors', () => {
  test('I14: a vector that is full: that path waits for a person, everything else goes on', async () => {
    await using at = await scene()
    const { victim, honest } = at
    const peer = await madMember(at)
    serveTexts(peer, 'crowded', 'doomed')
    peer.tell(
      forge(
        peer.author,
        { path: 'crowded.txt', text: 'crowded', knows: writers(1024) },
        { path: 'doomed.txt', text: 'doomed', knows: writers(1024), counter: 2 },
        { path: 'old.txt', text: 'crowded', knows: writers(1024), counter: 3 },
      ),
    )
    await at.pass()
    expect(read(victim, 'crowded.txt')).toBe('crowded')
    victim.own.person.writeFile('crowded.txt', 'an edit')
    victim.own.person.remove('doomed.txt')
    await at.pass()
    await at.expectService()
    expect(read(victim, 'crowded.txt')).toBe('an edit')
    expect(victim.folder.status().problems).toContainEqual(
      expect.objectContaining({ path: 'crowded.txt', code: 'history-full' }),
    )
    victim.own.person.rename('crowded.txt', 'renamed.txt')
    await at.pass()
    expect(read(honest, 'renamed.txt')).toBe('an edit')
    victim.folder.rescan()
    await at.expectService()
  })

  test('I14: a conflict with a version whose vector is full is settled without a new version', async () => {
    await using at = await scene()
    const { victim, honest } = at
    const peer = await madMember(at)
    serveTexts(peer, 'mad')
    // Concurrent to what both have, and later.
    peer.tell(forge(peer.author, { path: 'old.txt', text: 'mad', knows: writers(1024) }))
    await at.pass()
    await at.pass(12_000)
    const copies = victim.own.person.names('').filter((name) => name.startsWith('old (conflict'))
    expect([read(victim, 'old.txt'), ...copies.map((name) => read(victim, name))].toSorted()).toEqual(
      ['mad', 'what was there before'].toSorted(),
    )
    expect(victim.store.counts().needFiles).toBe(0)
    expect(honest.store.counts().needFiles).toBe(0)
    await at.expectService()
  })

  test("E7: counters of the device's own that it never gave begin a new epoch, and its next edits count", async () => {
    await using at = await scene()
    const { victim, honest } = at
    victim.own.person.writeFile('mine.txt', 'mine')
    await at.pass()
    const peer = await madMember(at)
    serveTexts(peer, 'theirs')
    const own = [...vectorOf(victim, 'mine.txt')][0]![0]
    peer.tell(
      forge(peer.author, {
        path: 'bomb.txt',
        text: 'theirs',
        knows: [[own, Number.MAX_SAFE_INTEGER]],
        counter: Number.MAX_SAFE_INTEGER,
      }),
    )
    await at.pass()
    victim.own.person.writeFile('bomb.txt', 'mine after all')
    victim.own.person.writeFile('mine.txt', 'mine, edited')
    await at.pass()
    expect(read(honest, 'bomb.txt')).toBe('mine after all')
    expect(read(honest, 'mine.txt')).toBe('mine, edited')
    await at.expectService()
  })

  test('a hundred concurrent versions of one path are bounded, and a person can edit it', async () => {
    await using at = await scene()
    const { victim, honest } = at
    const names = Array.from({ length: 100 }, (_, number) => `author ${number}`)
    const peer = await introduced(at, 'full')
    serveTexts(peer, ...names)
    for (const name of names) {
      const author = createAuthor(Buffer.alloc(32, name))
      peer.tell(forge(author, { path: 'crowd.txt', text: name }), { statements: [certify(author)] })
    }
    await at.pass(12_000)
    expect(victim.store.versionsOf('crowd.txt' as RelPath).length).toBeLessThanOrEqual(64)
    victim.own.person.writeFile('crowd.txt', 'enough')
    await at.pass()
    // The other versions are still concurrent: the edit is the winner or a conflict copy, and everywhere.
    await at.pass(12_000)
    for (const device of [victim, honest])
      expect(device.own.person.tree().map(({ data }) => data.toString())).toContain('enough')
    await at.expectService()
  }, 120_000)

  test('two contents that replace each other in 64 versions stop nothing', async () => {
    await using at = await scene()
    const peer = await introduced(at, 'full')
    const contents = ['this', 'that'].map((text) => singleBlockRoot(Buffer.from(text)))
    for (let number = 0; number < 64; number++) {
      const author = createAuthor(Buffer.alloc(32, `author ${number}`))
      const side = number % 2
      const replaced = { ...fileContent, root: idToBytes(contents[1 - side]!) }
      peer.tell(forge(author, { path: 'spin.txt', text: side === 0 ? 'this' : 'that', body: { replaced } }), {
        statements: [certify(author)],
      })
    }
    await at.pass(1_000)
    expect(at.victim.store.versionsOf('spin.txt' as RelPath)).toHaveLength(64)
    await at.expectService()
  })
})
