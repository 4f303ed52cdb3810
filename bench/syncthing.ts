/**
 * Syncthing as the benchmark sees it, set up to be at its best: nothing is searched for, every address is fixed, reconnecting is quick,
 * no process watches over it, its priority is that of everybody else, and no space is kept free. Everything else is as delivered.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { environment, runCommand } from '../src/testing/commands.ts'
import type { Place } from './namespaces.ts'
import { hasEnded } from './processes.ts'
import type { Cluster, ClusterOptions, Goal, Rival, RivalNode } from './rival.ts'
import { pause, waitUntil } from './wait.ts'

const port = 22_000
const apiKey = 'benchmark'
/** The shortest that this version takes, and what it uses when it is not told. */
const watchDelaySeconds = { quick: 1, usual: 10 }

export interface Syncthing extends Rival {
  /** What its own log says it hashes on one thread; undefined until a node has started and measured it. */
  hashMegabytesPerSecond(): number | undefined
}

export function createSyncthing(): Syncthing {
  let hashRate: number | undefined
  const noteLine = (line: string): void => {
    const told = /Single thread SHA256 performance is (\d+) MB\/s/.exec(line)?.[1]
    if (told !== undefined) hashRate = Number(told)
  }
  return {
    name: 'syncthing',
    version: async () => (await runCommand('syncthing', '--version')).split(' ').slice(0, 2).join(' '),
    startCluster: (options) => startCluster(options, noteLine),
    hashMegabytesPerSecond: () => hashRate,
  }
}

interface Member {
  readonly id: string
  readonly home: string
  readonly place: Place
}

