/**
 * Who belongs to the folder: keeps the store's statements to those the folder's writer key signed, and makes new ones where the full secret
 * is held. What they mean together is said by `core/roster`.
 */
import { SyncError } from '../core/errors.ts'
import type { AuthorKey } from '../core/ids.ts'
import {
  type Certificate,
  type SignedStatement,
  type Statement,
  signStatement,
  verifyStatement,
} from '../core/statement.ts'
import { encodeStatement } from '../wire/statement-body.ts'
import type { FolderContext } from './folder-context.ts'

/** Members come and go, and each costs some hundred bytes everywhere and for ever. */
const maxStatements = 200_000

/** Inside a transaction. Whether any was new, and whose word counts no more since. Throws `peer-forged`. */
export function receiveStatements(
  context: FolderContext,
  told: readonly SignedStatement[],
): { readonly isNews: boolean; readonly revoked: readonly AuthorKey[] } {
  const { store, keys, id } = context
  const fresh = told.filter((signed) => !store.hasStatement(signed.id))
  if (fresh.length === 0) return { isNews: false, revoked: [] }
  const known = new Set(store.roster().revocations.map((revocation) => revocation.id))
  let room = maxStatements - store.roster().size
  for (const signed of fresh) {
    if (!verifyStatement(signed, id, keys.writerPublicKey))
      throw new SyncError('peer-forged', { reason: `a ${signed.statement.kind} not signed by the folder` })
    if (room-- <= 0) continue
    store.addStatement(signed)
    noteRedeemed(context, signed.statement)
  }
  const revocations = store.roster().revocations.filter((revocation) => !known.has(revocation.id))
  return { isNews: true, revoked: revocations.map(({ author }) => author) }
}

/** A one-time secret of this device that a certificate names was used, whatever this database knows of it (I15). */
function noteRedeemed({ store, clock }: FolderContext, statement: Statement): void {
  if (statement.kind !== 'certificate' || statement.invite === undefined) return
  const { device, author, deviceName } = statement
  const atMs = Math.max(0, clock.now())
  store.endInvite(statement.invite, { kind: 'redeemed', device, author, deviceName, atMs })
}

/** Whether what the store holds is of this folder under this secret. */
export function isEntered({ store, id }: FolderContext): boolean {
  return (store.fact('folderId') ?? id) === id
}

/** What cannot be said of members before the store is of the folder under its present secret. */
export function notEntered({ rootPath }: FolderContext): SyncError {
  const reason = `${rootPath} has a new secret and is just going over to it, which takes its directory, unpaused. Try again in a moment.`
  return new SyncError('request-invalid', { reason })
}

/** Signs a statement and tells it to everybody. Throws `needs-full-secret` where the full secret is not held. */
export function declare<S extends Statement>(context: FolderContext, statement: S): SignedStatement<S> {
  const { store, keys, id, rootPath } = context
  if (keys.signAsWriter === undefined) throw new SyncError('needs-full-secret', { path: rootPath })
  if (!isEntered(context)) {
    throw notEntered(context)
  }
  const signed = signStatement(statement, encodeStatement(statement), id, keys.signAsWriter)
  if (store.addStatement(signed, true)) context.indexGrew()
  return signed
}

/** Makes a device a member. Throws `needs-full-secret`, and `peer-forged` for an author key that is another device's. */
export function certify(
  context: FolderContext,
  member: Omit<Certificate, 'kind' | 'issuedMs'>,
): SignedStatement<Certificate> {
  const known = context.store.roster().certificateOf(member.author)?.statement.device ?? member.device
  if (known !== member.device)
    throw new SyncError('peer-forged', { reason: "its author key is another device's" })
  const issuedMs = Math.max(0, context.clock.now())
  return declare(context, { kind: 'certificate', ...member, issuedMs })
}

/** What shows that this device is a member; undefined where only a secret of the folder does. */
export function ownCertificate({
  store,
  keys,
  author,
  device,
  role,
}: FolderContext): SignedStatement<Certificate> | undefined {
  const told = store.roster().certificateOf(author.key)
  // One from before this device was added with less says too much.
  const isOurs = told?.statement.device === device && told.statement.role === role
  return isOurs ? told : keys.certificate
}

/** This device is a member: by its own word where it holds the full secret, else by that of whoever let it in. */
export function declareSelf(context: FolderContext): void {
  const { store, keys, author, device, deviceName, role, rootPath, formerIds } = context
  if (keys.certificate !== undefined) store.addStatement(keys.certificate)
  const isKnown = store.roster().certificateOf(author.key) !== undefined
  if (!isKnown && keys.signAsWriter !== undefined) {
    certify(context, {
      ...{ author: author.key, device, role: 'full', deviceName },
      ...{ invitedBy: undefined, invite: undefined },
      // After a loss of the database, too, it signs for what the folder was when it came.
      signsFor: formerIds[0],
    })
  }
  if (role === 'full' && store.roster().certificateOf(author.key)?.statement.role !== 'full')
    throw new SyncError('needs-full-secret', { path: rootPath })
}
