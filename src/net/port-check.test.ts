import { describe, expect, test } from 'vitest'
import { interfacesAt } from '../testing/fake-router.ts'
import { segmentsOf } from './lan-segments.ts'
import { checkPort, type PortFacts } from './port-check.ts'

const atHome: PortFacts = {
  listen: { host: '0.0.0.0', port: 4444 },
  own: ['127.0.0.1', '192.168.1.2', 'fe80::1', '2001:db8::2'],
  segments: [],
  mapping: undefined,
  callers: [],
  relays: [],
}

describe('what there is to know, from the least to the most', () => {
  test.each<[string, Partial<PortFacts>, string, string]>([
    [
      'nothing',
      {},
      'unlikely',
      'peers outside can hardly connect: this device listens at no public address, and no router forwards a port to it; it can connect to them',
    ],
    [
      'a router behind another one',
      { mapping: { port: 5000 } },
      'unlikely',
      'peers outside can hardly connect: this device listens at no public address, and the router that forwards port 5000 to it is not known to have one; it can connect to them',
    ],
    [
      'a relay',
      { relays: ['relay.example:443'] },
      'relayed',
      'peers outside connect through the relay relay.example:443',
    ],
    [
      'a public address at which it listens',
      { listen: { host: '::', port: 4444 }, relays: ['relay.example:443'] },
      'likely',
      'this device has the public address [2001:db8::2]:4444, and no peer outside has connected yet: a firewall may be in the way',
    ],
    [
      'a router that forwards a port',
      { mapping: { host: '203.0.113.9', port: 5000 }, own: ['198.51.100.2'] },
      'likely',
      'the router forwards 203.0.113.9:5000 to this device, and no peer outside has connected yet',
    ],
    [
      'a peer that connected',
      { callers: ['192.168.1.7', '203.0.113.77'], mapping: { host: '203.0.113.9', port: 5000 } },
      'reachable',
      'peers outside can connect: one did, from 203.0.113.77',
    ],
    [
      'only this device can connect',
      { listen: { host: '127.0.0.1', port: 4444 }, callers: ['203.0.113.77'] },
      'closed',
      'nobody else can connect: it listens at 127.0.0.1:4444, where only programs on the device itself can',
    ],
  ])('%s', (_, facts, state, message) => {
    expect(checkPort({ ...atHome, ...facts })).toEqual({ state, message })
  })
})

test('a peer of the local network shows nothing, whatever its address', () => {
  for (const caller of ['127.0.0.1', '192.168.1.7', 'fe80::7%eth0', 'fd00::7', '::ffff:10.0.0.1', 'nonsense'])
    expect(checkPort({ ...atHome, callers: [caller] }).state).toBe('unlikely')
  const segments = segmentsOf(interfacesAt('9.0.0.2'))
  expect(checkPort({ ...atHome, segments, callers: ['9.0.0.7'] }).state).toBe('unlikely')
  expect(checkPort({ ...atHome, callers: ['9.0.0.7'] }).state).toBe('reachable')
})

test('a public address counts only where this device listens', () => {
  const own = ['198.51.100.2']
  expect(checkPort({ ...atHome, own }).state).toBe('likely')
  expect(checkPort({ ...atHome, own, listen: { host: '192.168.1.2', port: 4444 } }).state).toBe('unlikely')
  expect(checkPort({ ...atHome, own, listen: { host: '198.51.100.2', port: 4444 } }).state).toBe('likely')
  expect(checkPort({ ...atHome, own: ['2001:db8::2'] }).state).toBe('unlikely')
})
