/** A folder whose answers a test sets: for the parts that only ask folders, and never for what an engine does. */
import { SyncError } from '../core/errors.ts'
import type { FolderKeys, GuestPass } from '../core/secret.ts'
import type { Folder } from '../engine/folder.ts'
import type { FolderSettings } from '../engine/settings.ts'
import type { FolderStatus } from '../engine/status.ts'
import type { FolderOpener, JoiningFolder, OpenHow, RunningFolder } from '../synced-folder.ts'

export interface FakeFolder extends RunningFolder {
  /** What it answers; a test may replace parts. */
  readonly answers: Folder
  settings: FolderSettings
  /** Says that it cannot go on before it is opened again. */
  mustReopen(): void
  /** Says that it has claimed its directory. */
  claimed(): void
  /** Says that its secret was changed. */
  rotated(): void
  readonly calls: string[]
  isOpen: boolean
}

export interface FakeJoining extends JoiningFolder {
  obstacle: SyncError
  settings: FolderSettings
  /** Says what the secret is good for. */
  granted(pass: GuestPass): Promise<void>
  isOpen: boolean
}

export interface FakeOpener extends FolderOpener {
  /** By path; closed ones too. */
  readonly opened: ReadonlyMap<string, FakeFolder>
  /** By path: those that are or were joined. */
  readonly joined: ReadonlyMap<string, FakeJoining>
  readonly forgotten: readonly string[]
  /** The next folder of this path cannot be opened. */
  failNext(path: string, error: Error): void
}

export function createFakeOpener(): FakeOpener {
  const opened = new Map<string, FakeFolder>()
  const failures = new Map<string, Error>()
  const forgotten: string[] = []
  const joined = new Map<string, FakeJoining>()
  return {
    opened,
    joined,
    forgotten,
    failNext: (path, error) => void failures.set(path, error),
    async open(entry, keys, settings, { isNew, mustReopen, claimed, rotated }) {
      const failure = failures.get(entry.path)
      failures.delete(entry.path)
      if (failure !== undefined) throw failure
      const folder = createFakeFolder(keys, settings, { mustReopen, claimed, rotated })
      folder.calls.push(isNew ? 'opened as new' : 'opened')
      opened.set(entry.path, folder)
      return folder
    },
    join(entry, _secret, settings, keep) {
      const joining: FakeJoining = {
        granted: keep,
        settings,
        obstacle: new SyncError('issuer-away'),
        isOpen: true,
        configure(changed) {
          joining.settings = changed
        },
        async [Symbol.asyncDispose]() {
          joining.isOpen = false
        },
      }
      joined.set(entry.path, joining)
      return joining
    },
    async forget({ path }) {
      forgotten.push(path)
    },
  }
}

const noRows = { rows: [], next: undefined }
const noMatch = { files: 0, bytes: 0, examples: [] }

function createFakeFolder(
  keys: FolderKeys,
  settings: FolderSettings,
  { mustReopen, claimed, rotated }: Pick<OpenHow, 'mustReopen' | 'claimed' | 'rotated'>,
): FakeFolder {
  const calls: string[] = []
  let ignoreText = ''
  const status: FolderStatus = {
    ...{ id: keys.folderId, role: keys.role, state: 'up-to-date' },
    ...{ files: 0, bytes: 0, needFiles: 0, needBytes: 0, localChanges: 0, waiting: 0, conflicts: 0 },
    ...{ notKept: { files: 0, bytes: 0 }, peers: [], problems: [], explanation: '' },
  }
  const answers: Folder = {
    id: keys.folderId,
    invites: {
      create() {
        throw new Error('assertion: no test invites with a fake folder')
      },
      list: () => [],
      cancel: (id) => {
        throw new SyncError('invite-unknown', { id, path: '' })
      },
      awaitedMeetings: () => [],
      meetings: () => new Map(),
      redeem: () => Promise.reject(new SyncError('invite-used')),
    },
    attach: () => undefined,
    configure: () => undefined,
    status: () => status,
    transfers: () => [],
    parts(path) {
      throw new SyncError('not-found', { what: path })
    },
    isSettled: () => true,
    rescan: () => void calls.push('rescan'),
    scrub: { running: undefined, last: undefined, nextMs: undefined, filesHere: 0, rate: 0 },
    startScrub: () => void calls.push('scrub'),
    stopScrub: () => void calls.push('stop the scrub'),
    keepDamaged: (path) => void calls.push(`keep damaged ${path}`),
    check: async () => ({
      gaps: [],
      needFiles: 0,
      unnamed: 0,
      lackingPeers: [],
      ignored: 0,
      databaseFaults: [],
    }),
    fetchNow(path, wanted) {
      calls.push(`${wanted ? 'fetch' : 'release'} ${path}`)
      return wanted ? 'coming' : 'released'
    },
    async restoreLocal(path) {
      calls.push(`restore ${path ?? 'all'}`)
      return 2
    },
    localChanges: async () => noRows,
    async settleDeletes(choice) {
      calls.push(choice)
    },
    heldDeletes: () => [],
    deletersOf: () => [],
    conflicts: () => [],
    history: () => [],
    knownPeers: () => [],
    members: () => [],
    revoke(named) {
      throw new SyncError('device-unknown', { named, path: '', count: 0 })
    },
    approve(named) {
      throw new SyncError('device-unknown', { named, path: '', count: 0 })
    },
    planRotation: () => ({ moving: [], left: [], invites: [] }),
    rotate: () => void calls.push('rotate'),
    succession: undefined,
    isAwaiting: false,
    admission: 'secret',
    setAdmission: (rule) => void calls.push(`admission ${rule}`),
    listArchive: async () => noRows,
    listHeldAt: async () => noRows,
    async restoreArchived(id, replace) {
      calls.push(`restore ${id}${replace ? ' in place' : ''}`)
      return 'a.txt'
    },
    listFiles: async () => noRows,
    showContent: () => Promise.reject(new SyncError('not-found', { what: 'a file' })),
    async settleConflict(path, keep) {
      calls.push(`keep ${keep} of ${path}`)
      return 'a.txt'
    },
    ignoreText: async () => ignoreText,
    async setIgnoreText(text) {
      ignoreText = text
    },
    previewIgnore: async () => ({
      ...{ ignored: noMatch, newlyIgnored: noMatch, newlySynced: noMatch },
      partial: false,
    }),
    [Symbol.asyncDispose]: async () => undefined,
  }
  const folder: FakeFolder = {
    folder: answers,
    answers,
    settings,
    mustReopen,
    claimed,
    rotated,
    calls,
    isOpen: true,
    configure(changed) {
      folder.settings = changed
    },
    async [Symbol.asyncDispose]() {
      folder.isOpen = false
    },
  }
  return folder
}
