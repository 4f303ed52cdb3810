/**
 * One node of the mainline DHT while it runs: its socket, the package's `Client`, and how it gets to know others. It answers others as
 * they answer it. IPv4 only, as the package. Knows hashes and addresses, nothing of topics, and keeps no timetable.
 */

import { once } from 'node:events'
import { isIPv4 } from 'node:net'
// @ts-expect-error: the package has no types; what of it is used stands below.
import { Client } from 'bittorrent-dht'
import { reasonOf } from '../core/errors.ts'
import type { Chance, Clock, Log } from '../ports.ts'
import { formatHostPort, type HostPort } from './address.ts'
import { idBytes } from './dht-packet.ts'
import { createDhtReach } from './dht-reach.ts'
import { createDhtSocket, type DhtSocket } from './dht-socket.ts'
import { listenError } from './listen.ts'
import { networkReason } from './network-reason.ts'
import { resolveName } from './resolve.ts'

/** Long enough for a lookup in which most of those asked are gone; whoever invents nodes without end holds it up no longer. */
const lookupWithinMs = 30_000
/** After that nobody new is asked; those asked last answer, or are given up by the package. */
const lastAnswersWithinMs = 5000
const announceWithinMs = 15_000
/** Twice what the package waits for an answer. Whoever answers later is met all the same. */
const meetWithinMs = 5000
/** Of one hash; more peers than this nobody can dial. */
const maxAddresses = 200
/** Peers others announce here, of all hashes together, in each of two generations; 100 bytes each. */
const maxStoredPeers = 2000
/** What is announced is forgotten after 20 to 40 minutes; others announce anew every 15 to 30. */
const storedPeersAgeMs = 30 * 60_000
/** Hashes whose lookup is remembered by the package for announcing, a few kilobytes each. */
const maxRememberedLookups = 64

/** Of a bootstrap node's name. */
const maxAddressesOfName = 4

type PeerListener = (peer: HostPort, hash: Buffer) => void

/** What is used of the package. */
interface PackageClient {
  readonly nodes: { count(): number; toArray(): { host: string; port: number; seen?: number }[] }
  on(event: 'peer', listener: PeerListener): void
  on(event: 'node', listener: (node: { id: Buffer }) => void): void
  on(event: 'warning' | 'error', listener: (error: Error) => void): void
  off(event: 'peer', listener: PeerListener): void
  removeNode(id: Buffer): void
  listen(port: number, host: string): void
  addNode(node: HostPort): void
  /** Returns how to stop it. */
  lookup(hash: Buffer, done: (error: Error | null, asked?: number) => void): () => void
  announce(hash: Buffer, port: number, done: (error: Error | null, told?: number) => void): void
  destroy(): void
}

export interface DhtNodeOptions {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  /** An IPv4 address and a UDP port. */
  readonly listen: HostPort
  /** Each time a node gets known, whoever of both spoke first. */
  readonly onNode: () => void
}

export interface DhtNode extends AsyncDisposable {
  /** Where it listens, with the port the system chose when 0 was asked for. */
  readonly address: HostPort
  readonly traffic: DhtSocket['traffic']
  /** Nodes that are known and were there when last heard of. */
  size(): number
  /** Their addresses, those heard of last in front. */
  known(): readonly HostPort[]
  /**
   * Asks these for others, and tells whether any node is known after that. The typed ones are a person's choice: where one is an address of
   * a private network, nodes there are spoken with as well. What a name leads to is not, because others decide that.
   */
  meet(typed: readonly HostPort[], kept: readonly HostPort[]): Promise<boolean>
  /**
   * Looks for who announced themselves under a hash, and tells each of them once, as soon as it is known: nodes that are gone hold up the
   * end for seconds. Resolves with how many nodes answered.
   */
  find(hash: Buffer, onAddress: (address: HostPort) => void): Promise<number>
  /** Announces this device under a hash that was just looked for, with its port; tells how many nodes took it. */
  announce(hash: Buffer, port: number): Promise<number>
}

