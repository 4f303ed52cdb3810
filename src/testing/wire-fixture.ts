/**
 * Conversations as they went over the wire, for fixtures: between two devices with fixed keys, also the ephemeral ones, so that every byte can
 * be compared; and one message of each kind. `createRecordedPeer` is one side of such a conversation once more, for a device of today.
 */
import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { keyPairOf } from '../core/x25519.ts'
import { folderTag } from '../net/membership.ts'
import type { Link } from '../ports.ts'
import { decodeMessage, encodeMessage } from '../wire/message-codec.ts'
import type { Message } from '../wire/messages.ts'
import { createHandshakeState, type HandshakeState, type Transport } from '../wire/noise.ts'
import { certify } from './hostile-peer.ts'
import { createLinkPair, type LinkPair } from './link-pair.ts'
import { createManualClock } from './manual-clock.ts'
import { identityOf, keysByRole, type MemoryDevice, openMemoryDevice, pass } from './memory-device.ts'
import { createSeededChance } from './seeded-chance.ts'
import { toPlain } from './store-account.ts'

/** The one that dialled, and the other. */
const talkers = ['attic', 'kitchen'] as const
type Talker = (typeof talkers)[number]

/** Bytes are hexadecimal. */
export interface WireFixture {
  readonly seed: number
  readonly ephemerals: Readonly<Record<Talker, string>>
  /** Noise messages of the handshake in turn, the dialler's first, and the confirmation. */
  readonly handshake: readonly string[]
  readonly handshakeHash: string
  /** What was said after it, in order. */
  readonly said: readonly {
    readonly by: Talker
    /** Deflated, in base64. */
    readonly message: string
    /** SHA-256 of it as it was sealed. */
    readonly sealed: string
  }[]
  /** What each side had made in the end, by path. */
  readonly files: Readonly<Record<Talker, Readonly<Record<string, string>>>>
  /** One message of every kind, and what it says. */
  readonly kinds: Readonly<Record<string, { readonly bytes: string; readonly says: unknown }>>
}

const prologue = Buffer.from('berrysync/1')
const noBytes = Buffer.alloc(0)
export const startMs = Date.UTC(2026, 0, 1)

