import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ApplianceState, type BackupNeeds, createBackups, type DeviceBackups } from './backup.ts'
import { type ConfigKeeper, openConfig } from './config.ts'
import { backupContentToBytes } from './core/backup-content.ts'
import { isSyncError } from './core/errors.ts'
import { costOfNewLock, passphraseToPair, sealBackup } from './core/sealed-backup.ts'
import { generateFullSecret } from './core/secret.ts'
import { keyPairOf } from './core/x25519.ts'
import { loadIdentity } from './net/identity.ts'
import { finishRestore } from './restored-home.ts'
import { deviceSettingTable } from './setting-table.ts'
import { systemChance } from './system.ts'
import { createManualClock, type ManualClock } from './testing/manual-clock.ts'
import { createMemoryLog } from './testing/memory-log.ts'
import { makeTempDirectory } from './testing/temp-directory.ts'

const passphrase = 'three blue mice'
const table = deviceSettingTable('host', '/home/ann')

interface Device extends AsyncDisposable {
  readonly home: string
  readonly id: string
  readonly config: ConfigKeeper
  readonly clock: ManualClock
  readonly backups: DeviceBackups
  restarts: number
  state: ApplianceState
  applied: Pick<ApplianceState, 'hostName' | 'timeZone'>[]
}

async function makeDevice(over: Partial<BackupNeeds> = {}): Promise<Device> {
  const directory = await makeTempDirectory()
  const home = directory.path
  const config = await openConfig(home, table)
  const identity = await loadIdentity(join(home, 'identity.json'), (count) => systemChance.bytes(count))
  const clock = createManualClock(Date.UTC(2026, 10, 23))
  const device: Device = {
    ...{ home, id: identity.device.id, config, clock, restarts: 0, applied: [], state: { disks: [] } },
    backups: createBackups({
      ...{ home, config, identity, clock, chance: systemChance, log: createMemoryLog(), version: '1.2.3' },
      deviceTable: table,
      deviceName: () => 'attic',
      applianceState: async () => device.state,
      copies: () => undefined,
      applyAppliance: async ({ hostName, timeZone }) =>
        void device.applied.push({ hostName, timeZone } as never),
      restart: () => {
        device.restarts += 1
      },
      ...over,
    }),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
  return device
}

async function codeOf(deed: Promise<unknown>): Promise<string> {
  const thrown: unknown = await deed.then(
    () => undefined,
    (error: unknown) => error,
  )
  return isSyncError(thrown) ? thrown.code : `${thrown}`
}

test('folders, settings, identity and names come back, each folder on its disk', async () => {
  await using old = await makeDevice()
  await using device = await makeDevice()
  const secret = generateFullSecret((count) => systemChance.bytes(count))
  await old.config.change((before) => ({
    ...before,
    device: { name: 'attic' },
    folders: [{ path: '/srv/berrysync/toshiba/Berrysync/films', secret, set: { paused: true } }],
  }))
  old.state = {
    ...{ hostName: 'attic-pi', timeZone: 'Europe/Berlin' },
    disks: [{ uuid: 'u-1', mountPoint: '/srv/berrysync/toshiba' }],
  }
  const { name, data } = await old.backups.makeBackup(passphrase)
  expect(name).toBe('attic-20261123T000000Z.berrysync-backup')

  device.state = { disks: [{ uuid: 'u-1', mountPoint: '/srv/berrysync/toshiba-2' }] }
  expect(await device.backups.restoreBackup({ passphrase, data })).toEqual({
    ...{ deviceName: 'attic', made: '2026-11-23T00:00:00.000Z', folders: 1 },
  })
  expect(device.applied).toEqual([{ hostName: 'attic-pi', timeZone: 'Europe/Berlin' }])
  expect(device.restarts, 'the answer leaves first').toBe(0)
  await device.clock.advance(1000)
  expect(device.restarts).toBe(1)
  await finishRestore(device.home)
  const restored = await openConfig(device.home, table)
  expect(restored.current()).toMatchObject({
    device: { name: 'attic' },
    folders: [{ path: '/srv/berrysync/toshiba-2/Berrysync/films', set: { paused: true } }],
  })
  const { device: keys } = await loadIdentity(join(device.home, 'identity.json'), () => Buffer.alloc(0))
  expect(keys.id).toBe(old.id)
})

test('a folder that waited for its directory when the backup was made takes only an empty one', async () => {
  await using old = await makeDevice()
  await using device = await makeDevice()
  const secret = generateFullSecret((count) => systemChance.bytes(count))
  const entry = { secret, set: {} }
  await old.config.change((before) => ({
    ...before,
    folders: [
      { ...entry, path: '/a' },
      { ...entry, path: '/b', isNew: true },
      { ...entry, path: '/c', isNew: true, isFromWeb: true },
    ],
  }))
  const { data } = await old.backups.makeBackup(passphrase)
  await device.backups.restoreBackup({ passphrase, data })
  await finishRestore(device.home)
  const restored = (await openConfig(device.home, table)).current().folders
  const told = restored.map(({ path, isNew, isFromWeb, isRestored }) => [path, isNew, isFromWeb, isRestored])
  expect(told).toEqual([
    ['/a', undefined, undefined, undefined],
    ['/b', true, undefined, true],
    ['/c', true, true, true],
  ])
})

test('the password typed on this device stays; that of the backup is for one that has none', async () => {
  const kept = (salt: number) => ({
    ...{ costExponent: 15, blockSize: 8, parallel: 3 },
    ...{ salt: Buffer.alloc(16, salt), hash: Buffer.alloc(32) },
  })
  await using old = await makeDevice()
  await old.config.change((before) => ({ ...before, password: kept(1) }))
  const { data } = await old.backups.makeBackup(passphrase)
  for (const [own, expected] of [
    [undefined, 1],
    [2, 2],
  ] as const) {
    await using device = await makeDevice()
    if (own !== undefined) await device.config.change((before) => ({ ...before, password: kept(own) }))
    await device.backups.restoreBackup({ passphrase, data })
    await finishRestore(device.home)
    expect((await openConfig(device.home, table)).current().password).toEqual(kept(expected))
  }
})

test('what this device could not start with is refused, and nothing is changed', async () => {
  await using device = await makeDevice()
  const before = await readFile(join(device.home, 'identity.json'), 'utf8')
  const cost = { ...costOfNewLock(Buffer.alloc(16, 1)), costExponent: 4, parallel: 1 }
  const lock = { ...cost, publicKey: (await passphraseToPair(passphrase, cost)).publicKey }
  const good = {
    ...{ made: '2026-11-23T00:00:00.000Z', deviceName: 'x', deviceId: 'x', program: '1', disks: [] },
    ...{ config: '{"folders":[]}', identity: before },
  }
  const restore = (content: object) => {
    const bytes = backupContentToBytes({ ...good, ...content })
    const data = sealBackup(lock, bytes, keyPairOf(Buffer.alloc(32, 5))).toString('base64')
    return device.backups.restoreBackup({ passphrase, data })
  }
  for (const wrong of [{ config: '{' }, { config: '{"nonsense":1}' }, { identity: '{}' }, { disks: 'none' }])
    expect(await codeOf(restore(wrong)), JSON.stringify(wrong)).toBe('backup-damaged')
  expect(await finishRestore(device.home)).toBe(false)
  expect(await codeOf(restore({}))).toBe('undefined')
})

test('a request names a file or brings one, not both and not neither', async () => {
  await using device = await makeDevice()
  expect(await codeOf(device.backups.restoreBackup({ passphrase }))).toBe('request-invalid')
  expect(await codeOf(device.backups.restoreBackup({ passphrase, data: 'AAAA', disk: 'a', file: 'b' }))).toBe(
    'request-invalid',
  )
  expect(await codeOf(device.backups.restoreBackup({ passphrase, disk: 'a', file: 'b' }))).toBe(
    'appliance-only',
  )
  expect(await codeOf(device.backups.keepBackups(undefined))).toBe('appliance-only')
  expect(await device.backups.backups()).toEqual({ canKeep: false, found: [] })
})

test('the sign changes with what a backup holds, not with time or with the disks that are attached', async () => {
  await using device = await makeDevice()
  const first = await device.backups.sign()
  await device.clock.advance(1000)
  device.state = { disks: [{ uuid: 'u-1', mountPoint: '/srv/berrysync/a' }] }
  expect(await device.backups.sign()).toBe(first)
  await device.config.change((before) => ({ ...before, device: { name: 'attic' } }))
  expect(await device.backups.sign()).not.toBe(first)
})
