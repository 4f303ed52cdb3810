/** Answers what the API asks, from the synced folders, the configuration and the links. Holds no state of its own. */
import { createEventStream, type EventStreamNeeds } from './api/event-stream.ts'
import type { Snapshot } from './api/schemas/events.ts'
import type { ExplanationBody, Route } from './api/schemas/explanation.ts'
import type { InviteBody, PeerBody } from './api/schemas/members.ts'
import type { Settings, SettingsChange } from './api/schemas/settings.ts'
import type { Status } from './api/schemas/status.ts'
import type { Steering } from './api/steering.ts'
import type { ConfigKeeper } from './config.ts'
import { SyncError } from './core/errors.ts'
import type { DeviceId, FolderId } from './core/ids.ts'
import type { Invite } from './core/invite.ts'
import { readSecretOf, secretToText } from './core/secret.ts'
import { msToText } from './core/time-text.ts'
import type { LimitsInForce } from './device-limits.ts'
import { limitsToBody, statusToBody } from './device-status.ts'
import type { MemberRow } from './engine/member-list.ts'
import type { FolderSettings } from './engine/settings.ts'
import { createFileSteering } from './file-steering.ts'
import { formatHostPort, parseHostPort } from './net/address.ts'
import type { DialResult } from './net/dial-target.ts'
import { foundBy, type WayResult } from './net/found-peers.ts'
import type { SearchResult } from './net/search.ts'
import type { Explanation } from './peer-finding.ts'
import type { ReachabilityReport } from './reachability.ts'
import {
  type DeviceSettings,
  folderSettingTable,
  type SettingTable,
  settingsFromJson,
  settingsFromTexts,
  showSettings,
  withDefaults,
} from './setting-table.ts'
import type { RunningFolder, SyncedFolder, SyncedFolders } from './synced-folders.ts'
import type { TrafficMeter } from './traffic.ts'
import type { TrafficHistory } from './traffic-history.ts'

interface Needs {
  readonly device: { readonly id: DeviceId; readonly version: string; readonly pid: number }
  /** The name in use, and where peers and browsers really reach this device now. */
  running(): { readonly name: string; readonly listen: string; readonly web?: string }
  /** The rate limits that hold now. */
  limits(): LimitsInForce
  /** Told what is set for the device from now on. */
  deviceChanged(set: Partial<DeviceSettings>): void
  readonly deviceTable: SettingTable<DeviceSettings>
  readonly config: ConfigKeeper
  readonly folders: SyncedFolders
  readonly traffic: TrafficMeter
  readonly history: TrafficHistory
  readonly watching: Omit<EventStreamNeeds, 'look'>
  /** What came of each predefined host of a folder. */
  hosts(folder: FolderId): readonly DialResult[]
  /** What was tried to reach peers of a folder. */
  explain(folder: FolderId): Explanation
  /** How peers outside can connect. */
  reachability(): ReachabilityReport
  /** Whether nothing goes anywhere but to predefined hosts. */
  isClosed(): boolean
}

export function createSteering(needs: Needs): Steering {
  const { device, deviceTable, config, folders, traffic } = needs

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
    return { settings: showSettings(deviceTable, config.current().device) }
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
      device: { ...device, ...needs.running(), limits: limitsToBody(limits) },
      ...{ folders: shown, traffic: traffic.read() },
    }
  }

  async function look(): Promise<Snapshot> {
    const transfers: Snapshot['transfers'] = {}
    for (const { id, state } of await folders.listRunning(undefined)) {
      const coming = state.folder.transfers()
      if (coming.length > 0) transfers[id] = [...coming]
    }
    return { status: await status(undefined), transfers }
  }

  return {
    ...createFileSteering(folders),
    status,
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
    async addFolder(path, secret, hosts) {
      const { id, entry, keys } = await folders.add(path, secret, hosts.length === 0 ? {} : readHosts(hosts))
      return {
        ...{ id, path: entry.path, role: keys?.role ?? 'read-only' },
        ...{ created: secret === undefined, joining: keys === undefined },
        ...(keys === undefined ? {} : secretsOf(entry)),
      }
    },
    removeFolder: (named) => folders.remove(named),
    async secrets(named) {
      return secretsOf((await folders.find(named)).entry)
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
    deviceSettings: async () => showDevice(),
    async setDevice(change) {
      const values = readChange(deviceTable, change)
      await config.change((before) => ({ ...before, device: { ...before.device, ...values } }))
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
      return changeHosts(named, (hosts) => hosts.filter((other) => other !== host))
    },
    async rescan(named) {
      for (const { state } of await folders.listRunning(named)) state.folder.rescan()
    },
    async history(named, limit) {
      const rows = (await folders.listRunning(named)).flatMap(({ entry, state }) =>
        state.folder.history(limit).map((row) => ({ folder: entry.path, ...row })),
      )
      rows.sort((a, b) => b.atMs - a.atMs)
      return { history: rows.slice(0, limit).map(({ atMs, ...row }) => ({ ...row, at: msToText(atMs) })) }
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

function showSearch<S extends SearchResult>({ atMs, ...search }: S) {
  return { ...search, time: msToText(atMs) }
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
