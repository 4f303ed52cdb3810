import { describe, expect, test } from 'vitest'
import { singleBlockRoot } from '../core/blocks.ts'
import { idToBytes } from '../core/ids.ts'
import { createAuthor } from '../core/record.ts'
import { certify, fileContent, forge } from '../testing/hostile-peer.ts'
import { madMember, read, scene, serveTexts, vectorOf } from '../testing/hostile-scene.ts'

describe('a full member gone mad: paths, kinds, times', () => {
  test('moves in circles are moves that never end in nothing', async () => {
    await using at = await scene()
    const { victim, honest } = at
    const peer = await madMember(at)
    const [x, y] = ['circle x', 'circle y'].map((text) => singleBlockRoot(Buffer.from(text)))
    const replacedX = { ...fileContent, root: idToBytes(x!) }
    const replacedY = { ...fileContent, root: idToBytes(y!) }
    const fileId = Buffer.alloc(16, 'the same')
    serveTexts(peer, 'circle x', 'circle y')
    const second = createAuthor(Buffer.alloc(32, 'second'))
    peer.tell(
      [
        ...forge(
          peer.author,
          { path: 'a', text: 'circle y', body: { replaced: replacedX, fileId } },
          { path: 'b', text: 'circle x', body: { replaced: replacedY, fileId }, counter: 2 },
        ),
        ...forge(
          second,
          { path: 'a', kind: 'deleted', body: { replaced: replacedX, movedTo: 'b', fileId } },
          { path: 'b', kind: 'deleted', body: { replaced: replacedY, movedTo: 'a', fileId }, counter: 2 },
        ),
      ],
      { statements: [certify(second)] },
    )
    await at.pass(20_000)
    const before = victim.store.lastSequence()
    await at.pass(20_000)
    expect(victim.store.lastSequence()).toBe(before)
    expect(victim.own.person.tree()).toEqual(honest.own.person.tree())
    await at.expectService()
  })

  test('a file and what lies in it, a deleted directory and what lives in it', async () => {
    await using at = await scene()
    const { victim, honest } = at
    const peer = await madMember(at)
    serveTexts(peer, 'file', 'child')
    peer.tell(
      forge(
        peer.author,
        { path: 'both', text: 'file' },
        { path: 'both/child', text: 'child', counter: 2 },
        { path: 'both/child/deeper', text: 'child', counter: 3 },
        { path: 'dir', kind: 'deleted', counter: 4, knows: vectorOf(victim, 'dir') },
        { path: 'old.txt', kind: 'directory', counter: 5, knows: vectorOf(victim, 'old.txt') },
        { path: 'dir/inner.txt/below', text: 'child', counter: 6 },
      ),
    )
    await at.pass(30_000)
    expect(read(victim, 'both/child/deeper')).toBe('child')
    const kept = victim.own.person.tree().map(({ data }) => data.toString())
    expect(kept).toContain('inner')
    expect(victim.own.person.tree()).toEqual(honest.own.person.tree())
    await at.expectService()
  })

  test('names that differ in case only, on a disk that does not tell them apart', async () => {
    await using at = await scene({ memory: { caseSensitive: false } })
    const { victim } = at
    const peer = await madMember(at)
    serveTexts(peer, 'loud', 'louder')
    peer.tell(
      forge(
        peer.author,
        { path: 'OLD.TXT', text: 'loud' },
        { path: 'DIR/INNER.TXT', text: 'louder', counter: 2 },
        { path: 'Dir', kind: 'deleted', counter: 3 },
      ),
    )
    await at.pass(12_000)
    expect(read(victim, 'old.txt')).toBe('what was there before')
    expect(read(victim, 'dir/inner.txt')).toBe('inner')
    await at.expectService()
    expect(read(victim, 'old.txt')).toBe('what was there before')
  })

  test('times at the ends of what can be said, and an executable directory', async () => {
    await using at = await scene()
    const { victim } = at
    const peer = await madMember(at)
    const seconds = [-62_167_219_200n, 253_402_300_800n, 2n ** 63n - 2n, -(2n ** 63n) + 2n, -1n]
    serveTexts(peer, ...seconds.map(String))
    peer.tell(
      forge(
        peer.author,
        ...seconds.map((mtimeSeconds, at) => ({
          path: `${at}.txt`,
          text: String(mtimeSeconds),
          counter: at + 1,
          body: { mtimeSeconds },
        })),
        { path: 'run', kind: 'directory', counter: 9, body: { executable: true, mtimeSeconds: 7n } },
      ),
    )
    await at.pass()
    for (const [index, text] of seconds.entries()) expect(read(victim, `${index}.txt`)).toBe(String(text))
    victim.folder.rescan()
    await at.pass()
    // Conflicts with such a time get a name all the same.
    const second = createAuthor(Buffer.alloc(32, 'second'))
    serveTexts(peer, 'again')
    peer.tell(
      forge(
        second,
        ...seconds.map((_, at) => ({
          path: `${at}.txt`,
          text: 'again',
          counter: at + 1,
          body: { mtimeSeconds: 2n ** 63n - 2n },
        })),
      ),
      { statements: [certify(second)] },
    )
    await at.pass(12_000)
    await at.expectService()
  })
})
