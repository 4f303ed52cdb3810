/**
 * Which folders this device syncs: adds, removes and configures them, and keeps the configuration in step. How a folder is opened
 * is the business of `folder-opener.ts`. One change at a time, so that two clients cannot add the same directory side by side.
 */
import { realpath } from 'node:fs/promises'
import type { ConfigKeeper, FolderEntry, Setup } from './config.ts'
import { isSyncError, reasonOf, SyncError } from './core/errors.ts'
import type { FolderId } from './core/ids.ts'
import {
  type FolderKeys,
  folderKeys,
  type GuestPass,
  generateFullSecret,
  type OneTimeSecret,
  parseSecret,
  type Secret,
} from './core/secret.ts'
import type { FolderSettings } from './engine/settings.ts'
import type { Succession } from './engine/succession.ts'
import type { FolderPlaces, Placed } from './folder-disks.ts'
import { folderWithId, folderWithSecret, meetingOf, opensSame } from './folder-of-secret.ts'
import { checkPlace } from './folder-place.ts'
import type { Chance, Log } from './ports.ts'
import { createSerial } from './serial.ts'
import { folderSettingTable } from './setting-table.ts'
import { onlyForRole, refuseForRole, withDefaults } from './setting-values.ts'
import {
  type FolderOpener,
  isRunning,
  type OpenedFolder,
  type OpenHow,
  type RunningEntry,
  type RunningFolder,
  type SyncedFolder,
} from './synced-folder.ts'

export interface SyncedFolders extends AsyncDisposable {
  list(): readonly SyncedFolder[]
  /** By id or path. Throws `folder-unknown`. */
  find(named: string): Promise<SyncedFolder>
  /** As `find`, and throws the reason when the folder could not be opened, or is not shared with this device yet. */
  findRunning(named: string): Promise<RunningEntry>
  /** All that are open, or the named one. Throws as `findRunning`. */
  listRunning(named: string | undefined): Promise<readonly RunningEntry[]>
  /** The folder that this secret opens or opened, or is being redeemed for; undefined when none is here. */
  withSecret(secret: Secret): SyncedFolder | undefined
  /**
   * Returns at once for a one-time secret, which is redeemed from then on. `approve` is given the real path before anything is done, and
   * throws to refuse it; such a folder is taken only while its directory is approved of.
   */
  add(
    path: string,
    secretText: string | undefined,
    set?: Partial<FolderSettings>,
    approve?: (real: string) => Promise<unknown>,
  ): Promise<SyncedFolder>
  remove(named: string): Promise<void>
  /** Changes the secret, and resolves once the folder goes on under the new one. Throws `needs-full-secret`, and why it cannot be kept. */
  rotate(named: string): Promise<SyncedFolder>
  configure(
    named: string,
    change: (set: Partial<FolderSettings>) => Partial<FolderSettings>,
  ): Promise<SyncedFolder>
  /** Takes in the folders of a file given with `--config`: adds the new ones, sets what it says for the others. */
  takeIn(folders: Setup['folders']): Promise<void>
  /** Resolves once every folder that may not be open now is closed, with all that it had open, and every other was opened. */
  followDisks(): Promise<void>
}

interface Needs {
  /** Real path of the state directory. */
  readonly home: string
  readonly config: ConfigKeeper
  readonly opener: FolderOpener
  /** Left out where no disk is the business of this program. */
  readonly places?: Pick<FolderPlaces, 'place' | 'own' | 'listen'>
  readonly chance: Chance
  readonly log: Log
  /** There may be other folders than before, or other settings. */
  readonly onChange?: () => void
}

