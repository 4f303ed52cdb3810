/** Looks for devices by SSDP from a network namespace, and hears what they advertise there, as a computer would. Every process is Node's own. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Headers by their names in capitals; `START` is the first line, `FROM` the sender. */
export type SsdpMessage = Readonly<Record<string, string>>

const group = '239.255.255.250'
const port = 1900

const shared = `
  const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true })
  socket.on('message', (bytes, { address }) => {
    const [start, ...lines] = bytes.toString().split('\\r\\n')
    const headers = lines.map((line) => /^([^:]+): ?(.*)$/.exec(line)).filter(Boolean)
    const pairs = headers.map(([, name, value]) => [name.toUpperCase(), value])
    console.log(JSON.stringify({ START: start, FROM: address, ...Object.fromEntries(pairs) }))
  })`

/** Sends one search from an address and tells every answer that comes within a second. */
export async function searchSsdp(
  prefix: readonly string[],
  from: string,
  target: string,
): Promise<SsdpMessage[]> {
  const question = [
    'M-SEARCH * HTTP/1.1',
    `HOST: ${group}:${port}`,
    'MAN: "ssdp:discover"',
    'MX: 1',
    `ST: ${target}`,
  ]
  const script = `${shared}
    socket.bind(0, '${from}', () => {
      socket.setMulticastInterface('${from}')
      socket.send(${JSON.stringify(`${question.join('\r\n')}\r\n\r\n`)}, ${port}, '${group}')
      setTimeout(() => socket.close(), 1000)
    })`
  const listener = listen(prefix, script)
  await listener.ended
  return listener.heard
}

export interface SsdpListener extends AsyncDisposable {
  readonly heard: SsdpMessage[]
}

/** Hears everything that is said to the group on one segment. */
export function listenSsdp(prefix: readonly string[], address: string): SsdpListener {
  const script = `${shared}
    socket.bind(${port}, () => socket.addMembership('${group}', '${address}'))`
  return listen(prefix, script)
}

function listen(prefix: readonly string[], script: string) {
  const [command, ...args] = [...prefix, process.execPath, '-e', script]
  const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const heard: SsdpMessage[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => heard.push(JSON.parse(line)))
  const ended = new Promise<void>((resolve) => lines.once('close', () => resolve()))
  return {
    ...{ heard, ended },
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
    },
  }
}
