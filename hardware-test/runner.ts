/** Runs the cases of one start after another. No case and no start can hold up the run: each has a limit, after which the next one is begun. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Board, NotPossible, type StartOptions } from './board.ts'
import type { Case, Figures, Scene, Start } from './case.ts'
import { accessOf, createDevice, type Device } from './device.ts'
import { eventually } from './eventually.ts'
import { createPeer } from './peer.ts'
import { type CaseResult, lineOf, resultOf } from './results.ts'

export interface RunOptions {
  readonly starts: readonly Start[]
  /** Seconds that the web interface may take from power to answering. */
  readonly startLimitSeconds: number
  say(text: string): void
}

export interface Ran {
  readonly cases: readonly CaseResult[]
  readonly startSeconds: Figures
  /** What the board says of itself once it has started. */
  readonly about: Readonly<Record<string, string>>
}

export async function runStarts(board: Board, { starts, startLimitSeconds, say }: RunOptions): Promise<Ran> {
  const results: CaseResult[] = []
  const startSeconds: Record<string, number> = {}
  let about: Ran['about'] = { kind: board.kind }

  function note(result: CaseResult): void {
    results.push(result)
    say(lineOf(result))
  }

  async function switchOn(id: string, options: StartOptions, device: Device): Promise<number> {
    const startedMs = await board.start(options)
    if (options.bare === true) {
      startSeconds[id] = await board.waitForLogin(startLimitSeconds)
      return startedMs
    }
    if (options.network !== false) {
      await eventually(
        `the web interface answers at ${device.url}`,
        () => device.answers(),
        startLimitSeconds,
      )
      startSeconds[id] = (performance.now() - startedMs) / 1000
    }
    await board.shellReady(startLimitSeconds)
    about = await board.describe()
    return startedMs
  }

  async function goOn(start: Start, device: Device): Promise<number> {
    if (start.options === undefined) return performance.now()
    const startedMs =
      start.options === 'resume' ? await board.resume() : await switchOn(start.id, start.options, device)
    if (start.isSetUp === true) await enter(device)
    return startedMs
  }

  for (const start of starts) {
    const directory = join(board.scratch, `peer-${start.id}`)
    await rm(directory, { recursive: true, force: true })
    await using peer = createPeer(directory, board.hostAddress)
    const device = createDevice(`http://${board.address}`)
    try {
      const startedMs = await goOn(start, device)
      const scene: Scene = {
        board,
        device,
        peer,
        startedMs,
        startSeconds,
        kept: new Map(),
        tell: (text) => say(`        ${text}`),
      }
      for (const each of start.cases) note(await runCase(each, scene))
      if (start.isSaved === true) {
        await enter(device)
        await board.save()
      }
    } catch (error) {
      const left = start.cases.filter(({ id }) => !results.some((result) => result.id === id))
      for (const each of left) note(resultOf(each, 0, failure(error)))
    }
  }
  return { cases: results, startSeconds, about }
}

/** As its owner, who chooses the password now unless there is one. */
async function enter(device: Device): Promise<void> {
  if ((await accessOf(device.url)) === 'set-up') await device.setUp()
  else await device.logIn()
}

async function runCase(each: Case, scene: Scene): Promise<CaseResult> {
  const startedMs = performance.now()
  const elapsed = () => (performance.now() - startedMs) / 1000
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Error(`not within ${each.limitSeconds} s`)),
    each.limitSeconds * 1000,
  )
  try {
    const figures = await Promise.race([each.run(scene), late])
    return resultOf(each, elapsed(), { outcome: 'passed', figures })
  } catch (error) {
    return resultOf(each, elapsed(), failure(error))
  } finally {
    clearTimeout(timer)
  }
}

function failure(error: unknown): Omit<CaseResult, 'id' | 'title' | 'seconds'> {
  const outcome = error instanceof NotPossible ? 'not-run' : 'failed'
  return { outcome, figures: {}, reason: messageOf(error) }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message} (${messageOf(error.cause)})`
}
