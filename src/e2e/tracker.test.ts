import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { runBerrysync } from '../testing/daemon.ts'
import { startServer } from '../testing/server-process.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

function startTracker(...args: string[]) {
  return startServer(['tracker', '--listen', '127.0.0.1:0', ...args])
}

test('a tracker runs until it is told to stop, and ends cleanly, also with somebody connected', async () => {
  await using tracker = await startTracker()
  const response = await fetch(`http://${tracker.listen}/scrape?info_hash=${'a'.repeat(20)}`)
  expect(await response.text()).toContain('complete')
  const body = new ReadableStream()
  const endless = fetch(`http://${tracker.listen}/announce`, { method: 'POST', body, duplex: 'half' })
  endless.catch(() => undefined)
  expect(await tracker.end('SIGTERM')).toBe(0)
  expect(tracker.log.map((line) => JSON.parse(line).msg)).toEqual(['ready', 'stopping', 'stopped'])
})

test('a tracker that cannot start says why in one line', async () => {
  await using tracker = await startTracker()
  const failures: [args: string[], status: number, reason: string][] = [
    [['--listen', tracker.listen], 1, `Port ${tracker.listen} is in use`],
    [['--listen', '192.0.2.1:6969'], 1, 'Cannot listen on 192.0.2.1:6969'],
    [['--listen', 'nowhere'], 2, '"nowhere" is not a host and port'],
    [['--log-level', 'loud'], 2, '"loud" is not a valid value for log-level'],
    [['--nonsense'], 2, "unknown option '--nonsense'"],
    [['more'], 2, 'too many arguments'],
  ]
  for (const [args, expected, reason] of failures) {
    const { status, out, err } = await runBerrysync(['tracker', ...args])
    expect([status, out, err]).toEqual([expected, '', expect.stringContaining(reason)])
    expect(err.trimEnd()).not.toContain('\n')
  }
})

test.each(['http', 'udp'])('a BitTorrent client of others announces itself over %s', async (protocol) => {
  await using directory = await makeTempDirectory()
  await using tracker = await startTracker()
  const hash = 'ab'.repeat(20)
  const link = `magnet:?xt=urn:btih:${hash}&tr=${protocol}://${tracker.listen}/announce`
  // Only the tracker, and only on this machine. It speaks UDP with trackers only where it speaks UDP with a DHT, here one of nobody.
  const dht = ['--enable-dht=true', `--dht-file-path=${directory.path}/dht`, '--dht-listen-port=6881-6999']
  const quiet = ['--no-conf', '--disable-ipv6', '--bt-enable-lpd=false', '--enable-peer-exchange=false']
  const where = ['--interface=127.0.0.1', '--listen-port=6881-6999', `--dir=${directory.path}`]
  const child = spawn('aria2c', [...quiet, ...dht, ...where, link], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  try {
    await until('the tracker knows of it', async () => {
      const escaped = hash.replace(/../g, '%$&')
      const answer = await fetch(`http://${tracker.listen}/scrape?info_hash=${escaped}`)
      return (await answer.text()).includes('8:completei1e')
    })
  } finally {
    child.kill('SIGKILL')
    await ended
  }
})
