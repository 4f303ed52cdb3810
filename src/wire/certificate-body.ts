/** The signed bytes of a certificate (R5), and back. Checks form, never signatures. */
import { create, toBinary } from '@bufbuild/protobuf'
import type { Certificate, Role } from '../core/certificate.ts'
import { idToBytes } from '../core/ids.ts'
import { checkedId, garbage, parse } from './garbage.ts'
import { CertificateBodySchema, Role as WireRole } from './generated/berrysync_pb.ts'

/** Three short fields; leaves a newer version room for more. */
export const maxCertificateBytes = 1024

const wireRoles = { full: WireRole.FULL, 'read-only': WireRole.READ_ONLY } as const satisfies Record<
  Role,
  WireRole
>

export function roleToWire(role: Role): WireRole {
  return wireRoles[role]
}

/** Undefined for a role of a newer version. */
export function wireToRole(role: WireRole): Role | undefined {
  switch (role) {
    case WireRole.FULL:
      return 'full'
    case WireRole.READ_ONLY:
      return 'read-only'
    case WireRole.UNSPECIFIED:
      return garbage('a role is missing')
    default:
      return undefined
  }
}

export function encodeCertificate(certificate: Certificate): Uint8Array {
  const { author, device, role } = certificate
  return toBinary(
    CertificateBodySchema,
    create(CertificateBodySchema, {
      author: idToBytes(author),
      device: idToBytes(device),
      role: roleToWire(role),
    }),
  )
}

/** Throws `peer-garbage`; undefined for a certificate of a role that only a newer version knows. */
export function decodeCertificate(body: Uint8Array): Certificate | undefined {
  if (body.length > maxCertificateBytes) garbage(`a certificate has ${body.length} bytes`)
  const wire = parse(CertificateBodySchema, body)
  const role = wireToRole(wire.role)
  if (role === undefined) return undefined
  return { author: checkedId('AuthorKey', wire.author), device: checkedId('DeviceId', wire.device), role }
}
