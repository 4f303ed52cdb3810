import { expect, test } from 'vitest'
import { runChaos } from '../testing/chaos.ts'

test('I1, I2, I5, E6: half a minute of three busy people and daemons that die at any moment', {
  timeout: 400_000,
}, async () => {
  const seed = Number(process.env.BERRYSYNC_SEED ?? Date.now() % 1_000_000)
  const lines: string[] = []
  const report = await runChaos({
    seed,
    seconds: 30,
    files: 600,
    keep: false,
    say: (line) => void lines.push(line),
  })
  expect(report.faults, [...lines, report.summary].join('\n')).toEqual([])
})
