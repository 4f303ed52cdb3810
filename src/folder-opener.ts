/**
 * Opens the folders of a device: builds what each needs, hands every link to the one it is about, and lets each be reached as its settings say.
 * Which folders there are is the business of `synced-folders`.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderEntry } from './config.ts'
import { SyncError } from './core/errors.ts'
import type { DeviceId, FolderId } from './core/ids.ts'
import { type InviteKeys, inviteIdOf, inviteKeys } from './core/invite.ts'
import { type Author, createAuthor } from './core/record.ts'
import { type FolderKeys, folderKeys, guestAuthorSeed } from './core/secret.ts'
import type { KeyPair } from './core/x25519.ts'
import { approvedFiles, type DirectoryMark } from './disk/approved-files.ts'
import type { BlockFinder } from './disk/block-finder.ts'
import { openDisk } from './disk/disk.ts'
import { onPath } from './disk/disk-error.ts'
import type { Hasher } from './disk/hasher.ts'
import { realFiles } from './disk/real-files.ts'
import { watchRealFiles } from './disk/watcher.ts'
import { type Folder, openFolder } from './engine/folder.ts'
import type { DeviceRates } from './engine/rates.ts'
import type { FolderSettings } from './engine/settings.ts'
import type { UploadSlots } from './engine/upload-slots.ts'
import { databaseFileOf, type FolderPlaces } from './folder-disks.ts'
import { createJoining } from './joining.ts'
import type { Membership } from './net/membership.ts'
import type { PeerFinding } from './peer-finding.ts'
import type { Chance, Clock, Link, Log } from './ports.ts'
import { copySuffixes } from './store/before-migration.ts'
import { openFolderStore } from './store/open-folder-store.ts'
import type { FolderOpener } from './synced-folder.ts'

export interface FolderOpenerNeeds {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly device: KeyPair & { readonly id: DeviceId }
  /** As it is now. */
  deviceName(): string
  /** Of the device itself; a guest signs with one of its own. */
  readonly authorSeed: Uint8Array
  /** Which directory lies at a path that was chosen in a browser; throws where none may be taken. */
  approve(path: string): Promise<DirectoryMark>
  readonly places: Pick<FolderPlaces, 'place' | 'databases'>
  readonly hasher: Hasher
  readonly finder: BlockFinder
  readonly rates: DeviceRates
  readonly uploads: UploadSlots
  readonly maxLinks: () => number
  /** Whether the schedule says to pause everything. */
  readonly isPaused: () => boolean
  readonly peerFinding: PeerFinding
  /** What folders tell of themselves may be other than before. Called often. */
  readonly onChange: () => void
}

export interface OpenedFolders extends FolderOpener {
  /** What links may be about. */
  memberships(): readonly Membership[]
  /** Hands a link to whatever it is about. */
  takeLink(link: Link): void
  /** What holds for all folders is another now. */
  reconfigure(): void
}

/** A folder that is open, and how links about it are known. */
interface Member {
  readonly membership: Membership
  /** What it was before its secret was changed. */
  readonly former: readonly Membership[]
  readonly folder: Folder
  reconfigure(): void
}

