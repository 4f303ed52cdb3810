import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEvent } from '../../ui/state/apply-event.ts'
import { comparable } from '../testing/comparable-snapshot.ts'
import { anySnapshot } from '../testing/snapshots.ts'
import { changesBetween } from './event-feed.ts'
import type { Snapshot } from './schemas/events.ts'

test('all changes applied to what was told make what is so now', () => {
  fc.assert(
    fc.property(anySnapshot, anySnapshot, (before, now) => {
      const told = changesBetween(before, now).reduce<Snapshot | undefined>(applyEvent, before)
      expect(comparable(told!)).toEqual(comparable(now))
    }),
  )
})

test('what did not change is not told', () => {
  fc.assert(
    fc.property(anySnapshot, (snapshot) => {
      expect(changesBetween(snapshot, structuredClone(snapshot))).toEqual([])
    }),
  )
})

test('one peer of many is told alone, and a countdown not at all', () => {
  fc.assert(
    fc.property(anySnapshot, (before) => {
      const now = structuredClone(before)
      for (const { routes } of now.status.folders)
        for (const route of routes) if (route.nextInSeconds !== undefined) route.nextInSeconds += 7
      expect(changesBetween(before, now)).toEqual([])
      const [folder] = now.status.folders
      const [peer] = folder?.peers ?? []
      fc.pre(folder !== undefined && peer !== undefined)
      peer.needFiles += 1
      expect(changesBetween(before, now)).toEqual([{ kind: 'peer', folder: folder.id, peer }])
    }),
  )
})
