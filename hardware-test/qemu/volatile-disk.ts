/**
 * A disk with a cache that forgets, as real ones have: what was written since the last flush is lost with the power, in part, and a write may be
 * torn between two sectors. QEMU reaches it as a network block device (NBD) over a socket. The base file is never changed.
 *
 * The protocol is the fixed newstyle handshake and simple replies; every write that QEMU has not flushed counts as at risk.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import type { BlockSource } from './machine.ts'

/** What is on the disk for good beyond its base file, by number of the block. Blocks are never changed in place. */
export type DiskState = ReadonlyMap<number, Buffer>

export interface CutFigures {
  /** Writes since the last flush, and how many of them did not survive, whole or in part. */
  readonly pending: number
  readonly lost: number
}

export interface VolatileDisk extends AsyncDisposable {
  readonly source: BlockSource
  readonly sizeBytes: number
  /** What is there for good. */
  state(): DiskState
  /** Puts another state in its place; nothing may use the disk meanwhile. */
  restore(state: DiskState): void
  /**
   * The power goes: of what is not flushed a part chosen by `fraction` (0 to below 1, as `Math.random`) survives. Nobody reaches the disk until it
   * is restored.
   */
  cut(fraction: () => number): CutFigures
  /** Called after each write that is now at risk; undefined for nobody. */
  watchWrites(noticed: (() => void) | undefined): void
  /** Writes a range of what is there for good to a file, with holes where it is empty. */
  write(file: string, range?: { readonly offset: number; readonly length: number }): Promise<void>
}

const blockBytes = 4096
const sectorBytes = 512
const exportName = 'disk'

const optionMagic = 0x49484156454f5054n
const replyMagic = 0x3e889045565a9n
const requestMagic = 0x25609513
const simpleReplyMagic = 0x67446698
const options = { abort: 2, info: 6, go: 7 } as const
const replies = { ack: 1, info: 3, unsupported: 0x80000001 } as const
const commands = { read: 0, write: 1, disconnect: 2, flush: 3 } as const
/** Has flags, knows flush. */
const transmissionFlags = 0b101
const invalid = 22
/** More than QEMU asks for at once. */
const maxRequestBytes = 64 * 1024 ** 2

interface PendingWrite {
  readonly offset: number
  readonly data: Buffer
}

interface Surviving {
  readonly write: PendingWrite
  readonly isWhole: boolean
}

export async function serveVolatileDisk(baseFile: string, socketPath: string): Promise<VolatileDisk> {
  const base = openSync(baseFile, 'r')
  const sizeBytes = fstatSync(base).size
  let durable = new Map<number, Buffer>()
  /** Blocks as they are with what is pending. */
  let fresh = new Map<number, Buffer>()
  let pending: PendingWrite[] = []
  let isOff = false
  let noticed: (() => void) | undefined

  function blockOf(number: number): Buffer {
    const known = fresh.get(number) ?? durable.get(number)
    if (known !== undefined) return known
    const block = Buffer.alloc(blockBytes)
    readSync(base, block, 0, blockBytes, number * blockBytes)
    return block
  }

  function read(offset: number, length: number): Buffer {
    const result = Buffer.allocUnsafe(length)
    for (const { number, from, to, at } of piecesOf(offset, length))
      blockOf(number).copy(result, at, from, to)
    return result
  }

  function put(into: Map<number, Buffer>, { offset, data }: PendingWrite): void {
    for (const { number, from, to, at } of piecesOf(offset, data.length)) {
      const block = Buffer.from(into.get(number) ?? durable.get(number) ?? blockOf(number))
      data.copy(block, from, at, at + to - from)
      into.set(number, block)
    }
  }

  function flush(): void {
    for (const [number, block] of fresh) durable.set(number, block)
    fresh = new Map()
    pending = []
  }

  async function transmit(take: Take, socket: Socket): Promise<void> {
    for (;;) {
      const request = await take(28)
      if (request === undefined || isOff) return
      if (request.readUInt32BE(0) !== requestMagic) throw new Error('this is no request of a block device')
      const [command, offset, length] = [
        request.readUInt16BE(6),
        Number(request.readBigUInt64BE(16)),
        request.readUInt32BE(24),
      ]
      const isRange = command === commands.read || command === commands.write
      const isOutside = isRange && (length > maxRequestBytes || offset + length > sizeBytes)
      const data = command === commands.write ? await take(length) : undefined
      if (isOff || command === commands.disconnect || (command === commands.write && data === undefined))
        return
      const reply = Buffer.alloc(16)
      reply.writeUInt32BE(simpleReplyMagic, 0)
      request.copy(reply, 8, 8, 16)
      if (isOutside || !(isRange || command === commands.flush)) {
        reply.writeUInt32BE(invalid, 4)
        socket.write(reply)
      } else if (command === commands.read) {
        socket.write(Buffer.concat([reply, read(offset, length)]))
      } else {
        if (data === undefined) flush()
        else {
          const write = { offset, data }
          put(fresh, write)
          pending.push(write)
          noticed?.()
        }
        socket.write(reply)
      }
    }
  }

  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // QEMU is killed on purpose, and its socket with it.
    socket.on('error', () => undefined)
    const take = takerOf(socket)
    void (async () => {
      if (await greet(take, socket, sizeBytes)) await transmit(take, socket)
      socket.end()
    })().catch((error) => socket.destroy(error))
  })
  server.listen(socketPath)

  return {
    sizeBytes,
    source: { driver: 'nbd', server: { type: 'unix', path: socketPath }, export: exportName },
    state: () => new Map(durable),
    restore(state) {
      durable = new Map(state)
      fresh = new Map()
      pending = []
      isOff = false
    },
    watchWrites(callback) {
      noticed = callback
    },
    cut(fraction) {
      isOff = true
      for (const socket of sockets) socket.destroy()
      const kept = surviving(pending, fraction)
      const figures = {
        pending: pending.length,
        lost: pending.length - kept.filter(({ isWhole }) => isWhole).length,
      }
      fresh = new Map()
      pending = []
      for (const { write } of kept) put(durable, write)
      return figures
    },
    async write(file, { offset, length } = { offset: 0, length: sizeBytes }) {
      await using target = await open(file, 'w')
      await target.truncate(length)
      await copyPresent(base, target, offset, length)
      for (const [number, block] of durable) {
        const at = number * blockBytes - offset
        if (at >= 0 && at < length) await target.write(block, 0, Math.min(blockBytes, length - at), at)
      }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      closeSync(base)
    },
  }
}

