/**
 * rsync as the benchmark sees it: whoever brings a folder along serves it with rsync's own daemon, in the open and without a shell
 * between, and the others run the client to fetch it. It makes nothing durable (no fsync), as it is delivered.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { environment, runCommand } from '../src/testing/commands.ts'
import type { Place } from './namespaces.ts'
import { endTree } from './processes.ts'
import type { Cluster, ClusterOptions, Rival, RivalNode } from './rival.ts'
import { waitUntil } from './wait.ts'

const port = 873
/** The shell stays after its command has ended, so that the kernel still knows what that cost. */
const keptShell = 'rsync "$@"; echo "status $?"; read -r end'

export function createRsync(): Rival {
  return {
    name: 'rsync',
    version: async () => /^rsync +version (\S+)/.exec(await runCommand('rsync', '--version'))?.[0] ?? 'rsync',
    startCluster,
  }
}

async function startCluster({ places, home }: ClusterOptions): Promise<Cluster> {
  await using started = new AsyncDisposableStack()
  const sources = new Map<string, RivalNode>()
  const nodes: RivalNode[] = []
  for (const [at, place] of places.entries()) {
    const own = join(home, `rsync-${at}`)
    await mkdir(own, { recursive: true })
    nodes.push(await startNode(started, own, place, sources))
  }
  const owned = started.move()
  return { nodes, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function startNode(
  started: AsyncDisposableStack,
  home: string,
  place: Place,
  sources: Map<string, RivalNode>,
): Promise<RivalNode> {
  const config = join(home, 'rsyncd.conf')
  await writeFile(config, 'use chroot = no\nuid = 0\ngid = 0\n')
  const args = ['--daemon', '--no-detach', `--config=${config}`, `--port=${port}`, `--log-file=${home}/log`]
  const daemon = start(place, ['rsync', ...args], 'ignore')
  started.defer(() => endTree(daemon.pid!, 'SIGTERM'))
  await answers(daemon, place)
  const clients: ChildProcess[] = []
  const endClients = async (): Promise<void> => {
    for (const client of clients.splice(0)) await endTree(client.pid!, 'SIGKILL')
  }
  started.defer(endClients)

  const node: RivalNode = {
    place,
    roots: () => [daemon, ...clients].map(({ pid }) => pid!),
    async add(folder, directory) {
      if (sources.has(folder)) return
      sources.set(folder, node)
      await appendFile(config, `[${folder}]\npath = ${directory}\n`)
    },
    // It keeps no index: every run looks at everything.
    rescan: async () => undefined,
    async settled(folder, { directory, isThere }) {
      const source = sources.get(folder)!
      if (source === node) return
      const from = `rsync://${source.place.address}:${port}/${folder}/`
      const fetching = ['-a', '--delete', '--partial', from, `${directory}/`]
      const client = start(place, ['sh', '-c', keptShell, 'sh', ...fetching], 'pipe')
      clients.push(client)
      await succeeds(client)
      if (isThere !== undefined && !(await isThere())) throw new Error(`rsync did not bring ${folder}`)
    },
    kill: endClients,
    // The next wait runs the client again.
    restart: async () => undefined,
  }
  return node
}

function start(place: Place, command: readonly string[], pipes: 'pipe' | 'ignore'): ChildProcess {
  const [first, ...args] = [...place.prefix, ...command]
  return spawn(first!, args, { stdio: [pipes, pipes, 'inherit'], env: environment })
}

async function succeeds(shell: ChildProcess): Promise<void> {
  let said = ''
  for await (const chunk of shell.stdout!) {
    said += String(chunk)
    const status = /status (\d+)/.exec(said)?.[1]
    if (status === '0') return
    if (status !== undefined) throw new Error(`rsync ended with ${status}`)
  }
  throw new Error('rsync was killed')
}

/** The daemon writes nothing when it is ready, and whoever connects from outside its namespace does not reach it. */
async function answers(daemon: ChildProcess, { prefix, address }: Place): Promise<void> {
  await waitUntil('the rsync daemon answers', async () => {
    if (daemon.exitCode !== null) throw new Error(`the rsync daemon ended with ${daemon.exitCode}`)
    const [command, ...args] = [...prefix, 'rsync', `rsync://${address}:${port}/`]
    return runCommand(command!, ...args).then(
      () => true,
      () => false,
    )
  })
}
