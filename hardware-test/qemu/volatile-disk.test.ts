/** A disk that forgets: what was flushed stays, what was not may go, whole or torn, and the base file is never changed. Spoken to as QEMU does. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeTempDirectory, type TempDirectory } from '../../src/testing/temp-directory.ts'
import { serveVolatileDisk, type VolatileDisk } from './volatile-disk.ts'

const sizeBytes = 64 * 1024
const [read, write, flush] = [0, 1, 3]

let directory: TempDirectory
let disk: VolatileDisk
let client: Client

interface Client {
  ask(command: number, offset: number, length: number, data?: Buffer): Promise<Buffer>
  close(): void
}

beforeEach(async () => {
  directory = await makeTempDirectory()
  await writeFile(join(directory.path, 'base'), Buffer.alloc(sizeBytes, 'base'))
  disk = await serveVolatileDisk(join(directory.path, 'base'), join(directory.path, 'socket'))
  client = await open(join(directory.path, 'socket'))
})

afterEach(async () => {
  client.close()
  await disk[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

test('what is written can be read, across blocks, and the base stays as it was', async () => {
  const data = Buffer.alloc(5000, 'new')
  await client.ask(write!, 3000, data.length, data)
  const whole = await client.ask(read!, 0, sizeBytes)
  expect(whole.subarray(3000, 8000).equals(data)).toBe(true)
  expect(whole.subarray(0, 3000).equals(Buffer.alloc(3000, 'base'))).toBe(true)
  expect((await readFile(join(directory.path, 'base'))).equals(Buffer.alloc(sizeBytes, 'base'))).toBe(true)
})

test('A10: a cut keeps what was flushed and may take all the rest', async () => {
  await client.ask(write!, 0, 512, Buffer.alloc(512, 'flushed'))
  await client.ask(flush!, 0, 0)
  await client.ask(write!, 0, 512, Buffer.alloc(512, 'at risk'))
  await client.ask(write!, 8192, 512, Buffer.alloc(512, 'at risk, too'))
  expect(disk.cut(() => 0)).toEqual({ pending: 2, lost: 2 })
  const after = await contentAfter()
  expect(after.subarray(0, 512).equals(Buffer.alloc(512, 'flushed'))).toBe(true)
  expect(after.subarray(8192, 8704).equals(Buffer.alloc(512, 'base'))).toBe(true)
})

test('A10: a cut may keep everything, in the order in which it was written', async () => {
  await client.ask(write!, 0, 512, Buffer.alloc(512, 'first'))
  await client.ask(write!, 0, 512, Buffer.alloc(512, 'second'))
  const draws = [0.95, 0.5, 0.5]
  expect(disk.cut(() => draws.shift()!)).toEqual({ pending: 2, lost: 0 })
  expect((await contentAfter()).subarray(0, 512).equals(Buffer.alloc(512, 'second'))).toBe(true)
})

test('A10: a write may be torn between two sectors', async () => {
  await client.ask(write!, 0, 2048, Buffer.alloc(2048, 'torn'))
  // A share of a half, a draw just above it, and half of the sectors.
  const draws = [0.5, 0.52, 0.5]
  expect(disk.cut(() => draws.shift()!)).toEqual({ pending: 1, lost: 1 })
  const after = await contentAfter()
  expect(after.subarray(0, 1024).equals(Buffer.alloc(1024, 'torn'))).toBe(true)
  expect(after.subarray(1024, 2048).equals(Buffer.alloc(1024, 'base'))).toBe(true)
})

test('after a cut nobody reaches the disk, and an earlier state can be put back', async () => {
  const before = disk.state()
  await client.ask(write!, 0, 512, Buffer.alloc(512, 'gone'))
  await client.ask(flush!, 0, 0)
  disk.cut(() => 0)
  await expect(client.ask(read!, 0, 512)).rejects.toThrow('closed')
  disk.restore(before)
  client = await open(join(directory.path, 'socket'))
  expect((await client.ask(read!, 0, 512)).equals(Buffer.alloc(512, 'base'))).toBe(true)
})

test('a request beyond the end is refused', async () => {
  await expect(client.ask(read!, sizeBytes - 512, 1024)).rejects.toThrow('error 22')
})

async function contentAfter(): Promise<Buffer> {
  const file = join(directory.path, 'after')
  await disk.write(file)
  return readFile(file)
}

/** The handshake and simple requests of NBD, written from its specification. */
async function open(path: string): Promise<Client> {
  const socket = connect(path)
  await once(socket, 'connect')
  const take = reader(socket)
  const hello = await take(18)
  expect(hello.toString('latin1', 0, 16)).toBe('NBDMAGICIHAVEOPT')
  const name = Buffer.from('disk')
  const option = Buffer.alloc(4 + 16 + 4 + name.length + 2)
  option.writeUInt32BE(3, 0)
  option.write('IHAVEOPT', 4, 'latin1')
  option.writeUInt32BE(7, 12)
  option.writeUInt32BE(4 + name.length + 2, 16)
  option.writeUInt32BE(name.length, 20)
  name.copy(option, 24)
  socket.write(option)
  const info = await take(20 + 12)
  expect(Number(info.readBigUInt64BE(22))).toBe(sizeBytes)
  await take(20)
  return {
    async ask(command, offset, length, data) {
      const request = Buffer.alloc(28)
      request.writeUInt32BE(0x25609513, 0)
      request.writeUInt16BE(command, 6)
      request.writeBigUInt64BE(7n, 8)
      request.writeBigUInt64BE(BigInt(offset), 16)
      request.writeUInt32BE(length, 24)
      socket.write(data === undefined ? request : Buffer.concat([request, data]))
      const reply = await take(16)
      expect(reply.readBigUInt64BE(8)).toBe(7n)
      const error = reply.readUInt32BE(4)
      if (error !== 0) throw new Error(`error ${error}`)
      return command === read ? take(length) : Buffer.alloc(0)
    },
    close: () => socket.destroy(),
  }
}

function reader(socket: Socket): (count: number) => Promise<Buffer> {
  let all = Buffer.alloc(0)
  let isClosed = false
  let wake: () => void = () => undefined
  socket.on('data', (chunk: Buffer) => {
    all = Buffer.concat([all, chunk])
    wake()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isClosed = true
    wake()
  })
  return async (count) => {
    while (all.length < count) {
      if (isClosed) throw new Error('closed')
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const taken = all.subarray(0, count)
    all = all.subarray(count)
    return taken
  }
}