export function createFolderOpener(needs: FolderOpenerNeeds): OpenedFolders {
  const { clock, chance, log, device, deviceName, authorSeed, places, peerFinding, ...shared } = needs
  const deviceAuthor = createAuthor(authorSeed)
  const members = new Map<FolderId, Member>()
  /** Folders that are still to be joined, by the meeting with whoever invited. */
  const guests = new Map<FolderId, { readonly take: (link: Link) => void }>()

  /** A guest signs with a key of its own for each secret it redeemed: one that is revoked is not one for all folders. */
  function authorOf({ certificate }: FolderKeys): Author {
    const invite = certificate?.statement.invite
    return invite === undefined ? deviceAuthor : createAuthor(guestAuthorSeed(authorSeed, invite))
  }

  /** The folder guests are invited to at this meeting, or that was called so before its secret was changed. */
  function hostOf(called: FolderId): Member | undefined {
    return [...members.values()].find(
      ({ folder, former }) =>
        former.some(({ folderId }) => folderId === called) || folder.invites.meetings().has(called),
    )
  }

  /** Which databases were said to be damaged, each at which attachment of its disk. */
  const suspected = new Map<string, string | undefined>()

  /** How a database is used whose disk may be pulled: it counts as damaged when that shows a second time, without the disk having been away. */
  function onDisk(entry: FolderEntry, database: string, mustReopen: () => void) {
    return {
      isRemovable: true,
      isDamageSure(): boolean {
        const placed = places.place(entry)
        const attachment = placed instanceof SyncError ? undefined : placed.attachment
        const isSure = attachment !== undefined && suspected.get(database) === attachment
        suspected.set(database, attachment)
        return isSure
      },
      onSuspected: mustReopen,
    }
  }

  /** Undefined while its disk is away. */
  async function databaseOf(entry: FolderEntry): Promise<string | undefined> {
    const file = databaseFileOf(entry)
    if (file === undefined) throw new Error('assertion: no database before a folder is joined')
    const directory = await places.databases(entry)
    return directory === undefined ? undefined : join(directory, file)
  }

  return {
    memberships: () =>
      [...members.values()].flatMap(({ membership, former, folder }) => [
        membership,
        ...former,
        ...[...folder.invites.meetings().values()].map(meetingToMembership),
      ]),
    takeLink(link) {
      // Whoever is asked for what a one-time secret is good for has made it (P15).
      const guest = link.initiator ? guests.get(link.folderId) : undefined
      const member = members.get(link.folderId) ?? hostOf(link.folderId)
      if (guest !== undefined) guest.take(link)
      else if (member !== undefined) member.folder.attach(link)
      else link.close('folder-closed')
    },
    reconfigure() {
      for (const member of members.values()) member.reconfigure()
    },
    async open(entry, keys, folderSettings, { isNew, mustReopen, claimed, rotated }) {
      await using below = new AsyncDisposableStack()
      const folderLog = log.child({ folder: entry.path })
      let wanted = folderSettings
      const inForce = () => ({ ...wanted, paused: wanted.paused || shared.isPaused() })
      const database = await databaseOf(entry)
      if (database === undefined)
        throw new SyncError('disk-away', { path: entry.path, disk: entry.disk?.name ?? '' })
      const store = below.use(
        openFolderStore(database, {
          ...(entry.disk?.database === 'disk' ? onDisk(entry, database, mustReopen) : {}),
          random: (count) => chance.bytes(count),
          onDamage: (error) => folderLog.error({ error }, 'the database was damaged and is made anew'),
        }),
      )
      const place = realFiles(entry.path)
      const approved =
        isNew && entry.isFromWeb === true ? approvedFiles(place, () => needs.approve(entry.path)) : undefined
      const disk = await openDisk({
        files: approved ?? place,
        hasher: shared.hasher,
        finder: shared.finder,
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
          isNew: isNew && entry.isRestored === true ? 'while-empty' : isNew,
          device: device.id,
          deviceKeys: device,
          get deviceName() {
            return deviceName()
          },
          author: authorOf(keys),
          ...{ store, disk, clock, chance },
          rates: shared.rates,
          uploads: shared.uploads,
          maxLinks: shared.maxLinks,
          log: folderLog,
          settings: inForce(),
          onDatabaseDamaged: mustReopen,
          onClaimed() {
            approved?.settle()
            claimed()
          },
          onRotated: rotated,
          onAwaited: () => beReached(),
          onChange: shared.onChange,
        }),
      )
      const membership = membershipOf(keys)
      const former = formerKeys.map(membershipOf)
      let meetings: readonly Membership[] = []
      function beReached(): void {
        if (!members.has(keys.folderId)) return
        const settings = inForce()
        const switches = settings.paused ? undefined : settings
        peerFinding.seek(membership, switches)
        // Those that have not moved over are there under the former secret only.
        for (const each of former) peerFinding.seek(each, folder.isAwaiting ? switches : undefined)
        const before = meetings
        meetings = folder.invites.awaitedMeetings().map(meetingToMembership)
        const open = new Set(meetings.map(({ folderId }) => folderId))
        for (const each of before) if (!open.has(each.folderId)) peerFinding.beFound(each, undefined)
        for (const each of meetings) peerFinding.beFound(each, switches)
      }
      const reconfigure = (): void => {
        folder.configure(inForce())
        beReached()
      }
      members.set(keys.folderId, { membership, former, folder, reconfigure })
      beReached()
      below.defer(() => {
        members.delete(keys.folderId)
        for (const each of [membership, ...former]) peerFinding.seek(each, undefined)
        for (const each of meetings) peerFinding.beFound(each, undefined)
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
      const invite = inviteIdOf(secret.token.reveal())
      const membership = meetingToMembership(inviteKeys(invite))
      const joining = createJoining(
        {
          secret,
          device: device.id,
          deviceName: deviceName(),
          author: createAuthor(guestAuthorSeed(authorSeed, invite)),
        },
        { clock, log: log.child({ folder: entry.path }) },
        keep,
      )
      guests.set(membership.folderId, {
        take(link) {
          joining.take(link)
          void link.closed.then(shared.onChange)
        },
      })
      const beReached = (settings: FolderSettings): void =>
        peerFinding.seek(membership, settings.paused ? undefined : settings)
      beReached(folderSettings)
      return {
        get obstacle() {
          return joining.obstacle
        },
        configure: beReached,
        async [Symbol.asyncDispose]() {
          guests.delete(membership.folderId)
          peerFinding.seek(membership, undefined)
        },
      }
    },
    async forget(entry) {
      // One that was removed while it lay elsewhere may have left one with the state of the device.
      const { disk: _, ...withoutDisk } = entry
      for (const database of new Set([await databaseOf(entry), await databaseOf(withoutDisk)])) {
        if (database === undefined) continue
        // The database last: what an older release could go back to must not outlive it.
        for (const suffix of [...copySuffixes(database), '-wal', '-shm', ''])
          await onPath(database, 'write', () => rm(database + suffix, { force: true }))
      }
    },
  }
}

function membershipOf({ folderId, psk, tagKey }: FolderKeys): Membership {
  return { folderId, psk: psk.reveal(), tagKey: tagKey.reveal() }
}

function meetingToMembership({ meetingId, psk, tagKey }: InviteKeys): Membership {
  return { folderId: meetingId, psk: psk.reveal(), tagKey: tagKey.reveal() }
}
