/**
 * One simulated run of one-time secrets, made by its seed alone: devices with the full secret issue them and crash, lose power, get older
 * databases back and have their clocks moved, while guests try to redeem the same ones at the same time over lines that break. Throws
 * `SimFailure` when two of them were let in by one (I15).
 */
import { isSyncError, SyncError } from '../core/errors.ts'
import { type DeviceId, type InviteId, toId } from '../core/ids.ts'
import { inviteIdOf, inviteKeys } from '../core/invite.ts'
import { createAuthor } from '../core/record.ts'
import { guestAuthorSeed, type OneTimeSecret } from '../core/secret.ts'
import { redeemAt } from '../engine/redemption.ts'
import { defaultFolderSettings } from '../engine/settings.ts'
import { decodeMessage, encodeMessage } from '../wire/message-codec.ts'
import { createLinkPair, type LinkPair } from './link-pair.ts'
import { createSeededChance } from './seeded-chance.ts'
import { createSimDevice, type SimDevice } from './sim-device.ts'
import { createSimNetwork } from './sim-network.ts'
import { createScheduler, SimFailure } from './sim-scheduler.ts'

export interface RedeemReport {
  /** What happened how often. */
  readonly counts: Readonly<Record<string, number>>
  readonly script: readonly string[]
  readonly failure: SimFailure | undefined
}

/** Somebody who got hold of one-time secrets. */
interface Guest {
  readonly name: string
  readonly device: DeviceId
}

interface Issued {
  readonly secret: OneTimeSecret
  readonly id: InviteId
  readonly issuer: SimDevice
  /** Who was let in by it, by device and author key. */
  readonly granted: Set<string>
}

const stepLimit = 200_000
const actions = 60
const codec = { encode: encodeMessage, decode: decodeMessage }
const hourMs = 3_600_000

/** Shows that the oracle notices: a database that never knows of a secret that it was used. */
export interface RedeemSabotage {
  readonly forgetsUse: boolean
}

