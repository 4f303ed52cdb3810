/**
 * `npm run fixtures -- VERSION [--seed N]`: makes the set of fixtures of this version of the program, once. A version that has one keeps it: what
 * a release wrote is what later ones have to read, not what they would like it to have written.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openBackupCopies } from '../appliance/backup-copies.ts'
import { type Config, configToText, type FolderEntry } from '../config.ts'
import { withConfigCopy } from '../config-copy.ts'
import { backupContentToBytes } from '../core/backup-content.ts'
import { costOfNewLock, passphraseToPair, sealBackup } from '../core/sealed-backup.ts'
import {
  type FolderSecret,
  generateOneTimeSecret,
  guestPass,
  readSecretOf,
  secretToText,
} from '../core/secret.ts'
import { keyPairOf } from '../core/x25519.ts'
import { databaseFileOf } from '../folder-disks.ts'
import { packRelease } from '../helper/pack-release.ts'
import { isVersion } from '../helper/release-bundle.ts'
import { releasePlaces } from '../helper/release-state.ts'
import { parseHostPort } from '../net/address.ts'
import { keepDhtTable } from '../net/dht-table.ts'
import { identityToText, loadIdentity } from '../net/identity.ts'
import { stageRestore } from '../restored-home.ts'
import { folderSettingTable } from '../setting-table.ts'
import { openDeviceStore } from '../store/open-device-store.ts'
import { openFolderStore } from '../store/open-folder-store.ts'
import { accountOfSet, fixturePassphrase, fixtureTables, hashesInDevice } from './fixture-account.ts'
import { type Life, lifeBeginsMs, playLife } from './fixture-life.ts'
import { type FixtureSet, openSet, writtenPath } from './fixture-set.ts'
import { fillStore } from './full-store.ts'
import { certify } from './hostile-peer.ts'
import { createManualClock } from './manual-clock.ts'
import { firstSecret, identityOf } from './memory-device.ts'
import { createMemoryLog } from './memory-log.ts'
import { writeReleaseTree } from './release-files.ts'
import { createSeededChance } from './seeded-chance.ts'
import { recordWire } from './wire-fixture.ts'

const usage = 'npm run fixtures -- VERSION [--seed N]'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' } },
})

async function main(): Promise<void> {
  const [version] = positionals
  if (version === undefined || !isVersion(version)) {
    process.stderr.write(`${usage}\n`)
    process.exitCode = 2
    return
  }
  const set = openSet(version)
  if (existsSync(set.path())) throw new Error(`${set.path()} is there already, and stays as it is`)
  try {
    await makeSet(set, Number(values.seed))
  } catch (error) {
    rmSync(set.path(), { recursive: true, force: true })
    throw error
  }
  process.stdout.write(`made ${set.path()}\n`)
}

async function makeSet(set: FixtureSet, seed: number): Promise<void> {
  const life = await playLife(seed)
  const home = set.path('home')
  mkdirSync(join(home, 'folders'), { recursive: true })
  writeFileSync(set.path('folder.json'), toText(life.entries))
  writeFileSync(join(home, 'folders', databaseFileOf(configOf(life).folders[0]!)!), life.database)
  await makeHome(set, life)
  await makeBackup(set, configOf(life), seed)
  writeFileSync(set.path('every-setting.json'), configToText(everySetting()))
  writeFileSync(
    set.path('setup.json'),
    toText({
      ...everySetting().device,
      folders: [{ path: 'folder' }, { path: 'other', secret: secretToText(firstSecret), paused: true }],
    }),
  )
  makeFullStore(set, seed)
  await makeReleases(set)
  writeFileSync(set.path('wire.json'), toText(await recordWire(seed)))
  writeFileSync(set.path('expected.json'), toText(await accountOfSet(set)))
}

const toText = (json: unknown) => `${JSON.stringify(json, undefined, 1)}\n`

// ---- the device ---------------------------------------------------------------------------------------------------------

const password = {
  costExponent: 4,
  blockSize: 8,
  parallel: 1,
  salt: Buffer.alloc(16, 'salt'),
  hash: Buffer.alloc(32, 'hash'),
}

function configOf({ secret, former }: Life): Config {
  return {
    device: { name: 'attic', uploads: 7 },
    // Its archive is of a day long ago.
    folders: [{ path: writtenPath, secret, former, set: { archiveDays: 3653, lan: false, tracker: false } }],
    password,
  }
}

async function makeHome({ path, version }: FixtureSet, life: Life): Promise<void> {
  const home = path('home')
  writeFileSync(join(home, 'config.json'), configToText(configOf(life)))
  await withConfigCopy(home, version, async () => undefined)
  const { deviceKeys } = identityOf('attic')
  const seeds = [deviceKeys.privateKey, Buffer.alloc(32, 'author attic')]
  await loadIdentity(join(home, 'identity.json'), () => Buffer.from(seeds.shift()!))
  {
    using store = openDeviceStore(join(home, 'device.db'), (error) => {
      throw error
    })
    const [one, two, three, four] = hashesInDevice as [Buffer, Buffer, Buffer, Buffer]
    const session = {
      createdMs: lifeBeginsMs,
      lastUsedMs: lifeBeginsMs + 5,
      address: '192.0.2.1',
      agent: 'a browser',
      confirmedUntilMs: 0,
    }
    store.addSession(one, { id: 'one', ...session })
    store.addSession(two, {
      id: 'two',
      ...session,
      confirmedUntilMs: lifeBeginsMs + 300_000,
      lastUsedMs: lifeBeginsMs + 9,
    })
    const token = { createdMs: lifeBeginsMs, expiresMs: undefined, lastUsedMs: undefined }
    store.addToken(three, { id: 'three', name: 'a program', scope: 'read', ...token })
    store.addToken(four, {
      id: 'four',
      name: 'another',
      scope: 'control',
      ...token,
      expiresMs: 2 ** 52,
      lastUsedMs: lifeBeginsMs,
    })
    store.addTraffic(490_890, 2 ** 45, 7)
    store.addTraffic(490_891, 1, 2 ** 45)
  }
  const log = createMemoryLog()
  const nodes = ['192.0.2.1:6881', '[2001:db8::1]:6882'].map((text) => parseHostPort(text))
  await keepDhtTable(join(home, 'dht-nodes.json'), nodes, [], log)
  const { publicKey } = keyPairOf(Buffer.alloc(32, 'lock'))
  const clock = createManualClock(lifeBeginsMs)
  await using copies = await openBackupCopies({
    ...{ clock, log, file: join(home, 'backup-copies.json'), places: () => [], sign: async () => '' },
    lock: () => Promise.reject(new Error('assertion: no disk is there')),
  })
  await copies.keep({ ...costOfNewLock(Buffer.alloc(16, 'salt')), publicKey })
}

async function makeBackup({ path, version }: FixtureSet, config: Config, seed: number): Promise<void> {
  const chance = createSeededChance(seed)
  const identity = await loadIdentity(path('home', 'identity.json'), () => {
    throw new Error('assertion: the identity was made')
  })
  const [configText, identityText] = [configToText(config), identityToText(identity)]
  const cost = costOfNewLock(chance.bytes(16))
  const { publicKey } = await passphraseToPair(fixturePassphrase, cost)
  const content = backupContentToBytes({
    ...{
      made: new Date(lifeBeginsMs).toISOString(),
      deviceName: 'attic',
      deviceId: identity.device.id,
      program: version,
    },
    ...{ config: configText, identity: identityText, hostName: 'attic-pi', timeZone: 'Europe/Berlin' },
    disks: [{ uuid: '2026-0101', mountPoint: '/srv/berrysync/stick' }],
  })
  writeFileSync(
    path('attic.berrysync-backup'),
    sealBackup({ ...cost, publicKey }, content, keyPairOf(Buffer.from(chance.bytes(32)))),
  )
  await stageRestore(path(), { config: configText, identity: identityText }, '20260101T000000Z')
}

// ---- what one device has hardly ever all at once ------------------------------------------------------------------------

/** Every setting is something else than it is by default, and folders are of every kind. */
function everySetting(): Config {
  const device: Required<Config['device']> = {
    ...{
      name: 'attic \u00e4',
      listen: '127.0.0.1:4000',
      web: '0.0.0.0:8000',
      https: true,
      webNames: ['nas.example'],
    },
    ...{
      uploadLimit: 100_000,
      downloadLimit: 200_000,
      metrics: true,
      closed: true,
      trackers: ['udp://tracker.example:6969'],
    },
    ...{
      relays: ['relay.example:4446'],
      dhtBootstrap: ['192.0.2.9:6881'],
      portMapping: false,
      links: 9,
      cipher: 'chacha',
      uploads: 2,
    },
    ...{
      limitLan: true,
      limitSchedule: ['mon-fri 08:00-18:00 up=500K down=2M', 'sat,sun 22:00-06:00 pause'],
      ssdp: false,
    },
    ...{ ledPin: 5, attentionPin: 'off', buttonPin: 6, roots: ['/srv', '/home'] },
  }
  const set: Required<FolderEntry['set']> = {
    ...{ paused: true, hosts: ['peer.example:4444'], lan: false, tracker: false, dht: true, relay: false },
    ...{
      uploadLimit: 300_000,
      downloadLimit: 400_000,
      fetchOrder: 'smallest',
      keepNewestFiles: 5,
      keepNewestBytes: 10 ** 9,
    },
    ...{ archive: false, archiveDays: 7, archiveMaxBytes: 10 ** 10, rescanSeconds: 600, settleSeconds: 1.5 },
    ...{ massDeletePercent: 50, massDeleteFiles: 5, reserveBytes: 10 ** 8, scrubDays: 7, scrubRate: 10 ** 6 },
  }
  refuseUnnamed(device, fixtureTables)
  refuseUnnamed(set, folderSettingTable)
  const { author } = identityOf('mallory')
  const read = readSecretOf(firstSecret)
  const guest: FolderSecret = guestPass(read.readKey.reveal(), read.writerPublicKey, certify(author))
  const oneTime = {
    path: '/f/one-time',
    secret: generateOneTimeSecret(() => Buffer.alloc(21, 'once')),
    set: {},
  }
  return {
    ...{ device, password },
    folders: [
      { path: '/f/full', secret: firstSecret, former: [read, guest], set },
      { path: '/f/read-only', secret: read, set: {}, disk: { name: 'stick', database: 'device' } },
      {
        path: '/f/guest',
        secret: guest,
        set: {},
        disk: { uuid: '2026-0101', name: 'disk', database: 'disk' },
      },
      { ...oneTime, isNew: true },
      { path: '/f/new', secret: read, set: {}, isNew: true, isFromWeb: true },
      { path: '/f/restored', secret: read, set: {}, isNew: true, isRestored: true },
      { path: '/f/restored-web', secret: read, set: {}, isNew: true, isRestored: true, isFromWeb: true },
    ],
  }
}

