/**
 * One synced folder: puts the parts of the engine together, and is the door for everybody else. Asks the parts; decides nothing.
 */
import { isSyncError } from '../core/errors.ts'
import type { DeviceId, FolderId } from '../core/ids.ts'
import type { Author } from '../core/record.ts'
import type { FolderKeys } from '../core/secret.ts'
import type { AdmissionRule } from '../core/statement.ts'
import type { KeyPair } from '../core/x25519.ts'
import type { Chance, Clock, Disk, Link, Log } from '../ports.ts'
import type { FolderStore, HistoryQuestion, KeptHistoryRow, PeerRow } from '../store/folder-store.ts'
import { approve, setAdmission } from './admission.ts'
import { keepDamaged, tryAgain } from './damage.ts'
import { type FetchOutcome, fetchNow } from './fetch-now.ts'
import type { FolderContext } from './folder-context.ts'
import { createFolderFiles, type FolderFiles } from './folder-files.ts'
import { createInvites, type Invites } from './invites.ts'
import { startLoop } from './loop.ts'
import { findMember, listMembers, type MemberRow } from './member-list.ts'
import { isEntered } from './members.ts'
import type { Claimable } from './prepare.ts'
import { createPull } from './pull.ts'
import type { DeviceRates, RateLimits } from './rates.ts'
import { answerGuest } from './redemption.ts'
import { revokeDevice } from './revoke.ts'
import { planRotation, type RotationPlan, rotate } from './rotation.ts'
import { createScrub, type ScrubStatus } from './scrub.ts'
import { checkFolder, type FolderCheck } from './self-check.ts'
import type { FolderSettings } from './settings.ts'
import { describeFolder, type FolderStatus } from './status.ts'
import { type Succession, successionOf } from './succession.ts'
import { createSwarm } from './swarm.ts'
import { listTransfers, type Parts, partsOf, type Transfer } from './transfer-list.ts'
import { createTransfers } from './transfers.ts'
import { createUnfinished } from './unfinished.ts'
import type { UploadSlots } from './upload-slots.ts'
import { usher } from './usher.ts'

/** A change of the secret that could not be followed, because the configuration could not be kept, is told again after this. */
const rotationRetryMs = 60_000
/** Each is answered once and goes, or is sent away after a while. */
const maxVisitors = 64

/** One synced folder. Everything a person or program can ask of it. */
export interface Folder extends AsyncDisposable, FolderFiles {
  readonly id: FolderId
  readonly invites: Invites
  /**
   * Takes over a link whose handshake is done: of a peer, of one that comes with a former secret, or of a guest at one of the meetings. A
   * second link to the same peer is settled here.
   */
  attach(link: Link): void
  configure(settings: FolderSettings): void
  status(): FolderStatus
  /** Files that are being put together here. */
  transfers(): readonly Transfer[]
  /** Who has which part of a file. Throws `not-found`. */
  parts(path: string): Parts
  /** Whether at least one peer is connected and nothing is left to send or receive. */
  isSettled(): boolean
  /** Looks at the whole disk now. */
  rescan(): void
  readonly scrub: ScrubStatus
  /** Reads every file again, to find what the disk has damaged; one that is under way goes on. */
  startScrub(): void
  stopScrub(): void
  /** What lies at a damaged path counts from now on, as if a person had written it. Throws `not-found` and `request-invalid`. */
  keepDamaged(path: string): void
  /** Why the folder is not in sync, as far as can be told from here, and whether its database agrees with itself. */
  check(): Promise<FolderCheck>
  /** Puts a file before all others, or (not `wanted`) among them again. Throws `not-found` and `request-invalid`. */
  fetchNow(path: string, wanted: boolean): FetchOutcome
  /** Newest first. */
  history(limit: number, question?: HistoryQuestion): readonly KeptHistoryRow[]
  knownPeers(): readonly PeerRow[]
  /** Every other device that shares the folder, did, or wants to. */
  members(): readonly MemberRow[]
  /** By its name or the first characters of its id. Throws `device-unknown`, `needs-full-secret` and `not-certified`. */
  revoke(named: string): MemberRow
  /** Lets a device in that waits. Named and throws as `revoke`, and `not-waiting`. */
  approve(named: string): MemberRow
  /** What a change of the secret would do. Throws `needs-full-secret`. */
  planRotation(): RotationPlan
  /** Changes the secret. From then on there is a `succession`. Throws `needs-full-secret`. */
  rotate(): void
  /**
   * Where the folder goes on, once its secret was changed. Where there is something for this device, it is to be closed then, and opened anew
   * with that. Throws when the database cannot be used.
   */
  readonly succession: Succession | undefined
  /** Members that have not been heard of since the secret was changed. */
  readonly isAwaiting: boolean
  readonly admission: AdmissionRule
  /** Throws `needs-full-secret`. */
  setAdmission(rule: AdmissionRule): void
}

