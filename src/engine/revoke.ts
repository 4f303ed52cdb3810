/**
 * Taking members out of the folder again (R7): says that a device's word counts no more, and lets go of what it said that does not count, whoever
 * said so. Signs nothing: what was there before counts again as it is, here at once, and on the disk by `bring-back`. What its records superseded
 * may be gone here, so the indexes of peers are read anew.
 */
import { SyncError } from '../core/errors.ts'
import { type AuthorKey, type DeviceId, type RecordId, toId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import { deletedContent, type Version } from '../core/version.ts'
import { maxKept } from '../wire/statement-body.ts'
import { electWinner } from './election.ts'
import type { FolderContext } from './folder-context.ts'
import { declare } from './members.ts'

const revocationIdBytes = 8
const recordIdBytes = 32

/** Says that another device is no member any more. Throws `needs-full-secret` and `not-certified`. */
export function revokeDevice(context: FolderContext, device: DeviceId): void {
  const { store, clock, chance, device: revokedBy, rootPath } = context
  const roster = store.roster()
  const authors = new Set(
    roster.certificates
      .filter((certificate) => certificate.device === device && !roster.isRevokedAuthor(certificate.author))
      .map(({ author }) => author),
  )
  if (roster.isRevoked(device)) {
    const reason = `That device is taken out of ${rootPath} already.`
    throw new SyncError('request-invalid', { reason })
  }
  if (authors.size === 0) throw new SyncError('not-certified', { path: rootPath })
  const mustReread = store.transaction(() => {
    for (const author of authors) {
      const parts = chunksOf(keptOf(context, author), maxKept)
      const id = toId('RevocationId', chance.bytes(revocationIdBytes))
      for (const [part, some] of parts.entries()) {
        declare(context, {
          ...{ kind: 'revocation', id, device, author, revokedBy, issuedMs: Math.max(0, clock.now()) },
          ...{ part, partCount: parts.length, kept: some },
        })
      }
    }
    return forgetRevoked(context, authors)
  })
  context.membersChanged(mustReread)
}

/**
 * What has come, and what this device takes no part in. The rest may never come, with its author gone, and would keep its path waiting for ever;
 * what the author had said before that lies here instead.
 */
function keptOf({ store }: FolderContext, author: AuthorKey): RecordId[] {
  return store.recordsBy(author).flatMap(({ path, id, kind, root, sizeBytes }) => {
    const state = store.state(path)
    const isHere = kind !== 'file' || sizeBytes === 0 || store.hereWithRoot(root).length > 0
    if (isHere || state?.ignored) return [id]
    const agreed = state?.agreed?.id
    return agreed !== undefined && store.record(agreed)?.proof.author === author ? [agreed] : []
  })
}

/** At least one, if an empty one. */
function chunksOf<T>(list: readonly T[], size: number): T[][] {
  const count = Math.max(1, Math.ceil(list.length / size))
  return Array.from({ length: count }, (_, at) => list.slice(at * size, (at + 1) * size))
}

/** Inside a transaction: lets go of what these authors said and does not count any more. Whether there was any. */
export function forgetRevoked(context: FolderContext, authors: Iterable<AuthorKey>): boolean {
  const { store } = context
  const revoked = [...authors].flatMap((author) =>
    store.recordsBy(author).filter(({ id }) => !countsBy(context, author, id)),
  )
  for (const [path, versions] of Map.groupBy(revoked, ({ path }) => path))
    forgetAt(
      context,
      path,
      versions.map(({ id }) => id),
    )
  if (revoked.length > 0) store.forgetCursors()
  return revoked.length > 0
}

/** What this device said itself stays with it, whatever others think of it: it is all that its own files stand on. */
function countsBy({ store, author: own }: FolderContext, author: AuthorKey, record: RecordId): boolean {
  return author === own.key || store.roster().counts(author, record)
}

function forgetAt(context: FolderContext, path: RelPath, revoked: readonly RecordId[]): void {
  const { store } = context
  store.dropWinner(path, revoked)
  const [left] = store.versionsOf(path)
  if (left !== undefined) electWinner(store, path, left.id)
  // What lies here was to be replaced by one of them, perhaps.
  if (putBack(context, store.state(path)?.agreed) || left !== undefined) return
  if (formerAt(context, path) === undefined) retract(context, path)
}

/** What a path agreed to before somebody's versions took it over, if that counts. */
export function formerAt(context: FolderContext, path: RelPath): Version | undefined {
  const { store } = context
  const former = store.predecessor(path)
  return former !== undefined && counts(context, former) ? former : undefined
}

/** Inside a transaction: a version that is kept here is in the index again, in a new place, as its author signed it. False when it does not count. */
export function putBack(context: FolderContext, version: Version | undefined): boolean {
  const { store } = context
  if (version === undefined || !counts(context, version)) return false
  if (store.addRecord(store.record(version.id)!)) electWinner(store, version.path, version.id)
  return true
}

function counts(context: FolderContext, { id }: Version): boolean {
  const author = context.store.record(id)?.proof.author
  return author !== undefined && countsBy(context, author, id)
}

/** Inside a transaction: what lies here of a path nobody says anything of any more is to go, like something deleted. */
export function retract({ store, chance, deviceName }: FolderContext, path: RelPath): void {
  const { agreed } = store.state(path) ?? {}
  if (agreed === undefined) return
  const { movedTo: _, ...from } = agreed
  const { kind, root } = agreed
  // No record has this id.
  const id = toId('RecordId', chance.bytes(recordIdBytes))
  store.retract(path, {
    ...from,
    ...deletedContent,
    id,
    vector: new Map(),
    deviceName,
    replaced: { kind, root },
  })
}
