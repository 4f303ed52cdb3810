/** Everything in a set of fixtures, read with the program as it is now: what a version said of its own set, later ones must say as well. */
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openBackupCopies } from '../appliance/backup-copies.ts'
import { openConfig, parseConfigText, readSetup } from '../config.ts'
import { parseBackupContent } from '../core/backup-content.ts'
import { openBackup, passphraseToPair, readLockCost } from '../core/sealed-backup.ts'
import { type FolderSecret, folderKeys, type OneTimeSecret, secretToText } from '../core/secret.ts'
import { databaseFileOf } from '../folder-disks.ts'
import { decodeHead, headerBytes, openManifest, readKey } from '../helper/release-bundle.ts'
import { readReleases, releasePlaces } from '../helper/release-state.ts'
import { readDhtTable } from '../net/dht-table.ts'
import { loadIdentity } from '../net/identity.ts'
import { finishRestore } from '../restored-home.ts'
import { deviceSettingTable } from '../setting-table.ts'
import { openDeviceStore } from '../store/open-device-store.ts'
import { openFolderStore } from '../store/open-folder-store.ts'
import { type FixtureSet, placeDevice } from './fixture-set.ts'
import { fullStoreAsked } from './full-store.ts'
import { createManualClock } from './manual-clock.ts'
import { createMemoryLog } from './memory-log.ts'
import { accountOf, toPlain } from './store-account.ts'
import { makeTempDirectory } from './temp-directory.ts'

export const fixturePassphrase = 'seven ripe berries on a hedge'
export const fixtureTables = deviceSettingTable('host', '/home')
/** Bytes that only their hash is known of are looked for by these. */
export const hashesInDevice = [1, 2, 3, 4].map((of) => Buffer.alloc(32, of))

function unexpected(error: unknown): never {
  throw error
}

/** A secret says nothing of itself when it is printed. */
function secretAccount(secret: FolderSecret | OneTimeSecret): unknown {
  if (secret.kind === 'guest')
    return { ...secret, readKey: secret.readKey.reveal(), folderId: folderKeys(secret).folderId }
  return secretToText(secret)
}

function configAccount(
  config: Awaited<ReturnType<typeof openConfig>> extends { current(): infer C } ? C : never,
): unknown {
  return {
    ...config,
    folders: config.folders.map((entry) => ({
      ...entry,
      secret: secretAccount(entry.secret),
      former: entry.former?.map(secretAccount),
    })),
  }
}

export async function accountOfSet(set: FixtureSet): Promise<unknown> {
  await using root = await makeTempDirectory()
  const { home } = await placeDevice(set, root.path)
  const noChance = (): never => unexpected(new Error('nothing is to be made anew'))
  const config = (await openConfig(home, fixtureTables)).current()
  const [entry] = config.folders
  const former = (entry?.former ?? []).map((secret) => folderKeys(secret).folderId)
  const { folderId } = folderKeys(entry!.secret as FolderSecret)
  const identity = await loadIdentity(join(home, 'identity.json'), noChance)
  return toPlain({
    config: configAccount({
      ...config,
      folders: config.folders.map((each) => ({ ...each, path: 'folder' })),
    }),
    identity,
    folderId,
    databaseFile: databaseFileOf(entry!),
    device: folderAccount(join(home, 'folders', databaseFileOf(entry!)!), { former }),
    everyTable: everyTableAccount(set, root.path),
    everySetting: configAccount(
      parseConfigText('', readFileSync(set.path('every-setting.json'), 'utf8'), fixtureTables),
    ),
    setup: await setupAccount(set),
    ownDatabase: deviceAccount(join(home, 'device.db')),
    dhtNodes: await readDhtTable(join(home, 'dht-nodes.json'), createMemoryLog()),
    backupCopies: await copiesAccount(join(home, 'backup-copies.json')),
    backup: await backupAccount(set),
    restored: await restoreAccount(set, root.path),
    release: releaseAccount(set),
    releases: await releasesAccount(set, root.path),
  })
}

function folderAccount(file: string, asked: Parameters<typeof accountOf>[1]): unknown {
  using store = openFolderStore(file, {
    random: () => unexpected(new Error('the index is to stay')),
    onDamage: unexpected,
  })
  return accountOf(store, asked)
}

function everyTableAccount(set: FixtureSet, root: string): unknown {
  const file = join(root, 'every-table.db')
  cpSync(set.path('every-table.db'), file)
  return folderAccount(file, fullStoreAsked)
}

async function setupAccount(set: FixtureSet): Promise<unknown> {
  const { device, folders } = await readSetup(set.path('setup.json'), fixtureTables)
  return {
    device,
    folders: folders.map(({ secret, ...folder }) => ({
      ...folder,
      path: 'folder',
      secret: secret && secretAccount(secret),
    })),
  }
}

function deviceAccount(file: string): unknown {
  using store = openDeviceStore(file, unexpected)
  return {
    ...{ sessions: store.sessions(), tokens: store.tokens(), traffic: store.trafficSince(0) },
    found: hashesInDevice.map((hash) => store.session(hash) ?? store.token(hash)),
  }
}

async function copiesAccount(file: string): Promise<unknown> {
  await using copies = await openBackupCopies({
    ...{ clock: createManualClock(0), log: createMemoryLog(), file, places: () => [], sign: async () => '' },
    lock: () => unexpected(new Error('no disk is there')),
  })
  return copies.keptSince()
}

async function backupAccount(set: FixtureSet): Promise<unknown> {
  const file = readFileSync(set.path('attic.berrysync-backup'))
  const content = parseBackupContent(
    openBackup(await passphraseToPair(fixturePassphrase, readLockCost(file)), file),
  )
  return { ...content, config: configAccount(parseConfigText('', content.config, fixtureTables)) }
}

async function restoreAccount(set: FixtureSet, root: string): Promise<unknown> {
  const home = join(root, 'restored')
  cpSync(set.path('home'), home, { recursive: true })
  cpSync(set.path('restore.json'), join(home, 'restore.json'))
  const isDone = await finishRestore(home)
  return {
    isDone,
    config: configAccount((await openConfig(home, fixtureTables)).current()),
    identity: await loadIdentity(join(home, 'identity.json'), () =>
      unexpected(new Error('no identity was restored')),
    ),
  }
}

function releaseAccount(set: FixtureSet): unknown {
  const bytes = readFileSync(set.path('release', 'bundle.release'))
  const { manifestBytes, signature } = decodeHead(bytes.subarray(0, headerBytes))
  const key = readKey(readFileSync(set.path('release', 'builder.pem'), 'utf8'))
  return openManifest(bytes.subarray(headerBytes, headerBytes + manifestBytes), signature, [key!])
}

async function releasesAccount(set: FixtureSet, root: string): Promise<unknown> {
  const machine = join(root, 'machine')
  cpSync(set.path('release', 'machine'), machine, { recursive: true, verbatimSymlinks: true })
  return readReleases(releasePlaces(machine))
}
