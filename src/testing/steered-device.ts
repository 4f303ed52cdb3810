/** A device without engine and network: configuration, folders that answer as told, API and control socket, and a command line on top. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAccess } from '../api/access.ts'
import { buildApp } from '../api/app.ts'
import type { ApplianceSteering } from '../api/appliance-steering.ts'
import { openControlSocket } from '../api/control-socket.ts'
import { createOwnerDoor } from '../api/door.ts'
import { createSessionCookie } from '../api/session-cookie.ts'
import type { Steering } from '../api/steering.ts'
import { createBackups } from '../backup.ts'
import { runProgram } from '../cli/program.ts'
import type { Surroundings } from '../cli/session.ts'
import { openConfig } from '../config.ts'
import type { DeviceId } from '../core/ids.ts'
import { createDeviceLimits } from '../device-limits.ts'
import { createSteering } from '../device-steering.ts'
import { createDirectoryChooser } from '../directory-chooser.ts'
import { createDeviceRates } from '../engine/rates.ts'
import { createUploadSlots } from '../engine/upload-slots.ts'
import { openSocketPath } from '../home.ts'
import { createLogTo } from '../log.ts'
import { createMachineSteering } from '../machine-steering.ts'
import type { DialResult } from '../net/dial-target.ts'
import type { WayResult } from '../net/found-peers.ts'
import { loadIdentity } from '../net/identity.ts'
import { createNews } from '../news.ts'
import type { Explanation } from '../peer-finding.ts'
import { createReleaseSteering } from '../release-steering.ts'
import { finishRestore } from '../restored-home.ts'
import { deviceSettingTable } from '../setting-table.ts'
import { settingsFromTexts, withDefaults } from '../setting-values.ts'
import { openDeviceStore } from '../store/open-device-store.ts'
import { openSyncedFolders, type SyncedFolders } from '../synced-folders.ts'
import { systemChance } from '../system.ts'
import { createTrafficMeter } from '../traffic.ts'
import { openTrafficHistory } from '../traffic-history.ts'
import { createPasswordKeeper } from '../web-interface.ts'
import { createFakeOpener, type FakeOpener } from './fake-folder.ts'
import { createManualClock } from './manual-clock.ts'
import { makeTempDirectory } from './temp-directory.ts'

function atOnce(_: number, callback: () => void): Disposable {
  callback()
  return { [Symbol.dispose]: () => undefined }
}

interface Outcome {
  readonly status: number
  readonly out: string
  readonly err: string
}

export interface SteeredDevice extends AsyncDisposable {
  /** A directory for the test; the home is in it. */
  readonly root: string
  readonly home: string
  readonly opener: FakeOpener
  /** What answers the API. */
  readonly steering: Steering
  /** What standard input will give. */
  input: string
  /** What a person will type without its being shown; none when there is no terminal. */
  typed: string[]
  /** What every folder says came of its hosts. */
  dialResults: readonly DialResult[]
  wayResults: readonly WayResult[]
  searchResults: Explanation['searches']
  isClosed: boolean
  /** How often it wanted to start again. */
  restarts: number
  /** What the next start would do first: whether a backup took the place of what it was. */
  finishRestore(): Promise<boolean>
  /** Width of the terminal that a command prints to. */
  columns: number | undefined
  /** Called each time the program waits; its clock goes on by itself. */
  onPause: () => void
  /** Runs a command line on the home of this device. */
  run(...args: string[]): Promise<Outcome>
  /** Without `--home`. */
  runRaw(...args: string[]): Promise<Outcome>
  /** As `run`, with `--json`; throws unless it succeeds. */
  // biome-ignore lint/suspicious/noExplicitAny: a test compares what it gets
  json(...args: string[]): Promise<any>
  /** From now on the folder there says that it has a peer. */
  connectPeer(path: string, name?: string): void
}

interface SteeredOptions {
  readonly appliance?: (folders: SyncedFolders) => ApplianceSteering
}

