/** Where each setting of the device stands in the preferences, and what it takes to come into force. */
import type { Settings } from '../../src/api/schemas/settings.ts'
import type { PreferencesSection } from './route.ts'

type Row = Settings['settings'][number]

/** Settings that a section has controls of its own for; all others, and what a newer device adds, stand under "advanced". */
const sectionsByKey: Readonly<Record<string, PreferencesSection>> = {
  name: 'general',
  downloadLimit: 'limits',
  uploadLimit: 'limits',
  limitLan: 'limits',
  uploads: 'limits',
  limitSchedule: 'limits',
  listen: 'network',
  portMapping: 'network',
  trackers: 'network',
  relays: 'network',
  dhtBootstrap: 'network',
  links: 'network',
  closed: 'closed',
  web: 'web',
  https: 'web',
  webNames: 'web',
  roots: 'directories',
}

/** Read by the daemon when it starts. */
const startKeys: ReadonlySet<string> = new Set(['listen', 'web', 'https', 'cipher'])

export function needsRestart(key: string): boolean {
  return startKeys.has(key)
}

export function advancedRows(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ key }) => sectionsByKey[key] === undefined)
}

/** What an option says instead until the daemon ends. */
export function overruledBy(rows: readonly Row[], key: string): string | undefined {
  return rows.find((row) => row.key === key)?.thisRun
}

export type Leaving = 'lan' | 'tracker' | 'dht' | 'relay' | 'router' | 'ssdp' | 'system' | 'hosts'

/** One thing that may leave the device. */
export interface LeavingRow {
  readonly what: Leaving
  /** Folders for which it is switched on, and of all of them. */
  readonly folders: number
  /** Servers, nodes or hosts it goes to. */
  readonly targets: number
  readonly leavesNow: boolean
  readonly leavesClosed: boolean
}

export interface FolderSwitches {
  readonly paused: boolean
  readonly lan: boolean
  readonly tracker: boolean
  readonly dht: boolean
  readonly relay: boolean
  readonly hosts: readonly string[]
}

export interface DeviceSwitches {
  readonly closed: boolean
  readonly portMapping: boolean
  readonly trackers: readonly string[]
  readonly relays: readonly string[]
  readonly dhtBootstrap: readonly string[]
  readonly ssdp: boolean
  /** Where the web interface is; only one that others can reach is shown to them. */
  readonly web: string | undefined
  /** Its system is part of the device, too. */
  readonly appliance: boolean
}

/** What leaves the device, as it is now and as it would be in a closed system. Paused folders send nothing. */
export function whatLeaves(
  device: DeviceSwitches,
  folders: readonly FolderSwitches[],
): readonly LeavingRow[] {
  const active = folders.filter(({ paused }) => !paused)
  const search = (
    what: 'lan' | 'tracker' | 'dht' | 'relay',
    targets: number,
    isPossible = true,
  ): LeavingRow => {
    const asking = active.filter((folder) => folder[what]).length
    const leavesNow = !device.closed && asking > 0 && isPossible
    return { what, folders: asking, targets, leavesNow, leavesClosed: false }
  }
  const { trackers, relays, dhtBootstrap } = device
  const withHosts = active.filter(({ hosts }) => hosts.length > 0)
  const isFollowed = withHosts.length > 0
  return [
    search('lan', 0),
    search('tracker', trackers.length, trackers.length > 0),
    search('dht', dhtBootstrap.length),
    search('relay', relays.length, relays.length > 0),
    {
      what: 'router',
      folders: active.length,
      targets: 0,
      leavesNow: !device.closed && device.portMapping && active.length > 0,
      leavesClosed: false,
    },
    {
      ...{ what: 'ssdp', folders: 0, targets: 0 },
      leavesNow: !device.closed && device.ssdp && isForOthers(device.web),
      leavesClosed: false,
    },
    ...(device.appliance
      ? [{ what: 'system', folders: 0, targets: 0, leavesNow: true, leavesClosed: true } as const]
      : []),
    {
      what: 'hosts',
      folders: withHosts.length,
      targets: new Set(withHosts.flatMap(({ hosts }) => hosts)).size,
      leavesNow: isFollowed,
      leavesClosed: isFollowed,
    },
  ]
}

function isForOthers(web: string | undefined): boolean {
  return web !== undefined && !/^(127\.|localhost$|\[::1\]$)/.test(new URL(web).hostname)
}

/** Values by their keys, as a settings answer has them. */
export function valuesOf<T>({ settings }: Settings): T {
  return Object.fromEntries(settings.map(({ key, value }) => [key, value])) as T
}
