import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { deviceSettingTable } from '../../src/setting-table.ts'
import { showSettings } from '../../src/setting-values.ts'
import {
  advancedRows,
  type DeviceSwitches,
  type FolderSwitches,
  needsRestart,
  overruledBy,
  whatLeaves,
} from './device-settings.ts'
import { languages } from './preferences.ts'

const table = deviceSettingTable('pi', '/home/pi')
const keys = Object.keys(table)
const rows = showSettings(table, {}, { web: '127.0.0.1:1' })

test('every setting is called something and explained in both languages, and where it can be mistyped there is a word for that', () => {
  for (const language of languages) {
    const texts = readFileSync(join(import.meta.dirname, `../text/${language}/preferences.ftl`), 'utf8')
    const lacks = keys.flatMap((key) =>
      ['label', 'about', ...(typeof table[key as 'name'].default === 'boolean' ? [] : ['fault'])]
        .map((part) => `device-${part}-${key}`)
        .filter((text) => !new RegExp(`^${text} = \\S`, 'm').test(texts)),
    )
    expect(lacks).toEqual([])
  }
})

test('what takes a restart says so, as the daemon does', () => {
  for (const key of keys)
    expect(needsRestart(key), key).toBe(/from the next start on/i.test(table[key as 'name'].about))
})

test('what has no section of its own is among the advanced, whatever a newer device adds', () => {
  const added = { ...rows[0]!, key: 'newer' }
  expect(advancedRows([...rows, added]).map(({ key }) => key)).toEqual([
    'metrics',
    'cipher',
    'ssdp',
    'ledPin',
    'attentionPin',
    'buttonPin',
    'newer',
  ])
})

test('an option of this run is told', () => {
  expect(overruledBy(rows, 'web')).toBe('127.0.0.1:1')
  expect(overruledBy(rows, 'name')).toBeUndefined()
})

const open: DeviceSwitches = {
  closed: false,
  portMapping: true,
  trackers: ['udp://a', 'udp://b'],
  relays: [],
  dhtBootstrap: ['c:1'],
  ...{ ssdp: true, web: 'http://192.0.2.9:8888', appliance: false },
}
const folder: FolderSwitches = {
  ...{ paused: false, lan: true, tracker: true, dht: false, relay: true },
  hosts: ['192.0.2.7:4444'],
}

test('what leaves is what is switched on, has somewhere to go, and is of a folder that is not paused', () => {
  const leaving = whatLeaves(open, [
    folder,
    { ...folder, tracker: false, hosts: [] },
    { ...folder, paused: true },
  ])
  expect(leaving.map(({ what, leavesNow, folders, targets }) => [what, leavesNow, folders, targets])).toEqual(
    [
      ['lan', true, 2, 0],
      ['tracker', true, 1, 2],
      ['dht', false, 0, 1],
      ['relay', false, 2, 0],
      ['router', true, 2, 0],
      ['ssdp', true, 0, 0],
      ['hosts', true, 1, 1],
    ],
  )
})

test.each([
  [{}, true],
  [{ ssdp: false }, false],
  [{ closed: true }, false],
  [{ web: undefined }, false],
  [{ web: 'http://127.0.0.1:8888' }, false],
  [{ web: 'http://[::1]:8888' }, false],
  [{ web: 'https://localhost' }, false],
])('the device shows itself in the local network where it is %o: %s', (told, leavesNow) => {
  const [row] = whatLeaves({ ...open, ...told }, []).filter(({ what }) => what === 'ssdp')
  expect(row).toMatchObject({ leavesNow, leavesClosed: false })
})

test('the system of an appliance goes on by itself in a closed system, and that is told', () => {
  const rows = whatLeaves({ ...open, closed: true, appliance: true }, [])
  expect(rows.filter(({ leavesClosed }) => leavesClosed).map(({ what }) => what)).toEqual(['system'])
  expect(rows.filter(({ leavesNow }) => leavesNow).map(({ what }) => what)).toEqual(['system'])
})

test('out of a closed system nothing goes but to predefined hosts', () => {
  const closed = whatLeaves({ ...open, closed: true }, [folder])
  expect(closed.filter(({ leavesNow }) => leavesNow).map(({ what }) => what)).toEqual(['hosts'])
  for (const row of [...closed, ...whatLeaves(open, [folder])])
    expect(row.leavesClosed).toBe(row.what === 'hosts')
})
