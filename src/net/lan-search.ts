/**
 * Finds peers on the local network (rules L1 to L5): asks when it starts and when there is something new, answers those that ask, and says
 * now and then that it is there. Needs no clock that is right. What it hears is worth no more than a guess: whoever dials has the peer prove itself.
 */
import type { FolderId } from '../core/ids.ts'
import { createFloodGuard } from './flood-guard.ts'
import {
  bytesToLanPacket,
  isOwnSalt,
  type LanHead,
  type LanPacket,
  type LanPacketKind,
  lanPacketToBytes,
  lanTag,
  maxTags,
  ownSalt,
  paddedTags,
} from './lan-packet.ts'
import { type LanPresence, openLanPresence } from './lan-presence.ts'
import { createLanResults } from './lan-results.ts'
import type { Segment } from './lan-segments.ts'
import {
  type Audience,
  type Heard,
  type LanNetwork,
  type SegmentSocket,
  systemLanNetwork,
} from './lan-sockets.ts'
import { createLeaving } from './leaving.ts'
import type { Search, SearchOptions, Topic } from './search.ts'

/** How often a device asks: radio networks lose much of what is sent to everybody. */
const asks = 3
/** Even when only the last of them arrives, a peer is found within three seconds. */
const askEveryMs = 1_000
/** Between announcements afterwards, up to twice as long: two parts of a network that come together find each other within a minute. */
export const tellEveryMs = 30_000

/**
 * Hashes a second spent on what others send, on one sender and on all; a packet costs one for each folder, and one more. Thirty devices with ten
 * folders each that start together stay below it, and so does one with a hundred. All 4,000 take about 50 ms.
 */
const hashesPerSender = 2_000
const hashesInTotal = 4_000
/** Answers a second. With made-up senders a device could be made to send as much to others, but never more than was sent to it (L4). */
const answersPerSender = 20
const answersInTotal = 200

export interface LanSearchOptions extends SearchOptions {
  /** The system's when left out. */
  readonly network?: LanNetwork
}

/** Opens no socket before it has a topic. */
export function createLanSearch(options: LanSearchOptions): Search {
  const { clock, chance, log, network = systemLanNetwork } = options
  const ownKey = chance.bytes(32)
  const hearing = createFloodGuard({ clock, perSender: hashesPerSender, inTotal: hashesInTotal })
  const answering = createFloodGuard({ clock, perSender: answersPerSender, inTotal: answersInTotal })
  let results = createLanResults(clock, log)
  let topics: readonly Topic[] = []
  let presence: LanPresence | undefined
  let timer: Disposable | undefined
  let asksLeft = 0
  let announcedMs = Number.NEGATIVE_INFINITY
  let isFloodTold = false
  /** What is being closed. */
  const leaving = createLeaving()

  // ---- speaking

  function packetAbout(kind: LanPacketKind, about: readonly Topic[]): Buffer {
    const head: LanHead = { kind, port: options.port(), salt: ownSalt(ownKey, chance.bytes(8)) }
    const tags = about.map(({ membership }) => lanTag(membership, head))
    return lanPacketToBytes({ ...head, tags: paddedTags(tags, (count) => chance.bytes(count)) })
  }

  /** About all of them, beginning anywhere: who cannot look at every packet at once gets to all folders in time. */
  function packetsAbout(kind: LanPacketKind, about: readonly Topic[]): readonly Buffer[] {
    const start = Math.floor(chance.fraction() * about.length)
    const turned = [...about.slice(start), ...about.slice(0, start)]
    const packets: Buffer[] = []
    for (let at = 0; at < turned.length; at += maxTags)
      packets.push(packetAbout(kind, turned.slice(at, at + maxTags)))
    return packets
  }

  /** A daemon that starts opens one folder after another: they are asked for together, not each with a packet of its own about all. */
  function askAnew(): void {
    asksLeft = asks
    planAnnouncement(Math.max(0, announcedMs + askEveryMs - clock.monotonicMs()))
  }

  function planAnnouncement(delayMs: number): void {
    timer?.[Symbol.dispose]()
    timer = clock.after(delayMs, announce)
  }

  function announce(): void {
    const kind = asksLeft > 0 ? 'ask' : 'tell'
    asksLeft = Math.max(0, asksLeft - 1)
    const sockets = presence?.sockets() ?? []
    if (sockets.length > 0) announcedMs = clock.monotonicMs()
    for (const socket of sockets) {
      // New ones for each segment, so that nobody can tell that two addresses are of one device.
      const packets = packetsAbout(kind, topics)
      for (const packet of packets) void send(socket, 'multicast', packet)
      // Always, because a switch or access point that swallows multicast does not tell.
      if (socket.segment.broadcast !== undefined)
        for (const packet of packets) void send(socket, 'broadcast', packet)
    }
    planAnnouncement(asksLeft > 0 ? askEveryMs : tellEveryMs * (1 + chance.fraction()))
  }

  async function send(socket: SegmentSocket, to: Audience, packet: Buffer): Promise<void> {
    const noted = results
    let failure: unknown
    try {
      await socket.send(to, packet)
    } catch (error) {
      failure = error
    }
    noted.noteAct(socket.segment, `sending by ${to}`, failure)
  }

  // ---- hearing

  function hear(segment: Segment, { bytes, from, answer }: Heard): void {
    if (!hearing.admits(from.host, topics.length + 1)) {
      if (!isFloodTold)
        log.warn(
          { interface: segment.interface, from: from.host },
          'more LAN announcements come than are looked at',
        )
      isFloodTold = true
      return
    }
    const packet = bytesToLanPacket(bytes)
    if (packet === undefined || isOwnSalt(ownKey, packet.salt)) return
    const shared = topicsOf(packet)
    if (shared.length === 0) return
    // First, because whoever is told of the address may end this search.
    if (packet.kind === 'ask' && answering.admits(from.host, 1)) answer(packetAbout('tell', shared))
    for (const { membership } of shared) {
      results.noteFound(membership.folderId, segment, from.host)
      options.onFound(membership.folderId, [{ host: from.host, port: packet.port }])
    }
  }

  function topicsOf(packet: LanPacket): readonly Topic[] {
    const tags = new Set(packet.tags.map((tag) => tag.toString('latin1')))
    return topics.filter(({ membership }) => tags.has(lanTag(membership, packet).toString('latin1')))
  }

  // ---- coming and going

  function open(): void {
    results = createLanResults(clock, log)
    presence = openLanPresence({ network, clock, log, results, onHeard: hear, onNew: askAnew })
  }

  function close(): void {
    timer?.[Symbol.dispose]()
    if (presence === undefined) return
    leaving.add(presence)
    presence = undefined
  }

  return {
    setTopics(next) {
      const before = new Set(topics.map(({ membership }) => membership.folderId))
      const after = new Set(next.map(({ membership }) => membership.folderId))
      topics = next
      results.keepFolders(after)
      if (topics.length === 0) close()
      else if (presence === undefined) open()
      else if ([...after].some((folderId) => !before.has(folderId))) askAnew()
    },
    results(folderId: FolderId) {
      return topics.some(({ membership }) => membership.folderId === folderId) ? results.of(folderId) : []
    },
    async [Symbol.asyncDispose]() {
      topics = []
      close()
      await leaving.done()
    },
  }
}
