/**
 * Puts the web interface together: who may come in, the pages, the port, the certificate. Where it is and whether it speaks TLS are read
 * once, at the start; which names it answers to are asked each time.
 */
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Access, PasswordKeeper } from './api/access.ts'
import type { Door } from './api/door.ts'
import { createSessionCookie } from './api/session-cookie.ts'
import { fingerprintOf, loadCertificate } from './api/web-certificate.ts'
import { createWebConnections } from './api/web-connections.ts'
import { addWebDescription, type WebDescription } from './api/web-description.ts'
import { createWebDoor } from './api/web-door.ts'
import { addWebFiles } from './api/web-files.ts'
import { openWebServer } from './api/web-server.ts'
import type { ConfigKeeper } from './config.ts'
import { SyncError } from './core/errors.ts'
import type { DeviceId } from './core/ids.ts'
import { formatHostPort, type HostPort, parseListenAddress, scopeOf } from './net/address.ts'
import { ownInterfaces } from './net/own-interfaces.ts'
import type { Chance, Clock, Log } from './ports.ts'
import type { DeviceSettings } from './setting-table.ts'

/** Beside the built program. */
const builtFiles = fileURLToPath(new URL('ui', import.meta.url))

/** The password of the web interface, as the configuration keeps it. */
export function createPasswordKeeper(config: ConfigKeeper): PasswordKeeper {
  return {
    current: () => config.current().password,
    keep: (password, isFirst) =>
      config.change((before) => {
        if (isFirst && before.password !== undefined) throw new SyncError('set-up-done')
        return { ...before, password }
      }),
  }
}

export interface WebInterfaceNeeds {
  readonly home: string
  readonly hostName: string
  readonly deviceId: DeviceId
  /** At the start. */
  readonly settings: Pick<DeviceSettings, 'web' | 'https'>
  webNames(): readonly string[]
  readonly access: Access
  /** What it tells of the device to who found it in the local network. */
  readonly description: WebDescription
  /** The same application as everywhere, behind this door. */
  buildApp(door: Door): FastifyInstance
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
}

export interface WebInterface extends AsyncDisposable {
  /** Its address for a browser. */
  readonly url: string
  readonly scheme: 'http' | 'https'
  /** Where it listens. */
  readonly address: HostPort
  /** Of its certificate, as browsers show it; none without TLS. */
  readonly fingerprint: string | undefined
}

/** Undefined when it is off. Throws `web-port-in-use`, `listen-failed` or `certificate-failed`. */
export async function openWebInterface(needs: WebInterfaceNeeds): Promise<WebInterface | undefined> {
  const { home, hostName, settings, access, clock, chance, log } = needs
  if (settings.web === 'off') return undefined
  const wanted = parseListenAddress(settings.web)
  const names = [
    hostName,
    `${hostName.split('.')[0]}.local`,
    'localhost',
    ...needs.webNames(),
    ...ownAddresses(),
  ]
  const certificate = settings.https
    ? await loadCertificate({ home, names: [...new Set(names)], clock, chance, log })
    : undefined
  const connections = createWebConnections()
  const door = createWebDoor({
    ...{ clock, access, onTrusted: connections.setTrusted },
    cookie: createSessionCookie(needs.deviceId, certificate !== undefined),
    ownNames: { hostName, allowed: needs.webNames, addresses: ownAddresses },
  })
  const app = needs.buildApp(door)
  addWebDescription(app, needs.description)
  await addWebFiles(app, builtFiles)
  const server = await openWebServer({ app, address: wanted, certificate, connections, clock, log })

  const { host, port } = server.address
  const scheme = certificate === undefined ? 'http' : 'https'
  const url = `${scheme}://${formatHostPort({ host: hostToShow(host, hostName), port })}`
  const fingerprint = certificate === undefined ? undefined : fingerprintOf(certificate)
  log.info(
    { web: url, ...(fingerprint === undefined ? {} : { fingerprint }) },
    access.isSetUp()
      ? 'the web interface is there'
      : `the web interface is there, and has no password yet: open ${url} to choose one, or run: berrysync password`,
  )
  return {
    url,
    scheme,
    address: server.address,
    fingerprint,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function ownAddresses(): string[] {
  return Object.values(ownInterfaces()).flatMap((entries = []) =>
    entries.map(({ address }) => address.split('%')[0]!),
  )
}

/** What a person can write into a browser: where all addresses are listened at, one that others reach, too. */
function hostToShow(host: string, hostName: string): string {
  if (scopeOf(host) !== 'none') return host
  return (
    ownAddresses().find((address) => scopeOf(address) === 'private' && !address.includes(':')) ?? hostName
  )
}