/** Opens the folders of the configuration. One that cannot be opened does not keep the others from syncing. */
export async function openSyncedFolders({
  home,
  config,
  opener,
  places = {
    place: (entry) => ({ entry, attachment: undefined }),
    own: () => [],
    listen: () => new DisposableStack(),
  },
  chance,
  log,
  onChange = () => undefined,
}: Needs): Promise<SyncedFolders> {
  const folders = new Map<FolderId, SyncedFolder>()
  const inOrder = createSerial()
  const serially = <T>(change: () => Promise<T>): Promise<T> => inOrder(change).finally(onChange)
  /** Folders whose disk went: what never ends on a disk that is gone must not hold up other folders. */
  const closing = new Map<FolderId, Promise<void>>()

  function settingsOf(entry: FolderEntry): FolderSettings {
    return withDefaults(folderSettingTable, entry.set)
  }

  async function openExisting(entry: FolderEntry, isAgain = false): Promise<void> {
    const { secret } = entry
    if (secret.kind === 'one-time') return void join(entry, secret)
    const keys = folderKeys(secret)
    const id = keys.folderId
    const placed = places.place(entry)
    if (placed instanceof SyncError) {
      log.info({ folder: entry.path, code: placed.code }, 'this folder waits for its disk')
      folders.set(id, { id, entry, keys, state: placed })
      return
    }
    const { attachment } = placed
    let state: RunningFolder | SyncError
    try {
      if (placed.entry !== entry) await config.change((all) => withEntry(all, entry, placed.entry))
    } catch (error) {
      if (!isSyncError(error)) throw error
      log.error({ folder: entry.path, error }, 'the disk of this folder could not be noted')
      folders.set(id, { id, entry, keys, state: error, attachment })
      return
    }
    const here = placed.entry
    try {
      state = await opener.open(here, keys, settingsOf(here), howToOpen(id, here.isNew === true))
    } catch (thrown) {
      // Whatever is wrong with one folder, a bug of ours or a database that is not what it says, keeps no other from being opened.
      const error = isSyncError(thrown) ? thrown : new SyncError('internal', { reason: reasonOf(thrown) })
      log.error({ folder: here.path, error: thrown }, 'this folder could not be opened')
      // What was damaged has been moved aside.
      if (error.code === 'database-damaged' && !isAgain) return openExisting(here, true)
      state = error
    }
    folders.set(id, { id, entry: here, keys, state, attachment })
    await follow(id).catch((error) =>
      log.error({ folder: entry.path, error }, 'a new secret could not be kept; that is tried again'),
    )
  }

  function howToOpen(id: FolderId, isNew: boolean): OpenHow {
    function mustReopen(): void {
      serially(() => reopen(id)).catch((error) => log.error({ error }, 'a folder could not be opened again'))
    }
    function claimed(): void {
      serially(() => forgetNew(id)).catch((error) =>
        log.error({ error }, 'the configuration could not be kept'),
      )
    }
    function rotated(): void {
      serially(() => follow(id)).catch((error) => log.error({ error }, 'a new secret could not be kept'))
    }
    return { isNew, mustReopen, claimed, rotated }
  }

  async function forgetNew(id: FolderId): Promise<void> {
    const folder = folders.get(id)
    if (folder === undefined) return
    const { isNew: _, isFromWeb: __, isRestored: ___, ...entry } = folder.entry
    await replaceEntry(folder, entry)
  }

  /** In the configuration and here. */
  async function replaceEntry(folder: SyncedFolder, entry: FolderEntry): Promise<SyncedFolder> {
    await config.change((all) => withEntry(all, folder.entry, entry))
    const replaced: SyncedFolder = { ...folder, entry }
    folders.set(folder.id, replaced)
    return replaced
  }

  /**
   * Where the secret was changed, the folder goes on under the new one: that is kept before anything else is done. One for which there is
   * nothing new goes on as it is, since there may be later.
   */
  async function follow(id: FolderId): Promise<void> {
    const folder = folders.get(id)
    if (folder?.keys === undefined || folder.state instanceof SyncError) return
    const succession = successionOf(folder.state)
    const { entry } = folder
    const { secret: before, former = [] } = entry
    if (succession?.secret === undefined || before.kind === 'one-time') return
    const keys = folderKeys(succession.secret)
    const same = folderWithId(folders, keys.folderId)
    if (same !== undefined) {
      await close(folder)
      folders.set(id, { ...folder, state: new SyncError('folder-same-secret', { other: same.entry.path }) })
      return
    }
    const set = onlyForRole(entry.set, keys.role)
    const after: FolderEntry = { ...entry, set, secret: succession.secret, former: [...former, before] }
    await config.change((all) => withEntry(all, entry, after))
    log.info({ folder: entry.path }, 'the folder goes on under a new secret')
    folders.set(id, { ...folder, entry: after, state: new SyncError('folder-moved') })
    await close(folder)
    await openExisting(after)
    folders.delete(id)
  }

  /** A database that cannot be used is told of again when it can. */
  function successionOf({ folder }: RunningFolder): Succession | undefined {
    try {
      return folder.succession
    } catch (error) {
      if (!isSyncError(error)) throw error
      return undefined
    }
  }

  /** Opens and closes folders as their disks come and go. */
  async function reconsider(): Promise<void> {
    for (const folder of [...folders.values()]) {
      if (folder.keys === undefined) continue
      try {
        await reconsiderOne(folder)
      } catch (error) {
        log.error({ folder: folder.entry.path, error }, 'this folder could not follow its disk')
      }
    }
  }

  async function reconsiderOne(folder: OpenedFolder): Promise<void> {
    const { id, entry, state, attachment } = folder
    const placed = places.place(entry)
    if (placed instanceof SyncError) {
      const isOpen = !(state instanceof SyncError)
      // What can be read can be served.
      if (isOpen && placed.code === 'disk-read-only') return
      if (isOpen) log.warn({ folder: entry.path, code: placed.code }, 'the disk of this folder went')
      letGo(folder, placed)
      return
    }
    if (placed.attachment === attachment) return
    if (!(state instanceof SyncError)) letGo(folder, new SyncError('folder-closed'))
    const closed = closing.get(id)
    if (closed === undefined) await openExisting(entry)
    // Never beside what is still open of it.
    else followLater(closed)
  }

  function followLater(closed: Promise<void>): void {
    void closed.then(() => serially(reconsider))
  }

  /** Closes a folder, for the reason given, without waiting for the end of it. */
  function letGo(folder: OpenedFolder, reason: SyncError): void {
    const { id, entry, state } = folder
    folders.set(id, { ...folder, state: reason, attachment: undefined })
    if (state instanceof SyncError) return
    const closed = close(folder)
      .catch((error) =>
        log.warn({ folder: entry.path, error: reasonOf(error) }, 'closing a folder left something undone'),
      )
      .finally(() => closing.delete(id))
    closing.set(id, closed)
  }

  /** What the folder knew is gone with its database; what lies in its directory and at its peers is not. */
  async function reopen(id: FolderId): Promise<void> {
    const folder = folders.get(id)
    const closed = closing.get(id)
    if (closed !== undefined) followLater(closed)
    if (folder === undefined || closed !== undefined) return
    await close(folder)
    await openExisting(folder.entry)
  }

  async function close({ state }: SyncedFolder): Promise<void> {
    if (!(state instanceof SyncError)) await state[Symbol.asyncDispose]()
  }

  async function find(named: string): Promise<SyncedFolder> {
    const byId = folders.get(named as FolderId)
    if (byId !== undefined) return byId
    const real = await realPathOr(named)
    for (const folder of folders.values()) {
      if (folder.entry.path === named || folder.entry.path === real) return folder
    }
    throw new SyncError('folder-unknown', { path: named })
  }

  async function findRunning(named: string): Promise<RunningEntry> {
    const folder = await find(named)
    if (folder.state instanceof SyncError) throw folder.state
    if (folder.keys === undefined) throw folder.state.obstacle
    return folder as RunningEntry
  }

  async function add(
    path: string,
    given: FolderEntry['secret'] | undefined,
    set: Partial<FolderSettings>,
    approve?: (real: string) => Promise<unknown>,
  ): Promise<SyncedFolder> {
    const others = [...folders.values()].map(({ entry }) => entry.path)
    const real = await checkPlace(path, home, others, places.own())
    await approve?.(real)
    const secret = given ?? generateFullSecret((count) => chance.bytes(count))
    const from = approve === undefined ? {} : { isFromWeb: true }
    const placed = places.place({ path: real, secret, set, isNew: true, ...from })
    if (placed instanceof SyncError) throw placed
    return secret.kind === 'one-time'
      ? addJoining(placed.entry, secret)
      : addOpened(placed, folderKeys(secret))
  }

  async function addJoining(entry: FolderEntry, secret: OneTimeSecret): Promise<SyncedFolder> {
    const same = folderWithSecret(folders, secret)
    if (same !== undefined) throw new SyncError('folder-same-secret', { other: same.entry.path })
    await config.change((before) => ({ ...before, folders: [...before.folders, entry] }))
    log.info({ folder: entry.path }, 'added a folder with a one-time secret')
    return join(entry, secret)
  }

  /** Where its disk was when that was asked: it may have come again while the folder was being opened, and then it is opened anew. */
  async function addOpened({ entry, attachment }: Placed, keys: FolderKeys): Promise<SyncedFolder> {
    const id = keys.folderId
    refuseForRole(entry.set, keys.role)
    const same = folderWithId(folders, id)
    if (same !== undefined) throw new SyncError('folder-same-secret', { other: same.entry.path })
    await opener.forget(entry)
    // The secret first: it must not be lost once anything was shared under it.
    await config.change((before) => ({ ...before, folders: [...before.folders, entry] }))
    try {
      const state = await opener.open(entry, keys, settingsOf(entry), howToOpen(id, true))
      const folder: SyncedFolder = { id, entry, keys, state, attachment }
      folders.set(id, folder)
      log.info({ folder: entry.path, role: keys.role }, 'added a folder')
      return folder
    } catch (error) {
      await config.change((before) => withoutEntry(before, entry))
      throw error
    }
  }

  function join(entry: FolderEntry, secret: OneTimeSecret): SyncedFolder {
    const id = meetingOf(secret)
    const folder: SyncedFolder = {
      ...{ id, entry, keys: undefined },
      state: opener.join(entry, secret, settingsOf(entry), (pass) => serially(() => takeGrant(id, pass))),
    }
    folders.set(id, folder)
    return folder
  }

  /** The pass takes the place of the one-time secret, durably, before anything is done with it. When this fails it can be done again. */
  async function takeGrant(meeting: FolderId, pass: GuestPass): Promise<void> {
    const folder = folders.get(meeting)
    // Removed meanwhile: whoever adds it again with the same secret gets the same pass.
    if (folder === undefined) return
    const keys = folderKeys(pass)
    const same = folderWithId(folders, keys.folderId)
    if (same !== undefined && same !== folder)
      throw new SyncError('folder-same-secret', { other: same.entry.path })
    const set = onlyForRole(folder.entry.set, keys.role)
    const taken: FolderEntry = { ...folder.entry, set, secret: pass }
    const placed = places.place(taken)
    // Its disk may be mounted elsewhere by now, and another one where it was.
    const { entry } = await replaceEntry(folder, placed instanceof SyncError ? taken : placed.entry)
    if (placed instanceof SyncError) await openExisting(entry)
    else {
      await opener.forget(entry)
      const state = await opener.open(entry, keys, settingsOf(entry), howToOpen(keys.folderId, true))
      const { attachment } = placed
      folders.set(keys.folderId, { id: keys.folderId, entry, keys, state, attachment })
    }
    log.info({ folder: entry.path, role: keys.role }, 'joined a folder')
    folders.delete(meeting)
    await close(folder)
  }

  async function configure(
    named: string,
    change: (set: Partial<FolderSettings>) => Partial<FolderSettings>,
  ): Promise<SyncedFolder> {
    const before = await find(named)
    const entry: FolderEntry = { ...before.entry, set: change(before.entry.set) }
    if (before.keys !== undefined) refuseForRole(entry.set, before.keys.role)
    const after = await replaceEntry(before, entry)
    if (!(after.state instanceof SyncError)) after.state.configure(settingsOf(entry))
    return after
  }

  async function takeInOne({ path, secret, set }: Setup['folders'][number]): Promise<void> {
    const real = await realPathOr(path)
    const known = [...folders.values()].find(({ entry }) => entry.path === real || entry.path === path)
    if (known === undefined) {
      await add(path, secret, set)
      return
    }
    if (secret !== undefined && !opensSame(secret, known)) {
      throw new SyncError('folder-exists', { path: real })
    }
    await configure(known.id, (before) => ({ ...before, ...set }))
  }

  const listening = places.listen(() => {
    serially(reconsider).catch((error) => log.error({ error }, 'folders could not follow their disks'))
  })
  // In the queue, so that what a folder asks for while it is being opened comes after.
  for (const entry of config.current().folders) await serially(() => openExisting(entry))

  return {
    list: () => [...folders.values()],
    find,
    findRunning,
    listRunning: async (named) =>
      named === undefined ? [...folders.values()].filter(isRunning) : [await findRunning(named)],
    withSecret: (secret) => folderWithSecret(folders, secret),
    add: (path, secretText, set = {}, approve) =>
      serially(() => add(path, secretText === undefined ? undefined : parseSecret(secretText), set, approve)),
    remove: (named) =>
      serially(async () => {
        const folder = await find(named)
        await config.change((before) => withoutEntry(before, folder.entry))
        folders.delete(folder.id)
        await close(folder)
        // Of one that is still being closed the database stays until it is added again.
        if (folder.keys !== undefined && !closing.has(folder.id)) await opener.forget(folder.entry)
        log.info({ folder: folder.entry.path }, 'removed a folder; its files stay')
      }),
    rotate: (named) =>
      serially(async () => {
        const { id, entry, state } = await findRunning(named)
        state.folder.rotate()
        await follow(id)
        return find(entry.path)
      }),
    configure: (named, change) => serially(() => configure(named, change)),
    takeIn: (setup) =>
      serially(async () => {
        for (const folder of setup) await takeInOne(folder)
      }),
    async followDisks() {
      await serially(reconsider)
      await Promise.all(closing.values())
      await serially(reconsider)
    },
    async [Symbol.asyncDispose]() {
      listening[Symbol.dispose]()
      await serially(async () => {
        await Promise.all([...folders.values()].map(close))
        folders.clear()
      })
      await Promise.all(closing.values())
    },
  }
}

function withEntry<C extends { readonly folders: readonly FolderEntry[] }>(
  config: C,
  entry: FolderEntry,
  after: FolderEntry,
): C {
  return { ...config, folders: config.folders.map((other) => (other === entry ? after : other)) }
}

function withoutEntry<C extends { readonly folders: readonly FolderEntry[] }>(
  config: C,
  entry: FolderEntry,
): C {
  return { ...config, folders: config.folders.filter((other) => other !== entry) }
}

/** Where a path leads, or the path itself while its directory is not there. */
async function realPathOr(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    return path
  }
}
