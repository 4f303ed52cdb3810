import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AuthorKey, DeviceId, IndexId } from '../core/ids.ts'
import { caseCount } from '../testing/counts.ts'
import {
  hereOf,
  idOf,
  pathOf,
  recordOf,
  rootOf,
  storeOptions,
  versionOf,
  writerOf,
} from '../testing/store-values.ts'
import { unprovenCertificates, unprovenRecords } from '../testing/version-arbitraries.ts'
import { openFolderStore } from './open-folder-store.ts'

test('a record comes back exactly as it was given', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const version = versionOf('é/\u{1f600}', {
    kind: 'link',
    linkTarget: '../else where',
    sizeBytes: Number.MAX_SAFE_INTEGER,
    mtimeNs: -(2n ** 63n) * 10n ** 9n,
    executable: true,
    vector: new Map([
      [writerOf('z'), 2 ** 32],
      [writerOf('a'), Number.MAX_SAFE_INTEGER],
    ]),
    replaced: { kind: 'directory', root: versionOf('d', { kind: 'directory' }).root },
    movedTo: pathOf('there'),
  })
  const record = recordOf(version)
  expect(store.addRecord(record)).toBe(true)
  expect(store.addRecord(record)).toBe(false)
  expect(store.versionsOf(version.path)).toStrictEqual([version])
  const rows = store.indexAfter(0, 10)
  expect(rows).toStrictEqual([{ sequence: 1, have: false, record }])
  expect([...rows[0]!.record.version.vector.keys()]).toEqual([...version.vector.keys()])
})

test('every record and certificate a peer can send comes back as it was', {
  timeout: caseCount(30_000),
}, () => {
  const send = fc.property(unprovenRecords, unprovenCertificates, (record, certificate) => {
    using store = openFolderStore(':memory:', storeOptions)
    store.addRecord(record)
    store.setWinner(record.version.path, record.version.id, [])
    store.addCertificate(certificate)
    expect(store.state(record.version.path)?.winner).toEqual(record.version)
    expect(store.certificate(certificate.certificate.author)).toEqual(bytesInBuffers(certificate))
    const [row] = store.indexAfter(0, 1)
    expect(row?.record).toEqual({ ...bytesInBuffers(record), proof: bytesInBuffers(record.proof) })
  })
  fc.assert(send, { numRuns: caseCount(200) })
})

test('sequence numbers are not given again after their records are gone', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const [first, second, third] = ['1', '2', '3'].map((name) => versionOf('a', { name }))
  store.addRecord(recordOf(first!))
  store.addRecord(recordOf(second!))
  store.setWinner(first!.path, first!.id, [second!.id])
  expect(store.hasRecord(second!.id)).toBe(false)
  store.addRecord(recordOf(third!))
  expect(store.indexAfter(0, 10).map((row) => row.sequence)).toEqual([1, 3])
  expect(store.lastSequence()).toBe(3)
})

test('I11 counters outlive superseded records and count what others tell of us', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const [mine, other] = [writerOf('a'), writerOf('b')]
  expect([store.takeCounters(mine, 3), store.takeCounters(mine, 1), store.counterOf(mine)]).toEqual([1, 4, 4])
  const old = versionOf('a', { name: '1', vector: new Map([[mine, 9]]) })
  const merged = versionOf('a', {
    name: '2',
    vector: new Map([
      [other, 2],
      [mine, 12],
    ]),
  })
  store.addRecord(recordOf(old))
  store.addRecord(recordOf(merged))
  store.setWinner(old.path, merged.id, [old.id])
  expect([store.takeCounters(mine, 1), store.counterOf(other), store.counterOf(writerOf('c'))]).toEqual([
    13, 2, 0,
  ])
})

test('what is not a record of the path cannot become its winner or be agreed to', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const version = versionOf('a')
  store.addRecord(recordOf(version))
  expect(() => store.setWinner(pathOf('b'), version.id, [])).toThrow('assertion')
  expect(() => store.adopt(pathOf('b'), version.id, undefined)).toThrow('assertion')
  expect(() => store.adopt(pathOf('b'), versionOf('b').id, undefined)).toThrow('assertion')
  expect(store.state(pathOf('b'))).toBeUndefined()
})

test('block lists are kept while a record or a file here has their content', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const [recorded, local, agreed] = ['recorded', 'local', 'agreed'].map((name) => versionOf(name))
  for (const name of ['recorded', 'local', 'agreed', 'nobody'])
    store.addBlocks(rootOf(name), 131072, Buffer.alloc(64, name))
  store.addRecord(recordOf(recorded!))
  store.setHere(local!.path, hereOf(local!))
  store.adopt(agreed!.path, agreed!, undefined)
  store.sweepBlocks()
  const kept = ['recorded', 'local', 'agreed', 'nobody'].map(
    (name) => store.blocks(rootOf(name)) !== undefined,
  )
  expect(kept).toEqual([true, true, true, false])
  expect(store.blocks(rootOf('local'))).toEqual({ blockSizeBytes: 131072, hashes: Buffer.alloc(64, 'local') })
})

test('certificates, peers and cursors come back as they were last told', () => {
  using store = openFolderStore(':memory:', storeOptions)
  const device = idOf<DeviceId>('device', 32)
  const certificate = {
    certificate: { author: idOf<AuthorKey>('author', 32), device, role: 'full' as const },
    body: Buffer.from('body'),
    signature: Buffer.alloc(64, 1),
  }
  store.addCertificate(certificate)
  store.addCertificate(certificate)
  expect(store.certificate(certificate.certificate.author)).toEqual(certificate)
  expect(store.certificate(idOf('nobody', 32))).toBeUndefined()

  store.sawPeer({ device, name: 'pi', role: 'read-only', firstSeenMs: 1, lastSeenMs: 1 })
  store.sawPeer({ device, name: 'new name', role: 'full', firstSeenMs: 9, lastSeenMs: 9 })
  expect(store.peers()).toEqual([{ device, name: 'new name', role: 'full', firstSeenMs: 1, lastSeenMs: 9 }])

  expect(store.cursor(device)).toBeUndefined()
  store.setCursor(device, idOf<IndexId>('1', 8), 5)
  store.setCursor(device, idOf<IndexId>('2', 8), 2 ** 40)
  expect(store.cursor(device)).toEqual({ indexId: idOf('2', 8), sequence: 2 ** 40 })
})

/** The database gives bytes as Buffers, which hold the same and compare as something else. */
function bytesInBuffers<T extends object>(of: T): T {
  const entries = Object.entries(of).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value) : value,
  ])
  return Object.fromEntries(entries) as T
}
