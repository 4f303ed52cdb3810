/** A tracker as a mesh sees it: tells some of those that announced themselves, gone or not, and forgets who was missed twice. */
import type { Clock } from '../ports.ts'
import type { SeededChance } from './seeded-chance.ts'

export interface MeshTracker {
  /** Notes an address and tells others. */
  announce(at: string): readonly string[]
  forget(at: string): void
}

export function createMeshTracker(
  clock: Clock,
  chance: SeededChance,
  intervalMs: number,
  answerLength: number,
): MeshTracker {
  const addresses: string[] = []
  const indexByAddress = new Map<string, number>()
  const heardMs = new Map<string, number>()

  function forget(at: string): void {
    const index = indexByAddress.get(at)
    if (index === undefined) return
    const last = addresses.pop()!
    if (last !== at) {
      addresses[index] = last
      indexByAddress.set(last, index)
    }
    indexByAddress.delete(at)
    heardMs.delete(at)
  }

  return {
    announce(at) {
      const told = new Set<string>()
      for (let draws = 0; draws < 4 * answerLength && told.size < answerLength; draws++) {
        if (told.size === addresses.length) break
        const one = chance.pick(addresses)
        if (clock.monotonicMs() - heardMs.get(one)! > 2 * intervalMs) forget(one)
        else told.add(one)
      }
      if (!indexByAddress.has(at)) indexByAddress.set(at, addresses.push(at) - 1)
      heardMs.set(at, clock.monotonicMs())
      return [...told]
    },
    forget,
  }
}