export async function runRedeemSim(
  seed: number,
  { forgetsUse }: RedeemSabotage = { forgetsUse: false },
): Promise<RedeemReport> {
  const chance = createSeededChance(seed)
  const slowness = chance.pick([0, 0, 0.01])
  const scheduler = createScheduler({ chance: chance.fork(), slowness, stepLimit, traced: 0 })
  const { clock } = scheduler
  const script: string[] = []
  const counts: Record<string, number> = {}
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  const tell = (words: string): void => {
    script.push(`${(clock.monotonicMs() / 1000).toFixed(1)}s ${words}`)
    scheduler.note(`== ${words}`)
  }
  const delays = chance.pick([0.05, 0.3, 1])
  const devices = [0, 1].map((index) =>
    createSimDevice({
      ...{ index, role: 'full', scheduler, chance: chance.fork(), delays, deafness: 1 },
      settings: { ...defaultFolderSettings, reserveBytes: 0, rescanSeconds: 600 },
      disk: 'plain',
      hardLinks: true,
      tears: false,
      changed: () => undefined,
      sabotage: forgetsUse
        ? ({ disk, store }) => ({ disk, store: { ...store, endInvite: () => true } })
        : undefined,
    }),
  )
  const guests: Guest[] = ['X', 'Y', 'Z'].map((name) => ({
    name,
    device: toId('DeviceId', Buffer.alloc(32, name)),
  }))
  const network = createSimNetwork(scheduler, chance.fork())
  const issued: Issued[] = []
  const meetings = new Set<LinkPair>()

  function issue(issuer: SimDevice): void {
    try {
      const role = chance.pick(['full', 'read-only'] as const)
      const { secret } = issuer.folder!.invites.create(role, chance.pick([1, 24]) * hourMs)
      issued.push({ secret, id: inviteIdOf(secret.token.reveal()), issuer, granted: new Set() })
      tell(`${issuer.name} issues secret ${issued.length - 1}`)
    } catch (error) {
      if (!isSyncError(error, 'clock-not-set')) throw error
      count('not issued')
    }
  }

  /** One try of one guest. */
  function tryToRedeem(guest: Guest, one: Issued): void {
    const { issuer, secret, id } = one
    const { meetingId } = inviteKeys(id)
    if (issuer.folder?.invites.meetings().has(meetingId) !== true) return count('nobody there')
    tell(`${guest.name} tries secret ${issued.indexOf(one)}`)
    const pair = createLinkPair({
      folderId: meetingId,
      devices: [guest.device, issuer.id],
      handshakeHash: chance.bytes(32),
      codec,
      deliver: (_, run) => scheduler.later(`${guest.name}-${issuer.name} carries`, run),
      onBug: (thrown) => scheduler.fail(new SimFailure('fault', String((thrown as Error).stack))),
    })
    meetings.add(pair)
    const [theirs, ours] = pair.ends
    issuer.folder.attach(issuer.guard(ours))
    const author = createAuthor(guestAuthorSeed(Buffer.alloc(32, guest.name), id))
    redeemAt(theirs, { secret, device: guest.device, deviceName: guest.name, author }, clock)
      .then(
        () => {
          one.granted.add(`${guest.name} ${author.key}`)
          count('granted')
          tell(`${guest.name} is let in by secret ${issued.indexOf(one)}`)
          if (one.granted.size > 1)
            scheduler.fail(new SimFailure('I15', `secret ${issued.indexOf(one)} let in ${[...one.granted]}`))
        },
        (error) => {
          if (!isSyncError(error)) return scheduler.fail(new SimFailure('fault', String(error)))
          count(error.code)
          if (error.code === 'peer-forged' || error.code === 'peer-garbage')
            scheduler.fail(new SimFailure('fault', `${guest.name}: ${error.message}`))
        },
      )
      .finally(() => meetings.delete(pair))
  }

  function strike(device: SimDevice): void {
    switch (chance.below(6)) {
      case 0:
        device.freezeAfter(chance.below(30))
        return tell(`${device.name} will crash`)
      case 1: {
        const powerLoss = chance.happens(0.5)
        device.kill(powerLoss ? chance.fraction() : undefined)
        network.cutAll(device)
        return tell(`${device.name} is killed${powerLoss ? ' by a power cut' : ''}`)
      }
      case 2:
        device.backUp()
        return tell(`${device.name} is backed up`)
      case 3: {
        device.kill(undefined)
        network.cutAll(device)
        const from = chance.happens(0.8) ? 'backup' : 'nothing'
        device.loseDatabase(from)
        return tell(`${device.name} gets its database from ${from}`)
      }
      case 4: {
        const byMs = chance.pick([-2, -0.01, 0.5, 2, 30]) * hourMs
        device.setWall(byMs)
        return tell(`the clock of ${device.name} jumps by ${byMs / hourMs} h`)
      }
      default:
        for (const pair of meetings) if (chance.happens(0.5)) pair.cut()
        return tell('lines break')
    }
  }

  function tend(): void {
    for (const device of devices) {
      if (device.isFrozen) {
        device.kill(chance.happens(0.3) ? chance.fraction() : undefined)
        network.cutAll(device)
      }
      if (!device.isRunning) device.start()
    }
    const [a, b] = devices as [SimDevice, SimDevice]
    if (!network.isConnected(a, b) && chance.happens(0.5)) network.connect(a, b)
  }

  let failure: SimFailure | undefined
  try {
    for (let done = 0; done < actions; done++) {
      tend()
      const issuer = chance.pick(devices)
      const dice = chance.fraction()
      if (dice < 0.2 && issuer.folder !== undefined) issue(issuer)
      else if (dice < 0.25 && issued.length > 0) cancelOne(chance.pick(issued))
      else if (dice < 0.7 && issued.length > 0) {
        const one = chance.pick(issued.slice(-3))
        // Often two at once.
        for (const guest of guests) if (chance.happens(0.5)) tryToRedeem(guest, one)
      } else strike(issuer)
      if (chance.happens(0.6)) await scheduler.run(chance.pick([0, 1, 3, 10, 40]))
      else await scheduler.pass(chance.pick([10, 300, 2_000, 40_000]))
    }
    tend()
    for (const device of devices) device.setWall(0)
    await scheduler.pass(60_000)
    checkCertificates()
  } catch (thrown) {
    if (!(thrown instanceof SimFailure)) throw thrown
    failure = thrown
  } finally {
    for (const device of devices) device.kill(undefined)
  }
  return { counts, script, failure }

  function cancelOne({ issuer, id }: Issued): void {
    try {
      issuer.folder?.invites.cancel(id)
      count('cancelled')
    } catch (error) {
      if (!(error instanceof SyncError)) throw error
    }
  }

  /** Whoever was let in is a member everywhere it is known, and of one secret there is one. */
  function checkCertificates(): void {
    for (const { name, store } of devices) {
      const members = new Map<InviteId, string>()
      for (const { invite, author } of store?.roster().certificates ?? []) {
        if (invite === undefined) continue
        const other = members.get(invite)
        if (other !== undefined && other !== author)
          throw new SimFailure('I15', `${name} knows two members of one secret`)
        members.set(invite, author)
      }
    }
  }
}
