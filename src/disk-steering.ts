/**
 * Answers what the API asks about the disks of an appliance: puts together what is known of each, and has the helper do what a person wants,
 * with every folder of the disk closed meanwhile. Touches no disk itself.
 */
import { statfs } from 'node:fs/promises'
import type { ApplianceSteering } from './api/appliance-steering.ts'
import type { DiskBody, DiskDone, DiskShown } from './api/schemas/disks.ts'
import { type DiskFacts, type DiskIdentity, textToTypeForErase } from './appliance/disk-facts.ts'
import type { AttachedDisk, Disks } from './appliance/disks.ts'
import type { HelperClient } from './appliance/helper-client.ts'
import { isSyncError, reasonOf, SyncError } from './core/errors.ts'
import { isSameDisk } from './folder-disks.ts'
import { isSameOrInside } from './folder-place.ts'
import type { Clock, Log } from './ports.ts'
import type { SyncedFolder } from './synced-folder.ts'
import type { SyncedFolders } from './synced-folders.ts'

/** Whoever asked gets an answer by then; what takes longer is followed by events. */
const answerMs = 30_000
/** Folders close in a moment. A disk that holds them up for so long is not ejected. */
const closeLimitMs = 20_000
/** How full a disk is changes all the time, and nobody needs it to the byte. */
const spaceAgeMs = 15_000

type DiskVerb = NonNullable<DiskBody['doing']>

interface Needs {
  readonly disks: Disks
  readonly helper: HelperClient
  readonly folders: Pick<SyncedFolders, 'list' | 'followDisks'>
  readonly clock: Clock
  readonly log: Log
  /** What is told of disks may be other than before. */
  readonly onChange: () => void
}

export function createDiskSteering({
  disks,
  helper,
  folders,
  clock,
  log,
  onChange,
}: Needs): ApplianceSteering {
  /** By device. */
  const problems = new Map<string, SyncError>()
  const spaces = createSpaces(clock)

  function foldersOn(facts: DiskFacts): readonly SyncedFolder[] {
    return folders.list().filter(({ entry: { disk } }) => disk !== undefined && isSameDisk(facts, disk))
  }

  /** Resolves once nothing of the device is open on a disk that is held. Throws `disk-in-use`. */
  async function closeFolders({ name }: DiskFacts): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<'late'>()
    using _limit = clock.after(closeLimitMs, () => resolve('late'))
    if ((await Promise.race([folders.followDisks(), late])) === 'late')
      throw new SyncError('disk-in-use', { disk: name, users: 'its folders' })
  }

  /** Has the helper do something while no folder of the disk is open. Whatever comes of it, they go on as the disk is then. */
  async function work(
    facts: DiskFacts,
    verb: DiskVerb,
    ask: (progress: (done: number) => void) => Promise<{ readonly device?: string }>,
  ): Promise<DiskDone> {
    const { device } = facts
    const hold = disks.hold(facts, verb)
    problems.delete(device)
    const done = (async () => {
      using _hold = hold
      await closeFolders(facts)
      const { device: now = device } = await ask(hold.progress)
      // Before it may count as attached again.
      await disks.recheck()
      log.info({ disk: facts.name, device: now, verb }, 'done with a disk')
      return now
    })().catch((error: unknown) => {
      const failure = isSyncError(error)
        ? error
        : new SyncError('internal', { reason: reasonOf(error) }, { cause: error })
      log.warn({ disk: facts.name, device, verb, error }, 'it could not be done with a disk')
      problems.set(device, failure)
      onChange()
      throw failure
    })
    const { promise: late, resolve } = Promise.withResolvers<undefined>()
    using _answer = clock.after(answerMs, () => resolve(undefined))
    const now = await Promise.race([done, late])
    done.catch(() => undefined)
    return { device: now ?? device, finished: now !== undefined }
  }

  function show(
    facts: DiskFacts,
    attached: AttachedDisk | undefined,
  ): Omit<DiskBody, 'freeBytes' | 'totalBytes'> {
    const { device, name, disk, fileSystem, state, readOnly, reason } = facts
    const doing = disks.workOn(facts)
    const progress = doing?.progress ?? facts.progress ?? undefined
    const problem = problems.get(device)
    return {
      ...{ device, name, model: disk.model, state, readOnly },
      ...{ sizeBytes: disk.sizeBytes, sequence: disk.sequence },
      ...(disk.serial === null ? {} : { serial: disk.serial }),
      ...(fileSystem === null ? {} : { fileSystem: withoutNulls(fileSystem) }),
      ...(attached === undefined ? {} : { mountPoint: attached.mountPoint }),
      ...(reason === null ? {} : { reason }),
      ...(progress === undefined ? {} : { progress }),
      folders: foldersOn(facts).map(({ id }) => id),
      ...(doing === undefined ? {} : { doing: doing.verb as DiskVerb }),
      ...(problem === undefined ? {} : { problem: showProblem(problem) }),
      eraseBy: textToTypeForErase(disk) === disk.serial?.slice(-4) ? 'serial' : 'size',
    }
  }

  return {
    async disks() {
      const attached = disks.attached()
      const bodies: DiskBody[] = []
      for (const facts of disks.list()) {
        const used = attached.find((disk) => disk.facts.device === facts.device)
        bodies.push({ ...show(facts, used), ...(used === undefined ? {} : await spaces.of(used)) })
      }
      return bodies
    },
    async ejectDisk(named) {
      const facts = disks.find(named)
      return work(facts, 'eject', (progress) => helper.ask({ verb: 'eject', device: facts.device }, progress))
    },
    async attachDisk(named) {
      const facts = disks.find(named)
      return work(facts, 'attach', (progress) =>
        helper.ask({ verb: 'attach', device: facts.device }, progress),
      )
    },
    async repairDisk(named) {
      const facts = disks.find(named)
      return work(facts, 'repair', (progress) =>
        helper.ask({ verb: 'repair', device: facts.device }, progress),
      )
    },
    async prepareDisk(named, shown) {
      const facts = disks.find(named)
      const disk = identityOf(shown)
      return work(facts, 'prepare', (progress) =>
        helper.ask({ verb: 'prepare', device: facts.device, disk }, progress),
      )
    },
    async eraseDisk(named, shown, typed) {
      const facts = disks.find(named)
      // It takes the whole disk.
      const parts = disks.list().filter(({ disk }) => disk.device === facts.disk.device)
      const held = parts.flatMap((part) => foldersOf(folders.list(), foldersOn(part), part))
      if (held.length > 0)
        throw new SyncError('disk-has-folders', { disk: facts.name, paths: held.join(', ') })
      const request = { verb: 'erase', device: facts.device, disk: identityOf(shown), typed } as const
      return work(facts, 'erase', (progress) => helper.ask(request, progress))
    },
  }
}

