/**
 * Takes a peer's index into the store: verifies the whole chain of each record before anything else (I9), elects, and moves the cursor, all in
 * one transaction. Never touches the disk; it only makes the folder have needs.
 */
import { type SignedCertificate, verifyCertificate } from '../core/certificate.ts'
import { SyncError } from '../core/errors.ts'
import type { AuthorKey, DeviceId, RecordId, WriterId } from '../core/ids.ts'
import { isWrittenBy, type ProofCache, type SignedRecord, verifyProof } from '../core/record.ts'
import { compareVectors, type Version } from '../core/version.ts'
import type { FolderStore } from '../store/folder-store.ts'
import type { Message } from '../wire/messages.ts'
import { electWinner } from './election.ts'
import type { FolderContext } from './folder-context.ts'
import { beginEpoch } from './lease.ts'
import { isWriter, writerOf } from './sign.ts'

/** Concurrent versions of one path that are kept. Honest folders have two or three; a full member gone mad must not fill the disk. */
const maxVersionsOfPath = 64

type IndexMessage = Message & { kind: 'index' }

/** Returns the ids of all records in the message, known or new. Throws `peer-forged` before anything of the message is stored. */
export function receiveIndex(
  context: FolderContext,
  peer: DeviceId,
  message: IndexMessage,
  proofs: ProofCache,
): RecordId[] {
  const { store, keys } = context
  const unknown = message.certificates.filter((certificate) => !isKnown(store, certificate))
  for (const certificate of unknown) {
    if (!verifyCertificate(certificate, context.id, keys.writerPublicKey)) {
      throw new SyncError('peer-forged', { reason: 'a certificate not signed by the folder' })
    }
  }
  // A right once given is not taken away by a lesser certificate: whoever gets one may have named any author in it.
  const certificates = unknown.filter(
    ({ certificate: { author, role } }) => role === 'full' || !isFullAuthor(store, author),
  )
  const given = new Set(
    certificates
      .filter(({ certificate }) => certificate.role === 'full')
      .map(({ certificate }) => certificate.author),
  )
  const fresh = message.entries
    .map(({ record }) => record)
    .filter((record) => !store.hasRecord(record.version.id))
  for (const record of fresh) {
    const { author } = record.proof
    if (!given.has(author) && !isFullAuthor(store, author))
      throw forged(record, 'its author has no certificate')
    if (!isWrittenBy(record.version, record.proof.author))
      throw forged(record, 'it speaks for another writer')
    if (!verifyProof(record.version.id, record.proof, context.id, proofs))
      throw forged(record, 'its signature does not fit')
  }
  store.transaction(() => {
    for (const certificate of certificates) store.addCertificate(certificate)
    for (const record of fresh) {
      noticeOwnFuture(context, record)
      if (isCrowded(store.versionsOf(record.version.path), record.version)) continue
      store.addRecord(record)
      const { superseded } = electWinner(store, record.version.path, record.version.id)
      if (!superseded.some(({ id }) => id === record.version.id)) noticeDouble(context, record)
    }
    store.setCursor(peer, message.indexId, message.lastSequence)
  })
  if (fresh.length > 0) {
    context.indexGrew()
    context.pullSoon()
  }
  return message.entries.map(({ record }) => record.version.id)
}

/** Sent again with each link, and not worth another look. */
function isKnown(store: FolderStore, { certificate, body, signature }: SignedCertificate): boolean {
  const known = store.certificate(certificate.author)
  return (
    known !== undefined &&
    Buffer.compare(known.body, body) === 0 &&
    Buffer.compare(known.signature, signature) === 0
  )
}

function isFullAuthor(store: FolderStore, author: AuthorKey): boolean {
  return store.certificate(author)?.certificate.role === 'full'
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
