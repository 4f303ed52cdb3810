/**
 * What is known of a disk, as the helper writes it below /run and everybody else reads it. Owns the shape, the closed lists of states and
 * reasons, and what a person has to type before a disk is erased. Must not look at a disk itself.
 */
import Type, { type Static } from 'typebox'

const closed = { additionalProperties: false } as const

/** One file a disk, `DEVICE.json`: written whole, renamed into place, removed with the disk. */
export const diskFactsDirectory = '/run/berrysync/disks'

/** Below it each disk has its mount point, and nothing else lies there. */
export const mountRoot = '/srv/berrysync'

/** The directory on a disk that is ours. */
export const ownDirectoryName = 'Berrysync'

/** The kernel's name of a disk or partition. None has a dash or a slash, so it can stand in a path and in the name of a unit. */
export const DeviceName = Type.String({ pattern: '^[a-z][a-z0-9]{0,31}$' })

export const diskStates = ['checking', 'attached', 'blank', 'unusable', 'clone', 'ejected', 'failed'] as const
export type DiskState = (typeof diskStates)[number]

/** Why a disk is not attached, or only for reading. */
export const diskReasons = [
  /** LUKS and the like: a person has to open it elsewhere. */
  'encrypted',
  /** Of a RAID, LVM or ZFS: half of something is not a disk. */
  'member',
  /** A CD image, mostly an installer. */
  'installer-image',
  /** A partition without a file system, or with one nobody knows. */
  'unknown-content',
  /** A file system that is known and not taken; `fileSystem.kind` says which. */
  'file-system-not-supported',
  /** Attached for reading: Windows left it without saying goodbye (hibernation, fast start). */
  'not-cleanly-removed',
  /** The check found what it may not mend by itself. Attached for reading, or not at all; repairing may help. */
  'check-failed',
  /** The check did not end in time. */
  'check-too-long',
  /** Attached for reading: the switch on the stick, or the stick gave up. */
  'write-protected',
  'mount-failed',
  /** Somebody mounted it by other means. */
  'mounted-elsewhere',
  /** What lies at `Berrysync` on the disk is not a directory. */
  'own-directory-obstructed',
  /** It went away, or answers with errors. */
  'input-output-error',
  /** A bug of ours; the log says more. */
  'internal',
] as const
export type DiskReason = (typeof diskReasons)[number]

/** What tells one disk from another: what was shown to a person is compared with what is there when something is destroyed. */
export const DiskIdentitySchema = Type.Object(
  {
    /** As the disk says it, trimmed, with everything unprintable taken out. Null when it says none; cheap bridges share one. */
    serial: Type.Union([Type.String({ minLength: 1, maxLength: 256 }), Type.Null()]),
    sizeBytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    /** The number the kernel gave this disk when it was plugged in; no other gets it until the machine restarts. */
    sequence: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  },
  closed,
)
export type DiskIdentity = Static<typeof DiskIdentitySchema>

export const DiskFactsSchema = Type.Object(
  {
    device: DeviceName,
    /** What it is called below `mountRoot`. Kept by UUID once it was attached; before, what it would be. */
    name: Type.String({ minLength: 1, maxLength: 64 }),
    disk: Type.Object(
      { device: DeviceName, model: Type.String({ maxLength: 256 }), ...DiskIdentitySchema.properties },
      closed,
    ),
    /** `kind` as blkid says it: ext4, exfat, vfat, ntfs, btrfs, crypto_LUKS… */
    fileSystem: Type.Union([
      Type.Object(
        {
          kind: Type.String({ minLength: 1, maxLength: 64 }),
          uuid: Type.Union([Type.String({ minLength: 1, maxLength: 128 }), Type.Null()]),
          /** Of the file system, else of the partition, with everything unprintable taken out. */
          label: Type.Union([Type.String({ minLength: 1, maxLength: 512 }), Type.Null()]),
        },
        closed,
      ),
      Type.Null(),
    ]),
    state: Type.Enum(diskStates),
    /** Only while attached. */
    mountPoint: Type.Union([Type.String({ minLength: 1, maxLength: 256 }), Type.Null()]),
    readOnly: Type.Boolean(),
    reason: Type.Union([Type.Enum(diskReasons), Type.Null()]),
    /** 0 to 1, where known. */
    progress: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()]),
  },
  closed,
)
export type DiskFacts = Static<typeof DiskFactsSchema>

/**
 * What a person types before a disk is erased: the last four characters of its serial number, or of its size in bytes where it has
 * none that long. It is shown whole, so that whoever types it has looked at the disk in question.
 */
export function textToTypeForErase({
  serial,
  sizeBytes,
}: Pick<DiskIdentity, 'serial' | 'sizeBytes'>): string {
  const source = serial !== null && serial.length >= 4 ? serial : String(sizeBytes)
  return source.slice(-4)
}
