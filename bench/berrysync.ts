/** Berrysync as the benchmark sees it: the built daemon, asked over its control socket as its own command line does. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Added } from '../src/api/schemas/folders.ts'
import type { Status } from '../src/api/schemas/status.ts'
import { createClient, folderRoute } from '../src/cli/client.ts'
import { openSocketPath } from '../src/home.ts'
import { programPath, runBerrysync, startDaemon } from '../src/testing/daemon.ts'
import { startServer } from '../src/testing/server-process.ts'
import type { Place } from './namespaces.ts'
import { hasEnded } from './processes.ts'
import type { Cluster, ClusterOptions, Rival, RivalNode } from './rival.ts'
import { waitUntil } from './wait.ts'

const port = 4444

/** With a directory for profiles, every node writes what its threads did there when it ends. */
export function createBerrysync(profiles?: string): Rival {
  return {
    name: 'berrysync',
    version: async () => `berrysync ${(await runBerrysync(['--version'])).out.trim()}`,
    startCluster: (options) => startCluster(options, profiles),
  }
}

async function startCluster(
  { places: all, home, throughRelay = false }: ClusterOptions,
  profiles?: string,
): Promise<Cluster> {
  await using started = new AsyncDisposableStack()
  const secrets = new Map<string, string>()
  const nodes: RivalNode[] = []
  const places = throughRelay ? all.slice(0, -1) : all
  const relay = throughRelay ? await startRelay(started, all.at(-1)!) : undefined
  for (const [at, place] of places.entries()) {
    const others = places.filter((other) => other !== place).map(({ address }) => `${address}:${port}`)
    const state = join(home, `berrysync-${at}`)
    nodes.push(await startNode(started, { state, place, others, relay, secrets, profiles }))
  }
  const owned = started.move()
  return { nodes, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

interface NodePlan {
  readonly state: string
  readonly place: Place
  /** Addresses of the other nodes. */
  readonly others: readonly string[]
  /** Address of the one relay by which they find each other instead. */
  readonly relay: string | undefined
  /** Of the folders of the cluster, by name: filled by whoever brings a folder along. */
  readonly secrets: Map<string, string>
  readonly profiles: string | undefined
}

/** Returns where it listens. */
async function startRelay(started: AsyncDisposableStack, place: Place): Promise<string> {
  const relay = started.use(await startServer(['relay', '--listen', `${place.address}:4446`], place.prefix))
  return relay.listen
}

async function startNode(started: AsyncDisposableStack, plan: NodePlan): Promise<RivalNode> {
  const { state, place, others, relay, secrets, profiles } = plan
  await mkdir(state, { recursive: true })
  const profiling =
    profiles === undefined ? [] : ['env', `NODE_OPTIONS=--cpu-prof --cpu-prof-dir=${profiles}`]
  const start = () =>
    startDaemon(
      state,
      ['--listen', `0.0.0.0:${port}`],
      [...place.prefix, ...profiling, programPath],
      relay === undefined,
    )
  let daemon = await start()
  started.defer(() => daemon[Symbol.asyncDispose]())
  const client = createClient(state, openSocketPath)
  if (relay !== undefined)
    await client.patch('/api/settings', { texts: { portMapping: 'off', trackers: 'none', relays: relay } })

  return {
    place,
    roots: () => [daemon.process.pid!],
    async add(folder, directory) {
      const secret = secrets.get(folder)
      const body = { path: directory, ...(secret === undefined ? {} : { secret }) }
      const added = await client.post<Added>('/api/folders', body)
      if (added.full !== undefined) secrets.set(folder, added.full)
      if (relay !== undefined)
        await client.patch(folderRoute(directory, '/settings'), { texts: { lan: 'off', tracker: 'off' } })
      else for (const host of others) await client.post(folderRoute(directory, '/hosts'), { host })
    },
    async rescan(_folder, directory) {
      await client.post('/api/rescan', undefined, { folder: directory })
    },
    async settled(folder, { directory, files, isThere }) {
      await waitUntil(`Berrysync has ${folder}`, async () => {
        if (hasEnded(daemon.process)) throw new Error('Berrysync has ended')
        if (isThere !== undefined && !(await isThere())) return false
        const status = await client.get<Status>('/api/status', { folder: directory })
        const now = status.folders[0]!
        if (now.state === 'halted') throw new Error(`Berrysync halted: ${now.explanation}`)
        return now.state === 'up-to-date' && now.needFiles === 0 && now.files === files
      })
    },
    kill: async () => void (await daemon.end('SIGKILL')),
    async restart() {
      daemon = await start()
    },
  }
}
