/** What each verb does. The only way from a request to an action: a verb that has no place here cannot be asked for. */
import { join } from 'node:path'
import { reasonOf, SyncError } from '../core/errors.ts'
import { describe } from './describe.ts'
import { lockDisk } from './disk-lock.ts'
import { erase, prepare } from './disk-making.ts'
import { attach, detach, eject, type OnProgress, repair, sweep } from './disk-verbs.ts'
import { factoryReset } from './factory-reset.ts'
import { setHostName, setSsh, setTimeZone } from './host-settings.ts'
import { noteEnd } from './last-start.ts'
import { readLogs } from './logs.ts'
import { handOverFolders, readWaitingFolders } from './preset-folders.ts'
import { type ReleasePlaces, readReleases, releasePlaces } from './release-state.ts'
import { installRelease, keepRelease, rollBack, sweepReleases } from './release-verbs.ts'
import { keepClock, noteHandOver, settle } from './settle.ts'
import type { Surroundings } from './surroundings.ts'
import type { DoneOf, RequestOf, Verb } from './verbs.ts'

export type Handler<V extends Verb> = (
  surroundings: Surroundings,
  request: RequestOf<V>,
  onProgress: OnProgress,
) => Promise<DoneOf<V>>

export type VerbTable = { readonly [V in Verb]?: Handler<V> }

function releasesOf({ places }: Surroundings): ReleasePlaces {
  return {
    packaged: releasePlaces().packaged,
    releases: join(places.state, 'releases'),
    updates: join(places.state, 'home/updates'),
    run: places.run,
  }
}

async function describeReleases(surroundings: Surroundings): Promise<DoneOf<'describe'>['releases']> {
  const state = await readReleases(releasesOf(surroundings))
  if (state === undefined) return null
  const { packaged, chosen, trial, before = null, failed = null } = state
  return { packaged, chosen, trial: trial?.version ?? null, before, failed }
}

/** The machine starts whatever lies there. */
async function sweepReleasesQuietly(surroundings: Surroundings): Promise<void> {
  const places = releasesOf(surroundings)
  if ((await readReleases(places)) === undefined) return
  await sweepReleases(places).catch((error) =>
    surroundings.log(`releases could not be swept: ${reasonOf(error)}`),
  )
}

export const verbTable: VerbTable = {
  attach: async (surroundings, { device }) => {
    // After the lock of the disk is given back: the daemon, which is restarted for it, asks for things itself.
    for (const facts of await attach(surroundings, device)) {
      if ((await readWaitingFolders(surroundings)).length === 0) break
      // Two disks that come at once would both be given them.
      await using _lock = await lockDisk(surroundings.places, 'hand-over')
      await noteHandOver(surroundings, await handOverFolders(surroundings, facts))
    }
    return {}
  },
  detach: nothing((surroundings, { device }) => detach(surroundings, device)),
  eject: nothing((surroundings, { device }) => eject(surroundings, device)),
  prepare: async (surroundings, { device, disk }, onProgress) => ({
    device: await prepare(surroundings, device, disk, onProgress),
  }),
  erase: async (surroundings, { device, disk, typed }, onProgress) => ({
    device: await erase(surroundings, device, disk, typed, onProgress),
  }),
  repair: nothing((surroundings, { device }, onProgress) => repair(surroundings, device, onProgress)),
  describe: (surroundings) => describe(surroundings, () => describeReleases(surroundings)),
  'set-host-name': nothing((surroundings, { value }) => setHostName(surroundings, value)),
  'set-time-zone': nothing((surroundings, { value }) => setTimeZone(surroundings, value)),
  'set-ssh': nothing((surroundings, { value }) => setSsh(surroundings, value)),
  restart: nothing((surroundings) => steer(surroundings, 'restart', 'berrysync.service')),
  reboot: nothing((surroundings) => steer(surroundings, 'reboot')),
  'power-off': nothing((surroundings) => steer(surroundings, 'poweroff')),
  logs: async (surroundings) => ({ text: await readLogs(surroundings) }),
  'install-release': (surroundings, { file }, onProgress) =>
    installRelease(releasesOf(surroundings), file, onProgress),
  'keep-release': nothing((surroundings) => keepRelease(releasesOf(surroundings))),
  'roll-back': (surroundings) => rollBack(releasesOf(surroundings)),
  'factory-reset': nothing((surroundings, { typed }) => factoryReset(surroundings, typed)),
  settle: nothing(async (surroundings) => {
    await settle(surroundings)
    await sweepReleasesQuietly(surroundings)
  }),
}

/** What may be asked over the socket. Settling is for the start alone: it takes state away after a factory reset. */
export const { settle: _settle, ...socketTable } = verbTable

/** What only the units of the system ask for, on the command line. */
export const unitVerbs: Readonly<Record<string, (surroundings: Surroundings) => Promise<void>>> = {
  sweep,
  'note-end': async (surroundings) => {
    await keepClock(surroundings)
    await noteEnd(surroundings)
  },
}

function nothing<R>(
  act: (surroundings: Surroundings, request: R, onProgress: OnProgress) => Promise<unknown>,
): (surroundings: Surroundings, request: R, onProgress: OnProgress) => Promise<Record<string, never>> {
  return async (surroundings, request, onProgress) => {
    await act(surroundings, request, onProgress)
    return {}
  }
}

/** Without waiting for the end: the answer has to leave first. */
async function steer({ services }: Surroundings, ...args: readonly [string, ...string[]]): Promise<void> {
  if (!(await services.steer(...args, '--no-block')))
    throw new SyncError('system-step-failed', { what: args[0], reason: 'systemd refused' })
}
