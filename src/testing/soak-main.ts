/**
 * `npm run soak -- --minutes 120 [--seed N] [--json FILE]`: see `soak.ts`. Prints a table and one line, and ends with 1 when something grows or was wrong.
 * The file holds every sample, and is written again with each.
 */
import { rename, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runSoak, type SoakLine } from './soak.ts'
import { makeTempDirectory } from './temp-directory.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    sampleSeconds: { type: 'string', default: '30' },
    roundMinutes: { type: 'string', default: '15' },
    restSeconds: { type: 'string', default: '60' },
    idleSeconds: { type: 'string', default: '120' },
  },
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function note(found: object): Promise<void> {
  if (values.json === undefined) return
  await writeFile(`${values.json}.new`, `${JSON.stringify(found)}\n`)
  await rename(`${values.json}.new`, values.json)
}

const ending = (measure: SoakLine['measure']) =>
  measure.endsWith('Bytes') && measure !== 'logBytes' ? ' MiB' : ''
function shown(measure: SoakLine['measure'], value: number): string {
  return ending(measure) === '' ? value.toFixed(1) : (value / 1024 ** 2).toFixed(2)
}

await using root = await makeTempDirectory()
const report = await runSoak({
  ...{ seed: Number(values.seed), root: root.path, say, note, maxPauseMs: 1000 },
  rounds: Math.ceil(Number(values.minutes) / Number(values.roundMinutes)),
  samplesPerRound: Math.ceil((Number(values.roundMinutes) * 60) / Number(values.sampleSeconds)),
  ...{ sampleSeconds: Number(values.sampleSeconds), restSeconds: Number(values.restSeconds) },
  idleSeconds: Number(values.idleSeconds),
})
await note(report)
say('| device | measure | middle third, or before | last third, or after | may grow by | |')
say('|---|---|---|---|---|---|')
for (const { device, measure, middle, last, allowed, grows } of report.lines)
  say(
    `| ${device} | ${measure}${ending(measure)} | ${shown(measure, middle)} | ${shown(measure, last)} | ${shown(measure, allowed)} | ${grows ? 'GROWS' : 'flat'} |`,
  )
for (const fault of report.faults) say(`FAULT ${fault}`)
say(report.summary)
process.exitCode = report.faults.length === 0 && !report.lines.some(({ grows }) => grows) ? 0 : 1
