/**
 * `npm run chaos -- --minutes 10 --seed 7 [--files 3000] [--disks plain,ext4,small] [--keep]`: see `testing/chaos.ts`. Without `--disks` the
 * seed draws them. Ends with 1 when something was wrong. Needs root unless all disks are plain.
 */
import { parseArgs } from 'node:util'
import { runChaos } from '../testing/chaos.ts'
import { drawDisks, textToDisks } from '../testing/chaos-disk.ts'
import { createChance } from '../testing/chaos-person.ts'

const members = 3
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    files: { type: 'string', default: '3000' },
    disks: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const disks = values.disks === undefined ? drawDisks(createChance(seed), members) : textToDisks(values.disks)
if (disks?.length !== members)
  throw new Error('--disks takes three of plain, ext4, exfat and small, with commas')
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const { faults, summary } = await runChaos({
  ...{ seed, disks, files: Number(values.files), seconds: Number(values.minutes) * 60 },
  ...{ keep: values.keep, say },
})
for (const fault of faults) say(fault)
say(summary)
process.exitCode = faults.length === 0 ? 0 : 1
