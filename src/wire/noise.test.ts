import { createCipheriv, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { keyPairOf } from '../core/x25519.ts'
import {
  type CipherName,
  cipherNames,
  createCipherState,
  createHandshakeState,
  createTransport,
  type HandshakeState,
  maxNoiseMessageBytes,
  openReserved,
  rekeyAfterMessages,
  sealReserved,
  type Transport,
  tagBytes,
} from './noise.ts'
import vectorFile from './noise.vectors.json' with { type: 'json' }

interface Vector {
  readonly protocol_name: string
  readonly init_prologue: string
  readonly init_psks: string[]
  readonly init_static: string
  readonly init_ephemeral: string
  readonly resp_prologue: string
  readonly resp_psks: string[]
  readonly resp_static: string
  readonly resp_ephemeral: string
  readonly handshake_hash: string
  readonly messages: { readonly payload: string; readonly ciphertext: string }[]
}
const vectors: readonly Vector[] = vectorFile.vectors

const fromHex = (text: string) => Buffer.from(text, 'hex')
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

interface Known {
  readonly psk: Uint8Array
  readonly prologue: Uint8Array
}

/** Two that know the same, but for what the responder knows otherwise. */
function pair(otherwise: Partial<Known> = {}): { initiator: HandshakeState; responder: HandshakeState } {
  const known: Known = { psk: randomBytes(32), prologue: Buffer.from('test') }
  const side = (initiator: boolean, differs: Partial<Known>) =>
    createHandshakeState({
      initiator,
      ephemeral: keyPairOf(randomBytes(32)),
      static: keyPairOf(randomBytes(32)),
      ...known,
      ...differs,
    })
  return { initiator: side(true, {}), responder: side(false, otherwise) }
}

function established(): { initiator: Transport; responder: Transport } {
  const { initiator, responder } = pair()
  shakeHands({ initiator, responder })
  return { initiator: initiator.split().transport, responder: responder.split().transport }
}

function expectGarbage(work: () => unknown): void {
  let thrown: unknown
  try {
    work()
  } catch (error) {
    thrown = error
  }
  expect(isSyncError(thrown, 'peer-garbage'), String(thrown)).toBe(true)
}

describe.each(vectors)('$protocol_name', (vector) => {
  const [, , , cipher] = vector.protocol_name.split('_') as [string, string, string, CipherName]

  test('P1 both sides reproduce the published vector byte for byte', () => {
    const initiator = createHandshakeState({
      cipher,
      initiator: true,
      prologue: fromHex(vector.init_prologue),
      ephemeral: keyPairOf(fromHex(vector.init_ephemeral)),
      psk: fromHex(vector.init_psks[0]!),
      static: keyPairOf(fromHex(vector.init_static)),
    })
    const responder = createHandshakeState({
      cipher,
      initiator: false,
      prologue: fromHex(vector.resp_prologue),
      ephemeral: keyPairOf(fromHex(vector.resp_ephemeral)),
      static: keyPairOf(fromHex(vector.resp_static)),
    })
    const handshakeMessages = 3
    const sides = [initiator, responder] as const
    for (const [turn, { payload, ciphertext }] of vector.messages.slice(0, handshakeMessages).entries()) {
      const [writer, reader] = turn % 2 === 0 ? sides : [sides[1], sides[0]]
      expect(toHex(writer.writeMessage(fromHex(payload)))).toBe(ciphertext)
      expect(toHex(reader.readMessage(fromHex(ciphertext)))).toBe(payload)
      if (turn === 0) responder.usePsk(fromHex(vector.resp_psks[0]!))
    }
    expect(toHex(responder.remoteStatic!)).toBe(toHex(keyPairOf(fromHex(vector.init_static)).publicKey))
    expect(toHex(initiator.remoteStatic!)).toBe(toHex(keyPairOf(fromHex(vector.resp_static)).publicKey))
    const ends = [initiator.split(), responder.split()] as const
    for (const end of ends) expect(toHex(end.handshakeHash)).toBe(vector.handshake_hash)
    for (const [at, { payload, ciphertext }] of vector.messages.slice(handshakeMessages).entries()) {
      const [writer, reader] = (at + handshakeMessages) % 2 === 0 ? ends : [ends[1], ends[0]]
      expect(toHex(Buffer.concat(writer.transport.seal([fromHex(payload)])))).toBe(ciphertext)
      expect(toHex(reader.transport.open(fromHex(ciphertext)))).toBe(payload)
    }
  })
})

test('P1 a flipped bit anywhere in a handshake message is noticed by its reader or ends in different keys', () => {
  const lengths = (() => {
    const { initiator, responder } = pair()
    const first = initiator.writeMessage(Buffer.alloc(32))
    responder.readMessage(first)
    const second = responder.writeMessage(Buffer.alloc(0))
    initiator.readMessage(second)
    return [first.length, second.length, initiator.writeMessage(Buffer.alloc(0)).length]
  })()
  expect(lengths).toEqual([80, 96, 64])
  for (const [turn, length] of lengths.entries()) {
    for (let at = 0; at < length; at += 7) {
      const { initiator, responder } = pair()
      const sides = [initiator, responder] as const
      expectGarbage(() => {
        for (let step = 0; step < 3; step++) {
          const [writer, reader] = step % 2 === 0 ? sides : [sides[1], sides[0]]
          const message = writer.writeMessage(Buffer.alloc(step === 0 ? 32 : 0))
          if (step === turn) message[at]! ^= 1 << (at % 8)
          reader.readMessage(message)
        }
      })
    }
  }
})

/** All three messages, one read by the other side after the other. */
function shakeHands({ initiator, responder }: ReturnType<typeof pair>): void {
  responder.readMessage(initiator.writeMessage(Buffer.alloc(0)))
  initiator.readMessage(responder.writeMessage(Buffer.alloc(0)))
  responder.readMessage(initiator.writeMessage(Buffer.alloc(0)))
}

test.each<[string, Partial<Known>]>([
  ['psk', { psk: Buffer.alloc(32, 'other') }],
  ['prologue', { prologue: Buffer.from('other') }],
])('P1 a different %s at the other side fails the handshake', (_, otherwise) => {
  shakeHands(pair())
  expectGarbage(() => shakeHands(pair(otherwise)))
})

test.each([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
])('P1 the low-order key %s is refused', (key) => {
  const { responder } = pair()
  const hostile = createHandshakeState({
    initiator: true,
    prologue: Buffer.from('test'),
    ephemeral: { privateKey: randomBytes(32), publicKey: fromHex(key) },
    static: keyPairOf(randomBytes(32)),
    psk: randomBytes(32),
  })
  responder.readMessage(hostile.writeMessage(Buffer.alloc(0)))
  expectGarbage(() => responder.writeMessage(Buffer.alloc(0)))
})

test.each(cipherNames.map((cipher) => [cipher, cipherNames.find((other) => other !== cipher)!] as const))(
  'P1 what begins with %s cannot be made to go on with %s',
  (begun, other) => {
    const psk = randomBytes(32)
    const side = (initiator: boolean, cipher: CipherName) =>
      createHandshakeState({
        ...{ cipher, initiator, prologue: Buffer.from('test'), psk },
        ...{ ephemeral: keyPairOf(randomBytes(32)), static: keyPairOf(randomBytes(32)) },
      })
    const first = side(true, begun).writeMessage(Buffer.alloc(32))
    expectGarbage(() => side(false, other).readMessage(first))
    expect(side(false, begun).readMessage(first)).toHaveLength(32)
  },
)

test('P1 truncated and empty handshake messages are garbage', () => {
  for (const length of [0, 1, 31, 32, 47])
    expectGarbage(() => pair().responder.readMessage(randomBytes(length)))
  expectGarbage(() => pair().responder.readMessage(Buffer.alloc(maxNoiseMessageBytes + 1)))
})

test('P1 a transport message opens once, in order, and unchanged only', () => {
  const first = established()
  const sealed = Buffer.concat(first.initiator.seal([Buffer.from('one')]))
  expect(first.responder.open(sealed).toString()).toBe('one')
  expectGarbage(() => first.responder.open(sealed))
  const second = established()
  const flipped = Buffer.concat(second.initiator.seal([Buffer.from('text')]))
  flipped[0]! ^= 1
  expectGarbage(() => second.responder.open(flipped))
  const third = established()
  Buffer.concat(third.initiator.seal([Buffer.from('skipped')]))
  expectGarbage(() => third.responder.open(Buffer.concat(third.initiator.seal([Buffer.from('late')]))))
  expectGarbage(() => established().responder.open(Buffer.alloc(tagBytes - 1)))
})

test('P1 after 65,536 messages the key changes the way the specification says, and the channel goes on', () => {
  const key = randomBytes(32)
  const seal = (k: Uint8Array, nonce: bigint, text: Uint8Array) => {
    const iv = Buffer.alloc(12)
    iv.writeBigUInt64BE(nonce, 4)
    const cipher = createCipheriv('aes-256-gcm', k, iv, { authTagLength: 16 })
    return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
  }
  const sender = createTransport(createCipherState(key), createCipherState(randomBytes(32)))
  const receiver = createTransport(createCipherState(randomBytes(32)), createCipherState(key))
  for (let count = 0; count < rekeyAfterMessages; count++)
    receiver.open(Buffer.concat(sender.seal([Buffer.alloc(0)])))
  const sealed = Buffer.concat(sender.seal([Buffer.from('after')]))
  const newKey = seal(key, 2n ** 64n - 1n, Buffer.alloc(32)).subarray(0, 32)
  expect(toHex(sealed)).toBe(toHex(seal(newKey, BigInt(rekeyAfterMessages), Buffer.from('after'))))
  expect(receiver.open(sealed).toString()).toBe('after')
})

test('P1 a message longer than a frame is never sealed', () => {
  const { initiator, responder } = established()
  const most = Buffer.alloc(maxNoiseMessageBytes - tagBytes)
  expect(responder.open(Buffer.concat(initiator.seal([most]))).length).toBe(most.length)
  expect(() => Buffer.concat(initiator.seal([Buffer.alloc(most.length + 1)]))).toThrow('assertion')
})

test.each(cipherNames)(
  'P1 messages sealed and opened elsewhere are the same ones, over changes of the key (%s)',
  (cipher) => {
    const [first, second] = [randomBytes(32), randomBytes(32)]
    const side = (sending: Buffer, receiving: Buffer) =>
      createTransport(createCipherState(sending, cipher), createCipherState(receiving, cipher))
    const [here, there] = [side(first, second), side(second, first)]
    let sent = 0
    while (sent < rekeyAfterMessages + 50) {
      const wanted = sent < rekeyAfterMessages - 100 ? rekeyAfterMessages - 100 : 30
      const reserved = here.reserveSealing(wanted)
      expect(reserved.count).toBeGreaterThan(0)
      const frames = Array.from({ length: Math.min(reserved.count, 40) }, (_, index) =>
        Buffer.concat(sealReserved(reserved, index, Buffer.of(sent & 0xff, index))),
      )
      const opened = there.reserveOpening(reserved.count)
      expect(opened.count).toBe(reserved.count)
      for (const [index, frame] of frames.entries())
        expect(openReserved(opened, index, frame)).toEqual(Buffer.of(sent & 0xff, index))
      sent += reserved.count
      // In between they are sealed and opened here.
      expect(there.open(Buffer.concat(here.seal([Buffer.of(7)])))).toEqual(Buffer.of(7))
      sent++
    }
    const bad = Buffer.concat(here.seal([Buffer.of(1)]))
    bad[0]! ^= 1
    expectGarbage(() => openReserved(there.reserveOpening(1), 0, bad))
  },
)
