/** Records what passes at an interface, to be searched as bytes or looked through packet by packet. Needs tcpdump, and root. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { environment } from './commands.ts'
import { until } from './until.ts'

/** The file begins with so many bytes, and each packet in it. */
const fileHeaderBytes = 24
const packetHeaderBytes = 16

export interface CaptureOptions {
  /** Default: this machine's own network. */
  readonly prefix?: readonly string[]
  readonly device: string
  /** As tcpdump understands it; default: everything. */
  readonly filter?: string
}

export interface Capture extends AsyncDisposable {
  /** What was seen so far. */
  packets(): Promise<Packet[]>
  /** Ends it, makes sure that nothing was missed, and returns all bytes that were recorded. */
  stop(): Promise<Buffer>
}

/** One packet. Ports are 0 where there are none. */
export interface Packet {
  readonly protocol: 'arp' | 'icmp' | 'igmp' | 'tcp' | 'udp' | 'icmpv6' | 'other'
  readonly from: string
  readonly fromPort: number
  /** Of an ARP question: whose place is asked for. */
  readonly to: string
  readonly toPort: number
}

/** Starts recording into a file. Disposing ends it. */
export async function startCapture(
  file: string,
  { prefix = [], device, filter = '' }: CaptureOptions,
): Promise<Capture> {
  if (process.getuid?.() !== 0) throw new Error('Only root may record packets: run this as root.')
  const record = ['tcpdump', '-i', device, '-U', '--immediate-mode', '-s', '0', '-B', '65536', '-w', file]
  const [command, ...args] = [...prefix, ...record, ...(filter === '' ? [] : [filter])]
  const child = spawn(command!, args, { stdio: ['ignore', 'ignore', 'pipe'], env: environment })
  const ended = once(child, 'exit')
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  await until('tcpdump listens', () => {
    if (child.exitCode !== null) throw new Error(said.join('\n'))
    return said.some((line) => line.includes('listening on'))
  })
  return {
    packets: async () => packetsOf(await readFile(file)),
    async stop() {
      child.kill('SIGINT')
      await ended
      if (!/\b0 packets dropped by kernel/.test(said.join('\n'))) throw new Error(said.join('\n'))
      return readFile(file)
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** The packets of a recording that are complete in it. */
function packetsOf(recording: Buffer): Packet[] {
  const packets: Packet[] = []
  for (let at = fileHeaderBytes; at + packetHeaderBytes <= recording.length; ) {
    const start = at + packetHeaderBytes
    const end = start + recording.readUInt32LE(at + 8)
    if (end > recording.length) break
    packets.push(packetOf(recording.subarray(start, end)))
    at = end
  }
  return packets
}

function packetOf(frame: Buffer): Packet {
  const type = frame.readUInt16BE(12)
  const body = frame.subarray(14)
  if (type === 0x0806) return withPorts('arp', ipv4(body, 14), ipv4(body, 24))
  if (type === 0x0800) {
    const payload = body.subarray((body[0]! & 15) * 4)
    return withPorts(protocolOf(body[9]!), ipv4(body, 12), ipv4(body, 16), payload)
  }
  if (type === 0x86dd) {
    // Only hop-by-hop options stand in front of anything that a test may want to tell apart.
    const hasOptions = body[6] === 0
    const protocol = hasOptions ? body[40]! : body[6]!
    const payload = body.subarray(hasOptions ? 48 + body[41]! * 8 : 40)
    return withPorts(protocolOf(protocol), ipv6(body, 8), ipv6(body, 24), payload)
  }
  return withPorts('other', '', '')
}

function withPorts(protocol: Packet['protocol'], from: string, to: string, payload?: Buffer): Packet {
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  const port = (at: number) => (hasPorts ? payload!.readUInt16BE(at) : 0)
  return { protocol, from, fromPort: port(0), to, toPort: port(2) }
}

function protocolOf(number: number): Packet['protocol'] {
  const names = { 1: 'icmp', 2: 'igmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' } as const
  return number in names ? names[number as keyof typeof names] : 'other'
}

function ipv4(bytes: Buffer, at: number): string {
  return bytes.subarray(at, at + 4).join('.')
}

function ipv6(bytes: Buffer, at: number): string {
  const groups = bytes
    .subarray(at, at + 16)
    .toString('hex')
    .match(/.{4}/g)!
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
