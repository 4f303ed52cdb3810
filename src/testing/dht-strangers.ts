/** Other people's part of a DHT on loopback, for tests: well-behaved nodes of the package alone, and one that a test makes say anything. */
import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
// @ts-expect-error: the package has no types.
import { Client } from 'bittorrent-dht'
import type { HostPort } from '../net/address.ts'
import { type BdecodedMap, decodeBencode } from '../wire/bencode.ts'

const host = '127.0.0.1'

export interface PlainDht extends AsyncDisposable {
  readonly addresses: readonly HostPort[]
  /** Ends those at these places of `addresses`. */
  end(...places: number[]): Promise<void>
}

/** Nodes that all know the first one, and get to know each other by it. */
export async function openPlainDht(count: number): Promise<PlainDht> {
  const clients: { destroy(done: () => void): void }[] = []
  const addresses: HostPort[] = []
  for (let number = 0; number < count; number += 1) {
    const [first] = addresses
    const client = new Client({ bootstrap: first === undefined ? false : [`${host}:${first.port}`] })
    client.listen(0, host)
    await once(client, first === undefined ? 'listening' : 'ready')
    clients.push(client)
    addresses.push({ host, port: client.address().port })
  }
  const end = async (...places: number[]) => {
    for (const place of places) await new Promise<void>((done) => clients[place]!.destroy(done))
  }
  return { addresses, end, [Symbol.asyncDispose]: () => end(...clients.keys()) }
}

export interface Stranger extends AsyncDisposable {
  readonly address: HostPort
  /** Everything that came, oldest first. */
  readonly heard: readonly BdecodedMap[]
  send(bytes: Uint8Array, to: HostPort): Promise<void>
}

/** Answers each packet with what the test makes of it, as many packets as that gives. */
export async function openStranger(
  answer: (message: BdecodedMap) => readonly Uint8Array[] = () => [],
): Promise<Stranger> {
  const socket = createSocket('udp4')
  const heard: BdecodedMap[] = []
  socket.on('message', (bytes, from: RemoteInfo) => {
    const message = decodeBencode(bytes) as BdecodedMap
    heard.push(message)
    for (const packet of answer(message)) socket.send(packet, from.port, from.address)
  })
  socket.bind(0, host)
  await once(socket, 'listening')
  return {
    address: { host, port: socket.address().port },
    heard,
    send: (bytes, to) => new Promise((done) => socket.send(bytes, to.port, to.host, () => done())),
    async [Symbol.asyncDispose]() {
      socket.close()
    },
  }
}
