import { describe, expect, test } from 'vitest'
import { singleBlockRoot } from '../core/blocks.ts'
import { idToBytes, writerIdOf } from '../core/ids.ts'
import { isHiddenName } from '../core/path.ts'
import { createAuthor } from '../core/record.ts'
import { linkRoot } from '../core/version.ts'
import { certify, type Forgery, forge, hostileEpoch, writers } from '../testing/hostile-peer.ts'
import { introduced, scene } from '../testing/hostile-scene.ts'
import { pass } from '../testing/memory-device.ts'

describe('R6: a record that breaks a rule of form ends the link before anything is stored', () => {
  const honestContent = singleBlockRoot(Buffer.from('x'))
  const faulty: readonly [string, Forgery][] = [
    ['path above', { path: '../above' }],
    ['path above, inside', { path: 'dir/../../above' }],
    ['absolute path', { path: '/etc/passwd' }],
    ['NUL in a path', { path: 'a\0b' }],
    ['empty path', { path: '' }],
    ['empty name', { path: 'dir//x' }],
    ['dot', { path: './x' }],
    ['hidden directory', { path: '.sync/identity' }],
    ['hidden directory in another case', { path: '.SYNC/identity' }],
    ['hidden directory with an invisible character', { path: '.sy\u200bnc/identity' }],
    ['hidden directory with full-width letters', { path: '.\uff53ync/identity' }],
    ['short name of the hidden directory', { path: 'SYNC~1/identity' }],
    ['hidden directory with a dot behind', { path: '.sync./identity' }],
    ['NFD', { path: 'u\u0308.txt' }],
    ['name too long', { path: 'x'.repeat(256) }],
    ['path too long', { path: Array.from({ length: 16 }, () => 'x'.repeat(200)).join('/') }],
    ['too deep', { path: Array.from({ length: 129 }, () => 'x').join('/') }],
    ['counter zero', { path: 'x', counter: 0 }],
    ['counter beyond 2^53', { path: 'x', body: { counters: [2n ** 53n] } }],
    ['counter 2^64 - 1', { path: 'x', body: { counters: [2n ** 64n - 1n] } }],
    ['no vector', { path: 'x', body: { writers: new Uint8Array(0), counters: [] } }],
    ['more counters than writers', { path: 'x', body: { counters: [1n, 1n] } }],
    ['a vector of 1025', { path: 'x', knows: writers(1025) }],
    ['size of 2^45', { path: 'x', text: 'x', body: { sizeBytes: 2n ** 45n } }],
    ['another block size', { path: 'x', text: 'x', body: { blockSizeBytes: 4096 } }],
    ['block size zero', { path: 'x', text: 'x', body: { blockSizeBytes: 0 } }],
    ['empty with a root', { path: 'x', text: '' }],
    ['no root', { path: 'x', text: 'x', body: { root: new Uint8Array(0) } }],
    ['short root', { path: 'x', text: 'x', body: { root: new Uint8Array(31) } }],
    ['device name with a newline', { path: 'x', text: 'x', body: { deviceName: 'a\nb' } }],
    ['device name too long', { path: 'x', text: 'x', body: { deviceName: 'x'.repeat(65) } }],
    ['nanoseconds of two seconds', { path: 'x', text: 'x', body: { mtimeNanoseconds: 2_000_000_000 } }],
    ['seconds at the end of 64 bits', { path: 'x', text: 'x', body: { mtimeSeconds: 2n ** 63n - 1n } }],
    ['kind 0', { path: 'x', kind: 0 }],
    ['directory with content', { path: 'x', kind: 'directory', body: { root: idToBytes(honestContent) } }],
    ['link without a target', { path: 'x', kind: 'link', body: { root: idToBytes(linkRoot('')) } }],
    [
      "link with another link's root",
      { path: 'x', kind: 'link', body: { linkTarget: 'a', root: idToBytes(linkRoot('b')) } },
    ],
    ['moved to above', { path: 'x', kind: 'deleted', body: { movedTo: '../x' } }],
    ['moved to itself', { path: 'x', kind: 'deleted', body: { movedTo: 'x' } }],
    ['file that moved', { path: 'x', text: 'x', body: { movedTo: 'y' } }],
    ['epoch of 7 bytes', { path: 'x', text: 'x', body: { epoch: new Uint8Array(7) } }],
  ]
  test('each of them', async () => {
    await using at = await scene()
    const before = at.snapshot()
    for (const [what, forgery] of faulty) {
      const peer = await introduced(at, 'full')
      peer.tell(forge(peer.author, { path: 'fine.txt', text: 'fine' }, forgery), {
        statements: [certify(peer.author)],
      })
      await pass(at.clock, 100, 2)
      expect(peer.ended?.code, what).toBe('peer-garbage')
      expect(at.snapshot(), what).toEqual(before)
    }
    await at.expectService()
  })

  test('a change in the name of another writer, or of another epoch, is forged', async () => {
    for (const body of [
      { epoch: Buffer.alloc(8, 'later') },
      { writers: idToBytes(writerIdOf(createAuthor(Buffer.alloc(32, 'author honest')).key, hostileEpoch)) },
    ]) {
      await using at = await scene()
      const before = at.snapshot()
      const peer = await introduced(at, 'full')
      peer.tell(forge(peer.author, { path: 'x', text: 'x', body }), { statements: [certify(peer.author)] })
      await at.pass(500)
      expect(peer.ended?.code).toBe('peer-forged')
      expect(at.snapshot()).toMatchObject({ disk: (before as { disk: unknown }).disk })
      await at.expectService()
    }
  })

  test('every way to write the hidden directory is known', () => {
    expect(['.sync', '.Sync ', '.sync...', 'sync~1', '\u2060.sync'].every(isHiddenName)).toBe(true)
  })
})
