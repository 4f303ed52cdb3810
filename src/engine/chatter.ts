/**
 * How much of what nobody asked for one link may say: words that cost their sender nothing, and whoever hears them time that all links share
 * (I14). Whoever says more is heard later, which holds up its own link alone. An honest peer never comes near.
 */
import type { Message } from '../wire/messages.ts'

/** Of hearing it, in milliseconds of a fast machine: measured once and rounded up. */
const usualMs = 0.05
const perRootMs = 0.005
const progressMs = 0.2
/** The whole index may be read and told again for it. */
const cursorMs = 5
/** Of every second. */
const share = 0.02
/** As much as a hundred thousand contents told at once. */
const burstMs = 500

function costMs(message: Message): number {
  switch (message.kind) {
    case 'cursor':
      return cursorMs
    case 'have':
      return usualMs + message.roots.length * perRootMs
    case 'progress':
      return progressMs
    // Besides what its records cost by their signatures, and their bytes.
    case 'index':
    case 'summary':
    case 'cancel':
    case 'missing':
      return usualMs
    default:
      // Answers were asked for, questions are counted elsewhere.
      return 0
  }
}

export interface Chatter {
  /** How many milliseconds not to hear more of this link, now that it has said this. */
  waitAfter(message: Message, nowMs: number): number
}

export function createChatter(): Chatter {
  let leftMs = burstMs
  let atMs = Number.NEGATIVE_INFINITY
  return {
    waitAfter(message, nowMs) {
      leftMs = Math.min(burstMs, leftMs + (nowMs - atMs) * share) - costMs(message)
      atMs = nowMs
      return leftMs >= 0 ? 0 : Math.ceil(-leftMs / share)
    },
  }
}
