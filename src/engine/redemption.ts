/** Both ends of the link over which a one-time secret is redeemed (P15). */
import { type ErrorCode, SyncError } from '../core/errors.ts'
import type { DeviceId } from '../core/ids.ts'
import { inviteIdOf } from '../core/invite.ts'
import type { Author } from '../core/record.ts'
import { proveAuthor, verifyAuthor } from '../core/role-proof.ts'
import { folderKeys, type GuestPass, guestPass, type OneTimeSecret } from '../core/secret.ts'
import { verifyStatement } from '../core/statement.ts'
import type { Clock, Link } from '../ports.ts'
import type { Message } from '../wire/messages.ts'
import type { Invites } from './invites.ts'

/** Who has not said by then what it came for, or left when it had it, came for something else. */
const patienceMs = 30_000

/** The issuer's end: answers one guest, and closes. */
export function answerGuest(invites: Invites, link: Link, clock: Clock): void {
  const timer = clock.after(patienceMs, () => link.close('peer-stalled'))
  void link.closed.then(() => timer[Symbol.dispose]())
  let isAsked = false
  link.listen(async (message) => {
    if (message.kind === 'close' || message.kind === 'ping' || message.kind === 'pong') return
    if (message.kind !== 'redeem' || isAsked)
      throw new SyncError('peer-garbage', { reason: `${message.kind} to who invites` })
    isAsked = true
    if (!verifyAuthor(link, message))
      throw new SyncError('peer-forged', { reason: 'its author key is not proven' })
    const { token, author, deviceName } = message
    const grant = await invites.redeem(link.folderId, token, { device: link.peer, author, deviceName })
    link.send({ kind: 'grant', ...grant, readKey: grant.readKey.reveal() })
  })
}

/** Who redeems. */
export interface Redeemer {
  readonly secret: OneTimeSecret
  readonly device: DeviceId
  readonly deviceName: string
  readonly author: Author
}

/** The guest's end: what the secret is good for. Rejects with the reason the issuer gave, or the link ended with. */
export async function redeemAt(link: Link, redeemer: Redeemer, clock: Clock): Promise<GuestPass> {
  const { secret, deviceName, author } = redeemer
  const token = secret.token.reveal()
  const granted = Promise.withResolvers<GuestPass>()
  using _timer = clock.after(patienceMs, () => link.close('peer-stalled'))
  void link.closed.then(granted.reject)
  link.send({ kind: 'redeem', token, ...proveAuthor(link, author), deviceName })
  link.listen((message) => {
    if (message.kind === 'close' || message.kind === 'ping' || message.kind === 'pong') return
    if (message.kind !== 'grant')
      throw new SyncError('peer-garbage', { reason: `${message.kind} to who redeems` })
    granted.resolve(passOf(message, redeemer))
  })
  try {
    return await granted.promise
  } finally {
    link.close('closing')
  }
}

/** Codes after which asking again is in vain. */
const final: ReadonlySet<ErrorCode> = new Set([
  'invite-used',
  'invite-expired',
  'invite-cancelled',
  'peer-forged',
  'folder-same-secret',
])

export function isFinal(code: ErrorCode): boolean {
  return final.has(code)
}

/** What is not signed for this very device, author and secret by the folder it claims to be is no grant. */
function passOf(
  { readKey, writerPublicKey, certificate }: Message & { kind: 'grant' },
  { secret, device, author }: Redeemer,
): GuestPass {
  const pass = guestPass(readKey, writerPublicKey, certificate)
  const { statement } = certificate
  const isOurs =
    statement.device === device &&
    statement.author === author.key &&
    statement.invite === inviteIdOf(secret.token.reveal())
  if (!isOurs || !verifyStatement(certificate, folderKeys(pass).folderId, writerPublicKey))
    throw new SyncError('peer-forged', { reason: 'what it grants is not signed for this device' })
  return pass
}
