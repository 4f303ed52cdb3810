/**
 * Redeems one one-time secret, with whoever issued it as soon as they are reached. How peers are reached is the business of who gives the links.
 * Asks again until what it is good for is kept, or it is refused for good: whoever asks again gets the same answer.
 */
import { isSyncError, SyncError } from './core/errors.ts'
import type { GuestPass } from './core/secret.ts'
import { isFinal, type Redeemer, redeemAt } from './engine/redemption.ts'
import type { Clock, Link, Log } from './ports.ts'

export interface Joining {
  /** Takes over a link to who may have issued the secret. */
  take(link: Link): void
  /** How the last try ended; `issuer-away` before the first. */
  readonly obstacle: SyncError
}

/** `keep` may fail, and is called again then, once whoever issued the secret was asked again. */
export function createJoining(
  redeemer: Redeemer,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  keep: (pass: GuestPass) => Promise<void>,
): Joining {
  let obstacle = new SyncError('issuer-away')
  let isDone = false
  let isAsking = false

  async function ask(link: Link): Promise<void> {
    isAsking = true
    let pass: GuestPass | undefined
    try {
      pass = await redeemAt(link, redeemer, clock)
      await keep(pass)
      isDone = true
    } catch (error) {
      if (!isSyncError(error)) throw error
      isDone = isFinal(error.code)
      const isOurs = pass !== undefined
      obstacle = isOurs || isDone || error.code === 'clock-not-set' ? error : new SyncError('issuer-away')
      const what = isOurs ? 'what was granted could not be kept' : 'the one-time secret was not redeemed'
      log[isOurs ? 'warn' : 'info']({ code: error.code, address: link.address }, what)
    } finally {
      isAsking = false
    }
  }

  return {
    take(link) {
      if (isDone || isAsking) return link.close('peer-duplicate')
      ask(link).catch((error) => {
        log.error({ error }, 'redeeming a one-time secret failed by a bug')
        link.close('closing')
      })
    },
    get obstacle() {
      return obstacle
    },
  }
}
