import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type BackupContent,
  backupContentToBytes,
  backupFileName,
  backupsToDrop,
  parseBackupContent,
  pathNow,
  readBackupName,
} from './backup-content.ts'
import { isSyncError } from './errors.ts'

const content: BackupContent = {
  ...{ made: '2026-11-23T01:02:03.456Z', deviceName: 'attic pi', deviceId: 'd'.repeat(64), program: '1.2.3' },
  ...{ config: '{"folders":[]}\n', identity: '{}\n', hostName: 'pi' },
  disks: [{ uuid: 'u-1', mountPoint: '/srv/berrysync/toshiba' }],
}

test('what was written is read again', () => {
  expect(parseBackupContent(backupContentToBytes(content))).toEqual(content)
})

test.each([
  ['nothing', '', 'backup-damaged'],
  ['a list', '[]', 'backup-damaged'],
  ['null', 'null', 'backup-damaged'],
  ['no version', '{}', 'backup-damaged'],
  ['a later version', '{"version":2}', 'backup-newer'],
  ['no identity', JSON.stringify({ version: 1, ...content, identity: undefined }), 'backup-damaged'],
  ['a number for a text', JSON.stringify({ version: 1, ...content, config: 5 }), 'backup-damaged'],
  ['a disk without a name', JSON.stringify({ version: 1, ...content, disks: [{}] }), 'backup-damaged'],
])('%s is refused with a word', (_, text, code) => {
  try {
    parseBackupContent(Buffer.from(text))
    expect.unreachable()
  } catch (error) {
    expect(isSyncError(error) && error.code).toBe(code)
  }
})

test('a folder is found on the disk it lies on, whatever that is called now', () => {
  const before = [
    { uuid: 'u-1', mountPoint: '/srv/berrysync/toshiba' },
    { uuid: 'u-2', mountPoint: '/srv/berrysync/tosh' },
  ]
  const now = [{ uuid: 'u-1', mountPoint: '/srv/berrysync/toshiba-2' }]
  const path = (given: string) => pathNow(given, before, now)
  expect(path('/srv/berrysync/toshiba/Berrysync/films')).toBe('/srv/berrysync/toshiba-2/Berrysync/films')
  expect(path('/srv/berrysync/toshiba')).toBe('/srv/berrysync/toshiba-2')
  expect(path('/srv/berrysync/tosh/music'), 'a disk that is not attached').toBe('/srv/berrysync/tosh/music')
  expect(path('/home/ann/notes')).toBe('/home/ann/notes')
})

test.each([
  ['attic pi', 'attic-pi-20261123T010203Z.berrysync-backup'],
  ['../../etc', 'etc-20261123T010203Z.berrysync-backup'],
  ['Кухня', 'Кухня-20261123T010203Z.berrysync-backup'],
  ['///', 'device-20261123T010203Z.berrysync-backup'],
])('the file of the device %s is called %s', (name, file) => {
  expect(backupFileName(name, content.made)).toBe(file)
  expect(readBackupName(file)).toMatchObject({ file, made: '2026-11-23T01:02:03Z' })
})

test('every name of a device makes a file name that stays in its directory and is read again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 64 }), (name) => {
      const file = backupFileName(name, content.made)
      expect(file).not.toMatch(/[/\0]|^\./)
      expect(readBackupName(file)?.made).toBe('2026-11-23T01:02:03Z')
    }),
  )
})

test('other files are no backups', () => {
  for (const file of [
    '',
    '.berrysync-backup',
    'a-20261399T990203Z.berrysync-backup',
    '../a-20261123T010203Z.berrysync-backup',
  ])
    expect(readBackupName(file), file).toBeUndefined()
})

test('the newest of a device stay, and all of the others', () => {
  const own = ['20261101', '20261103', '20261102', '20251230'].map(
    (day) => `attic-pi-${day}T000000Z.berrysync-backup`,
  )
  const others = ['sofa-20200101T000000Z.berrysync-backup', 'notes.txt']
  expect(backupsToDrop([...own, ...others], 'attic pi', 2)).toEqual([own[0], own[3]])
  expect(backupsToDrop([...own, ...others], 'attic pi', 7)).toEqual([])
})
