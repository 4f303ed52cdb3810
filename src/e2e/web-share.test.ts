/** A folder is made, passed on and received between real devices, by people in real browsers. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeError } from '../core/errors.ts'
import { crossedLooks, openBrowser, type TestBrowser } from '../testing/browser.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { readUiTexts, type Say } from '../testing/ui-texts.ts'
import { until } from '../testing/until.ts'
import {
  examine,
  expectOpenToAll,
  forgetConfirmations,
  sitDown,
  startWebPlace,
  webPassword,
} from '../testing/web-place.ts'

/** Eight blocks: enough for stripes that fill. */
const episodeBytes = 8 * 1024 ** 2

let browser: TestBrowser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser[Symbol.asyncDispose]())

/** Where the other device is, typed into the share dialog, stands in the link that is copied. */
async function copyLink(page: Page, say: Say, host: string): Promise<string> {
  const dialog = page.getByRole('dialog')
  await dialog.getByText(say('share-hosts'), { exact: true }).click()
  await dialog.getByLabel(say('share-hosts-label')).fill(host)
  await dialog.getByRole('button', { name: say('share-copy-link') }).click()
  await dialog.getByText(say('copied')).waitFor()
  const link = await page.evaluate<string>('navigator.clipboard.readText()')
  expect(link).toMatch(/^berrysync:\/\/add\?secret=.+host=/)
  return link
}

/** What a phone reads off the page. */
async function scanCode(page: Page, say: Say): Promise<string> {
  await using root = await makeTempDirectory()
  const path = join(root.path, 'code.png')
  const code = page.getByRole('img', { name: say('share-qr', { folder: 'Podcast' }) })
  await code.screenshot({ path })
  const { stdout } = await promisify(execFile)('zbarimg', ['--quiet', '--raw', path])
  return stdout.trim()
}

async function pasteSecret(page: Page, say: Say, text: string): Promise<void> {
  await page.goto('/#/add-folder')
  await page.getByRole('button', { name: say('add-join') }).click()
  await page.getByLabel(say('join-secret')).fill(text)
}