export interface FolderOptions {
  readonly keys: FolderKeys
  /** What it had before its secret was changed, the oldest first. */
  readonly former?: readonly FolderKeys[]
  /** The directory, for people; `disk` is what is used. */
  readonly rootPath: string
  /** The directory was just added: one without an identity file is taken for this folder. */
  readonly isNew: Claimable
  /** Called once a new folder has taken its directory. */
  readonly onClaimed?: () => void
  readonly device: DeviceId
  readonly deviceKeys: KeyPair
  readonly deviceName: string
  readonly author: Author
  readonly store: FolderStore
  readonly disk: Disk
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly settings: FolderSettings
  /** The limits all folders of the device share. */
  readonly rates: DeviceRates
  readonly uploads: UploadSlots
  /** Peers that may be linked at a time. */
  readonly maxLinks: () => number
  /** Its secret was changed: there is a `succession`. Called again and again until the folder is closed. */
  readonly onRotated?: () => void
  /** Whether members or guests are awaited may be another matter than before. */
  readonly onAwaited?: () => void
  /** What `status` and `transfers` tell may be other than before. Called often. */
  readonly onChange?: () => void
  /** The database turned out to be damaged and is closed: close this folder and open it anew. */
  readonly onDatabaseDamaged: () => void
}

/** Opens the folder and starts its loop. The directory need not be there. Disposing ends the loop and closes links, not store or disk. */
export function openFolder(options: FolderOptions): Folder {
  const { keys, former = [], store, disk, clock, log } = options
  let settings = options.settings
  let isClosing = false
  let rotationTimer: Disposable | undefined

  const context: FolderContext = {
    ...options,
    // It may be changed while the folder is open.
    get deviceName() {
      return options.deviceName
    },
    id: keys.folderId,
    formerIds: former.map(({ folderId }) => folderId),
    role: keys.role,
    rates: options.rates.forFolder(rateLimitsOf(settings)),
    unfinished: createUnfinished(),
    settings: () => settings,
    isClosing: () => isClosing,
    databaseDamaged: options.onDatabaseDamaged,
    changed: () => options.onChange?.(),
    // The loop may be busy for long before it comes to what has changed.
    wake() {
      context.changed()
      loop.wake()
    },
    pullSoon: () => loop.pullSoon(),
    markDirty: (place) => loop.markDirty(place),
    suspect(roots) {
      scrub.suspect(roots)
      loop.wake()
    },
    membersChanged(mustReread) {
      swarm.admitAgain()
      if (mustReread) void swarm.closeAll('members-changed')
      loop.pullSoon()
      tellRotation()
    },
    indexGrew() {
      context.changed()
      loop.indexGrew()
      for (const { announcer } of swarm.openSessions()) announcer.grew()
    },
    contentAdded(roots) {
      for (const { announcer } of swarm.openSessions()) announcer.have(roots)
    },
  }

  const swarm = createSwarm(context, {
    opened() {
      tryAgain(store)
      context.changed()
      options.onAwaited?.()
      loop.pullSoon()
    },
    contentArrived(roots) {
      tryAgain(store, roots)
      loop.pullSoon()
    },
  })
  const transfers = createTransfers(context, swarm)
  const pull = createPull(context, transfers)
  const scrub = createScrub(context)
  const loop = startLoop(context, options.isNew, {
    ...{ pull, transfers, scrub, resting: tellPeers },
    prepared,
  })
  const watching = disk
    .watch((changed) => {
      if (changed === 'everything') loop.scanAll()
      else for (const place of changed) loop.markDirty(place)
    }, loop.scanMoreOften)
    .catch((error) => {
      log.warn({ error: String(error) }, 'changes are not watched; they are found by scans')
      loop.scanMoreOften()
    })

  /** A database that takes nothing now makes the next run read some files once more. */
  function saveScrub(): void {
    try {
      scrub.save()
    } catch (error) {
      if (!isSyncError(error)) throw error
    }
  }

  /** With nothing left to do, says so to the peers that wait for it. */
  function tellPeers(): void {
    tellRotation()
    const { needFiles, needBytes } = store.counts()
    for (const session of swarm.openSessions()) {
      // Superseded versions that are kept take sequence numbers too: whoever waits to have seen the last one hears of those here.
      session.announcer.grew()
      session.sendSummary(needFiles, needBytes)
    }
  }

  function prepared(): void {
    if (options.isNew) options.onClaimed?.()
    options.onAwaited?.()
  }

  /** What could not be followed is tried again. */
  function tellRotation(): void {
    if (store.roster().rotations.length === 0) return
    options.onRotated?.()
    rotationTimer?.[Symbol.dispose]()
    rotationTimer = clock.after(rotationRetryMs, () => loop.wake())
  }

  /** Its secret was changed, and there is nothing for this device. */
  function isLeftBehind(): boolean {
    const isChanged = isEntered(context) && store.roster().rotations.length > 0
    return isChanged && successionOf(context)?.secret === undefined
  }

  function isSettled(): boolean {
    const sessions = swarm.openSessions()
    return (
      loop.halt === undefined &&
      !loop.hasWork() &&
      transfers.activeCount() === 0 &&
      store.counts().needFiles === 0 &&
      sessions.length > 0 &&
      sessions.every((session) => session.isSettled())
    )
  }

  const invites = createInvites(
    context,
    () => loop.isPrepared,
    () => options.onAwaited?.(),
  )
  /** Links of guests, and of those that come with a former secret. */
  const visitors = new Set<Link>()

  function take(link: Link): void {
    const before = former.find(({ folderId }) => folderId === link.folderId)
    if (settings.paused || !isEntered(context)) link.close('folder-closed')
    else if (link.folderId === context.id) swarm.attach(link)
    else {
      // The oldest has had the most time.
      const [oldest] = visitors
      if (oldest !== undefined && visitors.size >= maxVisitors) {
        visitors.delete(oldest)
        oldest.close('peer-stalled')
      }
      visitors.add(link)
      void link.closed.then(() => visitors.delete(link))
      if (before !== undefined) usher(context, before, link)
      else answerGuest(invites, link, clock)
    }
  }

  return {
    ...createFolderFiles(context, { loop, pull, transfers }),
    id: context.id,
    invites,
    attach(link) {
      try {
        take(link)
      } catch (error) {
        // The database cannot be used: the loop finds out, too.
        if (!isSyncError(error)) throw error
        link.close('folder-closed')
      }
    },
    configure(changed) {
      settings = changed
      context.changed()
      context.rates.set(rateLimitsOf(changed))
      if (changed.paused) void swarm.closeAll('folder-closed')
      loop.pullSoon()
    },
    fetchNow(path, wanted) {
      const outcome = fetchNow(context, swarm, path, wanted)
      pull.planAnew()
      loop.pullSoon()
      return outcome
    },
    status: () => describeFolder(context, swarm, loop, isLeftBehind()),
    transfers: () => listTransfers(context, swarm, transfers),
    parts: (path) => partsOf(context, swarm, path),
    isSettled,
    rescan: () => loop.scanAll(),
    get scrub() {
      return scrub.status()
    },
    startScrub() {
      scrub.start()
      context.wake()
    },
    stopScrub() {
      scrub.stop()
      context.wake()
    },
    keepDamaged: (path) => keepDamaged(context, path),
    check: () => loop.between(() => checkFolder(context, swarm, transfers)),
    history: (limit, question) => store.history(limit, question),
    knownPeers: () => store.peers(),
    members: () => listMembers(context),
    revoke(named) {
      const { device } = findMember(context, named)
      revokeDevice(context, device)
      return findMember(context, device)
    },
    approve(named) {
      const { device } = findMember(context, named)
      approve(context, device)
      return findMember(context, device)
    },
    planRotation: () => planRotation(context),
    rotate: () => rotate(context),
    get succession() {
      return successionOf(context)
    },
    get isAwaiting() {
      const roster = store.roster()
      return store.awaited().some((device) => roster.roleOf(device) !== undefined)
    },
    get admission() {
      return store.roster().admission
    },
    setAdmission: (rule) => setAdmission(context, rule),
    async [Symbol.asyncDispose]() {
      isClosing = true
      rotationTimer?.[Symbol.dispose]()
      for (const link of visitors) link.close('closing')
      // Each of them ends whatever comes of the others: nothing may stay open on a disk that was pulled.
      await using parts = new AsyncDisposableStack()
      parts.defer(async () => (await watching)?.[Symbol.asyncDispose]())
      parts.defer(async () => {
        await loop.stop()
        saveScrub()
      })
      parts.defer(() => transfers.close())
      parts.defer(() => swarm.closeAll('closing'))
    },
  }
}

function rateLimitsOf({ uploadLimit, downloadLimit }: FolderSettings): RateLimits {
  return { up: uploadLimit, down: downloadLimit }
}
