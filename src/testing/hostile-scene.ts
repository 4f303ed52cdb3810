/** A device under attack beside an honest one, for tests of what a hostile peer can and cannot do. */
import { expect } from 'vitest'
import { singleBlockRoot } from '../core/blocks.ts'
import type { DeviceId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { Author } from '../core/record.ts'
import type { VersionVector } from '../core/version.ts'
import { attachHostile, certify, type HostilePeer } from './hostile-peer.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import {
  connectDevices,
  type MemoryDevice,
  type MemoryDeviceOptions,
  openMemoryDevice,
  pass,
} from './memory-device.ts'

/** A device under attack, and an honest one that wants to go on syncing with it. */
export interface Scene extends AsyncDisposable {
  readonly clock: ManualClock
  readonly victim: MemoryDevice
  readonly honest: MemoryDevice
  /** What nobody may change: the disk, the index, and who of these and the two devices is certified. */
  snapshot(authors?: readonly Author[]): { readonly disk: unknown }
  /** That both still get what the other's person does; joins them again where the link was lost. */
  expectService(): Promise<void>
  pass(durationMs?: number): Promise<void>
}

const startMs = Date.UTC(2026, 0, 1)

/** Both have what lies in the folder at the beginning: `old.txt` and `dir/inner.txt`. */
export async function scene({
  slow,
  ...options
}: Partial<MemoryDeviceOptions> & {
  /** The operation of the victim's disk that takes its time. */
  readonly slow?: { readonly operation: 'read' | 'space'; readonly ms: number }
} = {}): Promise<Scene> {
  const clock = createManualClock(startMs)
  const honest = await openMemoryDevice({ clock, name: 'honest' })
  const victim = await openMemoryDevice({
    clock,
    name: 'victim',
    gate: (operation) => (operation === slow?.operation ? passing(clock, slow.ms) : Promise.resolve()),
    ...options,
  })
  honest.own.person.writeFile('old.txt', 'what was there before')
  honest.own.person.writeFile('dir/inner.txt', 'inner')
  connectDevices(honest, victim)
  await pass(clock)
  expect(victim.own.person.readFile('old.txt').toString()).toBe('what was there before')
  let served = 0
  return {
    ...{ clock, victim, honest },
    snapshot: (authors = []) => ({
      disk: victim.own.person.tree(),
      index: victim.store.indexAfter(0, 10_000).map(({ record }) => record.version.id),
      certificates: [honest.author, victim.author, ...authors].map(
        ({ key }) => victim.store.roster().certificateOf(key)?.id,
      ),
      statements: victim.store.roster().size,
    }),
    async expectService() {
      served++
      if (!connectedTo(victim).includes(honest.id)) connectDevices(honest, victim)
      const name = `served ${served}.txt`
      honest.own.person.writeFile(name, name)
      if (victim.keys.role === 'full') victim.own.person.writeFile(`back ${name}`, name)
      await pass(clock, 12_000)
      expect(read(victim, name), faultsOf(victim)).toBe(name)
      if (victim.keys.role === 'full') expect(read(honest, `back ${name}`)).toBe(name)
      expect(faultsOf(victim)).toBe('')
      expect(faultsOf(honest)).toBe('')
    },
    pass: (durationMs) => pass(clock, durationMs),
    async [Symbol.asyncDispose]() {
      await victim[Symbol.asyncDispose]()
      await honest[Symbol.asyncDispose]()
    },
  }
}

function passing(clock: ManualClock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve))
}

export function read(device: MemoryDevice, path: string): string | undefined {
  return device.own.person.stat(path) && device.own.person.readFile(path).toString()
}

/** Faults of the program, as its log tells them. */
export function faultsOf({ log }: MemoryDevice): string {
  return log.lines
    .filter(({ level }) => level === 'error')
    .map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`)
    .join('\n')
}

/** A hostile peer that has said hello. */
export async function introduced(
  { victim, clock }: Scene,
  role: 'full' | 'read-only',
  name?: string,
): Promise<HostilePeer> {
  const hostile = attachHostile(victim, role, name)
  hostile.hello()
  await pass(clock, 300, 2)
  expect(hostile.ended).toBeUndefined()
  return hostile
}

/** A full member whose certificate the victim has. */
export async function madMember(at: Scene): Promise<HostilePeer> {
  const hostile = await introduced(at, 'full')
  hostile.tell([], { statements: [certify(hostile.author)] })
  return hostile
}

/** Devices a link is open to. */
export function connectedTo({ folder }: MemoryDevice): DeviceId[] {
  return folder.status().peers.map(({ id }) => id)
}

/** Serves the texts it is asked for, as an honest device would. */
export function serveTexts(peer: HostilePeer, ...texts: readonly string[]): void {
  const byRoot = new Map(texts.map((text) => [singleBlockRoot(Buffer.from(text)), Buffer.from(text)]))
  peer.answer((question) => {
    const data = byRoot.get(question.root)
    if (question.kind === 'request' && data !== undefined)
      peer.send({
        kind: 'block',
        request: question.request,
        offsetBytes: 0,
        data: data.subarray(question.offsetBytes, question.offsetBytes + question.lengthBytes),
      })
    else peer.send({ kind: 'missing', request: question.request, unreadable: false })
  })
}

export function vectorOf(device: MemoryDevice, path: string): VersionVector {
  return device.store.state(path as RelPath)!.winner!.vector
}
