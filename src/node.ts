/**
 * The composition root: builds every part of a device, starts them in order, and disposes them in reverse. Decides nothing itself.
 */
import { mkdir, statfs } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { createAccess } from './api/access.ts'
import { buildApp } from './api/app.ts'
import { openControlSocket } from './api/control-socket.ts'
import { createOwnerDoor, type Door } from './api/door.ts'
import { createSessionCookie } from './api/session-cookie.ts'
import { type Advertising, createAdvertising } from './appliance/advertise.ts'
import { appliancePaths } from './appliance/appliance-paths.ts'
import { openBackupCopies } from './appliance/backup-copies.ts'
import { describeDevice, descriptionPath, uniqueName } from './appliance/device-description.ts'
import { ownDirectoryName } from './appliance/disk-facts.ts'
import { openDisks } from './appliance/disks.ts'
import { watchHealth } from './appliance/health.ts'
import { createHelperClient } from './appliance/helper-client.ts'
import { demandAnswer } from './appliance/own-answer.ts'
import { watchProcessor } from './appliance/processor-use.ts'
import { createReleases } from './appliance/releases.ts'
import { notifySystemd } from './appliance/service-notice.ts'
import { createSystemFacts, type OwnAddress } from './appliance/system-facts.ts'
import { createWatchdog } from './appliance/watchdog.ts'
import { createFrontDisks, type FrontDisks, openFront } from './appliance-front.ts'
import { createBackups } from './backup.ts'
import { createBackupSurroundings, placesOfCopies } from './backup-surroundings.ts'
import { openConfig, readSetup } from './config.ts'
import { withConfigCopy } from './config-copy.ts'
import { createDeviceLimits } from './device-limits.ts'
import { createSteering } from './device-steering.ts'
import { createDirectoryChooser } from './directory-chooser.ts'
import { createFinderPool } from './disk/block-finder.ts'
import { createHashPool } from './disk/hasher.ts'
import { createDiskSteering } from './disk-steering.ts'
import { createDeviceRates } from './engine/rates.ts'
import { createUploadSlots } from './engine/upload-slots.ts'
import { createDiskPlaces, createPlainPlaces } from './folder-disks.ts'
import { createFolderOpener } from './folder-opener.ts'
import { releasePlaces } from './helper/release-state.ts'
import { openHome, openSocketPath } from './home.ts'
import { createMachineSteering } from './machine-steering.ts'
import {
  formatHostPort,
  type HostPort,
  hostOfAddress,
  isLanAddress,
  parseListenAddress,
  scopeOf,
} from './net/address.ts'
import { createCipherPool, needsCipherPool } from './net/cipher-pool.ts'
import { createDhtSearch } from './net/dht-search.ts'
import { createDialer } from './net/dialer.ts'
import type { FoundBy } from './net/found-peers.ts'
import { loadIdentity } from './net/identity.ts'
import { createLanSearch } from './net/lan-search.ts'
import { openListener } from './net/listener.ts'
import { ownInterfaces } from './net/own-interfaces.ts'
import { createPortMapping } from './net/port-mapping.ts'
import { createRelayClient } from './net/relay-client.ts'
import type { SearchOptions } from './net/search.ts'
import { createTrackerSearch } from './net/tracker-search.ts'
import { createNews } from './news.ts'
import { createPeerFinding } from './peer-finding.ts'
import type { Link, Log } from './ports.ts'
import { createReachability } from './reachability.ts'
import { createReleaseSteering } from './release-steering.ts'
import { finishRestore } from './restored-home.ts'
import { type DeviceSettings, deviceSettingTable } from './setting-table.ts'
import { settingsFromTexts, withDefaults } from './setting-values.ts'
import { openDeviceStore } from './store/open-device-store.ts'
import { openSyncedFolders } from './synced-folders.ts'
import { localWeekMs, systemChance, systemClock } from './system.ts'
import { createTrafficMeter } from './traffic.ts'
import { openTrafficHistory } from './traffic-history.ts'
import { createPasswordKeeper, openWebInterface, type WebInterface } from './web-interface.ts'
import { decodeMessage, encodeMessage } from './wire/message-codec.ts'
import type { CipherName } from './wire/noise.ts'

