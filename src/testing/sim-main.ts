/**
 * `npm run sim -- --seed N`: plays simulated runs and tells what did not hold, with the story that led there. `--shrink FILE` keeps the shortest
 * script found that breaks the same rule, `--script FILE` plays one. Exit status 1 when anything was found.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runSim, type SimOptions } from './sim-run.ts'
import type { SimScript } from './sim-script.ts'
import { shrink } from './sim-shrink.ts'

const usage = `npm run sim -- [--seed N | --script FILE] [--from N] [--count M] [--actions K] [--trace [--events N]] [--keep-going] [--shrink FILE]`

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    count: { type: 'string' },
    actions: { type: 'string' },
    trace: { type: 'boolean', default: false },
    events: { type: 'string', default: '150' },
    'keep-going': { type: 'boolean', default: false },
    script: { type: 'string' },
    shrink: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

async function main(): Promise<void> {
  if (values.help) return say(usage)
  if (values.script !== undefined) {
    if (await tell(JSON.parse(readFileSync(values.script, 'utf8')) as SimScript)) process.exitCode = 1
    return
  }
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
    await tell({ seed, ...options })
    if (values.shrink !== undefined) await keepShortest(report.script, rule, values.shrink)
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

/** Plays it again, remembering more. Whether anything was found. */
async function tell(options: SimOptions): Promise<boolean> {
  const { trace, story, failure } = await runSim({
    ...options,
    traced: values.trace ? Number(values.events) : 0,
  })
  for (const line of [...trace, ...story]) say(line)
  say(`seed ${options.seed}: ${failure === undefined ? 'nothing' : `${failure.rule}: ${failure.message}`}`)
  return failure !== undefined
}

async function keepShortest(script: SimScript, rule: string, file: string): Promise<void> {
  const shrunk = await shrink(script, rule, { said: say })
  writeFileSync(file, `${JSON.stringify(shrunk.script, undefined, 1)}\n`)
  say(`${script.steps.length} steps became ${shrunk.script.steps.length} in ${shrunk.tried} runs: ${file}`)
}

await main()
