/** A real UPnP daemon on a router of a test network, which lets in what devices ask for. Needs miniupnpd of the nftables kind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { environment } from './commands.ts'
import type { Router } from './networks.ts'
import { until } from './until.ts'

const table = 'inet miniupnpd'
/** What it needs to find: its own chains, and the jumps there. That the packets may pass, the router's own rules say. */
const chains = `
  chain miniupnpd {
  }
  chain prerouting_miniupnpd {
  }
  chain postrouting_miniupnpd {
  }
  chain prerouting {
    type nat hook prerouting priority dstnat
    jump prerouting_miniupnpd
  }
  chain postrouting {
    type nat hook postrouting priority srcnat
    jump postrouting_miniupnpd
  }`

export interface Miniupnpd extends AsyncDisposable {
  /** Lines it has written so far. */
  readonly log: readonly string[]
  /** What it lets in now: `PORT to ADDRESS:PORT`. */
  forwards(): Promise<string[]>
}

/** Starts it with nothing let in. `rules` are its own, as `allow 1024-65535 192.168.1.0/24 1024-65535`; default: everything. */
export async function startMiniupnpd(
  directory: string,
  { inside, outside }: Router,
  rules: readonly string[] = [],
): Promise<Miniupnpd> {
  const file = join(directory, 'miniupnpd.conf')
  const settings = [
    `ext_ifname=${outside.device}`,
    `listening_ip=${inside.device}`,
    'enable_upnp=yes',
    'enable_natpmp=no',
    // A device may only let others in to itself.
    'secure_mode=yes',
    'uuid=00000000-0000-4000-8000-000000000001',
    'upnp_table_name=miniupnpd',
    'upnp_nat_table_name=miniupnpd',
  ]
  await writeFile(file, [...settings, ...rules, ''].join('\n'))
  await inside.run('nft', `add table ${table}; delete table ${table}\ntable ${table} {${chains}\n}`)
  const [command, ...prefix] = inside.prefix
  const child = spawn(
    command!,
    [...prefix, 'miniupnpd', '-d', '-f', file, '-P', join(directory, 'miniupnpd.pid')],
    { stdio: ['ignore', 'ignore', 'pipe'], env: environment },
  )
  const ended = once(child, 'exit')
  const log: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line))
  await until('miniupnpd listens', () => {
    if (child.exitCode !== null) throw new Error(log.join('\n'))
    return log.some((line) => line.includes('HTTP listening on port'))
  })
  return {
    log,
    async forwards() {
      const text = await inside.run('nft', 'list', 'chain', ...table.split(' '), 'prerouting_miniupnpd')
      return Array.from(text.matchAll(/dport (\d+) dnat ip to (\S+)/g), ([, port, to]) => `${port} to ${to}`)
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
