/** Disks as people have them in drawers: nothing of what is on them is ever changed unasked, and the device says what it sees. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { assertSo } from '../assert-so.ts'
import type { TestDisk } from '../board.ts'
import type { Case, Scene } from '../case.ts'
import { cloneDisk, type DiskContent, dirty, makeDisk, partitionCount } from '../disk-files.ts'
import { listDisks, plugAndSee, pullAndSee, seenAs } from '../disks-seen.ts'
import { eventually } from '../eventually.ts'

interface OddDisk {
  readonly id: string
  readonly what: string
  readonly content: DiskContent
  readonly mebibytes: number
  /** States it may be seen in. */
  readonly seen: readonly string[]
  /** Where nothing may be written to it by being plugged in. */
  readonly isUntouched: boolean
}

const oddDisks: readonly OddDisk[] = [
  {
    id: 'blank',
    what: 'a disk on which nothing is',
    content: 'blank',
    mebibytes: 64,
    seen: ['blank'],
    isUntouched: true,
  },
  {
    id: 'foreign',
    what: 'a disk with something unknown on it',
    content: 'zip',
    mebibytes: 64,
    seen: ['unusable', 'blank'],
    isUntouched: true,
  },
  {
    id: 'encrypted',
    what: 'an encrypted disk (LUKS)',
    content: 'luks',
    mebibytes: 64,
    seen: ['unusable'],
    isUntouched: true,
  },
  {
    id: 'exfat',
    what: 'a disk with exFAT, as from a shop',
    content: 'exfat',
    mebibytes: 64,
    seen: ['attached'],
    isUntouched: false,
  },
  {
    id: 'vfat',
    what: 'a stick with FAT',
    content: 'vfat',
    mebibytes: 64,
    seen: ['attached'],
    isUntouched: false,
  },
]

export const oddDiskCases: readonly Case[] = oddDisks.map(
  ({ id, what, content, mebibytes, seen, isUntouched }) => ({
    id: `disk-${id}`,
    title: `A1: ${what} is told for what it is${isUntouched ? ', and not one byte of it is changed' : ', and can be used'}`,
    steps: [`Plug in ${what}.`, 'Open Disks in the web interface.', 'Pull it out.'],
    expect: `it is listed as ${seen.join(' or ')}; on a computer its content is the same as before`,
    limitSeconds: 150,
    async run(scene: Scene) {
      const disk = await diskOf(scene, id, what)
      await makeDisk(content, { file: disk.file, mebibytes })
      const before = await hashFile(disk.file)
      const startedMs = performance.now()
      const { state } = await plugAndSee(scene, disk, seen)
      const seenSeconds = (performance.now() - startedMs) / 1000
      assertSo(!(content === 'zip' && state === 'blank'), 'a disk with something on it counts as blank')
      await pullAndSee(scene, disk)
      if (isUntouched) assertSo((await hashFile(disk.file)) === before, 'its content was changed')
      return { seenSeconds }
    },
  }),
)

export const manyPartitions: Case = {
  id: 'disk-partitions',
  title: 'A1: a disk with 32 partitions is listed, and the device stays as it was',
  steps: ['Plug in a disk with 32 empty partitions.', 'Open Disks.'],
  expect: 'the partitions are listed; the page still answers at once',
  limitSeconds: 500,
  async run(scene) {
    const disk = await diskOf(scene, 'partitions', 'a disk with 32 partitions')
    await makeDisk('partitions', { file: disk.file, mebibytes: 128 })
    const before = await hashFile(disk.file)
    await scene.board.plug(disk)
    const pluggedMs = performance.now()
    const listed = async () => (await listDisks(scene)).filter(({ serial }) => serial === disk.id)
    await eventually(
      'all partitions are listed',
      async () => (await listed()).filter(({ state }) => state !== 'checking').length === partitionCount,
      300,
    )
    const listedSeconds = (performance.now() - pluggedMs) / 1000
    const startedMs = performance.now()
    const states = new Set((await listed()).map(({ state }) => state))
    const answerSeconds = (performance.now() - startedMs) / 1000
    assertSo(!states.has('attached'), 'a partition with nothing on it was attached')
    await pullAndSee(scene, disk)
    assertSo((await hashFile(disk.file)) === before, 'its content was changed')
    return { listedSeconds, answerSeconds }
  },
}

