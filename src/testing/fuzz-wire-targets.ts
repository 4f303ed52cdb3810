/** What peers and relays send: messages, records, statements, frames, the Noise handshake. */
import * as fc from 'fast-check'
import { addRuns, createBlockSet } from '../core/block-set.ts'
import { sha256 } from '../core/ids.ts'
import { pathFault } from '../core/path.ts'
import { keyPairOf } from '../core/x25519.ts'
import { createFrameSplitter, frameHeader, maxFrameBytes } from '../wire/frames.ts'
import { decodeMessage, encodeMessage } from '../wire/message-codec.ts'
import { maxMessageBytes } from '../wire/messages.ts'
import { createHandshakeState, type HandshakeState, type Transport } from '../wire/noise.ts'
import { decodeBody, encodeBody, maxBodyBytes } from '../wire/record-body.ts'
import { maxRelayMessageBytes, readRelayMessage, relayFrame } from '../wire/relay-protocol.ts'
import { decodeStatement, encodeStatement, maxStatementBytes } from '../wire/statement-body.ts'
import { type FuzzTarget, hold, holdSame } from './fuzz-target.ts'
import { messages } from './message-arbitraries.ts'
import { relayMessages } from './relay-arbitraries.ts'
import { statements, unsignedVersions } from './version-arbitraries.ts'

/** Drawn the same each time. */
function drawn<T>(from: fc.Arbitrary<T>, count: number): T[] {
  return fc.sample(from, { seed: 1, numRuns: count })
}

export const fuzzWireTargets: readonly FuzzTarget[] = [
  {
    name: 'message',
    maxBytes: maxMessageBytes + 10,
    seeds: () =>
      // The shortest few of each kind.
      [...Map.groupBy(drawn(messages, 600), ({ kind }) => kind).values()].flatMap((ofKind) =>
        ofKind
          .map((message) => Buffer.concat(encodeMessage(message)))
          .sort((one, other) => one.length - other.length)
          .slice(0, 4),
      ),
    run(bytes) {
      const message = decodeMessage(bytes)
      if (message === undefined) return
      holdSame(decodeMessage(Buffer.concat(encodeMessage(message))), message)
      if (message.kind === 'progress') addRuns(createBlockSet(message.blockCount), message.runs)
      if (message.kind === 'index')
        for (const { record } of message.entries)
          hold(pathFault(record.version.path) === undefined, 'a record has a path that may be')
    },
  },
  {
    name: 'record-body',
    maxBytes: maxBodyBytes + 10,
    seeds: () => drawn(unsignedVersions, 40).map(encodeBody),
    run(bytes) {
      const version = decodeBody(bytes)
      if (version === undefined) return
      hold(pathFault(version.path) === undefined, 'a record has a path that may be')
      hold(version.movedTo === undefined || pathFault(version.movedTo) === undefined, 'it moved to one, too')
      const { id: _id, ...once } = version
      const { id: _again, ...again } = decodeBody(encodeBody(version))!
      holdSame(once, again)
    },
  },
  {
    name: 'statement-body',
    maxBytes: maxStatementBytes + 10,
    seeds: () => drawn(statements, 40).map(encodeStatement),
    run(bytes) {
      const statement = decodeStatement(bytes)
      if (statement !== undefined) holdSame(decodeStatement(encodeStatement(statement)), statement)
    },
  },
  {
    name: 'frames',
    maxBytes: 70_000,
    words: ['\0\x01', '\0\x60', '\xff\xff'],
    seeds: () => [
      Buffer.concat([Buffer.of(0, 3), frameHeader(5), Buffer.from('hello'), frameHeader(1), Buffer.of(7)]),
      Buffer.concat([Buffer.of(1, 200), frameHeader(300), Buffer.alloc(300, 1), Buffer.of(0)]),
      Buffer.concat([Buffer.of(2, 255), frameHeader(maxFrameBytes), Buffer.alloc(maxFrameBytes, 2)]),
      Buffer.concat([Buffer.of(0, 1), frameHeader(4000), Buffer.of(1)]),
    ],
    run: splitFrames,
  },
  {
    name: 'relay-message',
    maxBytes: maxRelayMessageBytes,
    seeds: () => drawn(relayMessages, 60).map((message) => relayFrame(message).subarray(2)),
    run(bytes) {
      const message = readRelayMessage(bytes)
      if (message !== undefined) holdSame(readRelayMessage(relayFrame(message).subarray(2)), message)
    },
  },
  {
    name: 'noise',
    maxBytes: 1024,
    seeds: () => noiseSteps.map(({ honest }, step) => Buffer.concat([Buffer.of(step), honest])),
    run([step = 0, ...rest]) {
      readNoise(noiseSteps[step % noiseSteps.length]!, Buffer.from(rest))
    },
  },
]