/** Paths of the folders that are on a disk, those whose disk was never noted included. */
function foldersOf(
  all: readonly SyncedFolder[],
  known: readonly SyncedFolder[],
  { mountPoint }: DiskFacts,
): readonly string[] {
  const below = all.filter(({ entry }) => mountPoint !== null && isSameOrInside(entry.path, mountPoint))
  return [...new Set([...known, ...below].map(({ entry }) => entry.path))]
}

function identityOf({ serial, ...shown }: DiskShown): DiskIdentity {
  return { serial: serial ?? null, ...shown }
}

function withoutNulls({ kind, uuid, label }: NonNullable<DiskFacts['fileSystem']>) {
  return { kind, ...(uuid === null ? {} : { uuid }), ...(label === null ? {} : { label }) }
}

function showProblem({ code, message, data }: SyncError): NonNullable<DiskBody['problem']> {
  return { code, message, data: { ...data } }
}

/** How full disks are, asked of each now and then. */
function createSpaces(clock: Pick<Clock, 'monotonicMs'>) {
  const known = new Map<
    string,
    { readonly atMs: number; readonly freeBytes: number; readonly totalBytes: number }
  >()
  return {
    /** Nothing of a disk that does not say. */
    async of({
      attachment,
      mountPoint,
    }: AttachedDisk): Promise<Partial<Pick<DiskBody, 'freeBytes' | 'totalBytes'>>> {
      const last = known.get(attachment)
      if (last === undefined || clock.monotonicMs() - last.atMs > spaceAgeMs) {
        try {
          const { bsize, bavail, blocks } = await statfs(mountPoint)
          known.set(attachment, {
            atMs: clock.monotonicMs(),
            freeBytes: bsize * bavail,
            totalBytes: bsize * blocks,
          })
        } catch {
          known.delete(attachment)
        }
      }
      const space = known.get(attachment)
      return space === undefined ? {} : { freeBytes: space.freeBytes, totalBytes: space.totalBytes }
    },
  }
}
