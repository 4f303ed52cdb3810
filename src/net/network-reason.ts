/** Why a network did not lead to a place, in words for people; the system's own code stays behind them, because it is what one searches for. */
import { isSyncError, reasonOf } from '../core/errors.ts'
import { NetworkFault, type Reason, type ReasonCode, reasonWords } from '../core/network-fault.ts'

const codesOfSystem: Readonly<Record<string, ReasonCode>> = {
  EAI_AGAIN: 'name-server-silent',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'broken-off',
  EHOSTUNREACH: 'nobody-there',
  ENETUNREACH: 'no-network',
  ENOTFOUND: 'name-unknown',
  ETIMEDOUT: 'no-answer',
}

/** Whatever was thrown; of what was given a code already, that. */
export function networkReason(thrown: unknown): Reason {
  if (thrown instanceof NetworkFault) return { reason: thrown.message, why: thrown.why }
  if (isSyncError(thrown, 'peer-stalled')) return { reason: thrown.message, why: 'no-answer' }
  if (isSyncError(thrown, 'unreachable') || isSyncError(thrown, 'tracker-failed'))
    return reasonIn(thrown.data)
  const system = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined
  const why = codesOfSystem[system ?? '']
  if (why === undefined) return { reason: reasonOf(thrown) }
  return { reason: `${reasonWords[why]} (${system})`, why, system: system! }
}

function reasonIn({ reason, why, system }: Readonly<Record<string, string | number>>): Reason {
  return {
    reason: String(reason),
    ...(why === undefined ? {} : { why: why as ReasonCode }),
    ...(system === undefined ? {} : { system: String(system) }),
  }
}
