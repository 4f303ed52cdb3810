/** The stream of events of real daemons: what was told first and every change of it add up to what is so. */
import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Snapshot } from '../api/schemas/events.ts'
import type { Status } from '../api/schemas/status.ts'
import type { Parts, TrafficHistory } from '../api/schemas/transfers.ts'
import { comparable } from '../testing/comparable-snapshot.ts'
import { type Daemon, startDaemon } from '../testing/daemon.ts'
import { type EventReader, openEventReader } from '../testing/event-reader.ts'
import { noise } from '../testing/search-run.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const largeBytes = 40_000_000

function socketOf({ home }: Daemon): string {
  return join(home, 'control.sock')
}

function get<T>(daemon: Daemon, path: string): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  request({ socketPath: socketOf(daemon), path, agent: false }, (response) => {
    text(response).then((body) => resolve(JSON.parse(body)), reject)
  })
    .on('error', reject)
    .end()
  return promise
}

/** Resolves once what a reader was told, and nothing else, is so: at rest, since two looks at what moves differ. */
async function agree(reader: EventReader, daemon: Daemon): Promise<Snapshot> {
  return until('what was told is so', async () => {
    const now: Snapshot = { status: await get<Status>(daemon, '/api/status'), transfers: {} }
    if (reader.now === undefined) return undefined
    expect(comparable(reader.now)).toEqual(comparable(now))
    return now
  })
}

test('snapshot and changes add up while two devices sync, a folder comes and goes, and a reader comes back', async () => {
  await using root = await makeTempDirectory()
  const [there, here] = [join(root.path, 'there'), join(root.path, 'here')]
  for (const directory of [there, here]) await mkdir(directory)
  await using alice = await startDaemon(join(root.path, 'alice'))
  await using bob = await startDaemon(join(root.path, 'bob'))
  using atAlice = await openEventReader(socketOf(alice))
  const first = await openEventReader(socketOf(bob))
  await until('the first snapshot', async () => first.now !== undefined)

  const { full } = await alice.askJson('add', there)
  for (let file = 0; file < 300; file++) await writeFile(join(there, `file ${file}`), `content ${file}`)
  await writeFile(join(there, 'large'), noise(largeBytes, 'large'))
  await bob.ask('add', here, full, '--host', alice.listen)
  await bob.ask('status', '--wait', '60')
  await agree(first, bob)
  await agree(atAlice, alice)
  expect(first.kinds.filter((kind) => kind === 'snapshot')).toHaveLength(1)
  for (const kind of ['folder', 'peer', 'traffic']) expect(first.kinds).toContain(kind)
  const { folders, traffic } = first.now!.status
  expect(folders[0]).toMatchObject({ state: 'up-to-date', files: 301, needFiles: 0 })
  expect(folders[0]!.peers[0]!.received).toBeGreaterThan(largeBytes)
  expect(traffic.received).toBeGreaterThanOrEqual(folders[0]!.peers[0]!.received)

  const parts = await get<Parts>(
    bob,
    `/api/folders/${encodeURIComponent(here)}/transfers/parts?path=${encodeURIComponent('large')}`,
  )
  expect(parts.here.every((cell) => cell === 100)).toBe(true)
  expect(parts.peers).toMatchObject([{ cells: parts.here }])
  const { received } = await get<TrafficHistory>(bob, '/api/traffic?span=minutes')
  expect(received).toHaveLength(600)

  first[Symbol.dispose]()
  await bob.ask('set', here, 'paused=on')
  using again = await openEventReader(socketOf(bob), first)
  await until('it is told what it missed', async () => again.now?.status.folders[0]?.state === 'paused')
  expect(again.kinds).not.toContain('snapshot')
  await agree(again, bob)
  expect(again.kinds).toContain('peer-gone')
  await bob.ask('remove', here)
  await until('the folder is gone', async () => again.now?.status.folders.length === 0)
  expect(again.kinds).toContain('folder-gone')

  expect(await bob.end('SIGTERM')).toBe(0)
  await until('the stream has ended with the daemon', async () => again.isEnded)
})
