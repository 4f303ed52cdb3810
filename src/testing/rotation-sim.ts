/**
 * One simulated life of a folder whose secret is changed again and again, made by its seed: people write and delete, and devices, one of them a
 * guest, meet, stop, are killed, and get older databases back, at any moment of moving over. Reports a `SimFailure` when at the end not all
 * members have met under the last secret with the same files (I2), or something a person wrote is nowhere any more (I1).
 */
import { isSyncError } from '../core/errors.ts'
import { inviteIdOf, inviteKeys } from '../core/invite.ts'
import { type FolderKeys, folderKeys, guestPass } from '../core/secret.ts'
import type { Link } from '../ports.ts'
import { createManualClock } from './manual-clock.ts'
import {
  connectDevices,
  identityOf,
  keysByRole,
  type MemoryDevice,
  openMemoryDevice,
  pass,
} from './memory-device.ts'
import { createMemoryDisk, type MemoryDisk } from './memory-files.ts'
import { createSeededChance } from './seeded-chance.ts'
import { SimFailure } from './sim-scheduler.ts'

export interface RotationReport {
  readonly counts: Readonly<Record<string, number>>
  readonly script: readonly string[]
  readonly failure: SimFailure | undefined
}

/** A device as its owner has it: its disk, and what its home holds. */
interface Owned {
  readonly name: string
  readonly own: MemoryDisk
  /** The configuration. */
  keys: FolderKeys
  former: readonly FolderKeys[]
  /** The database as it was when the device stopped. */
  image: Buffer | undefined
  readonly backups: Buffer[]
  running: MemoryDevice | undefined
  /** Its database was set aside: it is from before what the configuration says. */
  isDamaged: boolean
}

const names = ['ann', 'bob', 'cat', 'dan']
const paths = ['a', 'b', 'd/c', 'd/e']
const actions = 50
/** By then the note that tells an older database from the present one is written. */
const leaseRenewedMs = 1_000
/** So often everybody meets everybody at the end, before all are under the last secret, and then. */
const roundsToMove = 60
const roundsToSettle = 4

/** Shows that the oracles notice: nobody is told of a change of the secret by anybody but who made it. */
export interface RotationSabotage {
  readonly nobodyUshers: boolean
}

