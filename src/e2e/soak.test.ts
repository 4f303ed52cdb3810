/** A soak of some seconds: what is measured is real, and what is made to grow meanwhile is found. The hours themselves: `npm run soak`. */
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runSoak } from '../testing/soak.ts'
import { folderPlans } from '../testing/soak-devices.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'

const grownBytes = 2 * 1024 ** 2

test('I2, I14: after some seconds of people at four devices all trees are equal, and a state directory that is made to grow is found', {
  timeout: 600_000,
}, async () => {
  await using root = await makeTempDirectory()
  const report = await runSoak({
    ...{ seed: 3, root: root.path, rounds: 2, samplesPerRound: 6, sampleSeconds: 0.3, maxPauseMs: 200 },
    ...{ restSeconds: 0, idleSeconds: 1, say: () => undefined },
    // One that is full everywhere, one that is read-only at two.
    folders: folderPlans.filter(({ name }) => ['books', 'garden'].includes(name)),
    note: () => appendFile(join(root.path, 'bakery', 'home', 'planted'), Buffer.alloc(grownBytes)),
  })
  expect([report.faults, report.paths.length]).toEqual([[], 3])

  const state = report.lines.find(({ device, measure }) => device === 'bakery' && measure === 'stateBytes')!
  expect(state.grows).toBe(true)
  const { actions, burdens } = report.samples.at(-1)!
  expect(actions).toBeGreaterThan(0)
  expect(state.last - state.middle).toBeGreaterThan(3 * grownBytes)
  for (const { logBytes, hiddenBytes, ...always } of burdens) {
    expect(Object.entries(always).filter(([, value]) => !(value > 0))).toEqual([])
    expect([logBytes, hiddenBytes].every((bytes) => bytes >= 0)).toBe(true)
  }
  expect(report.summary).toMatch(/^soak: seed 3, [\d.]+ minutes, \d+ actions, .* series grow, 0 faults$/)
})
