/** Devices that nobody told of each other find each other, in networks of their own and with servers other people wrote. */
import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type MemberPlan, startMesh } from '../testing/mesh.ts'
import { makeNetworks } from '../testing/networks.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'

/** Only these ways, and no host. */
function only(...ways: readonly ('lan' | 'tracker' | 'dht' | 'relay')[]): Pick<MemberPlan, 'dials' | 'set'> {
  const off = { lan: false, tracker: false, dht: false, relay: false }
  return { dials: [], set: { ...off, ...Object.fromEntries(ways.map((way) => [way, true])) } }
}

const device = { portMapping: false }

test('on one segment by LAN search alone', async () => {
  await using net = await makeNetworks()
  const segment = await net.segment('192.168.7.0/24')
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [
    { name: 'one', host: await net.host('one', segment), device, ...only('lan') },
    { name: 'two', host: await net.host('two', segment), device, ...only('lan') },
  ])
  const [one, two] = mesh.members
  await writeFile(one!.path('file'), 'found nearby')
  expect(await mesh.differences()).toEqual([])
  const explained = await two!.daemon.ask('peers', two!.directory, '--explain')
  expect(explained).toMatch(/^ {2}lan 192\.168\.7\.\d+:\d+ \(direct\): connected$/m)
  expect(explained).toContain('trackers: off')
})
