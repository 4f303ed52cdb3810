/**
 * Looks for inputs that are findings: changes known inputs at random, and keeps what reaches code that nothing before it reached, or reaches
 * it much more often. Looking at what was reached costs far more than an input, so that is done for many inputs at once.
 */
import type { Coverage } from './fuzz-coverage.ts'
import { mutate, wordsOf } from './fuzz-mutate.ts'
import { type Finding, type FuzzTarget, judge, usualMaxBytes } from './fuzz-target.ts'
import { createSeededChance } from './seeded-chance.ts'

/** Inputs looked at together for new code; and those looked at one by one, for how often code ran. */
const batchSize = 64
const lookedAtSize = 3
/** Tries to make an input that found something shorter. */
const maxShrinks = 400

export interface FuzzPlan {
  readonly target: FuzzTarget
  readonly seed: number
  readonly coverage: Coverage
  /** To begin with, besides the seeds of the target. */
  readonly known: readonly Buffer[]
  /** Asked now and then. */
  readonly isOver: (runs: number, findings: number) => boolean
  /** Told of each input before it is tried: it may be the one that never comes back. */
  readonly onTry?: (input: Buffer) => void
}

export interface Found extends Finding {
  readonly input: Buffer
}

export interface FuzzReport {
  readonly runs: number
  /** Each kind of finding once. */
  readonly found: readonly Found[]
  /** Inputs that each reach something of their own, beyond the seeds: the shortest first. */
  readonly kept: readonly Buffer[]
  /** Blocks of code that were reached. */
  readonly blocks: number
}

export async function fuzz({ target, seed, coverage, known, isOver, onTry }: FuzzPlan): Promise<FuzzReport> {
  const chance = createSeededChance(seed)
  const words = wordsOf(target.words ?? [])
  const maxBytes = target.maxBytes ?? usualMaxBytes
  const seeds = Array.from(target.seeds(), (each) => Buffer.from(each as Uint8Array))
  const foundByPlace = new Map<string, Found>()
  const blocks = new Set<string>()
  /** What was reached by inputs that were looked at together; V8 cuts blocks otherwise then. */
  const togetherBlocks = new Set<string>()
  const features = new Set<string>()
  const pool: Buffer[] = []
  let runs = 0

  async function attempt(input: Buffer): Promise<void> {
    runs += 1
    onTry?.(input)
    const judged = judge(target, input)
    const finding = judged instanceof Promise ? await judged : judged
    if (finding === undefined) return
    const place = `${finding.kind} ${finding.place}`
    if (!foundByPlace.has(place)) foundByPlace.set(place, { ...finding, input: await shrink(input, finding) })
  }

  /** As short as it gets while it finds the same. */
  async function shrink(input: Buffer, { kind, place }: Finding): Promise<Buffer> {
    let shortest = input
    if (kind !== 'threw') return shortest
    for (let time = 0; time < maxShrinks && shortest.length > 0; time += 1) {
      const from = chance.below(shortest.length)
      const length = 1 + chance.below(shortest.length - from)
      const shorter = Buffer.concat([shortest.subarray(0, from), shortest.subarray(from + length)])
      onTry?.(shorter)
      const finding = await judge(target, shorter)
      if (finding?.kind === kind && finding.place === place) shortest = shorter
    }
    return shortest
  }

  /** Right after something was taken. */
  async function lookAt(input: Buffer): Promise<void> {
    await attempt(input)
    const reached = coverage.take()
    const isNew = reached.features.some((feature) => !features.has(feature))
    for (const feature of reached.features) features.add(feature)
    for (const block of reached.blocks) blocks.add(block)
    if (isNew) pool.push(input)
  }

  function nextInput(): Buffer {
    // What was kept last is the least tried.
    const at = Math.max(chance.below(pool.length), chance.below(pool.length))
    return mutate(pool[at]!, { chance, words, maxBytes, other: () => chance.pick(pool) })
  }

  coverage.take()
  for (const input of [...seeds, ...known]) await lookAt(input)
  if (pool.length === 0) pool.push(Buffer.alloc(0))
  while (!isOver(runs, foundByPlace.size)) {
    const batch = Array.from({ length: batchSize }, nextInput)
    for (const input of batch) await attempt(input)
    const together = coverage
      .take()
      .blocks.filter((block) => !blocks.has(block) && !togetherBlocks.has(block))
    for (const block of together) togetherBlocks.add(block)
    if (together.length > 0) for (const input of batch) await lookAt(input)
    for (let count = 0; count < lookedAtSize; count += 1) await lookAt(nextInput())
  }
  return {
    runs,
    found: [...foundByPlace.values()],
    kept: await minimise({ target, coverage }, seeds, pool),
    blocks: blocks.size,
  }
}

/** The fewest and shortest of these inputs, roughly, that reach what all of them reach. */
async function minimise(
  { target, coverage }: Pick<FuzzPlan, 'target' | 'coverage'>,
  seeds: readonly Buffer[],
  pool: readonly Buffer[],
): Promise<readonly Buffer[]> {
  const reached = new Set<string>()
  const kept: Buffer[] = []
  const inPool = pool.filter((input) => !seeds.some((seed) => seed.equals(input)))
  for (const input of [...seeds, ...inPool.sort((one, other) => one.length - other.length)]) {
    await judge(target, input)
    const { features } = coverage.take()
    if (features.some((feature) => !reached.has(feature)) && !seeds.includes(input)) kept.push(input)
    for (const feature of features) reached.add(feature)
  }
  return kept
}
