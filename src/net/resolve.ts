/** The addresses of a host, within limits of time and number, both of what is asked and of what is told. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { SyncError } from '../core/errors.ts'
import { NetworkFault } from '../core/network-fault.ts'
import type { Clock } from '../ports.ts'
import { connectLimitMs } from './dial.ts'
import { createTurns } from './turns.ts'

/** A name with more addresses than this is tried at the first ones only. */
const maxAddresses = 8

export type Resolve = (name: string) => Promise<readonly string[]>

/**
 * A look-up takes one of the four threads that also read and write all files, for as long as a network is silent: of many at once folders
 * would stand still.
 */
const maxLookups = 2
const takeTurn = createTurns(maxLookups)
const underway = new Map<string, Promise<readonly string[]>>()
const { signal: never } = new AbortController()

/** As the system knows it, one question for all who ask for the same name at the same time. */
export const resolveName: Resolve = (name) => {
  const known = underway.get(name)
  if (known !== undefined) return known
  const asked = takeTurn(never, async () =>
    (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address),
  ).finally(() => underway.delete(name))
  underway.set(name, asked)
  return asked
}

/** IP addresses of a host that is one or has a name. Throws what the resolver throws, `closing`, or an error that says it took too long. */
export async function addressesOf(
  host: string,
  resolve: Resolve,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host]
  const tooLate = Promise.withResolvers<never>()
  const onAbort = () => tooLate.reject(new SyncError('closing'))
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  using _limit = clock.after(connectLimitMs, () =>
    tooLate.reject(
      new NetworkFault(
        'name-server-silent',
        `its name was not found within ${connectLimitMs / 1000} seconds`,
      ),
    ),
  )
  try {
    return (await Promise.race([resolve(host), tooLate.promise])).slice(0, maxAddresses)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
