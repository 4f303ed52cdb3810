/**
 * Versions of a path, and how they relate. A version is what a signed record says, without the signature.
 * V1 a vector counts per writer, and a writer is an author in one epoch. V2 vectors compare entry by entry, a missing entry is 0.
 * V3 content decides equality: same kind, same root; time and executable bit are not content.
 */
import {
  type ContentRoot,
  type Epoch,
  type FileId,
  noContent,
  type RecordId,
  sha256,
  toId,
  type WriterId,
} from './ids.ts'
import type { RelPath } from './path.ts'

export type Kind = 'file' | 'directory' | 'link' | 'deleted'

/** Counters by writer; every counter is a whole number from 1. */
export type VersionVector = ReadonlyMap<WriterId, number>

/** More writers than this in one vector is refused: a folder's hand-written history stays far below. */
export const maxVectorEntries = 1024

/** What a path holds, comparable at a glance (V3). */
export interface Content {
  readonly kind: Kind
  /** SHA-256 over the block hash list for files, of the target for links, `noContent` for the rest. */
  readonly root: ContentRoot
}

/** One version of one path, as its author signed it. */
export interface Version extends Content {
  readonly id: RecordId
  readonly path: RelPath
  readonly sizeBytes: number
  /** Bytes a block of this file; 0 when the kind has no blocks. */
  readonly blockSizeBytes: number
  /** Modification time in nanoseconds since 1970; 0n for directories and deletions. */
  readonly mtimeNs: bigint
  readonly executable: boolean
  /** Target of a link as it stands on disk, never resolved; empty for other kinds. */
  readonly linkTarget: string
  readonly fileId: FileId
  readonly vector: VersionVector
  /** The author in its epoch; its entry in `vector` is this version's own counter. */
  readonly writer: WriterId
  readonly epoch: Epoch
  /** The author's device name when it signed, for people and for conflict copies (E4). */
  readonly deviceName: string
  /** What the author saw at this path before, if anything. */
  readonly replaced?: Content
  /** For a deletion that is one half of a rename: where the file went. */
  readonly movedTo?: RelPath
}

export type Order = 'equal' | 'before' | 'after' | 'concurrent'

/** How vector `a` relates to `b` (V2). */
export function compareVectors(a: VersionVector, b: VersionVector): Order {
  let aLeads = false
  let bLeads = false
  for (const [writer, counter] of a) {
    const other = b.get(writer) ?? 0
    if (counter > other) aLeads = true
    else if (counter < other) bLeads = true
  }
  for (const writer of b.keys()) if (!a.has(writer)) bLeads = true
  if (aLeads && bLeads) return 'concurrent'
  if (aLeads) return 'after'
  return bLeads ? 'before' : 'equal'
}

/** Whether `b` knows everything `a` does, and more: `compareVectors` for when only that is asked, which mostly one entry answers. */
export function isBefore(a: VersionVector, b: VersionVector): boolean {
  for (const [writer, counter] of a) if (counter > (b.get(writer) ?? 0)) return false
  return compareVectors(a, b) === 'before'
}

/** The smallest vector that knows everything any of these knows. */
export function mergeVectors(...vectors: readonly VersionVector[]): VersionVector {
  const merged = new Map<WriterId, number>()
  for (const vector of vectors) {
    for (const [writer, counter] of vector) {
      if (counter > (merged.get(writer) ?? 0)) merged.set(writer, counter)
    }
  }
  return merged
}

/** Whether a version puts a directory at its path, or takes one away: nothing people would look for. */
export function isOfDirectory({ kind, replaced }: Version): boolean {
  return kind === 'directory' || (kind === 'deleted' && replaced?.kind === 'directory')
}

export function sameContent(a: Content, b: Content): boolean {
  return a.kind === b.kind && a.root === b.root
}

/** Content root of a symbolic link (R2): a hash over its target, under a name of its own so that it never equals a file's. */
export function linkRoot(target: string): ContentRoot {
  return toId('ContentRoot', sha256('berrysync link', target))
}

export const deletedContent: Content = { kind: 'deleted', root: noContent }
export const directoryContent: Content = { kind: 'directory', root: noContent }
