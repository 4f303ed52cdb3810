/**
 * A folder's database in which every table has rows of every kind, for fixtures: written through the interface of the store alone. No
 * folder could be in all these states at once; what matters is that all of it comes back.
 */
import {
  type AuthorKey,
  type DeviceId,
  type FolderId,
  type InviteId,
  type RevocationId,
  type RotationId,
  toId,
} from '../core/ids.ts'
import type { SignedRecord } from '../core/record.ts'
import { type SignedStatement, type Statement, signStatement } from '../core/statement.ts'
import type { Version } from '../core/version.ts'
import type { FolderStore } from '../store/folder-store.ts'
import { encodeStatement } from '../wire/statement-body.ts'
import { identityOf, keysByRole } from './memory-device.ts'
import { plainFacts } from './store-account.ts'
import { hereOf, idOf, pathOf, recordOf, rootOf, versionOf, writerOf } from './store-values.ts'

/** Beyond 64 bits of nanoseconds, and before 1970. */
const oddTimes = [2n ** 93n, -1n, -(2n ** 93n)]
const nowMs = Date.UTC(2026, 0, 1)

/** What `accountOf` cannot find out by itself. */
export const fullStoreAsked = {
  former: [idOf<FolderId>('former folder', 32)],
  devices: ['kitchen', 'attic', 'nobody'].map((name) => identityOf(name).id),
}

export function fillStore(store: FolderStore): void {
  store.transaction(() => {
    fillPaths(store)
    fillMembers(store)
    fillJournal(store)
    store.setOrder('smallest')
    store.keepNewest({ files: 3, bytes: 0 })
    for (const fact of plainFacts) store.setFact(fact, `a fact named ${fact}`)
  })
}

function win(store: FolderStore, version: Version, superseded: readonly Version[] = []): SignedRecord {
  const record = recordOf(version)
  store.addRecord(record)
  store.setWinner(
    version.path,
    version.id,
    superseded.map(({ id }) => id),
  )
  return record
}

function take(store: FolderStore, version: Version, changes: Parameters<typeof hereOf>[1] = {}): void {
  win(store, version)
  store.adopt(version.path, version.id, hereOf(version, changes))
}

function fillPaths(store: FolderStore): void {
  take(store, versionOf('dir', { kind: 'directory' }))
  take(store, versionOf('dir/file.txt', { executable: true }), {
    executable: true,
    inode: 2n ** 64n - 2n,
    device: 2n ** 64n - 1n,
  })
  take(store, versionOf('dir/link', { kind: 'link' }))
  take(store, versionOf('dir/Ärger \u{1f600}'), { diskPath: 'dir/A\u0308rger \u{1f600}', verified: false })
  for (const [at, mtimeNs] of oddTimes.entries())
    take(store, versionOf(`times/${at}`, { mtimeNs, sizeBytes: at * 10 ** 12 }), {
      mtimeNs,
      ctimeNs: -mtimeNs,
    })
  take(store, versionOf('notes (conflict attic 2026-01-02 030405).txt'))

  // A file whose content lies here in blocks; wanted, asked for, ignored, gone.
  const large = versionOf('large.bin', { sizeBytes: 300_000 })
  take(store, large)
  store.addBlocks(
    large.root,
    131072,
    Buffer.concat(['1', '2', '3'].map((name) => Buffer.from(rootOf(name), 'hex'))),
  )
  win(store, versionOf('wanted.bin', { sizeBytes: 4096 }))
  win(store, versionOf('asked.bin', { sizeBytes: 2 ** 40 }))
  store.setAsked(pathOf('asked.bin'), true)
  win(store, versionOf('ignored.tmp'))
  store.setIgnored(pathOf('ignored.tmp'), true)
  const gone = versionOf('gone.txt', { name: 'gone before' })
  take(store, gone)
  const deleted = versionOf('gone.txt', {
    ...{ kind: 'deleted', name: 'gone', movedTo: pathOf('dir/file.txt') },
    vector: new Map([[writerOf('a'), 2]]),
    replaced: { kind: 'file', root: gone.root },
  })
  win(store, deleted, [gone])

  // Versions that know nothing of each other, the loser of which still lies here; one agreed to that is superseded.
  const one = versionOf('notes.txt', { name: 'one', vector: new Map([[writerOf('a'), 7]]) })
  const other = versionOf('notes.txt', {
    name: 'other',
    writer: writerOf('b'),
    vector: new Map([
      [writerOf('b'), 9],
      [writerOf('c'), 2 ** 53 - 1],
    ]),
  })
  take(store, one)
  store.addRecord(recordOf(other))
  store.setWinner(other.path, other.id, [])
  const old = versionOf('superseded.txt', { name: 'old' })
  take(store, old)
  win(
    store,
    versionOf('superseded.txt', {
      name: 'new',
      writer: writerOf('b'),
      vector: new Map([
        [writerOf('a'), 1],
        [writerOf('b'), 3],
      ]),
    }),
    [old],
  )

  // What a path agreed to before another author took it over; a version that is kept without its body; what was about to be put at a path.
  const before = versionOf('taken over.txt', { name: 'before' })
  take(store, before)
  const after = versionOf('taken over.txt', {
    name: 'after',
    writer: writerOf('d'),
    vector: new Map([
      [writerOf('a'), 1],
      [writerOf('d'), 1],
    ]),
  })
  win(store, after, [before])
  store.adopt(after.path, after.id, hereOf(after))
  const unsaid = versionOf('unsaid.txt')
  take(store, unsaid)
  store.dropWinner(unsaid.path, [unsaid.id])
  store.addPlacing(pathOf('wanted.bin'), versionOf('wanted.bin', { name: 'placed' }))
  store.addPlacing(pathOf('wanted.bin'), versionOf('wanted.bin', { name: 'placed again' }))
  const retracted = versionOf('retracted.txt')
  take(store, retracted)
  store.dropWinner(retracted.path, [retracted.id])
  store.retract(retracted.path, versionOf('retracted.txt', { kind: 'deleted', name: 'retraction' }))
  // Made here, and told to nobody yet.
  store.setHere(pathOf('local.txt'), hereOf(versionOf('local.txt'), { root: rootOf('local content') }))
}

