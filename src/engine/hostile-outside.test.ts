import { describe, expect, test } from 'vitest'
import { singleBlockRoot } from '../core/blocks.ts'
import { idToBytes } from '../core/ids.ts'
import { linkRoot } from '../core/version.ts'
import { forge } from '../testing/hostile-peer.ts'
import { introduced, madMember, read, scene, serveTexts, vectorOf } from '../testing/hostile-scene.ts'

describe('I8: nothing outside the folder', () => {
  test.each(['full', 'read-only'] as const)(
    'files below a link that leads out, on a %s device',
    async (role) => {
      await using at = await scene({ role })
      const { victim } = at
      const peer = await madMember(at)
      serveTexts(peer, 'planted')
      for (const target of ['/', '..', '../..', '.sync', 'dir'])
        peer.tell(
          forge(
            peer.author,
            {
              path: `way ${target.length}`,
              kind: 'link',
              body: { linkTarget: target, root: idToBytes(linkRoot(target)) },
            },
            { path: `way ${target.length}/planted.txt`, text: 'planted', counter: 2 },
            { path: `way ${target.length}/identity`, text: 'planted', counter: 3 },
          ),
        )
      // A link in the place of a directory in which something lies.
      peer.tell(
        forge(peer.author, {
          path: 'dir',
          kind: 'link',
          counter: 4,
          knows: vectorOf(victim, 'dir'),
          body: { linkTarget: '..', root: idToBytes(linkRoot('..')) },
        }),
      )
      const identity = victim.own.person.readFile('.sync/identity')
      await at.pass(30_000)
      expect(victim.own.person.readFile('.sync/identity')).toEqual(identity)
      expect(victim.own.person.stat('dir/planted.txt')).toBeUndefined()
      expect(read(victim, 'dir/inner.txt') ?? 'gone').toMatch(/inner|gone/)
      const planted = victim.own.person.tree().filter(({ path }) => path.endsWith('planted.txt'))
      for (const { path } of planted)
        expect(victim.own.person.stat(path.slice(0, path.lastIndexOf('/')))!.kind).toBe('directory')
      await at.expectService()
    },
  )

  test('E6: what only lies here is not served to who guesses its root', async () => {
    await using at = await scene({ role: 'read-only' })
    const { victim, honest } = at
    const listener = await introduced(at, 'read-only', 'listener')
    victim.own.person.writeFile('private.txt', 'PIN 1234')
    victim.own.person.writeFile('old.txt', 'PIN 5678')
    victim.own.person.writeFile('copy.txt', 'inner')
    victim.own.person.symlink('private.txt', 'alias')
    await at.pass()
    const identity = victim.own.person.readFile('.sync/identity').toString()
    const peer = await introduced(at, 'read-only')
    const texts = ['PIN 1234', 'PIN 5678', identity, 'inner']
    for (const [index, text] of texts.entries()) {
      const root = singleBlockRoot(Buffer.from(text))
      peer.send({ kind: 'request', request: 2 * index, root, offsetBytes: 0, lengthBytes: text.length })
      peer.send({ kind: 'block-list-request', request: 2 * index + 1, root })
    }
    await at.pass(1_000)
    expect(peer.of('missing').map(({ request }) => request)).toEqual([0, 1, 2, 3, 4, 5])
    expect(peer.of('block').map(({ data }) => Buffer.from(data).toString())).toEqual(['inner'])
    expect(peer.of('block-list')).toHaveLength(1)
    expect(read(honest, 'old.txt')).toBe('what was there before')
    const told = listener.of('have').flatMap(({ roots }) => roots)
    for (const text of texts.slice(0, 3)) expect(told).not.toContain(singleBlockRoot(Buffer.from(text)))
    await at.expectService()
  })
})
