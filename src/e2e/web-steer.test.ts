/** A device is steered from a real browser: preferences, who may come in, history, why nobody is connected, pause, and a restart. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { crossedLooks, openBrowser, type TestBrowser } from '../testing/browser.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { readUiTexts } from '../testing/ui-texts.ts'
import { until } from '../testing/until.ts'
import { askWeb } from '../testing/web-client.ts'
import { examine, sitDown, startWebPlace } from '../testing/web-place.ts'

let browser: TestBrowser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser[Symbol.asyncDispose]())

test.each(crossedLooks)(
  'preferences are set, and who may come in is decided ($width px, $language)',
  async (look) => {
    await using root = await makeTempDirectory()
    await using stack = new AsyncDisposableStack()
    const studio = await startWebPlace(root.path, 'Studio', stack)
    await studio.write('welcome.txt', 'welcome')
    await studio.daemon.ask('add', studio.directory)
    async function settingOf(key: string): Promise<unknown> {
      const { settings } = await studio.daemon.askJson('config')
      return settings.find((row: { key: string }) => row.key === key).value
    }
    const person = stack.use(await sitDown(browser, studio, look))
    const { page } = person
    const say = readUiTexts(look.language)

    await page.goto('/#/preferences/limits')
    await page.getByLabel(say('device-label-downloadLimit'), { exact: true }).fill('2')
    await page
      .getByLabel(say('amount-unit-of', { label: say('device-label-downloadLimit') }))
      .selectOption('megabyte-per-second')
    await page.getByLabel(say('device-label-uploadLimit'), { exact: true }).focus()
    await page.getByText(say('setting-saved')).first().waitFor()
    expect(await settingOf('downloadLimit')).toBe(2_000_000)
    await page.getByRole('button', { name: say('schedule-add') }).click()
    await page.getByLabel(say('schedule-kind-pause')).check()
    await examine(person, 'preferences-schedule')
    await page.getByRole('button', { name: say('schedule-add-action') }).click()
    await page
      .getByRole('list', { name: say('schedule-entries') })
      .getByRole('listitem')
      .waitFor()
    expect(await settingOf('limitSchedule')).toHaveLength(1)
    await examine(person, 'preferences-limits')

    await page.goto('/#/preferences/closed')
    const closed = page.getByRole('switch', { name: say('device-label-closed') })
    await page.getByRole('heading', { name: say('leaving-dht') }).waitFor()
    await examine(person, 'preferences-closed')
    await closed.check()
    await page.getByText(say('setting-saved')).first().waitFor()
    expect(await settingOf('closed')).toBe(true)

    for (const section of ['network', 'directories', 'advanced']) {
      await page.goto(`/#/preferences/${section}`)
      await page
        .getByRole('link', { name: say(`preferences-${section}`) })
        .and(page.locator('[aria-current=page]'))
        .waitFor()
      await page.locator('.setting').first().waitFor()
      await examine(person, `preferences-${section}`)
    }

    await page.goto('/#/preferences')
    await page.getByRole('radio', { name: say('theme-dark') }).check()
    await until(
      'it is dark',
      async () =>
        (await page.evaluate<string>('getComputedStyle(document.documentElement).colorScheme')) === 'dark',
    )
    await page.getByRole('radio', { name: say('theme-system') }).check()
    await examine(person, 'preferences')
    const other = look.language === 'en' ? 'ru' : 'en'
    const sayOther = readUiTexts(other)
    await page.getByRole('radio', { name: say(`language-${other}`) }).check()
    await page.getByRole('link', { name: sayOther('nav-transfers') }).waitFor()
    expect(await page.evaluate<string>('document.documentElement.lang')).toBe(other)
    await page.getByRole('radio', { name: sayOther(`language-${look.language}`) }).check()
    await page.getByRole('link', { name: say('nav-transfers') }).waitFor()

    // A token steers as far as it may, until it is taken back.
    await page.goto('/#/preferences/web')
    await page.getByRole('button', { name: say('tokens-make') }).click()
    await page.getByLabel(say('token-name')).fill('Shopping list')
    await page.getByRole('radio', { name: say('token-scope-read'), exact: true }).check()
    await examine(person, 'token')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: say('token-make-action') })
      .click()
    const token = (await page.locator('.token-text').textContent())!
    await examine(person, 'token-made')
    await page.keyboard.press('Escape')
    const headers = { authorization: `Bearer ${token}` }
    const asked = (method: string, path: string, body?: unknown) =>
      askWeb(studio.daemon.web, method, path, { headers, body })
    expect((await asked('GET', '/api/status')).json().device.name).toBe('Studio')
    expect((await asked('PATCH', '/api/settings', { values: { uploads: 3 } })).json().code).toBe(
      'scope-too-small',
    )

    // Other browsers are logged out, first by asking for it, then by another password.
    const cousin = stack.use(await sitDown(browser, studio, look))
    await cousin.page.goto('/')
    await cousin.page.getByRole('heading', { name: say('folders-title') }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: say('sessions-end-others') }).click()
    await examine(person, 'sessions-end')
    cousin.expectRefusal(401, /\/events$/)
    const loggedOut = cousin.expectSilence()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: say('sessions-end-action') })
      .click()
    await cousin.page.getByRole('heading', { name: say('log-in-title') }).waitFor()
    loggedOut[Symbol.dispose]()
    await examine(person, 'preferences-web')
    await page.getByLabel(say('password-new'), { exact: true }).fill('ten podcast folders')
    await page.getByLabel(say('password-again')).fill('ten podcast folders')
    await page.getByRole('button', { name: say('password-change-action') }).click()
    await page.getByText(say('password-was-changed')).waitFor()
    await cousin.page.getByLabel(say('password'), { exact: true }).fill('ten podcast folders')
    await cousin.page.getByRole('button', { name: say('log-in-action') }).click()
    await cousin.page.getByRole('heading', { name: say('folders-title') }).waitFor()

    await page.getByRole('button', { name: say('token-revoke', { name: 'Shopping list' }) }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: say('token-revoke-action') })
      .click()
    await page.getByText(say('tokens-none')).waitFor()
    expect((await asked('GET', '/api/status')).status).toBe(401)
    for (const { faults } of [person, cousin]) expect(faults).toEqual([])
  },
)

test.each(crossedLooks)(
  'what happened, who is connected, and a device that comes back ($width px, $language)',
  async (look) => {
    await using root = await makeTempDirectory()
    await using stack = new AsyncDisposableStack()
    const [studio, kitchen] = await Promise.all([
      startWebPlace(root.path, 'Studio', stack),
      startWebPlace(root.path, 'Kitchen', stack),
    ])
    await kitchen.write('Episode 7.txt', 'seven')
    await kitchen.write('Episode 8.txt', 'eight')
    await kitchen.daemon.ask('add', kitchen.directory)
    await studio.daemon.ask('add', studio.directory, (await kitchen.secrets()).full)
    await studio.daemon.ask('host', 'add', studio.directory, kitchen.daemon.listen)
    const person = stack.use(await sitDown(browser, studio, look))
    const { page } = person
    const say = readUiTexts(look.language)
    await page.goto('/')
    await page.getByText(say('folders-all-ok')).first().waitFor()
    await until('all is here', () => studio.has('Episode 8.txt', 'eight'))
    await studio.write('Cover.txt', 'a drawing')
    await rm(join(studio.directory, 'Episode 7.txt'))
    await until('it is known', async () => !(await kitchen.has('Episode 7.txt', 'seven')))
    await examine(person, 'folders')

    await page.goto('/#/history')
    const list = page.getByRole('list', { name: say('history-list-label') })
    await list.getByText('Cover.txt').waitFor()
    await list.getByText('Episode 8.txt').waitFor()
    await examine(person, 'history')
    await page.getByLabel(say('history-search')).fill('cover')
    await list.getByText('Episode 8.txt').waitFor({ state: 'detached' })
    await list.getByText('Cover.txt').waitFor()
    await page.getByLabel(say('history-search')).fill('nothing is called that')
    await page.getByText(say('history-none-found')).waitFor()
    await page.getByLabel(say('history-search')).fill('')
    await page.getByLabel(say('history-action')).selectOption({ label: say('history-kind-deleted') })
    await list.getByText('Episode 7.txt').waitFor()

    await page.goto('/#/')
    const row = page.getByRole('list', { name: say('folders-list-label') })
    const menu = page.getByRole('button', { name: say('folder-menu', { folder: 'folder' }) })
    await menu.click()
    await page.getByRole('menuitem', { name: say('pause') }).click()
    await row.getByText(say('state-paused'), { exact: true }).waitFor()
    await examine(person, 'folders-paused')
    await menu.click()
    await page.getByRole('menuitem', { name: say('resume') }).click()
    await row.getByText(say('state-paused'), { exact: true }).waitFor({ state: 'detached' })

    // Nobody is there, and the page says why.
    const { listen } = kitchen.daemon
    await kitchen.daemon.end('SIGTERM')
    await page.goto('/#/devices')
    await page
      .getByText(say('peers-online', { peers: 0 }))
      .first()
      .click()
    await page.getByText(say('advice-host-unreachable')).waitFor()
    await page.getByText(listen).first().waitFor()
    await page
      .getByText(`${say('reason-refused')} (ECONNREFUSED)`)
      .first()
      .waitFor()
    await examine(person, 'devices-why')

    // The device itself goes, and is as it should be when it is back.
    {
      using _ = person.expectSilence()
      await studio.daemon.end('SIGTERM')
      await page.getByText(say('connection-reconnecting'), { exact: true }).waitFor()
      await examine(person, 'reconnecting')
      await writeFile(join(studio.directory, 'Written meanwhile.txt'), 'new')
      await studio.restart()
      await page.getByText(say('connection-reconnecting'), { exact: true }).waitFor({ state: 'detached' })
    }
    await page.goto('/#/')
    await page
      .getByText(new RegExp(`^${say('count-files', { files: 3 })}`))
      .first()
      .waitFor()
    await page.getByText(say('state-alone')).first().waitFor()
    expect(person.faults).toEqual([])
  },
)
