/** Statements on their way from a folder to what it is called after its secret was changed (R9): signed anew, and each in the place of one. */
import { isSyncError } from '../core/errors.ts'
import type { FolderId } from '../core/ids.ts'
import { type Roster, rosterOf, type WholeRotation } from '../core/roster.ts'
import type { FolderKeys } from '../core/secret.ts'
import {
  type CarriedStatement,
  type SignedStatement,
  type Statement,
  signStatement,
  statementIdOf,
  verifyStatement,
} from '../core/statement.ts'
import { decodeStatement, encodeStatement } from '../wire/statement-body.ts'
import type { FolderContext } from './folder-context.ts'

/** What this device said itself and whoever changed the secret did not know. Others may have signed in its name, so it is not told by what it says. */
export function unheardOf({ store }: FolderContext, rotation: WholeRotation): readonly SignedStatement[] {
  return notIn(rotation, store.ownStatements())
}

function notIn({ carried }: WholeRotation, said: readonly SignedStatement[]): SignedStatement[] {
  const known = new Set(carried.map(({ replaces }) => replaces))
  return said.filter(({ id }) => !known.has(id))
}

/**
 * That, and for what other folders authors sign that are members anyhow, which matters for a device that was added anew. Where the full secret
 * is held.
 */
export function ownWord(
  { store, keys, formerIds }: FolderContext,
  former: FolderId,
  rotation: WholeRotation,
  unheard: readonly SignedStatement[],
): Carried[] {
  if (keys.signAsWriter === undefined) return []
  const members = rosterOf(openCarried(rotation, keys).map(({ signed }) => signed))
  function saysNoMore({ statement }: SignedStatement): boolean {
    if (statement.kind !== 'certificate' || !formerIds.includes(statement.signsFor ?? former)) return false
    const known = members.certificateOf(statement.author)?.statement
    return known?.device === statement.device && (known.role === 'full' || statement.role === 'read-only')
  }
  const others = notIn(rotation, store.statements()).filter(saysNoMore)
  const said = unheard.filter(({ statement }) => isMemberStatement(statement))
  const all = new Map([...said, ...others].map((signed) => [signed.id, signed]))
  return [...all.values()].flatMap((signed) => openOne(carry(signed, former, keys), keys))
}

function isMemberStatement({ kind }: Statement): boolean {
  return kind === 'certificate' || kind === 'revocation'
}

/** A statement with the one it takes the place of. */
export interface Carried {
  readonly replaces: CarriedStatement['replaces']
  readonly signed: SignedStatement
}

/** What a change of the secret carries, as far as the new writer key signed it. */
export function openCarried({ carried }: WholeRotation, keys: FolderKeys): Carried[] {
  return carried.flatMap((one) => openOne(one, keys))
}

/** None where it is no statement that the new writer key signed. */
function openOne({ replaces, body, signature }: CarriedStatement, keys: FolderKeys): Carried[] {
  const statement = decodeOrNone(body)
  if (statement === undefined || statement.kind === 'rotation') return []
  const signed: SignedStatement = { id: statementIdOf(body), statement, body, signature }
  return verifyStatement(signed, keys.folderId, keys.writerPublicKey) ? [{ replaces, signed }] : []
}

/** Undefined for what is no statement. */
export function decodeOrNone(body: Uint8Array): Statement | undefined {
  try {
    return decodeStatement(body)
  } catch (error) {
    if (!isSyncError(error)) throw error
    return undefined
  }
}

/** A statement of the folder `former`, signed for the one with these keys. */
export function carry(
  { id, statement }: SignedStatement,
  former: FolderId,
  next: FolderKeys,
): CarriedStatement {
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

/** Of what was said of admission only what holds. */
export function isToCarry(statement: Statement, { admission, admissionNumber }: Roster): boolean {
  if (statement.kind === 'admission')
    return statement.rule === admission && statement.number === admissionNumber
  return statement.kind !== 'rotation'
}
