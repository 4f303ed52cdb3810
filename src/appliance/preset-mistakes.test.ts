import { expect, test } from 'vitest'
import { mistakesOf, readPresetMistakes } from './preset-mistakes.ts'

test('mistakes are read as they were written down, and nothing else is taken for one', async () => {
  expect(mistakesOf('{"mistakes":["line 3: \\"wlan\\" is no name"],"settings":{}}')).toEqual([
    'line 3: "wlan" is no name',
  ])
  for (const odd of ['', '[]', 'null', '{}', '{"mistakes":"x"}', '{"mistakes":[1,null]}'])
    expect(mistakesOf(odd)).toEqual([])
  expect(mistakesOf(JSON.stringify({ mistakes: Array(1000).fill('x'.repeat(1000)) })).join('')).toHaveLength(
    6000,
  )
  expect(await readPresetMistakes('/nowhere/presets.json')).toEqual([])
})
