/**
 * Several devices and one path, with nothing but the decisions: who edits, deletes, meets whom, takes over, loses a database. What happens
 * on disk and wire is assumed to work; `plan`, `elect` and `isKnownTo` are the real ones. Ghost knowledge (what a person saw when
 * writing) is kept beside the versions, so that a loss can be told from a decision (I1).
 *
 * Beyond the plan it holds devices to what I1 to I5 turned out to need: a version merged by a device knows all that its parts know
 * (`knownThrough`); it is signed only once the winner's content lies there; a loser is known by its content; whoever gives up a current
 * version of other content for a winner, conflict or not, signs such a merge; and a scan signs whatever is not what was agreed.
 */
import fc from 'fast-check'
import { elect, knownThrough } from '../core/elect.ts'
import { plan } from '../core/plan.ts'
import type { Role } from '../core/statement.ts'
import { type Content, deletedContent, mergeVectors, sameContent, type Version } from '../core/version.ts'
import { contents, versionOf, writerNamed } from './arbitraries.ts'

export type Move =
  /** A person writes at the device, or deletes. The scan follows at once. */
  | { readonly kind: 'write'; readonly device: number; readonly content: Content; readonly mtimeNs: bigint }
  /** What one device knows reaches another. */
  | { readonly kind: 'tell'; readonly from: number; readonly to: number }
  /** The device does what its plans say until they say nothing, or only the first of it. */
  | { readonly kind: 'pull' | 'pull-once'; readonly device: number }
  /** The database is lost and the disk scanned anew (E7). */
  | { readonly kind: 'forget'; readonly device: number }

interface Here extends Content {
  readonly mtimeNs: bigint
  readonly executable: boolean
  readonly verified: boolean
}

interface Device {
  readonly name: string
  readonly role: Role
  epoch: number
  counter: number
  /** Versions that are not superseded, as a store keeps them. */
  known: readonly Version[]
  agreed: Version | undefined
  here: Here | undefined
  /** What was copied beside before it was replaced (E4, E6). */
  readonly aside: Content[]
  /** What was replaced or removed because others said so. */
  readonly archive: Content[]
}

/** A plan that leads to a plan that leads to a plan ... is a loop after this many. */
const maxSteps = 10
/** Everybody told everybody and pulled this often, and still something changes: it never ends. */
const maxRounds = 20

export interface PathHistory {
  readonly devices: readonly Readonly<Device>[]
  /** Every version ever signed. */
  readonly versions: readonly Version[]
  /** Contents kept as conflict copies (E4). */
  readonly copies: readonly Content[]
  move(move: Move): void
  /** Lets everybody look at their disks and meet until nothing changes any more (I2, I3). Throws when that does not end. */
  settle(): void
  /**
   * Contents people wrote on devices that may sign and that are lost: not current, not copied, not knowingly replaced, and not in
   * `alsoSafe` (I1).
   */
  lost(alsoSafe?: readonly Content[]): Content[]
}

