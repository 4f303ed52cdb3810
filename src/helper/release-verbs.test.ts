import { createHash } from 'node:crypto'
import { open, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createZstdCompress } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { makeKeyPair, makeReleaseScene, type ReleaseScene } from '../testing/release-files.ts'
import { encodeHead, type Manifest } from './release-bundle.ts'
import { readReleases } from './release-state.ts'
import { installRelease, keepRelease, rollBack, sweepReleases } from './release-verbs.ts'

const install = ({ places }: ReleaseScene, name: string) =>
  installRelease(places, name, () => undefined, 'x64')

/** What `launch` runs. */
async function running(scene: ReleaseScene): Promise<string> {
  return (await scene.launch('berrysync')).split(' ')[0]!
}

async function fileOf({ places }: ReleaseScene, name: string): Promise<string> {
  return (await readFile(join(places.releases, name), 'utf8')).trim()
}

/** Nothing is chosen, on trial or lying about. */
async function expectUntouched(scene: ReleaseScene): Promise<void> {
  expect(await running(scene)).toBe('1.0.0')
  expect((await readdir(scene.places.releases)).filter((name) => name !== '.lock')).toEqual([])
}

async function overwrite(file: string, at: number, bytes: string): Promise<void> {
  await using handle = await open(file, 'r+')
  await handle.write(Buffer.from(bytes), 0, bytes.length, at)
}

describe('A9: a release that is good', () => {
  test('is unpacked whole, put on trial, kept, and can be taken back', async () => {
    await using scene = await makeReleaseScene()
    const told: number[] = []
    const name = await scene.upload('1.1.0')
    expect(await installRelease(scene.places, name, (done) => told.push(done), 'x64')).toEqual({
      version: '1.1.0',
    })
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told.at(-1)).toBe(1)
    expect(await fileOf(scene, 'trial')).toBe('1.1.0 3 packaged')
    const [lies, was] = [join(scene.places.releases, '1.1.0'), join(scene.root, 'built', '1.1.0')]
    expect((await readdir(lies, { recursive: true })).sort()).toEqual(
      (await readdir(was, { recursive: true })).sort(),
    )
    expect(await readFile(join(lies, 'hash-worker.mjs'))).toEqual(
      await readFile(join(was, 'hash-worker.mjs')),
    )
    expect((await stat(join(lies, 'node'))).mode & 0o777).toBe(0o755)
    expect((await stat(join(lies, 'ui/empty.txt'))).mode & 0o777).toBe(0o644)
    expect(await running(scene)).toBe('1.1.0')
    expect((await readReleases(scene.places))?.trial).toEqual({
      version: '1.1.0',
      tries: 3,
      before: 'packaged',
    })

    await keepRelease(scene.places)
    expect(await readReleases(scene.places)).toEqual({
      ...{ packaged: '1.0.0', chosen: '1.1.0', before: '1.0.0' },
      ...{ trial: undefined, failed: undefined },
    })
    expect(await rollBack(scene.places)).toEqual({ version: '1.0.0' })
    expect(await running(scene)).toBe('1.0.0')
    await expect(rollBack(scene.places)).rejects.toMatchObject({ code: 'release-none-before' })
  })

  test('leaves the one before where it is, and removes older ones', async () => {
    await using scene = await makeReleaseScene()
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
      await install(scene, await scene.upload(version))
      await keepRelease(scene.places)
    }
    expect((await readdir(scene.places.releases)).filter((name) => /^\d/.test(name)).sort()).toEqual([
      '1.2.0',
      '1.3.0',
    ])
    expect(await rollBack(scene.places)).toEqual({ version: '1.2.0' })
    expect(await running(scene)).toBe('1.2.0')
    expect(await rollBack(scene.places)).toEqual({ version: '1.0.0' })
  })

  test('may be tried again after it was taken back', async () => {
    await using scene = await makeReleaseScene()
    await install(scene, await scene.upload('1.1.0'))
    await expect(install(scene, await scene.upload('1.2.0'))).rejects.toMatchObject({
      code: 'release-on-trial',
    })
    await rollBack(scene.places)
    await install(
      scene,
      '1.1.0'.replace(/.*/, (version) => `berrysync-${version}-amd64.release`),
    )
    expect(await running(scene)).toBe('1.1.0')
  })
})

