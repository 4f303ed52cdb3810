/**
 * A router on the loopback interface that answers UPnP as a test wants it, well or badly. How real ones answer is seen in the end-to-end
 * tests.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'
import type { HostPort } from '../net/address.ts'
import type { Interfaces } from '../net/lan-segments.ts'

const routerAddress = '127.0.0.1'
const serviceType = 'urn:schemas-upnp-org:service:WANIPConnection:1'

export interface FakeMapping {
  readonly client: string
  readonly port: number
  readonly lease: number
}

/** An action that a device asked for, with its values in order. */
export interface FakeCall {
  readonly action: string
  readonly values: readonly string[]
}

export interface FakeRouter extends AsyncDisposable {
  /** Where it hears questions. */
  readonly group: HostPort
  readonly url: string
  /** By external port. */
  readonly mappings: Map<number, FakeMapping>
  /** Everything it was asked, oldest first: `search`, `GET /…`, or an action with its values. */
  readonly asked: string[]
  externalAddress: string
  /** What it answers to a search, given what is usual; undefined for nothing. */
  searchAnswer: (usual: string) => string | undefined
  /** An error code it answers an action with; undefined to do it. */
  refuse: (call: FakeCall) => number | undefined
  /** Answers a request in its place; false to leave it. */
  takeOver: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** Interfaces as a device has that is in one network with the router, unless its network is smaller. */
export function interfacesAt(address: string, netmask = '255.0.0.0'): Interfaces {
  const info: NetworkInterfaceInfo = {
    ...{ address, netmask, family: 'IPv4', mac: '00:00:00:00:00:00', internal: false },
    cidr: null,
  }
  return { eth0: [info] }
}

/** The description of a router, as short as it can be. */
export function describeRouter(controlUrl: string): string {
  return `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><friendlyName>A & B</friendlyName><deviceList><device>
    <serviceList><service><serviceType>${serviceType}</serviceType><controlURL>${controlUrl}</controlURL></service></serviceList>
    </device></deviceList></device></root>`
}

export async function startFakeRouter(): Promise<FakeRouter> {
  const mappings = new Map<number, FakeMapping>()
  const asked: string[] = []
  const server = createServer(answer)
  server.listen(0, routerAddress)
  await once(server, 'listening')
  const url = `http://${routerAddress}:${(server.address() as AddressInfo).port}`
  const socket = createSocket('udp4')
  socket.bind(0, routerAddress)
  await once(socket, 'listening')

  socket.on('message', (bytes, { address, port }) => {
    const kind = /^ST: (.*)$/m.exec(bytes.toString())?.[1]?.trim()
    asked.push('search')
    const usual = `HTTP/1.1 200 OK\r\nST: ${kind}\r\nLOCATION: ${url}/root.xml\r\n\r\n`
    const reply = router.searchAnswer(usual)
    if (reply !== undefined) socket.send(reply, port, address)
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await request.toArray()).join('')
    const action = /#(\w+)"$/.exec(String(request.headers.soapaction))?.[1]
    const values = Array.from(body.matchAll(/<New\w+>([^<]*)</g), ([, value]) => value!)
    asked.push(action === undefined ? `${request.method} ${request.url}` : [action, ...values].join(' '))
    if (router.takeOver(request, response)) return
    if (action === undefined) {
      response.end(describeRouter('/control'))
      return
    }
    const code = router.refuse({ action, values })
    if (code !== undefined) response.statusCode = 500
    response.end(
      code !== undefined
        ? `<s:Envelope><s:Body><s:Fault><detail><UPnPError><errorCode>${code}</errorCode><errorDescription>NotToday</errorDescription></UPnPError></detail></s:Fault></s:Body></s:Envelope>`
        : `<s:Envelope><s:Body><u:${action}Response>${act(action, values)}</u:${action}Response></s:Body></s:Envelope>`,
    )
  }

  function act(action: string, values: readonly string[]): string {
    const port = Number(values[1])
    if (action === 'GetExternalIPAddress')
      return `<NewExternalIPAddress>${router.externalAddress}</NewExternalIPAddress>`
    if (action === 'DeletePortMapping') mappings.delete(port)
    else mappings.set(port, { client: values[4]!, port: Number(values[3]), lease: Number(values[7]) })
    return ''
  }

  const router: FakeRouter = {
    ...{ url, mappings, asked, externalAddress: '203.0.113.9' },
    group: { host: routerAddress, port: socket.address().port },
    searchAnswer: (usual) => usual,
    refuse: () => undefined,
    takeOver: () => false,
    async [Symbol.asyncDispose]() {
      socket.close()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return router
}
