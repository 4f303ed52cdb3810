import { expect, test } from 'vitest'
import { runChaos } from '../testing/chaos.ts'
import { type DiskKind, drawDisks } from '../testing/chaos-disk.ts'
import { createChance } from '../testing/chaos-person.ts'

const seed = Number(process.env.BERRYSYNC_SEED ?? Date.now() % 1_000_000)
const cases: readonly (readonly [string, number, readonly DiskKind[]])[] = [
  ['half a minute', 30, ['plain', 'plain', 'plain']],
  [
    'on real disks, a small one among them: a quarter of a minute',
    15,
    ['small', ...drawDisks(createChance(seed), 2)],
  ],
]

test.each(cases)(
  'I1, I2, I5, I10, E6: three busy people, %s of daemons that die and disks that vanish',
  {
    timeout: 400_000,
  },
  async (_, seconds, disks) => {
    const lines: string[] = []
    const say = (line: string) => void lines.push(line)
    const report = await runChaos({ seed, seconds, disks, files: 600, keep: false, say })
    expect(report.faults, [...lines, report.summary].join('\n')).toEqual([])
  },
)
