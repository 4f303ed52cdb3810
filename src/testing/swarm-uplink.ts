/**
 * The upload line of one simulated device: what is being sent shares it evenly. Times in milliseconds are passed in; the caller asks when
 * the next one will be through, and again whenever something began or ended.
 */

export interface Uplink<Upload> {
  readonly activeCount: number
  start(upload: Upload, bytes: number, nowMs: number): void
  /** When the first of what is being sent is through, if nothing else begins or ends. */
  nextEndMs(nowMs: number): number
  /** What is through by now, taken off. */
  takeEnded(nowMs: number): Upload | undefined
  /** Breaks off what is acceptable. Returns the bytes that were sent of each. */
  stop(isMeant: (upload: Upload) => boolean, nowMs: number): readonly { upload: Upload; sentBytes: number }[]
}

export function createUplink<Upload>(bytesPerSecond: number): Uplink<Upload> {
  let active: { readonly upload: Upload; readonly bytes: number; leftBytes: number }[] = []
  let lastMs = 0

  function advance(nowMs: number): void {
    const sentBytes = (((nowMs - lastMs) / 1000) * bytesPerSecond) / active.length
    lastMs = nowMs
    for (const each of active) each.leftBytes -= sentBytes
  }

  return {
    get activeCount() {
      return active.length
    },
    start(upload, bytes, nowMs) {
      advance(nowMs)
      active.push({ upload, bytes, leftBytes: bytes })
    },
    nextEndMs(nowMs) {
      advance(nowMs)
      let leastBytes = Number.POSITIVE_INFINITY
      for (const { leftBytes } of active) leastBytes = Math.min(leastBytes, leftBytes)
      return nowMs + (Math.max(0, leastBytes) * active.length * 1000) / bytesPerSecond
    },
    takeEnded(nowMs) {
      advance(nowMs)
      // Less than a byte is what rounding leaves.
      const at = active.findIndex(({ leftBytes }) => leftBytes < 0.5)
      return at < 0 ? undefined : active.splice(at, 1)[0]!.upload
    },
    stop(isMeant, nowMs) {
      advance(nowMs)
      const stopped = active.filter(({ upload }) => isMeant(upload))
      active = active.filter(({ upload }) => !isMeant(upload))
      return stopped.map(({ upload, bytes, leftBytes }) => ({ upload, sentBytes: bytes - leftBytes }))
    },
  }
}
