/**
 * `npm run bench [-- --case NAME,… --rounds N --rival NAME,… --small --out FILE --scratch DIR --profiles DIR]`: Berrysync against Syncthing
 * and rsync. Prints a table with the targets and writes everything measured as JSON. Ends with 1 when a case could not be measured;
 * a missed target is a result, not a failure.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { arch, cpus, release, tmpdir, totalmem } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createBerrysync } from './berrysync.ts'
import { cases } from './case-list.ts'
import { type LimitName, type Limits, limitUnits, measureLimits } from './limits.ts'
import type { BenchCase } from './measures.ts'
import { numberToText, type Row, rowsOf, rowsToText } from './report.ts'
import { type Rival, type RivalName, rivalNames } from './rival.ts'
import { type CaseResult, runCase } from './rounds.ts'
import { createRsync } from './rsync.ts'
import { createSyncthing } from './syncthing.ts'
import { interrupt } from './wait.ts'

/** A program that hashes at less than this share of what Node does here was built without the processor's instructions for it. */
const slowHashShare = 0.6

const { values } = parseArgs({
  options: {
    case: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    rival: { type: 'string', default: rivalNames.join() },
    small: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/results/latest.json' },
    scratch: { type: 'string', default: tmpdir() },
    profiles: { type: 'string' },
  },
})

const machine = {
  processor: cpus()[0]!.model,
  cores: cpus().length,
  ...{ memoryBytes: totalmem(), kernel: release(), architecture: arch(), node: process.version },
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const tell = (text: string): void => void process.stderr.write(`${text}\n`)

let isInterrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    isInterrupted = true
    interrupt()
  })

const syncthing = createSyncthing()

function chooseRivals(names: string): Rival[] {
  const makers: Readonly<Record<RivalName, () => Rival>> = {
    berrysync: () => createBerrysync(values.profiles === undefined ? undefined : resolve(values.profiles)),
    syncthing: () => syncthing,
    rsync: createRsync,
  }
  // Berrysync always takes part: there is nothing to compare without it.
  const chosen = new Set(['berrysync', ...names.split(',')])
  return rivalNames.filter((name) => chosen.delete(name)).map((name) => makers[name]())
}

function chooseCases(names: string | undefined): readonly BenchCase[] {
  if (names === undefined) return cases.filter(({ isLong = false }) => !isLong)
  return names.split(',').map((name) => {
    const found = cases.find((each) => each.name === name)
    if (found === undefined)
      throw new Error(`there is no case ${name}; there are: ${cases.map((each) => each.name).join(', ')}`)
    return found
  })
}

/** A remark on whether comparing speed with this build of Syncthing is fair. */
function remarkOnHashing(limits: Limits): string | undefined {
  const rate = syncthing.hashMegabytesPerSecond()
  if (rate === undefined) return undefined
  const share = rate / limits.sha256OneCore
  const verdict =
    share < slowHashShare ? 'SLOW: this build flatters Berrysync wherever files are hashed' : 'a fair rival'
  return `Syncthing says "Single thread SHA256 performance is ${rate} MB/s": ${numberToText(share)} of what Node does here, ${verdict}.`
}

function limitsToText(limits: Limits): string {
  const names = Object.keys(limitUnits) as LimitName[]
  return names
    .map((name) => `  ${name.padEnd(16)}${numberToText(limits[name])} ${limitUnits[name]}`)
    .join('\n')
}

/** Everything there is to say about a run; what is written as JSON. */
interface Report {
  readonly date: string
  readonly isSmall: boolean
  readonly machine: Readonly<Record<string, string | number>>
  readonly versions: readonly string[]
  readonly limits: Limits
  readonly rows: readonly Row[]
  readonly results: readonly CaseResult[]
  readonly failures: readonly string[]
  readonly remark: string | undefined
}

async function measure(): Promise<Report> {
  const rivals = chooseRivals(values.rival)
  const chosen = chooseCases(values.case)
  await using owned = new AsyncDisposableStack()
  const scratch = await mkdtemp(join(resolve(values.scratch), 'berrysync-bench-'))
  owned.defer(() => rm(scratch, { recursive: true, force: true }))
  if (values.profiles !== undefined) await mkdir(values.profiles, { recursive: true })

  tell('what the machine can do …')
  const limits = await measureLimits({ scratch: join(scratch, 'limits'), isSmall: values.small })
  await rm(join(scratch, 'limits'), { recursive: true })
  const versions = await Promise.all(rivals.map(({ version }) => version()))
  const about = { date: new Date().toISOString(), isSmall: values.small, machine, versions, limits }
  const options = { rounds: Number(values.rounds), isSmall: values.small, isInterrupted: () => isInterrupted }
  let report: Report = { ...about, rows: [], results: [], failures: [], remark: undefined }
  for (const bench of chosen) {
    const result = await runCase(bench, { rivals, scratch, say: tell, ...options })
    const rows = rowsOf(bench, result.rounds, limits)
    tell(rowsToText(rows))
    report = {
      ...about,
      rows: [...report.rows, ...rows],
      results: [...report.results, result],
      failures: [...report.failures, ...result.failures.map((text) => `${bench.name}: ${text}`)],
      remark: remarkOnHashing(limits),
    }
    // After every case, because a long run may be interrupted.
    await save(report)
  }
  return report
}

async function save(report: Report): Promise<void> {
  const out = resolve(values.out)
  await mkdir(dirname(out), { recursive: true })
  await writeFile(out, `${JSON.stringify(report, undefined, 2)}\n`)
}

function print({ versions, limits, remark, rows, results, failures }: Report): void {
  const here = `${machine.processor}, ${machine.cores} cores`
  say(`\n${here}; ${versions.join(', ')}; medians of ${values.rounds} rounds`)
  if (values.small) say('Small sizes: this shows that everything works, not how fast it is.')
  say(limitsToText(limits))
  if (remark !== undefined) say(remark)
  const names = new Set(results.map(({ name }) => name))
  const ran = cases.filter(({ name }) => names.has(name))
  say(`\n${ran.map(({ name, title }) => `${name}: ${title}`).join('\n')}`)
  say(`\n${rowsToText(rows)}`)
  for (const failure of failures) say(`FAILED ${failure}`)
}

try {
  if (process.getuid?.() !== 0)
    throw new Error('The benchmark makes network namespaces, which only root may: run it as root.')
  const report = await measure()
  print(report)
  process.exitCode = report.failures.length === 0 ? 0 : 1
} catch (error) {
  tell(
    isInterrupted ? 'interrupted' : error instanceof Error ? (error.stack ?? error.message) : String(error),
  )
  process.exitCode = 1
}
