/**
 * Whom to answer next: at most so many peers at a time, each with one answer at a time; of those that wait the one that asks for what the
 * fewest have, and of these the one that was sent the fewest bytes. Few at a time, because a block that is whole soon can be passed on soon. A
 * peer that comes late or asks seldom has no claim on what others were sent meanwhile. Who has not taken its last answer in time, or took
 * little since, may only have half of the slots: however many come to read nothing, be it after a block or two, those who read go on. Knows no clock.
 */

/**
 * What so many or more have is not scarce, and nobody who asks for it waits for others for that reason: those who lag behind ask for what many
 * have and would wait longest.
 */
const scarceHolders = 3

/** Whoever took so much, or so great a part of what the one that took most did, goes on taking it: who only wants the slot has to pay for it first. */
const enoughBytes = 64 * 1024 ** 2
const enoughPart = 1 / 4

export interface Uploads<Peer> {
  readonly activeCount: number
  /** From now on so many peers are answered at a time. */
  setSlots(slots: number): void
  /** The peer waits for an answer. */
  wait(peer: Peer): void
  /**
   * Who is answered next; undefined while all slots are taken or nobody waits. Its answer ends with `done`. `holders` tells how many are known
   * to have what a waiting peer asks for; without it all are alike.
   */
  next(holders?: (peer: Peer) => number): Peer | undefined
  /** So many bytes of the answer were sent, 0 where it was not taken in time; more may be waited for with `wait`. */
  done(peer: Peer, bytes: number): void
  /** The peer waits no more; what it was sent still counts. */
  leave(peer: Peer): void
  /** The peer is gone. */
  remove(peer: Peer): void
}

export function createUploads<Peer>(firstSlots: number): Uploads<Peer> {
  let slots = firstSlots
  /** Bytes sent to each peer, counted from where the others stood when it came. */
  const sentByPeer = new Map<Peer, number>()
  const waiting = new Set<Peer>()
  const active = new Set<Peer>()
  /** Bytes of the answers that each took in time, since the last it did not. */
  const takenByPeer = new Map<Peer, number>()
  /** What the least served of those that waited had been sent by then: nobody who comes counts less. */
  let floor = 0

  function provenPeers(): ReadonlySet<Peer> {
    const enough = Math.min(enoughBytes, Math.max(0, ...takenByPeer.values()) * enoughPart)
    return new Set([...takenByPeer].flatMap(([peer, bytes]) => (bytes >= enough ? [peer] : [])))
  }

  function* waitingSent(): Generator<number> {
    for (const peer of waiting) yield sentByPeer.get(peer)!
  }

  return {
    get activeCount() {
      return active.size
    },
    setSlots(changed) {
      slots = changed
    },
    wait(peer) {
      if (!waiting.has(peer) && !active.has(peer))
        sentByPeer.set(peer, Math.max(floor, sentByPeer.get(peer) ?? 0))
      waiting.add(peer)
    },
    next(holders = () => 0) {
      if (active.size >= slots) return undefined
      let best: Peer | undefined
      let fewestHolders = Number.POSITIVE_INFINITY
      let leastSent = Number.POSITIVE_INFINITY
      const proven = provenPeers()
      const unproven = [...active].filter((peer) => !proven.has(peer)).length
      const mayBeUnproven = unproven < Math.max(1, Math.floor(slots / 2))
      for (const peer of waiting) {
        if (active.has(peer) || !(mayBeUnproven || proven.has(peer))) continue
        const sent = sentByPeer.get(peer)!
        const count = Math.min(scarceHolders, holders(peer))
        if (count > fewestHolders || (count === fewestHolders && sent >= leastSent)) continue
        best = peer
        fewestHolders = count
        leastSent = sent
      }
      if (best === undefined) return undefined
      floor = Math.max(floor, Math.min(...waitingSent()))
      waiting.delete(best)
      active.add(best)
      return best
    },
    done(peer, bytes) {
      if (!active.delete(peer)) return
      sentByPeer.set(peer, sentByPeer.get(peer)! + bytes)
      if (bytes > 0) takenByPeer.set(peer, (takenByPeer.get(peer) ?? 0) + bytes)
      else takenByPeer.delete(peer)
    },
    leave: (peer) => void waiting.delete(peer),
    remove(peer) {
      waiting.delete(peer)
      active.delete(peer)
      takenByPeer.delete(peer)
      sentByPeer.delete(peer)
    },
  }
}
