/** A process that searches the local network it is put into, and what it has found so far. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { environment } from './commands.ts'
import type { LanSearchLine } from './lan-search-main.ts'

const mainPath = fileURLToPath(new URL('lan-search-main.ts', import.meta.url))

export interface LanSearcher extends AsyncDisposable {
  readonly process: ChildProcess
  readonly lines: readonly LanSearchLine[]
  /** `FOLDER HOST PORT`, each once. */
  found(): readonly string[]
  /** Looks for these folders instead. */
  look(...folders: string[]): void
  /** Makes it print what came of it. */
  tell(): void
}

/** `prefix`: a command in front, which runs it somewhere else. */
export function startLanSearcher(prefix: readonly string[], port: number, ...folders: string[]): LanSearcher {
  const [command, ...args] = [...prefix, process.execPath, mainPath, String(port), ...folders]
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'], env: environment })
  const ended = once(child, 'exit')
  const lines: LanSearchLine[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)))
  return {
    process: child,
    lines,
    found() {
      const texts = lines.flatMap((line) =>
        line.kind === 'found' ? [`${line.folder} ${line.host} ${line.port}`] : [],
      )
      return [...new Set(texts)].sort()
    },
    look: (...names) => void child.stdin.write(`${names.join(' ')}\n`),
    tell: () => void child.stdin.write('?\n'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
