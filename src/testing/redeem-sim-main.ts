/** `npm run redeem-sim -- --from N --count M`: plays simulated runs of one-time secrets. Exit status 1 when one let two guests in. */
import { parseArgs } from 'node:util'
import { runRedeemSim } from './redeem-sim.ts'

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
  const { counts, failure, script } = await runRedeemSim(seed)
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
