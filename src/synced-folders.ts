/**
 * Which folders this device syncs: adds, removes and configures them, and keeps the configuration in step. How a folder is opened
 * is the business of `node.ts`. One change at a time, so that two clients cannot add the same directory side by side.
 */
import { realpath } from 'node:fs/promises'
import { type ConfigKeeper, type FolderEntry, readFolderSecret, type Setup } from './config.ts'
import { isSyncError, SyncError } from './core/errors.ts'
import type { FolderId } from './core/ids.ts'
import { type FolderKeys, folderKeys, generateFullSecret } from './core/secret.ts'
import type { Folder } from './engine/folder.ts'
import type { FolderSettings } from './engine/settings.ts'
import { checkPlace } from './folder-place.ts'
import type { Chance, Log } from './ports.ts'
import { createSerial } from './serial.ts'
import { folderSettingTable, refuseForRole, withDefaults } from './setting-table.ts'

/** A folder that is open, with everything below it; disposing closes all of that. */
export interface RunningFolder extends AsyncDisposable {
  readonly folder: Folder
  configure(settings: FolderSettings): void
}

export interface OpenHow {
  /** A person adds it now: only then may the directory be claimed. */
  readonly isNew: boolean
  /** Called when the folder cannot go on before it is closed and opened again. */
  readonly mustReopen: () => void
}

export interface FolderOpener {
  /** A missing directory is no error (I10). */
  open(entry: FolderEntry, keys: FolderKeys, settings: FolderSettings, how: OpenHow): Promise<RunningFolder>
  /** Deletes what the state directory knows of a folder that is not open. */
  forget(id: FolderId): Promise<void>
}

/** A folder of the configuration: open, or the reason why it could not be opened. */
export interface SyncedFolder {
  readonly entry: FolderEntry
  readonly keys: FolderKeys
  readonly running: RunningFolder | SyncError
}

export interface SyncedFolders extends AsyncDisposable {
  list(): readonly SyncedFolder[]
  /** By id or path. Throws `folder-unknown`. */
  find(named: string): Promise<SyncedFolder>
  /** As `find`, and throws the reason when the folder could not be opened. */
  findRunning(named: string): Promise<SyncedFolder & { readonly running: RunningFolder }>
  add(path: string, secretText: string | undefined): Promise<SyncedFolder>
  remove(named: string): Promise<void>
  configure(
    named: string,
    change: (set: Partial<FolderSettings>) => Partial<FolderSettings>,
  ): Promise<SyncedFolder>
  /** Takes in the folders of a file given with `--config`: adds the new ones, sets what it says for the others. */
  takeIn(folders: Setup['folders']): Promise<void>
}

interface Needs {
  /** Real path of the state directory. */
  readonly home: string
  readonly config: ConfigKeeper
  readonly opener: FolderOpener
  readonly chance: Chance
  readonly log: Log
}

