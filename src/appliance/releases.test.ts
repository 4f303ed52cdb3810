import { mkdir, readdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SyncError } from '../core/errors.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { makeReleaseScene, type ReleaseScene } from '../testing/release-files.ts'
import { type ApplianceReleases, createReleases } from './releases.ts'

interface Place extends AsyncDisposable {
  readonly scene: ReleaseScene
  readonly releases: ApplianceReleases
  readonly clock: ManualClock
  /** Ours on an attached disk. */
  readonly disk: string
  /** What the helper was asked to install, with what lay there. */
  readonly installed: (readonly [string, Buffer])[]
  restarts: number
  refusal: SyncError | undefined
}

async function makePlace(): Promise<Place> {
  const scene = await makeReleaseScene()
  const disk = join(scene.root, 'srv/berrysync/usb/Berrysync')
  await mkdir(disk, { recursive: true })
  const clock = createManualClock(0)
  const place: Omit<Place, 'releases'> = {
    ...{ scene, clock, disk, installed: [], restarts: 0, refusal: undefined },
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  }
  const releases = createReleases({
    ...{ places: scene.places, version: '1.0.0', clock, arch: 'x64' },
    disks: () => [{ disk: 'usb', directory: disk }],
    async install(file, progress) {
      if (place.refusal !== undefined) throw place.refusal
      place.installed.push([file, await readFile(join(scene.places.updates, file))])
      progress(0.5)
      expect((await releases.look()).progress).toBe(0.5)
      return { version: '1.1.0' }
    },
    rollBack: async () => ({ version: '1.0.0' }),
    restart: () => {
      place.restarts += 1
    },
  })
  return Object.assign(place, { releases })
}

/** The bytes of a good release; nothing is left of it. */
async function bytesOf(scene: ReleaseScene, version: string): Promise<Buffer> {
  const file = join(scene.places.updates, await scene.upload(version))
  const bytes = await readFile(file)
  await rename(file, join(scene.root, 'elsewhere'))
  return bytes
}

async function send({ releases }: Place, bytes: Buffer, partBytes = 1000): Promise<void> {
  for (let offset = 0; offset < bytes.length; offset += partBytes)
    await releases.upload(offset, bytes.length, bytes.subarray(offset, offset + partBytes))
}

