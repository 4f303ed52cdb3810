/**
 * What a press of the button means (A8), decided when it is let go by how long it was held. Pure: it is told at each look whether the button
 * is down, and when. Whatever cannot be a finger on the button means nothing: down since before anybody looked, held too long, not
 * looked at for a while.
 */
import type { ButtonPhase } from './led-patterns.ts'

export type Press = 'short' | 'password' | 'reset'

/** A contact bounces for some milliseconds; a level counts once it was the same for so long. */
const settleMs = 30
/** Nobody knows what happened between two looks further apart: perhaps the button was let go and pressed again. */
const longestGapMs = 500

const passwordFromMs = 3_000
const resetFromMs = 10_000
const nothingFromMs = 20_000

export interface ButtonState {
  /** `void`: down from the start. `spoilt`: a press that was not looked at all the time. Letting go means nothing for both. */
  readonly kind: 'up' | 'down' | 'void' | 'spoilt'
  /** Since when it is what `kind` says. */
  readonly sinceMs: number
  /** What was seen last, and since when that was seen each time. */
  readonly isDown: boolean
  readonly levelSinceMs: number
  readonly lookedMs: number
}

export interface ButtonLook {
  readonly state: ButtonState
  /** Let go just now, with this meaning. */
  readonly press: Press | undefined
}

/** A button that is down before anybody looked is stuck, or held by who cannot know what that means now. */
export function firstLook(isDown: boolean, atMs: number): ButtonState {
  return { kind: isDown ? 'void' : 'up', sinceMs: atMs, isDown, levelSinceMs: atMs, lookedMs: atMs }
}

export function lookAtButton(before: ButtonState, isDown: boolean, atMs: number): ButtonLook {
  const levelSinceMs = isDown === before.isDown ? before.levelSinceMs : atMs
  const isBlind = atMs - before.lookedMs > longestGapMs
  const isSpoilt = isBlind && before.kind !== 'void' && (isDown || before.kind === 'down')
  const kind = isSpoilt ? 'spoilt' : before.kind
  const state: ButtonState = { kind, sinceMs: before.sinceMs, isDown, levelSinceMs, lookedMs: atMs }
  const isSettled = atMs - levelSinceMs >= settleMs
  if (!isSettled || isDown === (kind !== 'up')) return { state, press: undefined }
  if (isDown) return { state: { ...state, kind: 'down', sinceMs: levelSinceMs }, press: undefined }
  const press = kind === 'down' ? pressOf(levelSinceMs - before.sinceMs) : undefined
  return { state: { ...state, kind: 'up', sinceMs: levelSinceMs }, press }
}

/** What letting go now would mean; undefined while it is up. A button that is down from the start shows nothing. */
export function phaseOf({ kind, sinceMs }: ButtonState, atMs: number): ButtonPhase | undefined {
  if (kind === 'spoilt') return 'nothing'
  if (kind !== 'down') return undefined
  return pressOf(atMs - sinceMs) ?? 'nothing'
}

function pressOf(heldMs: number): Press | undefined {
  if (heldMs < passwordFromMs) return 'short'
  if (heldMs < resetFromMs) return 'password'
  return heldMs < nothingFromMs ? 'reset' : undefined
}
