/**
 * The table of settings: every name a person can set, for the device and for a folder, with its default, its meaning, and of
 * which kind its value is. The command line, the API and the config file all read values through it (`setting-values.ts`) and nowhere else.
 */
import { isAbsolute, normalize } from 'node:path'
import {
  defaultFolderSettings,
  defaultUploadSlots,
  type FolderSettings,
  fetchOrders,
} from './engine/settings.ts'
import { defaultDhtBootstrap, defaultTrackers } from './net/public-servers.ts'
import {
  bytes,
  choice,
  deviceName,
  directories,
  flag,
  hosts,
  type Kind,
  listenAddress,
  numberKind,
  type Pin,
  pin,
  rate,
  schedule,
  trackers,
  webAddress,
  webNames,
} from './setting-kinds.ts'

/** What a person sets for the device. Name, addresses and cipher take effect at the next start of the daemon, everything else at once. */
export interface DeviceSettings {
  readonly name: string
  /** Where peers reach this device: `host:port`. */
  readonly listen: string
  /** Where the web interface is: `host:port`, or `off`. */
  readonly web: string
  /** Whether the web interface speaks TLS. */
  readonly https: boolean
  /** Names and addresses by which browsers may ask for this device, besides its own. */
  readonly webNames: readonly string[]
  /** Bytes a second of all folders together; 0 for no limit. */
  readonly uploadLimit: number
  readonly downloadLimit: number
  /** Whether there are numbers for Prometheus. */
  readonly metrics: boolean
  /** Nothing goes anywhere but to predefined hosts, whatever folders say. */
  readonly closed: boolean
  /** Addresses of trackers, in their one written form. */
  readonly trackers: readonly string[]
  /** Relays to use where no direct way leads: `host:port`. */
  readonly relays: readonly string[]
  /** Where the DHT is entered: `host:port`. */
  readonly dhtBootstrap: readonly string[]
  /** Whether the router is asked to let peers in. */
  readonly portMapping: boolean
  /** Peers one folder is linked to at a time. */
  readonly links: number
  /** What connections that this device opens are sealed with. */
  readonly cipher: 'aes' | 'chacha'
  /** Peers that blocks are sent to at a time. */
  readonly uploads: number
  /** Whether limits hold within the local network as well. */
  readonly limitLan: boolean
  /** Entries of the weekly schedule, in their one written form; see `core/rate-schedule.ts`. */
  readonly limitSchedule: readonly string[]
  /** Whether the device shows itself to computers in the local network (SSDP). */
  readonly ssdp: boolean
  /** Lines of the 40-pin header, by their BCM number: the green LED, the amber one, the button. */
  readonly ledPin: Pin
  readonly attentionPin: Pin
  readonly buttonPin: Pin
  /** Absolute directories: folders are chosen and added below them when that is done through the web. */
  readonly roots: readonly string[]
}

export interface Setting<T> {
  readonly kind: Kind<T>
  readonly default: T
  /** One sentence for people. */
  readonly about: string
  /** Only for folders of which this device holds no full secret. */
  readonly isForReadOnly?: boolean
}

export type SettingTable<S> = { readonly [K in keyof S]-?: Setting<S[K]> }

/** Ten years: longer than any disk keeps an archive, and far from the limits of arithmetic. */
const maxDays = 3653
const daySeconds = 86_400
/** More links than this of one folder take more memory than a small machine has. */
const maxLinks = 1000
/** Peers that blocks are sent to at a time: more of them make each slower. */
const maxUploads = 64

/** The device's settings; its default name is the host's, and its default root the home directory of the user it runs as. */
export function deviceSettingTable(
  hostName: string,
  userHome: string,
  isAppliance = false,
): SettingTable<DeviceSettings> {
  const fallbackName = deviceName.fromText(hostName.split('.')[0]!)
  return {
    name: {
      kind: deviceName,
      default: typeof fallbackName === 'string' ? fallbackName : 'berrysync',
      about:
        'What this device is called in status lists and conflict copies; peers hear of another name with the next connection.',
    },
    listen: {
      kind: listenAddress,
      default: '0.0.0.0:4444',
      about: 'Address and port where peers reach this device; from the next start on.',
    },
    web: {
      kind: webAddress,
      default: '127.0.0.1:8888',
      about:
        'Address and port of the web interface, off for none; 0.0.0.0:8888 lets the local network in. From the next start on.',
    },
    https: {
      kind: flag,
      default: false,
      about:
        'The web interface speaks HTTPS, with a certificate made on this device, which browsers ask about once; from the next start on.',
    },
    webNames: {
      kind: webNames,
      default: [],
      about:
        'Names by which browsers may ask for this device besides its own, like nas.example, separated by commas.',
    },
    metrics: {
      kind: flag,
      default: false,
      about: 'Numbers for Prometheus at /metrics of the web interface, for who sends a token that may read.',
    },
    closed: {
      kind: flag,
      default: false,
      about:
        'A closed system: nothing goes anywhere but to the predefined hosts of folders, whatever their switches say.',
    },
    trackers: {
      kind: trackers,
      default: defaultTrackers,
      about: 'Trackers to ask for peers, like udp://tracker.example:6969, separated by commas.',
    },
    relays: {
      kind: hosts,
      default: [],
      about: 'Relays to use where no direct way leads to a peer, host:port, separated by commas.',
    },
    dhtBootstrap: {
      kind: hosts,
      default: defaultDhtBootstrap,
      about: 'Nodes through which the DHT is entered, host:port, separated by commas.',
    },
    portMapping: {
      kind: flag,
      default: true,
      about: 'Ask the router to let peers in, by UPnP.',
    },
    links: {
      kind: numberKind(4, maxLinks, true),
      default: 60,
      about:
        'Peers one folder is connected to at a time; the device itself seeks a third of that, but four at least.',
    },
    uploadLimit: {
      kind: rate,
      default: 0,
      about: 'Bytes a second sent at most, by all folders together, like 500K; 0 for no limit.',
    },
    downloadLimit: {
      kind: rate,
      default: 0,
      about: 'Bytes a second received at most, by all folders together; 0 for no limit.',
    },
    cipher: {
      kind: choice(['aes', 'chacha']),
      default: 'aes',
      about:
        'What connections from this device are sealed with: aes (AES-256-GCM), or chacha (ChaCha20-Poly1305), which is faster on processors without AES instructions; from the next start on.',
    },
    uploads: {
      kind: numberKind(1, maxUploads, true),
      default: defaultUploadSlots,
      about: 'Peers that files are sent to at a time; the others wait for their turn.',
    },
    limitLan: {
      kind: flag,
      default: false,
      about: 'Limits, those of folders too, hold within the local network as well.',
    },
    roots: {
      kind: directories,
      // A user of the system whose home is all of the disk gets none.
      default: isAbsolute(userHome) && normalize(userHome) !== '/' ? [userHome] : [],
      about:
        'Directories below which folders can be chosen, made and added in a browser, separated by colons; none for nowhere. The command line can add any.',
    },
    ssdp: {
      kind: flag,
      default: isAppliance,
      about:
        'Show this device to computers in the local network, so that it stands under Network in Windows; not in a closed system.',
    },
    ledPin: {
      kind: pin,
      default: 17,
      about: 'GPIO number of the green LED of an appliance, or off.',
    },
    attentionPin: {
      kind: pin,
      default: 22,
      about: 'GPIO number of the amber LED of an appliance, or off.',
    },
    buttonPin: {
      kind: pin,
      default: 27,
      about: 'GPIO number of the button of an appliance, which connects it to ground, or off.',
    },
    limitSchedule: {
      kind: schedule,
      default: [],
      about:
        'Limits at certain times instead, like "mon-fri 08:00-18:00 up=500K down=2M; sat,sun 22:00-06:00 pause"; the last entry that covers the time holds.',
    },
  }
}

