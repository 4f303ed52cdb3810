import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { deviceSettingTable, folderSettingTable } from './setting-table.ts'

const deviceTable = deviceSettingTable('Studio.example', '/home/somebody')

test('the README has a row for every setting, of the device and of a folder', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  function rowsBelow(heading: string): string[] {
    const table = readme.split(`| ${heading} | default | meaning |`)[1]!.split('\n\n', 1)[0]!
    const names = table.split('\n').map((row) => row.split('|')[1] ?? '')
    return names.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!)).sort()
  }
  expect(rowsBelow('device setting')).toEqual(Object.keys(deviceTable).sort())
  expect(rowsBelow('folder setting')).toEqual(Object.keys(folderSettingTable).sort())
})

test('the device is called like the host unless that cannot be a name', () => {
  expect(deviceTable.name.default).toBe('Studio')
  expect(deviceSettingTable('', '/').name.default).toBe('berrysync')
})
