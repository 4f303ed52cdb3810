/** A second device on this host, which stands for a subscriber or for another of its owner's devices. It is the built program, started for real. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderStatusBody, Status } from '../src/api/schemas/status.ts'
import { createClient } from '../src/cli/client.ts'
import { openSocketPath } from '../src/home.ts'
import { type Daemon, startDaemon } from '../src/testing/daemon.ts'
import { until } from '../src/testing/until.ts'

export interface Peer extends AsyncDisposable {
  readonly home: string
  /** Below it each folder has a directory. */
  readonly root: string
  readonly isRunning: () => boolean
  start(): Promise<void>
  end(signal: NodeJS.Signals): Promise<void>
  /** Joins a folder; returns its directory. `host` is where the device under test is. */
  join(name: string, secret: string, host: string): Promise<string>
  status(): Promise<Status>
  folder(name: string): Promise<FolderStatusBody>
  /** Waits until it is connected and nothing of this folder is left to send or receive. */
  settled(name: string, limitSeconds: number, signal?: AbortSignal): Promise<void>
}

/** There is none on the segment, and whoever ends would wait for it. */
export const withoutRouter = { values: { portMapping: false } }

/** `address` is the one it listens at. */
export function createPeer(directory: string, address: string): Peer {
  const [home, root] = [join(directory, 'home'), join(directory, 'folders')]
  const client = createClient(home, openSocketPath)
  let daemon: Daemon | undefined

  async function end(signal: NodeJS.Signals): Promise<void> {
    await daemon?.end(signal)
    daemon = undefined
  }

  const peer: Peer = {
    ...{ home, root, end },
    isRunning: () => daemon !== undefined,
    async start() {
      await mkdir(root, { recursive: true })
      daemon = await startDaemon(home, ['--listen', `${address}:4444`], undefined, false)
      await client.patch('/api/settings', withoutRouter)
    },
    async join(name, secret, host) {
      const path = join(root, name)
      await mkdir(path, { recursive: true })
      await client.post('/api/folders', { path, secret, hosts: [host] })
      return path
    },
    status: () => client.get<Status>('/api/status'),
    async folder(name) {
      const path = join(root, name)
      const { folders } = await client.get<Status>('/api/status', { folder: path })
      return folders[0]!
    },
    async settled(name, limitSeconds, signal) {
      await client.post('/api/rescan', {}, { folder: join(root, name) })
      const isSame = async () => signal?.aborted === true || (await peer.folder(name)).settled
      await until(`${name} is the same on both sides`, isSame, limitSeconds)
    },
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  }
  return peer
}
