import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { runBerrysync } from '../testing/daemon.ts'
import { startServer } from '../testing/server-process.ts'

function startRelay(...args: string[]) {
  return startServer(['relay', '--listen', '127.0.0.1:0', ...args])
}

test('a relay serves until it is told to stop, and then ends cleanly', async () => {
  const relay = await startRelay('--max-rate', '2M', '--max-pairs', '5')
  const socket = connect(Number(relay.listen.split(':')[1]), '127.0.0.1')
  const closed = once(socket, 'close')
  // The frame of a client that says version 1 (F1), and the type of what it hears first.
  socket.write(Buffer.of(0, 2, 1, 1))
  const [hello] = (await once(socket, 'data')) as [Buffer]
  expect([...hello.subarray(0, 4)]).toEqual([0, 20, 3, 1])
  expect(await relay.end('SIGTERM')).toBe(0)
  await closed
  expect(relay.log.at(-1)).toContain('"msg":"stopped"')
})

test('a relay that cannot start says why in one line', async () => {
  await using other = await startRelay()
  const failures: [args: string[], status: number, reason: string][] = [
    [['--listen', other.listen], 1, `Port ${other.listen} is in use`],
    [['--listen', 'nowhere'], 2, '"nowhere" is not a valid value for listen'],
    [['--max-rate', 'fast'], 2, '"fast" is not a valid value for max-rate'],
    [['--max-pair-rate', '10'], 2, '"10" is not a valid value for max-pair-rate'],
    [['--max-clients', '0'], 2, "--max-clients '0' is not a number from 1 to 999999"],
    [['--max-pairs', 'many'], 2, "--max-pairs 'many' is not a number from 1 to 999999"],
    [['--log-level', 'loud'], 2, '"loud" is not a valid value for log-level'],
    [['--nonsense'], 2, "unknown option '--nonsense'"],
  ]
  for (const [args, expected, reason] of failures) {
    const { status, err } = await runBerrysync(['relay', ...args])
    expect([status, err]).toEqual([expected, expect.stringContaining(reason)])
    expect(err.trimEnd()).not.toContain('\n')
  }
})
