/**
 * A link of an attacker to a running device, over a real socket: the handshake is right, everything after it is up to whoever uses it. Reads and
 * answers nothing by itself.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { toId } from '../core/ids.ts'
import type { SignedRecord } from '../core/record.ts'
import { type Author, createAuthor } from '../core/record.ts'
import { proveRole } from '../core/role-proof.ts'
import type { FolderKeys } from '../core/secret.ts'
import type { SignedStatement } from '../core/statement.ts'
import type { HostPort } from '../net/address.ts'
import { type Channel, initiateHandshake } from '../net/handshake.ts'
import { type DeviceKeys, deviceKeysOf } from '../net/identity.ts'
import { systemChance, systemClock } from '../system.ts'
import { frameHeader } from '../wire/frames.ts'
import { decodeMessage, encodeMessage } from '../wire/message-codec.ts'
import type { Message } from '../wire/messages.ts'

export interface Target {
  readonly address: HostPort
  /** Of the secret the attacker has. */
  readonly keys: FolderKeys
}

export interface Attacker {
  readonly device: DeviceKeys
  readonly author: Author
}

/** Somebody nobody has seen before. */
export function newAttacker(): Attacker {
  return { device: deviceKeysOf(randomBytes(32)), author: createAuthor(randomBytes(32)) }
}

export interface AttackLink extends Disposable {
  readonly socket: Socket
  readonly author: Author
  readonly isOpen: boolean
  /** Sealed and framed, to be written as whole or in pieces. */
  frameOf(message: Message): Buffer
  /** Resolves once the socket takes more. */
  send(...messages: readonly Message[]): Promise<void>
  hello(): Promise<void>
  tell(records: readonly SignedRecord[], statements?: readonly SignedStatement[]): Promise<void>
  /** From now on what comes is read, and given to this. Before that nothing is. */
  listen(handler: (message: Message) => void): void
}

/** Connects to an address without saying anything. */
export async function reach({ host, port }: HostPort): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true })
  socket.on('error', () => undefined)
  // Many wait for room at once.
  socket.setMaxListeners(0)
  await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  return socket
}

export async function openAttackLink(
  { address, keys }: Target,
  { device, author }: Attacker = newAttacker(),
): Promise<AttackLink> {
  const socket = await reach(address)
  const membership = { folderId: keys.folderId, psk: keys.psk.reveal(), tagKey: keys.tagKey.reveal() }
  const context = { device, clock: systemClock, chance: systemChance, cipher: 'AESGCM' } as const
  let channel: Channel
  try {
    channel = await initiateHandshake(socket, 'the device', membership, context)
  } catch (error) {
    socket.destroy()
    throw error
  }
  const { transport, splitter, handshakeHash, peer } = channel
  const indexId = toId('IndexId', randomBytes(8))
  let lastSequence = 0

  function frameOf(message: Message): Buffer {
    const sealed = Buffer.concat(transport.seal([Buffer.concat(encodeMessage(message))]))
    return Buffer.concat([frameHeader(sealed.length), sealed])
  }

  async function send(...messages: readonly Message[]): Promise<void> {
    if (socket.destroyed) return
    if (socket.write(Buffer.concat(messages.map(frameOf)))) return
    await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined)
  }

  return {
    ...{ socket, author, frameOf, send },
    get isOpen() {
      return !socket.destroyed
    },
    async hello() {
      const proof = proveRole(keys, { handshakeHash, initiator: true, peer }, author)
      const names = { deviceName: 'mallory', client: 'hostile', features: ['sums', 'progress'] }
      await send(
        { kind: 'hello', protocol: 1, oldestProtocol: 1, ...names, ...proof },
        { kind: 'cursor', indexId: undefined, sequence: 0 },
      )
    },
    async tell(records, statements = []) {
      lastSequence += records.length + statements.length
      const entries = records.map((record) => ({ record, have: true }))
      await send({ kind: 'index', indexId, statements, entries, lastSequence, complete: true })
    },
    listen(handler) {
      function take(): void {
        for (let frame = splitter.next(); frame !== undefined; frame = splitter.next()) {
          const message = decodeMessage(transport.open(frame))
          if (message !== undefined) handler(message)
        }
      }
      socket.on('data', (data) => {
        splitter.push(data)
        take()
      })
      take()
      socket.resume()
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
}
