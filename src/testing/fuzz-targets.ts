/** Every decoder and parser of what somebody else wrote: the table of what is fuzzed. */
import type { FuzzTarget } from './fuzz-target.ts'
import { fuzzWireTargets } from './fuzz-wire-targets.ts'

export const fuzzTargets: readonly FuzzTarget[] = [...fuzzWireTargets]
