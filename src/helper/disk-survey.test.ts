import { describe, expect, test } from 'vitest'
import type { DiskFacts } from '../appliance/disk-facts.ts'
import { isClone, type Probe, type SurveyInput, surveyDisk } from './disk-survey.ts'

const gpt = { efi: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b', linux: '0fc63daf-8483-4772-8e79-3d69d8477de4' }

interface Row {
  readonly [column: string]: unknown
}

/** As lsblk lists a disk, with what a test is about. */
function disk(change: Row = {}, ...children: Row[]): unknown {
  const row = {
    kname: 'sdb',
    type: 'disk',
    size: 1_000_204_886_016,
    serial: 'X8K1ABCD',
    model: 'TOSHIBA MQ04    ',
    vendor: 'TOSHIBA ',
    tran: 'usb',
    ro: false,
    pttype: children.length > 0 ? 'gpt' : null,
    parttype: null,
    mountpoints: [null],
  }
  return { blockdevices: [{ ...row, ...change, ...(children.length > 0 ? { children } : {}) }] }
}

function part(number: number, change: Row = {}): Row {
  const base = {
    kname: `sdb${number}`,
    type: 'part',
    size: 500_000_000,
    tran: null,
    ro: false,
    mountpoints: [null],
  }
  return { ...base, parttype: gpt.linux, ...change }
}

const nothing: Probe = { blkid: '', isUncertain: false, wipefs: '', isEmpty: false }
const empty: Probe = { ...nothing, isEmpty: true }

function found(kind: string, usage = 'filesystem', more = ''): Probe {
  return {
    ...nothing,
    blkid: `ID_FS_TYPE=${kind}\nID_FS_USAGE=${usage}\nID_FS_UUID=ab-12\nID_FS_UUID_ENC=ab-12\n${more}`,
    wipefs: `${kind}\n`,
  }
}

function survey(lsblk: unknown, probes: Record<string, Probe>, change: Partial<SurveyInput> = {}) {
  return surveyDisk({
    lsblk,
    probesByDevice: new Map(Object.entries(probes)),
    sequence: 9,
    systemDisks: new Set(),
    isOffered: ({ transport, type }) => transport === 'usb' && type === 'disk',
    ...change,
  })
}

const verdictsOf = (...args: Parameters<typeof survey>) =>
  survey(...args).map(({ device, verdict }) => [
    device,
    verdict.kind === 'unusable' ? verdict.reason : verdict.kind,
  ])

describe('which disks and parts a person hears of', () => {
  test('one partition with a file system', () => {
    const [one] = survey(disk({}, part(1)), {
      sdb1: found('ext4', 'filesystem', 'ID_FS_LABEL_ENC=podcasts\n'),
    })
    expect(one).toEqual({
      device: 'sdb1',
      disk: {
        device: 'sdb',
        model: 'TOSHIBA MQ04',
        serial: 'X8K1ABCD',
        sizeBytes: 1_000_204_886_016,
        sequence: 9,
      },
      fileSystem: { kind: 'ext4', uuid: 'ab-12', label: 'podcasts' },
      verdict: { kind: 'attach' },
      isWriteProtected: false,
      mountPoints: [],
      key: 'ext4:ab-12',
    })
  })

  test('a file system on the whole disk', () => {
    expect(verdictsOf(disk(), { sdb: found('exfat') })).toEqual([['sdb', 'attach']])
  })

  test('partitions for starting a computer are passed over, the others are not', () => {
    const lsblk = disk(
      {},
      part(1, { parttype: gpt.efi }),
      part(2),
      part(3, { parttype: 'E3C9E316-0B5C-4DB8-817D-F92DF00215AE' }),
    )
    expect(verdictsOf(lsblk, { sdb1: found('vfat'), sdb2: found('ntfs') })).toEqual([['sdb2', 'attach']])
    const old = disk(
      { pttype: 'dos' },
      part(1, { parttype: '0xef' }),
      part(2, { parttype: '0x83' }),
      part(3, { parttype: '0x5' }),
    )
    expect(verdictsOf(old, { sdb2: found('ext4') })).toEqual([['sdb2', 'attach']])
  })

  test('a disk with nothing but such partitions is shown as a whole, so that it can be erased', () => {
    expect(verdictsOf(disk({}, part(1, { parttype: gpt.efi })), { sdb: nothing })).toEqual([
      ['sdb', 'unknown-content'],
    ])
  })

  test('of very many partitions the first 32', () => {
    const many = Array.from({ length: 100 }, (_, at) => part(at + 1))
    const probes = Object.fromEntries(many.map(({ kname }) => [kname, found('ext4')]))
    expect(survey(disk({}, ...many), probes)).toHaveLength(32)
  })

  test('A2: not the disk the system runs from, not what is not USB, no reader without a card', () => {
    const probes = { sdb1: found('ext4') }
    expect(survey(disk({}, part(1)), probes, { systemDisks: new Set(['sdb']) })).toEqual([])
    expect(survey(disk({ tran: 'sata' }, part(1)), probes)).toEqual([])
    expect(survey(disk({ tran: null }, part(1)), probes)).toEqual([])
    expect(survey(disk({ type: 'rom' }), probes)).toEqual([])
    expect(survey(disk({ size: 0 }), { sdb: empty })).toEqual([])
  })

  test('an old lsblk gives sizes as texts, and may leave out what it does not know', () => {
    const lsblk = { blockdevices: [{ kname: 'sdb', type: 'disk', size: '1024', tran: 'usb' }] }
    expect(survey(lsblk, { sdb: empty })).toMatchObject([
      { disk: { sizeBytes: 1024, serial: null, model: '' } },
    ])
  })

  test.each([[null], [{}], [{ blockdevices: [{}] }], [{ blockdevices: [{ kname: 1 }] }], ['x']])(
    'what lsblk never says is not guessed at: %j',
    (lsblk) => {
      expect(() => survey(lsblk, {})).toThrow()
    },
  )
})

describe('blank', () => {
  test('A1: no signature, no table, no partition, and empty at both ends', () => {
    expect(verdictsOf(disk(), { sdb: empty })).toEqual([['sdb', 'blank']])
  })

  test.each<[string, unknown, Record<string, Probe>]>([
    ['content without a signature', disk(), { sdb: nothing }],
    ['a signature that only wipefs knows', disk(), { sdb: { ...empty, wipefs: '0x3e zfs\n' } }],
    ['a table by lsblk', disk({ pttype: 'gpt' }), { sdb: empty }],
    ['a table by blkid', disk(), { sdb: { ...empty, blkid: 'ID_PART_TABLE_TYPE=dos\n' } }],
    ['several signatures', disk(), { sdb: { ...empty, isUncertain: true } }],
    ['nobody looked', disk(), {}],
  ])('A1: in doubt it has content: %s', (_, lsblk, probes) => {
    expect(verdictsOf(lsblk, probes)).toEqual([['sdb', 'unknown-content']])
  })

  test('A1: an empty partition is not a blank disk', () => {
    expect(verdictsOf(disk({}, part(1)), { sdb: empty, sdb1: empty })).toEqual([['sdb1', 'unknown-content']])
  })
})

describe('what is not taken', () => {
  test.each([
    ['crypto_LUKS', 'crypto', 'encrypted'],
    ['BitLocker', 'crypto', 'encrypted'],
    ['BitLocker', 'filesystem', 'encrypted'],
    ['LVM2_member', 'raid', 'member'],
    ['linux_raid_member', 'raid', 'member'],
    ['zfs_member', 'raid', 'member'],
    ['isw_raid_member', 'raid', 'member'],
    ['hfsplus', 'filesystem', 'file-system-not-supported'],
    ['apfs', 'filesystem', 'file-system-not-supported'],
    ['swap', 'other', 'file-system-not-supported'],
    ['udf', 'filesystem', 'installer-image'],
  ])('%s', (kind, usage, reason) => {
    expect(verdictsOf(disk({}, part(1)), { sdb1: found(kind, usage) })).toEqual([['sdb1', reason]])
    expect(verdictsOf(disk(), { sdb: found(kind, usage) })).toEqual([['sdb', reason]])
  })

  test('an opened container or volume upon it', () => {
    const opened = part(1, { children: [{ kname: 'dm-0', type: 'crypt', size: 1 }] })
    expect(verdictsOf(disk({}, opened), { sdb1: found('ext4') })).toEqual([['sdb1', 'member']])
  })

  test('an installer written over a stick is one thing, whatever partitions it has', () => {
    const lsblk = disk({}, part(1), part(2, { parttype: gpt.efi }))
    const probes = { sdb: found('iso9660'), sdb1: found('iso9660'), sdb2: found('vfat') }
    expect(verdictsOf(lsblk, probes)).toEqual([['sdb', 'installer-image']])
  })
})

describe('what a disk says of itself', () => {
  const labelled = (encoded: string) =>
    survey(disk({}, part(1)), { sdb1: found('ext4', 'filesystem', `ID_FS_LABEL_ENC=${encoded}\n`) })[0]!
      .fileSystem!.label

  test.each([
    ['Meine\\x20Musik', 'Meine Musik'],
    ['a\\x2fb\\x2f..\\x2fetc', 'a/b/../etc'],
    ['one\\x0atwo\\x1b[31mred\\x00', 'onetwo[31mred'],
    ['\\xf0\\x9f\\x8e\\xb5', '🎵'],
    ['🎵\\x20', '🎵'],
    ['\\xe2\\x80\\xaeevil\\xe2\\x80\\xac', 'evil'],
    ['שלום', 'שלום'],
    ['\\xff\\xfe\\x80', null],
    ['\\x20\\x20', null],
    ['', null],
  ])('the label %s is shown as %j', (encoded, shown) => {
    expect(labelled(encoded)).toBe(shown)
  })

  test('a label of 300 bytes stays below what facts may hold, and is not cut in a character', () => {
    expect(labelled('🎵'.repeat(300))).toBe('🎵'.repeat(256))
    expect(labelled(`x${'🎵'.repeat(300)}`)!.isWellFormed()).toBe(true)
  })

  test('without a label of its own, that of the partition', () => {
    const probe = found('ntfs', 'filesystem', 'ID_PART_ENTRY_NAME=Basic\\x01\\x0a data\\xed\\xa0\\x80\n')
    expect(survey(disk({}, part(1)), { sdb1: probe })[0]!.fileSystem!.label).toBe('Basic data')
  })

  test('a second key of the same name, or one that objects have, changes nothing', () => {
    const probe = found('ext4', 'filesystem', '__proto__=x\nconstructor=y\nID_FS_LABEL_ENC=a=b\n')
    expect(survey(disk({}, part(1)), { sdb1: probe })[0]!.fileSystem!.label).toBe('a=b')
  })

  test('a serial that says nothing is none; one full of odd characters is cleaned', () => {
    expect(survey(disk({ serial: '  ' }), { sdb: empty })[0]!.disk.serial).toBeNull()
    expect(survey(disk({ serial: ' 00\u00000\u202e12 ' }), { sdb: empty })[0]!.disk.serial).toBe('00012')
    expect(survey(disk({ serial: '7'.repeat(1000) }), { sdb: empty })[0]!.disk.serial).toHaveLength(256)
  })

  test('disks that share a serial number still have names of their own, by UUID or else by place', () => {
    const keyOf = (probe: Probe, number: number) =>
      survey(disk({}, part(number)), { [`sdb${number}`]: probe })[0]!.key
    const noUuid: Probe = { ...nothing, blkid: 'ID_FS_TYPE=vfat\nID_FS_USAGE=filesystem\n' }
    expect(keyOf(found('ext4'), 1)).toBe(keyOf(found('ext4'), 2))
    expect(keyOf(noUuid, 1)).not.toBe(keyOf(noUuid, 2))
    expect(survey(disk(), { sdb: noUuid })[0]!.key).not.toBe(keyOf(noUuid, 1))
  })
})

describe('copies', () => {
  const [one] = survey(disk({}, part(1)), { sdb1: found('ext4') })
  const attached = (change: Partial<DiskFacts>): DiskFacts => ({
    device: 'sdc1',
    name: 'x',
    disk: { device: 'sdc', model: '', serial: null, sizeBytes: 1, sequence: 2 },
    fileSystem: { kind: 'ext4', uuid: 'ab-12', label: null },
    state: 'attached',
    mountPoint: '/srv/berrysync/x',
    readOnly: false,
    reason: null,
    progress: null,
    ...change,
  })

  test('one with the same UUID, while that is attached', () => {
    expect(isClone(one!, [attached({})])).toBe(true)
    expect(isClone(one!, [attached({ state: 'ejected' })])).toBe(false)
    expect(isClone(one!, [attached({ device: 'sdb1' })])).toBe(false)
    expect(isClone(one!, [attached({ fileSystem: { kind: 'ext4', uuid: null, label: null } })])).toBe(false)
    const without = { ...one!, fileSystem: { kind: 'vfat', uuid: null, label: null } }
    expect(isClone(without, [attached({ fileSystem: { kind: 'vfat', uuid: null, label: null } })])).toBe(
      false,
    )
  })
})
