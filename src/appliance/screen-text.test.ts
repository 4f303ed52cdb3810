import { expect, test } from 'vitest'
import { qrToBlocks } from '../core/qr-code.ts'
import { nameOfAnswer } from './published-name.ts'
import { type ScreenFacts, screenText } from './screen-text.ts'

const well: ScreenFacts = {
  ...{
    name: 'Kitchen',
    addresses: ['192.168.1.20'],
    scheme: 'http',
    port: 80,
    hasWeb: true,
    isSetUp: true,
    isStarting: false,
  },
  ...{ wantedName: 'pi', publishedName: 'pi', state: 'Everything is up to date.', presetMistakes: [] },
}

/** The text beside the code, in one line. */
function words(facts: Partial<ScreenFacts>): string {
  return screenText({ ...well, ...facts })
    .replace(/[█▀▄]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

test('it says how the device is called, where it is and how it does', () => {
  expect(words({})).toBe(
    'Kitchen Open in a browser: http://pi.local http://192.168.1.20 Everything is up to date.',
  )
})

test('the code beside it holds the address by its numbers, which every phone understands', () => {
  const lines = screenText(well).split('\n')
  const code = qrToBlocks('http://192.168.1.20')
  expect(lines.slice(0, code.length).map((line) => line.slice(0, code[0]!.length))).toEqual(code)
  expect(lines[0]).toMatch(/^█+ {3}Kitchen$/)
})

test('a port of its own and HTTPS stand in the address', () => {
  expect(words({ port: 8888 })).toContain('http://pi.local:8888 http://192.168.1.20:8888')
  expect(words({ scheme: 'https', port: 443 })).toContain('https://pi.local https://192.168.1.20 ')
})

test('without a network it says what to do', () => {
  expect(words({ addresses: [] })).toBe(
    'Kitchen There is no network yet. Plug in a network cable. Everything is up to date.',
  )
})

test('while it starts there is nothing to open', () => {
  expect(words({ isStarting: true, state: 'The device is starting.' })).toBe(
    'Kitchen The device is starting.',
  )
})

test('a device without a password asks for one, and one without web interface says so', () => {
  expect(words({ isSetUp: false })).toContain('Open in a browser, to choose a password:')
  expect(words({ hasWeb: false })).toContain('The web interface is switched off.')
})

test('a name that another device has already is told, with the one to use', () => {
  expect(words({ publishedName: 'pi-2' })).toContain(
    'http://pi-2.local http://192.168.1.20 Another device in this network is called pi.local, so this one is pi-2.local.',
  )
  expect(words({ publishedName: undefined })).toContain('http://pi.local')
  expect(words({ publishedName: undefined })).not.toContain('Another device')
})

test('mistakes in the presets are shown, as many as there is room for, and nothing leaves the screen', () => {
  expect(words({ presetMistakes: ['line 3: "wlan" is no name'] })).toContain(
    'Not understood in berrysync.txt: line 3: "wlan" is no name',
  )
  const many = screenText({
    ...well,
    presetMistakes: Array.from({ length: 100 }, (_, at) => `line ${at} ${'word '.repeat(30)}`),
  })
  expect(many.split('\n')).toHaveLength(24)
  expect(Math.max(...many.split('\n').map((line) => line.length))).toBeLessThan(80)
})

test('whatever somebody typed does not steer the screen', () => {
  const text = screenText({ ...well, name: 'a\x1b[2Jb', presetMistakes: ['\x07\x9b2J'] })
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
})

test('what avahi answers is read, and nothing that is no name', () => {
  expect(nameOfAnswer('{"type":"s","data":["pi-2"]}\n')).toBe('pi-2')
  for (const odd of ['', 'null', '{}', '{"data":[]}', '{"data":["a b"]}', '{"data":["\\u001b[2J"]}'])
    expect(nameOfAnswer(odd)).toBeUndefined()
})
