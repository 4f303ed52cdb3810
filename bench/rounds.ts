/**
 * Runs a case round after round. In every round each rival has its turn, and the order is reversed from one round to the next, so that a
 * machine that gets slower or faster meanwhile treats all alike.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchCase, Measures, Stage } from './measures.ts'
import { makeNetwork } from './namespaces.ts'
import type { Rival, RivalName } from './rival.ts'

/** What each rival measured in one round; a rival that failed is missing. */
export type Round = Partial<Record<RivalName, Measures>>

export interface RoundsOptions {
  readonly rivals: readonly Rival[]
  readonly rounds: number
  readonly isSmall: boolean
  /** Where directories for the runs are made. */
  readonly scratch: string
  readonly isInterrupted: () => boolean
  readonly say: (line: string) => void
}

export interface CaseResult {
  readonly name: string
  readonly rounds: readonly Round[]
  /** What went wrong, in words. */
  readonly failures: readonly string[]
}

export async function runCase(bench: BenchCase, options: RoundsOptions): Promise<CaseResult> {
  const { rounds: count, isInterrupted, say } = options
  const taking = options.rivals.filter(({ name }) => bench.rivals.includes(name))
  const rounds: Round[] = []
  const failures: string[] = []
  for (let at = 0; at < count; at += 1) {
    const round: Round = {}
    for (const rival of at % 2 === 0 ? taking : taking.toReversed()) {
      if (isInterrupted()) throw new Error('interrupted')
      say(`${bench.name}, round ${at + 1} of ${count}: ${rival.name} …`)
      try {
        round[rival.name] = await runOnce(bench, rival, options)
      } catch (error) {
        if (isInterrupted()) throw error
        failures.push(
          `${rival.name}, round ${at + 1}: ${error instanceof Error ? error.message : String(error)}`,
        )
        say(`  FAILED: ${failures.at(-1)}`)
      }
    }
    rounds.push(round)
  }
  return { name: bench.name, rounds, failures }
}

async function runOnce(
  bench: BenchCase,
  rival: Rival,
  { scratch, isSmall }: RoundsOptions,
): Promise<Measures> {
  await using made = new AsyncDisposableStack()
  const own = await mkdtemp(join(scratch, `${bench.name}-`))
  made.defer(() => rm(own, { recursive: true, force: true }))
  let clusters = 0
  const stage: Stage = {
    rival: rival.name,
    scratch: own,
    isSmall,
    async startCluster(count, { uplinkMegabits, isQuick = false, throughRelay = false } = {}) {
      const places = throughRelay ? count + 1 : count
      const network = made.use(
        await makeNetwork(places, uplinkMegabits === undefined ? {} : { uplinkMegabits }),
      )
      clusters += 1
      const home = join(own, `cluster-${clusters}`)
      await mkdir(home)
      return rival.startCluster({ places: network.places, home, isQuick, throughRelay })
    },
  }
  return await bench.run(stage)
}
