/**
 * The composition root: builds every part of a device, starts them in order, and disposes them in reverse. Decides nothing itself.
 */
import { mkdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { buildApp } from './api/app.ts'
import { openControlSocket } from './api/control-socket.ts'
import { type FolderEntry, openConfig, readSetup } from './config.ts'
import type { FolderId } from './core/ids.ts'
import { type InviteKeys, inviteIdOf, inviteKeys } from './core/invite.ts'
import { type Author, createAuthor } from './core/record.ts'
import { type FolderKeys, folderKeys, guestAuthorSeed } from './core/secret.ts'
import { createDeviceLimits } from './device-limits.ts'
import { createSteering } from './device-steering.ts'
import { createFinderPool } from './disk/block-finder.ts'
import { openDisk } from './disk/disk.ts'
import { onPath } from './disk/disk-error.ts'
import { createHashPool } from './disk/hasher.ts'
import { realFiles } from './disk/real-files.ts'
import { watchRealFiles } from './disk/watcher.ts'
import { type Folder, openFolder } from './engine/folder.ts'
import { createDeviceRates } from './engine/rates.ts'
import type { FolderSettings } from './engine/settings.ts'
import { createUploadSlots } from './engine/upload-slots.ts'
import { openHome, openSocketPath } from './home.ts'
import { createJoining } from './joining.ts'
import { formatHostPort, hostOfAddress, isLanAddress, parseListenAddress } from './net/address.ts'
import { createCipherPool, needsCipherPool } from './net/cipher-pool.ts'
import { createDialer } from './net/dialer.ts'
import { loadIdentity } from './net/identity.ts'
import { openListener } from './net/listener.ts'
import type { Membership } from './net/membership.ts'
import type { Link, Log } from './ports.ts'
import { type DeviceSettings, deviceSettingTable, settingsFromTexts, withDefaults } from './setting-table.ts'
import { openFolderStore } from './store/open-folder-store.ts'
import { type FolderOpener, openSyncedFolders } from './synced-folders.ts'
import { localWeekMs, systemChance, systemClock } from './system.ts'
import { createTrafficMeter } from './traffic.ts'
import { decodeMessage, encodeMessage } from './wire/message-codec.ts'
import type { CipherName } from './wire/noise.ts'

export interface NodeOptions {
  readonly home: string
  /** As typed; each overrules what is set, for this run. */
  readonly listen: string | undefined
  readonly web: string | undefined
  /** A file whose settings and folders are taken over. */
  readonly config: string | undefined
  readonly log: Log
  readonly version: string
}

export interface Node extends AsyncDisposable {
  /** Where peers reach it. */
  readonly listen: string
}

/** Starts a device. Throws a `SyncError` with the reason when it cannot; nothing is left running then. */
export async function startNode({ log, version, ...options }: NodeOptions): Promise<Node> {
  await using parts = new AsyncDisposableStack()
  const clock = systemClock
  const chance = systemChance
  const random = (count: number): Buffer => chance.bytes(count)

  const deviceTable = deviceSettingTable(hostname())
  const overrides = readOverrides(deviceTable, options)
  const home = parts.use(await openHome(options.home))
  const config = await openConfig(home.path, deviceTable)
  const setup = options.config === undefined ? undefined : await readSetup(options.config, deviceTable)
  if (setup !== undefined) {
    await config.change((before) => ({ ...before, device: { ...before.device, ...setup.device } }))
  }
  const settings = withDefaults(deviceTable, { ...config.current().device, ...overrides })

  const identity = await loadIdentity(join(home.path, 'identity.json'), random)
  const author = createAuthor(identity.authorSeed)
  /** A guest signs with a key of its own for each secret it redeemed: one that is revoked is not one for all folders. */
  function authorOf({ certificate }: FolderKeys): Author {
    const invite = certificate?.statement.invite
    return invite === undefined ? author : createAuthor(guestAuthorSeed(identity.authorSeed, invite))
  }
  const codec = { encode: encodeMessage, decode: decodeMessage }
  const cipher: CipherName = settings.cipher === 'chacha' ? 'ChaChaPoly' : 'AESGCM'
  const ciphers = needsCipherPool(cipher) ? parts.use(createCipherPool()) : undefined
  const linkContext = { device: identity.device, clock, chance, log, codec, cipher, ciphers }
  const members = new Map<FolderId, Member>()
  /** Folders that are still to be joined, by the meeting with whoever invited. */
  const guests = new Map<FolderId, { readonly take: (link: Link) => void }>()
  const traffic = createTrafficMeter(clock)
  const rates = createDeviceRates(clock, ({ address }) => isLanAddress(hostOfAddress(address)))
  const uploads = createUploadSlots(clock)
  /** Of every open folder: takes its settings once more, and whether everything is to pause. */
  const reconfigurations = new Set<() => void>()
  const limits = parts.use(
    createDeviceLimits(
      {
        ...{ clock, rates, uploads, weekMsAt: localWeekMs },
        onPause(paused) {
          log.info({}, paused ? 'the schedule says to pause' : 'the schedule lets syncing go on')
          for (const reconfigure of reconfigurations) reconfigure()
        },
      },
      settings,
    ),
  )

  function takeLink(link: Link): void {
    traffic.add(link)
    dialer.noteLink(link)
    // Whoever is asked for what a one-time secret is good for has made it (P15).
    const guest = link.initiator ? guests.get(link.folderId) : undefined
    const member = members.get(link.folderId) ?? hostOf(link.folderId)
    if (guest !== undefined) guest.take(link)
    else if (member !== undefined) member.folder.attach(link)
    else link.close('folder-closed')
  }

  /** The folder guests are invited to at this meeting, or that was called so before its secret was changed. */
  function hostOf(called: FolderId): Member | undefined {
    return [...members.values()].find(
      ({ folder, former }) =>
        former.some(({ folderId }) => folderId === called) || folder.invites.meetings().has(called),
    )
  }

  const dialer = parts.use(createDialer({ ...linkContext, onLink: takeLink }))
  const listener = parts.use(
    await openListener({
      ...linkContext,
      address: parseListenAddress(settings.listen),
      memberships: () =>
        [...members.values()].flatMap(({ membership, former, folder }) => [
          membership,
          ...former,
          ...[...folder.invites.meetings().values()].map(meetingToMembership),
        ]),
      onLink: takeLink,
    }),
  )
  const listen = formatHostPort(listener.address)
  const hasher = parts.use(createHashPool())
  const finder = parts.use(createFinderPool())

  const databases = join(home.path, 'folders')
  await mkdir(databases, { recursive: true, mode: 0o700 })
  /** It keeps its name when the secret is changed. */
  function databaseOf({ secret, former = [] }: FolderEntry): string {
    const [first = secret] = former
    if (first.kind === 'one-time') throw new Error('assertion: no database before a folder is joined')
    return join(databases, `${folderKeys(first).folderId}.db`)
  }

  const opener: FolderOpener = {
    async open(entry, keys, folderSettings, { isNew, mustReopen, claimed, rotated }) {
      await using below = new AsyncDisposableStack()
      const folderLog = log.child({ folder: entry.path })
      let wanted = folderSettings
      const inForce = () => ({ ...wanted, paused: wanted.paused || limits.current().paused })
      const store = below.use(
        openFolderStore(databaseOf(entry), {
          random,
          onDamage: (error) => folderLog.error({ error }, 'the database was damaged and is made anew'),
        }),
      )
      const disk = await openDisk({
        files: realFiles(entry.path),
        hasher,
        finder,
        clock,
        log: folderLog,
        watch: watchRealFiles(entry.path),
      })
      const formerKeys = (entry.former ?? []).map(folderKeys)
      const folder = below.use(
        openFolder({
          keys,
          former: formerKeys,
          rootPath: entry.path,
          isNew,
          device: identity.device.id,
          deviceKeys: identity.device,
          deviceName: settings.name,
          author: authorOf(keys),
          ...{ store, disk, clock, chance, rates, uploads },
          log: folderLog,
          settings: inForce(),
          onDatabaseDamaged: mustReopen,
          onClaimed: claimed,
          onRotated: rotated,
          onAwaited: () => dial(),
        }),
      )
      const membership = membershipOf(keys)
      const former = formerKeys.map(membershipOf)
      members.set(keys.folderId, { membership, former, folder })
      function dial(): void {
        if (!members.has(keys.folderId)) return
        const { paused, hosts } = inForce()
        dialer.setTargets(membership, paused ? [] : hosts)
        // Those that have not moved over are there under the former secret only.
        for (const each of former) dialer.setTargets(each, paused || !folder.isAwaiting ? [] : hosts)
      }
      dial()
      const reconfigure = (): void => {
        folder.configure(inForce())
        dial()
      }
      reconfigurations.add(reconfigure)
      below.defer(() => {
        reconfigurations.delete(reconfigure)
        members.delete(keys.folderId)
        for (const each of [membership, ...former]) dialer.setTargets(each, [])
      })
      const owned = below.move()
      return {
        folder,
        configure(changed) {
          wanted = changed
          reconfigure()
        },
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      }
    },
    join(entry, secret, folderSettings, keep) {
      const folderLog = log.child({ folder: entry.path })
      const invite = inviteIdOf(secret.token.reveal())
      const membership = meetingToMembership(inviteKeys(invite))
      const guestAuthor = createAuthor(guestAuthorSeed(identity.authorSeed, invite))
      const joining = createJoining(
        { secret, device: identity.device.id, deviceName: settings.name, author: guestAuthor },
        { clock, log: folderLog },
        keep,
      )
      guests.set(membership.folderId, joining)
      const dial = ({ paused, hosts }: FolderSettings): void =>
        dialer.setTargets(membership, paused ? [] : hosts)
      dial(folderSettings)
      return {
        get obstacle() {
          return joining.obstacle
        },
        configure: dial,
        async [Symbol.asyncDispose]() {
          guests.delete(membership.folderId)
          dialer.setTargets(membership, [])
        },
      }
    },
    async forget(entry) {
      for (const suffix of ['', '-wal', '-shm'])
        await onPath(databases, 'write', () => rm(databaseOf(entry) + suffix, { force: true }))
    },
  }

  const folders = parts.use(await openSyncedFolders({ home: home.path, config, opener, chance, log }))
  if (setup !== undefined) await folders.takeIn(setup.folders)

  const steering = createSteering({
    device: { id: identity.device.id, version, pid: process.pid },
    running: () => ({ name: settings.name, listen }),
    limits: limits.current,
    deviceChanged: (set) => limits.set(withDefaults(deviceTable, set)),
    ...{ deviceTable, config, folders, traffic, dialResults: dialer.results },
  })
  const app = buildApp(steering, (error) => log.error({ error }, 'a request failed by a bug'))
  const socket = parts.use(openSocketPath(home.path))
  parts.use(await openControlSocket(app, socket.path))
  log.info({ home: home.path, listen, device: identity.device.id, version }, 'ready')

  const owned = parts.move()
  return { listen, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** A folder that is open, and how links about it are known. */
interface Member {
  readonly membership: Membership
  /** What it was before its secret was changed. */
  readonly former: readonly Membership[]
  readonly folder: Folder
}

function membershipOf({ folderId, psk, tagKey }: FolderKeys): Membership {
  return { folderId, psk: psk.reveal(), tagKey: tagKey.reveal() }
}

function meetingToMembership({ meetingId, psk, tagKey }: InviteKeys): Membership {
  return { folderId: meetingId, psk: psk.reveal(), tagKey: tagKey.reveal() }
}

function readOverrides(
  table: ReturnType<typeof deviceSettingTable>,
  { listen, web }: Pick<NodeOptions, 'listen' | 'web'>,
): Partial<DeviceSettings> {
  return settingsFromTexts(table, {
    ...(listen === undefined ? {} : { listen }),
    ...(web === undefined ? {} : { web }),
  })
}
