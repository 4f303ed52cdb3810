/** `npm run chaos -- --minutes 10 --seed 7 [--files 3000] [--keep]`: see `testing/chaos.ts`. Ends with 1 when something was wrong. */
import { parseArgs } from 'node:util'
import { runChaos } from '../testing/chaos.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    files: { type: 'string', default: '3000' },
    keep: { type: 'boolean', default: false },
  },
})
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const { faults, summary } = await runChaos({
  ...{ seed: Number(values.seed), files: Number(values.files), seconds: Number(values.minutes) * 60 },
  ...{ keep: values.keep, say },
})
for (const fault of faults) say(fault)
say(summary)
process.exitCode = faults.length === 0 ? 0 : 1
