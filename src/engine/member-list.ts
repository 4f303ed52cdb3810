/** Who shares the folder, for people: what statements say of each device, and what was seen of it. Only reads. */
import { SyncError } from '../core/errors.ts'
import type { DeviceId } from '../core/ids.ts'
import type { Certificate, Role } from '../core/statement.ts'
import type { FolderContext } from './folder-context.ts'

/** A device other than this one. */
export interface MemberRow {
  readonly device: DeviceId
  readonly name: string
  readonly role: Role
  /** `waiting`: until somebody with full access lets it in. `awaited`: not seen since the secret was changed. */
  readonly state: 'member' | 'waiting' | 'awaited' | 'revoked'
  /** The name of whoever let it in; undefined for who holds a secret of the folder itself. */
  readonly invitedBy: string | undefined
  /** Wall clock; undefined for who was never connected to this device. */
  readonly firstSeenMs: number | undefined
  readonly lastSeenMs: number | undefined
}

/** Sorted by name. */
export function listMembers({ store, device: self, deviceName }: FolderContext): MemberRow[] {
  const roster = store.roster()
  const rows = new Map<DeviceId, MemberRow>()
  const seen = { firstSeenMs: undefined, lastSeenMs: undefined, invitedBy: undefined }
  const awaited = new Set(store.awaited())
  const certificates = new Map(roster.certificates.map((certificate) => [certificate.device, certificate]))

  function inviterOf({ invitedBy }: Certificate): string | undefined {
    if (invitedBy === undefined) return undefined
    return invitedBy === self
      ? deviceName
      : (certificates.get(invitedBy)?.deviceName ?? invitedBy.slice(0, 12))
  }

  for (const { device, name, firstSeenMs, lastSeenMs } of store.newcomers())
    rows.set(device, { ...seen, device, name, role: 'read-only', state: 'waiting', firstSeenMs, lastSeenMs })
  for (const certificate of certificates.values()) {
    const { device, deviceName: name } = certificate
    const role = roster.roleOf(device)
    rows.set(device, {
      ...{ ...seen, device, name, role: role ?? certificate.role },
      state: role === undefined ? 'revoked' : awaited.has(device) ? 'awaited' : 'member',
      invitedBy: inviterOf(certificate),
    })
  }
  for (const { device, name, role, firstSeenMs, lastSeenMs } of store.peers()) {
    const row = rows.get(device) ?? { ...seen, device, role, state: 'member' as const }
    rows.set(device, { ...row, name, firstSeenMs, lastSeenMs })
  }
  rows.delete(self)
  return [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/** One of them, by its name or the first characters of its id. Throws `device-unknown`. */
export function findMember(context: FolderContext, named: string): MemberRow {
  const members = listMembers(context)
  // A name is what a device calls itself, which may look like the id of another.
  const byId = members.filter(({ device }) => device === named)
  const found =
    byId.length > 0
      ? byId
      : members.filter(({ name, device }) => name === named || device.startsWith(named.toLowerCase()))
  const [member] = found
  if (named === '' || member === undefined || found.length > 1)
    throw new SyncError('device-unknown', { named, path: context.rootPath, count: found.length })
  return member
}
