import { expect, test } from 'vitest'
import { addPattern, hasPattern, removePattern } from './ignore-lines.ts'

test('a pattern is added as a line of its own, and taken away again', () => {
  for (const text of ['', '# mine\n*.old\n', '*.old']) {
    const added = addPattern(text, '*.tmp')
    expect(hasPattern(added, '*.tmp')).toBe(true)
    expect(removePattern(added, '*.tmp').trimEnd()).toBe(text.trimEnd())
  }
})

test('a pattern that is part of another line is not there', () => {
  expect(hasPattern('a*.tmp\n#*.tmp\n', '*.tmp')).toBe(false)
  expect(removePattern('a*.tmp\n', '*.tmp')).toBe('a*.tmp\n')
})