export function createPathHistory(roles: readonly Role[]): PathHistory {
  const devices = roles.map(
    (role, index): Device => ({
      name: `device ${index}`,
      role,
      epoch: 0,
      counter: 0,
      known: [],
      agreed: undefined,
      here: undefined,
      aside: [],
      archive: [],
    }),
  )
  const versions: Version[] = []
  const copies: Content[] = []
  const written: Content[] = []
  /** What lay before the eyes of the person whose decision a version is. */
  const sights: { readonly seen: Content; readonly next: Content }[] = []

  function winnerAt(device: Device): Version | undefined {
    return device.known.length === 0 ? undefined : elect(device.known).winner
  }

  function learn(device: Device, added: readonly Version[]): void {
    const all = [...device.known, ...added]
    if (all.length === 0) return
    const { superseded } = elect(all)
    device.known = [...new Map(all.map((version) => [version.id, version])).values()].filter(
      (version) => !superseded.includes(version),
    )
  }

  function sign(
    device: Device,
    content: Content,
    mtimeNs: bigint,
    knows: readonly Version[],
    replaced: Content | undefined,
  ): Version {
    const writer = writerNamed(`${device.name} epoch ${device.epoch}`)
    device.counter++
    const version = versionOf({
      kind: content.kind,
      root: content.root,
      mtimeNs: content.kind === 'file' || content.kind === 'link' ? mtimeNs : 0n,
      deviceName: device.name,
      writer,
      vector: mergeVectors(...knows.map(({ vector }) => vector), new Map([[writer, device.counter]])),
      ...(replaced === undefined ? {} : { replaced: { kind: replaced.kind, root: replaced.root } }),
    })
    versions.push(version)
    learn(device, [version])
    return version
  }

  function knownTo(device: Device, base: Version | undefined): Version[] {
    if (base === undefined) return []
    return knownThrough([base], device.known)
  }

  /** What a scan signs of what lies here. */
  function scan(device: Device): void {
    const { here, agreed, role } = device
    if (here !== undefined) device.here = { ...here, verified: true }
    if (role === 'read-only') return
    if (here === undefined) {
      if (agreed === undefined || agreed.kind === 'deleted') return
      device.agreed = sign(device, deletedContent, 0n, knownTo(device, agreed), agreed)
      return
    }
    const isAgreed =
      agreed !== undefined &&
      sameContent(agreed, here) &&
      (here.kind !== 'file' || agreed.mtimeNs === here.mtimeNs)
    const winner = winnerAt(device)
    const isWanted = winner !== undefined && winner.id !== agreed?.id && sameContent(winner, here)
    if (isAgreed || isWanted) return
    device.agreed = sign(device, here, here.mtimeNs, knownTo(device, agreed), agreed)
  }

  function write(device: Device, content: Content, mtimeNs: bigint): void {
    const before = device.here
    if (before !== undefined) sights.push({ seen: before, next: content })
    if (content.kind === 'deleted') device.here = undefined
    else {
      if (device.role === 'full') written.push(content)
      const hasTime = content.kind === 'file' || content.kind === 'link'
      device.here = {
        kind: content.kind,
        root: content.root,
        mtimeNs: hasTime ? mtimeNs : 0n,
        executable: false,
        verified: true,
      }
    }
    // Deleting what was never there is nothing anybody could notice.
    if (before !== undefined || device.here !== undefined) scan(device)
  }

  /**
   * Signs the winner again, once its content lies here, when it does not know what it took the place of; otherwise that would come back
   * as soon as the versions that replaced its content are superseded.
   */
  function mergeGivenUp(
    device: Device,
    winner: Version,
    agreed: Version | undefined,
    before: Here | undefined,
  ): void {
    const givenUp = device.known.filter(
      (version) =>
        !sameContent(version, winner) &&
        (version.id === agreed?.id || (before !== undefined && sameContent(version, before))),
    )
    if (givenUp.length === 0) return
    const knows = knownThrough([winner, ...givenUp], device.known)
    device.agreed = sign(device, winner, winner.mtimeNs, knows, winner)
  }

  /** Whether anybody can serve this content, or it needs no serving. */
  function isSomewhere(content: Content): boolean {
    if (content.kind !== 'file') return true
    return [...copies, ...devices.flatMap(({ here, aside }) => [here, ...aside])].some(
      (other) => other !== undefined && sameContent(other, content),
    )
  }

  /** One step of the device's plan. False when there is nothing to do. */
  function step(device: Device): boolean {
    const winner = winnerAt(device)
    const { agreed, here, role } = device
    const lost =
      here === undefined || winner === undefined
        ? []
        : elect(device.known).conflicts.filter((v) => sameContent(v, here))
    const action = plan({
      role,
      winner,
      agreed,
      here,
      agreedLost: lost.length > 0,
      isKeptAside: here !== undefined && device.aside.some((content) => sameContent(content, here)),
      hasLiveBelow: false,
      hasHereBelow: false,
      hasDeletionsBelow: false,
    })
    switch (action.kind) {
      case 'nothing':
        return false
      case 'leave-damaged':
        throw new Error('assertion: no disk in here damages anything')
      case 'adopt':
      case 'place': {
        if (action.kind === 'place' && !isSomewhere(winner!)) return false
        const { kind, root, mtimeNs, executable } = winner!
        if (action.kind === 'place' && here !== undefined) device.archive.push(here)
        device.agreed = winner
        device.here =
          winner!.kind === 'deleted' ? undefined : { kind, root, mtimeNs, executable, verified: true }
        if (role === 'full') mergeGivenUp(device, winner!, agreed, here)
        return true
      }
      case 'remove':
        device.archive.push(here!)
        device.here = undefined
        device.agreed = winner
        return true
      case 'leave':
        device.agreed = winner
        return true
      case 'keep-both': {
        if (!sameContent(here!, agreed!))
          throw new Error('E4 what lies here is not what lost, so the copy would be another file')
        copies.push(here!)
        device.aside.push(here!)
        return true
      }
      case 'set-aside':
        device.aside.push(here!)
        return true
      case 'wait':
        scan(device)
        return true
      case 'revive':
        throw new Error('assertion: nothing lies below')
    }
  }

  function pull(device: Device): void {
    for (let steps = 0; step(device); steps++) {
      if (steps >= maxSteps) throw new Error(`I13 ${device.name} plans on and on`)
    }
  }

  function tell(from: Device, to: Device): void {
    learn(to, from.known)
  }

  function stateText(): string {
    return JSON.stringify([
      versions.length,
      copies.length,
      devices.map(({ agreed, known }) => [agreed?.id, known.map(({ id }) => id).sort()]),
    ])
  }

  return {
    devices,
    versions,
    copies,
    move(move) {
      switch (move.kind) {
        case 'write':
          return write(devices[move.device]!, move.content, move.mtimeNs)
        case 'tell':
          return tell(devices[move.from]!, devices[move.to]!)
        case 'pull':
          return pull(devices[move.device]!)
        case 'pull-once':
          return void step(devices[move.device]!)
        case 'forget': {
          const device = devices[move.device]!
          device.epoch++
          device.counter = 0
          device.known = []
          device.agreed = undefined
          if (device.here !== undefined) scan(device)
        }
      }
    },
    settle() {
      for (let round = 0; round < maxRounds; round++) {
        const before = stateText()
        for (const from of devices) for (const to of devices) if (from !== to) tell(from, to)
        for (const device of devices) {
          if (device.here !== undefined) scan(device)
          pull(device)
        }
        if (stateText() === before) return
      }
      throw new Error('I3 it never falls silent')
    },
    lost(alsoSafe = []) {
      const kept: Content[] = [...copies, ...alsoSafe]
      const winner = winnerAt(devices[0]!)
      if (winner !== undefined) kept.push(winner)
      const isKept = (content: Content): boolean => kept.some((other) => sameContent(other, content))
      // A content somebody looked at and replaced is as safe as what replaced it.
      for (let grew = true; grew; ) {
        grew = false
        for (const { seen, next } of sights) {
          const isSafe = next.kind === 'deleted' || next.kind === 'directory' || isKept(next)
          if (isSafe && !isKept(seen)) {
            kept.push(seen)
            grew = true
          }
        }
      }
      return written.filter((content) => content.kind !== 'directory' && !isKept(content))
    },
  }
}

/** Things that may happen among this many devices, in order. */
export function movesAmong(
  deviceCount: number,
  losses: 'databases may be lost' | 'nothing is lost',
): fc.Arbitrary<Move[]> {
  const device = fc.nat(deviceCount - 1)
  const move: fc.Arbitrary<Move> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        device,
        content: contents,
        mtimeNs: fc.bigInt({ min: 0n, max: 3n }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('tell' as const), from: device, to: device }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constantFrom('pull' as const, 'pull-once' as const), device }),
    },
    {
      weight: losses === 'nothing is lost' ? 0 : 1,
      arbitrary: fc.record({ kind: fc.constant('forget' as const), device }),
    },
  )
  return fc.array(move, { minLength: 1, maxLength: 16 })
}

/** Every version ever signed in some history of up to four devices: a set that could really arise. */
export const possibleVersions: fc.Arbitrary<readonly Version[]> = fc
  .integer({ min: 1, max: 4 })
  .chain((count) => movesAmong(count, 'databases may be lost').map((moves) => ({ count, moves })))
  .map(({ count, moves }) => {
    const history = createPathHistory(Array<Role>(count).fill('full'))
    for (const move of moves) history.move(move)
    return history.versions
  })
  .filter((versions) => versions.length > 0)
