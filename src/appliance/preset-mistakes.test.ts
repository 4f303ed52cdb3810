import { expect, test } from 'vitest'
import { mistakesOf, readPresetMistakes } from './preset-mistakes.ts'
import type { PresetMistake } from './preset-report.ts'

const reportOf = (...mistakes: readonly PresetMistake[]): string =>
  JSON.stringify({ taken: [], mistakes, language: null, waitingFolders: 0 })

test('mistakes are told by their line and key, and nothing else is taken for one', async () => {
  const unknown = { code: 'key-unknown', line: 3, key: 'wlan', reason: '' } as const
  const whole = { code: 'unreadable', line: 0, key: null, reason: 'it is larger than 64 kB' } as const
  expect(mistakesOf(reportOf(unknown, whole))).toEqual([
    'line 3, wlan: there is no such key',
    'the file: it cannot be read: it is larger than 64 kB',
  ])
  for (const odd of ['', '[]', 'null', '{}', '{"mistakes":["x"]}', reportOf({ ...unknown, line: -1 })])
    expect(mistakesOf(odd)).toEqual([])
  const endless = Array.from({ length: 1000 }, () => ({ ...unknown, reason: 'x'.repeat(1000) }))
  expect(mistakesOf(reportOf(...endless)).join('')).toHaveLength(20 * 300)
  expect(await readPresetMistakes('/nowhere/presets.json')).toEqual([])
})
