/** The connection of one side of a call over a relay (rule F4), up to the moment from which it is the other device's. */
import type { Socket } from 'node:net'
import { SyncError } from '../core/errors.ts'
import type { Clock } from '../ports.ts'
import { formatHostPort, type HostPort } from './address.ts'
import { connectTo } from './dial.ts'
import { createRelayChannel } from './relay-channel.ts'

/** The other side has as long to come as the relay waits, and some for the way. */
export const answerLimitMs = 20_000

/** Throws `unreachable`, also when the other side does not come, or `closing`. */
export async function connectCall(
  relay: HostPort,
  token: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Socket> {
  const address = formatHostPort(relay)
  const socket = await connectTo(relay, clock, signal)
  const outcome = Promise.withResolvers<Socket>()
  const unreachable = (reason: string) => outcome.reject(new SyncError('unreachable', { address, reason }))
  const channel = createRelayChannel({
    ...{ socket, clock, pings: false },
    onMessage(message) {
      if (message.kind === 'connected') outcome.resolve(channel.release())
      else throw new Error(`the relay says ${message.kind} in a call`)
    },
    onClosed: () => unreachable('the other device did not answer the call'),
  })
  const onAbort = () => outcome.reject(new SyncError('closing'))
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  using _limit = clock.after(answerLimitMs, () => unreachable('the other device did not answer in time'))
  channel.send({ kind: 'data', token })
  try {
    return await outcome.promise
  } catch (thrown) {
    channel.close()
    socket.destroy()
    throw thrown
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