describe('A9: an upload', () => {
  test('in parts is offered when it is complete, installed, and gone then; the daemon starts again', async () => {
    await using place = await makePlace()
    const bytes = await bytesOf(place.scene, '1.1.0')
    await send(place, bytes)
    expect((await place.releases.look()).offered).toMatchObject([
      { file: 'uploaded.release', version: '1.1.0' },
    ])
    expect(await place.releases.install('uploaded.release', undefined)).toEqual({ version: '1.1.0' })
    expect(place.installed).toEqual([['uploaded.release', bytes]])
    expect(await readdir(place.scene.places.updates)).toEqual([])
    expect(place.restarts).toBe(0)
    await place.clock.advance(2000)
    expect(place.restarts).toBe(1)
  })

  test('that misses a part, or has one too many, is refused', async () => {
    await using place = await makePlace()
    const { releases } = place
    const part = Buffer.alloc(10, 1)
    await expect(releases.upload(10, 100, part)).rejects.toMatchObject({ code: 'upload-broken' })
    await releases.upload(0, 15, part)
    await expect(releases.upload(20, 100, part)).rejects.toMatchObject({ code: 'upload-broken' })
    await expect(releases.upload(10, 15, part)).rejects.toMatchObject({ code: 'release-too-large' })
    await expect(releases.upload(10, 15, Buffer.alloc(0))).rejects.toMatchObject({ code: 'upload-broken' })
    await expect(releases.upload(0, 257 * 1024 ** 2, part)).rejects.toMatchObject({
      code: 'release-too-large',
    })
    expect((await releases.look()).offered).toEqual([])
  })

  test.each([
    ['damaged', 'release-damaged', (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
    ['something else', 'release-malformed', () => Buffer.alloc(3000, 5)],
  ])('that is %s is told at its end, and is not kept', async (_what, code, change) => {
    await using place = await makePlace()
    const bytes = change(await bytesOf(place.scene, '1.1.0'))
    await expect(send(place, bytes)).rejects.toMatchObject({ code })
    expect(await readdir(place.scene.places.updates)).toEqual([])
  })

  test('begins anew over one that was broken off', async () => {
    await using place = await makePlace()
    const bytes = await bytesOf(place.scene, '1.1.0')
    await place.releases.upload(0, bytes.length, bytes.subarray(0, 500))
    await send(place, bytes)
    expect((await place.releases.look()).offered).toMatchObject([{ version: '1.1.0' }])
  })
})

describe('A9: what was left in the way of the state of the device', () => {
  const left = async (place: Place) => (await readdir(place.scene.places.updates)).sort()

  test.each([
    ['was installed meanwhile', '1.0.0', []],
    ['is older', '0.9.5', []],
    ['can be installed', '1.1.0', ['uploaded.release']],
  ])('an upload that %s', async (_what, version, expected) => {
    await using place = await makePlace()
    const { updates } = place.scene.places
    await writeFile(join(updates, 'uploaded.release'), await bytesOf(place.scene, version))
    await place.releases.sweep()
    expect(await left(place)).toEqual(expected)
  })

  test('while a release is on trial nothing is taken away', async () => {
    await using place = await makePlace()
    const { updates, releases } = place.scene.places
    await writeFile(join(updates, 'uploaded.release'), await bytesOf(place.scene, '1.1.0'))
    await place.scene.place('1.1.0')
    await place.scene.point('1.1.0')
    await writeFile(join(releases, 'trial'), '1.1.0 2 packaged\n')
    await place.releases.sweep()
    expect(await left(place)).toEqual(['uploaded.release'])
    await rm(join(releases, 'trial'))
    await place.releases.sweep()
    expect(await left(place)).toEqual([])
  })

  test('what was cut off goes, but for the upload that is under way', async () => {
    await using place = await makePlace()
    const { updates } = place.scene.places
    for (const name of ['from-disk.release', 'uploaded.release.part'])
      await writeFile(join(updates, name), 'x')
    await place.releases.sweep()
    expect(await left(place)).toEqual([])
    await place.releases.upload(0, 100, Buffer.alloc(10))
    await place.releases.sweep()
    expect(await left(place)).toEqual(['uploaded.release.part'])
  })
})

describe('A9: on an attached disk', () => {
  test('a release is offered, and brought to where the helper reads', async () => {
    await using place = await makePlace()
    const bytes = await bytesOf(place.scene, '1.1.0')
    await writeFile(join(place.disk, 'new.release'), bytes)
    expect((await place.releases.look()).offered).toMatchObject([
      { disk: 'usb', file: 'new.release', version: '1.1.0' },
    ])
    await place.releases.install('new.release', 'usb')
    expect(place.installed).toEqual([['from-disk.release', bytes]])
    expect(await readdir(place.scene.places.updates)).toEqual([])
    expect((await stat(join(place.disk, 'new.release'))).size).toBe(bytes.length)
  })

  test('one that is refused in the end leaves nothing beside the state of the device', async () => {
    await using place = await makePlace()
    await writeFile(join(place.disk, 'new.release'), await bytesOf(place.scene, '1.1.0'))
    place.refusal = new SyncError('release-busy')
    await expect(place.releases.install('new.release', 'usb')).rejects.toMatchObject({ code: 'release-busy' })
    expect(await readdir(place.scene.places.updates)).toEqual([])
  })

  test('what cannot be installed says why', async () => {
    await using place = await makePlace()
    const old = await bytesOf(place.scene, '0.9.5')
    const good = await bytesOf(place.scene, '1.1.0')
    await writeFile(join(place.disk, 'a-old.release'), old)
    await writeFile(join(place.disk, 'b-cut.release'), good)
    await truncate(join(place.disk, 'b-cut.release'), 50)
    await symlink(join(place.scene.root, 'elsewhere'), join(place.disk, 'c-link.release'))
    const { offered } = await place.releases.look()
    expect(offered.map(({ file, fault }) => [file, fault?.code]).sort()).toEqual([
      ['a-old.release', 'release-older'],
      ['b-cut.release', 'release-malformed'],
      ['c-link.release', 'not-found'],
    ])
    for (const name of ['c-link.release', '../secret.release', 'none.release'])
      await expect(place.releases.install(name, 'usb')).rejects.toMatchObject({ code: 'not-found' })
    await expect(place.releases.install('a-old.release', 'other')).rejects.toMatchObject({
      code: 'not-found',
    })
    expect(place.installed).toEqual([])
  })
})

test('A9: what the helper refuses is told, and nothing starts again', async () => {
  await using place = await makePlace()
  await send(place, await bytesOf(place.scene, '1.1.0'))
  place.refusal = new SyncError('release-busy')
  await expect(place.releases.install('uploaded.release', undefined)).rejects.toMatchObject({
    code: 'release-busy',
  })
  await place.clock.advance(5000)
  expect(place.restarts).toBe(0)
  expect((await place.releases.look()).offered).toHaveLength(1)
})
