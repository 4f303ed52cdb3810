/** Answers what the API asks, from the synced folders, the configuration and the links. Holds no state of its own. */
import type { ApplianceSteering } from './api/appliance-steering.ts'
import type { BackupSteering } from './api/backup-steering.ts'
import { createEventStream, type EventStreamNeeds } from './api/event-stream.ts'
import type { Metrics } from './api/metrics.ts'
import type { ReleaseSteering } from './api/release-steering.ts'
import { defaultRows } from './api/schemas/basics.ts'
import type { Snapshot } from './api/schemas/events.ts'
import type { ExplanationBody, Route } from './api/schemas/explanation.ts'
import type { LedsBody } from './api/schemas/leds.ts'
import type { InviteBody, PeerBody } from './api/schemas/members.ts'
import type { Settings, SettingsChange } from './api/schemas/settings.ts'
import type { Status } from './api/schemas/status.ts'
import type { Steering } from './api/steering.ts'
import type { SystemSteering } from './api/system-steering.ts'
import type { ConfigKeeper } from './config.ts'
import { isSyncError, SyncError } from './core/errors.ts'
import type { DeviceId, FolderId } from './core/ids.ts'
import type { Invite } from './core/invite.ts'
import { qrToPath } from './core/qr-code.ts'
import { isOwnSecret, parseSecret, readSecretOf, secretToText } from './core/secret.ts'
import { isSecretLink, textToSecretLink } from './core/secret-link.ts'
import { msToText } from './core/time-text.ts'
import type { LimitsInForce } from './device-limits.ts'
import { limitsToBody, statusToBody } from './device-status.ts'
import type { DirectoryChooser } from './directory-chooser.ts'
import type { MemberRow } from './engine/member-list.ts'
import type { FolderSettings } from './engine/settings.ts'
import { createFileSteering } from './file-steering.ts'
import { formatHostPort, parseHostPort } from './net/address.ts'
import type { DialResult } from './net/dial-target.ts'
import { foundBy, type WayResult } from './net/found-peers.ts'
import type { SearchResult } from './net/search.ts'
import type { Explanation } from './peer-finding.ts'
import { findQrText } from './qr-reader.ts'
import type { ReachabilityReport } from './reachability.ts'
import { type DeviceSettings, folderSettingTable, type SettingTable } from './setting-table.ts'
import {
  refuseSharedPins,
  settingsFromJson,
  settingsFromTexts,
  showSettings,
  withDefaults,
} from './setting-values.ts'
import type { RunningFolder, SyncedFolder } from './synced-folder.ts'
import type { SyncedFolders } from './synced-folders.ts'
import type { TrafficMeter } from './traffic.ts'
import type { TrafficHistory } from './traffic-history.ts'

interface Needs {
  readonly device: { readonly id: DeviceId; readonly version: string; readonly pid: number }
  /** The name in use, and where peers and browsers really reach this device now. */
  running(): {
    readonly name: string
    readonly listen: string
    readonly web?: string
    readonly webFingerprint?: string
  }
  /** The rate limits that hold now. */
  limits(): LimitsInForce
  /** Told what is set for the device from now on. */
  deviceChanged(set: Partial<DeviceSettings>): void
  readonly deviceTable: SettingTable<DeviceSettings>
  /** What the options of the daemon say for this run. */
  readonly overrides: Partial<DeviceSettings>
  readonly appliance: ApplianceSteering | undefined
  readonly chooser: DirectoryChooser
  readonly config: ConfigKeeper
  readonly folders: SyncedFolders
  readonly traffic: TrafficMeter
  readonly history: TrafficHistory
  readonly watching: Omit<EventStreamNeeds, 'look'>
  /** What came of each predefined host of a folder. */
  hosts(folder: FolderId): readonly DialResult[]
  /** What was tried to reach peers of a folder. */
  explain(folder: FolderId): Explanation
  /** The machine itself, and backups of this device: answered elsewhere. */
  readonly machine: SystemSteering
  readonly releases: ReleaseSteering
  readonly backups: BackupSteering
  /** How peers outside can connect. */
  reachability(): ReachabilityReport
  /** What the LEDs show; undefined where there is no appliance to have any. */
  leds?(): LedsBody | undefined
  /** Whether nothing goes anywhere but to predefined hosts. */
  isClosed(): boolean
  /** Whether there are numbers for Prometheus. */
  isMeasured(): boolean
}