const { folderId, signAsWriter } = keysByRole.full

function sign<S extends Statement>(statement: S): SignedStatement<S> {
  return signStatement(statement, encodeStatement(statement), folderId, signAsWriter!)
}

function certificateOf(name: string, role: 'full' | 'read-only', invite?: InviteId): Statement {
  const { id, author } = identityOf(name)
  return {
    ...{
      kind: 'certificate',
      author: author.key,
      device: id,
      role,
      deviceName: name,
      issuedMs: nowMs,
      invite,
    },
    ...{
      invitedBy: invite && identityOf('attic').id,
      signsFor: invite && idOf<FolderId>('former folder', 32),
    },
  }
}

function fillMembers(store: FolderStore): void {
  const [attic, kitchen, lodger] = ['attic', 'kitchen', 'lodger'].map((name) => identityOf(name))
  const invite = idOf<InviteId>('invite redeemed', 32)
  const atticCertificate = sign(certificateOf('attic', 'full'))
  const kitchenCertificate = sign(certificateOf('kitchen', 'read-only', invite))
  store.addStatement(atticCertificate, true)
  store.addStatement(kitchenCertificate)
  store.addStatement(sign(certificateOf('lodger', 'full')))
  const rotation = toId('RotationId', Buffer.alloc(8, 'rotation'))
  const rotated = {
    ...{ kind: 'rotation', id: rotation, rotatedBy: attic!.id, issuedMs: nowMs, part: 0, partCount: 1 },
    envelopes: [{ device: kitchen!.id, sealed: Buffer.alloc(100, 'sealed') }],
    carried: [{ replaces: atticCertificate.id, body: atticCertificate.body, signature: Buffer.alloc(64, 7) }],
  } as const satisfies Statement
  store.addStatement(sign<Statement>(rotated), true)
  store.carryOver(fullStoreAsked.former[0]!, rotation as RotationId, [
    { replaces: atticCertificate.id, signed: atticCertificate },
    { replaces: kitchenCertificate.id, signed: kitchenCertificate },
  ])
  store.addStatement(
    sign<Statement>({
      ...{
        kind: 'revocation',
        id: toId('RevocationId', Buffer.alloc(8, 'revoked')) as RevocationId,
        device: lodger!.id,
      },
      ...{ author: lodger!.author.key, revokedBy: attic!.id, issuedMs: nowMs, part: 0, partCount: 1 },
      kept: [versionOf('dir/file.txt').id],
    }),
  )
  store.addStatement(sign<Statement>({ kind: 'admission', rule: 'approval', number: 3 }))

  const named = (name: string): InviteId => idOf<InviteId>(`invite ${name}`, 32)
  for (const name of ['open', 'redeemed', 'expired', 'cancelled', 'restored']) {
    store.addInvite({
      id: named(name),
      role: name === 'open' ? 'full' : 'read-only',
      createdMs: nowMs,
      expiresMs: nowMs + 3_600_000,
      end: undefined,
    })
    if (name === 'redeemed')
      store.endInvite(named(name), {
        kind: name,
        device: kitchen!.id,
        author: kitchen!.author.key,
        deviceName: 'kitchen',
        atMs: nowMs + 5,
      })
    else if (name !== 'open') store.endInvite(named(name), { kind: name as 'expired', atMs: nowMs + 6 })
  }
  const seen = { firstSeenMs: nowMs, lastSeenMs: nowMs + 9 }
  store.sawPeer({ device: kitchen!.id, name: 'kitchen', role: 'read-only', ...seen })
  store.sawPeer({ device: lodger!.id, name: 'lodger', role: 'full', ...seen })
  store.sawNewcomer({
    device: idOf<DeviceId>('stranger', 32),
    author: idOf<AuthorKey>('stranger', 32),
    name: 'stranger',
    ...seen,
  })
  store.setCursor(kitchen!.id, toId('IndexId', Buffer.alloc(8, 'index')), 2 ** 53 - 1)
  store.setAwaited([identityOf('nobody').id])
}

function fillJournal(store: FolderStore): void {
  const actions = [
    'received',
    'moved',
    'changed',
    'deleted',
    'conflict',
    'restored',
    'halted',
    'resumed',
    'not-kept',
  ] as const
  for (const [at, action] of actions.entries())
    store.addHistory({
      atMs: nowMs + at,
      path: `dir/${action}`,
      action,
      device: 'kitchen',
      sizeBytes: at * 10 ** 12,
    })
  store.setProblem({
    path: 'dir/file.txt',
    code: 'unreadable',
    message: 'It cannot be read.',
    data: { path: 'dir/file.txt', reason: 'EIO' },
    retryMs: 50,
  })
  store.setProblem({ path: 'not\0a path', code: 'io-error', message: '', data: {}, retryMs: 0 })
}
