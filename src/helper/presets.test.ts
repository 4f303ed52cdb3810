import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateFullSecret, generateOneTimeSecret, secretToText } from '../core/secret.ts'
import { secretLinkToText } from '../core/secret-link.ts'
import { createSeededChance } from '../testing/seeded-chance.ts'
import { withoutForeignStart } from './preset-file.ts'
import { maxPresetBytes, parsePresets } from './presets.ts'

const zones = new Set(['Europe/Berlin', 'UTC'])
const parse = (text: string | Uint8Array) =>
  parsePresets(typeof text === 'string' ? Buffer.from(text) : text, (zone) => zones.has(zone))
const secretOf = (seed: number) =>
  secretToText(generateFullSecret((count) => createSeededChance(seed).bytes(count)))
const key = `ssh-ed25519 ${'A'.repeat(68)} me@laptop`

const whole = `# My box
name = Attic
wifi-ssid = Home Sweet Home
wifi-password = "correct horse"
wifi-country = de
time-zone = Europe/Berlin
language = RU
ssh-key = ${key}
folder-secret = ${secretOf(1)} Podcasts
folder-secret = ${secretOf(2)}
`

describe('A11: presets', () => {
  test('a whole file', () => {
    const { presets, mistakes, taken } = parse(whole)
    expect(mistakes).toEqual([])
    expect(presets).toEqual({
      name: 'attic',
      wifi: { ssid: 'Home Sweet Home', password: 'correct horse', country: 'DE' },
      timeZone: 'Europe/Berlin',
      language: 'ru',
      sshKeys: [key],
      folders: [
        { name: 'Podcasts', secret: secretOf(1) },
        { name: 'Folder', secret: secretOf(2) },
      ],
    })
    expect(taken).toHaveLength(8)
  })

  test('a name of whatever length is read in a moment: the start waits for it', () => {
    const beganMs = performance.now()
    const { presets } = parse(`folder-secret = ${secretOf(1)} a${'.'.repeat(60_000)}b\n`)
    expect(presets.folders[0]!.name).toBe('a')
    expect(performance.now() - beganMs).toBeLessThan(2000)
  })

  test('what is left of it has no secrets, and says nothing more the next time', () => {
    const { scrubbed } = parse(whole)
    for (const secret of [secretOf(1), secretOf(2), 'correct horse']) expect(scrubbed).not.toContain(secret)
    expect(scrubbed).toContain('# name = Attic')
    expect(scrubbed).toContain('# My box')
    expect(parse(scrubbed!)).toMatchObject({ taken: [], mistakes: [], scrubbed: undefined })
  })

  test('new lines below are taken the next time, and the heading stays one', () => {
    const { scrubbed } = parse(`${parse(whole).scrubbed}name = cellar\n`)
    expect(parse(`${parse(whole).scrubbed}name = cellar\n`).presets.name).toBe('cellar')
    expect(scrubbed!.match(/has read this file/g)).toHaveLength(1)
  })

  test.each([
    ['CRLF and a mark of its beginning', Buffer.from(`\ufeff${whole.replaceAll('\n', '\r\n')}`)],
    ['what Notepad calls Unicode', Buffer.from(`\ufeff${whole}`, 'utf16le')],
    ['the same, the other way round', Buffer.from(`\ufeff${whole}`, 'utf16le').swap16()],
  ])('%s', (_, bytes) => {
    expect(parse(bytes).presets).toEqual(parse(whole).presets)
  })

  test.each([
    ['hello', 'not-understood'],
    ['= x', 'not-understood'],
    ['wifi_pass = hunter22', 'key-unknown'],
    ['__proto__ = x', 'key-unknown'],
    ['constructor = x', 'key-unknown'],
    ['name = my box', 'value-invalid'],
    ['name = ../etc', 'value-invalid'],
    ['name =', 'value-invalid'],
    [`name = ${'x'.repeat(64)}`, 'value-invalid'],
    ['wifi-password = short', 'value-invalid'],
    ['wifi-password = 12345678\u0000x', 'unreadable'],
    ['wifi-password = 1234\t5678', 'value-invalid'],
    ['wifi-country = Germany', 'value-invalid'],
    ['time-zone = ../../etc/passwd', 'value-invalid'],
    ['language = klingon', 'value-invalid'],
    ['ssh-key = command="rm -rf /" ssh-ed25519 AAAA', 'value-invalid'],
    ['folder-secret = nonsense', 'value-invalid'],
    ['folder-secret =', 'value-invalid'],
  ])('a mistake costs its own line: %j', (line, code) => {
    const { mistakes, presets, scrubbed } = parse(`${line}\ntime-zone = UTC\n`)
    expect(mistakes).toMatchObject([{ code }])
    if (code === 'unreadable') return
    expect(presets.timeZone).toBe('UTC')
    // A line nobody understood may be a secret in the wrong place.
    if (code !== 'value-invalid') expect(scrubbed).not.toContain(line)
  })

  test('a secret with a typing mistake is not shown in the report, and not left in the file', () => {
    const wrong = `${secretOf(1).slice(0, -1)}_`
    const { mistakes, scrubbed } = parse(`folder-secret = ${wrong}\n`)
    expect(mistakes).toMatchObject([{ code: 'value-invalid', key: 'folder-secret', line: 1 }])
    expect(JSON.stringify(mistakes)).not.toContain(wrong)
    expect(scrubbed).not.toContain(wrong)
  })

  test('of two names the first counts', () => {
    expect(parse('name = one\nname = two\n')).toMatchObject({
      presets: { name: 'one' },
      mistakes: [{ code: 'said-twice', line: 2, key: 'name' }],
    })
  })

  test('Wi-Fi without a country, or without a network, is none', () => {
    expect(parse('wifi-ssid = x\nwifi-password = 12345678\n')).toMatchObject({
      mistakes: [{ code: 'incomplete', key: 'wifi-country' }],
    })
    expect(parse('wifi-password = 12345678\nwifi-country = DE\n')).toMatchObject({
      mistakes: [{ code: 'incomplete', key: 'wifi-ssid' }],
    })
    expect(parse('wifi-ssid = x\nwifi-country = DE\n').presets.wifi).toEqual({
      ssid: 'x',
      password: undefined,
      country: 'DE',
    })
    expect(parse('wifi-country = DE\n').mistakes).toEqual([])
  })

  test('a folder by a link takes the name of that; names are plain and differ', () => {
    const oneTime = secretToText(generateOneTimeSecret((count) => createSeededChance(3).bytes(count)))
    const link = secretLinkToText({ secret: oneTime, name: '../My/Music', hosts: ['192.0.2.1:4444'] })
    const { presets } = parse(
      `folder-secret = ${link}\nfolder-secret = ${secretOf(4)} MYMUSIC\nfolder-secret = ${secretOf(5)} .sync/..\nfolder-secret = ${secretOf(4)} again\n`,
    )
    expect(presets.folders.map(({ name }) => name)).toEqual(['MyMusic', 'MYMUSIC 2', 'sync'])
  })

  test('what is no text, or too much of it, is not taken apart', () => {
    expect(parse(Buffer.from([0x6e, 0xff, 0x80])).mistakes).toMatchObject([{ code: 'unreadable' }])
    expect(parse(Buffer.alloc(maxPresetBytes + 1, 0x23)).mistakes).toMatchObject([{ code: 'unreadable' }])
    expect(parse(Buffer.alloc(100)).mistakes).toEqual([])
    expect(parse('')).toMatchObject({ taken: [], mistakes: [], scrubbed: undefined })
  })

  test('any bytes are read to an end, and what is left of them is read without a mistake', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', 'name=', 'folder-secret=', '# '),
        (text, begin) => {
          const { scrubbed } = parse(begin + text)
          if (scrubbed !== undefined)
            expect(parse(scrubbed)).toMatchObject({ taken: [], mistakes: [], scrubbed: undefined })
        },
      ),
    )
  })
})

test('what Raspberry Pi Imager adds to the line of the kernel is taken out, and nothing else', () => {
  const line = 'console=tty1 root=PARTUUID=1-2 rootwait quiet'
  const foreign = `${line} systemd.run=/boot/firstrun.sh systemd.run_success_action=reboot systemd.unit=kernel-command-line.target\n`
  expect(withoutForeignStart(foreign)).toBe(`${line}\n`)
  expect(withoutForeignStart(`${line} systemd.unit=rescue.target`)).toBe(`${line} systemd.unit=rescue.target`)
})
