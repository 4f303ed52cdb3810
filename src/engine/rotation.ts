/**
 * A folder's change of secret (R9): draws it up where the full secret is held, finds out what it gives this device, and takes the store over
 * to what the folder is called from then on. Nothing is hashed or fetched again: what was agreed and what lies here stay as they are.
 */
import { ed25519KeyBytes } from '../core/ed25519.ts'
import { seal, unseal } from '../core/envelope.ts'
import { isSyncError, SyncError } from '../core/errors.ts'
import {
  type AuthorKey,
  type DeviceId,
  type FolderId,
  idToBytes,
  type RotationId,
  toId,
} from '../core/ids.ts'
import type { Invite } from '../core/invite.ts'
import { type Roster, rosterOf, type WholeRotation } from '../core/roster.ts'
import {
  type FolderKeys,
  type FolderSecret,
  folderKeys,
  fullSecretOf,
  type GuestPass,
  generateFullSecret,
  guestPass,
  type ReadSecret,
  readKeyBytes,
  readSecret,
  readSecretOf,
  seedBytes,
} from '../core/secret.ts'
import {
  type CarriedStatement,
  type Certificate,
  type Envelope,
  type Role,
  type SignedStatement,
  type Statement,
  signStatement,
  statementIdOf,
  verifyStatement,
} from '../core/statement.ts'
import { keyPairOf, x25519KeyBytes } from '../core/x25519.ts'
import { decodeStatement, encodeStatement } from '../wire/statement-body.ts'
import type { FolderContext } from './folder-context.ts'
import { listMembers, type MemberRow } from './member-list.ts'
import { declare, isEntered } from './members.ts'
import { forgetRevoked } from './revoke.ts'

const rotationIdBytes = 8
/** What one part may carry, so that it fits into a statement with all around it. */
const partRoomBytes = 36 * 1024
/** Device, key, tag, and what says where each begins, beside the secret itself. */
const envelopeBytes = 160
/** Id, signature, and what says where each begins, beside the body itself. */
const carriedBytes = 112

/** What comes of a change of the secret for this device. */
export interface Succession {
  readonly rotation: WholeRotation
  /** What the folder goes on under; undefined where this device is not to have it. */
  readonly secret: FolderSecret | undefined
}

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
    .statementsAfter(0, Number.MAX_SAFE_INTEGER)
    .filter(({ signed }) => isToCarry(signed.statement, store.roster()))
    .map(({ signed }) => carry(signed, folderId, next))
  const envelopes = heirsOf(store.roster()).flatMap(({ device: to, holdsSecret }): Envelope[] => {
    const content = holdsSecret
      ? secret.seed.reveal()
      : Buffer.concat([next.readKey.reveal(), next.writerPublicKey])
    const sealed = seal(to, subject(folderId, id), content, keyPairOf(chance.bytes(x25519KeyBytes)))
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

/** Of what was said of admission only what holds. */
function isToCarry(statement: Statement, { admission, admissionNumber }: Roster): boolean {
  if (statement.kind === 'admission')
    return statement.rule === admission && statement.number === admissionNumber
  return statement.kind !== 'rotation'
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
    .statementsAfter(0, Number.MAX_SAFE_INTEGER)
    .every(({ signed }) => signed.statement.kind === 'rotation' || kept.has(signed.id))
  store.transaction(() => {
    store.carryOver(former, rotation.id, carried)
    store.setFact('folderId', id)
    forgetRevoked(context, new Set(before.certificates.map(({ author }) => author)))
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

/** What this device said itself and whoever changed the secret did not know. Others may have signed in its name, so it is not told by what it says. */
function unheardOf({ store }: FolderContext, { carried }: WholeRotation): readonly SignedStatement[] {
  const known = new Set(carried.map(({ replaces }) => replaces))
  return store.ownStatements().filter(({ id }) => !known.has(id))
}

/**
 * That, and for what other folders authors sign that are members anyhow, which matters for a device that was added anew. Where the full secret
 * is held.
 */
function ownWord(
  { store, keys, formerIds }: FolderContext,
  former: FolderId,
  rotation: WholeRotation,
  unheard: readonly SignedStatement[],
): Signed[] {
  if (keys.signAsWriter === undefined) return []
  const members = rosterOf(openCarried(rotation, keys).map(({ signed }) => signed))
  function saysNoMore({ statement }: SignedStatement): boolean {
    if (statement.kind !== 'certificate' || !formerIds.includes(statement.signsFor ?? former)) return false
    const known = members.certificateOf(statement.author)?.statement
    return known?.device === statement.device && (known.role === 'full' || statement.role === 'read-only')
  }
  const known = new Set(rotation.carried.map(({ replaces }) => replaces))
  const others = store
    .statementsAfter(0, Number.MAX_SAFE_INTEGER)
    .map(({ signed }) => signed)
    .filter((signed) => !known.has(signed.id) && saysNoMore(signed))
  const said = unheard.filter(({ statement }) => isMemberStatement(statement))
  const all = new Map([...said, ...others].map((signed) => [signed.id, signed]))
  return [...all.values()].flatMap((signed) => openOne(carry(signed, former, keys), keys))
}

function isMemberStatement({ kind }: Statement): boolean {
  return kind === 'certificate' || kind === 'revocation'
}

/** A statement with the one it takes the place of. */
interface Signed {
  readonly replaces: CarriedStatement['replaces']
  readonly signed: SignedStatement
}

function openCarried({ carried }: WholeRotation, keys: FolderKeys): Signed[] {
  return carried.flatMap((one) => openOne(one, keys))
}

/** None where it is no statement that the new writer key signed. */
function openOne({ replaces, body, signature }: CarriedStatement, keys: FolderKeys): Signed[] {
  const statement = decodeOrNone(body)
  if (statement === undefined || statement.kind === 'rotation') return []
  const signed: SignedStatement = { id: statementIdOf(body), statement, body, signature }
  return verifyStatement(signed, keys.folderId, keys.writerPublicKey) ? [{ replaces, signed }] : []
}

function decodeOrNone(body: Uint8Array): Statement | undefined {
  try {
    return decodeStatement(body)
  } catch (error) {
    if (!isSyncError(error)) throw error
    return undefined
  }
}

/** A statement of the folder `former`, signed for the one with these keys. */
function carry({ id, statement }: SignedStatement, former: FolderId, next: FolderKeys): CarriedStatement {
  const carried: Statement =
    statement.kind === 'certificate'
      ? { ...statement, signsFor: statement.signsFor ?? former }
      : statement.kind === 'admission'
        ? { ...statement, number: 1 }
        : statement
  const body = encodeStatement(carried)
  const { signature } = signStatement(carried, body, next.folderId, next.signAsWriter!)
  return { replaces: id, body, signature }
}

/** What this device finds in its envelope, and never more than it holds; undefined where there is none for it. */
function secretIn(
  { device, deviceKeys, keys, ...context }: FolderContext,
  from: FolderId,
  rotation: WholeRotation,
): FolderSecret | undefined {
  const sealed = rotation.sealedByDevice.get(device)
  const content = sealed && unseal(deviceKeys, subject(from, rotation.id), sealed)
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

/** What an envelope is about: it is worth nothing in another place. */
function subject(folderId: FolderId, id: RotationId): Buffer {
  return Buffer.concat([Buffer.from('berrysync envelope'), idToBytes(folderId), idToBytes(id)])
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
