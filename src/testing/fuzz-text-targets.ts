/** What people write, files keep and other devices name: secrets, links, paths, ignore patterns, settings, configuration, backups, logs. */
import { resolve } from 'node:path'
import { configToText, parseConfigText } from '../config.ts'
import {
  type BackupContent,
  backupContentToBytes,
  backupFileName,
  parseBackupContent,
  pathNow,
  readBackupName,
} from '../core/backup-content.ts'
import { conflictDevice, conflictOriginal, conflictPath, numberedPath } from '../core/conflict-name.ts'
import { deviceNameFault } from '../core/device-name.ts'
import { ed25519Pair } from '../core/ed25519.ts'
import { toId } from '../core/ids.ts'
import { defaultIgnoreText, parseIgnore } from '../core/ignore.ts'
import { parsePasswordHash, passwordFault, passwordHashToText } from '../core/password.ts'
import { childPath, isHiddenName, pathFault, type RelPath, textToPath } from '../core/path.ts'
import { type LockCost, openBackup, readLockCost, sealBackup } from '../core/sealed-backup.ts'
import {
  generateFullSecret,
  generateOneTimeSecret,
  parseSecret,
  readSecretOf,
  secretToText,
} from '../core/secret.ts'
import { secretLinkToText, textToSecretLink } from '../core/secret-link.ts'
import { nsToText } from '../core/time-text.ts'
import { keyPairOf } from '../core/x25519.ts'
import { identityToText as rootToText, textToIdentity } from '../disk/identity.ts'
import { redact } from '../helper/redact.ts'
import { deviceKeysOf, identityToText, parseIdentity } from '../net/identity.ts'
import { deviceSettingTable, folderSettingTable, type SettingTable } from '../setting-table.ts'
import { settingsFromJson, settingsFromTexts, showSettings } from '../setting-values.ts'
import { type FuzzTarget, hold, holdSame, textOf } from './fuzz-target.ts'

const always = (count: number) => Buffer.alloc(count, 7)
const fullSecret = generateFullSecret(always)
const fullText = secretToText(fullSecret)
const secretTexts = [
  fullText,
  secretToText(readSecretOf(fullSecret)),
  secretToText(generateOneTimeSecret(always)),
  'MyOwnSecretOfAtLeast21Bytes0123+/==',
]
const deviceTable = deviceSettingTable('pi', '/home/pi')
const tables = [deviceTable, folderSettingTable] as unknown as readonly SettingTable<
  Record<string, unknown>
>[]

const passwordText = passwordHashToText({
  ...{ costExponent: 15, blockSize: 8, parallel: 1, salt: always(16), hash: always(32) },
})
const configText = configToText({
  device: { name: 'attic', uploadLimit: 1_000_000, roots: ['/srv'], trackers: [], limitSchedule: [] },
  folders: [
    { path: '/srv/a', secret: fullSecret, set: { hosts: ['192.0.2.7:4444'] } },
    {
      ...{ path: '/srv/b', secret: readSecretOf(fullSecret), former: [fullSecret], set: {} },
      ...{ isNew: true, isFromWeb: true, isRestored: true },
      disk: { uuid: 'ab-12', name: 'usb', database: 'disk' },
    },
    { path: '/srv/c', secret: generateOneTimeSecret(always), set: {} },
  ],
  password: parsePasswordHash(passwordText)!,
})
const device = deviceKeysOf(always(32))
const content: BackupContent = {
  ...{ made: '2026-11-23T01:02:03.000Z', deviceName: 'attic pi', deviceId: device.id, program: '1.2.3' },
  ...{ config: configText, identity: '{}', hostName: 'pi', timeZone: 'Europe/Berlin' },
  disks: [{ uuid: 'ab-12', mountPoint: '/srv/berrysync/usb' }],
}
const lockPair = keyPairOf(always(32))
const cost: LockCost = { costExponent: 15, blockSize: 8, parallel: 8, salt: always(16) }
const sealed = sealBackup(
  { ...cost, publicKey: lockPair.publicKey },
  Buffer.from('content'),
  keyPairOf(Buffer.alloc(32, 9)),
)

const ignoredPaths = [
  'a',
  'a/b',
  'Thumbs.db',
  'x.part',
  `${'a'.repeat(255)}/${'ab'.repeat(120)}`,
  'd/.nfs1',
  '~$x',
]

