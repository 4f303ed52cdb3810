/** A change of the folder's secret (R9), where the full secret is held: what it would do, and drawing it up. */
import { rotationSubject, seal } from '../core/envelope.ts'
import { SyncError } from '../core/errors.ts'
import { type DeviceId, toId } from '../core/ids.ts'
import type { Invite } from '../core/invite.ts'
import type { Roster } from '../core/roster.ts'
import { folderKeys, generateFullSecret } from '../core/secret.ts'
import type { CarriedStatement, Envelope } from '../core/statement.ts'
import { keyPairOf, x25519KeyBytes } from '../core/x25519.ts'
import { carry, isToCarry } from './carry.ts'
import type { FolderContext } from './folder-context.ts'
import { listMembers, type MemberRow } from './member-list.ts'
import { declare } from './members.ts'
import { successionOf } from './succession.ts'

const rotationIdBytes = 8
/** What one part may carry, so that it fits into a statement with all around it. */
const partRoomBytes = 36 * 1024
/** Device, key, tag, and what says where each begins, beside the secret itself. */
const envelopeBytes = 160
/** Id, signature, and what says where each begins, beside the body itself. */
const carriedBytes = 112

/** What a change of the secret means for the other devices that share the folder. */
export interface RotationPlan {
  /** They go on with the new secret by themselves. */
  readonly moving: readonly MemberRow[]
  /** They have only a secret of the folder, which is worth nothing any more then. */
  readonly left: readonly MemberRow[]
  /** One-time secrets that are cancelled. */
  readonly invites: readonly Invite[]
}

/** Changes nothing. Throws `needs-full-secret`. */
export function planRotation(context: FolderContext): RotationPlan {
  const { store, keys, rootPath } = context
  if (keys.signAsWriter === undefined) throw new SyncError('needs-full-secret', { path: rootPath })
  const heirs = new Set(heirsOf(store.roster()).map(({ device }) => device))
  const others = listMembers(context).filter(({ state }) => state !== 'revoked')
  return {
    moving: others.filter(({ device }) => heirs.has(device)),
    left: others.filter(({ device }) => !heirs.has(device)),
    invites: store.invites().filter(({ end }) => end === undefined),
  }
}

/** Draws up a change of the secret and tells everybody; does nothing while there is one to follow. Throws `needs-full-secret`. */
export function rotate(context: FolderContext): void {
  const { store, keys, chance, clock, device, id: folderId, rootPath } = context
  if (keys.signAsWriter === undefined) throw new SyncError('needs-full-secret', { path: rootPath })
  if (successionOf(context)?.secret !== undefined) return
  const secret = generateFullSecret((count) => chance.bytes(count))
  const next = folderKeys(secret)
  const id = toId('RotationId', chance.bytes(rotationIdBytes))
  const carried = store
    .statements()
    .filter(({ statement }) => isToCarry(statement, store.roster()))
    .map((signed) => carry(signed, folderId, next))
  const envelopes = heirsOf(store.roster()).flatMap(({ device: to, holdsSecret }): Envelope[] => {
    const content = holdsSecret
      ? secret.seed.reveal()
      : Buffer.concat([next.readKey.reveal(), next.writerPublicKey])
    const sealed = seal(to, rotationSubject(folderId, id), content, keyPairOf(chance.bytes(x25519KeyBytes)))
    return sealed === undefined ? [] : [{ device: to, sealed }]
  })
  const parts = partsOf(envelopes, carried)
  store.transaction(() => {
    for (const [part, some] of parts.entries()) {
      const issuedMs = Math.max(0, clock.now())
      declare(context, {
        ...{ kind: 'rotation', id, rotatedBy: device, issuedMs, part, partCount: parts.length },
        ...some,
      })
    }
  })
  context.membersChanged(false)
}

/** Every member that is none of those taken out. Who let itself in holds the full secret, and is given the next. */
function heirsOf(roster: Roster): { readonly device: DeviceId; readonly holdsSecret: boolean }[] {
  const found = new Map<DeviceId, boolean>()
  for (const { device, author, role, invitedBy } of roster.certificates) {
    if (roster.isRevokedAuthor(author)) continue
    found.set(device, (role === 'full' && invitedBy === undefined) || found.get(device) === true)
  }
  return [...found].map(([device, holdsSecret]) => ({ device, holdsSecret }))
}

interface Part {
  readonly envelopes: readonly Envelope[]
  readonly carried: readonly CarriedStatement[]
}

/** Fills one part after another. */
function partsOf(envelopes: readonly Envelope[], carried: readonly CarriedStatement[]): Part[] {
  const parts: { envelopes: Envelope[]; carried: CarriedStatement[] }[] = [{ envelopes: [], carried: [] }]
  let roomBytes = partRoomBytes
  function partFor(bytes: number) {
    if (bytes > roomBytes) {
      parts.push({ envelopes: [], carried: [] })
      roomBytes = partRoomBytes
    }
    roomBytes -= bytes
    return parts.at(-1)!
  }
  for (const envelope of envelopes) partFor(envelopeBytes).envelopes.push(envelope)
  for (const one of carried) partFor(carriedBytes + one.body.length).carried.push(one)
  return parts
}
