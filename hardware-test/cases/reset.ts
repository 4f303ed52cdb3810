/** Factory reset: the device forgets itself, and not a byte on a disk. Last of its start, because nothing is left of what others set up. */

import { assertSo } from '../assert-so.ts'
import type { Case } from '../case.ts'
import { accessOf } from '../device.ts'
import { plugAndSee, pullAndSee } from '../disks-seen.ts'
import { eventually } from '../eventually.ts'
import { podcastDisk, writeEpisode } from '../podcast-store.ts'

const restartSeconds = 400

export const factoryReset: Case = {
  id: 'reset',
  title: 'A8: factory reset forgets password, folders and identity, and leaves the disk as it is',
  steps: [
    'Hold the button for 12 seconds, or choose factory reset in the web interface.',
    'Wait for the restart and open the page.',
    'Look at the disk on a computer.',
  ],
  expect: 'the page asks for a new password; every file is still on the disk',
  limitSeconds: 700,
  async run(scene) {
    const { board, device } = scene
    const { root, disk } = await podcastDisk(scene)
    await writeEpisode(scene, `${root}/kept.txt`, 'stays', 5000)
    const list = `cd '${root}' && find . -path ./.berrysync -prune -o -name .sync -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum; sync`
    const files = await board.shell(list, 240)
    const idBefore = (await device.get('/api/status')).device.id
    const machineId = await board.shell('cat /etc/machine-id')
    const { resetText } = (await device.get('/api/system')).appliance
    await device.confirm()
    const startedMs = performance.now()
    await device.send('POST', '/api/system/factory-reset', { typed: resetText })
    await eventually(
      'it has forgotten its password',
      async () => (await accessOf(device.url)) === 'set-up',
      restartSeconds,
    )
    const seconds = (performance.now() - startedMs) / 1000
    await board.shellReady(restartSeconds)
    await device.setUp()
    const after = await device.get('/api/status')
    assertSo(after.device.id !== idBefore, 'it has the same identity as before')
    assertSo((await board.shell('cat /etc/machine-id')) !== machineId, 'it has the same machine id as before')
    assertSo(after.folders.length === 0, `it still has ${after.folders.length} folders`)
    await pullAndSee(scene, disk)
    const { mountPoint } = await plugAndSee(scene, disk, ['attached'])
    assertSo(mountPoint === root.replace(/\/Berrysync$/, ''), `the disk is at ${mountPoint} now`)
    assertSo((await board.shell(list, 240)) === files, 'files on the disk changed')
    return { seconds }
  },
}
