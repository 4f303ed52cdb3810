/** Names that try to be a script, to turn the text around or to push the page apart stay names, on every page that shows them. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Look, openBrowser, type TestBrowser } from '../testing/browser.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { readUiTexts } from '../testing/ui-texts.ts'
import { until } from '../testing/until.ts'
import { expectOpenToAll, sitDown, startWebPlace } from '../testing/web-place.ts'

const script = '<img src=x onerror=globalThis.ran=1>'
const hostileNames = {
  script: `${script}<svg onload=globalThis.ran=1>.txt`,
  quotes: `"'\`&quot;&#39;{{7*7}}\${7*7}.txt`,
  bidi: 'invoice \u202Etxt.exe \u2067mixed עברית.txt',
  newline: 'two\nlines\tand a tab.txt',
  long: `${'l'.repeat(196)}.txt`,
  cyrillic: `${'щ'.repeat(96)} Привет.txt`,
} as const
const folderName = `${script} "folder" \u202Enormal ${'f'.repeat(120)}`
/** A device may call itself anything printable of 64 characters. */
const studioName = `${script} "S'\u202Etud ${'d'.repeat(20)}`.slice(0, 64)
const kitchenName = `K\u202E${script}`

/** The least room, and the longest words around the names. */
const narrow: readonly Look[] = [{ width: 360, language: 'ru' }]

let browser: TestBrowser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser[Symbol.asyncDispose]())

test.each(narrow)('hostile names are shown as they are ($width px, $language)', async (look) => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const [studio, kitchen] = await Promise.all([
    startWebPlace(root.path, 'Studio', stack, { name: studioName }),
    startWebPlace(root.path, 'Kitchen', stack, { name: kitchenName, limitLan: true }),
  ])
  const there = join(root.path, 'Studio', folderName)
  const here = join(root.path, 'Kitchen', folderName)
  await mkdir(there)
  await mkdir(here)
  for (const name of Object.values(hostileNames)) await writeFile(join(there, name), `first ${name}`)
  await studio.daemon.ask('add', there)
  const { full } = await studio.daemon.askJson('secrets', there)
  await kitchen.daemon.ask('add', here, full, '--host', studio.daemon.listen)
  await kitchen.daemon.ask('status', '--wait', '60')

  // One is replaced, one deleted, one changed in both places, and one does not end to arrive.
  await kitchen.daemon.ask('set', here, 'paused=on')
  await writeFile(join(there, hostileNames.script), 'changed there')
  await writeFile(join(here, hostileNames.script), 'changed here')
  await writeFile(join(there, hostileNames.long), 'replaced')
  await rm(join(there, hostileNames.bidi))
  await studio.daemon.ask('rescan')
  await kitchen.daemon.ask('set', here, 'paused=off')
  await until('there is a conflict', async () => (await kitchen.status()).folders[0]!.conflicts > 0)
  await kitchen.daemon.ask('status', '--wait', '60')
  await kitchen.daemon.ask('config', 'downloadLimit=64KiB')
  const arriving = `${script} arrives \u202E ${'a'.repeat(120)}`
  await writeFile(join(there, arriving), Buffer.alloc(8 * 1024 ** 2, 'x'))

  const person = stack.use(await sitDown(browser, kitchen, look))
  const { page } = person
  const say = readUiTexts(look.language)
  await page.addInitScript(
    `globalThis.refused = []; addEventListener('securitypolicyviolation', (event) => refused.push(event.blockedURI + ' ' + event.violatedDirective))`,
  )
  const { id } = (await kitchen.status()).folders[0]!
  /** All of `texts` are to be read on the page, which is still ours. */
  async function visit(address: string, name: string, ...texts: readonly string[]): Promise<void> {
    await page.goto(address)
    for (const text of texts) await page.getByText(text).first().waitFor()
    await expectOpenToAll(person, name)
    expect(await page.evaluate<unknown>('globalThis.ran')).toBeUndefined()
    expect(await page.evaluate<unknown>('refused')).toEqual([])
  }
  const folder = `/#/folders/${id}`
  await visit('/', 'folders', folderName, kitchenName)
  await visit(folder, 'folder', folderName, studioName)
  await visit(
    `${folder}/files`,
    'files',
    ...Object.values(hostileNames).filter((name) => name !== hostileNames.bidi && !name.includes('\n')),
  )
  await page.getByRole('button', { name: /\{\{7\*7\}\}/ }).click()
  await page.getByRole('dialog', { name: hostileNames.quotes }).waitFor()
  await expectOpenToAll(person, 'file')
  await page.keyboard.press('Escape')
  await visit(`${folder}/archive`, 'archive', hostileNames.bidi, hostileNames.long)
  await page.getByRole('button', { name: /^invoice/ }).click()
  await page
    .getByRole('dialog')
    .getByText(/^first invoice/)
    .waitFor()
  await expectOpenToAll(person, 'archived')
  await page.keyboard.press('Escape')
  await visit(`${folder}/conflicts`, 'conflicts', hostileNames.script)
  await page.getByText(hostileNames.script).first().click()
  await page.getByText('changed there').waitFor()
  await expectOpenToAll(person, 'conflict')
  await visit(`${folder}/sharing`, 'sharing', studioName)
  await page.getByRole('button', { name: studioName }).click()
  await page.getByRole('dialog', { name: studioName }).waitFor()
  await expectOpenToAll(person, 'member')
  await page.keyboard.press('Escape')
  await visit(`${folder}/settings`, 'folder-settings', folderName, say('ignore-title'))
  await visit('/#/devices', 'devices', studioName)
  await visit('/#/transfers', 'transfers', arriving, studioName)
  await visit('/#/history', 'history', hostileNames.script, studioName)
  await visit('/#/preferences', 'preferences', say('preferences-device'))
  await visit('/#/preferences/directories', 'directories', join(root.path, 'Kitchen'))
  await page.goto('/#/add-folder')
  await page.getByRole('button', { name: say('add-new') }).click()
  await page.getByText(folderName).waitFor()
  await expectOpenToAll(person, 'chooser')
  expect(await page.evaluate<unknown>('globalThis.ran')).toBeUndefined()
  expect(person.faults).toEqual([])
})
