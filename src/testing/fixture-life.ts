/**
 * The life of a device called attic, played on a clock in memory, for fixtures: what it syncs with others, what they do to its files, who
 * joins and who is taken out, and a change of the secret. What is left is what such a device leaves behind: a database, and a directory.
 */
import { deflateRawSync } from 'node:zlib'
import { type FolderKeys, type FullSecret, folderKeys, readSecretOf } from '../core/secret.ts'
import { createManualClock } from './manual-clock.ts'
import {
  connectDevices,
  firstSecret,
  type MemoryDevice,
  type MemoryDeviceOptions,
  openMemoryDevice,
  pass,
} from './memory-device.ts'
import { createSeededChance } from './seeded-chance.ts'

/** One name in a directory, as a fixture keeps it. */
export interface KeptEntry {
  readonly path: string
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly mtimeNs: string
  readonly mode: number
  /** Of a file, deflated, in base64. */
  readonly data?: string
  readonly target?: string
}

export interface Life {
  readonly secret: FullSecret
  readonly former: readonly FullSecret[]
  readonly keys: FolderKeys
  readonly database: Buffer
  /** The directory of the folder, the hidden one in it included. Parents first. */
  readonly entries: readonly KeptEntry[]
}

export const lifeBeginsMs = Date.UTC(2026, 0, 1)
const hourMs = 3_600_000

export async function playLife(seed: number): Promise<Life> {
  const chance = createSeededChance(seed)
  const clock = createManualClock(lifeBeginsMs)
  const open = new Map<string, MemoryDevice>()

  async function start(name: string, options: Partial<MemoryDeviceOptions> = {}): Promise<MemoryDevice> {
    const device = await openMemoryDevice({ clock, name, ...options })
    open.set(name, device)
    await pass(clock)
    return device
  }
  async function leave(name: string): Promise<void> {
    await open.get(name)![Symbol.asyncDispose]()
    open.delete(name)
    await pass(clock)
  }
  /** Goes on under the secret that a rotation gave it. */
  async function follow(name: string): Promise<FullSecret> {
    const { folder, keys, former, own, image } = open.get(name)!
    const secret = folder.succession?.secret
    if (secret?.kind !== 'full') throw new Error(`assertion: ${name} has not moved over`)
    await leave(name)
    await start(name, { own, image: image(), keys: folderKeys(secret), former: [...former, keys] })
    return secret
  }
  async function meet(one: string, other: string): Promise<() => Promise<void>> {
    const [link] = connectDevices(open.get(one)!, open.get(other)!)
    await pass(clock)
    return async () => {
      link.close('closing')
      await pass(clock)
    }
  }
  const person = (name: string) => open.get(name)!.own.person
  const text = (lines: number) =>
    Array.from({ length: lines }, () => `${chance.below(1_000_000)} leaves\n`).join('')

  await start('attic')
  await start('kitchen')
  person('attic').writeFile('letters/first.txt', text(3))
  person('attic').writeFile('letters/second.txt', text(4))
  person('attic').writeFile('letters/to go.txt', text(2))
  person('attic').writeFile('letters/\u00c4rger \u{1f600}.txt', text(2))
  person('attic').writeFile('run.sh', '#!/bin/sh\n', 0o755)
  person('attic').writeFile('empty file', '')
  person('attic').mkdir('empty')
  person('attic').symlink('letters/first.txt', 'shortcut')
  // Two blocks and a piece of one.
  person('attic').writeFile('large.txt', text(20_000))
  await open.get('attic')!.folder.setIgnoreText('*.tmp\n/private/\n')
  person('attic').writeFile('left out.tmp', text(1))
  person('attic').mkfifo('pipe')
  const part = await meet('attic', 'kitchen')

  person('kitchen').writeFile('letters/second.txt', text(5))
  person('kitchen').remove('letters/to go.txt')
  person('kitchen').mkdir('moved')
  person('kitchen').rename('letters/first.txt', 'moved/first.txt')
  person('kitchen').writeFile('from the kitchen.txt', text(1))
  await pass(clock)
  await part()
  person('attic').writeFile('notes.txt', text(1))
  person('kitchen').writeFile('notes.txt', text(2))
  person('attic').writeFile('moved/first.txt', text(2))
  person('kitchen').writeFile('moved/first.txt', text(3))
  await pass(clock)
  await meet('attic', 'kitchen')

  await start('reader', { role: 'read-only' })
  await meet('attic', 'reader')
  await start('lodger')
  await meet('attic', 'lodger')
  person('lodger').writeFile('by the lodger.txt', text(1))
  person('lodger').writeFile('letters/second.txt', text(6))
  await pass(clock)
  open.get('attic')!.folder.revoke('lodger')
  await pass(clock)
  await leave('lodger')
  await leave('reader')

  open.get('attic')!.folder.rotate()
  await pass(clock)
  const secret = await follow('attic')
  await follow('kitchen')
  await meet('attic', 'kitchen')
  person('kitchen').writeFile('after the change.txt', text(1))
  await pass(clock)

  const { folder } = open.get('attic')!
  folder.invites.create('full', hourMs)
  folder.invites.cancel(folder.invites.create('read-only', hourMs).invite.id)
  folder.setAdmission('approval')
  const { keys } = open.get('attic')!
  await start('stranger', { keys: folderKeys(readSecretOf(secret)) })
  await meet('attic', 'stranger')
  await leave('stranger')
  await leave('kitchen')
  const { own, image } = open.get('attic')!
  await leave('attic')
  return { secret, former: [firstSecret], keys, database: image(), entries: entriesOf(own.person) }
}

function entriesOf(person: MemoryDevice['own']['person']): KeptEntry[] {
  return [...person.tree(''), ...person.tree('.sync')].map(({ path, kind, data }) => {
    const { mtimeNs, mode } = person.stat(path)!
    return {
      ...{ path, kind, mtimeNs: String(mtimeNs), mode },
      ...(kind === 'file' && { data: deflateRawSync(data).toString('base64') }),
      ...(kind === 'link' && { target: data.toString() }),
    }
  })
}
