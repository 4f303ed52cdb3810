/**
 * `npm run sim -- --seed N`: plays simulated runs and tells what did not hold, with the script that led there. Exit status 1 when
 * anything was found.
 */
import { parseArgs } from 'node:util'
import { runSim, type SimReport } from './sim-run.ts'

const usage = `npm run sim -- [--seed N] [--from N] [--count M] [--actions K] [--trace [EVENTS]] [--keep-going]`

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    count: { type: 'string' },
    actions: { type: 'string' },
    trace: { type: 'boolean', default: false },
    events: { type: 'string', default: '150' },
    'keep-going': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

async function main(): Promise<void> {
  if (values.help) return say(usage)
  const first = Number(values.seed ?? values.from)
  const count = Number(values.count ?? (values.seed === undefined ? 100 : 1))
  const options = values.actions === undefined ? {} : { actions: Number(values.actions) }
  const startMs = performance.now()
  let steps = 0
  let runs = 0
  const found = new Map<string, number[]>()
  let isStopped = false
  // What was played until then counts.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (isStopped = true))
  for (let seed = first; seed < first + count && !isStopped; seed++) {
    const report = await runSim({ seed, ...options })
    steps += report.steps
    runs++
    if (report.failure === undefined) continue
    const { rule } = report.failure
    found.set(rule, [...(found.get(rule) ?? []), seed])
    const isFirst = found.get(rule)!.length === 1
    if (values['keep-going'] && !(isFirst && values.trace)) {
      say(`seed ${seed}: ${rule}: ${report.failure.message.slice(0, 300)}`)
      continue
    }
    await tell(seed, options)
    if (!values['keep-going']) break
  }
  const seconds = (performance.now() - startMs) / 1000
  const summary = [...found]
    .map(([rule, seeds]) => `${rule} ×${seeds.length} (seeds ${seeds.slice(0, 8).join(' ')})`)
    .join(', ')
  say(
    `${runs} runs, ${seconds.toFixed(1)} s, ${((seconds * 1000) / runs).toFixed(1)} ms and ${Math.round(steps / runs)} steps a run, found ${summary === '' ? 'nothing' : summary}`,
  )
  if (found.size > 0) process.exitCode = 1
}

/** Plays it again, remembering more. */
async function tell(seed: number, options: { readonly actions?: number }): Promise<void> {
  const report: SimReport = await runSim({
    seed,
    ...options,
    traced: values.trace ? Number(values.events) : 0,
  })
  for (const line of report.trace) say(line)
  for (const line of report.script) say(line)
  say(`seed ${seed}: ${report.failure?.rule}: ${report.failure?.message}`)
}

await main()
