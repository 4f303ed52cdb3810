import { describe, expect, test } from 'vitest'
import { defaultMeshPlan, type MeshPlan } from './mesh-plan.ts'
import { reportMesh } from './mesh-report.ts'
import { runMesh } from './mesh-sim.ts'

async function play(changes: Partial<MeshPlan>) {
  const plan = { ...defaultMeshPlan, members: 200, minutes: 40, ...changes }
  return reportMesh(plan, await runMesh(plan))
}

describe('a folder whose members come and go', () => {
  test('stays connected with few links, and a new file reaches all that are online', async () => {
    const report = await play({})
    expect(report.mostLinks).toBe(30)
    expect(report.worstOutsideShare).toBe(0)
    expect(report.files).toHaveLength(5)
    for (const { missed, seconds } of report.files) {
      expect(missed).toBe(0)
      expect(seconds[100]).toBeLessThan(60)
    }
  })

  test('is none when nobody can be dialled', async () => {
    const report = await play({ unreachableShare: 1, minutes: 16 })
    expect(report.worstOutsideShare).toBeGreaterThan(0.9)
  })
})

describe('a folder of many readers of whom only the publisher can be dialled', () => {
  test('lets each have its turn, though the publisher has links for few', async () => {
    const report = await play({
      ...{ members: 60, maxLinks: 12, hostMaxLinks: 12, unreachableShare: 1, trackerAnswer: 100 },
      ...{ replacedShare: 0, publishEveryMs: 3_600_000, minutes: 60 },
    })
    const [file] = report.files
    expect(file!.missed).toBe(0)
    expect(file!.seconds[90]).toBeLessThan(900)
    expect(report.mostLinks).toBe(12)
  })
})
