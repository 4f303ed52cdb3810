/** Trackers on loopback for tests: our own, Debian's opentracker, and ones made of a few lines; and a search through them whose clock stands still. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sha256 } from '../core/ids.ts'
import type { HostPort } from '../net/address.ts'
import type { SearchResult, Topic } from '../net/search.ts'
import { createTrackerSearch, type TrackerSearch, type TrackerSearchOptions } from '../net/tracker-search.ts'
import { openTracker, type Tracker } from '../servers/tracker.ts'
import { systemChance, systemClock } from '../system.ts'
import { runCommand } from './commands.ts'
import { createTestMembership } from './loopback.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { createMemoryLog, type MemoryLog } from './memory-log.ts'
import type { Host } from './networks.ts'
import { silentLog } from './silent-log.ts'
import { makeTempDirectory } from './temp-directory.ts'
import { until } from './until.ts'

/** Noon, so that only one day counts as today. */
export const noonMs = Date.UTC(2026, 0, 10, 12)

export function createTestTopic(): Topic {
  const membership = createTestMembership()
  return {
    membership,
    rendezvous: (day) => sha256('test rendezvous', membership.folderId, String(day)).subarray(0, 20),
  }
}

export function openOwnTracker(address: HostPort): Promise<Tracker> {
  return openTracker({ address, clock: systemClock, chance: systemChance, log: silentLog })
}

export interface SearchScene extends AsyncDisposable {
  readonly clock: ManualClock
  readonly log: MemoryLog
  readonly search: TrackerSearch
  /** Addresses that were found, in the order they came. */
  readonly found: readonly (HostPort & { readonly folderId: string })[]
  /** Where peers reach the device. */
  port: number
  /** What came of asking about a topic at the first tracker, once that is over. Time stands still meanwhile: no limit is reached. */
  asked(topic: Topic): Promise<SearchResult>
  /** Lets time pass until that is asked again; returns how much passed. */
  nextAsk(topic: Topic): Promise<number>
}

/** All addresses are believed unless the test says otherwise, because those of a tracker on loopback never are. */
export function createSearchScene(
  trackers: readonly string[],
  options: Partial<TrackerSearchOptions> = {},
): SearchScene {
  const clock = createManualClock(noonMs)
  const log = createMemoryLog()
  const found: (HostPort & { folderId: string })[] = []
  const search = createTrackerSearch({
    ...{ clock, log, chance: systemChance, isPlausible: () => true },
    port: () => scene.port,
    onFound: (folderId, addresses) => found.push(...addresses.map((address) => ({ ...address, folderId }))),
    ...options,
  })
  search.setTrackers(trackers)
  const scene: SearchScene = {
    ...{ clock, log, search, found, port: 4444 },
    async asked(topic) {
      await clock.advance(0)
      return until('the tracker was asked', () => {
        const [result] = search.results(topic.membership.folderId)
        return result?.message.includes('; asked again in') && result
      })
    },
    async nextAsk(topic) {
      const fromMs = clock.monotonicMs()
      while (!search.results(topic.membership.folderId)[0]!.message.endsWith('; being asked now'))
        await clock.runNext()
      return clock.monotonicMs() - fromMs
    },
    async [Symbol.asyncDispose]() {
      await search[Symbol.asyncDispose]()
    },
  }
  return scene
}

export interface HandMadeTracker extends AsyncDisposable {
  readonly url: string
}

/** An HTTP tracker that does whatever it is told. */
export async function openHttpTracker(onRequest: RequestListener): Promise<HandMadeTracker> {
  const server = createHttpServer(onRequest)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Debian's opentracker, at any free port of loopback or at 6969 of a host. It serves only the swarms on its list. */
export async function startOpentracker(
  infoHashes: readonly Buffer[],
  host?: Host,
): Promise<AsyncDisposable & { port: number }> {
  const directory = await makeTempDirectory()
  // It gives up its rights before it reads the list.
  await chmod(directory.path, 0o755)
  await writeFile(`${directory.path}/list`, infoHashes.map((hash) => `${hash.toString('hex')}\n`).join(''))
  const port = host === undefined ? await freePort() : 6969
  const where = ['-i', host?.address ?? '127.0.0.1', '-p', String(port), '-P', String(port)]
  const [command, ...args] = [
    ...(host?.prefix ?? []),
    'opentracker',
    ...where,
    '-d',
    directory.path,
    '-w',
    'list',
  ]
  const child = spawn(command!, args, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  await until('opentracker listens', async () => {
    const [tool, ...rest] = [...(host?.prefix ?? []), 'ss', '-Htln', `sport = :${port}`]
    return (await runCommand(tool!, ...rest)) !== ''
  })
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      await directory[Symbol.asyncDispose]()
    },
  }
}

/** It cannot be told to take any free port. */
async function freePort(): Promise<number> {
  await using scout = await openOwnTracker({ host: '127.0.0.1', port: 0 })
  return scout.address.port
}
