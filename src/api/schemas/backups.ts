/** Backups of the configuration: made, kept on disks, restored. */
import Type, { type Static } from 'typebox'
import { closed } from './basics.ts'

/** Whether one is long enough is said in words for people, not by the shape of the request. */
const Passphrase = Type.String({ maxLength: 1024 })
/** 6 MiB as base64. */
export const maxBackupCharacters = 8 * 1024 ** 2 + 4
const FileName = Type.String({ minLength: 1, maxLength: 200 })
const DiskName = Type.String({ minLength: 1, maxLength: 64 })

export const PassphraseBody = Type.Object({ passphrase: Passphrase }, closed)

export const BackupMadeSchema = Type.Object({
  /** What to call the file. */
  name: Type.String(),
  /** Base64. */
  data: Type.String(),
})
export type BackupMade = Static<typeof BackupMadeSchema>

export const BackupsSchema = Type.Object({
  /** Copies are kept on attached disks; since when (ISO 8601, UTC). Left out while nobody chose a passphrase for them. */
  keptSince: Type.Optional(Type.String()),
  /** Whether this machine has disks that copies can be kept on. */
  canKeep: Type.Boolean(),
  /** What lies on attached disks, the newest first; of other devices, too. Names and times as the files are called. */
  found: Type.Array(
    Type.Object({
      disk: Type.String(),
      file: Type.String(),
      deviceName: Type.String(),
      made: Type.String(),
    }),
  ),
})
export type Backups = Static<typeof BackupsSchema>

/** `data` is a file as base64; else one that lies on a disk. */
export const RestoreBackupBody = Type.Object(
  {
    passphrase: Passphrase,
    data: Type.Optional(Type.String({ maxLength: maxBackupCharacters })),
    disk: Type.Optional(DiskName),
    file: Type.Optional(FileName),
    /** Also where this device has folders. */
    replace: Type.Optional(Type.Boolean()),
  },
  closed,
)
export type RestoreBackup = Static<typeof RestoreBackupBody>

/** The device starts again with it. */
export const RestoredBackupSchema = Type.Object({
  deviceName: Type.String(),
  made: Type.String(),
  folders: Type.Number(),
})
export type RestoredBackup = Static<typeof RestoredBackupSchema>
