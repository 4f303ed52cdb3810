import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { createUploads } from './uploads.ts'

describe('uploads', () => {
  test('P8 never more than the slots, one answer at a time for each; the unproven get half; never idle while somebody else waits', () => {
    const steps = fc.array(
      fc.record({
        what: fc.constantFrom('wait', 'wait', 'next', 'next', 'done', 'late', 'remove'),
        peer: fc.nat({ max: 5 }),
      }),
      { maxLength: 200, size: 'max' },
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), steps, (slots, drawn) => {
        const uploads = createUploads<number>(slots)
        const waiting = new Set<number>()
        const active = new Set<number>()
        const taken = new Map<number, number>()
        const isProven = (peer: number) => (taken.get(peer) ?? -1) * 4 >= Math.max(0, ...taken.values())
        for (const { what, peer } of drawn) {
          if (what === 'wait') {
            uploads.wait(peer)
            waiting.add(peer)
          } else if (what === 'remove') {
            uploads.remove(peer)
            waiting.delete(peer)
            active.delete(peer)
            taken.delete(peer)
          } else if (what === 'done' || what === 'late') {
            uploads.done(peer, what === 'done' ? 10 : 0)
            if (!active.delete(peer)) continue
            if (what === 'done') taken.set(peer, (taken.get(peer) ?? 0) + 10)
            else taken.delete(peer)
          } else {
            const next = uploads.next()
            const unproven = [...active].filter((each) => !isProven(each)).length
            const mayBeUnproven = unproven < Math.max(1, Math.floor(slots / 2))
            const could =
              active.size < slots &&
              [...waiting].some((each) => !active.has(each) && (mayBeUnproven || isProven(each)))
            expect(next !== undefined).toBe(could)
            if (next === undefined) continue
            expect(waiting.delete(next)).toBe(true)
            expect(active.has(next)).toBe(false)
            active.add(next)
          }
          expect(uploads.activeCount).toBe(active.size)
          expect(active.size).toBeLessThanOrEqual(slots)
        }
      }),
      { numRuns: caseCount(60) },
    )
  })

  test('P8 those who always wait get equal shares, whatever sizes they ask for and whenever they came', () => {
    const uploads = createUploads<string>(1)
    const sizes = new Map([
      ['small', 10],
      ['large', 100],
      ['late', 30],
    ])
    const sent = new Map<string, number>()
    const serve = (turns: number) => {
      for (let turn = 0; turn < turns; turn++) {
        const peer = uploads.next()!
        uploads.done(peer, sizes.get(peer)!)
        sent.set(peer, (sent.get(peer) ?? 0) + sizes.get(peer)!)
        uploads.wait(peer)
      }
    }
    uploads.wait('small')
    uploads.wait('large')
    serve(1100)
    expect(Math.abs(sent.get('small')! - sent.get('large')!)).toBeLessThanOrEqual(100)
    sent.clear()
    uploads.wait('late')
    serve(1300)
    expect(Math.max(...sent.values()) - Math.min(...sent.values())).toBeLessThanOrEqual(200)
  })
})
