/**
 * Takes a peer's index into the store: verifies the whole chain of each record before anything else (I9), elects, and moves the cursor, all in
 * one transaction. Never touches the disk; it only makes the folder have needs.
 */
import { isSyncError, SyncError } from '../core/errors.ts'
import type { DeviceId, RecordId, StatementId, WriterId } from '../core/ids.ts'
import { isWrittenBy, type ProofCache, type SignedRecord, verifyProof } from '../core/record.ts'
import { compareVectors, type Version } from '../core/version.ts'
import type { Message } from '../wire/messages.ts'
import { electWinner } from './election.ts'
import type { FolderContext } from './folder-context.ts'
import { beginEpoch } from './lease.ts'
import { receiveStatements } from './members.ts'
import { forgetRevoked } from './revoke.ts'
import { isWriter, writerOf } from './sign.ts'

/** Concurrent versions of one path that are kept. Honest folders have two or three; a full member gone mad must not fill the disk. */
const maxVersionsOfPath = 64

type IndexMessage = Message & { kind: 'index' }

/**
 * Returns the ids of everything in the message, known or new. Throws `peer-forged`, and then nothing of the message is stored, and the next link
 * begins with the peer's whole index.
 */
export function receiveIndex(
  context: FolderContext,
  peer: DeviceId,
  message: IndexMessage,
  proofs: ProofCache,
): (RecordId | StatementId)[] {
  try {
    takeIndex(context, peer, message, proofs)
  } catch (error) {
    // It may all be true, and what it stands on told in a part that was never read: whoever miscounted once is read from the beginning.
    if (isSyncError(error, 'peer-forged')) context.store.setCursor(peer, message.indexId, 0)
    throw error
  }
  return [
    ...message.statements.map(({ id }) => id),
    ...message.entries.map(({ record }) => record.version.id),
  ]
}

function takeIndex(context: FolderContext, peer: DeviceId, message: IndexMessage, proofs: ProofCache): void {
  const { store } = context
  const records = message.entries
    .map(({ record }) => record)
    .filter((record) => !store.isInIndex(record.version.id))
  // It costs nothing to say so without end, and so it may not cost the disk a durable write each time (I14).
  if (records.length === 0 && message.statements.every(({ id }) => store.hasStatement(id)))
    return store.moveCursor(peer, message.indexId, message.lastSequence)
  const { hasNews, membersChanged, mustReread } = store.transaction(() => {
    const members = receiveStatements(context, message.statements)
    const mustReread = forgetRevoked(context, members.revoked)
    const fresh = records.filter((record) => isToCount(context, record, proofs))
    for (const record of fresh) {
      noticeOwnFuture(context, record)
      if (isCrowded(store.versionsOf(record.version.path), record.version)) continue
      const isKept = store.record(record.version.id) !== undefined
      store.addRecord(record)
      const { superseded } = electWinner(store, record.version.path, record.version.id)
      if (!isKept && !superseded.some(({ id }) => id === record.version.id)) noticeDouble(context, record)
    }
    if (!mustReread) store.setCursor(peer, message.indexId, message.lastSequence)
    return { hasNews: members.isNews || fresh.length > 0, membersChanged: members.isNews, mustReread }
  })
  if (membersChanged) context.membersChanged(mustReread)
  if (hasNews) {
    context.indexGrew()
    context.pullSoon()
  }
}

/** Whether the record is to be stored: false for one that was revoked. Throws where its chain does not hold. */
function isToCount({ store, id }: FolderContext, record: SignedRecord, proofs: ProofCache): boolean {
  const { version, proof } = record
  const roster = store.roster()
  if (roster.certificateOf(proof.author)?.statement.role !== 'full')
    throw forged(record, 'its author has no certificate')
  if (!isWrittenBy(version, proof.author)) throw forged(record, 'it speaks for another writer')
  const isSigned = roster
    .foldersOf(proof.author)
    .some((folder) => verifyProof(version.id, proof, folder ?? id, proofs))
  if (!isSigned) throw forged(record, 'its signature does not fit')
  return roster.counts(proof.author, version.id)
}

function isCrowded(present: readonly Version[], added: Version): boolean {
  return (
    present.length >= maxVersionsOfPath &&
    !present.some((other) => compareVectors(other.vector, added.vector) === 'before')
  )
}

function forged(record: SignedRecord, reason: string): SyncError {
  return new SyncError('peer-forged', { reason: `${record.version.path}: ${reason}` })
}

/** Somebody knows a version of ours that we do not remember signing: this database is older than the truth (E7, I11). */
function noticeOwnFuture(context: FolderContext, { version }: SignedRecord): void {
  const { store } = context
  // A database that never signed anything cannot have forgotten it; the lease will give it its epochs.
  if (!isWriter(store)) return
  if (ownWriters(context).some((writer) => (version.vector.get(writer) ?? 0) > store.counterOf(writer))) {
    context.log.warn(
      { path: version.path },
      'a peer knows more of this device than its own database: beginning a new epoch',
    )
    beginEpoch(context)
  }
}

function ownWriters(context: FolderContext): readonly WriterId[] {
  return [writerOf(context, 'person'), writerOf(context, 'device')]
}

/**
 * A record of this very writer that is new here, and that nothing here supersedes, was signed by somebody with the same identity: a copy of
 * this device's home, whose counters and sequence numbers happen to be no higher. From here on the two are different writers, and peers
 * read this index anew, because they may have taken the other's sequence numbers for ours.
 */
function noticeDouble(context: FolderContext, { version }: SignedRecord): void {
  if (!isWriter(context.store) || !ownWriters(context).includes(version.writer)) return
  context.log.warn({ path: version.path }, 'another device signs as this one does: beginning a new epoch')
  beginEpoch(context)
}
