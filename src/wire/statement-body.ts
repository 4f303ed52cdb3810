/** The signed bytes of a statement (R6), and back. Checks form, never signatures. */
import { create, toBinary } from '@bufbuild/protobuf'
import { deviceNameFault } from '../core/device-name.ts'
import { ed25519SignatureBytes } from '../core/ed25519.ts'
import { idToBytes, toId } from '../core/ids.ts'
import type {
  Admission,
  AdmissionRule,
  Certificate,
  Revocation,
  Role,
  Rotation,
  Statement,
} from '../core/statement.ts'
import { checkedBytes, checkedId, checkedNumber, checkedPieces, garbage, parse } from './garbage.ts'
import * as wire from './generated/berrysync_pb.ts'

/** Records one part of a revocation names: with all around it, it fits into one message. */
export const maxKept = 1024
/** Those, and room for a newer version's fields. */
export const maxStatementBytes = 40 * 1024
/** Of a revocation: those of an author of sixteen million records. Of a rotation: those of a million members. */
const maxParts = 16_384
/** The year 9999, far from the limits of arithmetic. */
const maxTimeMs = Date.UTC(9999, 0, 1)

const recordIdBytes = 32
/** A secret, and what sealing adds, are far shorter. */
const maxSealedBytes = 1024

const wireRoles = { full: wire.Role.FULL, 'read-only': wire.Role.READ_ONLY } as const satisfies Record<
  Role,
  wire.Role
>

const wireRules = {
  secret: wire.AdmissionRule.SECRET,
  approval: wire.AdmissionRule.APPROVAL,
  invite: wire.AdmissionRule.INVITE,
} as const satisfies Record<AdmissionRule, wire.AdmissionRule>

export function roleToWire(role: Role): wire.Role {
  return wireRoles[role]
}

/** Undefined for a role of a newer version. */
export function wireToRole(role: wire.Role): Role | undefined {
  switch (role) {
    case wire.Role.FULL:
      return 'full'
    case wire.Role.READ_ONLY:
      return 'read-only'
    case wire.Role.UNSPECIFIED:
      return garbage('a role is missing')
    default:
      return undefined
  }
}

function wireToRule(rule: wire.AdmissionRule): AdmissionRule | undefined {
  switch (rule) {
    case wire.AdmissionRule.SECRET:
      return 'secret'
    case wire.AdmissionRule.APPROVAL:
      return 'approval'
    case wire.AdmissionRule.INVITE:
      return 'invite'
    case wire.AdmissionRule.UNSPECIFIED:
      return garbage('an admission rule is missing')
    default:
      return undefined
  }
}

export function encodeStatement(statement: Statement): Uint8Array {
  const said = create(wire.StatementBodySchema, { said: statementToWire(statement) })
  const body = toBinary(wire.StatementBodySchema, said)
  if (body.length > maxStatementBytes)
    throw new Error(`assertion: a ${statement.kind} of ${body.length} bytes`)
  return body
}

function statementToWire(statement: Statement): wire.StatementBody['said'] {
  switch (statement.kind) {
    case 'certificate': {
      const { author, device, role, deviceName, invitedBy, invite, issuedMs, signsFor } = statement
      const value = create(wire.CertificateSchema, {
        author: idToBytes(author),
        device: idToBytes(device),
        role: roleToWire(role),
        deviceName,
        issuedMilliseconds: BigInt(issuedMs),
        ...(invitedBy === undefined ? {} : { invitedBy: idToBytes(invitedBy) }),
        ...(invite === undefined ? {} : { invite: idToBytes(invite) }),
        ...(signsFor === undefined ? {} : { signsFor: idToBytes(signsFor) }),
      })
      return { case: 'certificate', value }
    }
    case 'revocation': {
      const { id, device, author, revokedBy, issuedMs, part, partCount, kept } = statement
      const value = create(wire.RevocationSchema, {
        id: idToBytes(id),
        device: idToBytes(device),
        author: idToBytes(author),
        revokedBy: idToBytes(revokedBy),
        issuedMilliseconds: BigInt(issuedMs),
        part,
        partCount,
        kept: Buffer.from(kept.join(''), 'hex'),
      })
      return { case: 'revocation', value }
    }
    case 'admission': {
      const { rule, number } = statement
      const value = create(wire.AdmissionSchema, { rule: wireRules[rule], number: BigInt(number) })
      return { case: 'admission', value }
    }
    case 'rotation': {
      const { id, rotatedBy, issuedMs, part, partCount, envelopes, carried } = statement
      const value = create(wire.RotationSchema, {
        id: idToBytes(id),
        rotatedBy: idToBytes(rotatedBy),
        issuedMilliseconds: BigInt(issuedMs),
        part,
        partCount,
        envelopes: envelopes.map(({ device, sealed }) => ({ device: idToBytes(device), sealed })),
        carried: carried.map(({ replaces, body, signature }) => ({
          ...{ replaces: idToBytes(replaces), body, signature },
        })),
      })
      return { case: 'rotation', value }
    }
  }
}

