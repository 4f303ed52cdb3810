/** Keeps a simulated member linked to one host, with the waits of `net/dial-target`, which needs real sockets. */
import type { ErrorCode } from '../core/errors.ts'
import { lastRetryMs, steadyAfterMs } from '../net/dial-target.ts'
import type { Clock } from '../ports.ts'
import type { MeshLink } from './mesh-link.ts'
import type { SeededChance } from './seeded-chance.ts'

const firstRetryMs = 1_000
const slowCodes: ReadonlySet<ErrorCode> = new Set(['peer-duplicate', 'peer-full'])

export interface HostKeeperOptions {
  readonly clock: Clock
  readonly chance: SeededChance
  readonly signal: AbortSignal
  /** How long who was sent away after a while stays away, half of it left to chance; 0: as who is refused at the door. */
  readonly returnMs: number
  readonly go: () => Promise<MeshLink>
  readonly onLink: (link: MeshLink) => void
}

export function createHostKeeper(options: HostKeeperOptions): void {
  const { clock, chance, signal, returnMs, go, onLink } = options
  let failures = 0

  function attempt(): void {
    if (!signal.aborted) void go().then(linked, failed)
  }

  function halfByChance(delayMs: number): number {
    return delayMs * (0.5 + chance.fraction() / 2)
  }

  function retryDelayMs(): number {
    return halfByChance(Math.min(lastRetryMs, firstRetryMs * 2 ** (failures - 1)))
  }

  function delayAfterLinkMs(code: ErrorCode): number {
    if (code === 'peer-full' && failures === 0 && returnMs > 0) return halfByChance(returnMs)
    return slowCodes.has(code) ? lastRetryMs : failures === 0 ? 0 : retryDelayMs()
  }

  function failed(): void {
    failures += 1
    clock.after(retryDelayMs(), attempt)
  }

  function linked(link: MeshLink): void {
    const sinceMs = clock.monotonicMs()
    onLink(link)
    void link.closed.then(({ code }) => {
      failures = clock.monotonicMs() - sinceMs >= steadyAfterMs ? 0 : failures + 1
      clock.after(delayAfterLinkMs(code), attempt)
    })
  }

  attempt()
}