export interface NodeOptions {
  readonly home: string
  /** As typed; each overrules what is set, for this run. */
  readonly listen: string | undefined
  readonly web: string | undefined
  /** Nothing goes anywhere but to predefined hosts, for this run. */
  readonly closed: boolean
  /** This machine is an appliance. `root` stands for `/` where its disks and its helper are, in a test. */
  readonly appliance?: { readonly root: string | undefined } | undefined
  /** The service manager that wants to hear of it, where there is one. */
  readonly manager?: { readonly patienceMs: number | undefined } | undefined
  /** A file whose settings and folders are taken over. */
  readonly config: string | undefined
  readonly log: Log
  readonly version: string
}

export interface Node extends AsyncDisposable {
  /** Where peers reach it. */
  readonly listen: string
  /** The address of its web interface, where there is one. */
  readonly web: string | undefined
  /** Resolves when it wants to be ended and started again. */
  readonly restart: Promise<void>
}

/** Starts a device. Throws a `SyncError` with the reason when it cannot; nothing is left running then. */
export async function startNode({ log, version, ...options }: NodeOptions): Promise<Node> {
  await using parts = new AsyncDisposableStack()
  const clock = systemClock
  const chance = systemChance

  const hostName = hostname()
  // Folders belong on the disks of an appliance.
  const deviceTable = deviceSettingTable(
    hostName,
    options.appliance === undefined ? homedir() : '/',
    options.appliance !== undefined,
  )
  const overrides = readOverrides(deviceTable, options)
  const home = parts.use(await openHome(options.home))
  if (await finishRestore(home.path)) log.info({}, 'a backup took the place of what this device was')
  const config = await withConfigCopy(home.path, version, () => openConfig(home.path, deviceTable))
  const setup = options.config === undefined ? undefined : await readSetup(options.config, deviceTable)
  if (setup !== undefined) {
    await config.change((before) => ({ ...before, device: { ...before.device, ...setup.device } }))
  }
  let settings = withDefaults(deviceTable, { ...config.current().device, ...overrides })

  const identity = await loadIdentity(join(home.path, 'identity.json'), (count) => chance.bytes(count))
  const deviceStore = parts.use(
    openDeviceStore(join(home.path, 'device.db'), ({ data }) =>
      log.warn(
        { ...data },
        'the database of the device was damaged: everybody has to log in again, tokens have to be made anew',
      ),
    ),
  )
  let web: WebInterface | undefined
  let advertising: Advertising | undefined
  let frontDisks: FrontDisks | undefined
  const watchdog =
    options.manager === undefined
      ? undefined
      : parts.use(
          createWatchdog({
            ...{ clock, log, notify: notifySystemd, patienceMs: options.manager.patienceMs },
            checkDatabase: deviceStore.checkChange,
          }),
        )
  const news = createNews()
  const access = createAccess({
    ...{ clock, chance, log, store: deviceStore, passwords: createPasswordKeeper(config) },
    device: { name: () => settings.name, version },
  })
  const front =
    options.appliance === undefined
      ? undefined
      : parts.use(
          await openFront({
            ...{ clock, log, root: options.appliance.root ?? '/', hostName, access, listen: news.listen },
            disks: () => frontDisks,
            settings: () => settings,
            status: () => steering.status(undefined),
            web: () => (web === undefined ? undefined : { scheme: web.scheme, port: web.address.port }),
            onShown: ({ meaning }) => watchdog?.setStatus(meaning),
          }),
        )
  const codec = { encode: encodeMessage, decode: decodeMessage }
  const cipher: CipherName = settings.cipher === 'chacha' ? 'ChaChaPoly' : 'AESGCM'
  const ciphers = needsCipherPool(cipher) ? parts.use(createCipherPool()) : undefined
  const linkContext = { device: identity.device, clock, chance, log, codec, cipher, ciphers }
  const traffic = createTrafficMeter(clock)
  traffic.listen(({ isFlowing }) => {
    if (isFlowing) news.note()
  })
  const history = parts.use(openTrafficHistory(clock, log, traffic, deviceStore))
  const rates = createDeviceRates(
    clock,
    ({ address, via }) => via === 'direct' && isLanAddress(hostOfAddress(address)),
  )
  const uploads = createUploadSlots(clock)
  const hasher = parts.use(createHashPool())
  const finder = parts.use(createFinderPool())
  const databases = join(home.path, 'folders')
  await mkdir(databases, { recursive: true, mode: 0o700 })
  const paths = options.appliance === undefined ? undefined : appliancePaths(options.appliance.root)
  const disks = paths === undefined ? undefined : parts.use(await openDisks({ ...paths, clock, log }))
  const places =
    paths === undefined || disks === undefined
      ? createPlainPlaces(databases)
      : createDiskPlaces({ disks, mounts: paths.mounts, device: identity.device.id, databases })
  const listenAddress = parseListenAddress(settings.listen)
  const maxLinks = (): number => settings.links

  function takeLink(link: Link): void {
    traffic.add(link)
    reachability.noteLink(link)
    dialer.noteLink(link)
    opener.takeLink(link)
  }

  const relays = parts.use(
    createRelayClient({
      ...{ clock, chance, log },
      device: identity.device.id,
      onCalled: (socket, relay) => listener.take(socket, relay),
      onMembers: (folderId, members) => dialer.foundAtRelays(folderId, members),
    }),
  )
  relays.setRelays(settings.relays)
  const dialer = parts.use(
    createDialer({ ...linkContext, maxLinks, relays, onLink: takeLink, onResult: news.note }),
  )
  /** What the router forwards to this device is told by every search that works. */
  function isNotOwn({ host, port }: HostPort): boolean {
    const own = portMapping.external()
    return own === undefined || own.host !== host || own.port !== port
  }
  const searching = (by: FoundBy): SearchOptions => ({
    ...{ clock, chance, log },
    // A router forwards what comes from beyond the local network.
    port: () => (by === 'lan' ? undefined : portMapping.external()?.port) ?? listener.address.port,
    onFound: (folderId, addresses) => dialer.found(folderId, by, addresses.filter(isNotOwn)),
  })
  const portMapping = parts.use(
    createPortMapping({
      ...{ clock, chance, log },
      port: () => listener.address.port,
      onChange: () => undefined,
    }),
  )
  const reachability = createReachability({
    listen: () => listener.address,
    mapping: portMapping,
    relays: () => (settings.closed ? [] : relays.connected()),
  })
  const trackers = parts.use(
    createTrackerSearch({ ...searching('tracker'), isShort: (folderId) => dialer.isShort(folderId) }),
  )
  trackers.setTrackers(settings.trackers)
  const searches = {
    lan: parts.use(createLanSearch(searching('lan'))),
    tracker: trackers,
    dht: parts.use(
      createDhtSearch({
        ...searching('dht'),
        bootstrap: () => settings.dhtBootstrap,
        stateFile: join(home.path, 'dht-nodes.json'),
        listen: {
          host: isIPv4(listenAddress.host) ? listenAddress.host : '0.0.0.0',
          port: listenAddress.port,
        },
      }),
    ),
    relay: relays,
  }
  const peerFinding = createPeerFinding({
    ...{ dialer, searches, portMapping },
    isClosed: () => settings.closed,
    mayMapPort: () => settings.portMapping && scopeOf(listenAddress.host) !== 'loopback',
  })
  const chooser = createDirectoryChooser({
    home: home.path,
    diskRoots: () =>
      (disks?.attached() ?? []).map(({ facts, mountPoint }) => ({
        path: join(mountPoint, ownDirectoryName),
        disk: facts.name,
      })),
    own: places.own,
    roots: () => settings.roots,
    synced: () => folders.list().map(({ entry }) => entry.path),
  })
  const opener = createFolderOpener({
    ...{ clock, chance, log, places, hasher, finder, rates, uploads, maxLinks, peerFinding },
    device: identity.device,
    deviceName: () => settings.name,
    approve: chooser.mark,
    authorSeed: identity.authorSeed,
    isPaused: () => limits.current().paused,
    onChange: news.note,
  })
  const limits = parts.use(
    createDeviceLimits(
      {
        ...{ clock, rates, uploads, weekMsAt: localWeekMs },
        onPause(paused) {
          log.info({}, paused ? 'the schedule says to pause' : 'the schedule lets syncing go on')
          opener.reconfigure()
        },
      },
      settings,
    ),
  )
  const listener = parts.use(
    await openListener({
      ...linkContext,
      address: listenAddress,
      memberships: opener.memberships,
      onLink: takeLink,
    }),
  )
  const listen = formatHostPort(listener.address)
  const folders = parts.use(
    await openSyncedFolders({ home: home.path, config, opener, places, chance, log, onChange: news.note }),
  )
  if (setup !== undefined) await folders.takeIn(setup.folders)

  const helper = paths === undefined ? undefined : createHelperClient(paths.socket, clock)
  const appliance =
    helper === undefined || disks === undefined
      ? undefined
      : createDiskSteering({ ...{ disks, helper, folders, clock, log }, onChange: news.note })
  if (disks !== undefined) parts.use(disks.listen(news.note))
  const { promise: restart, resolve: askForRestart } = Promise.withResolvers<void>()
  const facts = createSystemFacts({
    ...{ clock, log, processor: parts.use(watchProcessor(clock)) },
    addresses: reachableAddresses,
    space: () => spaceAt(home.path),
  })
  const machine = createMachineSteering(
    facts,
    helper === undefined ? undefined : { ask: helper.ask, identify: () => front?.identify },
  )
  const releasesAt = releasePlaces(options.appliance?.root)
  const releases =
    helper === undefined || disks === undefined
      ? undefined
      : createReleases({
          ...{ clock, version, places: { ...releasesAt, updates: join(home.path, 'updates') } },
          disks: () =>
            disks.attached().map(({ facts: { name }, mountPoint }) => ({
              disk: name,
              directory: join(mountPoint, ownDirectoryName),
            })),
          install: (file, progress) => helper.ask({ verb: 'install-release', file }, progress),
          rollBack: () => helper.ask({ verb: 'roll-back' }),
          restart: askForRestart,
        })
  const sweepUpdates = () =>
    releases?.sweep().catch((error) => log.warn({ error }, 'old releases could not be taken away'))
  await sweepUpdates()
  const backups = createBackups({
    ...{ home: home.path, config, deviceTable, identity, version, clock, chance, log },
    deviceName: () => settings.name,
    copies: () => copies,
    restart: askForRestart,
    // Its service manager has to know of another start.
    ...(helper === undefined || disks === undefined ? {} : createBackupSurroundings({ helper, disks, log })),
  })
  const copies =
    disks === undefined
      ? undefined
      : parts.use(
          await openBackupCopies({
            ...{ clock, log, sign: backups.sign, lock: backups.lock },
            file: join(home.path, 'backup-copies.json'),
            places: () => placesOfCopies(disks),
          }),
        )
  if (disks !== undefined) parts.use(disks.listen(() => void copies?.look()))
  const steering = createSteering({
    device: { id: identity.device.id, version, pid: process.pid },
    running: () => ({
      ...{ name: settings.name, listen },
      ...(web === undefined ? {} : { web: web.url }),
      ...(web?.fingerprint === undefined ? {} : { webFingerprint: web.fingerprint }),
    }),
    limits: limits.current,
    deviceChanged(set) {
      settings = withDefaults(deviceTable, { ...set, ...overrides })
      limits.set(settings)
      relays.setRelays(settings.relays)
      trackers.setTrackers(settings.trackers)
      peerFinding.reconsider()
      front?.reconfigure()
      advertising?.reconsider()
      news.note()
    },
    history,
    watching: {
      ...{ clock, epoch: Buffer.from(chance.bytes(4)).toString('hex'), listen: news.listen },
      onFailure: (error) => log.error({ error }, 'the device could not be looked at for readers of events'),
    },
    ...{
      overrides,
      appliance,
      chooser,
      deviceTable,
      config,
      folders,
      traffic,
      hosts: peerFinding.hosts,
      explain: peerFinding.explain,
      machine,
      backups,
      releases: createReleaseSteering(releases, version),
    },
    reachability: reachability.report,
    isClosed: () => settings.closed,
    isMeasured: () => settings.metrics,
    leds: () => front?.leds(),
  })
  /** Whether it shows itself in the local network. */
  const isSeen = () => settings.ssdp && !settings.closed
  const buildBehind = (door: Door) =>
    buildApp(steering, (error) => log.error({ error }, 'a request failed by a bug'), door)
  const deviceId = identity.device.id
  const socket = parts.use(openSocketPath(home.path))
  const ownerDoor = createOwnerDoor(access, createSessionCookie(deviceId, false))
  parts.use(await openControlSocket(buildBehind(ownerDoor), socket.path))
  web = await openWebInterface({
    ...{ home: home.path, hostName, deviceId, settings, access, buildApp: buildBehind, clock, chance, log },
    // The machine may be given another name while this runs.
    webNames: () => [...settings.webNames, hostname(), `${hostname()}.local`],
    description: {
      path: descriptionPath,
      describe: (origin) =>
        isSeen() ? describeDevice({ id: deviceId, name: settings.name, version }, origin) : undefined,
    },
  })
  if (web !== undefined) parts.use(web)
  if (helper !== undefined) {
    const health = await watchHealth({
      ...{ clock, log, version, places: releasesAt },
      async look() {
        await demandAnswer({ socketPath: socket.path }, '/api/status')
        if (web !== undefined) await demandAnswer({ url: web.url }, '/api/access')
      },
      async keep() {
        await helper.ask({ verb: 'keep-release' })
        await sweepUpdates()
      },
      giveUp: askForRestart,
    })
    parts.use(health)
  }
  const seen = web && { scheme: web.scheme, ...web.address }
  advertising = parts.use(
    createAdvertising({
      ...{ clock, log, udn: uniqueName(deviceId), version },
      reachable: () => (isSeen() ? seen : undefined),
    }),
  )
  if (paths !== undefined && disks !== undefined && appliance !== undefined)
    frontDisks = createFrontDisks({
      ...{ disks, steering: appliance, helper: createHelperClient(paths.socket, clock) },
    })
  front?.ready()
  watchdog?.ready()
  log.info({ home: home.path, listen, web: web?.url, device: deviceId, version }, 'ready')

  const owned = parts.move()
  return {
    listen,
    web: web?.url,
    restart,
    async [Symbol.asyncDispose]() {
      front?.stopping()
      await watchdog?.stopping()
      await owned.disposeAsync()
    },
  }
}

function readOverrides(
  table: ReturnType<typeof deviceSettingTable>,
  { listen, web, closed }: Pick<NodeOptions, 'listen' | 'web' | 'closed'>,
): Partial<DeviceSettings> {
  return settingsFromTexts(table, {
    ...(listen === undefined ? {} : { listen }),
    ...(web === undefined ? {} : { web }),
    ...(closed ? { closed: 'on' } : {}),
  })
}

/** Those of this machine that somebody else could reach. */
function reachableAddresses(): OwnAddress[] {
  return Object.entries(ownInterfaces()).flatMap(([name, entries = []]) =>
    entries
      .filter(({ address }) => ['private', 'public'].includes(scopeOf(address)))
      .map(({ address }) => ({ name, address: address.split('%')[0]! })),
  )
}

async function spaceAt(directory: string): Promise<{ totalBytes: number; freeBytes: number }> {
  const { blocks, bavail, bsize } = await statfs(directory)
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
}
