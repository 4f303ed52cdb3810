/** The disk goes while it is used: not one file counts as deleted, nothing is written in its place, and all goes on when it comes back. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readTree } from '../../src/testing/tree.ts'
import { assertNone, assertSo } from '../assert-so.ts'
import type { TestDisk } from '../board.ts'
import type { Case } from '../case.ts'
import { makeDisk } from '../disk-files.ts'
import { plugAndSee, pullAndSee, seenAs } from '../disks-seen.ts'
import { eventually } from '../eventually.ts'
import { folderSeen, makeFolder, peerAddress, podcastDisk } from '../podcast-store.ts'

const files = 40
const fileBytes = 300_000
/** So that some of them have arrived and others not. */
const underWayMs = 3000
const settleSeconds = 240

export const pulledDisk: Case = {
  id: 'pull',
  title:
    'A3: the disk is pulled in mid-sync, put back, pulled again, another one put in: not one delete leaves',
  steps: [
    'Share a folder on the disk with a second device, both with the full secret.',
    'Copy many files into it on the second device, and pull the disk out of the box while they arrive.',
    'Wait a minute, put it back, and wait until both are up to date.',
    'Pull it out again and put in another disk.',
  ],
  expect:
    'no file disappears on the second device at any time; the box says which disk the folder waits for; in the end both are the same',
  limitSeconds: 900,
  async run(scene) {
    const { board, peer } = scene
    const { disk, root } = await podcastDisk(scene)
    const folder = await makeFolder(scene, root, 'Pulled')
    if (!peer.isRunning()) await peer.start()
    const directory = await peer.join(folder.name, folder.full, peerAddress(scene))
    for (let number = 0; number < 5; number += 1)
      await writeFile(join(directory, `before ${number}`), Buffer.alloc(fileBytes, number))
    await peer.settled(folder.name, settleSeconds)

    for (let number = 0; number < files; number += 1)
      await writeFile(join(directory, `during ${number}`), Buffer.alloc(fileBytes, `${number} `))
    const whole = await readTree(directory)
    const stays = async (when: string) => {
      const now = await readTree(directory)
      assertNone(
        [...whole.keys()].filter((path) => !now.has(path)),
        `files were deleted here ${when}`,
      )
    }
    await pause(underWayMs)
    await pullAndSee(scene, disk)
    const pulledMs = performance.now()
    await eventually(
      'the folder waits for its disk',
      async () => isWaiting(await folderSeen(scene, folder.path)),
      60,
    )
    const noticedSeconds = (performance.now() - pulledMs) / 1000
    await pause(5000)
    await stays('after the disk was pulled')
    const left = await board.shell(
      `ls -A '${root}' 2>/dev/null | wc -l; df --output=fstype /srv/berrysync | tail -1`,
    )
    assertSo(left.startsWith('0'), `something was written where the disk was: ${left}`)

    const backMs = performance.now()
    await plugAndSee(scene, disk, ['attached'])
    await eventually(
      'the folder is open again',
      async () => !isWaiting(await folderSeen(scene, folder.path)),
      120,
    )
    const backSeconds = (performance.now() - backMs) / 1000
    await peer.settled(folder.name, settleSeconds)
    await stays('after the disk came back')

    await pullAndSee(scene, disk)
    const other: TestDisk = {
      id: 'other',
      what: 'another empty ext4 disk',
      file: join(board.scratch, 'other.img'),
    }
    await makeDisk('ext4', { file: other.file, mebibytes: 64, label: 'podcasts' })
    await plugAndSee(scene, other, ['attached'])
    await pause(5000)
    assertSo(isWaiting(await folderSeen(scene, folder.path)), 'the folder was opened on another disk')
    await stays('after another disk came')
    await pullAndSee(scene, other)
    await plugAndSee(scene, disk, ['attached'])
    await seenAs(scene, disk, ['attached'])
    await eventually(
      'the folder is open again',
      async () => !isWaiting(await folderSeen(scene, folder.path)),
      120,
    )
    await peer.settled(folder.name, settleSeconds)
    await stays('in the end')
    const there = await board.shell(`find '${folder.path}' -name .sync -prune -o -type f -print | wc -l`)
    assertSo(Number(there) === whole.size, `${there} of ${whole.size} files are on the disk`)
    return { files: whole.size, noticedSeconds, backSeconds }
  },
}

/** It says that it waits, whatever the word is called. */
function isWaiting(folder: { state: string; halt?: { code: string } }): boolean {
  return (
    folder.state === 'waiting' || (folder.state === 'halted' && /disk|root/.test(folder.halt?.code ?? ''))
  )
}

export const fullDisk: Case = {
  id: 'full',
  title: 'a full disk is told, keeps what it has, and takes the rest when there is room',
  steps: [
    'Share a folder on a small disk, and copy more into it on the second device than fits.',
    'Delete something else from the disk.',
  ],
  expect: 'the box says that the disk is full; when there is room the rest arrives by itself',
  limitSeconds: 600,
  async run(scene) {
    const { board, peer } = scene
    const small: TestDisk = {
      id: 'small',
      what: 'a small ext4 disk (128 MB)',
      file: join(board.scratch, 'small.img'),
    }
    await makeDisk('ext4', { file: small.file, mebibytes: 128, label: 'small' })
    const { mountPoint } = await plugAndSee(scene, small, ['attached'])
    const ballast = `${mountPoint}/ballast`
    await board.shell(
      `fallocate -l $(( $(df --output=avail -B1 '${mountPoint}' | tail -1) - 12000000 )) '${ballast}'; sync`,
    )
    const folder = await makeFolder(scene, join(mountPoint!, 'Berrysync'), 'Small')
    if (!peer.isRunning()) await peer.start()
    const directory = await peer.join(folder.name, folder.full, peerAddress(scene))
    for (let number = 0; number < 20; number += 1)
      await writeFile(join(directory, `large ${number}`), Buffer.alloc(1024 ** 2, `${number} `))
    await eventually(
      'the device says that there is no room',
      async () => /full|space|room/i.test(JSON.stringify(await folderSeen(scene, folder.path))),
      180,
    )
    const here = (await readTree(directory)).size
    assertSo(here === 20, `${20 - here} files disappeared here`)
    await board.shell(`rm '${ballast}'`)
    const roomMs = performance.now()
    await peer.settled(folder.name, settleSeconds)
    const goesOnSeconds = (performance.now() - roomMs) / 1000
    const there = await board.shell(`find '${folder.path}' -name .sync -prune -o -type f -print | wc -l`)
    assertSo(Number(there) === 20, `${there} of 20 files are on the disk`)
    await pullAndSee(scene, small)
    return { goesOnSeconds }
  },
}
