/** Who was ever connected, and how far we have read in the index of each. */
import type { Database } from 'better-sqlite3'
import { idToBytes, toId } from '../core/ids.ts'
import type { Role } from '../core/statement.ts'
import type { FolderStore } from './folder-store.ts'
import type { Transactions } from './transaction.ts'

export type Peers = Pick<
  FolderStore,
  | 'peers'
  | 'sawPeer'
  | 'cursor'
  | 'setCursor'
  | 'moveCursor'
  | 'forgetCursors'
  | 'newcomers'
  | 'sawNewcomer'
  | 'forgetNewcomer'
  | 'awaited'
  | 'setAwaited'
>

/** Those seen last are kept: whoever holds the secret can come as as many devices as it likes. */
const maxPeers = 10_000
/** Whoever holds the secret can come as as many devices as it likes. */
const maxNewcomers = 100

interface NewcomerColumns {
  readonly device: Buffer
  readonly author: Buffer
  readonly name: string
  readonly first_seen_ms: number
  readonly last_seen_ms: number
}

interface PeerColumns {
  readonly device: Buffer
  readonly name: string
  readonly role: Role
  readonly first_seen_ms: number
  readonly last_seen_ms: number
}

export function createPeers(database: Database, { atomically }: Transactions): Peers {
  const selectPeers = database.prepare<[], PeerColumns>('SELECT * FROM peers ORDER BY device')
  const upsertPeer = database.prepare(
    `INSERT INTO peers (device, name, role, first_seen_ms, last_seen_ms)
     VALUES (:device, :name, :role, :firstSeenMs, :lastSeenMs)
     ON CONFLICT DO UPDATE SET name = excluded.name, role = excluded.role, last_seen_ms = excluded.last_seen_ms`,
  )
  const selectCursor = database.prepare<[Buffer], { index_id: Buffer; sequence: number }>(
    'SELECT index_id, sequence FROM cursors WHERE device = ?',
  )
  const upsertCursor = database.prepare(
    'INSERT OR REPLACE INTO cursors (device, index_id, sequence) VALUES (?, ?, ?)',
  )

  const selectNewcomers = database.prepare<[], NewcomerColumns>(
    'SELECT * FROM newcomers ORDER BY first_seen_ms, device',
  )
  const upsertNewcomer = database.prepare(
    `INSERT INTO newcomers (device, author, name, first_seen_ms, last_seen_ms)
     VALUES (:device, :author, :name, :firstSeenMs, :lastSeenMs)
     ON CONFLICT DO UPDATE SET author = excluded.author, name = excluded.name, last_seen_ms = excluded.last_seen_ms`,
  )
  const deleteOldPeers = database.prepare(
    'DELETE FROM peers WHERE device NOT IN (SELECT device FROM peers ORDER BY last_seen_ms DESC, device LIMIT 0 + ?)',
  )
  const countPeers = database.prepare<[], number>('SELECT count(*) FROM peers').pluck()
  const deleteNewcomer = database.prepare('DELETE FROM newcomers WHERE device = ?')
  const deleteOldNewcomers = database.prepare(
    'DELETE FROM newcomers WHERE device NOT IN (SELECT device FROM newcomers ORDER BY last_seen_ms DESC, device LIMIT 0 + ?)',
  )
  const deleteCursors = database.prepare('DELETE FROM cursors')
  const selectAwaited = database.prepare<[], Buffer>('SELECT device FROM awaited ORDER BY device').pluck()
  const insertAwaited = database.prepare('INSERT OR IGNORE INTO awaited (device) VALUES (?)')
  const deleteAwaited = database.prepare('DELETE FROM awaited WHERE device = ?')
  const deleteAllAwaited = database.prepare('DELETE FROM awaited')

  return {
    peers: () =>
      selectPeers.all().map((row) => ({
        device: toId('DeviceId', row.device),
        name: row.name,
        role: row.role,
        firstSeenMs: row.first_seen_ms,
        lastSeenMs: row.last_seen_ms,
      })),
    sawPeer: (peer) =>
      atomically(() => {
        const device = idToBytes(peer.device)
        upsertPeer.run({ ...peer, device })
        deleteAwaited.run(device)
        if (countPeers.get()! > maxPeers) deleteOldPeers.run(maxPeers)
      }),
    awaited: () => selectAwaited.all().map((device) => toId('DeviceId', device)),
    setAwaited: (devices) =>
      atomically(() => {
        deleteAllAwaited.run()
        for (const device of devices) insertAwaited.run(idToBytes(device))
      }),
    newcomers: () =>
      selectNewcomers.all().map((row) => ({
        device: toId('DeviceId', row.device),
        author: toId('AuthorKey', row.author),
        name: row.name,
        firstSeenMs: row.first_seen_ms,
        lastSeenMs: row.last_seen_ms,
      })),
    sawNewcomer: (newcomer) =>
      atomically(() => {
        const { device, author } = newcomer
        upsertNewcomer.run({ ...newcomer, device: idToBytes(device), author: idToBytes(author) })
        deleteOldNewcomers.run(maxNewcomers)
      }),
    forgetNewcomer(device) {
      deleteNewcomer.run(idToBytes(device))
    },
    cursor(device) {
      const row = selectCursor.get(idToBytes(device))
      return row && { indexId: toId('IndexId', row.index_id), sequence: row.sequence }
    },
    setCursor(device, indexId, sequence) {
      upsertCursor.run(idToBytes(device), idToBytes(indexId), sequence)
    },
    moveCursor(device, indexId, sequence) {
      database.pragma('synchronous = NORMAL')
      try {
        upsertCursor.run(idToBytes(device), idToBytes(indexId), sequence)
      } finally {
        database.pragma('synchronous = FULL')
      }
    },
    forgetCursors() {
      deleteCursors.run()
    },
  }
}
