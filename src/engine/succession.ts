/**
 * What comes of a change of the folder's secret here (R9): finds out what it gives this device, and takes the store over to what the folder is
 * called from then on. Nothing is hashed or fetched again: what was agreed and what lies here stay as they are.
 */
import { ed25519KeyBytes } from '../core/ed25519.ts'
import { rotationSubject, unseal } from '../core/envelope.ts'
import { SyncError } from '../core/errors.ts'
import type { AuthorKey, FolderId } from '../core/ids.ts'
import { rosterOf, type WholeRotation } from '../core/roster.ts'
import {
  type FolderSecret,
  folderKeys,
  fullSecretOf,
  type GuestPass,
  guestPass,
  type ReadSecret,
  readKeyBytes,
  readSecret,
  readSecretOf,
  seedBytes,
} from '../core/secret.ts'
import {
  type Certificate,
  type Role,
  type SignedStatement,
  statementIdOf,
  verifyStatement,
} from '../core/statement.ts'
import { decodeOrNone, openCarried, ownWord, unheardOf } from './carry.ts'
import type { FolderContext } from './folder-context.ts'
import { declare, isEntered } from './members.ts'
import { forgetRevoked } from './revoke.ts'

/** What comes of a change of the secret for this device. */
export interface Succession {
  readonly rotation: WholeRotation
  /** What the folder goes on under; undefined where this device is not to have it. */
  readonly secret: FolderSecret | undefined
}

/** The change of the secret this device follows, if one is wholly known. */
export function successionOf(context: FolderContext): Succession | undefined {
  const { store, id } = context
  const { rotations } = isEntered(context) ? store.roster() : rosterOf(store.rotationsFrom(id))
  const known = [id, ...context.formerIds]
  const found = rotations.map((rotation) => {
    const secret = secretIn(context, id, rotation)
    // Not round in a circle.
    const isNew = secret !== undefined && !known.includes(folderKeys(secret).folderId)
    return { rotation, secret: isNew ? secret : undefined }
  })
  return found.find(({ secret }) => secret !== undefined) ?? found[0]
}

/**
 * Throws unless the store is of this folder, or knows a way from what it is of to here. Where it is of what came later, the configuration is
 * from a backup: `folder-moved`. Where it knows no way, one of the two is: `database-damaged`, and the folder begins anew.
 */
export function checkStore(context: FolderContext): void {
  const { store, id } = context
  if (store.fact('folderId') === undefined) store.setFact('folderId', id)
  if (isEntered(context) || wayHere(context) !== undefined) return
  if (store.rotationsFrom(id).length > 0) throw new SyncError('folder-moved')
  throw store.setAside('it is of this folder under another secret')
}

/** What leads to this folder from what it was when the store was last used. */
function wayHere(
  context: FolderContext,
): { readonly former: FolderId; readonly rotation: WholeRotation } | undefined {
  const { store, id } = context
  const former = store.fact('folderId') as FolderId
  const rotation = store.roster().rotations.find((each) => {
    const secret = secretIn(context, former, each)
    return secret !== undefined && folderKeys(secret).folderId === id
  })
  return rotation && { former, rotation }
}

/**
 * Takes the store over from what the folder was before, if that has not been done. What is said of members is from now on what the change
 * of the secret carries over, and beside that what this very device said and whoever changed it had not heard of.
 */
export function enter(context: FolderContext): void {
  const { store, id, keys, device, clock } = context
  const way = isEntered(context) ? undefined : wayHere(context)
  if (way === undefined) return
  const { former, rotation } = way
  const before = store.roster()
  const unheard = unheardOf(context, rotation)
  const carried = [...openCarried(rotation, keys), ...ownWord(context, former, rotation, unheard)]
  const kept = new Set(carried.map(({ replaces }) => replaces))
  const isAllKept = store
    .statements()
    .every(({ id, statement }) => statement.kind === 'rotation' || kept.has(id))
  store.transaction(() => {
    store.carryOver(former, rotation.id, carried)
    store.setFact('folderId', id)
    const after = store.roster()
    const authors = new Set(before.certificates.map(({ author }) => author))
    forgetRevoked(
      context,
      [...authors].filter((author) => !after.countsWholly(author)),
    )
    // Others may know more of it than they will tell of their own accord: it lies before where this device has read.
    if (!isAllKept) store.forgetCursors()
    const open = store.invites().filter(({ end }) => end === undefined)
    for (const invite of open)
      store.endInvite(invite.id, { kind: 'cancelled', atMs: Math.max(0, clock.now()) })
    for (const newcomer of store.newcomers()) store.forgetNewcomer(newcomer.device)
    store.setAwaited([...rotation.sealedByDevice.keys()].filter((each) => each !== device))
    const rule = unheard.findLast((each) => each.statement.kind === 'admission')?.statement
    if (
      rule?.kind === 'admission' &&
      rule.number === before.admissionNumber &&
      keys.signAsWriter !== undefined
    )
      declare(context, { ...rule, number: store.roster().admissionNumber + 1 })
  })
}

/** What this device finds in its envelope, and never more than it holds; undefined where there is none for it. */
function secretIn(
  { device, deviceKeys, keys, ...context }: FolderContext,
  from: FolderId,
  rotation: WholeRotation,
): FolderSecret | undefined {
  const sealed = rotation.sealedByDevice.get(device)
  const content = sealed && unseal(deviceKeys, rotationSubject(from, rotation.id), sealed)
  const full = content?.length === seedBytes ? fullSecretOf(content) : undefined
  if (full !== undefined && keys.signAsWriter !== undefined) return full
  const read = full !== undefined ? readSecretOf(full) : content && readSecretIn(content)
  if (read === undefined) return undefined
  const pass = passIn(context.author.key, keys.role, read, rotation)
  return pass ?? (keys.certificate === undefined ? read : undefined)
}

/** The pass of this author, with a certificate that gives it as much as it has. */
function passIn(
  author: AuthorKey,
  role: Role,
  { readKey, writerPublicKey }: ReadSecret,
  { carried }: WholeRotation,
): GuestPass | undefined {
  return carried.flatMap(({ body, signature }) => {
    const statement = decodeOrNone(body)
    if (statement?.kind !== 'certificate' || statement.author !== author || statement.role !== role) return []
    const certificate: SignedStatement<Certificate> = { id: statementIdOf(body), statement, body, signature }
    const pass = guestPass(readKey.reveal(), writerPublicKey, certificate)
    return verifyStatement(certificate, folderKeys(pass).folderId, writerPublicKey) ? [pass] : []
  })[0]
}

function readSecretIn(content: Uint8Array): ReadSecret | undefined {
  if (content.length !== readKeyBytes + ed25519KeyBytes) return undefined
  return readSecret(content.subarray(0, readKeyBytes), content.subarray(readKeyBytes))
}
