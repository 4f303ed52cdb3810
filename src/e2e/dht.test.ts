/** Finding peers by a DHT of other people's nodes: aria2, in a network of its own. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ariaPort, startAria, startSearch } from '../testing/dht-processes.ts'
import { type Host, makeNetworks } from '../testing/networks.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const arias = 6

test('two devices find each other by nodes of others alone, and again when the first of those is gone', async () => {
  await using directory = await makeTempDirectory()
  await using network = await makeNetworks()
  // Addresses that count as public.
  const segment = await network.segment('198.51.100.0/24')
  const hosts: Host[] = []
  while (hosts.length < arias + 2) hosts.push(await network.host(`host${hosts.length}`, segment))
  await using stack = new AsyncDisposableStack()
  const [one, other, ...others] = hosts
  // They cannot be each other's nodes.
  await one!.run('ip', 'route', 'add', 'unreachable', other!.address)
  await other!.run('ip', 'route', 'add', 'unreachable', one!.address)
  const [first, last] = [others[0]!, others.at(-1)!]
  const running = []
  for (const { prefix, address } of others)
    running.push(stack.use(await startAria(prefix, join(directory.path, address), first.address)))

  const folder = randomBytes(32).toString('hex')
  const optionsOf = (name: string, entry: string) => ({
    folders: [folder],
    listen: { host: '0.0.0.0', port: 17_000 },
    bootstrap: [`${entry}:${ariaPort}`],
    stateFile: join(directory.path, `${name}.json`),
    port: 4000,
  })
  const ofOne = stack.use(startSearch(one!.prefix, optionsOf('one', first.address)))
  await until('the first is announced', () => ofOne.lines.some(isAnnounced))
  const ofOther = stack.use(startSearch(other!.prefix, optionsOf('other', last.address)))
  await until('the other finds it', () => ofOther.found().includes(`${one!.address}:4000`))
  await until('it finds the other', () => ofOne.found().includes(`${other!.address}:4000`), 90)
  await ofOne.end()

  await running[0]!.end()
  const again = stack.use(startSearch(one!.prefix, optionsOf('one', first.address)))
  await until('it finds the other again', () => again.found().includes(`${other!.address}:4000`))
  expect(again.found()).not.toContain(`${first.address}:4000`)
})

function isAnnounced(line: { readonly kind: string; readonly message?: string }): boolean {
  return /announced at: [1-9]/.test(line.message ?? '')
}
