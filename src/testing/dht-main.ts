/**
 * The DHT search as a process of its own, for tests with other programs: what it is to look for comes as JSON in the first argument,
 * what it finds and how it goes leaves as JSON lines. It ends with SIGTERM.
 */
import { toId } from '../core/ids.ts'
import { rendezvous } from '../core/secret.ts'
import type { HostPort } from '../net/address.ts'
import { createDhtSearch } from '../net/dht-search.ts'
import type { Topic } from '../net/search.ts'
import { systemChance, systemClock } from '../system.ts'
import { silentLog } from './silent-log.ts'

export interface DhtMainOptions {
  /** Folder ids, as hex. */
  readonly folders: readonly string[]
  readonly listen: HostPort
  readonly bootstrap: readonly string[]
  readonly stateFile: string
  /** Where peers would reach it. */
  readonly port: number
}

export type DhtMainLine =
  | {
      readonly kind: 'found'
      readonly folder: string
      readonly addresses: readonly HostPort[]
      readonly ms: number
    }
  | { readonly kind: 'result'; readonly state: string; readonly message: string; readonly ms: number }

const options: DhtMainOptions = JSON.parse(process.argv[2]!)
const startedMs = performance.now()

function print(line: DhtMainLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function topicOf(folder: string): Topic {
  const folderId = toId('FolderId', Buffer.from(folder, 'hex'))
  const nothing = new Uint8Array(32)
  return {
    membership: { folderId, psk: nothing, tagKey: nothing },
    rendezvous: (day) => rendezvous(folderId, day),
  }
}

const search = createDhtSearch({
  clock: systemClock,
  chance: systemChance,
  log: silentLog,
  port: () => options.port,
  onFound: (folder, addresses) =>
    print({ kind: 'found', folder, addresses, ms: performance.now() - startedMs }),
  bootstrap: () => options.bootstrap,
  stateFile: options.stateFile,
  listen: options.listen,
})
const topics = options.folders.map(topicOf)
search.setTopics(topics)

let told = ''
const telling = setInterval(() => {
  const [result] = topics.flatMap(({ membership }) => search.results(membership.folderId))
  if (result === undefined || told === result.message) return
  told = result.message
  print({ kind: 'result', state: result.state, message: result.message, ms: performance.now() - startedMs })
}, 100)

process.once('SIGTERM', () => {
  clearInterval(telling)
  void search[Symbol.asyncDispose]()
})
