/** What an appliance reads: the file on the boot partition, releases, what is asked of the helper, and what disks and the system say. */
import { generateKeyPairSync } from 'node:crypto'
import { posix } from 'node:path'
import { Check } from 'typebox/value'
import { DiskFactsSchema, textToTypeForErase } from '../appliance/disk-facts.ts'
import { parseMounts as parseOwnMounts } from '../appliance/mounts.ts'
import { mistakesOf } from '../appliance/preset-mistakes.ts'
import { nameOfAnswer } from '../appliance/published-name.ts'
import { generateFullSecret, secretToText } from '../core/secret.ts'
import { secretLinkToText } from '../core/secret-link.ts'
import { cleanText } from '../helper/clean-text.ts'
import { surveyDisk } from '../helper/disk-survey.ts'
import { nameDisk } from '../helper/mount-names.ts'
import { withoutForeignStart } from '../helper/preset-file.ts'
import { maxPresetBytes, parsePresets } from '../helper/presets.ts'
import {
  decodeHead,
  encodeHead,
  headerBytes,
  type Manifest,
  openManifest,
  parseManifest,
} from '../helper/release-bundle.ts'
import { parseRequest } from '../helper/serve-request.ts'
import { parseMounts } from '../helper/system-disks.ts'
import { maxRequestBytes } from '../helper/verbs.ts'
import { type FuzzTarget, hold, holdSame, textOf } from './fuzz-target.ts'

const secret = secretToText(generateFullSecret((count) => Buffer.alloc(count, 7)))
const presetText = `# Berrysync
name = attic
wifi-ssid = Home
wifi-password = correct horse
wifi-country = de
time-zone = Europe/Berlin
language = ru
ssh-key = ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me@laptop
folder-secret = ${secret} Holiday
`
const linkText = `folder-secret = ${secretLinkToText({ secret, name: 'a/..b', hosts: [] })}\nNAME=x\n`

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const hash = 'ab'.repeat(32)
const manifest: Manifest = {
  ...{ version: '1.2.3', arch: 'arm64', replaces: '1.0.0', created: '2026-11-23T00:00:00Z' },
  payload: { bytes: 10, sha256: hash },
  files: ['berrysync.mjs', 'helper.mjs', 'memory-flags', 'node', 'ui/a.js'].map((path) => ({
    ...{ path, bytes: 1, sha256: hash, executable: false },
  })),
}
const release = encodeHead(manifest, privateKey)

const listing = {
  blockdevices: [
    {
      ...{
        kname: 'sdb',
        type: 'disk',
        size: 1_000_204_886_016,
        serial: 'X8K1ABCD',
        model: 'TOSHIBA MQ04    ',
      },
      ...{ vendor: 'TOSHIBA ', tran: 'usb', ro: false, pttype: 'gpt', parttype: null, mountpoints: [null] },
      children: [
        { kname: 'sdb1', type: 'part', size: '500000000', ro: false, mountpoints: ['/x'], parttype: '0xef' },
        { kname: 'sdb2', type: 'part', size: 500_000_000, ro: true, children: [{ type: 'crypt' }] },
      ],
    },
  ],
}
const probeText =
  'ID_FS_TYPE=ext4\nID_FS_USAGE=filesystem\nID_FS_UUID_ENC=AB-12\nID_FS_LABEL_ENC=a\\x20b\\xff\n'
const facts = {
  ...{
    device: 'sdb1',
    name: 'usb',
    disk: { device: 'sdb', model: 'x', serial: null, sizeBytes: 5, sequence: 9 },
  },
  ...{
    fileSystem: { kind: 'ext4', uuid: null, label: 'x' },
    state: 'attached',
    mountPoint: '/srv/berrysync/usb',
  },
  ...{ readOnly: false, reason: null, progress: null },
}
const mountLines = `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
40 25 8:17 / /srv/berrysync/my\\040disk ro,relatime shared:5 - ext4 /dev/sdb1 ro
`

