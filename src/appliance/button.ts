/**
 * The button: looks at its line all the time and tells what a press means (A8), and which phase it is in. A line that cannot be had or is lost is
 * said once in the log and tried again. What a press leads to is not its business.
 */
import { reasonOf } from '../core/errors.ts'
import type { Clock, Log } from '../ports.ts'
import { type ButtonState, firstLook, lookAtButton, type Press, phaseOf } from './button-presses.ts'
import type { InputLine } from './gpio-lines.ts'
import type { ButtonPhase } from './led-patterns.ts'
import type { Pin } from './leds.ts'

/** A press is seen at two looks at least, and nobody presses shorter than this twice. */
const lookEveryMs = 40
const tryAgainMs = 60_000

export interface ButtonNeeds {
  readonly clock: Clock
  readonly log: Log
  /** The line is low while the button is pressed. Undefined where there are no lines at all. */
  readonly openLine: ((pin: number) => Promise<InputLine>) | undefined
  onPhase(phase: ButtonPhase | undefined): void
  onPress(press: Press): void
}

export interface Button extends AsyncDisposable {
  setPin(pin: Pin): void
}

export function createButton({ clock, log, openLine, onPhase, onPress }: ButtonNeeds): Button {
  let pin: Pin = 'off'
  let line: InputLine | undefined
  let state: ButtonState | undefined
  let phase: ButtonPhase | undefined
  let timer: Disposable | undefined
  let hasComplained = false
  let isOver = false
  let work = Promise.resolve()

  function tell(next: ButtonPhase | undefined): void {
    if (next === phase) return
    phase = next
    onPhase(next)
  }

  function letGo(): void {
    timer?.[Symbol.dispose]()
    const last = line
    line = undefined
    state = undefined
    tell(undefined)
    try {
      last?.close()
    } catch (error) {
      log.debug({ reason: reasonOf(error) }, 'the line of the button was gone before it was given back')
    }
  }

  function lose(error: unknown): void {
    letGo()
    if (!hasComplained)
      log.warn({ pin, reason: reasonOf(error) }, 'the button cannot be used; it is tried again every minute')
    hasComplained = true
    timer = clock.after(tryAgainMs, () => later(open))
  }

  function later(step: () => Promise<void> | void): void {
    work = work.then(step)
  }

  async function open(): Promise<void> {
    if (isOver || line !== undefined || pin === 'off' || openLine === undefined) return
    try {
      line = await openLine(pin)
    } catch (error) {
      lose(error)
      return
    }
    look()
  }

  function look(): void {
    let isDown: boolean
    try {
      isDown = !line!.isHigh()
    } catch (error) {
      lose(error)
      return
    }
    timer = clock.after(lookEveryMs, look)
    const atMs = clock.monotonicMs()
    const seen = state === undefined ? undefined : lookAtButton(state, isDown, atMs)
    state = seen?.state ?? firstLook(isDown, atMs)
    tell(phaseOf(state, atMs))
    if (seen?.press !== undefined) onPress(seen.press)
  }

  return {
    setPin(wanted) {
      if (wanted === pin) return
      pin = wanted
      hasComplained = false
      later(letGo)
      later(open)
    },
    async [Symbol.asyncDispose]() {
      isOver = true
      await work
      letGo()
    },
  }
}
