/**
 * The issuer's side of one-time secrets: makes, lists and cancels them, and gives a guest its certificate, exactly once (I15). What is promised
 * to a guest is durable here before it hears of it, and an older database put back later is known to be old by then.
 */
import { isSyncError, SyncError } from '../core/errors.ts'
import type { FolderId, InviteId } from '../core/ids.ts'
import {
  type Guest,
  type Invite,
  type InviteKeys,
  inviteIdOf,
  inviteKeys,
  isOver,
  judge,
  maxInviteMs,
} from '../core/invite.ts'
import { generateOneTimeSecret, type OneTimeSecret } from '../core/secret.ts'
import type { Certificate, Role, SignedStatement } from '../core/statement.ts'
import type { HiddenBytes } from '../core/unprintable.ts'
import { isClockSet } from '../core/wall-clock.ts'
import type { FolderContext } from './folder-context.ts'
import { renewLease } from './lease.ts'
import { certify, isEntered, notEntered } from './members.ts'

/** That have ended and are remembered: who comes too late is told why, and whoever lost its answer gets it. */
const maxEndedInvites = 1000
/** At which guests may look for this device, the latest ones: each is announced wherever the folder is. */
const maxAwaited = 32
/** One-time secrets that are open at a time: each costs every handshake a little. */
const maxOpenInvites = 1000

/** What a one-time secret is redeemed for. */
export interface Grant {
  readonly readKey: HiddenBytes
  readonly writerPublicKey: Uint8Array
  readonly certificate: SignedStatement<Certificate>
}

export interface Invites {
  /** Throws `needs-full-secret`, `clock-not-set` and `request-invalid`. */
  create(role: Role, lifeMs: number): { readonly secret: OneTimeSecret; readonly invite: Invite }
  /** The oldest first. */
  list(): readonly Invite[]
  /** By the first characters of its id. Throws `invite-unknown`, and why it had ended before. */
  cancel(named: string): Invite
  /** With what guests may come: those who are to be told that they come too late included. */
  meetings(): ReadonlyMap<FolderId, InviteKeys>
  /** At which of them guests may look for this device. */
  awaitedMeetings(): readonly InviteKeys[]
  /** Throws why not. */
  redeem(meeting: FolderId, token: Uint8Array, guest: Guest & { readonly deviceName: string }): Promise<Grant>
}

/**
 * `isPrepared`: whether this opening has found out if the database is the one last used, before which nobody can be let in (I15).
 * `awaitedChanged` is called when there is a meeting more or less at which guests may look.
 */
