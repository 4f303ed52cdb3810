import { expect, test } from 'vitest'
import { fromLocalInput, toLocalInput } from './local-time.ts'

test('what the field shows is the moment it stands for, to the minute', () => {
  for (const iso of ['2026-05-10T12:00:00.000Z', '2026-01-01T00:30:00.000Z'])
    expect(fromLocalInput(toLocalInput(Date.parse(iso)))).toBe(iso)
  expect(toLocalInput(0)).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/)
})

test('half a date is no moment', () => {
  expect([fromLocalInput(''), fromLocalInput('2026-')]).toEqual([undefined, undefined])
})
