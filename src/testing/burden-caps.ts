/** What an attack may make a device take, while it goes on and once it is over: beyond these something grows that nobody bounds. */
import { setTimeout as pause } from 'node:timers/promises'
import type { AttackedPair, Burden } from './attacked-pair.ts'
import type { Attack } from './attacks.ts'

const mib = 1024 ** 2

/** More than before the attack. Memory is what V8 may leave for later, buffers of 64 links, and the queues of those that do not read. */
const memoryCapBytes = 192 * mib
/** Handshakes, links and what is listening; two for each. */
const handlesCap = 200
/** Who is no member leaves names of peers behind, at most. */
const strangersDatabaseCapBytes = 12 * mib
/** A member may tell what it likes, and that is kept. */
const membersDatabaseCapBytes = 64 * mib
/** What one sentence may stand there at once, and from then on a second (see `core/log-limit.ts`), for the two or three that can be provoked. */
const logBurstBytes = 256 * 1024
const logCapBytesPerSecond = 2048
/** Some are dropped only when they have been silent for long enough. */
const afterSeconds = 45

export function burdenFaults(
  { holds }: Pick<Attack, 'holds'>,
  before: Burden,
  now: Burden,
  seconds: number,
): string[] {
  const caps: Burden = {
    ...{ memoryBytes: memoryCapBytes, handles: handlesCap },
    databaseBytes: holds === 'full' ? membersDatabaseCapBytes : strangersDatabaseCapBytes,
    logBytes: logBurstBytes + logCapBytesPerSecond * seconds,
  }
  return (Object.keys(caps) as (keyof Burden)[])
    .filter((what) => now[what] - before[what] > caps[what])
    .map((what) => `${what} grew from ${before[what]} to ${now[what]}`)
}

/** Waits until nothing is held open any more for those who have gone. */
export async function faultsAfter(pair: AttackedPair, before: Burden): Promise<string[]> {
  const endMs = performance.now() + afterSeconds * 1000
  for (;;) {
    const { handles } = await pair.burden()
    if (handles <= before.handles + 4) return []
    if (performance.now() > endMs) return [`handles stay open: ${before.handles} before, ${handles} after`]
    await pause(500)
  }
}