describe('A9: a release that is not good is refused, and the old one goes on', () => {
  const cases: readonly {
    readonly what: string
    readonly code: string
    readonly prepare: (scene: ReleaseScene) => Promise<string>
  }[] = [
    {
      what: 'signed by somebody else',
      code: 'release-untrusted',
      prepare: (scene) => scene.upload('1.1.0', { keys: makeKeyPair() }),
    },
    { what: 'the same', code: 'release-same', prepare: (scene) => scene.upload('1.0.0') },
    { what: 'older', code: 'release-older', prepare: (scene) => scene.upload('0.9.9') },
    {
      what: 'too far ahead',
      code: 'release-too-far',
      prepare: (scene) => scene.upload('3.0.0', { replaces: '2.0.0' }),
    },
    {
      what: 'of another processor',
      code: 'release-foreign',
      prepare: (scene) => scene.upload('1.1.0', { arch: 'arm64' }),
    },
    {
      what: 'cut off',
      code: 'release-damaged',
      async prepare(scene) {
        const name = await scene.upload('1.1.0')
        const file = join(scene.places.updates, name)
        await truncate(file, (await stat(file)).size - 1)
        return name
      },
    },
    {
      what: 'cut off in its head',
      code: 'release-malformed',
      async prepare(scene) {
        const name = await scene.upload('1.1.0')
        await truncate(join(scene.places.updates, name), 300)
        return name
      },
    },
    {
      what: 'changed in its list of files',
      code: 'release-untrusted',
      async prepare(scene) {
        const name = await scene.upload('1.1.0')
        await overwrite(join(scene.places.updates, name), 150, '9')
        return name
      },
    },
    {
      what: 'changed in its content',
      code: 'release-damaged',
      async prepare(scene) {
        const name = await scene.upload('1.1.0')
        const file = join(scene.places.updates, name)
        await overwrite(file, (await stat(file)).size - 20, 'changed')
        return name
      },
    },
    {
      what: 'something else',
      code: 'release-malformed',
      async prepare(scene) {
        await writeFile(join(scene.places.updates, 'picture.release'), Buffer.alloc(5000, 7))
        return 'picture.release'
      },
    },
    {
      what: 'larger than any release',
      code: 'release-too-large',
      async prepare(scene) {
        const name = await scene.upload('1.1.0')
        await truncate(join(scene.places.updates, name), 256 * 1024 ** 2 + 1)
        return name
      },
    },
    {
      what: 'a link',
      code: 'not-found',
      async prepare(scene) {
        await scene.upload('1.1.0')
        await symlink('berrysync-1.1.0-amd64.release', join(scene.places.updates, 'link.release'))
        return 'link.release'
      },
    },
    { what: 'not there', code: 'not-found', prepare: async () => 'nothing.release' },
  ]
  for (const { what, code, prepare } of cases) {
    test(what, async () => {
      await using scene = await makeReleaseScene()
      await expect(install(scene, await prepare(scene))).rejects.toMatchObject({ code })
      await expectUntouched(scene)
    })
  }

  test('without any trusted key', async () => {
    await using scene = await makeReleaseScene()
    const name = await scene.upload('1.1.0')
    await writeFile(join(scene.places.packaged, 'release-keys', 'builder.pem'), 'no key')
    await expect(install(scene, name)).rejects.toMatchObject({ code: 'release-untrusted' })
    await expectUntouched(scene)
  })

  /** A release whose signed list does not fit its content, as only a careless builder makes one. */
  async function uploadForged(
    scene: ReleaseScene,
    content: Buffer,
    change: (manifest: Manifest) => unknown,
  ): Promise<string> {
    const good = await scene.upload('1.1.0')
    const fixed = await readFile(join(scene.places.updates, good))
    const manifest = JSON.parse(fixed.subarray(88, 88 + fixed.readUInt32BE(20)).toString()) as Manifest
    const payload = await buffer(Readable.from([content]).pipe(createZstdCompress()))
    const signed = {
      ...manifest,
      payload: { bytes: payload.length, sha256: createHash('sha256').update(payload).digest('hex') },
    }
    const head = encodeHead(change(signed) as Manifest, scene.keys.privateKey)
    await writeFile(join(scene.places.updates, good), Buffer.concat([head, payload]))
    return good
  }

  test('a stream that unpacks to far more than is listed ends where the list ends', async () => {
    await using scene = await makeReleaseScene()
    const name = await uploadForged(scene, Buffer.alloc(400 * 1024 ** 2), (manifest) => manifest)
    const before = process.memoryUsage().rss
    await expect(install(scene, name)).rejects.toMatchObject({ code: 'release-damaged' })
    // The content itself is still held by this test.
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 ** 2)
    await expectUntouched(scene)
  })

  test('a stream that ends early', async () => {
    await using scene = await makeReleaseScene()
    const name = await uploadForged(scene, Buffer.alloc(3), (manifest) => manifest)
    await expect(install(scene, name)).rejects.toMatchObject({ code: 'release-damaged' })
    await expectUntouched(scene)
  })

  const paths = [
    '../out',
    '/etc/passwd',
    'a/../../out',
    '.hidden',
    'a//b',
    'a/.',
    'node/below',
    'ü',
    'a\nb',
    '',
  ]
  for (const path of paths) {
    test(`a file at ${JSON.stringify(path)}`, async () => {
      await using scene = await makeReleaseScene()
      const name = await uploadForged(scene, Buffer.alloc(0), (manifest) => ({
        ...manifest,
        files: [...manifest.files, { ...manifest.files[0]!, path }],
      }))
      await expect(install(scene, name)).rejects.toMatchObject({ code: 'release-malformed' })
      await expectUntouched(scene)
    })
  }
})

test('A9: what an installation that was broken off left behind is swept, what is in use stays', async () => {
  await using scene = await makeReleaseScene()
  await install(scene, await scene.upload('1.1.0'))
  await keepRelease(scene.places)
  for (const name of ['1.2.0.partial-00ff', '1.0.5.gone-00ff', '1.0.7']) await scene.place(name)
  await symlink('1.2.0', join(scene.places.releases, 'current.new-00ff'))
  await sweepReleases(scene.places)
  const names = (await readdir(scene.places.releases)).sort()
  expect(names).toEqual(['.lock', '1.1.0', 'before', 'current'])
  expect(await running(scene)).toBe('1.1.0')
})

test('A9: one installation at a time', async () => {
  await using scene = await makeReleaseScene()
  const name = await scene.upload('1.1.0')
  const outcomes = await Promise.allSettled([install(scene, name), install(scene, name)])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'release-busy' },
  })
})
