import { expect, test } from 'vitest'
import { nameBrowser } from './browser-name.ts'

test('browsers are called as people call them', () => {
  expect(
    nameBrowser(
      'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36',
    ),
  ).toEqual({ browser: 'Chrome', system: 'Android' })
  expect(
    nameBrowser('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0'),
  ).toEqual({ browser: 'Edge', system: 'Windows' })
  expect(
    nameBrowser('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1'),
  ).toEqual({ browser: 'Safari', system: 'iPhone' })
  expect(nameBrowser('curl/8.5.0')).toEqual({})
})
