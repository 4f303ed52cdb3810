/** A relay or a tracker as a real process: `berrysync relay`, `berrysync tracker`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { programPath } from './daemon.ts'

export interface ServerProcess extends AsyncDisposable {
  /** `host:port`. */
  readonly listen: string
  /** Lines of its log so far. */
  readonly log: readonly string[]
  /** Sends a signal and waits for the end; returns the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/** Starts one and waits until it is ready. `prefix` runs it somewhere else. */
export async function startServer(
  args: readonly string[],
  prefix: readonly string[] = [],
): Promise<ServerProcess> {
  const [command, ...rest] = [...prefix, programPath, ...args]
  const child = spawn(command!, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  const log: string[] = []
  const ready = Promise.withResolvers<string>()
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line)
    if (line.includes('"msg":"ready"')) ready.resolve(JSON.parse(line).listen)
  })
  const failed = ended.then((code) => {
    throw new Error(`it ended with ${code}:\n${log.join('\n')}`)
  })
  // Later it may end as it likes.
  failed.catch(() => undefined)
  const listen = await Promise.race([ready.promise, failed])
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return { listen, log, end, [Symbol.asyncDispose]: async () => void (await end('SIGTERM')) }
}
