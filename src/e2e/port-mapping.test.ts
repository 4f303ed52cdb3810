/** A port forwarded by a real UPnP router behind which a device is hidden. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startCapture } from '../testing/capture.ts'
import { startMiniupnpd } from '../testing/miniupnpd.ts'
import { type Host, makeNetworks, type Router } from '../testing/networks.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const program = fileURLToPath(new URL('../testing/port-mapping-main.ts', import.meta.url))
const port = 4_444
/** After so long a mapping is asked for again. */
const renewalMs = 600_000
/** Nobody is on it: the router takes its own networks for documentation for private ones, and forwards nothing to there. */
const publicNetwork = '11.22.33.0/24'

interface Told {
  readonly external?: { readonly host?: string; readonly port: number }
  readonly rows: readonly { readonly at: string; readonly state: string; readonly message: string }[]
}

interface Device extends AsyncDisposable {
  say(line: string): void
  /** Waits until the only row begins like this. */
  told(beginning: string): Promise<Told>
  /** Ends it as a daemon is ended. */
  end(): Promise<void>
}

async function startDevice(host: Host, atPort = port): Promise<Device> {
  const [command, ...prefix] = host.prefix
  const child = spawn(command!, [...prefix, process.execPath, program, String(atPort)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines: Told[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)))
  await until('the device runs', () => lines.length > 0)
  async function end(): Promise<void> {
    child.kill('SIGTERM')
    await ended
  }
  return {
    end,
    say: (line) => void child.stdin.write(`${line}\n`),
    told: (beginning) =>
      until(`told: ${beginning}`, () => {
        const last = lines.at(-1)!
        if (last.rows.length === 1 && last.rows[0]!.message.startsWith(beginning)) return last
        throw new Error(JSON.stringify(last))
      }),
    [Symbol.asyncDispose]: end,
  }
}

/** What somebody outside gets who connects to the router. */
async function reach(from: Host, { outside }: Router, atPort: number): Promise<string> {
  const connect = `
    const socket = require('node:net').connect(${atPort}, '${outside.address}')
    socket.on('data', (data) => console.log(String(data)))
    socket.on('error', ({ code }) => console.log(code))`
  return (await from.run(process.execPath, '-e', connect)).trim()
}

async function makeHome(outsideNetwork: string) {
  const net = await makeNetworks()
  const outside = await net.segment(outsideNetwork)
  const inside = await net.segment('192.168.1.0/24')
  const router = await net.router('router', { inside, outside, nat: true })
  const device = await net.host('device', inside)
  const stranger = await net.host('stranger', outside)
  return { net, inside, router, device, stranger, [Symbol.asyncDispose]: () => net[Symbol.asyncDispose]() }
}

test('a device behind a NAT is reached from outside as long as it wants to be, and longer than the router remembers', async () => {
  await using root = await makeTempDirectory()
  await using home = await makeHome(publicNetwork)
  const { router, stranger } = home
  await using capture = await startCapture(join(root.path, 'packets'), home.device)
  const upnp = await startMiniupnpd(root.path, router)
  await using device = await startDevice(home.device)
  expect(await reach(stranger, router, port)).toBe('ECONNREFUSED')
  device.say(`pass ${renewalMs}`)
  const spoken = (await capture.packets()).filter(({ from }) => from === home.device.address)
  expect(spoken, 'nothing is sent before it is wanted').toEqual([])

  device.say('on')
  const { external, rows } = await device.told('the router (192.168.1.1, UPnP) forwards port 4444')
  expect(external).toEqual({ host: router.outside.address, port })
  expect(rows[0]!.state).toBe('working')
  expect(await upnp.forwards()).toEqual(['4444 to 192.168.1.2:4444'])
  expect(await reach(stranger, router, port)).toBe('here')

  const requests = () => upnp.log.filter((line) => line.includes('AddPortMapping: ext port 4444')).length
  expect(requests()).toBe(1)
  device.say(`pass ${renewalMs}`)
  await until('it is renewed', () => requests() === 2)

  // The router is restarted, and knows nothing any more.
  await upnp[Symbol.asyncDispose]()
  await using again = await startMiniupnpd(root.path, router)
  expect(await reach(stranger, router, port)).toBe('ECONNREFUSED')
  device.say(`pass ${renewalMs}`)
  await until('it is there again', async () => (await again.forwards()).length === 1)
  expect(await reach(stranger, router, port)).toBe('here')

  device.say('off')
  await until('it is taken back', async () => (await again.forwards()).length === 0)
  device.say('on')
  await device.told('the router (192.168.1.1, UPnP) forwards')
  await device.end()
  expect(await again.forwards()).toEqual([])
  expect(await reach(stranger, router, port)).toBe('ECONNREFUSED')
})

test('two devices of a home get different ports; what the router forbids is told', async () => {
  await using root = await makeTempDirectory()
  await using home = await makeHome(publicNetwork)
  const { router, stranger } = home
  const rules = ['allow 4444 192.168.1.2/32 4444', 'deny 2000-65535 192.168.1.2/32 0-65535']
  await using upnp = await startMiniupnpd(root.path, router, rules)
  await using first = await startDevice(home.device)
  first.say('on')
  await first.told('the router (192.168.1.1, UPnP) forwards port 4444')
  await using second = await startDevice(await home.net.host('second', home.inside))
  second.say('on')
  const { external } = await second.told('the router (192.168.1.1, UPnP) forwards')
  expect(external!.port).not.toBe(port)
  expect(await reach(stranger, router, external!.port)).toBe('here')
  expect(await upnp.forwards()).toHaveLength(2)

  await using third = await startDevice(home.device, 5_555)
  third.say('on')
  const refused = await third.told('the router (192.168.1.1, UPnP) refused')
  expect(refused.rows[0]!.message).toBe('the router (192.168.1.1, UPnP) refused: Action not authorized')
  expect(refused.rows[0]!.state).toBe('failed')
  expect(refused.external).toBeUndefined()
})

test('a router that is itself behind a NAT is told as such; none at all, too', async () => {
  await using root = await makeTempDirectory()
  await using home = await makeHome('10.1.1.0/24')
  await using device = await startDevice(home.device)
  device.say('on')
  await device.told('no router answered')
  await using _upnp = await startMiniupnpd(root.path, home.router)
  device.say('off')
  device.say('on')
  const { external, rows } = await device.told('the router (192.168.1.1, UPnP) refused: ')
  expect(rows[0]!.message).toBe(
    'the router (192.168.1.1, UPnP) refused: ActionFailed; it has no public address, or is offline: there may be another NAT in front of it',
  )
  expect(external).toBeUndefined()
})