/** The bytes of a message that was said. */
export function saidBytes(message: string): Buffer {
  return inflateRawSync(Buffer.from(message, 'base64'))
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export function membershipOfAll() {
  const { folderId, psk, tagKey } = keysByRole.full
  return { folderId, psk: psk.reveal(), tagKey: tagKey.reveal() }
}

interface Sides {
  readonly handshake: readonly Buffer[]
  readonly handshakeHash: Buffer
  readonly transports: Readonly<Record<Talker, Transport>>
}

/** Both sides of a handshake with these keys. */
export function shakeHands(ephemerals: Readonly<Record<Talker, Uint8Array>>): Sides {
  const membership = membershipOfAll()
  const [dialler, other] = talkers.map((name, at) =>
    createHandshakeState({
      ...{ cipher: 'AESGCM', initiator: at === 0, prologue, static: identityOf(name).deviceKeys },
      ephemeral: keyPairOf(Buffer.from(ephemerals[name])),
    }),
  ) as [HandshakeState, HandshakeState]
  for (const side of [dialler, other]) side.usePsk(membership.psk)
  const tag = folderTag(membership, keyPairOf(Buffer.from(ephemerals.attic)).publicKey)
  const first = dialler.writeMessage(tag)
  other.readMessage(first)
  const second = other.writeMessage(noBytes)
  dialler.readMessage(second)
  const third = dialler.writeMessage(noBytes)
  other.readMessage(third)
  const [mine, theirs] = [dialler.split(), other.split()]
  const confirmation = Buffer.concat(theirs.transport.seal([noBytes]))
  if (mine.transport.open(confirmation).length !== 0) throw new Error('assertion: the confirmation is empty')
  return {
    handshake: [first, second, third, confirmation],
    handshakeHash: mine.handshakeHash,
    transports: { attic: mine.transport, kitchen: theirs.transport },
  }
}

/** A link between the two whose handshake was that one. */
function linkWithHash(
  handshakeHash: Uint8Array,
  encode: (message: Message) => readonly Uint8Array[] = encodeMessage,
): LinkPair {
  return createLinkPair({
    ...{ folderId: keysByRole.full.folderId, handshakeHash },
    devices: [identityOf(talkers[0]).id, identityOf(talkers[1]).id],
    codec: { encode, decode: decodeMessage },
    deliver: (_, run) => void setImmediate(run),
  })
}

/** What the person at one of them has made before the two meet. */
export function fillTalker({ own }: MemoryDevice, name: Talker, seed: number): void {
  const chance = createSeededChance(seed + talkers.indexOf(name))
  const first = chance.below(1_000_000)
  const text = (lines: number) => Array.from({ length: lines }, (_, at) => `word ${first + at}\n`).join('')
  own.person.writeFile(`${name}/small.txt`, text(2))
  // Five blocks, so that it is worth looking for what has moved in it.
  own.person.writeFile(`${name}/large.txt`, text(50_000))
  own.person.writeFile(`${name}/run.sh`, '#!/bin/sh\n', 0o755)
  own.person.symlink('small.txt', `${name}/link`)
  own.person.mkdir(`${name}/empty`)
}

export function filesOf({ own }: MemoryDevice, directory: string): Record<string, string> {
  return Object.fromEntries(
    own.person
      .tree(directory)
      .map(({ path, kind, data }) => [path, `${kind} ${data.length} ${hashOf(data)}`]),
  )
}

export async function recordWire(seed: number): Promise<WireFixture> {
  const chance = createSeededChance(seed)
  const ephemerals = { attic: chance.bytes(32), kitchen: chance.bytes(32) }
  const { handshake, handshakeHash, transports } = shakeHands(ephemerals)
  const clock = createManualClock(startMs)
  const devices = {
    attic: await openMemoryDevice({ clock, name: 'attic' }),
    kitchen: await openMemoryDevice({ clock, name: 'kitchen' }),
  }
  for (const name of talkers) fillTalker(devices[name], name, seed)
  await pass(clock)

  const said: { by: Talker; message: string; sealed: string }[] = []
  const { ends } = linkWithHash(handshakeHash)
  for (const [at, by] of talkers.entries()) {
    const link = ends[at]!
    devices[by].folder.attach(
      recording(link, (message) => {
        const bytes = Buffer.concat(encodeMessage(message))
        const sealed = Buffer.concat(transports[by].seal([bytes]))
        said.push({
          by,
          message: deflateRawSync(bytes, { level: 9 }).toString('base64'),
          sealed: hashOf(sealed),
        })
      }),
    )
  }
  await pass(clock)
  for (const name of talkers) {
    const { person } = devices[name].own
    person.remove(`${name}/run.sh`)
    person.rename(`${name}/small.txt`, `${name}/moved.txt`)
    // What was there lies elsewhere now, so that it is looked for by sums.
    const large = person.readFile(`${name}/large.txt`)
    person.writeFile(`${name}/large.txt`, Buffer.concat([Buffer.from('in front\n'), large]))
    await pass(clock)
  }
  ends[0].close('closing')
  await pass(clock)
  const files = { attic: filesOf(devices.attic, 'attic'), kitchen: filesOf(devices.kitchen, 'kitchen') }
  for (const name of talkers) await devices[name][Symbol.asyncDispose]()
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  return {
    seed,
    ephemerals: { attic: hex(ephemerals.attic), kitchen: hex(ephemerals.kitchen) },
    ...{ handshake: handshake.map(hex), handshakeHash: hex(handshakeHash), said, files },
    kinds: kindsOf(said.map(({ message }) => decodeMessage(saidBytes(message))!)),
  }
}

/** The link itself, with everything that is sent over it told first. */
function recording(link: Link, tell: (message: Message) => void): Link {
  return new Proxy(link, {
    get(target, name) {
      if (name !== 'send') return Reflect.get(target, name)
      return (message: Message, encoded?: () => void) => {
        tell(message)
        target.send(message, encoded)
      }
    },
  })
}

/** The first of each kind that was said, and what was not. */
function kindsOf(said: readonly Message[]): WireFixture['kinds'] {
  const token = Buffer.alloc(21, 'token')
  const { author } = identityOf('kitchen')
  const root = 'ab'.repeat(32) as (Message & { kind: 'request' })['root']
  const others: readonly Message[] = [
    { kind: 'cursor', indexId: undefined, sequence: 0 },
    { kind: 'have', roots: [root, root] },
    { kind: 'progress', root, blockCount: 9, whole: true, runs: [1, 2, 3, 3] },
    { kind: 'block-list-request', request: 2 ** 32 - 1, root },
    { kind: 'block-list', request: 7, first: 1, count: 3, hashes: Buffer.alloc(64, 5) },
    { kind: 'request', request: 8, root, offsetBytes: 2 ** 43, lengthBytes: 16 * 1024 ** 2 },
    { kind: 'block', request: 8, offsetBytes: 5, data: Buffer.from('data') },
    {
      kind: 'sums-request',
      request: 9,
      root,
      ranges: [
        { first: 3, count: 2 },
        { first: 9, count: 1 },
      ],
    },
    { kind: 'sums', request: 9, sums: Buffer.alloc(36, 6) },
    { kind: 'missing', request: 10, unreadable: true },
    { kind: 'cancel', request: 11 },
    { kind: 'summary', needFiles: 3, needBytes: 2 ** 50, seenSequence: 2 ** 40 },
    { kind: 'redeem', token, author: author.key, authorProof: Buffer.alloc(64, 1), deviceName: 'kitchen' },
    {
      kind: 'grant',
      readKey: Buffer.alloc(21, 2),
      writerPublicKey: Buffer.alloc(32, 3),
      certificate: certify(author),
    },
    ...[
      { kind: 'ping' } as const,
      { kind: 'pong' } as const,
      { kind: 'close', code: 'peer-revoked' } as const,
    ],
  ]
  const first = new Map<string, Message>()
  for (const message of [...said, ...others]) if (!first.has(message.kind)) first.set(message.kind, message)
  return Object.fromEntries(
    [...first].map(([kind, message]) => {
      const bytes = Buffer.concat(encodeMessage(message))
      return [kind, { bytes: bytes.toString('hex'), says: toPlain(decodeMessage(bytes)) }]
    }),
  )
}

type Question = Extract<Message, { kind: 'request' | 'block-list-request' | 'sums-request' }>
type Answer = Extract<Message, { kind: 'block' | 'block-list' | 'sums' | 'missing' }>

function isQuestion(message: Message): message is Question {
  return (
    message.kind === 'request' || message.kind === 'block-list-request' || message.kind === 'sums-request'
  )
}

function isAnswer(message: Message): message is Answer {
  return (
    message.kind === 'block' ||
    message.kind === 'block-list' ||
    message.kind === 'sums' ||
    message.kind === 'missing'
  )
}

/** The same question has the same text, whatever number it is asked under. */
function questionText({ request: _, ...question }: Question): string {
  return JSON.stringify(question)
}

/** What one side asked and the other answered, by the text of the question. */
function answersTo(fixture: WireFixture, asker: Talker) {
  const said = fixture.said.map(({ by, message }) => ({
    by,
    message: decodeMessage(saidBytes(message))!,
  }))
  const asked = new Map<number, Question>()
  const answers = new Map<string, { readonly question: Question; readonly answer: Answer[] }>()
  for (const { by, message } of said) {
    if (by === asker && isQuestion(message)) {
      asked.set(message.request, message)
      answers.set(questionText(message), { question: message, answer: [] })
    } else if (by !== asker && isAnswer(message)) {
      const question = asked.get(message.request)
      if (question !== undefined) answers.get(questionText(question))!.answer.push(message)
    }
  }
  return answers
}

/** What answers hold, in whatever pieces they came. */
function answerText(answer: readonly Answer[]): string {
  const bytes = answer.map((each) => {
    if (each.kind === 'block') return each.data
    if (each.kind === 'block-list') return each.hashes
    return each.kind === 'sums' ? each.sums : Buffer.from('missing')
  })
  return Buffer.concat(bytes).toString('hex')
}

export interface RecordedPeer {
  /** Attach this to a device of today. */
  readonly end: Link
  /** Kinds of what it was sent. */
  readonly heard: ReadonlySet<Message['kind']>
  readonly unanswered: readonly Question[]
  /** Begins as it did then: hello, and where it stands in the other's index. */
  introduce(): void
  /** Asks what it asked then of contents with these roots. */
  ask(roots: ReadonlySet<string>): void
  /** Which of these were answered with something else than then; and how many were asked. */
  compare(): { readonly asked: number; readonly otherwise: readonly string[] }
  /** Everything else it said, in the same order and the same bytes; one message with each step. */
  tell(): Iterable<unknown>
}

/** One side of that conversation: says what it said then, and answers what it is asked as it did then. */
export function createRecordedPeer(fixture: WireFixture, name: Talker): RecordedPeer {
  const bytesOf = new WeakMap<object, Uint8Array>()
  const pair = linkWithHash(Buffer.from(fixture.handshakeHash, 'hex'), (message) => {
    const bytes = bytesOf.get(message)
    return bytes === undefined ? encodeMessage(message) : [bytes]
  })
  const at = talkers.indexOf(name)
  const [link, end] = [pair.ends[at]!, pair.ends[1 - at]!]
  const known = answersTo(fixture, talkers[1 - at]!)
  const own = answersTo(fixture, name)
  const unanswered: Question[] = []
  const heard = new Set<Message['kind']>()
  const asked = new Map<number, string>()
  const got = new Map<number, Answer[]>()

  link.listen((message) => {
    heard.add(message.kind)
    if (isAnswer(message)) got.set(message.request, [...(got.get(message.request) ?? []), message])
    if (!isQuestion(message)) return
    const { request } = message
    const answer = known.get(questionText(message))?.answer
    if (answer === undefined) unanswered.push(message)
    for (const each of answer ?? [{ kind: 'missing', request, unreadable: false } as const])
      link.send({ ...each, request } as Message)
  })

  function* say(isMeant: (message: Message) => boolean): Iterable<unknown> {
    for (const { by, message } of fixture.said) {
      const bytes = saidBytes(message)
      if (by !== name || !isMeant(decodeMessage(bytes)!)) continue
      const carrier: Message = { kind: 'ping' }
      bytesOf.set(carrier, bytes)
      link.send(carrier)
      yield
    }
  }
  const isBeginning = ({ kind }: Message) => kind === 'hello' || kind === 'cursor'

  return {
    ...{ end, heard, unanswered },
    introduce: () => void [...say(isBeginning)],
    ask(roots) {
      for (const { question } of own.values()) {
        if (!roots.has(question.root)) continue
        const request = asked.size + 1
        asked.set(request, questionText(question))
        link.send({ ...question, request })
      }
    },
    compare() {
      const texts = [...asked].filter(
        ([request, text]) => answerText(got.get(request) ?? []) !== answerText(own.get(text)!.answer),
      )
      return { asked: asked.size, otherwise: texts.map(([, text]) => text) }
    },
    tell: () =>
      say(
        (message) =>
          !isBeginning(message) && !isQuestion(message) && !isAnswer(message) && message.kind !== 'close',
      ),
  }
}
