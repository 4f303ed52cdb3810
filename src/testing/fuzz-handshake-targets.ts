/**
 * Both sides of the handshake over a connection whose other end says what it likes. All keys are the same each time, so that what an honest
 * other side would say is known, and nothing else may be believed.
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { sha256, toId } from '../core/ids.ts'
import { keyPairOf } from '../core/x25519.ts'
import { type HandshakeContext, initiateHandshake, respondHandshake } from '../net/handshake.ts'
import { deviceKeysOf } from '../net/identity.ts'
import { folderTag, type Membership } from '../net/membership.ts'
import { frameHeader } from '../wire/frames.ts'
import { createHandshakeState } from '../wire/noise.ts'
import { type FuzzTarget, hold } from './fuzz-target.ts'
import { createManualClock } from './manual-clock.ts'

const membership: Membership = {
  ...{
    folderId: toId('FolderId', sha256('fuzz folder')),
    psk: sha256('fuzz psk'),
    tagKey: sha256('fuzz tag'),
  },
}
const listening = { device: deviceKeysOf(sha256('fuzz listening')), ephemeral: sha256('fuzz listening once') }
const dialling = { device: deviceKeysOf(sha256('fuzz dialling')), ephemeral: sha256('fuzz dialling once') }

const framed = (message: Buffer): Buffer => Buffer.concat([frameHeader(message.length), message])

/** What two honest sides say to each other, each message in its frame. */
function honestHandshake() {
  const side = (initiator: boolean, { device, ephemeral }: typeof listening) =>
    createHandshakeState({
      ...{ initiator, prologue: Buffer.from('berrysync/1'), psk: membership.psk },
      ...{ ephemeral: keyPairOf(ephemeral), static: device },
    })
  const [dialler, listener] = [side(true, dialling), side(false, listening)]
  const first = dialler.writeMessage(folderTag(membership, keyPairOf(dialling.ephemeral).publicKey))
  listener.readMessage(first)
  const second = listener.writeMessage(Buffer.alloc(0))
  dialler.readMessage(second)
  const third = dialler.writeMessage(Buffer.alloc(0))
  listener.readMessage(third)
  const last = Buffer.concat(listener.split().transport.seal([Buffer.alloc(0)]))
  return {
    first: framed(first),
    ofDialler: Buffer.concat([framed(first), framed(third)]),
    ofListener: Buffer.concat([framed(second), framed(last)]),
  }
}

const honest = honestHandshake()

function contextOf({ device, ephemeral }: typeof listening): HandshakeContext {
  return {
    ...{ device, clock: createManualClock(0), cipher: 'AESGCM' as const },
    chance: { bytes: () => Buffer.from(ephemeral), fraction: () => 0.5 },
  }
}

/** A connection on which all of this comes in, and then its end. */
function connectionWith(input: Buffer, said: Buffer[]): Socket {
  const duplex = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _, done) {
      said.push(chunk)
      done()
    },
  })
  duplex.push(input)
  duplex.push(null)
  return duplex as unknown as Socket
}

export const fuzzHandshakeTargets: readonly FuzzTarget[] = [
  {
    name: 'handshake-listener',
    seeds: () => [honest.first, honest.ofDialler, Buffer.concat([honest.ofDialler, Buffer.from('more')])],
    words: ['\0\x60', '\0\0', '\0\x01'],
    bytesPerByte: 4096,
    async run(input) {
      const said: Buffer[] = []
      const socket = connectionWith(input, said)
      try {
        await respondHandshake(socket, 'fuzz', () => [membership], contextOf(listening))
        hold(input.indexOf(honest.ofDialler) === 0, 'nobody gets in without the secret')
      } finally {
        socket.destroy()
        const isNamed = input.indexOf(honest.first) === 0
        hold(isNamed || said.length === 0, 'who names no folder of this device is not answered')
      }
    },
  },
  {
    name: 'handshake-dialler',
    seeds: () => [honest.ofListener, honest.ofListener.subarray(0, 98)],
    words: ['\0\x60', '\0\x10', '\0\0'],
    bytesPerByte: 4096,
    async run(input) {
      const said: Buffer[] = []
      const socket = connectionWith(input, said)
      try {
        await initiateHandshake(socket, 'fuzz', membership, contextOf(dialling))
        hold(input.indexOf(honest.ofListener) === 0, 'nobody else is taken for a member')
      } finally {
        socket.destroy()
        hold(said.length > 0 && said[0]!.equals(honest.first), 'it begins')
      }
    },
  },
]
