/**
 * With which addresses this device speaks in the DHT. Public ones; and, where a person typed in a node of a private network (a closed
 * group runs its own), those of such networks too, but only as told by those who are in one themselves: from the world comes no address
 * of this machine or of the local network. Never multicast and the like.
 */
import { scopeOf } from './address.ts'

export interface DhtReach {
  /** Whether packets may go to this IP address, and are read when they come from it. */
  includes(host: string): boolean
  /** Whether the one address may be spoken of by, or to, the other. */
  isNamedBy(teller: string, host: string): boolean
  /** Takes in the networks of addresses that a person typed in, in place of those before. */
  setTyped(hosts: readonly string[]): void
}

export function createDhtReach(): DhtReach {
  let typed: ReadonlySet<string> = new Set()
  const includes = (host: string): boolean => {
    const scope = scopeOf(host)
    return scope === 'public' || (scope !== 'none' && typed.has(scope))
  }
  return {
    includes,
    isNamedBy(teller, host) {
      const scope = scopeOf(host)
      return scope === 'public' || (includes(host) && scope === scopeOf(teller))
    },
    setTyped(hosts) {
      typed = new Set(hosts.map(scopeOf))
    },
  }
}
