/**
 * The telling side of one link: sends this device's index from the peer's cursor on, then what is added, then what can be served. Never
 * sends back what came from this very peer.
 */

import type { SignedCertificate } from '../core/certificate.ts'
import type { AuthorKey, ContentRoot, IndexId, RecordId } from '../core/ids.ts'
import type { SignedRecord } from '../core/record.ts'
import type { Link } from '../ports.ts'
import { certificateBytes, entryBytes, indexRoomBytes } from '../wire/index-room.ts'
import { type IndexEntry, maxHaveRoots } from '../wire/messages.ts'
import type { FolderContext } from './folder-context.ts'
import { noticeForgotten } from './lease.ts'
import type { Seeding } from './seeding.ts'

/** Rows read at a time: about what fills one message. */
const rowsAtOnce = 128
/** Records remembered as having come from this peer. Beyond it some are sent back once, which costs bytes and nothing else. */
const maxReceived = 20_000

export interface Announcer {
  /** Begins from the peer's cursor into this device's index. */
  start(indexId: IndexId | undefined, sequence: number): void
  /** The index grew. */
  grew(): void
  have(roots: readonly ContentRoot[]): void
  /** This record came from the peer. */
  noteReceived(id: RecordId): void
  /** Whether the peer was told everything up to the present end of the index. */
  isCaughtUp(): boolean
}

/** Whether the second record is the leaving half of a rename of which the first is the arriving one. */
function isRename(arrival: SignedRecord, departure: SignedRecord | undefined): departure is SignedRecord {
  return departure?.version.movedTo === arrival.version.path
}

export function createAnnouncer(context: FolderContext, link: Link, seeding: Seeding): Announcer {
  const { store } = context
  const received = new Set<RecordId>()
  const sentAuthors = new Set<AuthorKey>()
  let position: number | undefined
  /** Which index that is a position in. */
  let positionIndex = store.indexId()
  let isComplete = false
  let isRunning = false
  let isClosed = false
  link.closed.then(() => {
    isClosed = true
  })

  /** An index that has been renewed meanwhile is told from its beginning: what the peer read of the one before may not be ours (I11). */
  function currentPosition(): number | undefined {
    if (position !== undefined && positionIndex !== store.indexId()) {
      position = 0
      isComplete = false
      positionIndex = store.indexId()
    }
    return position
  }

  function isBehind(): boolean {
    const reached = currentPosition()
    return reached !== undefined && (reached < store.lastSequence() || !isComplete)
  }

  async function sendAll(): Promise<void> {
    isRunning = true
    try {
      while (!isClosed && isBehind()) {
        await link.writable()
        if (!isClosed) sendBatch(currentPosition()!)
      }
    } finally {
      isRunning = false
    }
  }

  function sendBatch(from: number): void {
    const certificates: SignedCertificate[] = []
    const entries: IndexEntry[] = []
    let bytes = 0
    let lastSequence = from
    // One more, to see whether it belongs to the last.
    const rows = store.indexAfter(from, rowsAtOnce + 1)
    for (const [at, { sequence, record, have: isHere }] of rows.entries()) {
      if (at === rowsAtOnce && !isRename(rows[at - 1]!.record, record)) break
      const author = record.proof.author
      const certificate = sentAuthors.has(author) ? undefined : store.certificate(author)
      const have = isHere && seeding.mayTellWhole(sequence, record, link)
      const entry: IndexEntry = { record, have }
      const size = entryBytes(entry) + (certificate === undefined ? 0 : certificateBytes(certificate))
      if (received.has(record.version.id)) {
        lastSequence = sequence
        continue
      }
      const next = rows[at + 1]?.record
      // Who hears of half a rename copies what is only to be moved.
      const room = isRename(record, next) ? entryBytes({ record: next, have: false }) : 0
      if (bytes + size + room > indexRoomBytes && entries.length > 0) break
      bytes += size
      lastSequence = sequence
      entries.push(entry)
      if (certificate !== undefined) {
        certificates.push(certificate)
        sentAuthors.add(author)
      }
    }
    const reachedEnd = rows.length <= rowsAtOnce && lastSequence === (rows.at(-1)?.sequence ?? from)
    if (reachedEnd) lastSequence = Math.max(lastSequence, store.lastSequence())
    position = lastSequence
    isComplete ||= reachedEnd
    link.send({
      kind: 'index',
      indexId: store.indexId(),
      certificates,
      entries,
      lastSequence,
      complete: isComplete,
    })
  }

  function run(): void {
    if (position === undefined || isRunning || isClosed) return
    sendAll().catch((error) => {
      context.log.error({ peer: link.peer, error: String(error) }, 'telling the index failed')
      link.close('closing')
    })
  }

  return {
    start(indexId, sequence) {
      noticeForgotten(context, indexId, sequence)
      positionIndex = store.indexId()
      position = indexId === positionIndex && sequence <= store.lastSequence() ? sequence : 0
      run()
    },
    grew: run,
    have(roots) {
      for (let first = 0; first < roots.length && position !== undefined; first += maxHaveRoots) {
        link.send({ kind: 'have', roots: roots.slice(first, first + maxHaveRoots) })
      }
    },
    noteReceived(id) {
      if (received.size >= maxReceived) received.clear()
      received.add(id)
    },
    isCaughtUp: () => position !== undefined && !isBehind(),
  }
}
