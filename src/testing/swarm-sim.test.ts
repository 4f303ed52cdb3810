import { describe, expect, test } from 'vitest'
import { defaultSwarmPlan, type SwarmPlan, swarmPolicies } from './swarm-plan.ts'
import { reportSwarm } from './swarm-report.ts'
import { runSwarm } from './swarm-sim.ts'

const plan: SwarmPlan = { ...defaultSwarmPlan, members: 50, fileBytes: 16 * 1024 ** 2, joinMs: 500 }

function play(changes: Partial<SwarmPlan>) {
  const changed = { ...plan, ...changes }
  return reportSwarm(changed, runSwarm(changed))
}

describe('a swarm of one source and many subscribers', () => {
  test('P14 everybody gets the file near the bound, the source sends it little more than once, and messages cost little', () => {
    const report = play({ sessionMs: 60_000, awayMs: 6_000 })
    expect(report.finished).toBe(50)
    expect(report.sourceRatio).toBeLessThan(1.2)
    expect(report.done[50].timesBound).toBeLessThan(1.8)
    expect(report.done[99].timesBound).toBeLessThan(1.8)
    expect(report.wastedShare).toBeLessThan(0.05)
    expect(report.overheadShare).toBeLessThan(0.02)
  })

  test('P14 eight subscribers have all soon after the source could have sent one copy, and it sent little more', () => {
    const report = play({ members: 8, joinMs: 0, awayMs: 0, upBytesPerSecond: [1_250_000, 1_250_000] })
    expect(report.sourceRatio).toBeLessThan(1.15)
    expect(report.done[100].timesBound).toBeLessThan(1.3)
  })

  test('P14 a lone source that offers what is scarce sends less than one that tells all it has', () => {
    const all = play({ ...swarmPolicies['rarest first'], seed: 2 })
    const scarce = play({ seed: 2 })
    expect(scarce.sourceRatio).toBeLessThan(all.sourceRatio)
  })

  test('P14 peers that have no way to each other get everything from the source', () => {
    const report = play({ members: 3, links: [1, 3], upBytesPerSecond: [1, 2], downFactor: 1e6 })
    expect(report.finished).toBe(3)
    expect(report.sourceRatio).toBeGreaterThan(2)
  })

  test('I12 same seed, same swarm', () => {
    expect(play({ members: 10 })).toEqual(play({ members: 10 }))
    expect(play({ members: 10 })).not.toEqual(play({ members: 10, seed: 5 }))
  })
})
