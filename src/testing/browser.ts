/**
 * Debian's Chromium, driven as a person would use it. A page notes everything that goes wrong in it, and can be looked at for what keeps
 * somebody out, in both schemes. Nothing but the daemon under test is ever asked: a request elsewhere is a fault.
 */

import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** Where pictures of every page are kept. */
const picturesDirectory = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url))
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Milliseconds a page may take for what it was asked, on a machine that is busy with other tests. */
const patienceMs = 30_000
/** A part of the page that has nothing yet; not the end of a long list, which has more as soon as somebody comes there. */
const stillToCome = '.loading:not(.virtual-list ~ *)'

export interface Look {
  readonly width: 360 | 1280
  readonly language: 'en' | 'ru'
}

export const looks: readonly Look[] = [
  { width: 360, language: 'en' },
  { width: 360, language: 'ru' },
  { width: 1280, language: 'en' },
  { width: 1280, language: 'ru' },
]

const arePicturesWanted = process.env.BERRYSYNC_SCREENSHOTS !== undefined

/** Each width and each language once, for long stories whose words and places other stories have in all looks; all four for pictures. */
export const crossedLooks: readonly Look[] = arePicturesWanted
  ? looks
  : [
      { width: 360, language: 'ru' },
      { width: 1280, language: 'en' },
    ]

export interface TestBrowser extends AsyncDisposable {
  /** A browser of its own for one person: no cookie is shared. */
  open(origin: string, look: Look): Promise<TestPage>
}

export interface TestPage extends AsyncDisposable {
  readonly page: Page
  /** Errors in the console, exceptions, refused or foreign requests so far. */
  readonly faults: readonly string[]
  /** A refusal that the test provokes: the browser's own line in the console about it is no fault. */
  expectRefusal(status: number, path: RegExp): void
  /** The device is switched off for a while: as long as this is not disposed, requests that fail for that are no fault. */
  expectSilence(): Disposable
  /** What axe finds, in the light and in the dark scheme, and what makes the page wider than its window. */
  findBarriers(): Promise<readonly string[]>
  /**
   * Writes pictures when they are asked for (`BERRYSYNC_SCREENSHOTS`): in both schemes, in Russian only in the light one. WebP, because all of
   * them lie in the repository.
   */
  picture(name: string): Promise<void>
}

/** `film`: what its camera sees, a file of YUV4MPEG2 pictures that are shown over and over. */
export async function openBrowser({ film }: { readonly film?: string } = {}): Promise<TestBrowser> {
  const camera = [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ]
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    // Chromium refuses to run as root with its sandbox; the pages are our own.
    args: ['--no-sandbox', ...(film === undefined ? [] : camera)],
  })
  return {
    open: (origin, look) => openPage(browser, origin, look),
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

async function openPage(browser: Browser, origin: string, { width, language }: Look): Promise<TestPage> {
  const window = { width, height: width === 360 ? 740 : 860 }
  const context = await browser.newContext({
    baseURL: origin,
    ignoreHTTPSErrors: true,
    locale: language === 'ru' ? 'ru-RU' : 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: window,
    ...(width === 360 ? { hasTouch: true, isMobile: true } : {}),
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(patienceMs)
  const faults: string[] = []
  await refuseElsewhere(context, origin, faults)
  const page = await context.newPage()
  // What is still to come moves what is below it: whoever presses there waits.
  await page.addLocatorHandler(page.locator(stillToCome).first(), async () => undefined)
  const client = await context.newCDPSession(page)
  const refusals: { readonly status: number; readonly path: RegExp }[] = []
  let isSilent = false
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    const { url } = message.location()
    const text = message.text()
    const isExpected = refusals.some(
      ({ status, path }) =>
        text.includes(`responded with a status of ${status} `) && path.test(new URL(url).pathname),
    )
    if (!isExpected && !(isSilent && text.includes('net::ERR_')))
      faults.push(`console: ${message.text()} (${url})`)
  })
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`))

  async function inBothSchemes(look: (scheme: 'light' | 'dark') => Promise<void>): Promise<void> {
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.evaluate(toRest)
      await look(scheme)
    }
  }

  return {
    page,
    faults,
    expectRefusal: (status, path) => void refusals.push({ status, path }),
    expectSilence() {
      isSilent = true
      return {
        [Symbol.dispose]() {
          isSilent = false
        },
      }
    },
    async findBarriers() {
      const found: string[] = [...(await page.evaluate<string[]>(tooWide))]
      await page.evaluate(axeSource)
      await inBothSchemes(async (scheme) => {
        for (const { id, help, nodes } of await runAxe(page))
          found.push(`${scheme}: ${id} (${help}): ${nodes}`)
      })
      return found
    },
    async picture(name) {
      if (!arePicturesWanted) return
      // Nobody wants to see what is still to come.
      await page.locator(stillToCome).first().waitFor({ state: 'detached' })
      await mkdir(picturesDirectory, { recursive: true })
      await page.evaluate('scrollTo(0, 0)')
      await inBothSchemes(async (scheme) => {
        if (language === 'ru' && scheme === 'dark') return
        await page.setViewportSize({ width, height: await page.evaluate<number>(pageHeight) })
        await page.evaluate(toRest)
        const taken = await client.send('Page.captureScreenshot', { format: 'webp', quality: 75 })
        const file = `${picturesDirectory}${name}-${width}-${language}-${scheme}.webp`
        await writeFile(file, Buffer.from(taken.data, 'base64'))
        await page.setViewportSize(window)
      })
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}

/** Nobody scrolls sideways on a phone. Tells the innermost elements that reach beyond the right edge. */
const tooWide = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth <= clientWidth) return []
  const beyond = [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > clientWidth + 1)
  const innermost = beyond.filter((each) => !beyond.some((other) => other !== each && each.contains(other)))
  const shown = innermost.slice(0, 5).map(({ outerHTML }) => outerHTML.slice(0, 200))
  return ['wider than the window: ' + scrollWidth + ' px in ' + clientWidth + ': ' + shown.join(' | ')]
})()`

/** The whole page in one window, as far as a picture of it is worth its bytes. A dialog is as high as its window. */
const pageHeight = `document.querySelector('dialog[open]') ? innerHeight : Math.min(3600, Math.max(innerHeight, document.documentElement.scrollHeight))`

/**
 * A colour on its way to another is not what anybody reads. After two frames every change has begun, and what is inherited may begin only
 * then. Looked at again and again, because nobody is told of a change whose element went.
 */
const toRest = `(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  do {
    await frame()
    await frame()
  } while (document.getAnimations().some(({ playState }) => playState === 'running'))
})()`

async function refuseElsewhere(context: BrowserContext, origin: string, faults: string[]): Promise<void> {
  await context.route(
    (url) => !['data:', 'blob:'].includes(url.protocol) && url.origin !== new URL(origin).origin,
    (route) => {
      faults.push(`a request elsewhere: ${route.request().url()}`)
      return route.abort()
    },
  )
}

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: string
}

function runAxe(page: Page): Promise<readonly Violation[]> {
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe was put into the page just now
    const { violations } = await (globalThis as any).axe.run()
    return violations.map(({ id, help, nodes }: { id: string; help: string; nodes: { html: string }[] }) => ({
      id,
      help,
      nodes: nodes.map(({ html }) => html).join(' | '),
    }))
  })
}
