/**
 * Every content anybody in a simulated run ever wrote, by the bytes themselves: whatever a reader sees must be one of them, whole
 * (I6), and each must be found again at the end unless somebody did away with it (I1).
 */

import { minBlockBytes } from '../core/blocks.ts'
import { sha256 } from '../core/ids.ts'

export interface Content {
  readonly id: number
  /** Which device's person wrote it. */
  readonly device: number
  /** For the report. */
  readonly where: string
  /** A person who saw it wrote over it or deleted it. */
  isGivenUp: boolean
}

/** Bytes that a disk has made of a content. They may be on that device, and nowhere else. */
export interface Spoilt {
  readonly of: Content
  readonly devices: Set<number>
}

export interface Contents {
  readonly all: readonly Content[]
  /** New content; about one block and a bit when `isLarge`. */
  make(device: number, where: string, isLarge: boolean): Buffer
  /** `before` with something new behind it. */
  append(device: number, where: string, before: Buffer): Buffer
  /** A link target nobody used yet. */
  makeTarget(device: number, where: string): string
  /** Undefined for bytes nobody ever wrote in this form. An empty file is nobody's. */
  find(kind: 'file' | 'link', data: Buffer): Content | 'empty' | undefined
  /** The disk of a device has made this of a content. */
  spoil(device: number, of: Content, data: Buffer): void
  /** Undefined for bytes that no disk has made. */
  findSpoilt(data: Buffer): Spoilt | undefined
}

/** Above this, bytes are remembered by hash. */
const shortBytes = 1000

export function createContents(): Contents {
  const all: Content[] = []
  const byKey = new Map<string, Content>()
  const spoiltByKey = new Map<string, Spoilt>()

  function keyOf(kind: 'file' | 'link', data: Buffer): string {
    return `${kind}${data.length > shortBytes ? sha256(data).toString('hex') : data.toString('latin1')}`
  }
  function add(kind: 'file' | 'link', device: number, where: string, data: Buffer): Buffer {
    const content = { id: all.length, device, where, isGivenUp: false }
    all.push(content)
    byKey.set(keyOf(kind, data), content)
    return data
  }

  return {
    all,
    make(device, where, isLarge) {
      const text = `content ${all.length};`
      if (!isLarge) return add('file', device, where, Buffer.from(text + '.'.repeat(all.length % 5)))
      const data = Buffer.alloc(minBlockBytes + 1000 + (all.length % 500), text)
      return add('file', device, where, data)
    },
    append: (device, where, before) =>
      add('file', device, where, Buffer.concat([before, Buffer.from(`more ${all.length};`)])),
    makeTarget: (device, where) =>
      add('link', device, where, Buffer.from(`../target-${all.length}`)).toString(),
    find: (kind, data) => (kind === 'file' && data.length === 0 ? 'empty' : byKey.get(keyOf(kind, data))),
    spoil(device, of, data) {
      const known = spoiltByKey.get(keyOf('file', data))
      if (known === undefined) spoiltByKey.set(keyOf('file', data), { of, devices: new Set([device]) })
      else known.devices.add(device)
    },
    findSpoilt: (data) => spoiltByKey.get(keyOf('file', data)),
  }
}