export const dirtyDisk: Case = {
  id: 'disk-dirty',
  title: 'A1: a disk that was pulled while it was written to is checked and attached',
  steps: ['Pull an ext4 disk from another computer while it copies something.', 'Plug it in.'],
  expect: 'it is listed as attached after a moment',
  limitSeconds: 150,
  async run(scene) {
    const disk = await diskOf(scene, 'dirty', 'an ext4 disk that was not unmounted')
    await makeDisk('ext4', { file: disk.file, mebibytes: 64, label: 'dirty' })
    await dirty(disk.file)
    const startedMs = performance.now()
    await plugAndSee(scene, disk, ['attached'])
    const seenSeconds = (performance.now() - startedMs) / 1000
    await pullAndSee(scene, disk)
    return { seenSeconds }
  },
}

export const shakenDisk: Case = {
  id: 'disk-shaken',
  title:
    'a disk whose connection shakes is attached again by itself, and so is one that takes its place at once',
  steps: [
    'Plug in an ext4 disk. Pull it out and put it back within a second.',
    'Pull it out and put in another one within a second.',
  ],
  expect: 'each is listed as attached after a moment',
  limitSeconds: 200,
  async run(scene) {
    const disk = await diskOf(scene, 'shaken', 'an ext4 disk')
    const other = await diskOf(scene, 'next', 'another ext4 disk')
    for (const { file, id } of [disk, other]) await makeDisk('ext4', { file, mebibytes: 64, label: id })
    const { sequence } = await plugAndSee(scene, disk, ['attached'])
    await scene.board.pull(disk)
    await scene.board.plug(disk)
    await eventually(
      'it is attached anew',
      async () => (await seenAs(scene, disk, ['attached'])).sequence !== sequence,
      60,
    )
    await scene.board.pull(disk)
    await plugAndSee(scene, other, ['attached'])
    await pullAndSee(scene, other)
    return {}
  },
}

export const clonedDisk: Case = {
  id: 'disk-clone',
  title: 'a copy of a disk that is attached is told from it, and does not take its place',
  steps: ['Copy a disk block by block (dd). Plug in the disk, then the copy.'],
  expect: 'the first is attached, the second listed as a copy',
  limitSeconds: 200,
  async run(scene) {
    const first = await diskOf(scene, 'original', 'an ext4 disk')
    const copy = await diskOf(scene, 'copy', 'a copy of that disk, made block by block')
    await makeDisk('ext4', { file: first.file, mebibytes: 64, label: 'original' })
    await cloneDisk(first.file, copy.file)
    await plugAndSee(scene, first, ['attached'])
    const before = await hashFile(copy.file)
    await plugAndSee(scene, copy, ['clone'])
    await seenAs(scene, first, ['attached'])
    await pullAndSee(scene, copy)
    assertSo((await hashFile(copy.file)) === before, 'the copy was changed')
    await pullAndSee(scene, first)
    return {}
  },
}

export const failingDisk: Case = {
  id: 'disk-failing',
  title: 'a disk that answers with errors is told for that, and holds nobody up',
  steps: ['Plug in a disk that is known to be broken.'],
  expect: 'it is listed as failed or unusable; the page still answers',
  limitSeconds: 240,
  async run(scene) {
    const file = (await diskOf(scene, 'failing', '')).file
    await makeDisk('ext4', { file, mebibytes: 64, label: 'failing' })
    // The superblock can be read, what it leads to cannot.
    const disk: TestDisk = { id: 'failing', what: 'a disk with read errors', file, failsAtByte: 4096 }
    await scene.board.plug(disk)
    await seenAs(scene, disk, ['failed', 'unusable'], 150)
    const startedMs = performance.now()
    await scene.device.get('/api/status')
    const answerSeconds = (performance.now() - startedMs) / 1000
    await pullAndSee(scene, disk)
    return { answerSeconds }
  },
}

async function diskOf({ board }: Scene, id: string, what: string): Promise<TestDisk> {
  return { id, what, file: join(board.scratch, `${id}.img`) }
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 ** 2 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
