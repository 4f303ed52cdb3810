/**
 * The telling side of one link: sends this device's index from the peer's cursor on, then what is added, then what can be served. Never
 * sends back what came from this very peer.
 */

import type { ContentRoot, IndexId, RecordId, StatementId } from '../core/ids.ts'
import type { SignedStatement } from '../core/statement.ts'
import type { Link } from '../ports.ts'
import type { IndexRow, StatementRow } from '../store/folder-store.ts'
import { entryBytes, indexRoomBytes, statementBytes } from '../wire/index-room.ts'
import { type IndexEntry, maxHaveRoots } from '../wire/messages.ts'
import type { FolderContext } from './folder-context.ts'
import { noticeForgotten } from './lease.ts'
import type { Seeding } from './seeding.ts'

/** Rows read at a time: about what fills one message. */
const rowsAtOnce = 128
/** A row of the index. */
type Row = IndexRow | StatementRow

/** Records and statements remembered as having come from this peer. Beyond it some are sent back once, which costs bytes and nothing else. */
const maxReceived = 20_000

export interface Announcer {
  /** Begins from the peer's cursor into this device's index. */
  start(indexId: IndexId | undefined, sequence: number): void
  /** The index grew. */
  grew(): void
  have(roots: readonly ContentRoot[]): void
  /** This record or statement came from the peer. */
  noteReceived(id: RecordId | StatementId): void
  /** Whether the peer was told everything up to the present end of the index. */
  isCaughtUp(): boolean
}

/** Whether the second is the leaving half of a rename of which the first is the arriving one. */
function isRename(arrival: Row, departure: Row): boolean {
  return (
    'record' in arrival &&
    'record' in departure &&
    departure.record.version.movedTo === arrival.record.version.path
  )
}

/** As much as it may take in a message. */
function rowBytes(row: Row): number {
  return 'signed' in row ? statementBytes(row.signed) : entryBytes(row)
}

export function createAnnouncer(context: FolderContext, link: Link, seeding: Seeding): Announcer {
  const { store } = context
  const received = new Set<RecordId | StatementId>()
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

  /** What comes after a sequence number, in order. */
  function rowsAfter(from: number, limit: number): readonly Row[] {
    const rows: Row[] = [...store.indexAfter(from, limit), ...store.statementsAfter(from, limit)]
    return rows.sort((one, other) => one.sequence - other.sequence).slice(0, limit)
  }

  function sendBatch(from: number): void {
    const statements: SignedStatement[] = []
    const entries: IndexEntry[] = []
    let bytes = 0
    let lastSequence = from
    // One more, to see whether it belongs to the last.
    const rows = rowsAfter(from, rowsAtOnce + 1)
    for (const [at, row] of rows.entries()) {
      if (at === rowsAtOnce && !isRename(rows[at - 1]!, row)) break
      const { sequence } = row
      if (received.has('signed' in row ? row.signed.id : row.record.version.id)) {
        lastSequence = sequence
        continue
      }
      const next = rows[at + 1]
      // Who hears of half a rename copies what is only to be moved.
      const room = next !== undefined && isRename(row, next) ? rowBytes(next) : 0
      const size = rowBytes(row)
      if (bytes + size + room > indexRoomBytes && bytes > 0) break
      bytes += size
      lastSequence = sequence
      if ('signed' in row) statements.push(row.signed)
      else entries.push(rowToEntry(row))
    }
    const reachedEnd = rows.length <= rowsAtOnce && lastSequence === (rows.at(-1)?.sequence ?? from)
    if (reachedEnd) lastSequence = Math.max(lastSequence, store.lastSequence())
    position = lastSequence
    isComplete ||= reachedEnd
    link.send({
      kind: 'index',
      indexId: store.indexId(),
      statements,
      entries,
      lastSequence,
      complete: isComplete,
    })
  }

  function rowToEntry({ sequence, record, have }: IndexRow): IndexEntry {
    return { record, have: have && seeding.mayTellWhole(sequence, record, link) }
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
