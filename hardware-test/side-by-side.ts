/**
 * Runs each series in a process of its own, with a network, mounts and process ids of its own: nobody else is on its segment, and whatever happens
 * to it, all that it started ends and all that it mounted goes with it. So many at a time as there is room for.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { environment } from '../src/testing/commands.ts'
import type { Series } from './case.ts'
import { type RunResult, resultOf, summaryOf } from './results.ts'

export interface SideBySideOptions {
  readonly series: readonly Series[]
  readonly atATime: number
  /** Where each process leaves its result. */
  readonly directory: string
  /** Arguments with which this program runs that one series, and leaves the result in the file. */
  argumentsFor(series: Series, out: string): readonly string[]
}

/** The results in the order of the series. One whose process left none counts as failed. */
export async function runSideBySide({
  series,
  atATime,
  directory,
  argumentsFor,
}: SideBySideOptions): Promise<readonly RunResult[]> {
  const results = new Map<Series, RunResult>()
  const longest = series.find(({ isLongest }) => isLongest)
  const waiting = [...series]
  const running = new Set<Promise<void>>()
  const children = new Set<ReturnType<typeof spawn>>()
  const endAll = () => {
    waiting.length = 0
    // `unshare` keeps gentler signals to itself.
    for (const child of children) child.kill('SIGKILL')
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, endAll)

  async function runOne(one: Series): Promise<RunResult> {
    const out = join(directory, `${one.id}.json`)
    const separate = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
    const command = ['unshare', ...separate, process.execPath, ...argumentsFor(one, out)]
    // The whole takes as long as the longest: others take what it leaves of the processors.
    const polite = one === longest ? [] : ['nice', '-n', '10']
    const [program, ...rest] = [...polite, ...command] as [string, ...string[]]
    const child = spawn(program, rest, {
      stdio: 'inherit',
      // What one leaves behind that was ended goes with the directory.
      env: { ...environment, TMPDIR: directory },
    })
    children.add(child)
    const [code] = await once(child, 'exit')
    children.delete(child)
    try {
      return JSON.parse(await readFile(out, 'utf8')) as RunResult
    } catch {
      return lostResult(one, `its process left no result and ended with ${code}`)
    }
  }

  const isReady = ({ resumes }: Series) => series.every((other) => other.id !== resumes || results.has(other))

  async function runNext(): Promise<void> {
    while (waiting.length > 0) {
      const at = waiting.findIndex(isReady)
      if (at < 0) {
        await Promise.race(running)
        continue
      }
      const [one] = waiting.splice(at, 1)
      const run = runOne(one!).then((result) => void results.set(one!, result))
      running.add(run)
      await run
      running.delete(run)
    }
  }

  await Promise.all(Array.from({ length: atATime }, runNext))
  return series.map((one) => results.get(one) ?? lostResult(one, 'it was not begun'))
}

function lostResult({ starts }: Series, reason: string): RunResult {
  const cases = starts.flatMap((start) =>
    start.cases.map((each) => resultOf(each, 0, { outcome: 'failed', figures: {}, reason })),
  )
  const date = new Date().toISOString()
  return { date, board: {}, image: {}, seconds: 0, ...summaryOf(cases), startSeconds: {}, cases }
}
