/** Why a network did not lead to a place, in words for people; the system's own code stays behind them, because it is what one searches for. */
import { reasonOf } from '../core/errors.ts'

const wordsByCode: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'no name server answers',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was broken off',
  EHOSTUNREACH: 'nobody is at this address, or no way leads there',
  ENETUNREACH: 'this device has no network that leads there',
  ENOTFOUND: 'nobody knows its name',
  ETIMEDOUT: 'no answer',
}

export function networkReason(thrown: unknown): string {
  const code = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined
  const words = wordsByCode[code ?? '']
  return words === undefined ? reasonOf(thrown) : `${words} (${code})`
}
