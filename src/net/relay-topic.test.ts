import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { type DeviceId, toId } from '../core/ids.ts'
import { createTestMembership } from '../testing/loopback.ts'
import { createTagReader, memberTag, nonceBytes } from './relay-topic.ts'

test('F3 whose tag it is is computed once for each device, as long as the member is there', () => {
  const membership = createTestMembership()
  const [device, other] = Array.from({ length: 2 }, () => toId('DeviceId', randomBytes(32)))
  const tag = memberTag(membership, device!, randomBytes(nonceBytes))
  let computed = 0
  const reader = createTagReader({
    ...membership,
    get tagKey() {
      computed += 1
      return membership.tagKey
    },
  })
  const ask = (who: DeviceId | undefined) => reader.isOf(tag, who!)
  for (let look = 0; look < 3; look++) expect([device, other].map(ask)).toEqual([true, false])
  reader.keepOnly([tag])
  expect([device, other].map(ask)).toEqual([true, false])
  const seen = computed
  expect(seen).toBe(2)
  reader.keepOnly([])
  expect(ask(device)).toBe(true)
  expect(computed).toBe(3)
})
