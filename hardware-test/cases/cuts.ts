/** The power cut, fifty times, in the middle of syncing. See `power-cuts/power-cuts` for how. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type DiskFacts, diskFactsDirectory } from '../../src/appliance/disk-facts.ts'
import { runCommand } from '../../src/testing/commands.ts'
import { NotPossible } from '../board.ts'
import type { Case, Scene } from '../case.ts'
import { createDevice } from '../device.ts'
import { makeDisk } from '../disk-files.ts'
import { listDisks } from '../disks-seen.ts'
import { eventually } from '../eventually.ts'
import { withoutRouter } from '../peer.ts'
import { makeFolder, peerAddress } from '../podcast-store.ts'
import { cutPower, type PowerCutsFigures } from '../power-cuts/power-cuts.ts'
import { readLayout } from '../qemu/card-layout.ts'
import { startMachine } from '../qemu/machine.ts'
import { type QemuBoard, wakeUp } from '../qemu/qemu-board.ts'
import { serveVolatileDisk } from '../qemu/volatile-disk.ts'

const diskMebibytes = 256
const bootSeconds = 400
const stateDirectory = '/var/lib/berrysync'

export interface CutsOptions {
  readonly id: string
  readonly cuts: number
  readonly bootEvery: number
  readonly seed: number
}

export function powerCuts({ id, cuts, bootEvery, seed }: CutsOptions): Case {
  return {
    id,
    title: `A10: the power is cut ${cuts} times in mid-sync: nothing that was confirmed is lost, nothing is half written, no delete leaves`,
    steps: [
      'Share a folder on the disk with a second device, both with the full secret. Copy files into it on both sides without end.',
      'Pull the power plug, wait five seconds, put it in again. Do this ten times.',
    ],
    expect:
      'each time it starts by itself, and after a while both sides have the same files, none of them broken',
    limitSeconds: 600 + cuts * 60,
    run: (scene) => cutAgainAndAgain(scene, { cuts, bootEvery, seed }),
  }
}

async function cutAgainAndAgain(
  scene: Scene,
  options: Omit<CutsOptions, 'id'>,
): Promise<PowerCutsFigures & Record<string, number>> {
  const { board, peer, tell } = scene
  if (!('machineOptions' in board))
    throw new NotPossible('only an emulated board can be cut so often; see the checklist')
  const { saved, machineOptions, segment } = board as QemuBoard
  const scratch = join(board.scratch, 'power-cuts')
  await mkdir(scratch, { recursive: true })
  await using made = new AsyncDisposableStack()

  const [card, disk] = [join(scratch, 'card.img'), join(scratch, 'disk.img')]
  await runCommand('qemu-img', 'convert', '-O', 'raw', saved.card, card)
  const layout = await readLayout(card)
  await makeDisk('ext4', { file: disk, mebibytes: diskMebibytes, label: 'podcasts' })
  const state = made.use(await serveVolatileDisk(card, join(scratch, 'card.sock')))
  const store = made.use(await serveVolatileDisk(disk, join(scratch, 'disk.sock')))
  const machineDirectory = join(scratch, 'machine')
  await mkdir(machineDirectory, { recursive: true })
  const machineFiles = {
    ...machineOptions,
    directory: machineDirectory,
    system: state.source,
  }
  const usb = { id: 'podcasts', serial: 'podcasts', source: store.source }
  const machine = made.use(await startMachine({ ...machineFiles, incoming: saved.state }))
  await wakeUp(machine)
  await machine.plug(usb)
  const device = createDevice(scene.device.url)
  await device.logIn()
  await device.send('PATCH', '/api/settings', withoutRouter)
  const cutScene: Scene = { ...scene, device }
  const seen = await eventually(
    'the disk is attached',
    async () => (await listDisks(cutScene)).find(({ state }) => state === 'attached'),
    120,
  )
  const facts: DiskFacts = JSON.parse(await machine.shell(`cat ${diskFactsDirectory}/${seen.device}.json`))
  const folder = await makeFolder(cutScene, join(seen.mountPoint!, 'Berrysync'), 'Podcast')
  await peer.start()
  await peer.join(folder.name, folder.full, peerAddress(scene))
  await peer.settled(folder.name, 120)

  return {
    ...(await cutPower(machine, {
      ...{
        scratch,
        segment,
        machine: { ...machineFiles, usb: [usb] },
        peer,
        folderName: folder.name,
        deviceDirectory: folder.path,
        ...options,
        tell,
      },
      state: { disk: state, range: layout.state, mountPoint: stateDirectory },
      store: { disk: store, range: { offset: 0, length: store.sizeBytes }, mountPoint: seen.mountPoint! },
      home: `${stateDirectory}/home`,
      facts,
      stateDirectories: [stateDirectory, `${seen.mountPoint}/Berrysync`],
      async waitUntilUp() {
        await eventually('the web interface answers', () => device.answers(), bootSeconds)
      },
    })),
  }
}
