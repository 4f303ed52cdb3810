/**
 * What a folder's statements mean together: who is a member, whose records count, who is let in. Pure, and the same in whatever order
 * the statements became known, so that all devices that know the same agree.
 */
import type { AuthorKey, DeviceId, FolderId, RecordId, RevocationId } from './ids.ts'
import type {
  AdmissionRule,
  CarriedStatement,
  Certificate,
  Revocation,
  Role,
  Rotation,
  SignedStatement,
} from './statement.ts'

/** A change of the secret all parts of which are known. */
export interface WholeRotation extends Pick<Rotation, 'id' | 'rotatedBy' | 'issuedMs' | 'partCount'> {
  /** What is sealed for each member that moves over. */
  readonly sealedByDevice: ReadonlyMap<DeviceId, Uint8Array>
  readonly carried: readonly CarriedStatement[]
}

export interface Roster {
  /** The certificate of an author, revoked or not: the one that gives more where there are two. */
  certificateOf(author: AuthorKey): SignedStatement<Certificate> | undefined
  /** What the device may do as a member with a certificate that holds; undefined when it has none. */
  roleOf(device: DeviceId): Role | undefined
  /** Whether the device was a member and is none any more. */
  isRevoked(device: DeviceId): boolean
  isRevokedAuthor(author: AuthorKey): boolean
  /** For which folders the author's records may be signed (R4); undefined among them for this one. */
  foldersOf(author: AuthorKey): readonly (FolderId | undefined)[]
  /** Whether a record of this author counts (R5, R7). */
  counts(author: AuthorKey, record: RecordId): boolean
  /** Whether every record of this author does. */
  countsWholly(author: AuthorKey): boolean
  readonly admission: AdmissionRule
  /** Of the admission that holds; 0 where nothing was said. */
  readonly admissionNumber: number
  /** Every certificate, the oldest first. */
  readonly certificates: readonly Certificate[]
  /** Every revocation that holds, once each. */
  readonly revocations: readonly Revocation[]
  /** Every change of the secret that is wholly known, by id: the folder goes on under the new one. */
  readonly rotations: readonly WholeRotation[]
  /** How many statements there are. */
  readonly size: number
}

/** The stricter of two rules with the same number holds. */
const strictness: Readonly<Record<AdmissionRule, number>> = { secret: 0, approval: 1, invite: 2 }