export function createSteering(needs: Needs): Steering {
  const { device, deviceTable, config, folders, traffic, chooser, appliance } = needs

  async function chosen(named: string | undefined): Promise<readonly SyncedFolder[]> {
    return named === undefined ? folders.list() : [await folders.find(named)]
  }

  async function folderOf(named: string): Promise<RunningFolder['folder']> {
    return (await folders.findRunning(named)).state.folder
  }

  function showFolder(set: Partial<FolderSettings>): Settings {
    return { settings: showSettings(folderSettingTable, set) }
  }

  function showDevice(): Settings {
    return { settings: showSettings(deviceTable, config.current().device, needs.overrides) }
  }

  async function changeHosts(named: string, change: (hosts: readonly string[]) => readonly string[]) {
    const { entry } = await folders.configure(named, (set) => {
      return { ...set, ...readHosts(change(set.hosts ?? [])) }
    })
    return { hosts: [...(entry.set.hosts ?? [])] }
  }

  async function status(named: string | undefined): Promise<Status> {
    const limits = needs.limits()
    const shown = (await chosen(named)).map((folder) => ({
      ...statusToBody(folder, limits, traffic.speedsOf(folder.id)),
      routes: needs.hosts(folder.id).map(showHost),
    }))
    return {
      device: {
        ...{ ...device, ...needs.running(), appliance: appliance !== undefined },
        limits: limitsToBody(limits),
      },
      ...{ folders: shown, traffic: traffic.read() },
    }
  }

  async function look(): Promise<Snapshot> {
    const transfers: Snapshot['transfers'] = {}
    for (const { id, state } of await folders.listRunning(undefined)) {
      const coming = comingTo(state)
      if (coming.length > 0) transfers[id] = [...coming]
    }
    const disks = appliance === undefined ? {} : { disks: [...(await appliance.disks())] }
    return { status: await status(undefined), transfers, ...disks }
  }

  let metrics: Metrics | undefined

  return {
    ...createFileSteering(folders),
    appliance,
    ...needs.machine,
    ...needs.releases,
    ...needs.backups,
    status,
    async metrics() {
      if (!needs.isMeasured())
        throw new SyncError('not-found', {
          what: '/metrics, which `berrysync config metrics=on` switches on,',
        })
      metrics ??= (await import('./api/metrics.ts')).createMetrics()
      return metrics.write(await status(undefined))
    },
    events: createEventStream({ ...needs.watching, look }),
    async trafficHistory(span) {
      const { fromMs, stepSeconds, received, sent } = needs.history[span]()
      return { from: msToText(fromMs), stepSeconds, received: [...received], sent: [...sent] }
    },
    async explain(named) {
      const { id, entry } = await folders.find(named)
      const { hosts, found, searches } = needs.explain(id)
      const isClosed = needs.isClosed()
      const settings = withDefaults(folderSettingTable, entry.set)
      return {
        path: entry.path,
        switches: isClosed ? [] : foundBy.filter((by) => settings[by]),
        closed: isClosed,
        routes: [...hosts.map(showHost), ...found.map(showWay)],
        searches: searches.map(showSearch),
        reachable: showReachability(needs.reachability()),
      }
    },
    async addFolder(path, secret, hosts, from) {
      const set = hosts.length === 0 ? {} : readHosts(hosts)
      // Before anything is told of the directory, and again of what it really is when it is taken.
      const place = from === 'web' ? await chooser.check(path) : path
      const approve = from === 'web' ? chooser.check : undefined
      const { id, entry, keys } = await folders.add(place, secret, set, approve)
      return {
        ...{ id, path: entry.path, role: keys?.role ?? 'read-only' },
        ...{ created: secret === undefined, joining: keys === undefined },
        ...(keys === undefined ? {} : secretsOf(entry)),
      }
    },
    async secretKind(text) {
      const link = isSecretLink(text) ? textToSecretLink(text) : undefined
      const secret = parseSecret(link?.secret ?? text)
      const here = folders.withSecret(secret)
      return {
        ...{ kind: secret.kind, secret: secretToText(secret), own: isOwnSecret(secret) },
        ...(link === undefined || link.name === '' ? {} : { name: link.name }),
        hosts: [...(readHosts(link?.hosts ?? []).hosts ?? [])],
        ...(here === undefined ? {} : { path: here.entry.path }),
      }
    },
    async readQrCode(picture) {
      const text = await findQrText(picture)
      return text === undefined ? {} : { text }
    },
    drawQrCode: async (text) => qrToPath(text),
    async directories(path) {
      const { directories, ...list } = await chooser.list(path)
      return { ...list, directories: [...directories] }
    },
    async makeDirectory(parent, name) {
      return { path: await chooser.make(parent, name) }
    },
    removeFolder: (named) => folders.remove(named),
    async secrets(named) {
      return secretsOf((await folders.find(named)).entry)
    },
    async readOnlySecret(named) {
      const { readOnly } = secretsOf((await folders.find(named)).entry)
      return { readOnly }
    },
    async invite(named, role, lifeMs) {
      const { secret, invite } = (await folderOf(named)).invites.create(role, lifeMs)
      return { secret: secretToText(secret), ...showInvite(invite) }
    },
    async invites(named) {
      return { invites: (await folderOf(named)).invites.list().map(showInvite) }
    },
    async cancelInvite(named, id) {
      return showInvite((await folderOf(named)).invites.cancel(id))
    },
    async leds() {
      const leds = needs.leds?.()
      if (leds === undefined) throw new SyncError('not-found', { what: 'An LED of an appliance' })
      return leds
    },
    deviceSettings: async () => showDevice(),
    async setDevice(change) {
      const values = readChange(deviceTable, change)
      await config.change((before) => {
        const device = { ...before.device, ...values }
        refuseSharedPins(withDefaults(deviceTable, device))
        return { ...before, device }
      })
      needs.deviceChanged(config.current().device)
      return showDevice()
    },
    async folderSettings(named) {
      return showFolder((await folders.find(named)).entry.set)
    },
    async setFolder(named, change) {
      const values = readChange(folderSettingTable, change)
      return showFolder((await folders.configure(named, (set) => ({ ...set, ...values }))).entry.set)
    },
    addHost(named, text) {
      const host = formatHostPort(parseHostPort(text))
      return changeHosts(named, (hosts) => [...hosts.filter((other) => other !== host), host])
    },
    removeHost(named, text) {
      const host = formatHostPort(parseHostPort(text))
      return changeHosts(named, (hosts) => {
        if (!hosts.includes(host))
          throw new SyncError('not-found', { what: `${host} among the predefined hosts of this folder` })
        return hosts.filter((other) => other !== host)
      })
    },
    async rescan(named) {
      for (const { state } of await folders.listRunning(named)) state.folder.rescan()
    },
    async history({ folder: named, limit = defaultRows, after, search, action }) {
      const place = after === undefined ? undefined : readHistoryPlace(after)
      const question = {
        ...(search === undefined ? {} : { search }),
        ...(action === undefined ? {} : { action }),
      }
      const rows = (await folders.listRunning(named)).flatMap(({ entry, state: { folder } }) => {
        const from = place === undefined ? {} : { after: historyAfter(place, folder.id) }
        return folder
          .history(limit + 1, { ...question, ...from })
          .map((row) => ({ ...row, id: folder.id, folder: entry.path }))
      })
      rows.sort((a, b) => b.atMs - a.atMs || compareIds(a.id, b.id) || b.number - a.number)
      const last = rows[limit - 1]
      return {
        history: rows.slice(0, limit).map(({ atMs, number: _, id: __, ...row }) => {
          return { ...row, at: msToText(atMs) }
        }),
        ...(last === undefined || rows.length === limit ? {} : { next: historyPlaceToText(last) }),
      }
    },
    async peers(named) {
      return {
        peers: (await folders.listRunning(named)).flatMap(({ entry, state }) => peersOf(entry.path, state)),
      }
    },
    async revoke(named, device) {
      const { entry, state } = await folders.findRunning(named)
      const member = state.folder.revoke(device)
      return showMember(entry.path, member, linksOf(state.folder).get(member.device))
    },
    async approve(named, device) {
      const { entry, state } = await folders.findRunning(named)
      const member = state.folder.approve(device)
      return showMember(entry.path, member, linksOf(state.folder).get(member.device))
    },
    async planRotation(named) {
      const { entry, state } = await folders.findRunning(named)
      const links = linksOf(state.folder)
      const show = (member: MemberRow) => showMember(entry.path, member, links.get(member.device))
      const { moving, left, invites } = state.folder.planRotation()
      return { moving: moving.map(show), left: left.map(show), cancelledInvites: invites.length }
    },
    async rotate(named) {
      const { id, entry, state } = await folders.rotate(named)
      if (state instanceof SyncError) throw state
      return { id, path: entry.path }
    },
    async admission(named) {
      return { rule: (await folderOf(named)).admission }
    },
    async setAdmission(named, rule) {
      const folder = await folderOf(named)
      folder.setAdmission(rule)
      return { rule: folder.admission }
    },
  }
}

