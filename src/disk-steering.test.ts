/** What the API says of disks and does with them, with a helper that answers as a test wants. */
import { expect, test } from 'vitest'
import { buildApp } from './api/app.ts'
import type { DiskBody } from './api/schemas/disks.ts'
import type { DiskFacts } from './appliance/disk-facts.ts'
import type { AttachedDisk, Disks, DiskWork } from './appliance/disks.ts'
import { SyncError } from './core/errors.ts'
import { createDiskSteering } from './disk-steering.ts'
import type { SyncedFolder } from './synced-folder.ts'
import { createManualClock } from './testing/manual-clock.ts'
import { createMemoryLog } from './testing/memory-log.ts'
import { createOpenDoor } from './testing/open-door.ts'
import { startSteeredDevice } from './testing/steered-device.ts'

const facts: DiskFacts = {
  ...{ device: 'sdb1', name: 'usb', state: 'attached', mountPoint: '/srv/berrysync/usb', readOnly: false },
  disk: { device: 'sdb', model: 'Stick', serial: 'AB12CD', sizeBytes: 1000, sequence: 4 },
  fileSystem: { kind: 'ext4', uuid: 'u-1', label: 'Usb' },
  ...{ reason: null, progress: null },
}
const shown = { serial: 'AB12CD', sizeBytes: 1000, sequence: 4 }

function makeBox({ folders = [] as readonly Partial<SyncedFolder['entry']>[] } = {}) {
  const works = new Map<string, DiskWork>()
  const steps: string[] = []
  const attached: AttachedDisk[] = [{ facts, mountPoint: '/', attachment: 'a' }]
  const clock = createManualClock(0)
  const box = {
    list: [facts] as DiskFacts[],
    ...{ works, steps, clock, answer: async (): Promise<object> => ({}), closes: async () => undefined },
  }
  const disks: Disks = {
    list: () => box.list,
    attached: () => attached.filter((disk) => !works.has(disk.facts.device)),
    find: () => facts,
    workOn: ({ device }) => works.get(device),
    hold({ device }, verb) {
      if (works.has(device)) throw new SyncError('disk-in-use', { disk: device, users: verb })
      works.set(device, { verb, progress: undefined })
      steps.push('hold')
      return {
        progress: (progress) => void works.set(device, { verb, progress }),
        [Symbol.dispose]() {
          works.delete(device)
          steps.push('let go')
        },
      }
    },
    recheck: async () => void steps.push('recheck'),
    listen: () => new DisposableStack(),
    [Symbol.asyncDispose]: async () => undefined,
  }
  const steering = createDiskSteering({
    disks,
    helper: {
      async ask(request, progress) {
        steps.push(JSON.stringify(request))
        progress?.(0.5)
        return (await box.answer()) as never
      },
    },
    folders: {
      list: () => folders.map((entry, at) => ({ id: `f${at}`, entry }) as unknown as SyncedFolder),
      async followDisks() {
        steps.push('close')
        await box.closes()
      },
    },
    clock,
    log: createMemoryLog(),
    onChange: () => undefined,
  })
  return { box, steering }
}

test('a disk is told whole, with its folders and its space', async () => {
  const folders = [
    { path: '/srv/berrysync/usb/a', disk: { uuid: 'u-1', name: 'usb', database: 'disk' as const } },
    { path: '/srv/berrysync/usb/b', disk: { uuid: 'u-2', name: 'usb', database: 'disk' as const } },
    { path: '/home/c' },
  ]
  const { box, steering } = makeBox({ folders })
  const expected: DiskBody = {
    ...{ device: 'sdb1', name: 'usb', model: 'Stick', serial: 'AB12CD', sizeBytes: 1000, sequence: 4 },
    fileSystem: { kind: 'ext4', uuid: 'u-1', label: 'Usb' },
    ...{ state: 'attached', mountPoint: '/', readOnly: false, folders: ['f0'], eraseBy: 'serial' },
    ...{ freeBytes: expect.any(Number), totalBytes: expect.any(Number) },
  }
  expect(await steering.disks()).toEqual([expected])
  const nameless = { ...facts.disk, serial: 'ab' }
  box.list = [{ ...facts, disk: nameless, fileSystem: null, state: 'blank', mountPoint: null, device: 'sdc' }]
  expect((await steering.disks())[0]).toMatchObject({ state: 'blank', eraseBy: 'size', folders: [] })
})

test('an eject holds the disk, closes its folders, asks the helper, looks again, and lets go: in this order', async () => {
  const { box, steering } = makeBox()
  expect(await steering.ejectDisk('usb')).toEqual({ device: 'sdb1', finished: true })
  expect(box.steps).toEqual(['hold', 'close', '{"verb":"eject","device":"sdb1"}', 'recheck', 'let go'])
})

