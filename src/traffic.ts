/** Counts the bytes of all links, and how many of them pass in a second. Adds a link when it opens and keeps its sum when it closes. */
import type { Clock, Link } from './ports.ts'

/** Rates are an average over this long: short enough to follow, long enough not to flicker. */
const windowMs = 4000
const sampleEveryMs = 1000

export interface Traffic {
  readonly received: number
  readonly sent: number
  readonly receivedPerSecond: number
  readonly sentPerSecond: number
}

export interface TrafficMeter {
  add(link: Link): void
  read(): Traffic
}

interface Sample {
  readonly atMs: number
  readonly received: number
  readonly sent: number
}

export function createTrafficMeter(clock: Clock): TrafficMeter {
  const open = new Set<Link>()
  let closedReceived = 0
  let closedSent = 0
  let samples: Sample[] = []
  let ticking = false

  function sample(): Sample {
    let received = closedReceived
    let sent = closedSent
    for (const { traffic } of open) {
      received += traffic.receivedBytes
      sent += traffic.sentBytes
    }
    return { atMs: clock.monotonicMs(), received, sent }
  }

  /** Runs only while there are links, so that an idle daemon sleeps. */
  function tick(): void {
    const now = sample()
    samples = [...samples.filter(({ atMs }) => now.atMs - atMs <= windowMs), now]
    ticking = open.size > 0
    if (ticking) clock.after(sampleEveryMs, tick)
  }

  return {
    add(link) {
      open.add(link)
      if (!ticking) tick()
      void link.closed.then(() => {
        open.delete(link)
        closedReceived += link.traffic.receivedBytes
        closedSent += link.traffic.sentBytes
      })
    },
    read() {
      const now = sample()
      const oldest = samples.find(({ atMs }) => now.atMs - atMs <= windowMs + sampleEveryMs)
      const seconds = oldest === undefined ? 0 : (now.atMs - oldest.atMs) / 1000
      const rate = (bytes: number): number => (seconds > 0 ? Math.round(bytes / seconds) : 0)
      return {
        received: now.received,
        sent: now.sent,
        receivedPerSecond: rate(now.received - (oldest?.received ?? 0)),
        sentPerSecond: rate(now.sent - (oldest?.sent ?? 0)),
      }
    },
  }
}