/** A place in the history of all folders: newest first, in the order of their ids at the same time. */
interface HistoryPlace {
  readonly atMs: number
  readonly number: number
  readonly id: string
}

function historyPlaceToText({ atMs, number, id }: HistoryPlace): string {
  return `${atMs}-${number}-${id}`
}

function readHistoryPlace(text: string): HistoryPlace {
  const [, atMs, number, id] = /^(\d{1,15})-(\d{1,15})-([0-9a-f]{64})$/.exec(text) ?? []
  if (id === undefined)
    throw new SyncError('request-invalid', { reason: `"${text}" is no place in the history.` })
  return { atMs: Number(atMs), number: Number(number), id }
}

/** Where one folder goes on after a place: at the same time come the rows of folders behind it in order, and those of itself. */
function historyAfter({ atMs, number, id }: HistoryPlace, folder: FolderId) {
  const order = compareIds(folder, id)
  return { atMs, number: order === 0 ? number : order > 0 ? Number.MAX_SAFE_INTEGER : 0 }
}

function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Checked like any other value, so that the limits of the table hold. Throws `host-invalid`. */
function readHosts(texts: readonly string[]): Partial<FolderSettings> {
  const hosts = texts.map((text) => formatHostPort(parseHostPort(text)))
  return settingsFromJson(folderSettingTable, { hosts })
}

