/** Whether peers outside can connect to this device: gathers what `net/port-check` judges by. Remembers who did, as long as the networks stay the same. */
import { type HostPort, hostOfAddress, plainHost } from './net/address.ts'
import { segmentsOf } from './net/lan-segments.ts'
import { ownInterfaces } from './net/own-interfaces.ts'
import { checkPort, type PortCheck } from './net/port-check.ts'
import type { ExternalAddress } from './net/port-mapping.ts'
import type { SearchResult } from './net/search.ts'
import type { Link } from './ports.ts'

/** Who connected that is remembered: one from outside is enough. */
const maxCallers = 16

/** How this device can be reached, for people. */
export interface ReachabilityReport extends PortCheck {
  /** What came of asking routers. */
  readonly routers: readonly SearchResult[]
}

export interface Reachability {
  noteLink(link: Link): void
  report(): ReachabilityReport
}

interface Needs {
  readonly listen: () => HostPort
  readonly mapping: { external(): ExternalAddress | undefined; results(): readonly SearchResult[] }
  /** Relays at which peers reach it now. */
  readonly relays: () => readonly string[]
}

export function createReachability({ listen, mapping, relays }: Needs): Reachability {
  let callers: { readonly address: string; readonly networks: string }[] = []

  function ownAddresses(): readonly string[] {
    return Object.values(ownInterfaces()).flatMap((each = []) => each.map(({ address }) => address))
  }

  /** What has to stay the same for whoever could connect to be able to do so again. */
  function networks(): string {
    return JSON.stringify([ownAddresses(), mapping.external()])
  }

  return {
    noteLink({ initiator, via, address }) {
      if (initiator || via !== 'direct') return
      const caller = { address: plainHost(hostOfAddress(address)), networks: networks() }
      callers = [caller, ...callers.filter((each) => each.address !== caller.address)].slice(0, maxCallers)
    },
    report() {
      const present = networks()
      const check = checkPort({
        listen: listen(),
        own: ownAddresses(),
        segments: segmentsOf(ownInterfaces()),
        mapping: mapping.external(),
        callers: callers.filter((each) => each.networks === present).map(({ address }) => address),
        relays: relays(),
      })
      return { ...check, routers: mapping.results() }
    },
  }
}
