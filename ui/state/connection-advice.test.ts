import { expect, test } from 'vitest'
import type { ExplanationBody } from '../../src/api/schemas/explanation.ts'
import { aFolder, aPeer } from '../testing/samples.ts'
import { adviceFor, connectionsKey, describeRoute, sortRoutes } from './connection-advice.ts'

type Route = ExplanationBody['routes'][number]

function aRoute(change: Partial<Route> = {}): Route {
  return {
    source: 'host',
    target: '192.0.2.7:4444',
    via: 'direct',
    state: 'waiting',
    tried: [],
    at: '2026-01-01T00:00:00Z',
    ...change,
  }
}

function anExplanation(change: Partial<ExplanationBody> = {}): ExplanationBody {
  return {
    path: '/srv/photos',
    switches: ['lan', 'tracker'],
    closed: false,
    routes: [],
    searches: [],
    reachable: { state: 'likely', message: '', routers: [] },
    ...change,
  }
}

const keysFor = (change: Partial<ExplanationBody>, folder = aFolder()) =>
  adviceFor(anExplanation(change), folder).map(({ key }) => key)

test('where somebody is connected there is nothing to do', () => {
  expect(keysFor({}, aFolder({ peers: [aPeer()] }))).toEqual([])
})

test('a folder that is paused connects to nobody', () => {
  expect(keysFor({ closed: true }, aFolder({ state: 'paused' }))).toEqual(['advice-paused'])
})

test('a closed device without addresses has no way to anybody', () => {
  expect(keysFor({ closed: true, switches: [] })[0]).toBe('advice-closed-no-host')
  expect(keysFor({ switches: [] })[0]).toBe('advice-nothing-on')
  expect(keysFor({ closed: true, switches: [], routes: [aRoute()] })).not.toContain('advice-closed-no-host')
})

test('what the tries have shown comes before guesses', () => {
  const lastResult = { code: 'handshake-failed', message: '' }
  expect(keysFor({ routes: [aRoute({ lastResult })] })).toEqual(['advice-other-secret', 'advice-other-on'])
})

test('a search is only a reason where all of it failed', () => {
  const asked = { by: 'tracker', at: 'udp://a', message: '', found: 0, time: '' } as const
  const failed = { ...asked, state: 'failed' } as const
  expect(keysFor({ searches: [failed] })).toContain('advice-tracker-failed')
  expect(keysFor({ searches: [failed, { ...asked, state: 'working' }] })).not.toContain(
    'advice-tracker-failed',
  )
})

test('no more is said than somebody reads', () => {
  const routes = ['peer-incompatible', 'peer-self', 'handshake-failed', 'unreachable'].map((code) =>
    aRoute({ lastResult: { code, message: '' } }),
  )
  expect(keysFor({ routes, switches: ['dht'] })).toHaveLength(4)
})

test('ways are told apart by what came of them', () => {
  const keyOf = (change: Partial<Route>) => describeRoute(aRoute(change)).words.key
  const lastResult = { code: 'unreachable', message: '' }
  expect(keyOf({})).toBe('route-not-yet')
  expect(keyOf({ lastResult })).toBe('route-failed')
  expect(keyOf({ lastResult, nextInSeconds: 3 })).toBe('route-waiting')
  expect(keyOf({ state: 'connected' })).toBe('route-connected')
  expect(keyOf({ state: 'trying' })).toBe('route-trying')
  expect(keyOf({ state: 'given-up' })).toBe('route-given-up')
})

test('what a person typed in comes before what was found', () => {
  const found = aRoute({ source: 'lan', target: 'found', state: 'connected' })
  const typed = aRoute({ target: 'typed' })
  expect(sortRoutes([found, typed]).map(({ target }) => target)).toEqual(['typed', 'found'])
})

test('the explanation is asked for again when a way or a device comes or goes, and not when bytes pass', () => {
  const before = connectionsKey(aFolder({ peers: [aPeer()], routes: [aRoute()] }))
  const of = (change: Parameters<typeof aFolder>[0]) =>
    connectionsKey(aFolder({ peers: [aPeer()], routes: [aRoute()], ...change }))
  expect(of({ peers: [aPeer({ received: 9 })], bytes: 1 })).toBe(before)
  expect(of({ peers: [] })).not.toBe(before)
  expect(of({ routes: [aRoute({ state: 'trying' })] })).not.toBe(before)
})
