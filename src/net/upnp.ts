/**
 * A router that forwards ports when asked by UPnP (WANIPConnection and WANPPPConnection of Internet Gateway Device 1 and 2). Whoever
 * answers as one may be anybody on the local network: it is asked at its own address alone, and its words are short before they are shown.
 */
import { isIPv4 } from 'node:net'
import type { Clock } from '../ports.ts'
import { askOverHttp } from './lan-http.ts'
import type { RouterAnswer } from './upnp-search.ts'
import { type Leaf, readLeaves } from './xml-leaves.ts'

const serviceTypes = ['WANIPConnection:2', 'WANIPConnection:1', 'WANPPPConnection:1'].map(
  (service) => `urn:schemas-upnp-org:service:${service}`,
)
/** A router can have a connection for each of its lines, of which one works. */
const maxConnections = 4
const maxReasonCharacters = 80
const description = 'Berrysync'

/** Error codes of the services that lead to another try. */
export const upnpErrors = { portTaken: 718, onlyPermanent: 725 } as const

/** Undefined when it was done, or why the router did not do it. */
export type Refusal = { readonly code: number; readonly reason: string } | undefined

export interface Mapping {
  readonly externalPort: number
  /** Of this device. */
  readonly internalPort: number
  /** 0 for one that has no end. */
  readonly leaseSeconds: number
}

/** One connection of a router to the outside. Everything may throw, when there is no answer that can be understood. */
export interface RouterConnection {
  /** Of the router on the local network. */
  readonly router: string
  /** TCP to this device. The same again renews it. */
  addMapping(mapping: Mapping): Promise<Refusal>
  removeMapping(externalPort: number): Promise<Refusal>
  /** The IPv4 address it has outside, if it has one. */
  externalAddress(): Promise<string | undefined>
}

/** Asks a router what it has. Throws when it has nothing of the kind. */
export async function openRouter(
  clock: Clock,
  { location, segment }: RouterAnswer,
  signal: AbortSignal,
): Promise<readonly RouterConnection[]> {
  const from = segment.address
  const { status, body } = await askOverHttp(clock, { url: location, from, method: 'GET', signal })
  if (status !== 200) throw new Error(`it answered with status ${status}`)
  const connections = servicesIn(readLeaves(body))
    .map(({ type, path }) => ({ type, control: URL.parse(path, location.href) }))
    .filter(({ control }) => control?.protocol === 'http:' && control.hostname === location.hostname)
    .map(({ type, control }) => createConnection(clock, from, type, control!))
  if (connections.length === 0) throw new Error('it does not say how ports are forwarded')
  return connections.slice(0, maxConnections)
}

/** The services that forward ports, the newest kind first. */
export function servicesIn(leaves: readonly Leaf[]): { readonly type: string; readonly path: string }[] {
  const services = [...Map.groupBy(leaves, ({ parent }) => parent).values()].map((children) => ({
    type: textOf(children, 'servicetype') ?? '',
    path: textOf(children, 'controlurl') ?? '',
  }))
  return serviceTypes.flatMap((wanted) => services.filter(({ type, path }) => type === wanted && path !== ''))
}

function textOf(leaves: readonly Leaf[], name: string): string | undefined {
  return leaves.find((leaf) => leaf.name === name)?.text
}

function createConnection(clock: Clock, from: string, service: string, control: URL): RouterConnection {
  /** Every value is a number, an address or a word of ours, so that none needs escaping. */
  async function run(
    action: string,
    values: Readonly<Record<string, string | number>>,
  ): Promise<{ readonly refusal: Refusal; readonly leaves: readonly Leaf[] }> {
    const inner = Object.entries(values).map(([name, value]) => `<${name}>${value}</${name}>`)
    const call = `<u:${action} xmlns:u="${service}">${inner.join('')}</u:${action}>`
    const { status, body } = await askOverHttp(clock, {
      ...{ url: control, from, method: 'POST' },
      headers: { 'content-type': 'text/xml; charset="utf-8"', soapaction: `"${service}#${action}"` },
      body: `<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>${call}</s:Body></s:Envelope>`,
    })
    const leaves = readLeaves(body)
    const code = Number.parseInt(textOf(leaves, 'errorcode') ?? '', 10)
    if (Number.isInteger(code))
      return { refusal: { code, reason: printable(textOf(leaves, 'errordescription') ?? '') }, leaves }
    if (status !== 200) throw new Error(`it answered with status ${status}`)
    // Some say so with an element that is empty, some with values in it.
    if (!body.includes(`${action}Response`)) throw new Error('its answer makes no sense')
    return { refusal: undefined, leaves }
  }

  return {
    router: control.hostname,
    async addMapping({ externalPort, internalPort, leaseSeconds }) {
      const { refusal } = await run('AddPortMapping', {
        NewRemoteHost: '',
        NewExternalPort: externalPort,
        NewProtocol: 'TCP',
        NewInternalPort: internalPort,
        NewInternalClient: from,
        NewEnabled: 1,
        NewPortMappingDescription: description,
        NewLeaseDuration: leaseSeconds,
      })
      return refusal
    },
    async removeMapping(externalPort) {
      const values = { NewRemoteHost: '', NewExternalPort: externalPort, NewProtocol: 'TCP' }
      return (await run('DeletePortMapping', values)).refusal
    },
    async externalAddress() {
      const { refusal, leaves } = await run('GetExternalIPAddress', {})
      if (refusal !== undefined) throw new Error(`it does not tell its address: ${refusal.reason}`)
      const address = textOf(leaves, 'newexternalipaddress') ?? ''
      return isIPv4(address) && address !== '0.0.0.0' ? address : undefined
    },
  }
}

/** A stranger's words, made fit to be shown. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').slice(0, maxReasonCharacters)
}
