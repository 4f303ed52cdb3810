/**
 * Runs a tool of the system: no shell, a fixed environment, a limit on its time and on what it may say. Must not read the environment of
 * this process, so that nobody steers a tool through it.
 */
import { spawn } from 'node:child_process'

export interface CommandOptions {
  readonly timeoutMs: number
  /** For its standard input; without it there is none. */
  readonly input?: string
  /** Each line it writes to descriptor 3, where such tools tell their progress. */
  readonly onProgressLine?: (line: string) => void
  /** Characters of output that are kept, the last ones. */
  readonly maxOutput?: number
}

export interface CommandResult {
  /** 127 when there is no such tool, 137 when it was ended. */
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** Its time was over. */
  readonly isLate: boolean
}

export type RunCommand = (
  name: string,
  args: readonly string[],
  options: CommandOptions,
) => Promise<CommandResult>

const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/' }
const usualMaxOutput = 1024 ** 2
/** From asking it to end until it is killed, and from then until nobody waits any more: a process can hang in a dead disk. */
const graceMs = 5000

export const runCommand: RunCommand = (name, args, options) =>
  new Promise((resolve) => {
    const { timeoutMs, input, onProgressLine, maxOutput = usualMaxOutput } = options
    const child = spawn(name, args, {
      cwd: '/',
      env: environment,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', onProgressLine ? 'pipe' : 'ignore'],
    })
    let isLate = false
    const said = { stdout: '', stderr: '' }
    const timers: NodeJS.Timeout[] = []
    const end = (exitCode: number) => {
      for (const timer of timers) clearTimeout(timer)
      resolve({ exitCode, ...said, isLate })
    }
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]!.setEncoding('utf8').on('data', (text: string) => {
        said[stream] = (said[stream] + text).slice(-maxOutput)
      })
    }
    if (onProgressLine !== undefined) passLines(child.stdio[3] as NodeJS.ReadableStream, onProgressLine)
    if (input !== undefined) {
      // A tool that ends before it has read everything says why in its exit code.
      child.stdin!.on('error', () => undefined)
      child.stdin!.end(input)
    }
    const later = (delayMs: number, act: () => void) => timers.push(setTimeout(act, delayMs))
    later(timeoutMs, () => {
      isLate = true
      child.kill('SIGTERM')
    })
    later(timeoutMs + graceMs, () => child.kill('SIGKILL'))
    later(timeoutMs + 2 * graceMs, () => {
      child.unref()
      end(137)
    })
    child.on('error', ({ message }) => {
      said.stderr += message
      end(127)
    })
    child.on('close', (code) => end(code ?? 137))
  })

function passLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split(/[\r\n]/)
    rest = lines.pop()!.slice(-4096)
    for (const line of lines) if (line !== '') onLine(line)
  })
}
