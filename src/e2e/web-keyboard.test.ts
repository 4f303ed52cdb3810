/** A folder is added, looked at and paused by keyboard alone: where one is can be seen, and a dialog gives the focus back. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { crossedLooks, openBrowser, type TestBrowser } from '../testing/browser.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { readUiTexts } from '../testing/ui-texts.ts'
import { until } from '../testing/until.ts'
import { sitDown, startWebPlace } from '../testing/web-place.ts'

/** No page here has so many places to stop at. */
const mostStops = 60

let browser: TestBrowser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser[Symbol.asyncDispose]())

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === element.ownerDocument.activeElement)
}

/** Something around what has the focus, or on it, says so. */
const isFocusSeen = `(() => {
  const seen = (style) => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none'
  const at = document.activeElement
  return at.matches(':focus-visible') && [at, at.parentElement].some((each) => seen(getComputedStyle(each)))
})()`

async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let stops = 0; stops < mostStops; stops++) {
    await page.keyboard.press('Tab')
    if (await hasFocus(target)) {
      expect(await page.evaluate<boolean>(isFocusSeen), `the focus of ${target} is seen`).toBe(true)
      return
    }
  }
  throw new Error(`${target} is not reached by keyboard`)
}

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press('Enter')
}

test.each(crossedLooks)('by keyboard alone ($width px, $language)', async (look) => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const studio = await startWebPlace(root.path, 'Studio', stack)
  await mkdir(join(root.path, 'Studio', 'Podcast'))
  const person = stack.use(await sitDown(browser, studio, look))
  const { page } = person
  const say = readUiTexts(look.language)
  await page.goto('/')
  await press(page, page.getByRole('link', { name: say('folders-add') }))
  await press(page, page.getByRole('button', { name: say('add-new') }))
  const heading = page.getByRole('heading', { name: say('add-title-directory') })
  await until('the new step has the focus', () => hasFocus(heading))
  await press(page, page.getByRole('button', { name: /^Podcast/ }))

  const make = page.getByRole('button', { name: say('directory-new') })
  await page.locator('.chooser-name', { hasText: 'Podcast' }).waitFor()
  await press(page, make)
  const name = page.getByRole('dialog').getByLabel(say('directory-name'), { exact: true })
  await until('one can type at once', () => hasFocus(name))
  for (let stops = 0; stops < 8; stops++) {
    await page.keyboard.press('Tab')
    // From the last place the focus goes to the browser itself, and from there back into the dialog.
    expect(
      await page.evaluate<boolean>(
        `document.activeElement === document.body || document.activeElement.closest('dialog') !== null`,
      ),
    ).toBe(true)
  }
  await page.keyboard.press('Escape')
  await until('the dialog gives the focus back', () => hasFocus(make))
  await press(page, page.getByRole('button', { name: say('directory-use') }))
  await page.getByRole('heading', { name: say('added-new', { folder: 'Podcast' }) }).waitFor()

  const card = page.getByRole('button', { name: say('share-read-only') }).first()
  await press(page, card)
  const copy = page.getByRole('dialog').getByRole('button', { name: say('share-copy-secret') })
  await press(page, copy)
  await page.getByRole('dialog').getByText(say('copied')).waitFor()
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(
    (await studio.daemon.askJson('secrets', join(root.path, 'Studio', 'Podcast'))).readOnly,
  )
  await page.keyboard.press('Escape')
  await until('the dialog gives the focus back', () => hasFocus(card))

  await press(page, page.getByRole('link', { name: say('nav-folders'), exact: true }))
  const menu = page.getByRole('button', { name: say('folder-menu', { folder: 'Podcast' }) })
  await press(page, menu)
  await until('the menu has the focus', () => hasFocus(page.getByRole('menuitem', { name: say('pause') })))
  await page.keyboard.press('ArrowDown')
  await until('arrows move', () => hasFocus(page.getByRole('menuitem', { name: say('folder-share') })))
  await page.keyboard.press('Escape')
  await until('the menu gives the focus back', () => hasFocus(menu))
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page
    .getByRole('list', { name: say('folders-list-label') })
    .getByText(say('state-paused'), { exact: true })
    .waitFor()
  await until('the menu gives the focus back', () => hasFocus(menu))
  expect(person.faults).toEqual([])
})
