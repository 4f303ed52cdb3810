/** What the owner of a running device sees of it in a browser. With `BERRYSYNC_SCREENSHOTS=1` each page is kept as a picture for the documentation. */
import { openBrowser } from '../../src/testing/browser.ts'
import { readUiTexts } from '../../src/testing/ui-texts.ts'
import { assertNone, assertSo } from '../assert-so.ts'
import type { Case } from '../case.ts'
import { password } from '../device.ts'
import { nineFolders } from './serving.ts'

/** Without HTTPS, which a network without names cannot have, browsers say of this header that they pass it over. */
export const expectedInLan = /Cross-Origin-Opener-Policy header has been ignored/

export const showsItself: Case = {
  id: 'pages',
  title: 'folders, disks and the machine are shown to a browser, with nothing that keeps anybody out',
  steps: [
    'Open Folders, Devices, System and System, Disks in the web interface, on a computer and on a phone.',
  ],
  expect: 'nine folders that are up to date, the reader, how the machine is, and the disk',
  limitSeconds: 240,
  async run(scene) {
    const { device } = scene
    const folders = await nineFolders(scene)
    const say = readUiTexts('en')
    await using browser = await openBrowser()
    for (const width of [1280, 360] as const) {
      await using person = await browser.open(device.url, { width, language: 'en' })
      const { page } = person
      page.setDefaultTimeout(60_000)
      await page.goto('/')
      await page.getByLabel(say('password'), { exact: true }).fill(password)
      await page.getByRole('button', { name: say('log-in-action') }).click()
      for (const { name } of folders) await page.getByText(name, { exact: true }).first().waitFor()
      assertNone(await person.findBarriers(), 'on the page of folders')
      await person.picture('appliance-folders')
      for (const [place, shown] of [
        ['system', say('system-host-name')],
        ['system/disks', 'podcasts'],
      ] as const) {
        await page.goto(`/#/${place}`)
        await page.getByText(shown, { exact: true }).first().waitFor()
        assertNone(await person.findBarriers(), `on the page ${place}`)
        await person.picture(`appliance-${place.replace('/', '-')}`)
      }
      const faults = person.faults.filter((fault) => !expectedInLan.test(fault))
      assertSo(faults.length === 0, `in the browser: ${faults.join('; ')}`)
    }
    return { folders: folders.length }
  },
}
