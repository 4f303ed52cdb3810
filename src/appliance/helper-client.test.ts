import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SyncError } from '../core/errors.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { createHelperClient } from './helper-client.ts'

/** A helper that answers as the test says. */
async function makeHelper(answer: (line: string, socket: Socket) => void) {
  const root = await makeTempDirectory()
  const path = join(root.path, 'helper.sock')
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (data) => answer(String(data), socket))
  })
  await new Promise<void>((listening) => server.listen(path, listening))
  const clock = createManualClock(0)
  return {
    client: createHelperClient(path, clock),
    clock,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
      await root[Symbol.asyncDispose]()
    },
  }
}

const eject = { verb: 'eject', device: 'sdb1' } as const
const ended = (asked: Promise<unknown>) =>
  asked.then(
    (done) => done,
    (error: unknown) => (error instanceof SyncError ? `${error.code}: ${error.message}` : error),
  )

test('a verb is one line; how far it is is told, however the lines arrive, and what it says at the end is the answer', async () => {
  const asked: string[] = []
  await using helper = await makeHelper((line, socket) => {
    asked.push(line)
    socket.write('{"progress":0.25}\n{"prog')
    setTimeout(() => socket.end('ress":1}\n{"done":{"device":"sdb1"}}\n'), 20)
  })
  const told: number[] = []
  const disk = { serial: null, sizeBytes: 5, sequence: 3 }
  const done = await helper.client.ask({ verb: 'prepare', device: 'sdb', disk }, (far) => told.push(far))
  expect(done).toEqual({ device: 'sdb1' })
  expect(told).toEqual([0.25, 1])
  expect(asked).toEqual([`${JSON.stringify({ verb: 'prepare', device: 'sdb', disk })}\n`])
})

test.each([
  [
    'an error of the table',
    '{"error":{"code":"disk-in-use","message":"x","data":{"disk":"b","users":"cp"}}}\n',
    'disk-in-use: The disk b is still in use by cp. Nothing was changed. Wait until that is done, and try again.',
  ],
  [
    'an error of a newer helper',
    '{"error":{"code":"disk-on-fire","message":"It burns.","data":{}}}\n',
    'helper-failed: The system could not do "eject": It burns.',
  ],
  [
    'no JSON',
    'hello\n',
    'helper-failed: The system could not do "eject": it gave an answer that makes no sense.',
  ],
  [
    'another shape',
    '{"done":{},"more":1}\n',
    'helper-failed: The system could not do "eject": it gave an answer that makes no sense.',
  ],
  [
    'only progress',
    '{"progress":0.5}\n',
    'helper-failed: The system could not do "eject": it ended without an answer.',
  ],
  ['nothing', '', 'helper-failed: The system could not do "eject": it ended without an answer.'],
  [
    'half a line',
    '{"done":{}}',
    'helper-failed: The system could not do "eject": it ended without an answer.',
  ],
])('%s', async (_what, answer, expected) => {
  await using helper = await makeHelper((_line, socket) => socket.end(answer))
  expect(await ended(helper.client.ask(eject))).toBe(expected)
})

test('what is done has the shape of its verb', async () => {
  await using helper = await makeHelper((_line, socket) => socket.end('{"done":{}}\n'))
  expect(await ended(helper.client.ask({ verb: 'logs' }))).toContain('makes no sense')
  expect(await ended(helper.client.ask(eject))).toEqual({})
})

test('I14: an answer without end, and none at all, come to an end', async () => {
  await using flood = await makeHelper((_line, socket) => {
    const more = (): void => {
      if (socket.destroyed) return
      socket.write(`{"progress":0.1}${' '.repeat(64 * 1024)}`, () => setImmediate(more))
    }
    more()
  })
  expect(await ended(flood.client.ask(eject))).toContain('its answer is too long')
  await using silent = await makeHelper(() => undefined)
  const asking = ended(silent.client.ask(eject))
  await silent.clock.advance(15 * 60_000)
  expect(await asking).toContain('it takes too long')
})

test('where nobody listens that is what is said', async () => {
  const client = createHelperClient('/nowhere/helper.sock', createManualClock(0))
  expect(await ended(client.ask(eject))).toContain('helper-away: ')
})