export function createInvites(
  context: FolderContext,
  isPrepared: () => boolean,
  awaitedChanged: () => void,
): Invites {
  const { store, keys, clock, chance, rootPath } = context
  /** Of all that are known; made when it is asked for. */
  let meetings: ReadonlyMap<FolderId, InviteKeys> | undefined

  /** All that are known, those whose time is over being ended. */
  function list(): readonly Invite[] {
    const nowMs = clock.now()
    if (isClockSet(nowMs)) {
      const due = store.invites().filter((invite) => invite.end === undefined && isOver(invite, nowMs))
      if (due.length > 0)
        store.transaction(() => {
          for (const { id } of due) store.endInvite(id, { kind: 'expired', atMs: nowMs })
          awaitedChanged()
        })
    }
    if (store.forgetInvites(maxEndedInvites)) meetings = undefined
    return store.invites()
  }

  /** A database that cannot be used invites nobody. */
  function readInvites(): readonly Invite[] {
    try {
      return store.invites()
    } catch (error) {
      if (!isSyncError(error)) throw error
      return []
    }
  }

  function certificateOf(id: InviteId, { author }: Guest): SignedStatement<Certificate> | undefined {
    const certificate = store.roster().certificateOf(author)
    return certificate?.statement.invite === id && !store.roster().isRevokedAuthor(author)
      ? certificate
      : undefined
  }

  return {
    list,
    create(role, lifeMs) {
      if (keys.signAsWriter === undefined) throw new SyncError('needs-full-secret', { path: rootPath })
      if (!isEntered(context)) throw notEntered(context)
      const createdMs = clock.now()
      if (!isClockSet(createdMs)) throw new SyncError('clock-not-set')
      if (!(lifeMs > 0 && lifeMs <= maxInviteMs))
        throw new SyncError('request-invalid', { reason: 'A one-time secret is good for 24 hours at most.' })
      if (list().filter(({ end }) => end === undefined).length >= maxOpenInvites) {
        const reason = `There are ${maxOpenInvites} one-time secrets of ${rootPath} that nobody has used yet. Cancel some.`
        throw new SyncError('request-invalid', { reason })
      }
      const secret = generateOneTimeSecret((count) => chance.bytes(count))
      const id = inviteIdOf(secret.token.reveal())
      const invite: Invite = { id, role, createdMs, expiresMs: createdMs + lifeMs, end: undefined }
      store.addInvite(invite)
      meetings = undefined
      awaitedChanged()
      return { secret, invite }
    },
    cancel(named) {
      const found = list().filter(({ id }) => named !== '' && id.startsWith(named.toLowerCase()))
      const [invite] = found
      if (invite === undefined || found.length > 1)
        throw new SyncError('invite-unknown', { id: named, path: rootPath })
      const { end, id } = invite
      if (end !== undefined)
        throw new SyncError('request-invalid', {
          reason: `That one-time secret has ended already: ${end.kind}.`,
        })
      store.endInvite(id, { kind: 'cancelled', atMs: clock.now() })
      return { ...invite, end: { kind: 'cancelled', atMs: clock.now() } }
    },
    meetings() {
      if (!isPrepared()) return new Map()
      meetings ??= new Map(
        readInvites()
          .map(({ id }) => inviteKeys(id))
          .map((met) => [met.meetingId, met]),
      )
      return meetings
    },
    awaitedMeetings: () =>
      isPrepared()
        ? readInvites()
            .filter(({ expiresMs }) => expiresMs > clock.now())
            .slice(-maxAwaited)
            .map(({ id }) => inviteKeys(id))
        : [],
    async redeem(meeting, token, guest) {
      if (!isPrepared()) throw new SyncError('folder-closed')
      const id = inviteIdOf(token)
      if (inviteKeys(id).meetingId !== meeting)
        throw new SyncError('peer-forged', { reason: 'it does not have the one-time secret it came with' })
      const invite = list().find((each) => each.id === id)
      if (invite === undefined) throw new SyncError('invite-expired')
      const nowMs = clock.now()
      const judgement = judge(invite, guest, nowMs)
      if (judgement !== 'redeem' && judgement !== 'repeat') throw new SyncError(judgement)
      // Two guests can only come one after another: nothing is awaited between judging and this.
      if (judgement === 'redeem') store.endInvite(id, { kind: 'redeemed', ...guest, atMs: nowMs })
      // An older database that is put back from here on does not know the note this leaves on the disk. Before, nobody may hear of it: the
      // secret would be open in that database.
      await renewLease(context)
      const certificate = certificateOf(id, guest) ?? certifyGuest(context, invite, guest)
      return { readKey: keys.readKey, writerPublicKey: keys.writerPublicKey, certificate }
    },
  }
}

/** Makes the guest that has redeemed it a member. Throws `invite-cancelled` for one that was taken out. */
function certifyGuest(
  context: FolderContext,
  { id, role }: Invite,
  { author, device, deviceName }: Guest & { readonly deviceName: string },
): SignedStatement<Certificate> {
  if (context.store.roster().isRevokedAuthor(author)) throw new SyncError('invite-cancelled')
  const invitedBy = context.device
  return certify(context, { author, device, role, deviceName, invitedBy, invite: id, signsFor: undefined })
}
