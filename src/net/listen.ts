/** Opening a server's port, with the reasons why not in words for people. */
import type { AddressInfo, Server } from 'node:net'
import { reasonOf, SyncError } from '../core/errors.ts'
import { formatHostPort, type HostPort } from './address.ts'

/** Returns where it listens, with the port the system chose when 0 was asked for. Throws `port-in-use` or `listen-failed`. */
export async function listenAt(
  server: Server,
  { host, port }: HostPort,
  { ipv6Only = false } = {},
): Promise<HostPort> {
  const address = formatHostPort({ host, port })
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error) => reject(listenError(error, address))
    server.once('error', onError)
    server.listen({ port, host, ipv6Only }, () => {
      server.off('error', onError)
      resolve()
    })
  })
  const bound = server.address() as AddressInfo
  return { host: bound.address, port: bound.port }
}

/** Why a socket could not listen at an address (`host:port`), as `port-in-use` or `listen-failed`. */
export function listenError(error: NodeJS.ErrnoException, address: string): SyncError {
  return error.code === 'EADDRINUSE'
    ? new SyncError('port-in-use', { address }, { cause: error })
    : new SyncError('listen-failed', { address, reason: reasonOf(error) }, { cause: error })
}
