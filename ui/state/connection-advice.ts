/** What a person can do where no device of a folder is connected: from what was tried, in words. The most likely comes first. */
import type { ExplanationBody } from '../../src/api/schemas/explanation.ts'
import type { FolderStatusBody } from '../../src/api/schemas/status.ts'
import type { Tone, Words } from './folder-words.ts'

type Route = ExplanationBody['routes'][number]

/** Advice that fits what the tries have shown. Nobody reads more than a few. */
export function adviceFor(
  { closed, switches, routes, searches, reachable }: ExplanationBody,
  { state, peers }: Pick<FolderStatusBody, 'state' | 'peers'>,
): Words[] {
  if (state === 'paused') return [{ key: 'advice-paused' }]
  if (peers.length > 0) return []
  const hosts = routes.filter(({ source }) => source === 'host')
  const codes = new Set(routes.flatMap(({ lastResult }) => lastResult?.code ?? []))
  const failed = (by: string) => {
    const asked = searches.filter((search) => search.by === by)
    return asked.length > 0 && asked.every((search) => search.state === 'failed')
  }
  const advice: (Words | false)[] = [
    closed && hosts.length === 0 && { key: 'advice-closed-no-host' },
    !closed && switches.length === 0 && hosts.length === 0 && { key: 'advice-nothing-on' },
    codes.has('peer-incompatible') && { key: 'advice-versions' },
    codes.has('peer-self') && { key: 'advice-own-address' },
    codes.has('handshake-failed') && { key: 'advice-other-secret' },
    codes.has('unreachable') && hosts.length > 0 && { key: 'advice-host-unreachable' },
    failed('lan') && { key: 'advice-lan-failed' },
    failed('tracker') && { key: 'advice-tracker-failed' },
    failed('dht') && { key: 'advice-dht-failed' },
    !closed && switches.length > 0 && !switches.includes('lan') && { key: 'advice-lan-off' },
    reachable.state === 'closed' && { key: 'advice-listens-here-only' },
    !closed && reachable.state === 'unlikely' && { key: 'advice-port' },
    { key: 'advice-other-on' },
  ]
  return advice.filter((words) => words !== false).slice(0, 4)
}

/** Another one when the explanation may be: who is connected, and what came of each way a person typed in. */
export function connectionsKey({ state, peers, routes }: FolderStatusBody): string {
  const ways = routes.map((route) => `${route.target} ${route.state} ${route.at}`)
  return [state, ...peers.map(({ id }) => id), ...ways].join()
}

/** How a way to a device is, in words. */
export function describeRoute({ state, lastResult, nextInSeconds }: Route): {
  readonly tone: Tone
  readonly words: Words
} {
  switch (state) {
    case 'connected':
      return { tone: 'ok', words: { key: 'route-connected' } }
    case 'trying':
      return { tone: 'busy', words: { key: 'route-trying' } }
    case 'given-up':
      return { tone: 'problem', words: { key: 'route-given-up' } }
    case 'waiting':
      if (lastResult === undefined) return { tone: 'paused', words: { key: 'route-not-yet' } }
      return nextInSeconds === undefined
        ? { tone: 'waiting', words: { key: 'route-failed' } }
        : { tone: 'waiting', words: { key: 'route-waiting', args: { seconds: Math.ceil(nextInSeconds) } } }
  }
}

const routeRanks: Readonly<Record<Route['state'], number>> = {
  connected: 0,
  trying: 1,
  'given-up': 2,
  waiting: 3,
}

/** Ways a person typed in before those that were found, and those that say most first. */
export function sortRoutes(routes: readonly Route[]): Route[] {
  const rankOf = ({ source, state, lastResult }: Route) =>
    routeRanks[state] +
    (lastResult === undefined && state === 'waiting' ? 1 : 0) +
    (source === 'host' ? 0 : 10)
  return [...routes].sort((a, b) => rankOf(a) - rankOf(b))
}
