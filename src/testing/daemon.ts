/** The built program as real processes: daemons that are started, questioned and ended, as a person would. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const programPath = fileURLToPath(new URL('../../dist/berrysync', import.meta.url))

/** A list of thousands of files fits. */
const maxOutputBytes = 64 * 1024 ** 2

export interface Outcome {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Runs a command to its end; `input` is all that its standard input gives. */
export async function runBerrysync(args: readonly string[], input = ''): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const child = execFile(programPath, [...args], { maxBuffer: maxOutputBytes }, (error, out, err) => {
    const status = error === null ? 0 : error.code
    if (typeof status === 'number') resolve({ status, out, err })
    else reject(error)
  })
  // It may have ended before it read any of it.
  child.stdin!.on('error', () => undefined)
  child.stdin!.end(input)
  return promise
}

export interface Daemon extends AsyncDisposable {
  readonly home: string
  /** Where peers reach it. */
  readonly listen: string
  /** The address of its web interface; empty where it has none. */
  readonly web: string
  readonly process: ChildProcess
  /** Lines of its log so far. */
  readonly log: readonly string[]
  /** Runs a command on its home; throws unless it succeeds. Returns what it printed. */
  ask(...args: string[]): Promise<string>
  /** As `ask`, with `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: a test compares what it gets
  askJson(...args: string[]): Promise<any>
  /** Sends a signal and waits for the end; returns the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/**
 * Starts a daemon on any free port of this machine and waits until it answers. Disposing ends it. `program` can run it as somebody else, or
 * somewhere else; only there it should not be `closed`, since it sends nothing beyond this machine then.
 */
export async function startDaemon(
  home: string,
  args: readonly string[] = [],
  program: readonly string[] = [programPath],
  closed = true,
): Promise<Daemon> {
  if (!existsSync(programPath)) throw new Error('dist/berrysync is not there: npm run build makes it')
  const here = ['--home', home, '--listen', '127.0.0.1:0', '--web', 'off']
  const all = ['daemon', ...here, ...(closed ? ['--closed'] : []), ...args]
  const [command, ...before] = program
  const child = spawn(command!, [...before, ...all], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  const log: string[] = []
  const { promise: ready, resolve } = Promise.withResolvers<{ listen: string; web?: string }>()
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line)
    if (line.includes('"msg":"ready"')) resolve(JSON.parse(line))
  })
  const failed = ended.then((code) => {
    throw new Error(`the daemon ended with ${code}:\n${log.join('\n')}`)
  })
  // Later it may end as it likes.
  failed.catch(() => undefined)
  const { listen, web = '' } = await Promise.race([ready, failed])

  async function ask(...given: string[]): Promise<string> {
    const { status, out, err } = await runBerrysync([...given, '--home', home])
    if (status !== 0) throw new Error(`berrysync ${given.join(' ')} ended with ${status}: ${err}${out}`)
    return out
  }

  async function end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    child.kill(signal)
    return ended
  }

  return {
    ...{ home, listen, web, log, ask, end },
    process: child,
    askJson: async (...given) => JSON.parse(await ask(...given, '--json')),
    async [Symbol.asyncDispose]() {
      await end('SIGTERM')
    },
  }
}
