import { expect, test } from 'vitest'
import { createDhtReach } from './dht-reach.ts'

const strange = ['127.0.0.1', '10.1.2.3', '192.168.1.1', '169.254.1.1', '100.64.0.1']
const never = ['0.0.0.0', '224.0.0.1', '239.255.255.250', '255.255.255.255', 'example.org', '']

test('only public addresses are spoken with', () => {
  const reach = createDhtReach()
  expect(reach.includes('198.51.100.7')).toBe(true)
  for (const host of [...strange, ...never]) {
    expect(reach.includes(host), host).toBe(false)
    expect(reach.isNamedBy('198.51.100.7', host), host).toBe(false)
  }
})

test('a typed address of a private network lets in such a network, but only as those in it tell', () => {
  const reach = createDhtReach()
  reach.setTyped(['10.0.0.1', '224.0.0.1'])
  expect(reach.includes('192.168.1.1')).toBe(true)
  expect(reach.isNamedBy('10.0.0.1', '10.0.0.2')).toBe(true)
  expect(reach.isNamedBy('10.0.0.1', '198.51.100.7')).toBe(true)
  expect(reach.isNamedBy('198.51.100.7', '10.0.0.2')).toBe(false)
  for (const host of ['127.0.0.1', '169.254.1.1', ...never]) {
    expect(reach.includes(host), host).toBe(false)
    expect(reach.isNamedBy('10.0.0.1', host), host).toBe(false)
  }
  reach.setTyped([])
  expect(reach.includes('10.0.0.1')).toBe(false)
})
