/** One-time secrets this device issued. What is over is kept for a while, to tell whoever comes too late. */
import type { Database } from 'better-sqlite3'
import { idToBytes, toId } from '../core/ids.ts'
import type { Invite, InviteEnd } from '../core/invite.ts'
import type { Role } from '../core/statement.ts'
import type { FolderStore } from './folder-store.ts'

export type Invites = Pick<FolderStore, 'invites' | 'addInvite' | 'endInvite' | 'forgetInvites'>

interface InviteColumns {
  readonly id: Buffer
  readonly role: Role
  readonly created_ms: number
  readonly expires_ms: number
  readonly end_kind: InviteEnd['kind'] | null
  readonly end_ms: number
  readonly device: Buffer
  readonly author: Buffer
  readonly device_name: string
}

export function createInvites(database: Database): Invites {
  const selectAll = database.prepare<[], InviteColumns>('SELECT * FROM invites ORDER BY created_ms, id')
  const insert = database.prepare(
    'INSERT INTO invites (id, role, created_ms, expires_ms) VALUES (:id, :role, :createdMs, :expiresMs)',
  )
  const update = database.prepare(
    `UPDATE invites SET end_kind = :kind, end_ms = :atMs, device = :device, author = :author, device_name = :deviceName
     WHERE id = :id AND end_kind IS NULL`,
  )
  const forget = database.prepare(
    `DELETE FROM invites WHERE end_kind IS NOT NULL AND id NOT IN (
       SELECT id FROM invites WHERE end_kind IS NOT NULL ORDER BY end_ms DESC, id LIMIT 0 + ?
     )`,
  )

  return {
    invites: () => selectAll.all().map(rowToInvite),
    addInvite({ id, role, createdMs, expiresMs }) {
      insert.run({ id: idToBytes(id), role, createdMs, expiresMs })
    },
    endInvite(id, end) {
      const isRedeemed = end.kind === 'redeemed'
      const { changes } = update.run({
        ...{ id: idToBytes(id), kind: end.kind, atMs: end.atMs },
        device: isRedeemed ? idToBytes(end.device) : null,
        author: isRedeemed ? idToBytes(end.author) : null,
        deviceName: isRedeemed ? end.deviceName : null,
      })
      return changes === 1
    },
    forgetInvites: (keep) => forget.run(keep).changes > 0,
  }
}

function rowToInvite(row: InviteColumns): Invite {
  const kind = row.end_kind
  return {
    id: toId('InviteId', row.id),
    role: row.role,
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
    end: kind === null ? undefined : kind === 'redeemed' ? redeemedOf(row) : { kind, atMs: row.end_ms },
  }
}

function redeemedOf({ device, author, device_name, end_ms }: InviteColumns): InviteEnd {
  return {
    kind: 'redeemed',
    device: toId('DeviceId', device),
    author: toId('AuthorKey', author),
    deviceName: device_name,
    atMs: end_ms,
  }
}
