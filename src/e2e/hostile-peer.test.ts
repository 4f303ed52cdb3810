/** Strangers on the real port: garbage, frames without end, silence. The daemon goes on serving those who belong. */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startMesh } from '../testing/mesh.ts'
import { peakMemoryBytes } from '../testing/process-facts.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const mib = 1024 ** 2

interface Stranger {
  readonly socket: Socket
  received: number
  closed: boolean
}

function approach(listen: string): Stranger {
  const [host, port] = listen.split(':')
  const socket = connect({ host: host!, port: Number(port) })
  const stranger: Stranger = { socket, received: 0, closed: false }
  socket.on('data', (data) => {
    stranger.received += data.length
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    stranger.closed = true
  })
  return stranger
}

test('I14: garbage, oversize frames and silence on the port hurt nobody, and are answered with nothing', async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [{ name: 'one' }, { name: 'two' }])
  const [one, two] = mesh.members
  await writeFile(one!.path('before'), 'before')
  await mesh.settle()
  const { listen, process: daemon } = one!.daemon
  const memoryBefore = peakMemoryBytes(daemon.pid!)

  const strangers: Stranger[] = []
  const send = (...pieces: readonly (Buffer | string)[]) => {
    const stranger = approach(listen)
    for (const piece of pieces) stranger.socket.write(piece)
    strangers.push(stranger)
  }
  for (const size of [1, 2, 47, 48, 96, 1000, 65_535, mib]) send(randomBytes(size))
  send('GET / HTTP/1.1\r\nHost: example\r\n\r\n')
  send('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')
  send(Buffer.alloc(2, 0xff), Buffer.alloc(70_000, 0xff))
  send(Buffer.alloc(4, 0xff), Buffer.alloc(4 * mib))
  send(Buffer.alloc(2), Buffer.alloc(100))
  // More than one device may ever have under way; some of them silent for good.
  for (let at = 0; at < 100; at++) strangers.push(approach(listen))

  await writeFile(two!.path('meanwhile'), 'meanwhile')
  expect(await mesh.differences()).toEqual([])
  // Who belongs still gets in, though strangers from its own address hold all the places there are until their time is over.
  await two!.restart()
  await until('the good peer is back', async () => (await two!.status()).peers.length > 0, 60)
  expect(await mesh.differences()).toEqual([])
  await until('all strangers are gone', () => strangers.every(({ closed }) => closed), 60)
  expect(strangers.map(({ received }) => received).filter((bytes) => bytes > 0)).toEqual([])
  expect(peakMemoryBytes(daemon.pid!) - memoryBefore).toBeLessThan(64 * mib)
  expect(one!.log().filter((line) => line.includes('"level":"error"'))).toEqual([])
})
