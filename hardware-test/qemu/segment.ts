/**
 * The network that the emulated machine is plugged into. This process has a network namespace of its own (see `side-by-side`), so that everything that
 * runs here is another host on the same segment, and nothing of it is seen anywhere else.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { environment, runCommand } from '../../src/testing/commands.ts'
import { macAddress } from './machine.ts'

export interface Segment extends AsyncDisposable {
  /** Of this host. */
  readonly hostAddress: string
  /** What the machine is given when it asks. */
  readonly address: string
  readonly tap: string
  /** This host answers at the machine's address, too, while the machine is off. */
  takeAddress(): Promise<AsyncDisposable>
}

const bridge = 'segment'
const tap = 'machine'
const [hostAddress, address, length] = ['10.77.0.1', '10.77.0.20', '24']

export async function makeSegment(directory: string): Promise<Segment> {
  await runCommand('ip', 'link', 'set', 'lo', 'up')
  // Without snooping multicast reaches everybody, as on the simplest switch.
  await runCommand('ip', 'link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0', 'forward_delay', '0')
  await runCommand('ip', 'address', 'add', `${hostAddress}/${length}`, 'brd', '+', 'dev', bridge)
  await runCommand('ip', 'link', 'set', bridge, 'up')
  await runCommand('ip', 'tuntap', 'add', 'dev', tap, 'mode', 'tap')
  await runCommand('ip', 'link', 'set', tap, 'master', bridge, 'up')
  // A search by multicast leaves through the segment.
  await runCommand('ip', 'route', 'add', 'default', 'dev', bridge)
  const server = startAddressServer(directory)
  return {
    ...{ hostAddress, address, tap },
    async takeAddress() {
      await runCommand('ip', 'address', 'add', `${address}/${length}`, 'dev', bridge)
      return {
        async [Symbol.asyncDispose]() {
          await runCommand('ip', 'address', 'del', `${address}/${length}`, 'dev', bridge)
        },
      }
    },
    async [Symbol.asyncDispose]() {
      const exited = once(server, 'exit')
      server.kill('SIGTERM')
      await exited
      await runCommand('ip', 'link', 'del', tap)
      await runCommand('ip', 'link', 'del', bridge)
    },
  }
}

/** DHCP without a router and without name servers: a network that leads nowhere. */
function startAddressServer(directory: string): ChildProcess {
  const args = [
    ...['--keep-in-foreground', '--conf-file=/dev/null', '--port=0', '--user=root', '--pid-file='],
    ...[`--interface=${bridge}`, '--bind-interfaces', '--dhcp-range=10.77.0.50,10.77.0.99,1h'],
    ...[`--dhcp-host=${macAddress},${address}`, `--dhcp-leasefile=${join(directory, 'leases')}`],
    ...['--dhcp-option=option:router', '--dhcp-option=option:dns-server'],
  ]
  return spawn('dnsmasq', args, { stdio: 'ignore', env: environment })
}
