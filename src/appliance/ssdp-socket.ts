/**
 * A socket for node-ssdp that belongs to one network segment. That library binds every socket to all addresses, so each would hear searches of all
 * segments and answer with an address that is not there, and all advertisements would leave by one interface. This one speaks on its own segment,
 * hears only who is on it, and no more of them than a small box can answer.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import { createFloodGuard, type FloodGuard } from '../net/flood-guard.ts'
import type { Segment } from '../net/lan-segments.ts'
import type { Clock, Log } from '../ports.ts'

/** A search is a few hundred bytes, and each is answered with up to three as large. */
const maxSearchBytes = 1500
const searchesASecond = { perSender: 10, inTotal: 40 }

interface Needs {
  readonly clock: Clock
  readonly log: Log
  readonly segment: Segment
}

/** What the library calls of a `dgram` socket. */
export class SsdpSocket extends EventEmitter {
  readonly #socket: Socket
  readonly #segment: Segment
  readonly #guard: FloodGuard
  #isClosed = false

  constructor({ clock, log, segment }: Needs) {
    super()
    this.#segment = segment
    this.#guard = createFloodGuard({ clock, ...searchesASecond })
    this.#socket = createSocket({ type: 'udp4', reuseAddr: true })
    this.#socket.on('message', (bytes, from) => this.#hear(bytes, from))
    this.#socket.on('error', (error) => {
      log.debug({ error, interface: segment.interface }, 'a socket for SSDP failed')
      this.emit('broken')
    })
    this.#socket.unref()
  }

  #hear(bytes: Buffer, from: RemoteInfo): void {
    // A made-up sender has no port, and what others advertise is of no interest.
    if (
      from.port === 0 ||
      bytes.length > maxSearchBytes ||
      !/^M-SEARCH /.test(bytes.toString('latin1', 0, 9))
    )
      return
    if (!this.#segment.has(from.address) || !this.#guard.admits(from.address, 1)) return
    this.emit('message', bytes, from)
  }

  bind(port: number, done: () => void): void {
    this.#socket.bind(port, () => {
      try {
        this.#socket.setMulticastInterface(this.#segment.address)
        this.emit('listening')
        done()
      } catch {
        // The interface went away just now.
        this.emit('broken')
      }
    })
  }

  address() {
    return this.#socket.address()
  }

  addMembership(group: string): void {
    this.#socket.addMembership(group, this.#segment.address)
  }

  setMulticastTTL(ttl: number): void {
    this.#socket.setMulticastTTL(ttl)
  }

  send(bytes: Buffer, offset: number, length: number, port: number, host: string, done: () => void): void {
    if (this.#isClosed) return done()
    // Nobody waits for an advertisement that could not be sent, and it is said again.
    this.#socket.send(bytes, offset, length, port, host, () => done())
  }

  unref(): void {
    this.#socket.unref()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#socket.removeAllListeners('message')
    this.#socket.close()
  }
}