function readChange<S>(table: SettingTable<S>, change: SettingsChange): Partial<S> {
  return 'texts' in change ? settingsFromTexts(table, change.texts) : settingsFromJson(table, change.values)
}

/** Throws `no-secret-here` where there is none to pass on. */
function secretsOf({ path, secret }: SyncedFolder['entry']): { full?: string; readOnly: string } {
  switch (secret.kind) {
    case 'full':
      return { full: secretToText(secret), readOnly: secretToText(readSecretOf(secret)) }
    case 'read-only':
      return { readOnly: secretToText(secret) }
    case 'guest':
      throw new SyncError('no-secret-here', { path })
    case 'one-time': {
      const reason = `${path} is not joined yet, so there is no secret of it here. See: berrysync status`
      throw new SyncError('request-invalid', { reason })
    }
  }
}

function showInvite({ id, role, createdMs, expiresMs, end }: Invite): InviteBody {
  return {
    ...{ id, role, created: msToText(createdMs), expires: msToText(expiresMs) },
    state: end?.kind ?? 'open',
    ...(end?.kind === 'redeemed'
      ? { redeemedBy: { id: end.device, name: end.deviceName }, redeemed: msToText(end.atMs) }
      : {}),
  }
}

function showHost({ host, at, tried, ...route }: DialResult): Route {
  return { source: 'host', target: host, tried: [...tried], ...showRoute({ ...route, atMs: at }) }
}

function showWay({ at, by, ...route }: WayResult): Route {
  return { source: by, target: at, tried: [], ...showRoute(route), via: by === 'relay' ? 'relay' : 'direct' }
}

function showSearch<S extends SearchResult>({ atMs, nextInMs, ...search }: S) {
  const next = nextInMs === undefined ? {} : { nextInSeconds: Math.ceil(nextInMs / 1000) }
  return { ...search, ...next, time: msToText(atMs) }
}

function showReachability({ state, message, routers }: ReachabilityReport): ExplanationBody['reachable'] {
  return { state, message, routers: routers.map(showSearch) }
}

function showRoute<S extends Route['state']>({
  atMs,
  nextInMs,
  lastResult,
  state,
}: Pick<WayResult, 'atMs' | 'nextInMs' | 'lastResult'> & { readonly state: S }) {
  return {
    ...{ via: 'direct' as const, state, at: msToText(atMs) },
    ...(lastResult === undefined ? {} : { lastResult }),
    ...(nextInMs === undefined ? {} : { nextInSeconds: Math.ceil(nextInMs / 1000) }),
  }
}

/** None where the database cannot be read, which the status tells of. */
function comingTo({ folder }: RunningFolder): ReturnType<RunningFolder['folder']['transfers']> {
  try {
    return folder.transfers()
  } catch (error) {
    if (!isSyncError(error)) throw error
    return []
  }
}

function peersOf(path: string, { folder }: RunningFolder): PeerBody[] {
  const links = linksOf(folder)
  return folder.members().map((member) => showMember(path, member, links.get(member.device)))
}

type PeerLink = ReturnType<RunningFolder['folder']['status']>['peers'][number]

function linksOf(folder: RunningFolder['folder']): ReadonlyMap<DeviceId, PeerLink> {
  return new Map(folder.status().peers.map((link) => [link.id, link]))
}

function showMember(path: string, member: MemberRow, link: PeerLink | undefined): PeerBody {
  const { device, name, role, state, invitedBy, firstSeenMs, lastSeenMs } = member
  return {
    ...{ folder: path, id: device, name, role, connected: link !== undefined, state },
    ...(invitedBy === undefined ? {} : { invitedBy }),
    ...(link === undefined ? {} : { address: link.address }),
    ...(firstSeenMs === undefined ? {} : { firstSeen: msToText(firstSeenMs) }),
    ...(lastSeenMs === undefined ? {} : { lastSeen: msToText(lastSeenMs) }),
  }
}
