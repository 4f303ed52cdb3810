/**
 * The settings of one folder as the engine uses them, with their defaults. How they are read and what each means to a person
 * stands in `setting-table.ts`.
 */
/** Peers the device sends blocks to at a time. */
export const defaultUploadSlots = 4
/** `auto`: newest first on a read-only device, alphabetical on others. */
export const fetchOrders = ['auto', 'newest', 'smallest', 'alphabetical'] as const

export interface FolderSettings {
  readonly paused: boolean
  /** Predefined hosts, `host:port`. */
  readonly hosts: readonly string[]
  readonly lan: boolean
  readonly tracker: boolean
  readonly dht: boolean
  readonly relay: boolean
  /** Bytes a second of this folder; 0 for no limit. */
  readonly uploadLimit: number
  readonly downloadLimit: number
  /** Which of several needed files comes first. */
  readonly fetchOrder: (typeof fetchOrders)[number]
  /** Read-only devices: keep only so many of the newest files, or bytes of them; 0 for all. */
  readonly keepNewestFiles: number
  readonly keepNewestBytes: number
  /** Keep what a peer deleted or replaced. */
  readonly archive: boolean
  readonly archiveDays: number
  readonly archiveMaxBytes: number
  /** Seconds between full scans, which find what the watcher missed. */
  readonly rescanSeconds: number
  /** Days between scrubs; 0 for none but those a person asks for. */
  readonly scrubDays: number
  /** Bytes a second that a scrub reads; 0 for no limit. */
  readonly scrubRate: number
  /** Seconds a path must be quiet after a hint before it is looked at. */
  readonly settleSeconds: number
  /** Deletions of more than this share (percent) of the files, and more than `massDeleteFiles`, wait for a person. 100 turns the guard off. */
  readonly massDeletePercent: number
  readonly massDeleteFiles: number
  /** Bytes the disk must keep free. */
  readonly reserveBytes: number
}

export const defaultFolderSettings: FolderSettings = {
  paused: false,
  hosts: [],
  lan: true,
  tracker: true,
  dht: false,
  relay: true,
  uploadLimit: 0,
  downloadLimit: 0,
  fetchOrder: 'auto',
  keepNewestFiles: 0,
  keepNewestBytes: 0,
  archive: true,
  archiveDays: 30,
  archiveMaxBytes: 20 * 1024 ** 3,
  rescanSeconds: 3600,
  scrubDays: 30,
  scrubRate: 20 * 1024 ** 2,
  settleSeconds: 0.2,
  massDeletePercent: 25,
  massDeleteFiles: 50,
  reserveBytes: 64 * 1024 ** 2,
}
