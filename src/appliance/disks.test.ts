import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'
import type { DiskFacts } from './disk-facts.ts'
import { openDisks } from './disks.ts'
import { type Mount, parseMounts } from './mounts.ts'

async function makeBox() {
  const root = await makeTempDirectory()
  const [facts, mounts] = [join(root.path, 'facts'), join(root.path, 'srv')]
  const clock = createManualClock(0)
  const log = createMemoryLog()
  const mounted: Mount[] = []
  return {
    ...{ facts, mounts, clock, log, mounted },
    open: () => openDisks({ facts, mounts, clock, log, readMounts: async () => mounted }),
    async tell(device: string, change: Partial<DiskFacts> | string) {
      await mkdir(facts, { recursive: true })
      const file = join(facts, `${device}.json`)
      await writeFile(
        `${file}.new`,
        typeof change === 'string' ? change : JSON.stringify(factsOf(device, change)),
      )
      await rename(`${file}.new`, file)
    },
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  }
}

function factsOf(device: string, change: Partial<DiskFacts> = {}): DiskFacts {
  return {
    ...{ device, name: `disk-${device}`, state: 'checking', mountPoint: null, readOnly: false },
    disk: { device, model: 'M', serial: null, sizeBytes: 5, sequence: 1 },
    ...{ fileSystem: { kind: 'ext4', uuid: `u-${device}`, label: null }, reason: null, progress: null },
    ...change,
  }
}

test('A6: disks are told of as they come and go, also when their directory is not there at first', async () => {
  await using box = await makeBox()
  await using disks = await box.open()
  expect(disks.list()).toEqual([])
  let told = 0
  using _listening = disks.listen(() => {
    told++
  })
  await box.tell('sdb1', { state: 'blank' })
  // The slow look finds what no event told of.
  await box.clock.advance(3_000)
  await until('it is known', () => disks.list().length === 1)
  const before = told
  await box.tell('sdc1', { state: 'checking', progress: 0.5 })
  await until('an event told of it', () => disks.list().length === 2)
  expect(told).toBeGreaterThan(before)
  expect(disks.find('sdc1').progress).toBe(0.5)
  expect(disks.find('disk-sdb1').device).toBe('sdb1')
  expect(() => disks.find('sdd')).toThrow('There is no disk sdd')
  await rm(join(box.facts, 'sdb1.json'))
  await until('it is gone', () => disks.list().length === 1)
  await disks.recheck()
  const quiet = told
  await disks.recheck()
  expect(told).toBe(quiet)
})

test('A4: only what is mounted, from that device and at its place, counts as attached', async () => {
  await using box = await makeBox()
  const at = (name: string) => join(box.mounts, name)
  await box.tell('sdb1', { state: 'attached', mountPoint: at('b') })
  await box.tell('sdc1', { state: 'attached', mountPoint: at('c') })
  await box.tell('sdd1', { state: 'attached', mountPoint: '/home' })
  await box.tell('sde1', { state: 'attached', mountPoint: at('e') })
  box.mounted.push({ id: '1', point: at('b'), device: 'sdb1' }, { id: '2', point: at('c'), device: 'sdx1' })
  box.mounted.push({ id: '3', point: '/home', device: 'sdd1' })
  await using disks = await box.open()
  expect(disks.attached().map(({ facts, mountPoint }) => [facts.device, mountPoint])).toEqual([
    ['sdb1', at('b')],
  ])
  expect(disks.list().map(({ device, state, mountPoint }) => [device, state, mountPoint])).toEqual([
    ['sdb1', 'attached', at('b')],
    ['sdc1', 'failed', null],
    ['sdd1', 'failed', null],
    ['sde1', 'failed', null],
  ])
  expect(box.log.lines).toHaveLength(3)
  await disks.recheck()
  expect(box.log.lines).toHaveLength(3)

  // It was unmounted by other means; and came back so quickly that nobody saw it gone.
  const { attachment } = disks.attached()[0]!
  box.mounted.splice(0, 1)
  await box.clock.advance(30_000)
  await until('it is not attached any more', () => disks.attached().length === 0)
  box.mounted.push({ id: '4', point: at('b'), device: 'sdb1' })
  await disks.recheck()
  expect(disks.attached()[0]!.attachment).not.toBe(attachment)
})

test('facts that cannot be read are passed over and complained of once, and the others hold', async () => {
  await using box = await makeBox()
  await box.tell('sdb1', {})
  await box.tell('sdc1', '{"device":')
  await box.tell('sdd1', JSON.stringify({ ...factsOf('sdd1'), state: 'exploded' }))
  await box.tell('sde1', JSON.stringify(factsOf('sdb1')))
  await box.tell('sdf1', ' '.repeat(20_000))
  await writeFile(join(box.facts, 'Strange name.json'), '{}')
  await using disks = await box.open()
  await disks.recheck()
  expect(disks.list().map(({ device }) => device)).toEqual(['sdb1'])
  expect(box.log.lines.map(({ fields }) => String(fields.file).split('/').at(-1)).sort()).toEqual([
    'sdc1.json',
    'sdd1.json',
    'sde1.json',
    'sdf1.json',
  ])
  await box.tell('sdc1', {})
  await disks.recheck()
  expect(disks.list()).toHaveLength(2)
})

test('of a disk that something is done to no partition counts as attached, and nothing else can be done to any', async () => {
  await using box = await makeBox()
  const disk = { device: 'sdb', model: 'M', serial: null, sizeBytes: 5, sequence: 1 }
  for (const device of ['sdb1', 'sdb2', 'sdc1']) {
    const point = join(box.mounts, device)
    await box.tell(device, { state: 'attached', mountPoint: point, ...(device === 'sdc1' ? {} : { disk }) })
    box.mounted.push({ id: device, point, device })
  }
  await using disks = await box.open()
  const attached = () => disks.attached().map(({ facts }) => facts.device)
  expect(attached()).toEqual(['sdb1', 'sdb2', 'sdc1'])
  const [first, second] = [disks.find('sdb1'), disks.find('sdb2')]
  const hold = disks.hold(first, 'eject')
  expect(attached()).toEqual(['sdc1'])
  expect(() => disks.hold(second, 'erase')).toThrow('still in use by "eject"')
  hold.progress(0.25)
  expect(disks.workOn(second)).toEqual({ verb: 'eject', progress: 0.25 })
  hold[Symbol.dispose]()
  expect([attached().length, disks.workOn(first)]).toEqual([3, undefined])
})

test('what is mounted is read as the kernel writes it: names with spaces, optional fields, several at one place', () => {
  const text = `22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/root rw
40 22 8:17 / /srv/berrysync/my\\040disk rw,nosuid shared:9 master:2 - ext4 /dev/sdb1 rw
41 22 0:50 / /srv/stick rw - fuseblk /dev/sdc1 rw
42 22 0:51 / /srv/stick rw - tmpfs tmpfs rw
garbage
`
  expect(parseMounts(text)).toEqual([
    { id: '22:8:2', point: '/', device: 'root' },
    { id: '40:8:17', point: '/srv/berrysync/my disk', device: 'sdb1' },
    { id: '42:0:51', point: '/srv/stick', device: 'tmpfs' },
  ])
})