/** Throws `peer-garbage`; undefined for a statement that only a newer version understands. */
export function decodeStatement(body: Uint8Array): Statement | undefined {
  if (body.length > maxStatementBytes) garbage(`a statement has ${body.length} bytes`)
  const { said } = parse(wire.StatementBodySchema, body)
  switch (said.case) {
    case 'certificate':
      return wireToCertificate(said.value)
    case 'revocation':
      return wireToRevocation(said.value)
    case 'admission':
      return wireToAdmission(said.value)
    case 'rotation':
      return wireToRotation(said.value)
    case undefined:
      return undefined
  }
}

function wireToCertificate(certificate: wire.Certificate): Certificate | undefined {
  const role = wireToRole(certificate.role)
  if (role === undefined) return undefined
  const { deviceName, invitedBy, invite, signsFor } = certificate
  const fault = deviceNameFault(deviceName)
  if (fault !== undefined) garbage(`a name in a certificate: ${fault}`)
  return {
    kind: 'certificate',
    author: checkedId('AuthorKey', certificate.author),
    device: checkedId('DeviceId', certificate.device),
    role,
    deviceName,
    invitedBy: invitedBy && checkedId('DeviceId', invitedBy),
    invite: invite && checkedId('InviteId', invite),
    issuedMs: checkedTime(certificate.issuedMilliseconds),
    signsFor: signsFor && checkedId('FolderId', signsFor),
  }
}

function wireToRevocation(revocation: wire.Revocation): Revocation {
  const { kept } = revocation
  const keptCount = checkedPieces('kept records', kept, recordIdBytes, maxKept)
  return {
    kind: 'revocation',
    id: checkedId('RevocationId', revocation.id),
    device: checkedId('DeviceId', revocation.device),
    author: checkedId('AuthorKey', revocation.author),
    revokedBy: checkedId('DeviceId', revocation.revokedBy),
    issuedMs: checkedTime(revocation.issuedMilliseconds),
    ...checkedPart(revocation),
    kept: Array.from({ length: keptCount }, (_, at) =>
      toId('RecordId', kept.subarray(at * recordIdBytes, (at + 1) * recordIdBytes)),
    ),
  }
}

function wireToAdmission({ rule: wireRule, number }: wire.Admission): Admission | undefined {
  const rule = wireToRule(wireRule)
  if (rule === undefined) return undefined
  return {
    kind: 'admission',
    rule,
    number: checkedNumber('the number of an admission', number, 1, Number.MAX_SAFE_INTEGER),
  }
}

/** What is in the carried statements is looked at by whoever takes them over. */
function wireToRotation(rotation: wire.Rotation): Rotation {
  return {
    kind: 'rotation',
    id: checkedId('RotationId', rotation.id),
    rotatedBy: checkedId('DeviceId', rotation.rotatedBy),
    issuedMs: checkedTime(rotation.issuedMilliseconds),
    ...checkedPart(rotation),
    envelopes: rotation.envelopes.map(({ device, sealed }) => {
      if (sealed.length > maxSealedBytes) garbage(`an envelope has ${sealed.length} bytes`)
      return { device: checkedId('DeviceId', device), sealed }
    }),
    carried: rotation.carried.map(({ replaces, body, signature }) => ({
      replaces: checkedId('StatementId', replaces),
      body,
      signature: checkedBytes('a signature', signature, ed25519SignatureBytes),
    })),
  }
}

function checkedPart({ part, partCount }: { readonly part: number; readonly partCount: number }) {
  const count = checkedNumber('the number of parts', partCount, 1, maxParts)
  return { part: checkedNumber('a part', part, 0, count - 1), partCount: count }
}

function checkedTime(milliseconds: bigint): number {
  return checkedNumber('a time', milliseconds, 0, maxTimeMs)
}
