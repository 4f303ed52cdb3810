/**
 * Attacks on a running device over real sockets, each going on until it is ended: by strangers who hold no secret, by those who hold the read-only
 * one, and by full members gone mad. Each does its worst as fast as it is let.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { FolderKeys } from '../core/secret.ts'
import { type Certificate, signStatement } from '../core/statement.ts'
import type { HostPort } from '../net/address.ts'
import { systemChance } from '../system.ts'
import { Kind as WireKind } from '../wire/generated/berrysync_pb.ts'
import type { Message } from '../wire/messages.ts'
import { encodeStatement } from '../wire/statement-body.ts'
import { type Attacker, type AttackLink, newAttacker, openAttackLink, reach } from './attack-link.ts'
import { forgeBody, signBodies, writers } from './hostile-peer.ts'

export interface Prey {
  readonly address: HostPort
  readonly full: FolderKeys
  readonly readOnly: FolderKeys
  /** Contents it has, by root: what can be asked of it. */
  readonly contents: readonly {
    readonly root: Extract<Message, { kind: 'request' }>['root']
    readonly sizeBytes: number
  }[]
}

export interface Attack {
  readonly name: string
  /** What whoever does it has to hold. */
  readonly holds: 'nothing' | 'read-only' | 'full'
  /** Goes on until the signal says stop; `hit` counts what was done. */
  run(prey: Prey, signal: AbortSignal, hit: (count?: number) => void): Promise<void>
}

const mib = 1024 ** 2

/** So many at a time do the same again and again. */
async function crowd(size: number, signal: AbortSignal, act: (at: number) => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: size }, async (_, at) => {
      while (!signal.aborted) {
        await act(at).catch(() => undefined)
        // A refusal must not become a busy loop of our own.
        await pause(1)
      }
    }),
  )
}

/** Until it is closed from the other side, or the attack ends. */
async function untilClosed(socket: Socket, signal: AbortSignal): Promise<void> {
  if (!socket.destroyed) await once(socket, 'close', { signal }).catch(() => undefined)
  socket.destroy()
}

