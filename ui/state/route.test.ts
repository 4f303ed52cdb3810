import fc from 'fast-check'
import { expect, test } from 'vitest'
import { folderTabs, hrefOf, parseRoute, preferencesSections, type Route } from './route.ts'

test('every page has an address that leads back to it', () => {
  const pages: Route[] = [
    { page: 'folders' },
    { page: 'add-folder' },
    { page: 'devices' },
    { page: 'transfers' },
    { page: 'history' },
    { page: 'preferences' },
    ...preferencesSections.map((section) => ({ page: 'preferences', section }) as const),
    ...folderTabs.map((tab) => ({ page: 'folder', folder: 'a/b c', tab }) as const),
  ]
  pages.push({ page: 'folder', folder: 'a', tab: 'files', only: 'needed', search: 'x & ?=y' })
  for (const page of pages) expect(parseRoute(hrefOf(page))).toEqual(page)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (link) => {
      expect(parseRoute(hrefOf({ page: 'add-folder', link }))).toEqual({ page: 'add-folder', link })
    }),
  )
})

test('no address at all is the list of folders', () => {
  for (const fragment of ['', '#', '#/', '#/folders'])
    expect(parseRoute(fragment)).toEqual({ page: 'folders' })
})

test('what names no page is told as that, whatever it is', () => {
  for (const fragment of [
    '#/nothing',
    '#/folders/a/nothing',
    '#/devices/7',
    '#/preferences/nothing',
    '#/preferences/web/x',
    '#/folders/a/files/b',
    '#/%',
  ])
    expect(parseRoute(fragment)).toEqual({ page: 'unknown' })
  fc.assert(
    fc.property(fc.string(), (fragment) => {
      expect(parseRoute(fragment).page).toBeTypeOf('string')
    }),
  )
})
