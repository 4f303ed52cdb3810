/**
 * Taking members out of the folder again (R7): says that a device's word counts no more, and lets go of what it said that does not count, whoever
 * said so. What its records superseded may be gone here, so the indexes of peers are read anew.
 */
import { elect } from '../core/elect.ts'
import { SyncError } from '../core/errors.ts'
import { type AuthorKey, type DeviceId, type RecordId, toId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import { maxKept } from '../wire/statement-body.ts'
import type { FolderContext } from './folder-context.ts'
import { declare } from './members.ts'
import { deletionDraft, isWriter, signDrafts } from './sign.ts'

const revocationIdBytes = 8

/** Says that this device is no member any more. Throws `needs-full-secret`, and `request-invalid` for a device that has no certificate. */
export function revokeDevice(context: FolderContext, device: DeviceId): void {
  const { store, clock, chance, device: revokedBy, rootPath } = context
  if (device === revokedBy)
    throw new SyncError('request-invalid', {
      reason: 'This device cannot take itself out; `berrysync remove` does.',
    })
  const roster = store.roster()
  const authors = roster.certificates
    .filter((certificate) => certificate.device === device && !roster.isRevokedAuthor(certificate.author))
    .map(({ author }) => author)
  if (authors.length === 0) throw new SyncError('not-certified', { path: rootPath })
  store.transaction(() => {
    for (const author of new Set(authors)) {
      const kept = store.recordsBy(author).map(({ id }) => id)
      const parts = chunksOf(kept, maxKept)
      const id = toId('RevocationId', chance.bytes(revocationIdBytes))
      for (const [part, some] of parts.entries()) {
        declare(context, {
          ...{ kind: 'revocation', id, device, author, revokedBy, issuedMs: Math.max(0, clock.now()) },
          ...{ part, partCount: parts.length, kept: some },
        })
      }
    }
  })
  context.membersChanged(false)
}

/** At least one, if an empty one. */
function chunksOf<T>(list: readonly T[], size: number): T[][] {
  const count = Math.max(1, Math.ceil(list.length / size))
  return Array.from({ length: count }, (_, at) => list.slice(at * size, (at + 1) * size))
}

/** Inside a transaction: lets go of what an author said and does not count any more. Whether there was any. */
export function forgetRevoked(context: FolderContext, author: AuthorKey): boolean {
  const { store } = context
  const roster = store.roster()
  const revoked = store.recordsBy(author).filter(({ id }) => !roster.counts(author, id))
  const idsByPath = Map.groupBy(revoked, ({ path }) => path)
  for (const [path, rows] of idsByPath)
    forgetAt(
      context,
      path,
      rows.map(({ id }) => id),
    )
  if (revoked.length > 0) store.forgetCursors()
  return revoked.length > 0
}

function forgetAt(context: FolderContext, path: RelPath, revoked: readonly RecordId[]): void {
  const { store, role } = context
  const rest = store.versionsOf(path).filter(({ id }) => !revoked.includes(id))
  if (rest.length > 0) {
    store.setWinner(path, elect(rest).winner.id, revoked)
    return
  }
  const last = store.state(path)?.winner
  store.dropWinner(path, revoked)
  // Nobody else said anything of it, as far as is known here. Whoever knows better outranks this, which knows of nothing (E5).
  if (last === undefined || last.kind === 'deleted' || role !== 'full' || !isWriter(store)) return
  signDrafts(context, 'device', [{ ...deletionDraft(context, last), knows: [], replaced: last }])
}
