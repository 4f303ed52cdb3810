/**
 * The rate limits of a device and its folders, as the two sides of a link see them: a turn for each piece that is sent, a turn for each block
 * that is asked for. Limits concern content only; index, hellos and pings pass unheeded, and so do links within the local network unless
 * limits are to hold for them, too. Among folders and links whoever comes first goes first, in small pieces.
 */
import type { Clock, Link } from '../ports.ts'
import { maxBlockPartBytes } from '../wire/messages.ts'
import { createRateGate, type RateGate } from './rate-gate.ts'

/** Blocks waiting for their turn to be asked for are worth so much time: what waits longer may turn out not to be the next wanted. */
const askAheadSeconds = 4

/** Bytes a second; 0 for no limit. */
export interface RateLimits {
  readonly up: number
  readonly down: number
}

export interface DeviceRates {
  readonly limits: RateLimits
  set(limits: RateLimits): void
  /** Whether limits hold within the local network as well. */
  limitLan(limited: boolean): void
  /** The limits of one more folder, which hold beside the device's. */
  forFolder(limits: RateLimits): FolderRates
}

export interface FolderRates {
  /** Whether a link stays within the local network. */
  isLan(link: Link): boolean
  set(limits: RateLimits): void
  /** The sending side of a link, as long as that lives. */
  sendingTo(link: Link): Sending
  /** The asking side of a link. */
  askingAt(link: Link): Asking
  /** What may be asked for and not have come, of all the links. */
  askAheadBytes(links: readonly Link[]): number
}

export interface Sending {
  /** Whether pieces have to wait: then nothing large may be held meanwhile. */
  isLimited(): boolean
  /** What to send at once. */
  pieceBytes(): number
  /** Resolves when so many bytes may be sent; undefined: at once. */
  turn(bytes: number): Promise<void> | undefined
  /** Before an answer and after it. False: others are being answered, and for one more the rate is too low. */
  enter(): boolean
  leave(): void
}

export interface Asking {
  /** Resolves when so many bytes may be asked for, or the link is closed; undefined: at once. */
  turn(bytes: number): Promise<void> | undefined
}

export function createDeviceRates(clock: Clock, isLan: (link: Link) => boolean): DeviceRates {
  const device = { up: createRateGate(clock), down: createRateGate(clock) }
  let isLanLimited = false

  function isExempt(link: Link): boolean {
    return !isLanLimited && isLan(link)
  }

  return {
    get limits() {
      return { up: device.up.rate, down: device.down.rate }
    },
    set({ up, down }) {
      device.up.setRate(up)
      device.down.setRate(down)
    },
    limitLan(limited) {
      isLanLimited = limited
    },
    forFolder(limits) {
      const folder = { up: createRateGate(clock), down: createRateGate(clock) }
      folder.up.setRate(limits.up)
      folder.down.setRate(limits.down)
      const gates = { up: [folder.up, device.up], down: [folder.down, device.down], isLan, isExempt }
      return createFolderRates(gates, ({ up, down }) => {
        folder.up.setRate(up)
        folder.down.setRate(down)
      })
    },
  }
}

interface Gates {
  /** The folder's before the device's, which all folders share. */
  readonly up: readonly RateGate[]
  readonly down: readonly RateGate[]
  isLan(link: Link): boolean
  isExempt(link: Link): boolean
}

function createFolderRates({ up, down, isLan, isExempt }: Gates, set: FolderRates['set']): FolderRates {
  /** The blocks of one folder are asked for one after another, or a hundred half-paid ones would be asked for all at once. */
  let lastAsked: Promise<void> = Promise.resolve()

  function limitsOf(link: Link, gates: readonly RateGate[]): readonly RateGate[] {
    return isExempt(link) ? [] : gates.filter(({ rate }) => rate > 0)
  }

  function pieceBytes(gates: readonly RateGate[]): number {
    return Math.min(maxBlockPartBytes, ...gates.map((gate) => gate.pieceBytes()))
  }

  async function passAll(link: Link, gates: readonly RateGate[], bytes: number): Promise<void> {
    for (const gate of gates) await gate.turn(link, bytes)
  }

  function forgetWhenClosed(link: Link, gates: readonly RateGate[]): void {
    void link.closed.then(() => {
      for (const gate of gates) gate.forget(link)
    })
  }

  return {
    set,
    isLan,
    sendingTo(link) {
      forgetWhenClosed(link, up)
      return {
        isLimited: () => limitsOf(link, up).length > 0,
        pieceBytes: () => pieceBytes(limitsOf(link, up)),
        turn(bytes) {
          const gates = limitsOf(link, up)
          return gates.length === 0 ? undefined : passAll(link, gates, bytes)
        },
        enter() {
          const gates = isExempt(link) ? [] : up
          const refused = gates.find((gate) => !gate.enter(link))
          if (refused === undefined) return true
          for (const gate of gates) gate.leave(link)
          return false
        },
        leave() {
          for (const gate of up) gate.leave(link)
        },
      }
    },
    askingAt(link) {
      forgetWhenClosed(link, down)
      let isClosed = false
      void link.closed.then(() => {
        isClosed = true
      })

      /** The first piece before it is asked for, the others before the next block is. */
      async function payAfter(before: Promise<void>, bytes: number, mayAsk: () => void): Promise<void> {
        await before
        for (let leftBytes = bytes; leftBytes > 0 && !isClosed; ) {
          const piece = Math.min(leftBytes, pieceBytes(down))
          await passAll(link, limitsOf(link, down), piece)
          leftBytes -= piece
          mayAsk()
        }
        mayAsk()
      }

      return {
        turn(bytes) {
          if (limitsOf(link, down).length === 0) return undefined
          const { promise, resolve } = Promise.withResolvers<void>()
          lastAsked = payAfter(lastAsked, bytes, resolve)
          return Promise.race([promise, link.closed.then(() => undefined)])
        },
      }
    },
    askAheadBytes(links) {
      const rates = links.map((link) => limitsOf(link, down).map(({ rate }) => rate))
      if (rates.length === 0 || rates.some((of) => of.length === 0)) return Number.POSITIVE_INFINITY
      return Math.min(...rates.flat()) * askAheadSeconds
    },
  }
}
