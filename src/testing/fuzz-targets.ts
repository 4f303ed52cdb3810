/** Every decoder and parser of what somebody else wrote: the table of what is fuzzed. */
import { fuzzApplianceTargets } from './fuzz-appliance-targets.ts'
import { fuzzHandshakeTargets } from './fuzz-handshake-targets.ts'
import { fuzzHttpTargets } from './fuzz-http-targets.ts'
import { fuzzNetworkTargets } from './fuzz-network-targets.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { fuzzTextTargets } from './fuzz-text-targets.ts'
import { fuzzWireTargets } from './fuzz-wire-targets.ts'

export const fuzzTargets: readonly FuzzTarget[] = [
  ...fuzzWireTargets,
  ...fuzzHandshakeTargets,
  ...fuzzNetworkTargets,
  ...fuzzTextTargets,
  ...fuzzHttpTargets,
  ...fuzzApplianceTargets,
]
