/**
 * The devices of a soak: real daemons on this machine's loopback interface, each with all folders, full or read-only. Starts them and says what they hold;
 * who works on them and what is measured is for others.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, folderRoute } from '../cli/client.ts'
import { openSocketPath } from '../home.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { waitSettled } from './mesh.ts'
import { differencesOf, readTree, type Tree } from './tree.ts'

export const deviceNames = ['attic', 'bakery', 'cellar', 'den'] as const
export type DeviceName = (typeof deviceNames)[number]

export interface FolderPlan {
  readonly name: string
  /** The first device is never among them: it makes the secrets. */
  readonly readOnlyAt: readonly DeviceName[]
  readonly archive: boolean
}

export const folderPlans: readonly FolderPlan[] = [
  { name: 'accounts', readOnlyAt: [], archive: false },
  { name: 'books', readOnlyAt: [], archive: true },
  { name: 'choir', readOnlyAt: [], archive: false },
  { name: 'drawings', readOnlyAt: [], archive: true },
  { name: 'essays', readOnlyAt: ['den'], archive: false },
  { name: 'films', readOnlyAt: ['den'], archive: true },
  { name: 'garden', readOnlyAt: ['cellar', 'den'], archive: false },
  { name: 'house', readOnlyAt: ['bakery', 'cellar', 'den'], archive: true },
  { name: 'images', readOnlyAt: ['bakery'], archive: false },
]

export interface SoakFolder {
  readonly name: string
  readonly directory: string
  readonly role: 'full' | 'read-only'
}

export interface SoakDevice {
  readonly name: DeviceName
  readonly home: string
  readonly daemon: Daemon
  readonly folders: readonly SoakFolder[]
}

export interface SoakDevices extends AsyncDisposable {
  readonly devices: readonly SoakDevice[]
  /** Waits until nothing is left to send or receive. What people did in read-only folders is undone first. */
  settle(): Promise<void>
  /** How the trees of the other devices differ from those of the first, and how many paths there are. */
  compare(): Promise<{ readonly differences: readonly string[]; readonly paths: number }>
}

/** A busy machine may take long. */
const settleSeconds = 600
/** Small, so that it is full soon and stays as it is. */
const archiveMaxBytes = 4 * 1024 ** 2

export async function startSoakDevices(
  root: string,
  plans: readonly FolderPlan[] = folderPlans,
): Promise<SoakDevices> {
  await using started = new AsyncDisposableStack()
  const devices: SoakDevice[] = []
  const secrets: { readonly full: string; readonly readOnly: string }[] = []

  for (const name of deviceNames) {
    const home = join(root, name, 'home')
    const folders = plans.map(
      (plan): SoakFolder => ({
        name: plan.name,
        directory: join(root, name, plan.name),
        role: plan.readOnlyAt.includes(name) ? 'read-only' : 'full',
      }),
    )
    for (const { directory } of folders) await mkdir(directory, { recursive: true })
    const setup = join(root, name, 'setup.json')
    const hosts = devices.map(({ daemon }) => daemon.listen)
    const config = {
      name,
      folders: folders.map(({ directory, role }, at) => ({
        ...{ path: directory, hosts, archive: plans[at]!.archive, archiveMaxBytes },
        // People here delete a lot, and mean it.
        massDeletePercent: 100,
        ...(secrets[at] === undefined
          ? {}
          : { secret: role === 'full' ? secrets[at].full : secrets[at].readOnly }),
      })),
    }
    await writeFile(setup, JSON.stringify(config))
    const daemon = started.use(await startDaemon(home, ['--config', setup]))
    devices.push({ name, home, daemon, folders })
    if (secrets.length === 0)
      for (const { directory } of folders) secrets.push(await daemon.askJson('secrets', directory))
  }

  async function settle(): Promise<void> {
    await waitForAll()
    for (const { home, folders } of devices)
      for (const { role, directory } of folders)
        if (role === 'read-only')
          await createClient(home, openSocketPath).post(folderRoute(directory, '/restore'), {})
    await waitForAll()
  }

  /** The second time, because what one found may have to pass through another. */
  async function waitForAll(): Promise<void> {
    for (const { home } of [...devices, ...devices]) await waitSettled(home, settleSeconds)
  }

  const owned = started.move()
  return {
    ...{ devices, settle },
    async compare() {
      const differences: string[] = []
      let paths = 0
      for (const [at, { name }] of plans.entries()) {
        const [first, ...others] = await Promise.all(
          devices.map(({ folders }) => readTree(folders[at]!.directory)),
        )
        paths += first!.size
        for (const [nth, other] of others.entries()) {
          const { role } = devices[nth + 1]!.folders[at]!
          const seen = role === 'read-only' ? withTimesOf(other, first!) : other
          differences.push(
            ...differencesOf(first!, seen).map((line) => `${deviceNames[nth + 1]}, ${name}: ${line}`),
          )
        }
      }
      return { differences, paths }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A time that a person gave to a file whose content is the folder's is no local change, and stays. */
function withTimesOf(tree: Tree, other: Tree): Tree {
  return new Map(
    [...tree].map(([path, entry]) => [
      path,
      { ...entry, mtimeNs: other.get(path)?.mtimeNs ?? entry.mtimeNs },
    ]),
  )
}