export const fuzzApplianceTargets: readonly FuzzTarget[] = [
  {
    name: 'presets',
    seeds: () => [presetText, linkText, Buffer.from(`\ufeff${presetText}`, 'utf16le')],
    words: [...presetText.split('\n'), linkText, ' = ', '# ', '\ufeff', secret, '"', "'"],
    maxBytes: maxPresetBytes + 10,
    run(bytes) {
      const { presets, scrubbed } = parsePresets(bytes, (zone) => /^[A-Z][a-z]+(\/[A-Z][a-z]+)?$/.test(zone))
      for (const { name } of presets.folders) {
        hold(
          posix.join('/disk', name) === `/disk/${name}` && name !== '..' && name !== '',
          'a folder has a plain name',
        )
        hold(!name.includes('/') && name.isWellFormed(), 'it is one directory')
      }
      hold(
        new Set(presets.folders.map(({ name }) => name.toLowerCase())).size === presets.folders.length,
        'each its own',
      )
      if (scrubbed === undefined) return
      const again = parsePresets(Buffer.from(scrubbed), () => true)
      hold(
        again.taken.length === 0 && again.scrubbed === undefined,
        'what was taken over is not taken over again',
      )
    },
  },
  {
    name: 'release',
    seeds: () => [release, Buffer.concat([release.subarray(0, headerBytes), Buffer.from('{}')])],
    words: ['"path":"', '../', '/', '"files":[', '"bytes":', '.mjs'],
    maxBytes: 65_536,
    run(bytes) {
      const { manifestBytes, signature } = decodeHead(bytes)
      const text = bytes.subarray(headerBytes, headerBytes + manifestBytes)
      for (const { path } of parseManifest(text).files)
        hold(posix.resolve('/releases/1', path) === `/releases/1/${path}`, 'a file lies in its release')
      openManifest(text, signature, [publicKey])
      hold(text.equals(release.subarray(headerBytes)), 'only what was signed is believed')
    },
  },
  {
    name: 'helper-request',
    seeds: () => [
      '{"verb":"attach","device":"sdb1"}',
      '{"verb":"erase","device":"sdb","disk":{"serial":null,"sizeBytes":5,"sequence":1},"typed":"ABCD"}',
      '{"verb":"set-host-name","value":"pi"}',
      '{"verb":"set-time-zone","value":"Europe/Berlin"}',
      '{"verb":"install-release","file":"a.release"}',
      '{"verb":"set-ssh","value":true}',
    ],
    words: [
      '"verb":',
      '"constructor"',
      '"settle"',
      '"logs"',
      '"factory-reset"',
      '"__proto__":{"verb":"logs"}',
      '../',
    ],
    maxBytes: maxRequestBytes + 10,
    run(bytes) {
      const request = parseRequest(textOf(bytes))
      if ('device' in request) hold(/^[a-z0-9]+$/.test(request.device), 'a device has the name of one')
      if ('file' in request) hold(!/^\.|\//.test(request.file), 'a file lies where files are put')
      if ('value' in request) hold(!/\.\.|\s/.test(String(request.value)), 'a value leads nowhere')
    },
  },
  {
    name: 'disk-survey',
    seeds: () => [
      `${probeText}\f${JSON.stringify(listing)}`,
      `ID_FS_TYPE=crypto_LUKS\nID_FS_USAGE=crypto\n\f${JSON.stringify(listing)}`,
    ],
    words: [
      '"children":[',
      'ID_FS_LABEL_ENC=',
      '\\x00',
      '\\x2f',
      '"mountpoints":',
      'null',
      '"kname":"sdb1"',
      'iso9660',
    ],
    maxBytes: 65_536,
    isRefusal: (thrown) => thrown instanceof Error && thrown.message === 'lsblk said something unexpected',
    run(bytes) {
      const [blkid = '', json = ''] = textOf(bytes).split('\f')
      const probe = { blkid, isUncertain: false, wipefs: '', isEmpty: true }
      const surveyed = surveyDisk({
        lsblk: jsonOf(json),
        probesByDevice: new Map(['sdb', 'sdb1', 'sdb2'].map((name) => [name, probe])),
        ...{ sequence: 9, systemDisks: new Set<string>(), isOffered: () => true },
      })
      for (const { disk, fileSystem, key } of surveyed) {
        for (const text of [disk.model, disk.serial, fileSystem?.label ?? null])
          hold(text === null || !/[\p{C}\p{Zl}\p{Zp}]/u.test(text), 'nothing unprintable is shown')
        const { name } = nameDisk([], key, [fileSystem?.label ?? null, disk.model])
        hold(/^[a-z0-9][a-z0-9-]{0,39}$/.test(name), 'a disk has a plain name')
      }
    },
  },
  {
    name: 'machine-texts',
    seeds: () => [
      JSON.stringify(facts),
      mountLines,
      '{"taken":["name"],"mistakes":[{"code":"key-unknown","line":3,"key":null,"reason":""}],"language":"en","waitingFolders":0}',
      '{"type":"s","data":["pi-2"]}',
      'console=serial0 systemd.run=/boot/firstrun.sh systemd.run_success_action=reboot systemd.unit=kernel-command-line.target quiet',
    ],
    words: [' - ', '\\040', 'systemd.run=', '"state":', 'null', '\u202e'],
    maxBytes: 65_536,
    run(bytes) {
      const text = textOf(bytes)
      parseMounts(text)
      parseOwnMounts(text)
      mistakesOf(text)
      nameOfAnswer(text)
      hold(!/(^|\s)systemd\.run=/.test(withoutForeignStart(text)), 'nothing runs in our place')
      const clean = cleanText(text, 64)
      hold(clean === null || (clean.length <= 64 && !/\p{Cc}/u.test(clean)), 'nothing unprintable is shown')
      const json = jsonOf(text)
      if (Check(DiskFactsSchema, json))
        hold(textToTypeForErase(json.disk).length <= 4, 'four characters are typed')
      holdSame(cleanText(clean, 64), clean)
    },
  },
]

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