export async function startSteeredDevice(options: SteeredOptions = {}): Promise<SteeredDevice> {
  const directory = await makeTempDirectory()
  const home = join(directory.path, 'home')
  await mkdir(home)
  const log = createLogTo({ write: () => undefined }, { level: 'error', readable: false, colour: false })
  const deviceTable = deviceSettingTable('host', directory.path)
  const config = await openConfig(home, deviceTable)
  const opener = createFakeOpener()
  const folders = await openSyncedFolders({ home, config, opener, chance: systemChance, log })
  const clock = createManualClock(0)
  const limits = createDeviceLimits(
    {
      clock,
      rates: createDeviceRates(clock, () => false),
      uploads: createUploadSlots(clock),
      weekMsAt: (nowMs) => nowMs,
      onPause: () => undefined,
    },
    withDefaults(deviceTable, {}),
  )
  const bugs: unknown[] = []
  const news = createNews()
  const traffic = createTrafficMeter(clock)
  const store = openDeviceStore(':memory:', (damage) => bugs.push(damage))
  const history = openTrafficHistory(clock, log, traffic, store)
  const chooser = createDirectoryChooser({
    home,
    roots: () => withDefaults(deviceTable, config.current().device).roots,
    synced: () => folders.list().map(({ entry }) => entry.path),
  })
  const backups = createBackups({
    ...{ home, config, deviceTable, log, chance: systemChance, version: '0' },
    identity: await loadIdentity(join(home, 'identity.json'), (count) => systemChance.bytes(count)),
    deviceName: () => 'test device',
    // It starts again after a moment, which here is none.
    clock: { now: () => Date.UTC(2026, 10, 23), after: atOnce },
    copies: () => undefined,
    restart: () => {
      device.restarts += 1
    },
  })
  const machine = createMachineSteering(
    { read: async () => ({ busy: 0.25, uptimeSeconds: 3600, addresses: [], diskErrors: [] }) },
    undefined,
  )
  const overrides = settingsFromTexts(deviceTable, { listen: '127.0.0.1:4444' })
  const steering = createSteering({
    device: { id: 'd'.repeat(64) as DeviceId, version: '0', pid: 1 },
    running: () => ({ name: 'test device', listen: '127.0.0.1:4444' }),
    limits: limits.current,
    deviceChanged: (set) => limits.set(withDefaults(deviceTable, set)),
    ...{
      overrides,
      chooser,
      deviceTable,
      config,
      folders,
      traffic,
      history,
      backups,
      machine,
      releases: createReleaseSteering(undefined, '0'),
      appliance: options.appliance?.(folders),
    },
    watching: {
      ...{ clock, epoch: 'run', listen: news.listen },
      onFailure: (error) => bugs.push(error),
    },
    hosts: () => device.dialResults,
    explain: () => ({ hosts: device.dialResults, found: device.wayResults, searches: device.searchResults }),
    reachability: () => ({ state: 'unlikely', message: 'nobody was asked', routers: [] }),
    isClosed: () => device.isClosed,
    isMeasured: () => withDefaults(deviceTable, config.current().device).metrics,
  })
  const access = createAccess({
    ...{ clock, chance: systemChance, log, store, passwords: createPasswordKeeper(config) },
    device: { name: () => 'test device', version: '0' },
  })
  const socketPath = openSocketPath(home)
  const socket = await openControlSocket(
    buildApp(steering, (error) => bugs.push(error), createOwnerDoor(access, createSessionCookie('d', false))),
    socketPath.path,
  )

  async function runRaw(...args: string[]): Promise<Outcome> {
    let out = ''
    let err = ''
    let elapsedMs = 0
    const around: Surroundings = {
      ...{ version: '0', defaultHome: join(home, 'none'), colour: false, openSocketPath },
      columns: device.columns,
      print: (text) => {
        out += text
      },
      complain: (text) => {
        err += text
      },
      readInput: async () => device.input,
      askHidden: async () => device.typed.shift(),
      readText: async (file) => (file === '-' ? device.input : readFile(file, 'utf8')),
      async pause(delayMs) {
        elapsedMs += delayMs
        device.onPause()
      },
      monotonicMs: () => elapsedMs,
      writePrivate: (file, bytes) => writeFile(file, bytes, { flag: 'wx', mode: 0o600 }),
      readBytes: (file) => readFile(file),
      runDaemon: async () => undefined,
      runRelay: async () => undefined,
      runTracker: async () => undefined,
    }
    const status = await runProgram(args, around)
    if (bugs.length > 0) throw bugs[0]
    return { status, out, err }
  }

  const device: SteeredDevice = {
    ...{ root: directory.path, home, opener, steering, input: '', typed: [], runRaw },
    ...{ dialResults: [], wayResults: [], searchResults: [], isClosed: false, columns: undefined },
    restarts: 0,
    finishRestore: () => finishRestore(home),
    onPause: () => undefined,
    run: (...args) => (args.length === 0 ? runRaw() : runRaw(...args, '--home', home)),
    async json(...args) {
      const { status, out, err } = await device.run(...args, '--json')
      if (status !== 0) throw new Error(`${args.join(' ')}: ${err}`)
      return JSON.parse(out)
    },
    connectPeer(path, name = 'peer') {
      const { answers } = opener.opened.get(path)!
      const status = answers.status()
      const peer = {
        ...{ id: 'e'.repeat(64) as DeviceId, name, address: '192.0.2.7:4444', via: 'direct', role: 'full' },
        ...{ needFiles: 0, needBytes: 0, received: 0, sent: 0 },
      } as const
      Object.assign(answers, { status: () => ({ ...status, peers: [peer] }) })
    },
    async [Symbol.asyncDispose]() {
      await socket[Symbol.asyncDispose]()
      socketPath[Symbol.dispose]()
      await folders[Symbol.asyncDispose]()
      store[Symbol.dispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
  return device
}