async function startCluster(
  { places, home, isQuick = false }: ClusterOptions,
  noteLine: (line: string) => void,
): Promise<Cluster> {
  await using started = new AsyncDisposableStack()
  const members: Member[] = []
  for (const [at, place] of places.entries()) {
    const own = join(home, `syncthing-${at}`)
    await runCommand('syncthing', 'generate', `--home=${own}`, '--no-default-folder', '--skip-port-probing')
    members.push({
      place,
      home: own,
      id: (await runCommand('syncthing', '--device-id', `--home=${own}`)).trim(),
    })
  }
  const nodes: RivalNode[] = []
  for (const member of members) {
    await writeFile(join(member.home, 'config.xml'), configOf(members))
    nodes.push(await startNode(started, member, members, { isQuick, noteLine }))
  }
  for (const member of members) await connected(member, members.length - 1)
  const owned = started.move()
  return { nodes, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function configOf(members: readonly Member[]): string {
  const devices = members.map(
    ({ id, place }, at) =>
      `<device id="${id}" name="node ${at}"><address>tcp://${place.address}:${port}</address></device>`,
  )
  const options = {
    listenAddress: `tcp://0.0.0.0:${port}`,
    globalAnnounceEnabled: false,
    localAnnounceEnabled: false,
    relaysEnabled: false,
    natEnabled: false,
    stunKeepaliveStartS: 0,
    crashReportingEnabled: false,
    urAccepted: -1,
    autoUpgradeIntervalH: 0,
    startBrowser: false,
    setLowPriority: false,
    reconnectionIntervalS: 1,
  }
  const lines = Object.entries(options).map(([key, value]) => `<${key}>${value}</${key}>`)
  return `<configuration version="36">
${devices.join('\n')}
<options>
${lines.join('\n')}
<minHomeDiskFree unit="%">0</minHomeDiskFree>
</options>
</configuration>
`
}

interface NodeOptions {
  readonly isQuick: boolean
  readonly noteLine: (line: string) => void
}

async function startNode(
  started: AsyncDisposableStack,
  member: Member,
  members: readonly Member[],
  { isQuick, noteLine }: NodeOptions,
): Promise<RivalNode> {
  let child = await startProcess(member, noteLine)
  started.defer(() => end(child, 'SIGTERM'))
  const ask = <T>(method: string, path: string, body?: object) => call<T>(member.home, method, path, body)

  return {
    place: member.place,
    roots: () => [child.pid!],
    async add(folder, directory) {
      await mkdir(directory, { recursive: true })
      await ask('PUT', `/rest/config/folders/${folder}`, {
        id: folder,
        path: directory,
        devices: members.map(({ id }) => ({ deviceID: id })),
        fsWatcherDelayS: isQuick ? watchDelaySeconds.quick : watchDelaySeconds.usual,
        minDiskFree: { value: 0, unit: '%' },
      })
    },
    async rescan(folder) {
      await ask('POST', `/rest/db/scan?folder=${folder}`)
    },
    settled: (folder, goal) =>
      waitUntil(`Syncthing has ${folder}`, () => {
        if (hasEnded(child)) throw new Error('Syncthing has ended')
        return isSettled(member.home, folder, goal)
      }).then(() => undefined),
    kill: () => end(child, 'SIGKILL'),
    async restart() {
      child = await startProcess(member, noteLine)
    },
  }
}

interface FolderState {
  readonly state: string
  readonly localFiles: number
  readonly needTotalItems: number
  /** Missing or empty when there is none. */
  readonly error?: string
}

async function isSettled(home: string, folder: string, { files, isThere }: Goal): Promise<boolean> {
  if (isThere !== undefined && !(await isThere())) return false
  const now = await call<FolderState>(home, 'GET', `/rest/db/status?folder=${folder}`)
  if (now.error) throw new Error(`Syncthing stopped ${folder}: ${now.error}`)
  return now.state === 'idle' && now.needTotalItems === 0 && now.localFiles === files
}

/** Resolves when it answers. */
async function startProcess(
  { home, place }: Member,
  noteLine: (line: string) => void,
): Promise<ChildProcess> {
  await rm(socketOf(home), { force: true })
  const args = [
    'serve',
    `--home=${home}`,
    '--no-browser',
    '--no-upgrade',
    '--no-restart',
    '--skip-port-probing',
  ]
  args.push(`--gui-address=unix://${socketOf(home)}`, `--gui-apikey=${apiKey}`)
  const [command, ...before] = place.prefix
  const child = spawn(command!, [...before, 'syncthing', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Without it a second process only watches over the first, which would be counted too.
    env: { ...environment, STMONITORED: 'yes' },
  })
  const log: string[] = []
  createInterface({ input: child.stdout! }).on('line', (line) => {
    log.push(line)
    noteLine(line)
  })
  await waitUntil('Syncthing answers', async () => {
    if (hasEnded(child)) throw new Error(`Syncthing ended with ${child.exitCode}:\n${log.join('\n')}`)
    return call(home, 'GET', '/rest/system/ping').catch(() => undefined)
  })
  return child
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

async function connected({ home }: Member, others: number): Promise<void> {
  interface Connections {
    readonly connections: Readonly<Record<string, { readonly connected: boolean }>>
  }
  await waitUntil('Syncthing is connected to all others', async () => {
    const { connections } = await call<Connections>(home, 'GET', '/rest/system/connections')
    return Object.values(connections).filter((each) => each.connected).length >= others
  })
  // It replaces links in the first moments, when both sides have dialled.
  await pause(others > 0 ? 1000 : 0)
}

// ---- its API ------------------------------------------------------------------------------------------------------------

function socketOf(home: string): string {
  return join(home, 'gui.sock')
}

async function call<T>(home: string, method: string, path: string, body?: object): Promise<T> {
  const text = body === undefined ? '' : JSON.stringify(body)
  const headers = { 'x-api-key': apiKey, 'content-length': Buffer.byteLength(text), host: 'localhost' }
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const asking = request({ socketPath: socketOf(home), method, path, headers, agent: false }, resolve)
  asking.on('error', reject)
  asking.end(text)
  const response = await promise
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const answer = Buffer.concat(chunks).toString()
  if (response.statusCode !== 200) throw new Error(`Syncthing, ${method} ${path}: ${answer.trim()}`)
  return (answer.startsWith('{') ? JSON.parse(answer) : undefined) as T
}