async function withLink(
  prey: Prey,
  keys: FolderKeys,
  signal: AbortSignal,
  use: (link: AttackLink) => Promise<void>,
  attacker = newAttacker(),
): Promise<void> {
  using link = await openAttackLink({ address: prey.address, keys }, attacker)
  const stop = () => link.socket.destroy()
  signal.addEventListener('abort', stop)
  try {
    await use(link)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

// ---- strangers ----------------------------------------------------------------------------------------------------------

const halfOpen: Attack = {
  name: 'half-open links by the thousand',
  holds: 'nothing',
  run: (prey, signal, hit) =>
    crowd(1000, signal, async (at) => {
      const socket = await reach(prey.address)
      hit()
      // Some say nothing at all, some the beginning of a frame.
      if (at % 2 === 0) socket.write(Buffer.from([0, 96, 1]))
      socket.resume()
      await untilClosed(socket, signal)
    }),
}

const garbage: Attack = {
  name: 'floods of garbage and frames too long',
  holds: 'nothing',
  run: (prey, signal, hit) =>
    crowd(50, signal, async (at) => {
      const socket = await reach(prey.address)
      socket.resume()
      const bytes = at % 2 === 0 ? randomBytes(mib) : Buffer.alloc(mib, 0xff)
      while (!signal.aborted && !socket.destroyed) {
        hit()
        if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
      }
    }),
}

/** Between an honest dialler and the device: remembers what the first says. Needs no secret; the one who dials here has it. */
async function record(prey: Prey, signal: AbortSignal): Promise<readonly Buffer[]> {
  const frames: Buffer[] = []
  const server = createServer((incoming) => {
    const outgoing = connect(prey.address)
    for (const socket of [incoming, outgoing]) socket.on('error', () => undefined)
    incoming.on('data', (data) => {
      frames.push(data)
      outgoing.write(data)
    })
    outgoing.on('data', (data) => incoming.write(data))
    incoming.on('close', () => outgoing.destroy())
    outgoing.on('close', () => incoming.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { readonly port: number }
  await withLink({ ...prey, address: { host: '127.0.0.1', port } }, prey.readOnly, signal, async (link) => {
    await link.hello()
    await pause(300)
  })
  server.close()
  return frames
}

const replayed: Attack = {
  name: 'a recorded conversation played back, also in another order',
  holds: 'nothing',
  async run(prey, signal, hit) {
    const frames = await record(prey, signal)
    if (frames.length < 3) throw new Error('assertion: nothing was recorded')
    await crowd(16, signal, async (at) => {
      const socket = await reach(prey.address)
      socket.resume()
      const order = at % 2 === 0 ? frames : [...frames].reverse()
      for (const frame of order) {
        if (socket.destroyed) break
        hit()
        socket.write(frame)
        await pause(5)
      }
      await Promise.race([untilClosed(socket, signal), pause(1000)])
      socket.destroy()
    })
  },
}

// ---- who holds the read-only secret -------------------------------------------------------------------------------------

const reordered: Attack = {
  name: 'sealed frames twice, in another order, or with a bit changed',
  holds: 'read-only',
  run: (prey, signal, hit) =>
    crowd(8, signal, (at) =>
      withLink(prey, prey.readOnly, signal, async (link) => {
        await link.hello()
        const [one, other] = [link.frameOf({ kind: 'ping' }), link.frameOf({ kind: 'pong' })]
        if (at % 3 === 0) link.socket.write(Buffer.concat([one, one]))
        else if (at % 3 === 1) link.socket.write(Buffer.concat([other, one]))
        else {
          one[one.length - 1]! ^= 1
          link.socket.write(one)
        }
        hit()
        link.socket.resume()
        await untilClosed(link.socket, signal)
      }),
    ),
}

const root = 'ab'.repeat(32) as Prey['contents'][number]['root']

const flood: Attack = {
  name: 'floods of messages that cost little to say',
  holds: 'read-only',
  run: (prey, signal, hit) =>
    crowd(4, signal, (at) =>
      withLink(prey, prey.readOnly, signal, async (link) => {
        await link.hello()
        link.listen(() => undefined)
        const kinds: readonly Message[] = [
          { kind: 'ping' },
          { kind: 'summary', needFiles: at, needBytes: at, seenSequence: at },
          { kind: 'cursor', indexId: undefined, sequence: 0 },
          {
            kind: 'have',
            roots: Array.from({ length: 1000 }, () => randomBytes(32).toString('hex') as typeof root),
          },
          { kind: 'progress', root, blockCount: 8, whole: true, runs: [0, 8] },
          { kind: 'cancel', request: at },
          { kind: 'missing', request: at, unreadable: false },
        ]
        const many = Array.from({ length: 200 }, (_, nth) => kinds[nth % kinds.length]!)
        while (link.isOpen && !signal.aborted) {
          await link.send(...many)
          hit(many.length)
        }
      }),
    ),
}

const comingAndGoing: Attack = {
  name: 'new devices that come and go at once',
  holds: 'read-only',
  run: (prey, signal, hit) =>
    crowd(8, signal, () =>
      withLink(prey, prey.readOnly, signal, async (link) => {
        await link.hello()
        hit()
        await pause(5)
      }),
    ),
}

const silentMembers: Attack = {
  name: 'links that say no hello, by the thousand',
  holds: 'read-only',
  run: (prey, signal, hit) =>
    crowd(200, signal, () =>
      withLink(prey, prey.readOnly, signal, async (link) => {
        hit()
        link.socket.resume()
        await untilClosed(link.socket, signal)
      }),
    ),
}

const slowReader: Attack = {
  name: 'who asks for everything and reads nothing',
  holds: 'read-only',
  run: (prey, signal, hit) =>
    crowd(16, signal, () =>
      withLink(prey, prey.readOnly, signal, async (link) => {
        await link.hello()
        // Until it has to, it reads what comes first: what can be asked for.
        const asked = prey.contents.slice(0, 1000).map(
          ({ root: wanted, sizeBytes }, at): Message => ({
            ...{ kind: 'request', request: at + 1, root: wanted, offsetBytes: 0 },
            lengthBytes: Math.min(sizeBytes, 128 * 1024),
          }),
        )
        await link.send(...asked)
        hit(asked.length)
        await untilClosed(link.socket, signal)
      }),
    ),
}

const slowWriter: Attack = {
  name: 'who sends a byte a second',
  holds: 'read-only',
  run: (prey, signal, hit) =>
    crowd(32, signal, () =>
      withLink(prey, prey.readOnly, signal, async (link) => {
        await link.hello()
        link.socket.resume()
        const roots = Array.from({ length: 1000 }, () => root)
        const frame = link.frameOf({ kind: 'have', roots })
        for (let at = 0; at < frame.length && link.isOpen && !signal.aborted; at += 1) {
          link.socket.write(frame.subarray(at, at + 1))
          hit()
          await pause(1000, undefined, { signal }).catch(() => undefined)
        }
      }),
    ),
}

const forgedIndex: Attack = {
  name: 'a huge index that nobody with the right signed',
  holds: 'read-only',
  run: (prey, signal, hit) =>
    crowd(4, signal, (at) =>
      withLink(prey, prey.readOnly, signal, async (link) => {
        await link.hello()
        link.socket.resume()
        const bodies = Array.from({ length: 100 }, (_, nth) =>
          forgeBody(link.author, { path: `forged ${at}/${nth}`, text: 'x' }),
        )
        const records = signBodies(link.author, bodies, prey.readOnly.folderId)
        for (let times = 0; times < 20 && link.isOpen; times += 1) await link.tell(records)
        hit(bodies.length)
        await untilClosed(link.socket, signal)
      }),
    ),
}

// ---- full members gone mad ----------------------------------------------------------------------------------------------

/** A certificate that lets an attacker say what it wants. */
function certificateOf({ device, author }: Attacker, keys: FolderKeys) {
  const certificate: Certificate = {
    ...{
      kind: 'certificate',
      author: author.key,
      device: device.id,
      role: 'full',
      deviceName: 'mallory',
    },
    ...{ invitedBy: undefined, invite: undefined, signsFor: undefined, issuedMs: 0 },
  }
  return signStatement(certificate, encodeStatement(certificate), keys.folderId, keys.signAsWriter!)
}

/** Members whose word counts; a link that is closed is made again. */
function madMembers(
  size: number,
  act: (prey: Prey, link: AttackLink, signal: AbortSignal, hit: (count?: number) => void) => Promise<void>,
): Attack['run'] {
  return (prey, signal, hit) => {
    // The same all the time: each certificate is kept.
    const members = Array.from({ length: size }, newAttacker)
    return crowd(size, signal, (at) => {
      const member = members[at]!
      return withLink(
        prey,
        prey.full,
        signal,
        async (link) => {
          await link.hello()
          await link.tell([], [certificateOf(member, prey.full)])
          await act(prey, link, signal, hit)
        },
        member,
      )
    })
  }
}

const lies: Attack = {
  name: 'files that are told and served wrong: contents, lists, sizes',
  holds: 'full',
  run: madMembers(2, async (prey, link, signal, hit) => {
    link.listen((message) => {
      hit()
      if (message.kind === 'request')
        void link.send({
          kind: 'block',
          request: message.request,
          offsetBytes: 0,
          data: randomBytes(Math.min(message.lengthBytes, 60_000)),
        })
      else if (message.kind === 'block-list-request')
        void link.send({
          kind: 'block-list',
          request: message.request,
          first: 0,
          count: 3,
          hashes: randomBytes(96),
        })
      else if (message.kind === 'sums-request')
        void link.send({ kind: 'sums', request: message.request, sums: randomBytes(24) })
    })
    const wrong = Array.from({ length: 20 }, (_, at) =>
      forgeBody(link.author, {
        path: `lies/${at}`,
        counter: at + 1,
        body: { root: randomBytes(32), sizeBytes: 300_000n, blockSizeBytes: 128 * 1024, kind: WireKind.FILE },
      }),
    )
    await link.tell(signBodies(link.author, wrong, prey.full.folderId))
    await untilClosed(link.socket, signal)
  }),
}

const manyVersions: Attack = {
  name: 'versions of one path without end, with large vectors',
  holds: 'full',
  run: madMembers(1, async (prey, link, signal, hit) => {
    link.listen(() => undefined)
    for (let at = 1; link.isOpen && !signal.aborted; at += 8) {
      const bodies = Array.from({ length: 8 }, (_, nth) =>
        forgeBody(link.author, {
          path: 'versions',
          text: String(at + nth),
          counter: at + nth,
          knows: writers(500),
        }),
      )
      await link.tell(signBodies(link.author, bodies, prey.full.folderId))
      hit(bodies.length)
    }
  }),
}

/** Enough to see whether it grows; what a member says it may say, so it is kept. */
const maxTold = 20_000

const hugeIndex: Attack = {
  name: `an index of ${maxTold} files that nobody has`,
  holds: 'full',
  run(prey, signal, hit) {
    let told = 0
    return madMembers(1, async (_, link) => {
      link.listen(() => undefined)
      while (told < maxTold && link.isOpen && !signal.aborted) {
        const bodies = Array.from({ length: 100 }, (_each, nth) => {
          told += 1
          const body = { root: systemChance.bytes(32), sizeBytes: 1n, blockSizeBytes: 128 * 1024 }
          return forgeBody(link.author, { path: `huge/${told % 100}/${told}`, counter: told + nth, body })
        })
        await link.tell(signBodies(link.author, bodies, prey.full.folderId))
        hit(bodies.length)
      }
      await untilClosed(link.socket, signal)
    })(prey, signal, hit)
  },
}

export const attacks: readonly Attack[] = [
  ...[halfOpen, garbage, replayed],
  ...[reordered, flood, comingAndGoing, silentMembers, slowReader, slowWriter, forgedIndex],
  ...[lies, manyVersions, hugeIndex],
]
