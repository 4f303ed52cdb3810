import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultFolderSettings, type FolderSettings } from './engine/settings.ts'
import { deviceSettingTable, folderSettingTable } from './setting-table.ts'
import {
  readSchedule,
  refuseSharedPins,
  settingsFromJson,
  settingsFromTexts,
  showSettings,
  withDefaults,
} from './setting-values.ts'

const deviceTable = deviceSettingTable('Studio.example', '/home/somebody')

test('every folder setting has its default of the engine, and its default is valid in both forms', () => {
  expect(withDefaults(folderSettingTable, {})).toEqual(defaultFolderSettings)
  const shown = showSettings(folderSettingTable, {})
  expect(
    settingsFromJson(folderSettingTable, Object.fromEntries(shown.map(({ key, value }) => [key, value]))),
  ).toEqual(defaultFolderSettings)
  expect(
    settingsFromTexts(folderSettingTable, Object.fromEntries(shown.map(({ key, text }) => [key, text]))),
  ).toEqual(defaultFolderSettings)
})

test.each<[string, string, Partial<FolderSettings>]>([
  ['paused', 'on', { paused: true }],
  ['paused', 'False', { paused: false }],
  ['hosts', 'a.example:1, [2001:DB8::7]:2,a.example:1', { hosts: ['a.example:1', '[2001:db8::7]:2'] }],
  ['hosts', '', { hosts: [] }],
  ['archiveMaxBytes', '1.5G', { archiveMaxBytes: 1.5 * 1024 ** 3 }],
  ['reserveBytes', '64 MiB', { reserveBytes: 64 * 1024 ** 2 }],
  ['settleSeconds', '0.5', { settleSeconds: 0.5 }],
  ['uploadLimit', '500K', { uploadLimit: 500 * 1024 }],
  ['uploadLimit', '1 MB/s', { uploadLimit: 1024 ** 2 }],
  ['downloadLimit', '0', { downloadLimit: 0 }],
])('%s=%s is read', (key, text, values) => {
  expect(settingsFromTexts(folderSettingTable, { [key]: text })).toEqual(values)
})

test.each([
  ['paused', 'maybe'],
  ['paused', ''],
  ['hosts', 'a.example'],
  ['hosts', 'a.example:0'],
  ['archiveDays', '-1'],
  ['archiveDays', '1.5'],
  ['archiveDays', '0x10'],
  ['archiveMaxBytes', 'much'],
  ['massDeletePercent', '101'],
  ['uploadLimit', '1023'],
  ['uploadLimit', 'fast'],
  ['downloadLimit', '-1'],
])('%s=%s is refused by name', (key, text) => {
  expect(() => settingsFromTexts(folderSettingTable, { [key]: text })).toThrow(`valid value for ${key}`)
})

test.each([
  ['paused', 'on'],
  ['hosts', 'a.example:1'],
  ['hosts', [7]],
  ['archiveDays', '30'],
  ['archiveDays', null],
  ['reserveBytes', 1.5],
])('in JSON, %s: %j is refused by name', (key, value) => {
  expect(() => settingsFromJson(folderSettingTable, { [key]: value })).toThrow(`valid value for ${key}`)
})

test.each(['colour', '__proto__', 'constructor', 'toString'])('there is no setting %s', (key) => {
  const json = JSON.parse(`{"${key}": 1}`)
  expect(() => settingsFromJson(folderSettingTable, json)).toThrow(
    `There is no setting "${key}". Known: paused, hosts`,
  )
})

test('an entry of a list that is no text is refused, whatever it is', () => {
  for (const entry of [{ toString: 0 }, { toString: null, valueOf: 1 }, [], 5, null, true]) {
    const json = JSON.parse(JSON.stringify([entry]))
    for (const key of ['webNames', 'trackers', 'roots', 'relays'])
      expect(() => settingsFromJson(deviceTable, { [key]: json })).toThrow(`not a valid value for ${key}`)
    expect(() => settingsFromJson(folderSettingTable, { hosts: json })).toThrow('not a valid value for hosts')
  }
})

test('listening addresses may leave the port to the system; web may be off', () => {
  expect(settingsFromTexts(deviceTable, { listen: '[::]:0', web: 'off' })).toEqual({
    listen: '[::]:0',
    web: 'off',
  })
  expect(() => settingsFromTexts(deviceTable, { listen: 'off' })).toThrow('valid value for listen')
})

test('names for browsers are read in the spelling that browsers use', () => {
  const texts = {
    webNames: 'NAS.Example., 192.0.2.7,2001:DB8:0::7,[2001:db8::7], bücher.example,nas.example',
  }
  expect(settingsFromTexts(deviceTable, texts)).toEqual({
    webNames: ['nas.example', '192.0.2.7', '2001:db8::7', 'xn--bcher-kva.example'],
  })
  for (const wrong of ['http://nas', 'nas:8888', 'a b', '*', '192.0.2', '[::1'])
    expect(() => settingsFromTexts(deviceTable, { webNames: wrong })).toThrow('valid value for webNames')
  expect(settingsFromTexts(deviceTable, { webNames: 'none', https: 'on' })).toEqual({
    webNames: [],
    https: true,
  })
})

