/**
 * How much of what strangers send is looked at: so much of each of them, and so much of all together. What is beyond is dropped before it
 * costs anything. Addresses can be made up, so the limit in total is the one that holds; the other keeps one noisy machine from using it up.
 */
import { type Bucket, drawFrom, fillBucket, fullBucket } from '../core/token-bucket.ts'
import type { Clock } from '../ports.ts'

/** Senders remembered; of more the one that was quiet longest is forgotten. */
const maxSenders = 256

export interface FloodGuardOptions {
  readonly clock: Clock
  /** Cost a second. */
  readonly perSender: number
  readonly inTotal: number
}

export interface FloodGuard {
  /** Whether something that costs this much may be looked at. If so, it is charged. */
  admits(sender: string, cost: number): boolean
}

export function createFloodGuard({ clock, perSender, inTotal }: FloodGuardOptions): FloodGuard {
  let total = fullBucket(inTotal, clock.monotonicMs())
  const bucketsBySender = new Map<string, Bucket>()

  return {
    admits(sender, cost) {
      const nowMs = clock.monotonicMs()
      total = fillBucket(total, nowMs)
      if (total.level <= 0) return false
      const known = bucketsBySender.get(sender)
      const own = known === undefined ? fullBucket(perSender, nowMs) : fillBucket(known, nowMs)
      const isAdmitted = own.level > 0
      if (isAdmitted) total = drawFrom(total, cost)
      // Put back at the end, so that the first one is always the one that was quiet longest.
      bucketsBySender.delete(sender)
      bucketsBySender.set(sender, isAdmitted ? drawFrom(own, cost) : own)
      if (bucketsBySender.size > maxSenders) bucketsBySender.delete(bucketsBySender.keys().next().value!)
      return isAdmitted
    },
  }
}
