/**
 * What it costs to do nothing: processor, memory, and above all a disk that may sleep. The processor is measured and not judged: what a part of a core is
 * depends on what else runs on this computer.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { assertSo } from '../assert-so.ts'
import type { Case, Scene } from '../case.ts'
import { accessesOf, listDisks } from '../disks-seen.ts'
import { eventually } from '../eventually.ts'
import { asOwner, deviceAtRest, folderSeen, podcastDisk } from '../podcast-store.ts'

const folderCount = 9
const files = 20_000
/** Until what was tried in vain at the start is tried seldom. */
const restSeconds = 300
const idleSeconds = 300
const maxMegabytes = 150
const ticksPerSecond = 100

export const idle: Case = {
  id: 'idle',
  title:
    'nine folders with 20,000 files at rest for five minutes: no access to the disk, at most 150 MB; how much of a core it takes is measured',
  steps: [
    'Leave it alone with nine folders and some 20,000 files for an hour.',
    'Look at System in the web interface, and listen to the disk.',
  ],
  expect: 'next to no load; the disk spins down, if it is one that does',
  limitSeconds: 1800,
  async run(scene) {
    const { board, device, peer } = scene
    // As it comes out of the box: a button is looked at all the time. Nor does anybody fetch the files.
    await device.send('PATCH', '/api/settings', {
      values: { ledPin: 'off', attentionPin: 'off', buttonPin: 'off' },
    })
    scene.kept.delete('pins')
    await peer.end('SIGTERM')
    const { disk, root } = await podcastDisk(scene)
    const each = Math.ceil(files / folderCount)
    const paths = Array.from({ length: folderCount }, (_, at) => `${root}/Kept ${at + 1}`)
    for (const path of paths) {
      await board.shell(asOwner(`mkdir '${path}'; cd '${path}'; seq ${each} | split -l 1 -a 4 - f`), 240)
      await device.send('POST', '/api/folders', { path })
    }
    await eventually('the device knows all files', async () => (await filesKnown(scene, paths)) >= files, 500)
    await deviceAtRest(scene, 200)
    await board.shell('sync')
    await pause(restSeconds * 1000)

    const name = (await listDisks(scene)).find(({ serial }) => serial === disk.id)!.device
    const before = { accesses: await accessesOf(board, name), ticks: await ticksOf(scene) }
    const startedMs = performance.now()
    await pause(idleSeconds * 1000)
    const seconds = (performance.now() - startedMs) / 1000
    const percentOfCore = (((await ticksOf(scene)) - before.ticks) / ticksPerSecond / seconds) * 100
    const accesses = (await accessesOf(board, name)) - before.accesses
    const residentMegabytes = ((await residentKib(scene)) * 1024) / 1e6
    const figures = { percentOfCore, residentMegabytes, accesses }
    assertSo(accesses === 0, `the disk was accessed ${accesses} times: ${JSON.stringify(figures)}`)
    assertSo(
      residentMegabytes <= maxMegabytes,
      `it uses ${Math.round(residentMegabytes)} MB: ${JSON.stringify(figures)}`,
    )
    return figures
  },
}

async function filesKnown(scene: Scene, paths: readonly string[]): Promise<number> {
  const seen = await Promise.all(paths.map((path) => folderSeen(scene, path)))
  return seen.reduce((sum, { files }) => sum + files, 0)
}

/** Of every process of the service, in hundredths of a second. */
async function ticksOf({ board }: Scene): Promise<number> {
  return Number(
    await board.shell(
      `awk '{gsub(/.*\\) /,""); print}' /proc/$(${mainProcess})/stat | awk '{print $12+$13+$14+$15}'`,
    ),
  )
}

async function residentKib({ board }: Scene): Promise<number> {
  return Number(await board.shell(`awk '/^VmRSS/ {print $2}' /proc/$(${mainProcess})/status`))
}

const mainProcess = 'systemctl show berrysync.service -p MainPID --value'