test('one that fails lets the folders go on, says why, and that is forgotten with the next try', async () => {
  const { box, steering } = makeBox()
  box.answer = async () => {
    throw new SyncError('disk-work-failed', { disk: 'usb', what: 'ejected', reason: 'EIO' })
  }
  await expect(steering.ejectDisk('usb')).rejects.toMatchObject({ code: 'disk-work-failed' })
  expect(box.steps.at(-1)).toBe('let go')
  expect((await steering.disks())[0]!.problem?.code).toBe('disk-work-failed')
  box.answer = async () => ({})
  await steering.ejectDisk('usb')
  expect((await steering.disks())[0]!.problem).toBeUndefined()
})

test('what takes long is answered before it ends; nothing else can be begun meanwhile, and a failure is told later', async () => {
  const { box, steering } = makeBox()
  const { promise, reject } = Promise.withResolvers<object>()
  box.answer = () => promise
  const asked = steering.repairDisk('usb')
  await box.clock.advance(30_000)
  expect(await asked).toEqual({ device: 'sdb1', finished: false })
  expect((await steering.disks())[0]).toMatchObject({ doing: 'repair', progress: 0.5 })
  expect((await steering.disks())[0]!.mountPoint).toBeUndefined()
  await expect(steering.ejectDisk('usb')).rejects.toMatchObject({ code: 'disk-in-use' })
  reject(new Error('a bug'))
  await promise.catch(() => undefined)
  await box.clock.advance(0)
  expect((await steering.disks())[0]).toMatchObject({ problem: { code: 'internal' }, mountPoint: '/' })
})

test('a disk whose folders do not close in time is not ejected', async () => {
  const { box, steering } = makeBox()
  box.closes = () => new Promise(() => undefined)
  const asked = steering.ejectDisk('usb').catch((error: SyncError) => error.code)
  await box.clock.advance(20_000)
  expect(await asked).toBe('disk-in-use')
  expect((await steering.disks())[0]!.problem?.code).toBe('disk-in-use')
  expect(box.steps.filter((step) => step.includes('eject'))).toEqual([])
})

test('A2: what is erased is what was shown; one with folders on it, even waiting ones, is not erased', async () => {
  const { box, steering } = makeBox()
  await steering.eraseDisk('usb', shown, '12CD')
  expect(box.steps).toContain(JSON.stringify({ verb: 'erase', device: 'sdb1', disk: shown, typed: '12CD' }))
  const { serial: _, ...without } = shown
  await steering.prepareDisk('usb', without)
  const disk = { ...without, serial: null }
  expect(
    box.steps.some(
      (step) => step.startsWith('{"verb":"prepare"') && JSON.parse(step).disk.serial === disk.serial,
    ),
  ).toBe(true)
  for (const entry of [
    { path: '/srv/berrysync/elsewhere/a', disk: { uuid: 'u-1', name: 'usb', database: 'disk' as const } },
    { path: '/srv/berrysync/usb/a' },
  ]) {
    const held = makeBox({ folders: [entry] })
    await expect(held.steering.eraseDisk('usb', shown, '12CD')).rejects.toMatchObject({
      code: 'disk-has-folders',
      data: { paths: entry.path },
    })
    expect(held.box.steps).toEqual([])
  }
})

test('through the API and on the command line; a device that is no appliance says so', async () => {
  const { box, steering } = makeBox()
  await using device = await startSteeredDevice({ appliance: () => steering })
  expect(await device.run('disks')).toMatchObject({ status: 0, out: expect.stringContaining('attached') })
  expect(await device.run('disks', 'eject', 'usb')).toMatchObject({ out: 'usb can be pulled now.\n' })
  expect(await device.json('status')).toMatchObject({ device: { appliance: true } })
  const throwBug = (bug: unknown) => {
    throw bug
  }
  const app = buildApp(device.steering, throwBug, createOpenDoor('web'))
  const post = async (route: string, payload: object) =>
    (await app.inject({ method: 'POST', url: `/api/disks/usb/${route}`, payload })).json()
  expect(await post('erase', { ...shown, typed: '12CD' })).toEqual({ device: 'sdb1', finished: true })
  expect(await post('prepare', { sizeBytes: 1000, sequence: 4 })).toEqual({ device: 'sdb1', finished: true })
  expect(box.steps).toContain(
    '{"verb":"prepare","device":"sdb1","disk":{"serial":null,"sizeBytes":1000,"sequence":4}}',
  )
  for (const payload of [
    {},
    { ...shown },
    { ...shown, typed: 5, more: 1 },
    { ...shown, typed: 'x', sizeBytes: -1 },
  ])
    expect((await post('erase', payload)).code).toBe('request-invalid')
  expect((await app.inject({ url: '/api/disks' })).json().disks).toHaveLength(1)

  await using plain = await startSteeredDevice()
  expect(await plain.run('disks')).toMatchObject({ status: 1, err: expect.stringContaining('--appliance') })
  expect(await plain.json('status')).toMatchObject({ device: { appliance: false } })
})
