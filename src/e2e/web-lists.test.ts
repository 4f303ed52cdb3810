/** Long lists: however many rows there are, few are in the document, and the last one is reached. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PeerBody } from '../api/schemas/members.ts'
import type { Status } from '../api/schemas/status.ts'
import { type Look, openBrowser, type TestBrowser } from '../testing/browser.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { readUiTexts } from '../testing/ui-texts.ts'
import { until } from '../testing/until.ts'
import { expectOpenToAll, sitDown, startWebPlace } from '../testing/web-place.ts'

/** A hundred thousand take this test more than a minute to write and hash; the page fetches them in the same way. */
const files = 20_000
const peers = 1_000
/** Far more than are in sight anywhere. */
const mostRows = 120

const phone: Look = { width: 360, language: 'ru' }
const desk: Look = { width: 1280, language: 'en' }

let browser: TestBrowser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser[Symbol.asyncDispose]())

function rowsIn(page: Page, list: string): Promise<number> {
  return page.getByRole('list', { name: list }).getByRole('listitem').count()
}

test.each([phone])('twenty thousand files are scrolled through ($width px, $language)', async (look) => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const studio = await startWebPlace(root.path, 'Studio', stack)
  for (let first = 0; first < files; first += 500)
    await Promise.all(
      Array.from({ length: 500 }, (_, at) =>
        writeFile(join(studio.directory, `Scan ${String(first + at).padStart(5, '0')}.txt`), ''),
      ),
    )
  await studio.daemon.ask('add', studio.directory)
  const id = await until(
    'all are known',
    async () => {
      const [folder] = (await studio.status()).folders
      return folder?.files === files && folder.id
    },
    120,
  )
  const person = stack.use(await sitDown(browser, studio, look))
  const { page } = person
  const say = readUiTexts(look.language)
  await page.goto(`/#/folders/${id}/files`)
  await page.getByText('Scan 00000.txt').waitFor()
  await expectOpenToAll(person, 'files-many')
  const last = page.getByText(`Scan ${files - 1}.txt`)
  let most = 0
  await until(
    'the end is in sight',
    async () => {
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
      most = Math.max(most, await rowsIn(page, say('files-list')))
      return last.isVisible()
    },
    90,
  )
  expect(most).toBeGreaterThan(5)
  expect(most).toBeLessThan(mostRows)
  await page.evaluate('scrollTo(0, 0)')
  await page.getByText('Scan 00000.txt').waitFor()
  await page.getByLabel(say('files-search')).fill('scan 19999')
  await last.waitFor()
  await until('only what was searched is there', async () => (await rowsIn(page, say('files-list'))) === 1)
  expect(person.faults).toEqual([])
})

const nameOf = (at: number): string => `Listener ${String(at).padStart(4, '0')}`

async function scrollTo(page: Page, list: string, block: 'start' | 'end'): Promise<void> {
  const rows = page.getByRole('list', { name: list })
  await rows.evaluate((element, to) => {
    ;(element as unknown as { scrollIntoView(to: unknown): void }).scrollIntoView({ block: to })
  }, block)
}

type PeerStatus = Status['folders'][number]['peers'][number]

function peerOf(at: number): PeerStatus {
  return {
    ...{ id: at.toString(16).padStart(64, '0'), name: nameOf(at), address: `192.0.2.${at % 250}:4444` },
    ...{ via: 'direct', role: 'read-only', needFiles: at % 3, needBytes: (at % 3) * 1_000_000 },
    ...{ received: 0, sent: at * 1000, receivedPerSecond: 0, sentPerSecond: at % 7 === 0 ? 50_000 : 0 },
  } as PeerStatus
}

test.each([phone, desk])('a thousand devices are scrolled through ($width px, $language)', async (look) => {
  await using root = await makeTempDirectory()
  await using stack = new AsyncDisposableStack()
  const studio = await startWebPlace(root.path, 'Studio', stack)
  await studio.daemon.ask('add', studio.directory)
  const person = stack.use(await sitDown(browser, studio, look))
  const { page } = person
  const say = readUiTexts(look.language)
  // Nobody starts a thousand devices for this: the page is told of them in the device's place.
  const status: Status = await studio.status()
  const folder = { ...status.folders[0]!, peers: Array.from({ length: peers }, (_, at) => peerOf(at)) }
  const snapshot = { status: { ...status, folders: [folder] }, transfers: {} }
  await page.route('**/api/events', (route) =>
    route.fulfill({
      contentType: 'text/event-stream',
      // It is not asked again in the time of a test.
      body: `retry: 600000\nid: 1\nevent: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`,
    }),
  )
  const rows: PeerBody[] = folder.peers.map(({ id, name, role, address }) => ({
    ...{ folder: folder.path, id, name, role, address, connected: true, state: 'member' },
    ...{ firstSeen: '2026-01-01T00:00:00.000Z', lastSeen: '2026-01-02T00:00:00.000Z' },
  }))
  await page.route('**/api/peers**', (route) => route.fulfill({ json: { peers: rows } }))

  const addresses = [
    ['/#/devices', say('devices-others')],
    [`/#/folders/${folder.id}/sharing`, say('members-title')],
  ] as const
  for (const [address, list] of addresses) {
    await page.goto(address)
    // On a phone it begins below the window, where no row is drawn.
    await scrollTo(page, list, 'start')
    await page.getByText(nameOf(0)).waitFor()
    await expectOpenToAll(person, address.includes('devices') ? 'devices-many' : 'members-many')
    let most = 0
    // Rows have one height, so that the end is as near as the beginning; below the list there is more of the page.
    await until('the end is in sight', async () => {
      await scrollTo(page, list, 'end')
      most = Math.max(most, await rowsIn(page, list))
      return page.getByText(nameOf(peers - 1)).isVisible()
    })
    expect(most).toBeGreaterThan(5)
    expect(most).toBeLessThan(mostRows)
    await page.getByLabel(say('members-search')).fill(nameOf(777))
    await until('only one is left', async () => (await rowsIn(page, list)) === 1)
  }
  await page.goto('/#/transfers')
  await page.getByText(nameOf(7)).first().waitFor()
  expect(await rowsIn(page, say('transfers-peers-label'))).toBeLessThan(mostRows)
  expect(person.faults).toEqual([])
})
