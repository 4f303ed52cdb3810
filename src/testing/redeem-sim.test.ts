/** Simulated guests and issuers of one-time secrets. More of it with `npm run redeem-sim`. */
import { expect, test } from 'vitest'
import { caseCount } from './counts.ts'
import { runRedeemSim } from './redeem-sim.ts'

test('I15 no one-time secret lets two guests in, whatever crashes, comes back old or jumps', {
  timeout: 600_000,
}, async () => {
  let granted = 0
  for (let seed = 1; seed <= caseCount(60); seed++) {
    const { failure, script, counts } = await runRedeemSim(seed)
    granted += counts.granted ?? 0
    expect(failure === undefined ? '' : `seed ${seed}: ${failure.message}\n${script.join('\n')}`).toBe('')
  }
  expect(granted).toBeGreaterThan(caseCount(60))
})

test('what lets two guests in is noticed', { timeout: 600_000 }, async () => {
  // The database forgets that a secret was used as soon as it is closed.
  const forgetful = { forgetsUse: true }
  for (let seed = 1; seed <= 200; seed++) {
    const { failure } = await runRedeemSim(seed, forgetful)
    if (failure === undefined) continue
    expect(failure.rule).toBe('I15')
    return
  }
  expect.fail('nothing was noticed')
})

test.each([['a certificate was told before an older database was known to be one', 31356]])(
  'I15 %s (seed %i)',
  async (_, seed) => {
    expect((await runRedeemSim(seed)).failure).toBeUndefined()
  },
)