export function rosterOf(statements: readonly SignedStatement[]): Roster {
  const certificatesByAuthor = new Map<AuthorKey, SignedStatement<Certificate>>()
  const revocationsById = new Map<RevocationId, Revoked>()
  let admission: { readonly rule: AdmissionRule; readonly number: number } = { rule: 'secret', number: 0 }
  const certificates: Certificate[] = []
  const foldersByAuthor = new Map<AuthorKey, Set<FolderId | undefined>>()
  /** By id and number of parts: what says otherwise of the latter is of another one. */
  const rotationParts = new Map<string, Map<number, SignedStatement<Rotation>>>()
  for (const { statement, ...signed } of statements) {
    switch (statement.kind) {
      case 'certificate': {
        certificates.push(statement)
        foldersByAuthor.set(
          statement.author,
          (foldersByAuthor.get(statement.author) ?? new Set()).add(statement.signsFor),
        )
        const known = certificatesByAuthor.get(statement.author)
        if (known === undefined || compareCertificates(statement, known.statement) < 0)
          certificatesByAuthor.set(statement.author, { statement, ...signed })
        break
      }
      case 'revocation':
        revocationsById.set(statement.id, withPart(revocationsById.get(statement.id), statement))
        break
      case 'admission':
        if (isStronger(statement, admission)) admission = statement
        break
      case 'rotation': {
        const name = `${statement.id} ${statement.partCount}`
        const parts = rotationParts.get(name) ?? new Map<number, SignedStatement<Rotation>>()
        const known = parts.get(statement.part)
        if (known === undefined || signed.id < known.id) parts.set(statement.part, { statement, ...signed })
        rotationParts.set(name, parts)
      }
    }
  }

  const revocations: Revocation[] = []
  /** What counts of each revoked author: what all who revoked it had kept. */
  const keptByAuthor = new Map<AuthorKey, ReadonlySet<RecordId>>()
  for (const { said, partCount, keptByPart } of revocationsById.values()) {
    if (keptByPart.size < partCount) continue
    revocations.push(said)
    const kept = new Set([...keptByPart.values()].flatMap((part) => [...part]))
    keptByAuthor.set(said.author, inBoth(keptByAuthor.get(said.author), kept))
  }
  const revokedDevices = new Set(revocations.map(({ device }) => device))
  const roleByDevice = new Map<DeviceId, Role>()
  for (const { statement } of certificatesByAuthor.values()) {
    const { device, author, role } = statement
    if (keptByAuthor.has(author) || roleByDevice.get(device) === 'full') continue
    roleByDevice.set(device, role)
  }

  function mayWrite(author: AuthorKey): boolean {
    return certificatesByAuthor.get(author)?.statement.role === 'full'
  }

  return {
    certificateOf: (author) => certificatesByAuthor.get(author),
    roleOf: (device) => roleByDevice.get(device),
    isRevoked: (device) => revokedDevices.has(device) && !roleByDevice.has(device),
    isRevokedAuthor: (author) => keptByAuthor.has(author),
    foldersOf: (author) => [...(foldersByAuthor.get(author) ?? [])],
    counts: (author, record) => mayWrite(author) && keptByAuthor.get(author)?.has(record) !== false,
    countsWholly: (author) => mayWrite(author) && !keptByAuthor.has(author),
    admission: admission.rule,
    admissionNumber: admission.number,
    certificates: certificates.sort((a, b) => a.issuedMs - b.issuedMs),
    revocations,
    rotations: [...rotationParts.values()]
      .flatMap(wholeRotation)
      .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.partCount - b.partCount)),
    size: statements.length,
  }
}

/** A revocation as far as it is known. */
interface Revoked {
  readonly said: Revocation
  readonly partCount: number
  readonly keptByPart: ReadonlyMap<number, ReadonlySet<RecordId>>
}

/** Two that say different things of one part both hold: what is revoked stays so, in whatever order they come. */
function withPart(known: Revoked | undefined, said: Revocation): Revoked {
  const keptByPart = new Map(known?.keptByPart)
  keptByPart.set(said.part, inBoth(keptByPart.get(said.part), new Set(said.kept)))
  const first = known === undefined || said.part < known.said.part ? said : known.said
  return { said: first, partCount: Math.min(said.partCount, known?.partCount ?? said.partCount), keptByPart }
}

/** Of the parts of one rotation; none while some are missing. */
function wholeRotation(parts: ReadonlyMap<number, SignedStatement<Rotation>>): WholeRotation[] {
  const said = [...parts.values()].map(({ statement }) => statement).sort((a, b) => a.part - b.part)
  const [first] = said
  if (first === undefined || said.length < first.partCount) return []
  const { id, rotatedBy, issuedMs, partCount } = first
  const sealed = said.flatMap(({ envelopes }) => envelopes)
  return [
    {
      ...{ id, rotatedBy, issuedMs, partCount },
      sealedByDevice: new Map(sealed.map((envelope) => [envelope.device, envelope.sealed])),
      carried: said.flatMap(({ carried }) => carried),
    },
  ]
}

function inBoth(one: ReadonlySet<RecordId> | undefined, other: ReadonlySet<RecordId>): ReadonlySet<RecordId> {
  return one === undefined ? other : new Set([...one].filter((id) => other.has(id)))
}

/** Negative when `a` is to be taken. A right once given is not taken away by a lesser certificate. */
function compareCertificates(a: Certificate, b: Certificate): number {
  if (a.role !== b.role) return a.role === 'full' ? -1 : 1
  return a.issuedMs - b.issuedMs || (a.device < b.device ? -1 : a.device > b.device ? 1 : 0)
}

function isStronger(
  a: { readonly rule: AdmissionRule; readonly number: number },
  b: { readonly rule: AdmissionRule; readonly number: number },
): boolean {
  return a.number > b.number || (a.number === b.number && strictness[a.rule] > strictness[b.rule])
}
