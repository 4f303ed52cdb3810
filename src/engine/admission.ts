/** Who is let in as a peer (R8): decides over those that have proven what they hold, and remembers who waits to be let in. */
import type { ErrorCode } from '../core/errors.ts'
import { SyncError } from '../core/errors.ts'
import type { DeviceId } from '../core/ids.ts'
import type { RoleClaim } from '../core/role-proof.ts'
import type { AdmissionRule } from '../core/statement.ts'
import type { FolderContext } from './folder-context.ts'
import { certify, declare, receiveStatements } from './members.ts'

/** Numbers that JSON and protobuf agree on. */
const maxNumber = Number.MAX_SAFE_INTEGER

/** Throws why a peer whose claim was verified is not let in. */
export function admit(
  context: FolderContext,
  device: DeviceId,
  claim: RoleClaim & { readonly deviceName: string },
): void {
  const refusal = refusalOf(context, device, claim)
  if (refusal === undefined) return
  if (refusal === 'peer-waiting') {
    const { store, clock } = context
    const nowMs = clock.now()
    store.sawNewcomer({
      ...{ device, author: claim.author, name: claim.deviceName },
      ...{ firstSeenMs: nowMs, lastSeenMs: nowMs },
    })
  }
  throw new SyncError(refusal)
}

function refusalOf(context: FolderContext, device: DeviceId, claim: RoleClaim): ErrorCode | undefined {
  const { store } = context
  // It may be the first to tell of it.
  if (claim.certificate !== undefined) {
    const told = [claim.certificate]
    if (store.transaction(() => receiveStatements(context, told).isNews)) context.indexGrew()
  }
  const roster = store.roster()
  if (roster.isRevoked(device)) return 'peer-revoked'
  if (claim.certificate !== undefined)
    return roster.isRevokedAuthor(claim.author) ? 'peer-revoked' : undefined
  const isMember = roster.roleOf(device) !== undefined
  if (claim.role === 'full' || isMember || roster.admission === 'secret') return undefined
  return roster.admission === 'approval' ? 'peer-waiting' : 'peer-uninvited'
}

/** Lets a device in that waits. Throws `needs-full-secret`, and `not-waiting`. */
export function approve(context: FolderContext, device: DeviceId): void {
  const { store, device: invitedBy, rootPath } = context
  const newcomer = store.newcomers().find((each) => each.device === device)
  if (newcomer === undefined) throw new SyncError('not-waiting', { path: rootPath })
  store.transaction(() => {
    certify(context, {
      ...{ author: newcomer.author, device, role: 'read-only', deviceName: newcomer.name },
      ...{ invitedBy, invite: undefined, signsFor: undefined },
    })
    store.forgetNewcomer(device)
  })
}

/** From now on peers are let in by this rule, everywhere. Throws `needs-full-secret`. */
export function setAdmission(context: FolderContext, rule: AdmissionRule): void {
  const roster = context.store.roster()
  if (roster.admission === rule) return
  if (roster.admissionNumber >= maxNumber) {
    const reason = 'Who may join was set too often to be set once more. After `berrysync rotate` it can be.'
    throw new SyncError('request-invalid', { reason })
  }
  declare(context, { kind: 'admission', rule, number: roster.admissionNumber + 1 })
  context.membersChanged(false)
}
