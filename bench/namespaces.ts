/**
 * A network made for one measurement: a namespace for each node, and one for the bridge between them, so that nothing of this machine's
 * own network is touched. Names carry this process's id; what an earlier benchmark left behind when it was killed is removed first.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { environment, runCommand } from './commands.ts'
import { endTree, signalOne, trafficOf } from './processes.ts'

const device = 'eth0'
const namePattern = /^bsbench-(\d+)-/
/** Deep enough for one round trip at the rates the cases use. */
const shapedQueue = ['burst', '64kb', 'latency', '50ms']

let networksMade = 0

/** Where one node lives. */
export interface Place {
  /** Its IP address. */
  readonly address: string
  /** A command in front of another, which then runs here. The process keeps its id. */
  readonly prefix: readonly string[]
  /** Bytes on its interface since it was made. */
  traffic(): { received: number; sent: number }
}

export interface Network extends AsyncDisposable {
  readonly places: readonly Place[]
}

export interface NetworkOptions {
  /** What each node can send; unlimited when left out. */
  readonly uplinkMegabits?: number
}

export async function makeNetwork(count: number, options: NetworkOptions = {}): Promise<Network> {
  await using made = new AsyncDisposableStack()
  networksMade += 1
  const base = `bsbench-${process.pid}-${networksMade}`
  const hub = `${base}-hub`
  await makeNamespace(made, hub)
  await runCommand('ip', '-n', hub, 'link', 'add', 'bridge', 'type', 'bridge')
  await runCommand('ip', '-n', hub, 'link', 'set', 'bridge', 'up')
  const places: Place[] = []
  for (let number = 1; number <= count; number += 1)
    places.push(await makePlace(made, hub, `${base}-${number}`, number, options))
  const owned = made.move()
  return { places, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function makeNamespace(made: AsyncDisposableStack, name: string): Promise<void> {
  await runCommand('ip', 'netns', 'add', name)
  made.defer(async () => void (await runCommand('ip', 'netns', 'del', name)))
}

async function makePlace(
  made: AsyncDisposableStack,
  hub: string,
  name: string,
  number: number,
  { uplinkMegabits }: NetworkOptions,
): Promise<Place> {
  await makeNamespace(made, name)
  const address = `10.77.0.${number}`
  const port = `port${number}`
  const ip = (...args: string[]) => runCommand('ip', '-n', name, ...args)
  await ip('link', 'add', device, 'type', 'veth', 'peer', 'name', port, 'netns', hub)
  await runCommand('ip', '-n', hub, 'link', 'set', port, 'master', 'bridge', 'up')
  await ip('address', 'add', `${address}/24`, 'dev', device)
  await ip('link', 'set', 'lo', 'up')
  await ip('link', 'set', device, 'up')
  if (uplinkMegabits !== undefined) {
    const shape = ['root', 'tbf', 'rate', `${uplinkMegabits}mbit`, ...shapedQueue]
    await runCommand('tc', '-n', name, 'qdisc', 'add', 'dev', device, ...shape)
  }
  const prefix = ['ip', 'netns', 'exec', name]
  const holder = await startHolder(made, prefix)
  return { address, prefix, traffic: () => trafficOf(holder.pid!, device) }
}

/** A process that only sleeps there: through it the counters of the namespace can be read without starting anything. */
async function startHolder(made: AsyncDisposableStack, prefix: readonly string[]): Promise<ChildProcess> {
  const [command, ...args] = prefix
  const holder = spawn(command!, [...args, 'sh', '-c', 'echo in; exec sleep infinity'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment,
  })
  made.defer(() => endTree(holder.pid!, 'SIGKILL'))
  await once(holder.stdout!, 'data')
  return holder
}

/** Removes the namespaces of benchmarks that are not running any more. */
export async function removeLeftovers(): Promise<void> {
  const names = (await runCommand('ip', 'netns', 'list')).split('\n').map((line) => line.split(' ')[0]!)
  for (const name of names) {
    const owner = namePattern.exec(name)?.[1]
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue
    const pids = (await runCommand('ip', 'netns', 'pids', name)).split('\n').filter((line) => line !== '')
    for (const pid of pids) signalOne(Number(pid), 'SIGKILL')
    await runCommand('ip', 'netns', 'del', name)
  }
}
