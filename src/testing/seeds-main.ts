/** Plays the seeds a command line asks for (`--from N --count M`), and prints what was found. */
import { parseArgs } from 'node:util'
import type { SimFailure } from './sim-scheduler.ts'

interface Report {
  /** What happened how often. */
  readonly counts: Readonly<Record<string, number>>
  readonly script: readonly string[]
  readonly failure: SimFailure | undefined
}

/** Sets exit status 1 when one of them failed; the script of the first is printed. */
export async function playSeeds(run: (seed: number) => Promise<Report>): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string', default: '1' },
      count: { type: 'string', default: '100' },
    },
  })
  const first = Number(values.from)
  const totals = new Map<string, number>()
  const found: number[] = []
  for (let seed = first; seed < first + Number(values.count); seed++) {
    const { counts, failure, script } = await run(seed)
    for (const [what, count] of Object.entries(counts)) totals.set(what, (totals.get(what) ?? 0) + count)
    if (failure === undefined) continue
    found.push(seed)
    if (found.length === 1) process.stdout.write(`${script.join('\n')}\n`)
    process.stdout.write(`seed ${seed}: ${failure.rule}: ${failure.message}\n`)
  }
  const summary = [...totals].map(([what, count]) => `${what} ×${count}`).join(', ')
  process.stdout.write(
    `${values.count} runs, found ${found.length === 0 ? 'nothing' : found.slice(0, 8).join(' ')}: ${summary}\n`,
  )
  if (found.length > 0) process.exitCode = 1
}
