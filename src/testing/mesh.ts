/**
 * Some real daemons with one folder in common, each in a directory of its own below one root: started, killed, started again at the
 * same address, and waited for.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderStatusBody, Status } from '../api/schemas/status.ts'
import { createClient } from '../cli/client.ts'
import { openSocketPath } from '../home.ts'
import { formatHostPort } from '../net/address.ts'
import { type Daemon, programPath, startDaemon } from './daemon.ts'
import type { Host } from './networks.ts'
import { differencesOf, readTree, type Tree } from './tree.ts'
import { until } from './until.ts'

/** Longer than anything here takes on two busy cores. */
const settleSeconds = 60

export interface MemberPlan {
  readonly name: string
  /** Default: full. */
  readonly role?: 'full' | 'read-only'
  /** Names of members started before this one that it dials. Default: all of them. */
  readonly dials?: readonly string[]
  /** Settings of the folder, as in a config file. */
  readonly set?: Readonly<Record<string, unknown>>
  /** Where its folder lies; default: a directory named after it. */
  readonly directory?: string
  /** Where it runs; default: on this machine's loopback interface. */
  readonly host?: Host
  /** Settings of the device. Only where they are given it sends anything but to predefined hosts. */
  readonly device?: Readonly<Record<string, unknown>>
}

export interface Member {
  readonly name: string
  readonly home: string
  /** Its copy of the folder. */
  readonly directory: string
  /** The running one, or the last that ran. */
  daemon: Daemon
  /** Log lines of all its daemons. */
  log(): string[]
  path(...names: string[]): string
  /** Its only folder. */
  status(): Promise<FolderStatusBody>
  device(): Promise<Status>
  tree(): Promise<Tree>
  end(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again at the same address; ends it first when it runs. */
  restart(signal?: NodeJS.Signals): Promise<void>
}

export interface SettleOptions {
  readonly seconds?: number
  /** Default: all members. */
  readonly only?: readonly Member[]
}

export interface Mesh extends AsyncDisposable {
  readonly members: readonly Member[]
  readonly full: string
  readonly readOnly: string
  /** Waits until every member has a peer and nothing to send or receive. */
  settle(options?: SettleOptions): Promise<void>
  /** Settles, and tells how the other members' trees differ from the first one's; empty when they are the same. */
  differences(options?: SettleOptions): Promise<string[]>
}

export async function startMesh(
  root: string,
  plans: readonly MemberPlan[],
  args: readonly string[] = [],
): Promise<Mesh> {
  await using started = new AsyncDisposableStack()
  const members: Member[] = []
  let secrets: { readonly full: string; readonly readOnly: string } | undefined

  for (const plan of plans) {
    const {
      name,
      role = 'full',
      dials,
      set = {},
      directory = join(root, name, 'folder'),
      host,
      device,
    } = plan
    await mkdir(directory, { recursive: true })
    const hosts = members
      .filter((other) => dials === undefined || dials.includes(other.name))
      .map(({ daemon }) => daemon.listen)
    const secret = role === 'full' ? secrets?.full : secrets?.readOnly
    const setup = join(root, name, 'setup.json')
    const folders = [{ path: directory, ...(secret === undefined ? {} : { secret }), hosts, ...set }]
    await mkdir(join(root, name), { recursive: true })
    await writeFile(setup, JSON.stringify({ name, ...device, folders }))
    const home = join(root, name, 'home')
    const member = await startMember({
      home,
      name,
      directory,
      setup,
      args,
      host,
      closed: device === undefined,
    })
    started.defer(() => member.end())
    members.push(member)
    secrets ??= await member.daemon.askJson('secrets', directory)
  }

  async function settle({ seconds = settleSeconds, only = members }: SettleOptions = {}): Promise<void> {
    // The second time, because what one member found may have to pass through another.
    for (let times = 0; times < 2; times++) {
      for (const { home } of only) {
        try {
          await waitSettled(home, seconds)
        } catch (error) {
          throw new Error(await describeMembers(members), { cause: error })
        }
      }
    }
  }

  const owned = started.move()
  return {
    ...{ members, full: secrets!.full, readOnly: secrets!.readOnly, settle },
    async differences(options = {}) {
      await settle(options)
      const [first, ...others] = await Promise.all((options.only ?? members).map((member) => member.tree()))
      return others.flatMap((other) => differencesOf(first!, other))
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

interface MemberStart {
  readonly home: string
  readonly name: string
  readonly directory: string
  readonly setup: string
  readonly args: readonly string[]
  readonly host: Host | undefined
  readonly closed: boolean
}

async function startMember({
  home,
  name,
  directory,
  setup,
  args,
  host,
  closed,
}: MemberStart): Promise<Member> {
  const program = [...(host?.prefix ?? []), programPath]
  const anyPort = host === undefined ? [] : ['--listen', formatHostPort({ host: host.address, port: 0 })]
  const first = await startDaemon(home, [...anyPort, '--config', setup, ...args], program, closed)
  const earlier: string[] = []
  let isRunning = true
  const member: Member = {
    ...{ name, home, directory, daemon: first },
    log: () => [...earlier, ...member.daemon.log],
    path: (...names) => join(directory, ...names),
    async status() {
      const { folders } = await member.device()
      return folders[0]!
    },
    device: () => createClient(home, openSocketPath).get<Status>('/api/status'),
    tree: () => readTree(directory),
    async end(signal = 'SIGTERM') {
      if (!isRunning) return
      isRunning = false
      await member.daemon.end(signal)
    },
    async restart(signal) {
      await member.end(signal)
      earlier.push(...member.daemon.log)
      member.daemon = await startDaemon(home, ['--listen', first.listen, ...args], program, closed)
      isRunning = true
    },
  }
  return member
}

/** What `berrysync status --wait` does, without the price of a process. */
export async function waitSettled(home: string, seconds: number): Promise<void> {
  const client = createClient(home, openSocketPath)
  await client.post('/api/rescan')
  await until(
    'settled',
    async () => (await client.get<Status>('/api/status')).folders.every(({ settled }) => settled),
    seconds,
  )
}

/** Status and last log lines of all, for whoever has to find out why something did not happen. */
async function describeMembers(members: readonly Member[]): Promise<string> {
  const texts = members.map(async (member) => {
    const status = await member.daemon.ask('status').catch((error) => String(error))
    return `== ${member.name}\n${status}\n${member.log().slice(-15).join('\n')}`
  })
  return `the members did not settle\n${(await Promise.all(texts)).join('\n')}`
}
