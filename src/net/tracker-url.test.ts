import { expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { defaultTrackers } from './public-servers.ts'
import { parseTrackerUrl } from './tracker-url.ts'

test.each([
  ['udp://tracker.test:6969/announce', 'udp://tracker.test:6969/announce'],
  ['UDP://Tracker.Test:6969', 'udp://tracker.test:6969/announce'],
  ['udp://tracker.test:80/', 'udp://tracker.test:80/announce'],
  ['udp://[2001:DB8::1]:6969/anything', 'udp://[2001:db8::1]:6969/announce'],
  ['http://192.0.2.1', 'http://192.0.2.1:80/announce'],
  ['https://tracker.test', 'https://tracker.test:443/announce'],
  ['https://tracker.test/', 'https://tracker.test:443/announce'],
  ['https://[2001:db8::1]/a', 'https://[2001:db8::1]:443/a'],
  [
    'http://tracker.test:8080/0123abcd/announce?passkey=x%20y',
    'http://tracker.test:8080/0123abcd/announce?passkey=x%20y',
  ],
  ['http://tracker.test:8080/a/../announce.php', 'http://tracker.test:8080/announce.php'],
  [' http://трекер.test:8080/путь ', 'http://xn--e1aaowdh.test:8080/%D0%BF%D1%83%D1%82%D1%8C'],
])('%s is written %s', (typed, written) => {
  const { text } = parseTrackerUrl(typed)
  expect(text).toBe(written)
  expect(parseTrackerUrl(text)).toEqual(parseTrackerUrl(typed))
})

test.each([
  ['', 'does not begin with'],
  ['tracker.test:6969', 'does not begin with'],
  ['wss://tracker.test', 'only udp, http and https'],
  ['file:///etc/passwd', 'only udp, http and https'],
  ['udp://tracker.test/announce', 'needs a port'],
  ['udp://[2001:db8::1]/announce', 'needs a port'],
  ['http://', 'is not a host'],
  ['http://tracker.test:0/', 'is not a host'],
  ['http://tracker.test:65536/', 'is not a host'],
  ['http://tracker.test:', 'is not a host'],
  ['http://1.2.3:80', 'is not a host'],
  ['http://user:pass@tracker.test/', 'user name or password'],
  ['http://tracker.test/#x', 'a #'],
  ['http://tracker.test/a b', 'a character no address has'],
  ['http://tracker.test\\@evil.test/', 'a character no address has'],
  ['http://tracker.test/\u202e', 'a character no address has'],
  [`http://tracker.test/${'a'.repeat(500)}`, 'longer than 500'],
])('%j is refused: %s', (typed, reason) => {
  try {
    parseTrackerUrl(typed)
    expect.unreachable()
  } catch (thrown) {
    expect(isSyncError(thrown, 'tracker-invalid')).toBe(true)
    expect((thrown as Error).message).toContain(reason)
  }
})

test('the default list is in its written form', () => {
  expect(defaultTrackers.map((text) => parseTrackerUrl(text).text)).toEqual(defaultTrackers)
  expect(new Set(defaultTrackers).size).toBe(defaultTrackers.length)
})
