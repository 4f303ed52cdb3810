/** A network made for one measurement: a host for each node, all on one segment, each with as much to send as it is given. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { environment } from '../src/testing/commands.ts'
import { type Host, makeNetworks } from '../src/testing/networks.ts'
import { endTree, trafficOf } from './processes.ts'

/** Deep enough for one round trip at the rates the cases use. */
const shapedQueue = ['burst', '64kb', 'latency', '50ms']

/** Where one node lives. */
export interface Place extends Host {
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

export async function makeNetwork(count: number, { uplinkMegabits }: NetworkOptions = {}): Promise<Network> {
  await using made = new AsyncDisposableStack()
  const networks = made.use(await makeNetworks())
  const segment = await networks.segment('10.77.0.0/24')
  const places: Place[] = []
  for (let number = 1; number <= count; number += 1) {
    const host = await networks.host(`node${number}`, segment)
    if (uplinkMegabits !== undefined) {
      const shape = ['root', 'tbf', 'rate', `${uplinkMegabits}mbit`, ...shapedQueue]
      await host.run('tc', 'qdisc', 'add', 'dev', host.device, ...shape)
    }
    const holder = await startHolder(made, host.prefix)
    places.push({ ...host, traffic: () => trafficOf(holder.pid!, host.device) })
  }
  const owned = made.move()
  return { places, [Symbol.asyncDispose]: () => owned.disposeAsync() }
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
