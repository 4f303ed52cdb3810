import { expect, test } from 'vitest'
import { caseCount } from './counts.ts'
import { runRotationSim } from './rotation-sim.ts'

test('R9, I1, I2: whatever happens while secrets are changed, members end up together and nothing is lost', async () => {
  const totals: Record<string, number> = {}
  for (let seed = 1; seed <= caseCount(20); seed++) {
    const { counts, failure, script } = await runRotationSim(seed)
    expect(failure, `seed ${seed}\n${script.join('\n')}`).toBeUndefined()
    for (const [what, count] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + count
  }
  for (const what of ['rotates', 'moves over', 'is killed', 'put back', 'deletes'])
    expect([what, totals[what]]).toEqual([what, expect.any(Number)])
})

test('the simulator notices when nobody tells of a new secret but who made it', async () => {
  const failures = []
  for (let seed = 1; seed <= 5; seed++) {
    const { failure } = await runRotationSim(seed, { nobodyUshers: true })
    if (failure !== undefined) failures.push(failure.rule)
  }
  expect(failures).toContain('I2')
})
