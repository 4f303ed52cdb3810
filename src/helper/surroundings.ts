/**
 * What the helper takes from outside: where things lie, how tools and services are run, which disks are its business. Tests give others;
 * a process that serves a request has no switch for it.
 */
import { mountRoot } from '../appliance/disk-facts.ts'
import { type RunCommand, runCommand } from './run-command.ts'
import { createServices, type Services } from './services.ts'

export interface Places {
  /** `/run/berrysync`; root's, gone with the power. */
  readonly run: string
  /** Below it the disks are mounted. */
  readonly mounts: string
  /** `/var/lib/berrysync` */
  readonly state: string
  /** The boot partition. */
  readonly boot: string
  readonly etc: string
  readonly sys: string
  readonly proc: string
  readonly dev: string
  readonly zoneinfo: string
}

/** What decides whether a disk is offered at all. */
export interface DiskClass {
  /** As lsblk says it: `usb`, `sata`, null. */
  readonly transport: string | null
  /** `disk`, `loop`, `rom`… */
  readonly type: string
}

/** Who owns what is ours on a disk. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

export interface Surroundings {
  readonly places: Places
  readonly run: RunCommand
  readonly services: Services
  readonly isOffered: (disk: DiskClass) => boolean
  /** Throws when the machine has no such user. */
  readonly owner: () => Promise<Owner>
  /** A line for the journal. */
  readonly log: (line: string) => void
}

const realPlaces: Places = {
  run: '/run/berrysync',
  mounts: mountRoot,
  state: '/var/lib/berrysync',
  boot: '/boot/firmware',
  etc: '/etc',
  sys: '/sys',
  proc: '/proc',
  dev: '/dev',
  zoneinfo: '/usr/share/zoneinfo',
}

export function realSurroundings(log: (line: string) => void): Surroundings {
  return {
    places: realPlaces,
    run: runCommand,
    services: createServices(runCommand),
    isOffered: ({ transport, type }) => transport === 'usb' && type === 'disk',
    owner: () => ownerFromSystem(runCommand),
    log,
  }
}

async function ownerFromSystem(run: RunCommand): Promise<Owner> {
  const { stdout } = await run('getent', ['passwd', 'berrysync'], { timeoutMs: 5000 })
  const [, , uid, gid] = stdout.trim().split(':').map(Number)
  if (!Number.isSafeInteger(uid) || !Number.isSafeInteger(gid) || uid === 0)
    throw new Error('there is no user berrysync')
  return { uid: uid!, gid: gid! }
}
