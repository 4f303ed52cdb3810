/**
 * The numbers of the device for Prometheus. Loaded when they are first asked for, so that who never does pays no memory. Labels name folders
 * and nothing there may be more of.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { FolderStatusBody, Status } from './schemas/status.ts'

/** Each folder is a handful of lines in every answer; nobody plots more. */
const maxFolders = 500
/** Looking at the event loop wakes the processor each time. */
const loopLookMs = 1000

const states: readonly FolderStatusBody['state'][] = [
  ...(['scanning', 'syncing', 'up-to-date', 'paused', 'halted', 'joining', 'refused'] as const),
]

/** Of one folder: name, meaning, value. */
const folderNumbers: readonly (readonly [string, string, (folder: FolderStatusBody) => number])[] = [
  ['files', 'Files in the folder.', ({ files }) => files],
  ['bytes', 'Bytes of all files in the folder.', ({ bytes }) => bytes],
  ['need_files', 'Files that are still to come.', ({ needFiles }) => needFiles],
  ['need_bytes', 'Bytes that are still to come.', ({ needBytes }) => needBytes],
  ['peers', 'Peers that are connected.', ({ peers }) => peers.length],
  [
    'peers_need_bytes',
    'Bytes that connected peers still lack, of all of them together.',
    ({ peers }) => peers.reduce((sum, { needBytes }) => sum + needBytes, 0),
  ],
  [
    'problems',
    'Paths that cannot sync; no more than a hundred are counted.',
    ({ problems }) => problems.length,
  ],
]

export interface MetricsText {
  readonly contentType: string
  readonly text: string
}

export interface Metrics {
  write(status: Status): Promise<MetricsText>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopLookMs })
  const info = new Gauge({
    ...{ name: 'berrysync_info', help: 'Which version runs.', labelNames: ['version'], registers },
  })
  const folders = new Gauge({
    ...{ name: 'berrysync_folders', help: 'Folders by their state.', labelNames: ['state'], registers },
  })
  const ofFolders = folderNumbers.map(([name, help, read]) => ({
    read,
    gauge: new Gauge({ name: `berrysync_folder_${name}`, help, labelNames: ['id', 'path'], registers }),
  }))
  const received = new Counter({
    ...{ name: 'berrysync_received_bytes_total', help: 'Bytes received from peers.', registers },
  })
  const sent = new Counter({ name: 'berrysync_sent_bytes_total', help: 'Bytes sent to peers.', registers })

  return {
    async write(status) {
      for (const each of [info, received, sent, ...ofFolders.map(({ gauge }) => gauge)]) each.reset()
      info.set({ version: status.device.version }, 1)
      for (const state of states)
        folders.set({ state }, status.folders.filter((folder) => folder.state === state).length)
      for (const folder of status.folders.slice(0, maxFolders))
        for (const { gauge, read } of ofFolders) gauge.set({ id: folder.id, path: folder.path }, read(folder))
      received.inc(status.traffic.received)
      sent.inc(status.traffic.sent)
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}