/** Makes a directory where the chooser is, and takes it. */
async function chooseNewDirectory(page: Page, say: Say, name: string): Promise<void> {
  await page.getByRole('button', { name: say('next') }).click()
  await page.getByRole('button', { name: say('directory-new') }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(say('directory-name'), { exact: true }).fill(name)
  await dialog.getByRole('button', { name: say('directory-make') }).click()
  await page.locator('.chooser-name', { hasText: name }).waitFor()
  await page.getByRole('button', { name: say('directory-use') }).click()
}

test.each(crossedLooks)(
  'a folder is shared with a secret, a link and for one device only ($width px, $language)',
  async (look) => {
    await using root = await makeTempDirectory()
    await using stack = new AsyncDisposableStack()
    const [studio, kitchen, guest] = await Promise.all([
      startWebPlace(root.path, 'Studio', stack),
      startWebPlace(root.path, 'Kitchen', stack, { downloadLimit: 1024 ** 2, limitLan: true }),
      startWebPlace(root.path, 'Guest', stack),
    ])
    const say = readUiTexts(look.language)
    const podcast = join(root.path, 'Studio', 'Podcast')
    await mkdir(podcast)
    await writeFile(join(podcast, 'Episode 7.flac'), Buffer.alloc(episodeBytes, 'nine podcast folders '))
    await writeFile(join(podcast, 'notes.txt'), 'welcome')

    // The host adds a directory.
    const host = stack.use(await sitDown(browser, studio, look))
    await host.page.goto('/')
    await host.page.getByRole('link', { name: say('folders-add') }).click()
    await host.page.getByRole('heading', { name: say('add-title-choose') }).waitFor()
    await examine(host, 'add-folder-choose')
    await host.page.getByRole('button', { name: say('add-new') }).click()
    await host.page.getByRole('button', { name: /^Podcast/ }).click()
    await host.page.locator('.chooser-name', { hasText: 'Podcast' }).waitFor()
    await examine(host, 'add-folder-directory')
    await host.page.getByRole('button', { name: say('directory-use') }).click()
    await host.page.getByRole('heading', { name: say('added-new', { folder: 'Podcast' }) }).waitFor()
    await host.page.getByText(say('state-alone'), { exact: true }).waitFor()
    await examine(host, 'add-folder-done')

    // The full secret is shown to whoever gives the password once more.
    forgetConfirmations(studio)
    host.expectRefusal(403, /\/secrets$/)
    await host.page
      .getByRole('button', { name: say('share-full') })
      .first()
      .click()
    await examine(host, 'share-full-hidden')
    await host.page.getByRole('button', { name: say('share-full-show') }).click()
    const question = host.page.getByRole('dialog', { name: say('confirm-title') })
    await question.getByLabel(say('password'), { exact: true }).fill(webPassword)
    await examine(host, 'confirm-password')
    await question.getByRole('button', { name: say('confirm-action') }).click()
    const secret = (await host.page.locator('.secret.code').textContent())!
    const { full } = await studio.daemon.askJson('secrets', podcast)
    expect(secret).toBe(full)
    await host.page.getByRole('img', { name: say('share-qr', { folder: 'Podcast' }) }).waitFor()
    await examine(host, 'share-full')
    const link = await copyLink(host.page, say, studio.daemon.listen)
    expect(await scanCode(host.page, say)).toBe(link)
    await host.page.getByRole('button', { name: say('share-full-hide') }).click()
    await expect(host.page.getByText(full).count()).resolves.toBe(0)
    await host.page.keyboard.press('Escape')

    // Another device takes it: a mistyped one is told beside the field, the right one says what it is.
    const cook = stack.use(await sitDown(browser, kitchen, look))
    const mistyped = `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`
    cook.expectRefusal(400, /\/secret-kind$/)
    await pasteSecret(cook.page, say, mistyped)
    const field = cook.page.getByLabel(say('join-secret'))
    await cook.page.locator('[aria-invalid=true]').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    // In the reader's language, also where the device has the only English words for it.
    const beside = look.language === 'ru' ? say('error-secret-mistyped') : describeError('secret-mistyped')
    await cook.page.getByText(beside, { exact: true }).waitFor()
    await examine(cook, 'add-folder-mistyped')
    await expect(cook.page.getByRole('button', { name: say('next') }).isDisabled()).resolves.toBe(true)
    await field.fill(secret)
    await cook.page.getByText(say('secret-kind-full')).waitFor()
    await field.fill(link)
    await cook.page.getByText(say('join-named', { name: 'Podcast' })).waitFor()
    await examine(cook, 'add-folder-join')
    await chooseNewDirectory(cook.page, say, 'Podcast')
    await cook.page.getByRole('heading', { name: say('added-joined', { folder: 'Podcast' }) }).waitFor()

    // A large file arrives slowly enough to be seen.
    await cook.page.goto('/#/transfers')
    const row = cook.page.getByRole('button', { name: /^Episode 7\.flac/ })
    await row.waitFor()
    const progress = cook.page.getByRole('progressbar', {
      name: say('transfers-progress', { file: 'Episode 7.flac' }),
    })
    await until('it gets on', async () => Number(await progress.getAttribute('aria-valuenow')) > 10)
    // It must not be over before all of it has been looked at.
    await kitchen.daemon.ask('config', 'downloadLimit=64KiB')
    await cook.page.getByText('Studio', { exact: true }).first().waitFor()
    await cook.page.getByRole('img', { name: /.+/ }).first().waitFor()
    await examine(cook, 'transfers')
    await row.click()
    const parts = cook.page.getByRole('dialog', { name: 'Episode 7.flac' })
    await parts.getByText('Studio').waitFor()
    await parts.getByText(say('devices-this')).waitFor()
    await examine(cook, 'transfers-parts')
    await cook.page.keyboard.press('Escape')
    await cook.page.goto('/')
    await cook.page.getByRole('progressbar').waitFor()
    await examine(cook, 'folders-receiving')
    await kitchen.daemon.ask('config', 'downloadLimit=0')
    await cook.page.getByText(say('folders-all-ok')).first().waitFor()

    // A guest comes with a one-time secret, is seen, and is taken out.
    await host.page.getByRole('button', { name: say('share-one-time-read-only') }).click()
    await host.page.getByRole('button', { name: say('share-one-time-make') }).click()
    await host.page.locator('.secret.code').waitFor()
    await host.page.getByRole('img', { name: say('share-qr', { folder: 'Podcast' }) }).waitFor()
    await examine(host, 'share-one-time')
    const ticket = await copyLink(host.page, say, studio.daemon.listen)
    await host.page.keyboard.press('Escape')
    await host.page.getByRole('link', { name: say('added-open') }).click()
    await host.page.getByRole('link', { name: say('tab-sharing') }).click()
    await host.page.getByText(say('invite-state-open'), { exact: true }).waitFor()

    const visitor = stack.use(await sitDown(browser, guest, look))
    await pasteSecret(visitor.page, say, ticket)
    await visitor.page
      .getByText(say('secret-kind-one-time'))
      .or(visitor.page.getByText(say('join-named', { name: 'Podcast' })))
      .first()
      .waitFor()
    await chooseNewDirectory(visitor.page, say, 'From Studio')
    await visitor.page.goto('/')
    await visitor.page.getByText(say('folders-all-ok')).first().waitFor()
    await visitor.page.getByText(say('role-read-only')).first().waitFor()

    await host.page.getByRole('button', { name: /^Guest/ }).waitFor()
    await host.page.getByText(say('invites-over', { invites: 1 })).click()
    await host.page.getByText(say('invite-state-redeemed'), { exact: true }).waitFor()
    await examine(host, 'sharing')
    await host.page.getByRole('button', { name: /^Guest/ }).click()
    const facts = host.page.getByRole('dialog', { name: 'Guest' })
    await facts.getByText(say('member-came-invited', { device: 'Studio' })).waitFor()
    await examine(host, 'member')
    await facts.getByRole('button', { name: say('member-revoke') }).click()
    const sure = host.page.getByRole('dialog', { name: say('revoke-title', { device: 'Guest' }) })
    await examine(host, 'member-revoke')
    await sure.getByRole('button', { name: say('member-revoke') }).click()
    await host.page.getByText(say('member-revoked'), { exact: true }).first().waitFor()
    await until('the guest is told', async () =>
      (await guest.daemon.ask('status')).includes('was taken out of the folder'),
    )

    await host.page.goto('/#/devices')
    await host.page.getByRole('button', { name: /^Kitchen/ }).waitFor()
    await examine(host, 'devices')
    await host.page.getByRole('button', { name: /^Kitchen/ }).click()
    await examine(host, 'device')
    for (const { faults } of [host, cook, visitor]) expect(faults).toEqual([])
  },
)

test('a code that the device does not draw leaves a word why, and can be asked for again', async () => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const studio = await startWebPlace(root.path, 'Studio', stack)
  await studio.daemon.ask('add', studio.directory)
  const look = { width: 360, language: 'en' } as const
  const say = readUiTexts(look.language)
  const person = stack.use(await sitDown(browser, studio, look))
  const { page } = person
  const drawing = '**/api/qr-code/drawing'
  {
    using _ = person.expectSilence()
    await page.route(drawing, (route) => route.abort())
    await page.goto('/')
    await page.getByRole('link', { name: /^folder/ }).click()
    await page.getByRole('link', { name: say('tab-sharing') }).click()
    await page
      .getByRole('button', { name: say('share-read-only') })
      .first()
      .click()
    await page.getByRole('dialog').getByText(say('error-device-unreachable')).waitFor()
    await expectOpenToAll(person, 'share-undrawn')
  }
  await page.unroute(drawing)
  await page
    .getByRole('dialog')
    .getByRole('button', { name: say('try-again') })
    .click()
  await page.getByRole('img', { name: say('share-qr', { folder: 'folder' }) }).waitFor()
  expect(person.faults).toEqual([])
})