export async function runRotationSim(
  seed: number,
  { nobodyUshers }: RotationSabotage = { nobodyUshers: false },
): Promise<RotationReport> {
  const chance = createSeededChance(seed)
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const script: string[] = []
  const counts: Record<string, number> = {}
  let links: Link[] = []
  let writes = 0
  /** Contents that have to be somewhere. */
  const owed = new Set<string>()
  const devices = names.map((name): Owned => {
    const own = createMemoryDisk({ device: 7n, nowNs: () => BigInt(Math.trunc(clock.now())) * 1_000_000n })
    const nothing = { image: undefined, backups: [], running: undefined, isDamaged: false }
    return { name, own, keys: keysByRole.full, former: [], ...nothing }
  })
  const [owner, , , guest] = devices as [Owned, Owned, Owned, Owned]

  function tell(what: string, words = ''): void {
    counts[what] = (counts[what] ?? 0) + 1
    script.push(`${(clock.monotonicMs() / 1000).toFixed(1)}s ${what} ${words}`)
  }

  async function start(device: Owned): Promise<void> {
    const { name, own, keys, former, image } = device
    device.running = await openMemoryDevice({
      ...{ clock, name, own, keys, former },
      ...(image === undefined ? {} : { image }),
      onDatabaseDamaged() {
        device.isDamaged = true
      },
    })
  }

  /** Killed: what it does while it ends does not come into its database. */
  async function stop(device: Owned, how: 'stops' | 'is killed'): Promise<void> {
    const { running } = device
    if (running === undefined) return
    const killed = device.isDamaged ? undefined : running.image()
    device.running = undefined
    await running[Symbol.asyncDispose]()
    device.image = how === 'stops' && killed !== undefined ? running.image() : killed
    device.isDamaged = false
    tell(how, device.name)
  }

  /** What the daemon does: the configuration first. */
  async function follow(device: Owned): Promise<void> {
    if (device.isDamaged) {
      await stop(device, 'stops')
      tell('begins anew', device.name)
      return start(device)
    }
    const secret = device.running?.folder.succession?.secret
    if (secret === undefined) return
    await stop(device, chance.pick(['stops', 'is killed']))
    device.former = [...device.former, device.keys]
    device.keys = folderKeys(secret)
    tell('moves over', device.name)
    await start(device)
  }

  /** On the link both would make: under the present secret of the one that both know. */
  function meet(one: Owned, other: Owned): void {
    if (one.running === undefined || other.running === undefined || one.isDamaged || other.isDamaged) return
    const known = ({ keys, former }: Owned) => (nobodyUshers ? [keys] : [keys, ...former])
    const called = [one.keys, other.keys].find(({ folderId }) =>
      [one, other].every((each) => known(each).some((keys) => keys.folderId === folderId)),
    )
    if (called === undefined) return
    const ends = connectDevices(one.running, other.running, called.folderId)
    links = [...links.slice(-20), ...ends]
    tell('meet', `${one.name} ${other.name}`)
  }

  function write({ name, own, running }: Owned): void {
    const path = chance.pick(paths)
    forgetAt(own, path)
    const text = `${path} #${++writes} by ${name}`
    owed.add(text)
    own.person.writeFile(path, text)
    tell(running === undefined ? 'writes while off' : 'writes', `${name}: ${text}`)
  }

  function remove({ name, own }: Owned): void {
    const path = chance.pick(paths)
    if (own.person.stat(path)?.kind !== 'file') return
    forgetAt(own, path)
    own.person.remove(path)
    tell('deletes', `${name}: ${path}`)
  }

  /** What its person does away with is owed to nobody. */
  function forgetAt(own: MemoryDisk, path: string): void {
    if (own.person.stat(path)?.kind === 'file') owed.delete(own.person.readFile(path).toString())
  }

  function rotate({ folder }: MemoryDevice): void {
    try {
      folder.rotate()
      tell('rotates')
    } catch (error) {
      // It has not come under the last one yet.
      if (!isSyncError(error, 'request-invalid')) throw error
    }
  }

  async function act(): Promise<void> {
    const device = chance.pick(devices)
    const other = chance.pick(devices.filter((each) => each !== device))
    const choice = chance.pick([
      'write',
      'write',
      'write',
      'remove',
      'meet',
      'meet',
      'meet',
      'part',
      'stop',
      'rotate',
      'back up',
      'put back',
    ])
    switch (choice) {
      case 'write':
        return write(device)
      case 'remove':
        return remove(device)
      case 'meet':
        return meet(device, other)
      case 'part':
        for (const link of links) link.close('closing')
        return
      case 'stop':
        if (device.running === undefined) return start(device)
        // What came in the last moment may be forgotten unnoticed when an older database is put back.
        await pass(clock, leaseRenewedMs, 2)
        return stop(device, chance.pick(['stops', 'is killed']))
      case 'rotate':
        if (owner.running === undefined || owner.isDamaged || owner.running.folder.succession !== undefined)
          return
        return rotate(owner.running)
      case 'back up':
        if (device.running !== undefined && !device.isDamaged) device.backups.push(device.running.image())
        return
      case 'put back':
        // What only the owner knew of would be known to nobody any more.
        if (device === owner || device.running !== undefined || device.backups.length === 0) return
        device.image = chance.pick(device.backups)
        return tell('put back', device.name)
    }
  }

  async function meetAll(): Promise<void> {
    for (const device of devices) await follow(device)
    for (const [at, one] of devices.entries()) for (const other of devices.slice(at + 1)) meet(one, other)
    await pass(clock, 10_000, 4)
  }

  function checkEnd(): void {
    const [first, ...rest] = devices.map(({ name, own, keys }) => ({
      name,
      id: keys.folderId,
      tree: own.person.tree().map(({ path, kind, data }) => `${kind} ${path} ${data}`),
    }))
    for (const { name, id, tree } of rest) {
      if (id !== first!.id) throw new SimFailure('I2', `${name} is not under the last secret`)
      if (tree.join('\n') !== first!.tree.join('\n'))
        throw new SimFailure('I2', `${name} has ${tree}, ${first!.name} has ${first!.tree}`)
    }
    const everywhere = devices
      .flatMap(({ own }) => [...own.person.tree(), ...own.person.tree('.sync/archive')])
      .map(({ data }) => data.toString())
    const lost = [...owed].filter((text) => !everywhere.includes(text))
    if (lost.length > 0) throw new SimFailure('I1', `nowhere: ${lost}`)
  }

  /** With a one-time secret: it holds no secret of the folder. */
  async function invite(guest: Owned): Promise<void> {
    const { invites } = owner.running!.folder
    const token = invites.create('full', 3_600_000).secret.token.reveal()
    const { id, author } = identityOf(guest.name)
    const asking = { device: id, author: author.key, deviceName: guest.name }
    const grant = await invites.redeem(inviteKeys(inviteIdOf(token)).meetingId, token, asking)
    guest.keys = folderKeys(guestPass(grant.readKey.reveal(), grant.writerPublicKey, grant.certificate))
  }

  try {
    await start(owner)
    await pass(clock)
    await invite(guest)
    for (const device of devices.slice(1)) await start(device)
    for (const device of devices.slice(1)) meet(owner, device)
    await pass(clock)
    for (let at = 0; at < actions; at++) {
      await act()
      await pass(clock, chance.pick([0, 0, 500, 6_000]), 2)
      for (const device of devices) if (chance.fraction() < 0.5) await follow(device)
    }
    for (const device of devices) if (device.running === undefined) await start(device)
    for (
      let round = 0;
      round < roundsToMove && devices.some(({ keys }) => keys.folderId !== owner.keys.folderId);
      round++
    )
      await meetAll()
    for (let round = 0; round < roundsToSettle; round++) await meetAll()
    checkEnd()
    return { counts, script, failure: undefined }
  } catch (error) {
    if (!(error instanceof SimFailure)) throw error
    return { counts, script, failure: error }
  } finally {
    for (const { running } of devices) await running?.[Symbol.asyncDispose]()
  }
}
