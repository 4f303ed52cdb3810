/**
 * I14 on real sockets: each attack of `attacks.ts` for some seconds on the built program. Times are nobody's business here: what is asserted is that the
 * honest peer is served all the same, that nothing grows beyond its cap, and that nothing stays. Figures: `npm run hostile`.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startAttackedPair } from '../testing/attacked-pair.ts'
import { attacks } from '../testing/attacks.ts'
import { burdenFaults, faultsAfter } from '../testing/burden-caps.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'

/** An attack has to go on for some time before anything can have grown. */
const seconds = 2

test('I14: under each attack an honest peer is served, nothing grows without bound, and nothing stays', {
  timeout: 900_000,
}, async () => {
  await using root = await makeTempDirectory()
  await using pair = await startAttackedPair(root.path, { bytes: 1_000_000, times: 1 })
  await pair.measure()
  for (const attack of attacks) {
    const before = await pair.burden()
    const under = await pair.attack(attack.name)
    await pair.measure()
    await pause(seconds * 1000)
    const faults = burdenFaults(attack, before, await pair.burden(), seconds)
    const hits = under.hits()
    await under.end()
    expect([attack.name, ...faults, ...(await faultsAfter(pair, before))]).toEqual([attack.name])
    // It did happen.
    expect([attack.name, hits > 0]).toEqual([attack.name, true])
  }
  const errors = [pair.victim, pair.honest].flatMap((member) =>
    member.log().filter((line) => line.includes('"level":"error"')),
  )
  expect(errors).toEqual([])
  await pair.measure()
})