/** First byte: how long frames may be; second: the length of the chunks in which they come. */
function splitFrames(input: Buffer): void {
  const cap = [96, maxRelayMessageBytes, maxFrameBytes][(input[0] ?? 0) % 3]!
  const chunkBytes = 1 + (input[1] ?? 0)
  const stream = input.subarray(2)
  // A byte at a time costs some hundred bytes each, which are gone with the byte.
  const step = Math.max(chunkBytes, Math.ceil(stream.length / 1000))
  const splitter = createFrameSplitter(cap)
  const returned: Buffer[] = []
  for (let at = 0; at < stream.length; at += step) {
    splitter.push(Buffer.from(stream.subarray(at, at + step)))
    for (let frame = splitter.next(); frame !== undefined; frame = splitter.next()) {
      hold(frame.length <= cap, 'no frame is longer than allowed')
      returned.push(frameHeader(frame.length), Buffer.from(frame))
    }
  }
  returned.push(splitter.rest())
  hold(Buffer.concat(returned).equals(stream), 'frames and rest are what came')
}

// ---- Noise --------------------------------------------------------------------------------------------------------------

const keys = (name: string) => keyPairOf(sha256('fuzz', name))

function noiseSide(initiator: boolean): HandshakeState {
  const side = initiator ? 'initiator' : 'responder'
  return createHandshakeState({
    ...{ initiator, prologue: Buffer.from('berrysync/1'), psk: sha256('fuzz psk') },
    ...{ ephemeral: keys(`${side} ephemeral`), static: keys(`${side} static`) },
  })
}

interface NoiseStep {
  /** What an honest other side sends there. */
  readonly honest: Buffer
  /** What reads it, fresh. */
  reader(): (message: Buffer) => unknown
}

/** The handshake up to the given message, with the same keys each time. */
function playNoise(messages: number) {
  const sides = [noiseSide(true), noiseSide(false)] as const
  const sent: Buffer[] = []
  for (let at = 0; at < messages; at += 1) {
    const message = sides[at % 2]!.writeMessage(Buffer.from('payload'))
    sides[(at + 1) % 2]!.readMessage(message)
    sent.push(message)
  }
  return { sides, sent }
}

const played = playNoise(3)
const transports = () => playNoise(3).sides.map((side) => side.split().transport) as [Transport, Transport]

const noiseSteps: readonly NoiseStep[] = [
  ...[0, 1, 2].map((at) => ({
    honest: played.sent[at]!,
    reader: () => {
      const reader = playNoise(at).sides[(at + 1) % 2]!
      return (message: Buffer) => reader.readMessage(message)
    },
  })),
  {
    honest: Buffer.concat(transports()[0].seal([Buffer.from('hello')])),
    reader: () => {
      const [, responder] = transports()
      return (message) => responder.open(message)
    },
  },
]

function readNoise({ honest, reader }: NoiseStep, message: Buffer): void {
  reader()(message)
  hold(message.equals(honest), 'only what the other side sealed is opened')
}
