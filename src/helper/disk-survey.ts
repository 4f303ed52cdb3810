/**
 * What a disk is, from what lsblk, blkid and wipefs say of it: which of its parts a person hears of, and what may be done with each. Pure:
 * it decides nothing by time or order, so that the same disk always gets the same answer. In doubt a disk has content.
 */
import Type, { type Static, type TSchema } from 'typebox'
import { Check } from 'typebox/value'
import type { DiskFacts, DiskReason } from '../appliance/disk-facts.ts'
import { cleanText } from './clean-text.ts'
import type { DiskClass } from './surroundings.ts'

/** The columns lsblk is asked for. None of them makes it look at a mounted file system, which may hang. */
export const lsblkColumns = 'KNAME,TYPE,SIZE,TRAN,RO,PTTYPE,PARTTYPE,MOUNTPOINTS'
/** Besides, what a disk says of itself: not every lsblk makes JSON of any bytes. */
export const lsblkTextColumns = 'SERIAL,MODEL,VENDOR'

const orNull = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))
const text = orNull(Type.String())
const ownColumns = {
  kname: Type.String(),
  type: Type.String(),
  size: Type.Union([Type.Integer(), Type.String({ pattern: '^\\d{1,15}$' })]),
  serial: text,
  model: text,
  vendor: text,
  tran: text,
  ro: orNull(Type.Boolean()),
  pttype: text,
  parttype: text,
  mountpoints: orNull(Type.Array(Type.Union([Type.String(), Type.Null()]))),
}
const Row = Type.Object({
  ...ownColumns,
  children: Type.Optional(
    Type.Array(Type.Object({ ...ownColumns, children: Type.Optional(Type.Array(Type.Unknown())) })),
  ),
})
const Listing = Type.Object({ blockdevices: Type.Array(Row) })
type Row = Static<typeof Row>
type PartRow = NonNullable<Row['children']>[number]

/** What the low-level probe of one device found. */
export interface Probe {
  /** `blkid --probe --output udev`; empty when it found nothing. */
  readonly blkid: string
  /** It found several things that cannot all be true, or could not read. */
  readonly isUncertain: boolean
  /** `wipefs --no-act`; empty when there is no signature. */
  readonly wipefs: string
  /** The first and last MiB and samples between hold one and the same byte throughout. */
  readonly isEmpty: boolean
}

export interface SurveyInput {
  /** What `lsblk --json --bytes` says of one disk and its partitions. */
  readonly lsblk: unknown
  readonly probesByDevice: ReadonlyMap<string, Probe>
  /** Of the disk, from sysfs. */
  readonly sequence: number
  /** Disks the system runs from. */
  readonly systemDisks: ReadonlySet<string>
  readonly isOffered: (disk: DiskClass) => boolean
}

export type Verdict =
  | { readonly kind: 'attach' }
  | { readonly kind: 'blank' }
  | { readonly kind: 'unusable'; readonly reason: DiskReason }

/** A disk or partition that a person hears of. */
export interface Surveyed extends Pick<DiskFacts, 'device' | 'disk' | 'fileSystem'> {
  readonly verdict: Verdict
  readonly isWriteProtected: boolean
  readonly mountPoints: readonly string[]
  /** By which its name is remembered. */
  readonly key: string
}

/** File systems that are taken as they are. */
const supportedKinds = ['ext2', 'ext3', 'ext4', 'btrfs', 'xfs', 'f2fs', 'exfat', 'vfat', 'ntfs'] as const
export type SupportedKind = (typeof supportedKinds)[number]

export function isSupportedKind(kind: string): kind is SupportedKind {
  return (supportedKinds as readonly string[]).includes(kind)
}

/** Partitions that hold nothing of a person's: for starting a computer, repairing Windows, swapping, or holding other partitions. */
const silentPartitionTypes = new Set([
  'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  '21686148-6449-6e6f-744e-656564454649',
  'e3c9e316-0b5c-4db8-817d-f92df00215ae',
  'de94bba4-06d1-4d40-a16a-bfd50179d6ac',
  '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f',
  ...['0xef', '0x5', '0xf', '0x85', '0x82', '0x27'],
])

/** Each costs a check and a mount; a disk with more was made to annoy. */
const maxPartitions = 32

/** Everything on the disk a person hears of; nothing for one that is not offered. Throws for what lsblk never says. */
export function surveyDisk(input: SurveyInput): Surveyed[] {
  if (!Check(Listing, input.lsblk)) throw new Error('lsblk said something unexpected')
  const [disk] = input.lsblk.blockdevices
  if (disk === undefined || Number(disk.size) === 0) return []
  if (input.systemDisks.has(disk.kname)) return []
  if (!input.isOffered({ transport: disk.tran ?? null, type: disk.type })) return []
  const children = disk.children ?? []
  const parts = children.filter(({ type }) => type === 'part')
  const whole = surveyPart(input, disk, disk)
  // An installer written over a stick has partitions inside of a file system: neither is a person's.
  if (whole.fileSystem?.kind === 'iso9660') return [whole]
  const spoken = parts
    .filter((part) => !isSilent(part, input.probesByDevice.get(part.kname)))
    .slice(0, maxPartitions)
  // A disk nobody hears of could not even be erased.
  if (spoken.length === 0) return [parts.length === 0 ? whole : asUnknown(whole)]
  return spoken.map((part) => surveyPart(input, disk, part))
}

