/**
 * `npm run bench:web [-- --rounds N --files N --out FILE]`: how soon the web interface is there over a slow line on a slow phone, and
 * whether its pages stay smooth while thousands of files arrive on the device shown. Prints a table, and everything measured as JSON.
 */

import { Console } from 'node:console'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'
import { type Daemon, runBerrysync, startDaemon } from '../src/testing/daemon.ts'
import { median } from '../src/testing/statistics.ts'
import { waitUntil } from './wait.ts'
import { type Smoothness, smoothnessOf, type TraceEvent } from './web-trace.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    files: { type: 'string', default: '10000' },
    out: { type: 'string', default: 'bench/results/web.json' },
  },
})
const screen = new Console(process.stdout, process.stderr)
const rounds = Number(values.rounds)
const files = Number(values.files)

const password = 'measured with patience'
/** What browsers call a slow 3G line, and a phone a quarter as fast as this machine. */
const slowLine = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }
const slowdown = 4
const phone = { width: 360, height: 740 }
const listedFolders = 9
const fileBytes = 1000

interface Paint {
  readonly firstPaintMs: number
  readonly largestPaintMs: number
  /** Until the list of folders is there, with what the device told. */
  readonly usableMs: number
  readonly transferredBytes: number
}

/** Notes when the list is there, in the page's own time; a question from outside would come late. */
const noteUsable = `new MutationObserver((_, observer) => {
  if (document.querySelectorAll('.folder-list h2 a').length < ${listedFolders}) return
  globalThis.usableMs = performance.now()
  observer.disconnect()
}).observe(document, { childList: true, subtree: true })`

const readPaint = `new Promise((resolve) => new PerformanceObserver((list, observer) => {
  observer.disconnect()
  resolve({
    firstPaintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    largestPaintMs: list.getEntries().at(-1).startTime,
    usableMs: globalThis.usableMs,
  })
}).observe({ type: 'largest-contentful-paint', buffered: true }))`

async function logIn(browser: Browser, { web }: Daemon): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: web, viewport: phone, isMobile: true, hasTouch: true })
  const answer = await context.request.post('/api/access/log-in', {
    data: { password },
    headers: { origin: web },
  })
  if (!answer.ok()) throw new Error(await answer.text())
  return context
}

async function measurePaint(page: Page, client: CDPSession): Promise<Paint> {
  let transferredBytes = 0
  client.on('Network.dataReceived', ({ encodedDataLength }) => {
    transferredBytes += encodedDataLength
  })
  await client.send('Network.emulateNetworkConditions', slowLine)
  await client.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  await page.goto('/')
  await page
    .locator('.folder-list h2 a')
    .nth(listedFolders - 1)
    .waitFor()
  return { ...(await page.evaluate<Omit<Paint, 'transferredBytes'>>(readPaint)), transferredBytes }
}

/** Twice each round: for the first time, and as somebody who was here before. */
async function measurePaints(browser: Browser, daemon: Daemon): Promise<Record<'first' | 'again', Paint>> {
  const first: Paint[] = []
  const again: Paint[] = []
  for (let round = 0; round < rounds; round++) {
    await using context = await logIn(browser, daemon)
    await context.addInitScript(noteUsable)
    for (const paints of [first, again]) {
      const page = await context.newPage()
      const client = await context.newCDPSession(page)
      await client.send('Network.enable')
      paints.push(await measurePaint(page, client))
      await page.close()
    }
  }
  return { first: mediansOf(first), again: mediansOf(again) }
}

function mediansOf(paints: readonly Paint[]): Paint {
  const of = (key: keyof Paint): number => median(paints.map((paint) => paint[key]))
  return {
    ...{ firstPaintMs: of('firstPaintMs'), largestPaintMs: of('largestPaintMs') },
    ...{ usableMs: of('usableMs'), transferredBytes: of('transferredBytes') },
  }
}

/** The page is drawn all the time, as when somebody scrolls, so that a frame that is late is seen. */
const keepDrawing = 'const draw = () => requestAnimationFrame(draw); draw()'

interface Arrival extends Smoothness {
  readonly page: string
  readonly slowdown: number
}

