/**
 * One question to a UDP tracker (BEP 15), over IPv4 or IPv6. The socket is connected, so that only packets of the tracker's address come in, and
 * of those only the one with the number of the question counts. Packets get lost: each question is sent again. Whoever calls limits the time.
 */
import { createSocket, type Socket } from 'node:dgram'
import type { Chance, Clock } from '../ports.ts'
import { familyOf } from '../wire/compact-peers.ts'
import {
  type Announce,
  decodeUdpAnswer,
  encodeUdpRequest,
  type UdpAnswer,
  type UdpRequest,
} from '../wire/udp-tracker.ts'
import type { HostPort } from './address.ts'
import { readUdpAnswer, type TrackerAnswer, trackerFailed } from './tracker-answer.ts'

/** When a question is sent again. Far sooner than the 15 seconds of the specification, because the two questions share that time. */
const resendAfterMs = 3_000
/** Packets that answer nothing, until the tracker is left alone: late answers to a question that was sent again, and no more. */
const maxStrayPackets = 32

/** Throws `tracker-failed`, or what the socket or the signal ended with. */
export async function announceOverUdp(
  target: HostPort,
  announce: Announce,
  { clock, chance, signal }: { clock: Clock; chance: Chance; signal: AbortSignal },
): Promise<TrackerAnswer> {
  const family = familyOf(target.host)
  const socket = createSocket(`udp${family}`)
  const failed = Promise.withResolvers<never>()
  // Looked at only while something is awaited.
  failed.promise.catch(() => undefined)
  const onAbort = () => failed.reject(signal.reason)
  socket.on('error', failed.reject)
  signal.addEventListener('abort', onAbort)
  try {
    signal.throwIfAborted()
    await Promise.race([connected(socket, target), failed.promise])

    const ask = async (request: UdpRequest): Promise<UdpAnswer> => {
      const answer = answerTo(socket, request.transaction)
      using _sending = sendUntilDisposed(socket, encodeUdpRequest(request), clock)
      return await Promise.race([answer, failed.promise])
    }
    const greeting = await ask({ kind: 'connect', transaction: chance.bytes(4).readUInt32BE() })
    if (greeting.kind !== 'connect') return readUdpAnswer(greeting, family)
    const { connectionId } = greeting
    const transaction = chance.bytes(4).readUInt32BE()
    return readUdpAnswer(await ask({ kind: 'announce', transaction, connectionId, announce }), family)
  } finally {
    signal.removeEventListener('abort', onAbort)
    socket.close()
  }
}

function connected(socket: Socket, { host, port }: HostPort): Promise<void> {
  return new Promise((resolve, reject) =>
    socket.connect(port, host, (error?: Error) => (error === undefined ? resolve() : reject(error))),
  )
}

function sendUntilDisposed(socket: Socket, bytes: Buffer, clock: Clock): Disposable {
  let timer: Disposable
  const send = (delayMs: number) => {
    // What cannot be sent now may be the next time; a refusal comes as an error of the socket.
    socket.send(bytes, () => undefined)
    timer = clock.after(delayMs, () => send(delayMs * 2))
  }
  send(resendAfterMs)
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() }
}

/** The next packet that answers a question. */
function answerTo(socket: Socket, transaction: number): Promise<UdpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<UdpAnswer>()
  let strays = 0
  const listen = (bytes: Buffer) => {
    const answer = decodeUdpAnswer(bytes)
    if (answer?.transaction === transaction) resolve(answer)
    else if (++strays > maxStrayPackets) reject(trackerFailed('it answered with garbage'))
    else return
    socket.off('message', listen)
  }
  socket.on('message', listen)
  return promise
}
