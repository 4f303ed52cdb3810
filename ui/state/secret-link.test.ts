import { expect, test } from 'vitest'
import { secretLinkToText, textToSecretLink } from '../../src/core/secret-link.ts'
import { maxHosts, ownHost, readHosts, secretLink } from './secret-link.ts'

test('a link is written as the command line writes it, and read back', () => {
  const shared = {
    secret: 'BabcDEF-_9',
    name: 'Фото & видео + 1',
    hosts: ['192.0.2.7:4444', '[2001:db8::7]:4444'],
  }
  expect(secretLink(shared)).toBe(secretLinkToText(shared))
  expect(textToSecretLink(secretLink(shared))).toEqual(shared)
})

test('addresses are read one after another, each once, and only as many as fit', () => {
  expect(readHosts(' 192.0.2.7:4444, pi.local:4444\n192.0.2.7:4444 ')).toEqual({
    hosts: ['192.0.2.7:4444', 'pi.local:4444'],
  })
  expect(readHosts('')).toEqual({ hosts: [] })
  expect(readHosts('a:1 b:2 c:3 d:4 e:5').hosts).toHaveLength(maxHosts)
})

test('what is no address is named', () => {
  for (const wrong of ['pi.local', 'pi.local:0', 'pi.local:70000', 'http://pi.local:80', '2001:db8::7:4444'])
    expect(readHosts(`192.0.2.7:4444 ${wrong}`)).toEqual({ hosts: ['192.0.2.7:4444'], wrong })
})

test('the address of the page is proposed with the port for devices, but none of the device alone', () => {
  expect(ownHost('pi.local', '0.0.0.0:4444')).toBe('pi.local:4444')
  expect(ownHost('[2001:db8::7]', '[::]:5000')).toBe('[2001:db8::7]:5000')
  expect(['localhost', '127.0.0.1', '[::1]'].map((host) => ownHost(host, '0.0.0.0:4444'))).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})
