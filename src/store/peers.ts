/** Who may write, who was ever connected, and how far we have read in the index of each. */
import type { Database } from 'better-sqlite3'
import type { Role, SignedCertificate } from '../core/certificate.ts'
import { idToBytes, toId } from '../core/ids.ts'
import type { FolderStore } from './folder-store.ts'

export type Peers = Pick<
  FolderStore,
  'certificate' | 'addCertificate' | 'peers' | 'sawPeer' | 'cursor' | 'setCursor'
>

interface CertificateRow {
  readonly author: Buffer
  readonly device: Buffer
  readonly role: Role
  readonly body: Buffer
  readonly signature: Buffer
}

interface PeerColumns {
  readonly device: Buffer
  readonly name: string
  readonly role: Role
  readonly first_seen_ms: number
  readonly last_seen_ms: number
}

export function createPeers(database: Database): Peers {
  const selectCertificate = database.prepare<[Buffer], CertificateRow>(
    'SELECT * FROM certificates WHERE author = ?',
  )
  const insertCertificate = database.prepare(
    `INSERT OR REPLACE INTO certificates (author, device, role, body, signature)
     VALUES (:author, :device, :role, :body, :signature)`,
  )
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

  return {
    certificate(author) {
      const row = selectCertificate.get(idToBytes(author))
      return row && rowToCertificate(row)
    },
    addCertificate({ certificate, body, signature }) {
      const author = idToBytes(certificate.author)
      insertCertificate.run({
        author,
        device: idToBytes(certificate.device),
        role: certificate.role,
        body,
        signature,
      })
    },
    peers: () =>
      selectPeers.all().map((row) => ({
        device: toId('DeviceId', row.device),
        name: row.name,
        role: row.role,
        firstSeenMs: row.first_seen_ms,
        lastSeenMs: row.last_seen_ms,
      })),
    sawPeer(peer) {
      upsertPeer.run({ ...peer, device: idToBytes(peer.device) })
    },
    cursor(device) {
      const row = selectCursor.get(idToBytes(device))
      return row && { indexId: toId('IndexId', row.index_id), sequence: row.sequence }
    },
    setCursor(device, indexId, sequence) {
      upsertCursor.run(idToBytes(device), idToBytes(indexId), sequence)
    },
  }
}

function rowToCertificate(row: CertificateRow): SignedCertificate {
  return {
    certificate: {
      author: toId('AuthorKey', row.author),
      device: toId('DeviceId', row.device),
      role: row.role,
    },
    body: row.body,
    signature: row.signature,
  }
}