/** A setting that is added later is to be in the next set. */
function refuseUnnamed(given: object, table: object): void {
  const missing = Object.keys(table).filter((name) => !Object.hasOwn(given, name))
  if (missing.length > 0) throw new Error(`say here what ${missing.join(', ')} is to be`)
}

function makeFullStore({ path }: FixtureSet, seed: number): void {
  const chance = createSeededChance(seed)
  using store = openFolderStore(path('every-table.db'), { random: (count) => chance.bytes(count) })
  fillStore(store)
}

async function makeReleases({ path, version }: FixtureSet): Promise<void> {
  const built = path('built')
  const pkcs8 = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.alloc(32, 'builder'),
  ])
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  mkdirSync(path('release'))
  await writeReleaseTree(built, version)
  await packRelease(
    {
      ...{ directory: built, version, arch: 'arm64', replaces: '0.0.1', createdMs: lifeBeginsMs },
      privateKey,
    },
    path('release', 'bundle.release'),
  )
  rmSync(built, { recursive: true })
  writeFileSync(
    path('release', 'builder.pem'),
    createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }),
  )
  // A machine with a newer release on trial, the one to roll back to, and one that failed.
  const { packaged, releases } = releasePlaces(path('release', 'machine'))
  mkdirSync(packaged, { recursive: true })
  writeFileSync(join(packaged, 'version'), '0.0.9\n')
  for (const name of ['0.2.0', '0.1.9']) {
    mkdirSync(join(releases, name), { recursive: true })
    writeFileSync(join(releases, name, 'berrysync.mjs'), `// ${name}\n`)
  }
  symlinkSync('0.2.0', join(releases, 'current'))
  writeFileSync(join(releases, 'trial'), '0.2.0 2 0.1.9\n')
  writeFileSync(join(releases, 'before'), '0.1.9\n')
  writeFileSync(join(releases, 'failed'), '0.3.0\n')
}

await main()
