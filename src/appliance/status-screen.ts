/**
 * Draws the screen at the box: what `screen-text` makes of the facts, anew when it is other than before, and each minute, since others write there,
 * too. Where there is no screen nothing happens. Leaves a sentence behind at the end.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { reasonOf } from '../core/errors.ts'
import type { Clock, Log } from '../ports.ts'
import { goodbyeText, type ScreenFacts, screenText } from './screen-text.ts'

const lookEveryMs = 30_000
const redrawMs = 60_000
/** From the upper left corner on an empty screen, without a cursor. */
const clear = '\x1b[0m\x1b[2J\x1b[H\x1b[?25l'
const showCursor = '\x1b[?25h'

export interface StatusScreenNeeds {
  readonly clock: Clock
  readonly log: Log
  /** /dev/tty1, or whatever stands for it. */
  readonly terminal: string
  facts(): Promise<ScreenFacts>
}

export interface StatusScreen extends AsyncDisposable {
  /** Something is other than before. */
  redraw(): void
}

export function createStatusScreen({ clock, log, terminal, facts }: StatusScreenNeeds): StatusScreen {
  let shown = ''
  let drawnMs = Number.NEGATIVE_INFINITY
  let name = ''
  let hasComplained = false
  let timer: Disposable | undefined
  let work = Promise.resolve()
  let isOver = false

  async function write(text: string): Promise<void> {
    // It must neither become the terminal of this process nor be made as a file.
    await using screen = await open(terminal, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK)
    await screen.write(text)
  }

  async function draw(): Promise<void> {
    if (isOver) return
    const now = await facts()
    name = now.name
    const text = screenText(now)
    if (text === shown && clock.monotonicMs() - drawnMs < redrawMs) return
    await write(`${clear}${text}\n`)
    shown = text
    drawnMs = clock.monotonicMs()
  }

  function complain(error: unknown): void {
    if (!hasComplained)
      log.info({ terminal, reason: reasonOf(error) }, 'there is no screen to show the state on')
    hasComplained = true
  }

  function redraw(): void {
    work = work.then(draw).catch(complain)
  }

  function drawOften(): void {
    redraw()
    timer = clock.after(lookEveryMs, drawOften)
  }
  drawOften()

  return {
    redraw,
    async [Symbol.asyncDispose]() {
      isOver = true
      timer?.[Symbol.dispose]()
      await work
      if (drawnMs === Number.NEGATIVE_INFINITY) return
      await write(`${clear}${showCursor}${goodbyeText(name)}\n`).catch(complain)
    },
  }
}