function isSilent({ parttype }: PartRow, probe: Probe | undefined): boolean {
  const types = [parttype, parseProbe(probe?.blkid ?? '').ID_PART_ENTRY_TYPE]
  return types.some((type) => silentPartitionTypes.has((type ?? '').toLowerCase()))
}

function asUnknown(whole: Surveyed): Surveyed {
  return { ...whole, fileSystem: null, verdict: { kind: 'unusable', reason: 'unknown-content' } }
}

function surveyPart(input: SurveyInput, disk: Row, part: PartRow): Surveyed {
  const probe = input.probesByDevice.get(part.kname)
  const found = parseProbe(probe?.blkid ?? '')
  const kind = cleanText(found.ID_FS_TYPE, 64)
  const serial = cleanText(disk.serial, 256)
  const uuid = cleanText(found.ID_FS_UUID_ENC ?? found.ID_FS_UUID, 128)?.toLowerCase() ?? null
  const sizeBytes = Number(disk.size)
  const label =
    cleanText(found.ID_FS_LABEL_ENC ?? found.ID_FS_LABEL, 512) ?? cleanText(found.ID_PART_ENTRY_NAME, 512)
  return {
    device: part.kname,
    disk: {
      device: disk.kname,
      model: cleanText(disk.model, 200) ?? cleanText(disk.vendor, 200) ?? '',
      serial,
      sizeBytes,
      sequence: input.sequence,
    },
    fileSystem: kind === null ? null : { kind, uuid, label },
    verdict: judge(disk, part, probe, found),
    isWriteProtected: disk.ro === true || part.ro === true,
    mountPoints: (part.mountpoints ?? []).filter((path) => path !== null),
    key:
      uuid === null
        ? `disk:${serial ?? ''}:${sizeBytes}:${part.kname.slice(disk.kname.length)}`
        : `${kind}:${uuid}`,
  }
}

function judge(disk: Row, part: PartRow, probe: Probe | undefined, found: ProbeFields): Verdict {
  const unusable = (reason: DiskReason): Verdict => ({ kind: 'unusable', reason })
  const usage = found.ID_FS_USAGE
  if (usage === 'crypto' || found.ID_FS_TYPE === 'BitLocker') return unusable('encrypted')
  if (usage === 'raid') return unusable('member')
  // Something is stacked upon it already: a volume, an array, an opened container.
  if ((part.children ?? []).some((child) => !Check(PartType, child))) return unusable('member')
  if (probe === undefined || probe.isUncertain) return unusable('unknown-content')
  const kind = found.ID_FS_TYPE
  if (kind !== undefined) {
    if (isSupportedKind(kind)) return { kind: 'attach' }
    return unusable(kind === 'iso9660' || kind === 'udf' ? 'installer-image' : 'file-system-not-supported')
  }
  const isWhole = part.kname === disk.kname
  const hasTable = (disk.pttype ?? null) !== null || found.ID_PART_TABLE_TYPE !== undefined
  const hasParts = (disk.children ?? []).length > 0
  const isBlank = isWhole && !hasTable && !hasParts && probe.wipefs.trim() === '' && probe.isEmpty
  return isBlank ? { kind: 'blank' } : unusable('unknown-content')
}

const PartType = Type.Object({ type: Type.Literal('part') })

type ProbeFields = Readonly<Record<string, string | undefined>>

/** Lines of `KEY=value`; those that end in `_ENC`, and the name of a partition, have their odd bytes as `\xHH`. */
function parseProbe(blkid: string): ProbeFields {
  const fields: Record<string, string> = Object.create(null)
  for (const line of blkid.split('\n')) {
    const [, key, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? []
    if (key === undefined) continue
    fields[key] = key.endsWith('_ENC') || key === 'ID_PART_ENTRY_NAME' ? decodeBytes(value!) : value!
  }
  return fields
}

function decodeBytes(encoded: string): string {
  const bytes: number[] = []
  for (const [, hex, plain] of encoded.matchAll(/\\x([0-9a-fA-F]{2})|(.)/gsu)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16))
    else bytes.push(...Buffer.from(plain!))
  }
  return Buffer.from(bytes).toString('utf8')
}

/** Whether a disk with the same file system, by its UUID, is attached already: a copy of it, made bit by bit. */
export function isClone(surveyed: Surveyed, all: readonly DiskFacts[]): boolean {
  const uuid = surveyed.fileSystem?.uuid ?? null
  if (uuid === null) return false
  return all.some(
    ({ device, state, fileSystem }) =>
      device !== surveyed.device && state === 'attached' && fileSystem?.uuid === uuid,
  )
}
