/**
 * LAN search alone, as a process that a test can put into a network: `PORT FOLDER…` on the command line, and other folders in each line of
 * standard input. Prints a line for each address found, and one when it has begun.
 */
import { createInterface } from 'node:readline'
import { sha256, toId } from '../core/ids.ts'
import { createLanSearch } from '../net/lan-search.ts'
import type { Topic } from '../net/search.ts'
import { systemChance, systemClock } from '../system.ts'
import { silentLog } from './silent-log.ts'

/** What it prints. */
export type LanSearchLine =
  | { readonly kind: 'begun'; readonly atMs: number }
  | {
      readonly kind: 'found'
      readonly folder: string
      readonly host: string
      readonly port: number
      readonly atMs: number
    }
  | { readonly kind: 'results'; readonly messages: readonly string[] }

const [port, ...folders] = process.argv.slice(2)
const namesById = new Map<string, string>()

function topicOf(name: string): Topic {
  const folderId = toId('FolderId', sha256('folder', name))
  namesById.set(folderId, name)
  const membership = { folderId, psk: sha256('psk', name), tagKey: sha256('tag key', name) }
  return { membership, rendezvous: () => Buffer.alloc(20) }
}

function print(line: LanSearchLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const search = createLanSearch({
  clock: systemClock,
  chance: systemChance,
  log: silentLog,
  port: () => Number(port),
  onFound(folderId, addresses) {
    for (const { host, port: found } of addresses)
      print({ kind: 'found', folder: namesById.get(folderId)!, host, port: found, atMs: Date.now() })
  },
})

function look(names: readonly string[]): void {
  const topics = names.map(topicOf)
  search.setTopics(topics)
  print({ kind: 'begun', atMs: Date.now() })
}

look(folders)
for await (const line of createInterface({ input: process.stdin })) {
  if (line === '?') {
    const results = folders.flatMap((name) => search.results(topicOf(name).membership.folderId))
    print({ kind: 'results', messages: results.map(({ message }) => message) })
  } else look(line.split(' ').filter((name) => name !== ''))
}
await search[Symbol.asyncDispose]()
