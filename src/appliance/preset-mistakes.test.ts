import { expect, test } from 'vitest'
import { mistakesOf, readPresetMistakes } from './preset-mistakes.ts'

const told = (code: string, line = 3, key: string | null = 'wifi', reason = '') =>
  mistakesOf(JSON.stringify({ taken: [], mistakes: [{ code, line, key, reason }], language: null }))

test('mistakes are told by line and name', () => {
  expect(told('not-understood', 3, null)).toEqual(['line 3 is not written like "name = value".'])
  expect(told('key-unknown', 3, 'wfi')).toEqual(['line 3: there is no "wfi".'])
  expect(told('said-twice')).toEqual(['line 3: "wifi" stands there twice; the first counts.'])
  expect(told('value-invalid', 3, 'time-zone', 'write it like Europe/Berlin')).toEqual([
    'line 3, "time-zone": write it like Europe/Berlin.',
  ])
  expect(told('unreadable', 0, null, 'it is not plain text')).toEqual(['the file: it is not plain text.'])
  expect(told('imager-customisation', 0, null)[0]).toMatch(/Raspberry Pi Imager/)
  expect(told('folders-not-taken', 0)[0]).toMatch(/could not be added/)
  expect(told('of-a-newer-helper', 4, null)).toEqual(['line 4 cannot be used.'])
})

test('nothing else is taken for a mistake, and there are never too many', async () => {
  for (const odd of ['', '[]', 'null', '{}', '{"mistakes":"x"}', '{"mistakes":[1,null,"x",{"code":1}]}'])
    expect(mistakesOf(odd)).toEqual([])
  const one = { code: 'value-invalid', line: 1, key: null, reason: 'x'.repeat(1000) }
  expect(mistakesOf(JSON.stringify({ mistakes: Array(1000).fill(one) })).join('')).toHaveLength(6000)
  expect(await readPresetMistakes('/nowhere/presets.json')).toEqual([])
})
