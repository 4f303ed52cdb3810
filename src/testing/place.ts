/** A daemon with one directory for a folder, and what a person does at it: for tests of who may join which folder. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Status } from '../api/schemas/status.ts'
import { createClient, folderRoute } from '../cli/client.ts'
import type { Certificate } from '../core/statement.ts'
import { openSocketPath } from '../home.ts'
import { openFolderStore } from '../store/open-folder-store.ts'
import { systemChance } from '../system.ts'
import { type Daemon, programPath, startDaemon } from './daemon.ts'

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
  /** Removes the folder and everything in its directory. */
  leave(): Promise<void>
  status(): Promise<Status>
  /** Ends it, and reads what its database says of members. */
  endForCertificates(): Promise<readonly Certificate[]>
  /** Makes a one-time secret. */
  invite(...options: string[]): Promise<string>
  /** The secrets it holds. */
  secrets(): Promise<{ readonly full: string; readonly readOnly: string }>
}

/** Starts one below a directory; `stack` ends it. Its folder is still to be added. `program` can run it as `startDaemon` says. */
export async function startPlace(
  root: string,
  name: string,
  stack: AsyncDisposableStack,
  program: readonly string[] = [programPath],
  /** Settings of the device, as in a file for `--config`. */
  settings: Readonly<Record<string, unknown>> = {},
  web = 'off',
): Promise<Place> {
  const directory = join(root, name, 'folder')
  const home = join(root, name, 'home')
  await mkdir(directory, { recursive: true })
  const setup = join(root, name, 'setup.json')
  await writeFile(setup, JSON.stringify({ name, ...settings }))
  const daemon = stack.use(await startDaemon(home, ['--config', setup, '--web', web], program))
  const client = createClient(home, openSocketPath)
  const place: Place = {
    ...{ name, home, directory, daemon },
    async restart() {
      await place.daemon.end('SIGTERM')
      const same = ['--listen', daemon.listen, '--web', daemon.web === '' ? 'off' : new URL(daemon.web).host]
      place.daemon = stack.use(await startDaemon(home, same, program))
    },
    has: (file, text) =>
      readFile(join(directory, file), 'utf8').then(
        (read) => read === text,
        () => false,
      ),
    write: (file, text) => writeFile(join(directory, file), text),
    async add(secret, peer) {
      await client.post('/api/folders', { path: directory, secret })
      await client.post(folderRoute(directory, '/hosts'), { host: peer.daemon.listen })
    },
    async leave() {
      await client.remove(folderRoute(directory))
      await rm(directory, { recursive: true })
      await mkdir(directory)
    },
    status: () => client.get('/api/status'),
    async endForCertificates() {
      const { id } = (await place.status()).folders[0]!
      await place.daemon.end('SIGTERM')
      const random = (count: number) => systemChance.bytes(count)
      using store = openFolderStore(join(home, 'folders', `${id}.db`), { random })
      return store.roster().certificates
    },
    invite: async (...options) => (await place.daemon.askJson('invite', directory, ...options)).secret,
    secrets: () => place.daemon.askJson('secrets', directory),
  }
  return place
}
