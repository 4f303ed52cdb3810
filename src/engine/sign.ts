/**
 * The only place where this device makes versions: drafts become signed records with counters of this epoch, and enter the index.
 * Runs inside the caller's transaction, so that a counter is never given out twice and no record is announced that a power cut could
 * take back (E7, I11).
 */

import { elect, knownThrough } from '../core/elect.ts'
import { SyncError } from '../core/errors.ts'
import type { Epoch, FileId, RecordId, WriterId } from '../core/ids.ts'
import { toId, writerIdOf } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import { maxBatch, recordIdOf, type SignedRecord, signBatch } from '../core/record.ts'
import {
  type Content,
  deletedContent,
  directoryContent,
  maxVectorEntries,
  mergeVectors,
  type Version,
} from '../core/version.ts'
import type { FolderStore } from '../store/folder-store.ts'
import { encodeBody } from '../wire/record-body.ts'
import { isCopyTold } from './copy-places.ts'
import { electWinner } from './election.ts'
import type { FolderContext } from './folder-context.ts'

/**
 * Who is speaking: the person whose edits a scan found, or the device itself, which settles conflicts, follows moves and brings directories
 * back. Both sign with the same author key but count as two writers, each with an epoch of its own. A writer's later version
 * always supersedes its earlier ones; a person's edit must not supersede what the device said of the path before that lay here.
 */
export type Voice = 'person' | 'device'

const epochBytes = 8
const epochFacts: Readonly<Record<Voice, string>> = { person: 'epoch', device: 'deviceEpoch' }

/** A version this device wants to say, before it has a place in history. */
export interface Draft extends Content {
  readonly path: RelPath
  readonly sizeBytes: number
  readonly blockSizeBytes: number
  readonly mtimeNs: bigint
  readonly executable: boolean
  readonly linkTarget: string
  /** Undefined for something new. */
  readonly fileId: FileId | undefined
  /** The versions it supersedes: what its author knew and took into account. */
  readonly knows: readonly Version[]
  readonly replaced: Content | undefined
  readonly movedTo?: RelPath
}

/**
 * Whether a version that knows what this draft knows can be told at all: vectors are bounded (R6). No honest history comes near, but a
 * full member can sign one that is full, and then the path cannot go on: everything else has to.
 */
export function fitsHistory(context: FolderContext, voice: Voice, { knows }: Pick<Draft, 'knows'>): boolean {
  if (knows.reduce((sum, { vector }) => sum + vector.size, 1) <= maxVectorEntries) return true
  const merged = mergeVectors(...knows.map(({ vector }) => vector))
  const isCounted = merged.has(writerOf(context, voice))
  return merged.size + (isCounted ? 0 : 1) <= maxVectorEntries
}

/** Signs the drafts in order and elects anew at each path. Call inside a transaction. Throws `history-full` for one that does not fit. */
export function signDrafts(context: FolderContext, voice: Voice, drafts: readonly Draft[]): Version[] {
  const { store, author } = context
  const epoch = currentEpoch(store, voice)
  const writer = writerOf(context, voice)
  const versions: Version[] = []
  const full = drafts.find((draft) => !fitsHistory(context, voice, draft))
  if (full !== undefined) throw new SyncError('history-full', { path: full.path })
  for (let first = 0; first < drafts.length; first += maxBatch) {
    const batch = drafts.slice(first, first + maxBatch)
    const firstCounter = store.takeCounters(writer, batch.length)
    const unsigned = batch.map((draft, index) =>
      draftToRecord(context, draft, writer, epoch, firstCounter + index),
    )
    const proofs = signBatch(
      unsigned.map(({ version }) => version.id),
      store.roster().certificateOf(author.key)?.statement.signsFor ?? context.id,
      author,
    )
    unsigned.forEach(({ version, body }, index) => {
      const record: SignedRecord = { version, body, proof: proofs[index]! }
      store.addRecord(record)
      electWinner(store, version.path, version.id)
      versions.push(version)
    })
  }
  if (drafts.length > 0) context.indexGrew()
  return versions
}

function draftToRecord(
  context: FolderContext,
  draft: Draft,
  writer: WriterId,
  epoch: Epoch,
  counter: number,
) {
  const { knows, replaced, movedTo, fileId, ...content } = draft
  const unidentified: Omit<Version, 'id'> = {
    ...content,
    fileId: fileId ?? toId('FileId', context.chance.bytes(16)),
    vector: mergeVectors(...knows.map((version) => version.vector), new Map([[writer, counter]])),
    writer,
    epoch,
    deviceName: context.deviceName,
    ...(replaced === undefined ? {} : { replaced: { kind: replaced.kind, root: replaced.root } }),
    ...(movedTo === undefined ? {} : { movedTo }),
  }
  const body = encodeBody(unidentified)
  const id: RecordId = recordIdOf(body)
  return { body, version: { ...unidentified, id } }
}

/**
 * What an author who stands on `agreed` may claim to know: that version, and the concurrent ones nothing of which is lost, be it because they
 * have lost and lie beside it as copies (E3, E4, E5).
 */
export function knownVersions(store: FolderStore, path: RelPath, agreed: Version | undefined): Version[] {
  if (agreed === undefined) return []
  const versions = store.versionsOf(path)
  const settled = elect([agreed, ...versions]).conflicts.filter((loser) => isCopyTold(store, loser))
  return knownThrough([agreed, ...settled], versions)
}

/** This device as a writer in its present epoch. */
export function writerOf({ store, author }: FolderContext, voice: Voice): WriterId {
  return writerIdOf(author.key, currentEpoch(store, voice))
}

/** Whether the folder has been prepared far enough for this device to be a writer. */
export function isWriter(store: FolderStore): boolean {
  return store.fact(epochFacts.person) !== undefined
}

/** From here on this device signs as writers nobody has heard of. */
export function renewEpochs({ store, chance }: FolderContext): void {
  for (const fact of Object.values(epochFacts)) store.setFact(fact, chance.bytes(epochBytes).toString('hex'))
}

function currentEpoch(store: FolderStore, voice: Voice): Epoch {
  const epoch = store.fact(epochFacts[voice])
  if (epoch === undefined) throw new Error('assertion: no epoch before the lease was taken')
  return epoch as Epoch
}

/** What a draft says of a kind that holds nothing. */
const withoutContent = {
  sizeBytes: 0,
  blockSizeBytes: 0,
  mtimeNs: 0n,
  executable: false,
  linkTarget: '',
} as const

/** A deletion of what `agreed` says, or, with `movedTo`, the leaving half of a rename. */
export function deletionDraft(context: FolderContext, agreed: Version, movedTo?: RelPath): Draft {
  return {
    ...deletedContent,
    ...withoutContent,
    path: agreed.path,
    fileId: agreed.fileId,
    knows: knownVersions(context.store, agreed.path, agreed),
    replaced: agreed,
    ...(movedTo === undefined ? {} : { movedTo }),
  }
}

/** A directory at a path, superseding everything known there. */
export function directoryDraft(path: RelPath, knows: readonly Version[]): Draft {
  return {
    ...directoryContent,
    ...withoutContent,
    path,
    fileId: undefined,
    knows,
    replaced: knows[0],
  }
}
