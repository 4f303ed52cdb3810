/** How often one network may ask in a minute. Only for questions whose sender's address is proven, because it remembers addresses. */
import type { Clock } from '../ports.ts'

/** An office of fifty devices with twenty folders asks some 400 times a minute when all is quiet, and three times that when it comes back. */
const maxRequestsPerMinute = 1_200
/** Networks remembered at once. Beyond them all begin anew, so that many strangers can loosen the limit and not fill the memory. */
const maxNetworks = 50_000
const minuteMs = 60_000

export interface RequestLimit {
  /** Counts a request; false when the network has had its share. */
  allow(network: string): boolean
}

export function createRequestLimit(clock: Clock, most: number = maxRequestsPerMinute): RequestLimit {
  const countsByNetwork = new Map<string, number>()
  let beganMs = clock.monotonicMs()
  return {
    allow(network) {
      const nowMs = clock.monotonicMs()
      if (nowMs - beganMs >= minuteMs || countsByNetwork.size >= maxNetworks) {
        countsByNetwork.clear()
        beganMs = nowMs
      }
      const count = (countsByNetwork.get(network) ?? 0) + 1
      countsByNetwork.set(network, count)
      return count <= most
    },
  }
}