async function measureArrival(
  browser: Browser,
  [from, to]: readonly [Daemon, Daemon],
  folders: readonly [string, string],
  prepared: string,
  address: string,
  rate: number,
): Promise<Smoothness> {
  await using context = await logIn(browser, to)
  const page = await context.newPage()
  await page.goto(address)
  await page.locator('main h1').waitFor()
  const client = await context.newCDPSession(page)
  await client.send('Emulation.setCPUThrottlingRate', { rate })
  await page.evaluate(keepDrawing)
  const before = await filesOf(to, folders[1])
  await browser.startTracing(page, { categories: ['devtools.timeline', 'toplevel'] })
  await rename(prepared, join(folders[0], `arrival-${before}`))
  await from.ask('rescan', folders[0])
  await waitUntil('all files have arrived', async () => (await filesOf(to, folders[1])) >= before + files, {
    limitSeconds: 600,
  })
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  return smoothnessOf(trace.traceEvents)
}

/** Those that are on the disk of a device. */
async function filesOf(daemon: Daemon, directory: string): Promise<number> {
  const { folders } = await daemon.askJson('status', directory)
  return folders[0].files - folders[0].needFiles
}

async function prepare(directory: string): Promise<string> {
  await mkdir(directory)
  for (let first = 0; first < files; first += 500)
    await Promise.all(
      Array.from({ length: Math.min(500, files - first) }, (_, at) =>
        writeFile(join(directory, `${first + at}.txt`), `${first + at} `.padEnd(fileBytes, 'small ')),
      ),
    )
  return directory
}

async function startWithPassword(home: string, ...args: string[]): Promise<Daemon> {
  const daemon = await startDaemon(home, args)
  const { status, err } = await runBerrysync(['password', '--home', home], `${password}\n`)
  if (status !== 0) throw new Error(err)
  return daemon
}

const root = await mkdtemp(join(tmpdir(), 'berrysync-web-'))
try {
  await using browser = await openChromium()
  await using shown = await startWithPassword(join(root, 'shown'), '--web', '127.0.0.1:0')
  await using other = await startDaemon(join(root, 'other'))
  const folders: readonly [string, string] = [join(root, 'from'), join(root, 'to')]
  for (const folder of folders) await mkdir(folder)
  await other.ask('add', folders[0])
  const { full } = await other.askJson('secrets', folders[0])
  await shown.ask('add', folders[1], full, '--host', other.listen)
  for (let at = 1; at < listedFolders; at++) {
    await mkdir(join(root, `folder-${at}`))
    await shown.ask('add', join(root, `folder-${at}`))
  }
  const paints = await measurePaints(browser.browser, shown)
  screen.table(
    Object.entries(paints).map(([visit, paint]) => ({
      visit,
      'first paint, ms': Math.round(paint.firstPaintMs),
      'largest paint, ms': Math.round(paint.largestPaintMs),
      'usable list, ms': Math.round(paint.usableMs),
      'transferred, kB': Math.round(paint.transferredBytes / 100) / 10,
    })),
  )
  const { id } = (await shown.askJson('status', folders[1])).folders[0]
  const arrivals: Arrival[] = []
  for (const rate of [1, slowdown])
    for (const [page, address] of [
      ['folder', `/#/folders/${encodeURIComponent(id)}`],
      ['transfers', '/#/transfers'],
    ] as const) {
      const prepared = await prepare(join(root, `prepared-${page}-${rate}`))
      const smoothness = await measureArrival(
        browser.browser,
        [other, shown],
        folders,
        prepared,
        address,
        rate,
      )
      arrivals.push({ page, slowdown: rate, ...smoothness })
    }
  screen.table(
    arrivals.map((arrival) => ({
      page: arrival.page,
      'processor slower by': arrival.slowdown,
      s: Math.round(arrival.seconds * 10) / 10,
      frames: arrival.frames,
      'frames > 50 ms': arrival.longFrames,
      'work > 16.7 ms, %': Math.round(arrival.lateShare * 1000) / 10,
      'tasks > 50 ms': arrival.longTasks,
      'longest task, ms': Math.round(arrival.longestTaskMs),
      'main thread busy, %': Math.round(arrival.busyShare * 1000) / 10,
    })),
  )
  await mkdir(dirname(values.out), { recursive: true })
  await writeFile(values.out, `${JSON.stringify({ files, rounds, paints, arrivals }, null, 2)}\n`)
  screen.log(JSON.stringify({ files, rounds, paints, arrivals }))
} finally {
  await rm(root, { recursive: true, force: true })
}

async function openChromium(): Promise<AsyncDisposable & { readonly browser: Browser }> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  return { browser, [Symbol.asyncDispose]: () => browser.close() }
}
