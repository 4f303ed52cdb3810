/**
 * A network of namespaces on which everybody hears everybody, with addresses that count as public (TEST-NET-2), and no way out of it.
 * Names carry this process's id. For root.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const runFile = promisify(execFile)

export interface FlatHost {
  readonly address: string
  /** A command in front of another, which then runs here. The process keeps its id. */
  readonly prefix: readonly string[]
  /** Runs a command here to its end and returns what it printed. */
  run(...command: string[]): Promise<string>
}

export interface FlatNetwork extends AsyncDisposable {
  readonly hosts: readonly FlatHost[]
}

export async function makeFlatNetwork(count: number): Promise<FlatNetwork> {
  await using made = new AsyncDisposableStack()
  const ip = (...args: string[]) => runFile('ip', args)
  const makeNamespace = async (name: string) => {
    await ip('netns', 'add', name)
    made.defer(async () => void (await ip('netns', 'del', name)))
  }
  const base = `bsflat-${process.pid}`
  const hub = `${base}-hub`
  await makeNamespace(hub)
  await ip('-n', hub, 'link', 'add', 'bridge0', 'type', 'bridge')
  await ip('-n', hub, 'link', 'set', 'bridge0', 'up')
  const hosts: FlatHost[] = []
  for (let number = 1; number <= count; number += 1) {
    const name = `${base}-${number}`
    const port = `port${number}`
    const address = `198.51.100.${number}`
    await makeNamespace(name)
    await ip('-n', name, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', port, 'netns', hub)
    await ip('-n', hub, 'link', 'set', port, 'master', 'bridge0', 'up')
    await ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'eth0')
    await ip('-n', name, 'link', 'set', 'lo', 'up')
    await ip('-n', name, 'link', 'set', 'eth0', 'up')
    const prefix = ['ip', 'netns', 'exec', name]
    const run = async (...command: string[]) =>
      (await runFile('ip', ['netns', 'exec', name, ...command])).stdout
    hosts.push({ address, prefix, run })
  }
  const owned = made.move()
  return { hosts, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
