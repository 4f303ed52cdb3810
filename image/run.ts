/** Runs a program and waits for it. What goes wrong becomes an error that says which program it was. */
import { spawnSync } from 'node:child_process'

export interface RunOptions {
  readonly directory?: string
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  /** What it prints is returned instead of shown. */
  readonly capture?: boolean
}

/** Largest output that is taken. */
const maxOutputBytes = 256 * 1024 * 1024

/** Returns what the program printed where `capture` is set. Throws when it did not end with 0. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): string {
  const { directory, environment, input, capture = false } = options
  const { status, signal, error, stdout } = spawnSync(program, args, {
    cwd: directory,
    env: { ...process.env, ...environment },
    input,
    stdio: [input === undefined ? 'ignore' : 'pipe', capture ? 'pipe' : 'inherit', 'inherit'],
    maxBuffer: maxOutputBytes,
    encoding: 'utf8',
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status ?? signal}`)
  return stdout ?? ''
}
