/**
 * Asks one peer after another for what a single one can answer, until an answer is right. Who is silent is not waited for alone: the next one is
 * asked, too, and whoever answers first does. A peer that sleeps, or means harm, would else hold up each file for as long as its link stands.
 */
import { isSyncError, SyncError } from '../core/errors.ts'
import type { Clock } from '../ports.ts'

/** Longer than an answer takes to begin on any line worth using; of a peer that never answered anything less is believed. */
const silenceMs = 2_000
const firstSilenceMs = 500

export interface Inquiry<Peer, Answer> {
  /** Whom to ask besides those that were; undefined when nobody is left. */
  next(asked: ReadonlySet<Peer>): Peer | undefined
  ask(peer: Peer): Promise<Answer>
  /** When something was heard of this peer the last time, monotonic; minus infinity before the first. */
  heardMs(peer: Peer): number
  /** Whether the answer will do; if not, it is up to this what becomes of the peer. */
  accept(peer: Peer, answer: Answer): boolean
  failed(peer: Peer, error: SyncError): void
}

/** The first right answer. Throws `no-peer-has-it` when nobody had one. */
export async function askPeers<Peer, Answer>(
  clock: Clock,
  { next, ask, heardMs, accept, failed }: Inquiry<Peer, Answer>,
): Promise<Answer> {
  const asked = new Set<Peer>()
  const waitingSinceMs = new Map<Peer, number>()
  const answers: { readonly peer: Peer; readonly answer: Answer }[] = []
  let fault: unknown
  let wake: (() => void) | undefined

  async function hear(peer: Peer): Promise<void> {
    try {
      answers.push({ peer, answer: await ask(peer) })
    } catch (error) {
      if (isSyncError(error)) failed(peer, error)
      else fault ??= error
    }
    waitingSinceMs.delete(peer)
    wake?.()
  }

  function patienceWith(peer: Peer): number {
    return Number.isFinite(heardMs(peer)) ? silenceMs : firstSilenceMs
  }

  function isAnybodyTalking(): boolean {
    const nowMs = clock.monotonicMs()
    return [...waitingSinceMs].some(
      ([peer, sinceMs]) => nowMs - Math.max(sinceMs, heardMs(peer)) < patienceWith(peer),
    )
  }

  for (;;) {
    if (fault !== undefined) throw fault
    for (const { peer, answer } of answers.splice(0)) if (accept(peer, answer)) return answer
    if (!isAnybodyTalking()) {
      const peer = next(asked)
      if (peer === undefined && waitingSinceMs.size === 0) throw new SyncError('no-peer-has-it', { path: '' })
      if (peer !== undefined) {
        asked.add(peer)
        waitingSinceMs.set(peer, clock.monotonicMs())
        void hear(peer)
      }
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    wake = resolve
    using _timer = clock.after(firstSilenceMs, resolve)
    if (answers.length === 0 && fault === undefined && waitingSinceMs.size > 0) await promise
  }
}
