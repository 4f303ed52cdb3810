/** Opening a server's port, with the reasons why not in words for people. */
import type { AddressInfo, Server } from 'node:net'
import { reasonOf, SyncError } from '../core/errors.ts'
import type { Log } from '../ports.ts'
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

/** Listening on all addresses of IPv4 means on all, and those of IPv6 take a second server. */
const everywhere = { ipv4: '0.0.0.0', ipv6: '::' }

export interface Listening {
  readonly servers: readonly Server[]
  /** Of the first of them. */
  readonly address: HostPort
}

/** As `listenAt`, with as many servers as it takes. A machine without IPv6 does without. */
export async function listenWithServers(
  create: () => Server,
  wanted: HostPort,
  log: Log,
): Promise<Listening> {
  const servers = [create()]
  const address = await listenAt(servers[0]!, wanted)
  if (address.host === everywhere.ipv4) {
    const second = create()
    try {
      await listenAt(second, { host: everywhere.ipv6, port: address.port }, { ipv6Only: true })
      servers.push(second)
    } catch (error) {
      log.info({ reason: reasonOf(error) }, 'nobody can connect over IPv6')
    }
  }
  for (const server of servers)
    server.on('error', (error) => log.warn({ error }, 'a connection could not be accepted'))
  return { servers, address }
}

/** Why a socket could not listen at an address (`host:port`), as `port-in-use` or `listen-failed`. */
export function listenError(error: NodeJS.ErrnoException, address: string): SyncError {
  return error.code === 'EADDRINUSE'
    ? new SyncError('port-in-use', { address }, { cause: error })
    : new SyncError('listen-failed', { address, reason: reasonOf(error) }, { cause: error })
}