/** Opens the folders of the configuration. One that cannot be opened does not keep the others from syncing. */
export async function openSyncedFolders({
  home,
  config,
  opener,
  chance,
  log,
}: Needs): Promise<SyncedFolders> {
  const folders = new Map<FolderId, SyncedFolder>()
  const serially = createSerial()

  function settingsOf(entry: FolderEntry): FolderSettings {
    return withDefaults(folderSettingTable, entry.set)
  }

  async function openExisting(entry: FolderEntry): Promise<void> {
    const keys = folderKeys(entry.secret)
    let running: RunningFolder | SyncError
    try {
      running = await opener.open(entry, keys, settingsOf(entry), howToOpen(keys.folderId, false))
    } catch (error) {
      if (!isSyncError(error)) throw error
      log.error({ folder: entry.path, error }, 'this folder could not be opened')
      running = error
    }
    folders.set(keys.folderId, { entry, keys, running })
  }

  function howToOpen(id: FolderId, isNew: boolean): OpenHow {
    function mustReopen(): void {
      serially(() => reopen(id)).catch((error) => log.error({ error }, 'a folder could not be opened again'))
    }
    return { isNew, mustReopen }
  }

  /** What the folder knew is gone with its database; what lies in its directory and at its peers is not. */
  async function reopen(id: FolderId): Promise<void> {
    const folder = folders.get(id)
    if (folder === undefined) return
    await close(folder)
    await openExisting(folder.entry)
  }

  async function close({ running }: SyncedFolder): Promise<void> {
    if (!(running instanceof SyncError)) await running[Symbol.asyncDispose]()
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

  async function add(path: string, given: FolderEntry['secret'] | undefined, set: Partial<FolderSettings>) {
    const others = [...folders.values()].map(({ entry }) => entry.path)
    const real = await checkPlace(path, home, others)
    const secret = given ?? generateFullSecret((count) => chance.bytes(count))
    const keys = folderKeys(secret)
    refuseForRole(set, keys.role)
    const same = folders.get(keys.folderId)
    if (same !== undefined) throw new SyncError('folder-same-secret', { other: same.entry.path })
    const entry: FolderEntry = { path: real, secret, set }
    await opener.forget(keys.folderId)
    // The secret first: it must not be lost once anything was shared under it.
    await config.change((before) => ({ ...before, folders: [...before.folders, entry] }))
    try {
      const running = await opener.open(entry, keys, settingsOf(entry), howToOpen(keys.folderId, true))
      const folder: SyncedFolder = { entry, keys, running }
      folders.set(keys.folderId, folder)
      log.info({ folder: real, role: keys.role }, 'added a folder')
      return folder
    } catch (error) {
      await config.change((before) => withoutEntry(before, entry))
      throw error
    }
  }

  async function configure(
    named: string,
    change: (set: Partial<FolderSettings>) => Partial<FolderSettings>,
  ): Promise<SyncedFolder> {
    const before = await find(named)
    const entry: FolderEntry = { ...before.entry, set: change(before.entry.set) }
    refuseForRole(entry.set, before.keys.role)
    await config.change((all) => ({
      ...all,
      folders: all.folders.map((other) => (other === before.entry ? entry : other)),
    }))
    const after: SyncedFolder = { ...before, entry }
    folders.set(after.keys.folderId, after)
    if (!(after.running instanceof SyncError)) after.running.configure(settingsOf(entry))
    return after
  }

  async function takeInOne({ path, secret, set }: Setup['folders'][number]): Promise<void> {
    const real = await realPathOr(path)
    const known = [...folders.values()].find(({ entry }) => entry.path === real || entry.path === path)
    if (known === undefined) {
      await add(path, secret, set)
      return
    }
    if (secret !== undefined && !opensSame(folderKeys(secret), known.keys)) {
      throw new SyncError('folder-exists', { path: real })
    }
    await configure(known.keys.folderId, (before) => ({ ...before, ...set }))
  }

  for (const entry of config.current().folders) await openExisting(entry)

  return {
    list: () => [...folders.values()],
    find,
    async findRunning(named) {
      const { running, ...folder } = await find(named)
      if (running instanceof SyncError) throw running
      return { ...folder, running }
    },
    add: (path, secretText) =>
      serially(() => add(path, secretText === undefined ? undefined : readFolderSecret(secretText), {})),
    remove: (named) =>
      serially(async () => {
        const folder = await find(named)
        await config.change((before) => withoutEntry(before, folder.entry))
        folders.delete(folder.keys.folderId)
        await close(folder)
        await opener.forget(folder.keys.folderId)
        log.info({ folder: folder.entry.path }, 'removed a folder; its files stay')
      }),
    configure: (named, change) => serially(() => configure(named, change)),
    takeIn: (setup) =>
      serially(async () => {
        for (const folder of setup) await takeInOne(folder)
      }),
    [Symbol.asyncDispose]: () =>
      serially(async () => {
        await Promise.all([...folders.values()].map(close))
        folders.clear()
      }),
  }
}

function opensSame(one: FolderKeys, two: FolderKeys): boolean {
  return one.folderId === two.folderId && one.role === two.role
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
