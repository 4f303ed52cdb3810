/** The first minutes of a person with a new device, in a real browser: the password, the language, an empty list that invites. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { looks, openBrowser, type TestBrowser } from '../testing/browser.ts'
import { startDaemon } from '../testing/daemon.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { readUiTexts } from '../testing/ui-texts.ts'
import { examine } from '../testing/web-place.ts'

let browser: TestBrowser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser[Symbol.asyncDispose]())

test.each(looks)(
  'a new device gets its password and shows its folders ($width px, $language)',
  async (look) => {
    await using directory = await makeTempDirectory()
    await using daemon = await startDaemon(join(directory.path, 'home'), ['--web', '127.0.0.1:0'])
    await using person = await browser.open(daemon.web, look)
    const { page } = person
    const say = readUiTexts(look.language)

    await page.goto('/')
    await page.getByRole('heading', { name: say('welcome-title') }).waitFor()
    await examine(person, 'set-up')

    await page.getByLabel(say('password'), { exact: true }).fill('short')
    await page.getByLabel(say('password-again')).fill('short')
    await page.getByRole('button', { name: say('set-up-action') }).click()
    await page
      .getByText(say('password-length-short', { more: 5 }))
      .first()
      .waitFor()

    await page.getByLabel(say('password'), { exact: true }).fill('nine podcast folders')
    await page.getByLabel(say('password-again')).fill('nine podcast folders')
    await page.getByLabel(say('device-name')).fill('Sofa <b>box</b>')
    await page.getByRole('button', { name: say('set-up-action') }).click()
    await page.waitForURL(/add-folder/)
    await page.goto('/#/folders')
    await page.getByText(say('folders-empty-title')).waitFor()
    await examine(person, 'folders-empty')
    expect(await daemon.askJson('config')).toMatchObject({
      settings: expect.arrayContaining([expect.objectContaining({ key: 'name', value: 'Sofa <b>box</b>' })]),
    })

    // Another browser has to log in.
    await using other = await browser.open(daemon.web, look)
    await other.page.goto('/')
    await other.page.getByLabel(say('password'), { exact: true }).fill('nine podcast holders')
    await other.page.getByRole('button', { name: say('log-in-action') }).click()
    await other.page.getByText(say('error-password-wrong')).waitFor()
    await examine(other, 'log-in')
    await other.page.getByLabel(say('password'), { exact: true }).fill('nine podcast folders')
    await other.page.getByRole('button', { name: say('log-in-action') }).click()
    await other.page.getByText(say('folders-empty-title')).waitFor()
    expect(person.faults).toEqual([])
  },
)