test('what is shown as a text reads back to the same value', () => {
  const texts = fc.dictionary(
    fc.constantFrom(...Object.keys(folderSettingTable)),
    fc.oneof(
      fc.constantFrom('on', 'off', '1', '25', '10K', 'a.example:7,b.example:8'),
      fc.string({ maxLength: 12 }),
    ),
  )
  fc.assert(
    fc.property(texts, (given) => {
      let read: Partial<FolderSettings>
      try {
        read = settingsFromTexts(folderSettingTable, given)
      } catch {
        return
      }
      const shown = showSettings(folderSettingTable, read).map(({ key, text }) => [key, text] as const)
      expect(
        withDefaults(folderSettingTable, settingsFromTexts(folderSettingTable, Object.fromEntries(shown))),
      ).toEqual(withDefaults(folderSettingTable, read))
    }),
  )
})

test('a size is shown as a person would type it, and to the byte', () => {
  const shown = (archiveMaxBytes: number) =>
    showSettings(folderSettingTable, { archiveMaxBytes }).find(({ key }) => key === 'archiveMaxBytes')!.text
  expect([0, 1023, 1024, 1.5 * 1024 ** 3, 20 * 1024 ** 3, 2 ** 50].map(shown)).toEqual([
    '0',
    '1023',
    '1K',
    '1536M',
    '20G',
    '1024T',
  ])
  fc.assert(
    fc.property(fc.nat(2 ** 20), fc.integer({ min: 0, max: 3 }), (number, unit) => {
      const archiveMaxBytes = number * 1024 ** unit
      const typed = { archiveMaxBytes: shown(archiveMaxBytes) }
      expect(settingsFromTexts(folderSettingTable, typed)).toEqual({ archiveMaxBytes })
    }),
  )
})

test('P8 a limit that would look like a device that has stopped is refused, and the smallest one is told', () => {
  expect(() => settingsFromTexts(deviceTable, { uploadLimit: '500' })).toThrow(
    'the smallest limit is 1K a second',
  )
  expect(settingsFromTexts(deviceTable, { uploadLimit: '1K', limitLan: 'on' })).toEqual({
    uploadLimit: 1024,
    limitLan: true,
  })
})

test('a schedule is kept in one written form, and read as what it says', () => {
  const limitSchedule = ['mon-fri 08:00-18:00 up=500K down=2M', 'sat,sun 22:00-06:00 pause']
  const typed = 'Mon-Fri 8:00-18:00 down=2M up=512000 ;sun,sat 22:00-6:00 pause;'
  expect(settingsFromTexts(deviceTable, { limitSchedule: typed })).toEqual({ limitSchedule })
  expect(settingsFromJson(deviceTable, { limitSchedule })).toEqual({ limitSchedule })
  expect(readSchedule(limitSchedule)).toHaveLength(2)
  expect(settingsFromTexts(deviceTable, { limitSchedule: '' })).toEqual({ limitSchedule: [] })
  for (const [wrong, reason] of [
    ['mon 08:00-09:00 up=5', 'up=5: the smallest limit is 1K'],
    ['mon 08:00-09:00', 'write what holds then'],
    [Array(101).fill('mon 08:00-09:00 pause').join(';'), 'no more than 100'],
  ] as const)
    expect(() => settingsFromTexts(deviceTable, { limitSchedule: wrong })).toThrow(reason)
  for (const json of ['daily 00:00-24:00 pause', [7]])
    expect(() => settingsFromJson(deviceTable, { limitSchedule: json })).toThrow('limitSchedule')
})

test.each<[string, readonly string[] | undefined]>([
  ['/srv/music/:/mnt//disk:/srv/music', ['/srv/music', '/mnt/disk']],
  ['/srv/../etc', ['/etc']],
  ['/', ['/']],
  ['none', []],
  ['music', undefined],
  ['~/music', undefined],
  ['/a\0b', undefined],
  [`/${'x'.repeat(4096)}`, undefined],
  [Array.from({ length: 33 }, (_, at) => `/${at}`).join(':'), undefined],
])('roots=%.40s is read', (text, roots) => {
  const read = () => settingsFromTexts(deviceTable, { roots: text })
  if (roots === undefined) expect(read).toThrow(/is not a valid value for roots/)
  else expect(read()).toEqual({ roots })
})

test('the root to begin with is the home directory, unless that is the whole disk', () => {
  expect(deviceTable.roots.default).toEqual(['/home/somebody'])
  expect(deviceSettingTable('', '/').roots.default).toEqual([])
})

test('A8: a pin is one of the header, or off, and no two things share one', () => {
  const pins = (text: Record<string, string>) => settingsFromTexts(deviceTable, text)
  expect(pins({ ledPin: '5', attentionPin: 'OFF', buttonPin: '0' })).toEqual({
    ...{ ledPin: 5, attentionPin: 'off', buttonPin: 0 },
  })
  for (const wrong of ['28', '-1', '1.5', 'GPIO17', '', '017'])
    expect(() => pins({ ledPin: wrong }), wrong).toThrow('write a GPIO number from 0 to 27, or off')
  expect(settingsFromJson(deviceTable, { ledPin: 'off', buttonPin: 4 })).toEqual({
    ledPin: 'off',
    buttonPin: 4,
  })
  refuseSharedPins(withDefaults(deviceTable, {}))
  refuseSharedPins(withDefaults(deviceTable, { ledPin: 'off', attentionPin: 'off', buttonPin: 'off' }))
  expect(() => refuseSharedPins(withDefaults(deviceTable, { buttonPin: 17 }))).toThrow(
    'ledPin is the same line; each needs one of its own',
  )
})

test('only an appliance shows itself to its network without being told to', () => {
  expect(deviceTable.ssdp.default).toBe(false)
  expect(deviceSettingTable('pi', '/home/pi', true).ssdp.default).toBe(true)
})
