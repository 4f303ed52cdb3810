/** Programs in a DHT, each where a test says: aria2 as other people's node, and the search of a device alone (`dht-main`). */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { DhtMainLine, DhtMainOptions } from './dht-main.ts'

const mainFile = fileURLToPath(new URL('dht-main.ts', import.meta.url))

/** A command in front of another, which then runs somewhere; the process keeps its id. */
type Prefix = readonly string[]

export interface Running extends AsyncDisposable {
  readonly process: ChildProcess
  end(): Promise<void>
}

function run(prefix: Prefix, command: readonly string[], signal: 'SIGTERM' | 'SIGKILL'): Running {
  const [program, ...args] = [...prefix, ...command]
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const end = async () => {
    child.kill(signal)
    await exited
  }
  return { process: child, end, [Symbol.asyncDispose]: end }
}

export const ariaPort = 6881

/** aria2 with something to download that nobody has, so that it stays and is a node of the DHT. `entry` is the address of another. */
export async function startAria(prefix: Prefix, directory: string, entry: string): Promise<Running> {
  await mkdir(directory)
  const nobodyHas = 'magnet:?xt=urn:btih:0000000000000000000000000000000000000001'
  const options = [
    ...[
      '--no-conf',
      '--dir',
      directory,
      '--enable-dht',
      '--bt-enable-lpd=false',
      '--enable-peer-exchange=false',
    ],
    ...[
      `--dht-listen-port=${ariaPort}`,
      `--listen-port=${ariaPort}`,
      `--dht-entry-point=${entry}:${ariaPort}`,
    ],
    ...[`--dht-file-path=${join(directory, 'dht.dat')}`, '--console-log-level=notice'],
  ]
  const running = run(prefix, ['aria2c', ...options, nobodyHas], 'SIGKILL')
  // It says so once it listens.
  const lines = createInterface({ input: running.process.stdout! })
  await new Promise<void>((resolve) => lines.on('line', (line) => /DHT: listening/.test(line) && resolve()))
  return running
}

export interface SearchProcess extends Running {
  /** What it said so far. */
  readonly lines: readonly DhtMainLine[]
  /** `host:port` of everybody found. */
  found(): readonly string[]
}

export function startSearch(prefix: Prefix, options: DhtMainOptions): SearchProcess {
  const running = run(prefix, [process.execPath, mainFile, JSON.stringify(options)], 'SIGTERM')
  const lines: DhtMainLine[] = []
  createInterface({ input: running.process.stdout! }).on('line', (line) => lines.push(JSON.parse(line)))
  const found = () =>
    lines.flatMap((line) =>
      line.kind === 'found' ? line.addresses.map(({ host, port }) => `${host}:${port}`) : [],
    )
  return { ...running, lines, found }
}
