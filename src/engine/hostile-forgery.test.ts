import { describe, expect, test } from 'vitest'
import { toId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import { createAuthor, recordIdOf, signBatch } from '../core/record.ts'
import {
  bodyToRecord,
  certify,
  type Forgery,
  forge,
  forgeBody,
  type HostilePeer,
  hostileIndex,
  signBodies,
} from '../testing/hostile-peer.ts'
import { introduced, read, type Scene, scene } from '../testing/hostile-scene.ts'

describe('I9: with the read-only secret alone nothing can be changed', () => {
  const mallory = createAuthor(Buffer.alloc(32, 'author mallory'))
  const other = createAuthor(Buffer.alloc(32, 'somebody else'))
  const file: Forgery = { path: 'forged.txt', text: 'forged' }

  const attempts: readonly [string, (peer: HostilePeer, at: Scene) => void][] = [
    ['a record without a certificate', (peer) => peer.tell(forge(mallory, file))],
    [
      'a certificate signed by another key',
      (peer) => peer.tell(forge(mallory, file), { statements: [certify(mallory, 'full', other.sign)] }),
    ],
    [
      'a certificate signed by its own author',
      (peer) => peer.tell(forge(mallory, file), { statements: [certify(mallory, 'full', mallory.sign)] }),
    ],
    [
      'a right certificate for another author',
      (peer) => peer.tell(forge(mallory, file), { statements: [certify(other)] }),
    ],
    [
      'a right certificate of the role read-only',
      (peer) => peer.tell(forge(mallory, file), { statements: [certify(mallory, 'read-only')] }),
    ],
    [
      "a certified author's name over a signature of somebody else",
      (peer, { honest }) => {
        const [record] = forge(mallory, file)
        peer.tell([{ ...record!, proof: { ...record!.proof, author: honest.author.key } }])
      },
    ],
    [
      'a signature for another folder',
      (peer, { honest }) =>
        peer.tell(
          signBodies(
            honest.author,
            [forgeBody(honest.author, file)],
            toId('FolderId', Buffer.alloc(32, 'x')),
          ),
        ),
    ],
    [
      'a body in place of the one that was signed',
      (peer, { honest, victim }) => {
        const { record } = victim.store.indexAfter(0, 1)[0]!
        const body = forgeBody(honest.author, file)
        peer.tell([bodyToRecord(body, record.proof)])
      },
    ],
  ]
  test.each(attempts)('%s', async (_, attempt) => {
    await using at = await scene()
    const before = at.snapshot([mallory, other])
    const peer = await introduced(at, 'read-only')
    attempt(peer, at)
    await at.pass(1_000)
    expect(peer.ended?.code).toBe('peer-forged')
    expect(at.snapshot([mallory, other])).toEqual(before)
    await at.expectService()
  })

  test.each([
    ['index', { index: 1 }],
    ['count', { count: 3 }],
    ['siblings of another place', { siblings: Buffer.alloc(32, 7) }],
    ['too few siblings', { siblings: Buffer.alloc(0) }],
    ['too many siblings', { siblings: Buffer.alloc(64, 7) }],
    ['a signature of zeros', { signature: Buffer.alloc(64) }],
  ])('a proof of a right batch with another %s', async (_, change) => {
    await using at = await scene()
    const before = at.snapshot([mallory, other])
    const peer = await introduced(at, 'read-only')
    const { author } = at.honest
    const bodies = ['a', 'b'].map((path) => forgeBody(author, { path, text: path }))
    const [proof] = signBatch(bodies.map(recordIdOf), at.victim.folder.id, author)
    peer.tell([bodyToRecord(bodies[0]!, { ...proof!, ...change })])
    await at.pass(1_000)
    expect(peer.ended?.code).toBe('peer-forged')
    expect(at.snapshot([mallory, other])).toEqual(before)
    await at.expectService()
  })

  test('who told what its certificate was missing for is read from the beginning by the next link', async () => {
    await using at = await scene()
    const peer = await introduced(at, 'full')
    const skipped = { indexId: hostileIndex, lastSequence: 1_000_000 }
    peer.send({ kind: 'index', ...skipped, statements: [], entries: [], complete: true })
    peer.tell(forge(peer.author, file))
    await at.pass(1_000)
    expect(peer.ended?.code).toBe('peer-forged')
    const again = await introduced(at, 'full')
    expect(again.of('cursor')).toMatchObject([{ indexId: hostileIndex, sequence: 0 }])
    again.tell(forge(again.author, file), { statements: [certify(again.author)] })
    await at.pass(1_000)
    expect(again.ended).toBeUndefined()
    expect(at.victim.store.versionsOf('forged.txt' as RelPath)).toHaveLength(1)
  })

  test('a right record told again after it was superseded is history and nothing else', async () => {
    await using at = await scene()
    const { honest, victim } = at
    const [old] = victim.store.indexAfter(0, 100).filter(({ record }) => record.version.path === 'old.txt')
    honest.own.person.writeFile('old.txt', 'edited since')
    await at.pass()
    expect(read(victim, 'old.txt')).toBe('edited since')
    const peer = await introduced(at, 'read-only')
    peer.tell([old!.record, old!.record])
    await at.pass()
    expect(read(victim, 'old.txt')).toBe('edited since')
    expect(victim.store.versionsOf('old.txt' as RelPath)).toHaveLength(1)
    expect(peer.ended).toBeUndefined()
    await at.expectService()
  })

  test('a certificate that takes a right away is not more than the one that gives it', async () => {
    await using at = await scene()
    const { honest, victim } = at
    const peer = await introduced(at, 'read-only')
    // A guest may get such a one for any author key it names.
    peer.tell([], { statements: [honest, victim].map(({ author }) => certify(author, 'read-only')) })
    await at.pass(1_000)
    for (const { author } of [honest, victim])
      expect(victim.store.roster().certificateOf(author.key)?.statement.role).toBe('full')
    await at.expectService()
  })
})
