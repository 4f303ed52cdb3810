/** A closed system: nothing goes anywhere but to the predefined hosts, in syncing, in losing a peer and in finding it again. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startCapture } from '../testing/capture.ts'
import { caseCount } from '../testing/counts.ts'
import { type MemberPlan, startMesh } from '../testing/mesh.ts'
import { makeNetworks } from '../testing/networks.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'

/** Seconds of syncing; ten minutes with twenty times the usual counts. */
const seconds = caseCount(30)
const editEverySeconds = 5

const allOff = { lan: false, tracker: false, dht: false, relay: false }
const plans: readonly [what: string, plan: Pick<MemberPlan, 'set' | 'device'>][] = [
  ['every switch of its folder off', { device: {}, set: allOff }],
  [
    'its own switch on, and those of its folder too',
    { device: { closed: true, relays: ['198.51.100.9:4446'] }, set: { dht: true } },
  ],
]

test.concurrent.each(plans)(
  'a device with %s speaks to its hosts alone',
  { timeout: (seconds + 120) * 1000 },
  async (_, closed) => {
    await using net = await makeNetworks()
    const segment = await net.segment('192.168.7.0/24', { ipv6: 'fd77::/64' })
    const [there, here] = [await net.host('there', segment), await net.host('here', segment)]
    // Somebody who would answer, and hears what is said to everybody.
    await net.host('stranger', segment)
    await using root = await makeTempDirectory()
    await using seen = await startCapture(join(root.path, 'packets'), here)
    await using mesh = await startMesh(root.path, [
      { name: 'peer', host: there },
      { name: 'closed', host: here, ...closed },
    ])
    const [peer, device] = mesh.members
    let edits = 0
    async function syncFor(limit: number): Promise<void> {
      for (let passed = 0; passed < limit; passed += editEverySeconds) {
        edits += 1
        await writeFile(device!.path('file'), `edit ${edits}`)
        // As long as it takes: what is looked for is what happens meanwhile.
        await pause(editEverySeconds * 1000)
      }
      expect(await mesh.differences()).toEqual([])
    }
    await syncFor(seconds / 2)
    await peer!.end()
    await pause(5_000)
    await peer!.restart()
    await syncFor(seconds / 2)
    const packets = await seen.packets()
    const others = packets.filter(
      ({ from, to }) => ![from, to].every((address) => [here.address, there.address].includes(address)),
    )
    // What the kernel says of its own IPv6 addresses is none of the device's words.
    expect(others.filter(({ protocol }) => protocol !== 'icmpv6')).toEqual([])
    // Every edit was asked for and given.
    expect(packets.filter(({ protocol }) => protocol === 'tcp').length).toBeGreaterThan(2 * edits)
  },
)