export const fuzzTextTargets: readonly FuzzTarget[] = [
  {
    name: 'secret',
    // Of a text that may have lost a character every character is tried at every place.
    bytesPerByte: 128 * 1024,
    seeds: () => secretTexts,
    words: [...secretTexts, '=', 'F', '\u200b'],
    run(bytes) {
      const secret = parseSecret(textOf(bytes))
      holdSame(secretToText(parseSecret(secretToText(secret))), secretToText(secret))
    },
  },
  {
    name: 'secret-link',
    seeds: () =>
      secretTexts.map((secret) =>
        secretLinkToText({ secret, name: 'Holiday & co', hosts: ['192.0.2.7:4444', 'x:1'] }),
      ),
    words: ['berrysync://add?', 'secret=', '&name=', '&host=', '%', '+'],
    maxBytes: 8192,
    run(bytes) {
      const link = textToSecretLink(textOf(bytes))
      holdSame(textToSecretLink(secretLinkToText(link)), link)
    },
  },
  {
    name: 'path',
    seeds: () => [
      'a/b.txt',
      '.sync/x',
      '\u2024sync',
      'e\u0301/\u00e9',
      'a/../b',
      `${'d/'.repeat(127)}x`,
      'SYNC~1',
    ],
    words: ['/', '..', '/../', '.sync', '.Sync.', '\u200d', 'SYNC~1', '\uff0e', '.s\u017fnc', '\0'],
    run(bytes) {
      const text = textOf(bytes)
      for (const path of [textToPath(text), childPath('', text), childPath('a/b' as RelPath, text)]) {
        if (path === undefined) continue
        hold(resolve('/root/folder', path).startsWith('/root/folder/'), 'a path stays in its folder')
        hold(resolve('/root', path) === `/root/${path}`, 'a path is written in one way')
        hold(!isHiddenName(path.split('/')[0]!), 'a path is not in the hidden directory')
      }
    },
  },
  {
    name: 'conflict-name',
    seeds: () => [
      'notes.txt\npi\n1700000000000000000',
      'd/a (conflict pi 2024-01-02 030405).tar.gz\npi (2)\n-1',
      `${'\u{1f600}'.repeat(60)}.x\n${'\u{1f600}'.repeat(30)}\n99999999999999999999`,
    ],
    words: [' (conflict ', ' 2024-01-02 030405)', ' 0123abcd)', '.', '(', ')', '\n'],
    run(bytes) {
      const [pathText = '', deviceName = '', digits = ''] = textOf(bytes).split('\n')
      const path = textToPath(pathText)
      if (path === undefined || deviceNameFault(deviceName) !== undefined) return
      const mtimeNs = /^-?\d{1,25}$/.test(digits) ? BigInt(digits) : 0n
      nsToText(mtimeNs)
      conflictDevice(path)
      const copy = conflictPath({ path, deviceName, mtimeNs })
      hold(pathFault(copy) === undefined, 'a copy has a path that may be')
      hold(conflictOriginal(copy) !== undefined, 'a copy is known for one')
      const copyOfCopy = conflictPath({ path: copy, deviceName, mtimeNs })
      hold(conflictOriginal(conflictOriginal(copyOfCopy)!) === undefined, 'a copy is never copied twice')
      hold(pathFault(numberedPath(path, 2)) === undefined, 'a name with a number may be')
    },
  },
  {
    name: 'ignore',
    seeds: () => [defaultIgnoreText, '*.o\n!keep.o\n/top\nd/\n**/x/**\n[a-z]?\n\\#\\ \n', '*a*a*a*a*a*b'],
    words: ['*', '**', '/**/', '?', '[', ']', '!', '\\', '[!a-', '{', '(', '*a'],
    // Each pattern becomes a regular expression, twice.
    bytesPerByte: 8192,
    run(bytes) {
      const isIgnored = parseIgnore(textOf(bytes))
      for (const path of ignoredPaths) isIgnored(path as RelPath, path.includes('/') ? 'file' : 'directory')
    },
  },
  {
    name: 'setting-texts',
    seeds: () =>
      tables.flatMap((table) => showSettings(table, {}).map(({ key, value }) => `${key}=${value}`)),
    words: [
      ...tables.flatMap((table) => Object.keys(table).map((key) => `${key}=`)),
      ...[
        'mon-fri 08:00-18:00 up=500K down=2M',
        'daily 22:00-06:00 pause',
        'none',
        'udp://',
        '[::1]:1',
        '; ',
        ',',
      ],
    ],
    run(bytes) {
      const [key = '', ...value] = textOf(bytes).split('=')
      for (const table of tables) {
        if (!Object.hasOwn(table, key)) continue
        const set = settingsFromTexts(table, { [key]: value.join('=') })
        const text = table[key]!.kind.toText(set[key])
        holdSame(settingsFromTexts(table, { [key]: text }), set)
        holdSame(settingsFromJson(table, set), set)
      }
    },
  },
  {
    name: 'setting-json',
    seeds: () => [
      '{"name":"attic","uploads":4,"uploadLimit":1000000,"limitSchedule":["daily 08:00-18:00 pause"],"roots":["/srv"]}',
      '{"hosts":["192.0.2.7:4444"],"trackers":["udp://t.example:1"],"relays":[],"webNames":["nas"],"ledPin":17,"dht":true}',
    ],
    words: [
      ...tables.flatMap((table) => Object.keys(table).map((key) => `"${key}":`)),
      '[{}]',
      '{"toString":0}',
      'null',
    ],
    run(bytes) {
      const json = jsonOf(bytes)
      for (const [key, value] of Object.entries(json ?? {}))
        for (const table of tables) {
          if (!Object.hasOwn(table, key)) continue
          const set = settingsFromJson(table, { [key]: value })
          holdSame(settingsFromJson(table, JSON.parse(JSON.stringify(set))), set)
        }
    },
  },
  {
    name: 'config',
    // As for a secret.
    bytesPerByte: 128 * 1024,
    seeds: () => [configText],
    words: [
      '"guest":{',
      '"former":[',
      '"secret":',
      '"disk":{',
      '"new":',
      '"folders":',
      '"__proto__":',
      '{"toString":0}',
    ],
    run(bytes) {
      const config = parseConfigText('config.json', textOf(bytes), deviceTable)
      const text = configToText(config)
      holdSame(configToText(parseConfigText('config.json', text, deviceTable)), text)
    },
  },
  {
    name: 'identity',
    seeds: () => [
      identityText(),
      rootToText({ folderId: toId('FolderId', always(32)), diskId: '0'.repeat(32) }),
    ],
    words: ['"version":1', 'null', '"deviceKey":'],
    run(bytes) {
      const text = textOf(bytes)
      const root = textToIdentity(text)
      if (root !== undefined) holdSame(textToIdentity(rootToText(root)), root)
      const identity = parseIdentity('identity.json', text)
      holdSame(
        identityToText(parseIdentity('identity.json', identityToText(identity))),
        identityToText(identity),
      )
    },
  },
  {
    name: 'password',
    seeds: () => [passwordText, 'correct horse battery', 'raspberrypi123', '\u{1f600}'.repeat(12)],
    words: ['$scrypt$ln=', ',r=8', ',p=1$', '99', 'password'],
    run(bytes) {
      const text = textOf(bytes)
      passwordFault(text, 'attic pi')
      const hash = parsePasswordHash(text)
      if (hash !== undefined) holdSame(parsePasswordHash(passwordHashToText(hash)), hash)
    },
  },
  {
    name: 'backup-file',
    seeds: () => [sealed],
    run(bytes) {
      const { costExponent, blockSize, parallel } = readLockCost(bytes)
      hold(
        128 * 2 ** costExponent * blockSize <= 2 ** 26 && parallel <= 16,
        'a passphrase costs what a board has',
      )
      openBackup(lockPair, bytes)
      hold(bytes.equals(sealed), 'only what was sealed is opened')
    },
  },
  {
    name: 'backup-content',
    seeds: () => [backupContentToBytes(content), backupFileName(content.deviceName, content.made)],
    words: ['"disks":[', 'null', '"version":1', '.berrysync-backup', '-20261123T010203Z', '"uuid":""'],
    run(bytes) {
      readBackupName(textOf(bytes))
      const parsed = parseBackupContent(bytes)
      holdSame(parseBackupContent(backupContentToBytes(parsed)), parsed)
      pathNow('/srv/berrysync/usb/a', parsed.disks, content.disks)
      hold(
        !backupFileName(parsed.deviceName.slice(0, 64), content.made).includes('/'),
        'a file has no directory in its name',
      )
    },
  },
  {
    name: 'log-text',
    seeds: () => [
      `token=abc "secret": "x y" Authorization: Bearer abcdef0123 ${fullText}`,
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI\n-----END PRIVATE KEY-----\n//user:pass@host a@b.example',
      `berrysync://add?secret=${fullText}&name=x psk=0123456789abcdef WIFI:S:net;P:pass;;`,
    ],
    words: [
      'password=',
      '"token":',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      '//a:b@',
      'Bearer ',
      '"',
      "'",
    ],
    maxBytes: 65_536,
    run(bytes) {
      const text = redact(`${textOf(bytes)}\n${fullText}\n`)
      hold(!text.includes(fullText), 'a secret never leaves in a log')
    },
  },
]

function jsonOf(bytes: Buffer): object | null {
  try {
    const json: unknown = JSON.parse(textOf(bytes))
    return typeof json === 'object' ? json : null
  } catch {
    return null
  }
}

function identityText(): string {
  const key = always(32)
  const author = toId('AuthorKey', ed25519Pair(key).publicKey)
  return identityToText({ device, authorSeed: key, author })
}