function folderSetting<K extends keyof FolderSettings>(
  key: K,
  kind: Kind<FolderSettings[K]>,
  about: string,
): Setting<FolderSettings[K]> {
  return { kind, default: defaultFolderSettings[key], about }
}

export const folderSettingTable: SettingTable<FolderSettings> = {
  paused: folderSetting('paused', flag, 'Nothing is sent, received or scanned.'),
  hosts: folderSetting('hosts', hosts, 'Peers to connect to, host:port, separated by commas.'),
  lan: folderSetting('lan', flag, 'Look for peers on the local network.'),
  tracker: folderSetting('tracker', flag, 'Ask the tracker servers of the device for peers.'),
  dht: folderSetting('dht', flag, 'Look for peers in the DHT, which needs no server.'),
  relay: folderSetting('relay', flag, 'Use the relays of the device where no direct way leads to a peer.'),
  uploadLimit: folderSetting(
    'uploadLimit',
    rate,
    'Bytes a second this folder sends at most, like 500K; 0 for no limit but that of the device.',
  ),
  downloadLimit: folderSetting(
    'downloadLimit',
    rate,
    'Bytes a second this folder receives at most; 0 for no limit but that of the device.',
  ),
  fetchOrder: folderSetting(
    'fetchOrder',
    choice(fetchOrders),
    'Which files come first: newest, smallest or alphabetical; auto is newest for read-only folders and alphabetical for others.',
  ),
  keepNewestFiles: {
    ...folderSetting(
      'keepNewestFiles',
      numberKind(0, 1_000_000_000, true),
      'Read-only folders: keep only so many of the newest files here, older ones go to the archive; 0 for all.',
    ),
    isForReadOnly: true,
  },
  keepNewestBytes: {
    ...folderSetting(
      'keepNewestBytes',
      bytes,
      'Read-only folders: keep only the newest files that fit this size together, like 20G; 0 for all.',
    ),
    isForReadOnly: true,
  },
  archive: folderSetting('archive', flag, 'Keep what a peer deleted or replaced, in .sync of the folder.'),
  archiveDays: folderSetting('archiveDays', numberKind(1, maxDays, true), 'Days the archive keeps a file.'),
  archiveMaxBytes: folderSetting(
    'archiveMaxBytes',
    bytes,
    'Size the archive may reach before the oldest files leave it.',
  ),
  rescanSeconds: folderSetting(
    'rescanSeconds',
    numberKind(10, 30 * daySeconds, true),
    'Seconds between looks at the whole folder, which find what the system did not report.',
  ),
  scrubDays: folderSetting(
    'scrubDays',
    numberKind(0, maxDays, true),
    'Days between scrubs, which read every file again to find what the disk has damaged; 0 for none.',
  ),
  scrubRate: folderSetting('scrubRate', rate, 'Bytes a second that a scrub reads at most; 0 for no limit.'),
  settleSeconds: folderSetting(
    'settleSeconds',
    numberKind(0, 3600, false),
    'Seconds a file must rest before it is looked at after a change.',
  ),
  massDeletePercent: folderSetting(
    'massDeletePercent',
    numberKind(0, 100, false),
    'Deletions of more than this share of all files wait for a person; 100 lets all pass.',
  ),
  massDeleteFiles: folderSetting(
    'massDeleteFiles',
    numberKind(0, 1_000_000_000, true),
    'Up to this many deletions never wait, whatever their share.',
  ),
  reserveBytes: folderSetting('reserveBytes', bytes, 'Space that is kept free on the disk of the folder.'),
}