/** Throws `port-in-use` or `listen-failed`. */
export async function openDhtNode({ clock, chance, log, listen, onNode }: DhtNodeOptions): Promise<DhtNode> {
  const reach = createDhtReach()
  const socket = createDhtSocket({ clock, log, reach })
  const ownId = chance.bytes(idBytes)
  const client: PackageClient = new Client({
    nodeId: ownId,
    socket,
    bootstrap: false,
    maxTables: maxRememberedLookups,
    maxPeers: maxStoredPeers,
    maxAge: storedPeersAgeMs,
    // BEP 44, which is refused at the socket.
    maxValues: 1,
  })
  let isClosed = false
  const closed = Promise.withResolvers<void>()
  socket.once('close', closed.resolve)
  let met = Promise.withResolvers<void>()
  const onMet = () => {
    met.resolve()
    onNode()
  }
  /** What gives up waiting when this node is closed. */
  const waiting = new Set<() => void>()
  client.on('warning', (error) => log.debug({ reason: reasonOf(error) }, 'the DHT is surprised'))
  client.on('node', ({ id }) => {
    // Whoever runs the first node of all may have typed in its own address.
    if (ownId.equals(id)) client.removeNode(id)
    else onMet()
  })
  client.on('error', (error) => log.debug({ reason: reasonOf(error) }, 'the socket of the DHT has trouble'))

  /** What `start` tells; undefined when time is up, or this node is closed. */
  async function within<T>(
    limitMs: number,
    start: (done: (value: T) => void) => void,
  ): Promise<T | undefined> {
    const told = Promise.withResolvers<T | undefined>()
    const giveUp = () => told.resolve(undefined)
    using _limit = clock.after(limitMs, giveUp)
    waiting.add(giveUp)
    if (isClosed) giveUp()
    else start(told.resolve)
    return await told.promise.finally(() => waiting.delete(giveUp))
  }

  async function lookFor(hash: Buffer): Promise<number> {
    if (isClosed) return 0
    const looked = Promise.withResolvers<number>()
    const stop = client.lookup(hash, (_error, asked = 0) => looked.resolve(asked))
    using _enough = clock.after(lookupWithinMs, stop)
    const limitMs = lookupWithinMs + lastAnswersWithinMs
    return (await within<number>(limitMs, (done) => void looked.promise.then(done))) ?? 0
  }

  function ask(nodes: readonly HostPort[]): void {
    if (isClosed) return
    for (const { host, port } of nodes) if (reach.includes(host)) client.addNode({ host, port })
  }

  async function askNamed({ host, port }: HostPort): Promise<void> {
    try {
      const found = (await resolveName(host)).filter(isIPv4)
      ask(found.slice(0, maxAddressesOfName).map((address) => ({ host: address, port })))
    } catch (thrown) {
      log.debug({ host, reason: networkReason(thrown) }, 'a bootstrap node of the DHT has no address')
    }
  }

  client.listen(listen.port, listen.host)
  try {
    await once(socket, 'listening')
  } catch (thrown) {
    client.destroy()
    const address = formatHostPort(listen)
    throw listenError(thrown as NodeJS.ErrnoException, address)
  }

  return {
    address: socket.address(),
    traffic: socket.traffic,
    size: () => client.nodes.count(),
    known: () =>
      client.nodes
        .toArray()
        .sort((a, b) => (b.seen ?? 0) - (a.seen ?? 0))
        .map(({ host, port }) => ({ host, port })),
    async meet(typed, kept) {
      const addresses = typed.filter(({ host }) => isIPv4(host))
      reach.setTyped(addresses.map(({ host }) => host))
      const isAlone = client.nodes.count() === 0
      if (isAlone) met = Promise.withResolvers()
      ask([...addresses, ...kept])
      for (const node of typed) if (!isIPv4(node.host)) void askNamed(node)
      if (!isAlone) return true
      await within<void>(meetWithinMs, (done) => void met.promise.then(done))
      // That is how a node gets to know those that are near it, and they it. Nobody has to wait for it.
      void lookFor(ownId)
      return client.nodes.count() > 0
    },
    async find(hash, onAddress) {
      const told = new Set<string>()
      const tell = (peer: HostPort, about: Buffer) => {
        const text = formatHostPort(peer)
        if (!hash.equals(about) || told.size === maxAddresses || told.has(text)) return
        told.add(text)
        onAddress(peer)
      }
      client.on('peer', tell)
      try {
        return await lookFor(hash)
      } finally {
        client.off('peer', tell)
      }
    },
    async announce(hash, port) {
      const told = within<number>(announceWithinMs, (done) =>
        client.announce(hash, port, (_error, count = 0) => done(count)),
      )
      return (await told) ?? 0
    },
    async [Symbol.asyncDispose]() {
      if (!isClosed) {
        isClosed = true
        client.destroy()
        for (const giveUp of waiting) giveUp()
      }
      await closed.promise
    },
  }
}
