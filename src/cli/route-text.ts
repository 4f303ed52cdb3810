/** Why a peer is not connected, for people: each way to one that was tried, what came of it, and when it is tried again. */
import type { ExplanationBody, Route } from '../api/schemas/explanation.ts'
import type { FolderStatusBody } from '../api/schemas/status.ts'
import { plainText } from '../core/plain-text.ts'
import { countToText, timeToText } from './print.ts'

/** More hosts than this are counted, not listed; `--json` has all of them. */
const shownRoutes = 5

/** One line for each host without a link, and for each of its addresses where it has several. */
export function routesToLines({ routes, peers, path, state }: FolderStatusBody): string[] {
  if (state === 'paused') return []
  if (routes.length === 0 && peers.length === 0)
    return [
      `no peer was found yet: \`berrysync peers ${plainText(path)} --explain\` tells what was tried`,
      `where a peer is can be told: \`berrysync host add ${plainText(path)} HOST:PORT\``,
    ]
  const missing = routes.filter((route) => route.state !== 'connected')
  const lines = missing.slice(0, shownRoutes).flatMap(routeToLines)
  const hidden = missing.length - shownRoutes
  return hidden > 0 ? [...lines, `and ${countToText(hidden, 'more host')} without a link`] : lines
}

/** Every way that was gone, connected or not. */
export function allRoutesToLines({ routes }: ExplanationBody): string[] {
  return routes.flatMap(routeToLines)
}

/** The newest reason why a host was not reached, for one line; empty when none was tried yet. */
export function lastFailure({ routes }: FolderStatusBody): string {
  const failed = routes.filter(({ state, lastResult }) => state !== 'connected' && lastResult !== undefined)
  const [newest] = failed.sort((a, b) => b.at.localeCompare(a.at))
  if (newest === undefined) return ''
  const { target, lastResult } = newest
  const message = lastResult!.message.replace(/\.$/, '')
  return plainText(message.startsWith(target) ? message : `${target}: ${message}`)
}

function routeToLines(route: Route): string[] {
  const { source, target, via, state, tried, lastResult } = route
  const head = `${source} ${plainText(target)} (${via}): ${nowOf(route)}`
  if (lastResult === undefined || state === 'connected') return [head]
  if (tried.length > 1) return [head, ...tried.map(({ message }) => `  ${plainText(message)}`)]
  return [head, `  ${plainText(lastResult.message)}`]
}

function nowOf({ state, at, lastResult, nextInSeconds }: Route): string {
  switch (state) {
    case 'connected':
      return 'connected'
    case 'trying':
      return 'being tried now'
    case 'given-up':
      return `tried ${timeToText(at)}, not tried again`
    case 'waiting':
      return lastResult === undefined
        ? 'not tried yet'
        : `tried ${timeToText(at)}, ${nextInSeconds === undefined ? 'not tried again' : `again in ${nextInSeconds} s`}`
  }
}