/** Which of the writes since the last flush reached the disk. Their order among themselves is kept: a sector has what was written to it last. */
function surviving(pending: readonly PendingWrite[], fraction: () => number): Surviving[] {
  // Each time another share, so that all, none and few are seen as well as half.
  const share = fraction() * 1.2 - 0.1
  return pending.flatMap((write): Surviving[] => {
    const chance = fraction()
    if (chance >= share + 0.05) return []
    if (chance < share) return [{ write, isWhole: true }]
    const sectors = Math.floor((write.data.length / sectorBytes) * fraction())
    return sectors === 0
      ? []
      : [{ write: { ...write, data: write.data.subarray(0, sectors * sectorBytes) }, isWhole: false }]
  })
}

/** The blocks that a range touches: where in each, and at which place of the range. */
function* piecesOf(
  offset: number,
  length: number,
): Iterable<{ number: number; from: number; to: number; at: number }> {
  for (let at = 0; at < length; ) {
    const number = Math.floor((offset + at) / blockBytes)
    const from = (offset + at) % blockBytes
    const to = Math.min(blockBytes, from + length - at)
    yield { number, from, to, at }
    at += to - from
  }
}

/** Only what is not empty: images have large holes, and there are many copies of them. */
async function copyPresent(base: number, target: FileHandle, offset: number, length: number): Promise<void> {
  const chunk = Buffer.alloc(1024 ** 2)
  for (let at = 0; at < length; at += chunk.length) {
    const count = readSync(base, chunk, 0, Math.min(chunk.length, length - at), offset + at)
    if (count === 0) return
    const piece = chunk.subarray(0, count)
    if (!isEmpty(piece)) await target.write(piece, 0, count, at)
  }
}

const emptiness = Buffer.alloc(1024 ** 2)

function isEmpty(piece: Buffer): boolean {
  return piece.equals(emptiness.subarray(0, piece.length))
}

/** Exactly so many bytes; undefined when the other side has closed. */
type Take = (count: number) => Promise<Buffer | undefined>

function takerOf(socket: Socket): Take {
  let chunks: Buffer[] = []
  let available = 0
  let isClosed = false
  let wake: (() => void) | undefined
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    available += chunk.length
    wake?.()
  })
  socket.on('close', () => {
    isClosed = true
    wake?.()
  })
  return async (count) => {
    while (available < count) {
      if (isClosed) return undefined
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
    chunks = count === all.length ? [] : [all.subarray(count)]
    available -= count
    // A copy where it is kept: it must not hold on to the chunk it came in.
    return count === all.length ? all : Buffer.from(all.subarray(0, count))
  }
}

/** The handshake; false when the other side only asked. */
async function greet(take: Take, socket: Socket, sizeBytes: number): Promise<boolean> {
  const hello = Buffer.alloc(18)
  hello.write('NBDMAGIC', 0, 'latin1')
  hello.writeBigUInt64BE(optionMagic, 8)
  // Fixed newstyle, no zeroes.
  hello.writeUInt16BE(0b11, 16)
  socket.write(hello)
  if ((await take(4)) === undefined) return false
  for (;;) {
    const head = await take(16)
    if (head === undefined) return false
    const option = head.readUInt32BE(8)
    await take(head.readUInt32BE(12))
    if (option === options.info || option === options.go) {
      const info = Buffer.alloc(12)
      info.writeBigUInt64BE(BigInt(sizeBytes), 2)
      info.writeUInt16BE(transmissionFlags, 10)
      reply(socket, option, replies.info, info)
      reply(socket, option, replies.ack)
      if (option === options.go) return true
    } else {
      reply(socket, option, option === options.abort ? replies.ack : replies.unsupported)
      if (option === options.abort) return false
    }
  }
}

function reply(socket: Socket, option: number, kind: number, data: Buffer = Buffer.alloc(0)): void {
  const head = Buffer.alloc(20)
  head.writeBigUInt64BE(replyMagic, 0)
  head.writeUInt32BE(option, 8)
  head.writeUInt32BE(kind, 12)
  head.writeUInt32BE(data.length, 16)
  socket.write(Buffer.concat([head, data]))
}
