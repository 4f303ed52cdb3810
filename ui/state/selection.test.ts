import { expect, test } from 'vitest'
import { allOf, isChosen, noneChosen, toggled } from './selection.ts'

test('some are chosen, or all but some', () => {
  const some = toggled(toggled(noneChosen, 'a'), 'b')
  expect(['a', 'b', 'c'].map((key) => isChosen(some, key))).toEqual([true, true, false])
  expect(isChosen(toggled(some, 'a'), 'a')).toBe(false)
  const most = toggled(allOf, 'a')
  expect(['a', 'b', 'c'].map((key) => isChosen(most, key))).toEqual([false, true, true])
  expect(isChosen(toggled(most, 'a'), 'a')).toBe(true)
})
