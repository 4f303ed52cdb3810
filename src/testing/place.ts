/** A daemon with one directory for a folder, and what a person does at it: for tests of who may join which folder. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, folderRoute } from '../cli/client.ts'
import { openSocketPath } from '../home.ts'
import { type Daemon, startDaemon } from './daemon.ts'

export interface Place {
  readonly name: string
  readonly home: string
  readonly directory: string
  /** The running one, or the last that ran. */
  daemon: Daemon
  /** Ends it, and starts it again at the same address. */
  restart(): Promise<void>
  /** Whether a file there has this text. */
  has(file: string, text: string): Promise<boolean>
  write(file: string, text: string): Promise<void>
  /** Adds its directory, and says where a peer is, without waiting for what comes of it. */
  add(secret: string, peer: Place): Promise<void>
  /** Makes a one-time secret. */
  invite(...options: string[]): Promise<string>
  /** The secrets it holds. */
  secrets(): Promise<{ readonly full: string; readonly readOnly: string }>
}

/** Starts one below a directory; `stack` ends it. Its folder is still to be added. */
export async function startPlace(root: string, name: string, stack: AsyncDisposableStack): Promise<Place> {
  const directory = join(root, name, 'folder')
  const home = join(root, name, 'home')
  await mkdir(directory, { recursive: true })
  const setup = join(root, name, 'setup.json')
  await writeFile(setup, JSON.stringify({ name }))
  const daemon = stack.use(await startDaemon(home, ['--config', setup]))
  const place: Place = {
    ...{ name, home, directory, daemon },
    async restart() {
      await place.daemon.end('SIGTERM')
      place.daemon = stack.use(await startDaemon(home, ['--listen', daemon.listen]))
    },
    has: (file, text) =>
      readFile(join(directory, file), 'utf8').then(
        (read) => read === text,
        () => false,
      ),
    write: (file, text) => writeFile(join(directory, file), text),
    async add(secret, peer) {
      const client = createClient(home, openSocketPath)
      await client.post('/api/folders', { path: directory, secret })
      await client.post(folderRoute(directory, '/hosts'), { host: peer.daemon.listen })
    },
    invite: async (...options) => (await place.daemon.askJson('invite', directory, ...options)).secret,
    secrets: () => place.daemon.askJson('secrets', directory),
  }
  return place
}
