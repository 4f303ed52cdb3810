/**
 * Network namespaces of this process: made, used and removed with all that runs in them. Nothing of this machine's own network is touched.
 * Names carry the id of the process, so that what a killed run left behind can be told from what another one is using.
 */
import { existsSync } from 'node:fs'
import { runCommand } from './commands.ts'
import { signalOne } from './signal.ts'
import { until } from './until.ts'

const namePattern = /^berrysync-(\d+)-/

let namespacesMade = 0

export interface Namespace extends AsyncDisposable {
  readonly name: string
  /** A command in front of another, which then runs here. The process keeps its id. */
  readonly prefix: readonly string[]
  /** Runs a command here to its end and returns what it printed. */
  run(...command: string[]): Promise<string>
  /** Runs `ip` on what is here. */
  ip(...args: string[]): Promise<string>
  /** Writes to files below `/proc/sys/net`. */
  setKernel(values: Readonly<Record<string, number>>): Promise<void>
}

/** Makes one with nothing in it but a loopback interface. Disposing ends what runs in it. */
export async function makeNamespace(label: string): Promise<Namespace> {
  if (process.getuid?.() !== 0) throw new Error('Only root may make network namespaces: run this as root.')
  namespacesMade += 1
  const name = `berrysync-${process.pid}-${namespacesMade}-${label}`
  const prefix = ['ip', 'netns', 'exec', name]
  const ip = (...args: string[]) => runCommand('ip', '-n', name, ...args)
  await runCommand('ip', 'netns', 'add', name)
  await ip('link', 'set', 'lo', 'up')
  return {
    ...{ name, prefix, ip },
    run: (...command) => runCommand(prefix[0]!, ...prefix.slice(1), ...command),
    async setKernel(values) {
      const lines = Object.entries(values).map(([file, value]) => `echo ${value} >/proc/sys/net/${file}`)
      await runCommand(prefix[0]!, ...prefix.slice(1), 'sh', '-ec', lines.join('\n'))
    },
    [Symbol.asyncDispose]: () => removeNamespace(name),
  }
}

/** Removes the namespaces of processes that are not running any more. */
export async function removeLeftovers(): Promise<void> {
  const names = (await runCommand('ip', 'netns', 'list')).split('\n').map((line) => line.split(' ')[0]!)
  for (const name of names) {
    const owner = namePattern.exec(name)?.[1]
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue
    await removeNamespace(name)
  }
}

async function removeNamespace(name: string): Promise<void> {
  await until(`what runs in ${name} ends`, async () => {
    const pids = (await runCommand('ip', 'netns', 'pids', name)).split('\n').filter((line) => line !== '')
    for (const pid of pids) signalOne(Number(pid), 'SIGKILL')
    return pids.length === 0
  })
  await runCommand('ip', 'netns', 'del', name)
}
