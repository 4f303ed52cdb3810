import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withConfigCopy } from './config-copy.ts'
import { SyncError } from './core/errors.ts'
import { makeTempDirectory } from './testing/temp-directory.ts'

interface Device {
  readonly file: string
  /** Starts a release that knows these settings, and tells what it read. */
  start(version: string, knows: readonly string[]): Promise<Record<string, unknown>>
  set(values: Record<string, unknown>): Promise<void>
}

async function makeDevice(root: string): Promise<Device> {
  const home = join(root, 'home')
  await mkdir(home)
  const file = join(home, 'config.json')
  return {
    file,
    start: (version, knows) =>
      withConfigCopy(home, version, async () => {
        const text = await readFile(file, 'utf8').catch(() => '{}')
        const values = text.trimEnd().endsWith('}')
          ? (JSON.parse(text) as Record<string, unknown>)
          : { damaged: true }
        if (Object.keys(values).every((key) => knows.includes(key))) return values
        throw new SyncError('config-damaged', { file, reason: 'unknown' })
      }),
    set: (values) => writeFile(file, JSON.stringify(values)),
  }
}

const [old, newer] = [
  ['name', 'webPassword'],
  ['name', 'webPassword', 'glow'],
]

test('A9: an older release gets the configuration it had, with the password of now', async () => {
  await using root = await makeTempDirectory()
  const device = await makeDevice(root.path)
  await device.set({ name: 'attic', webPassword: 'one' })
  await device.start('1.0.0', old)
  await device.start('1.1.0', newer)
  await device.set({ name: 'cellar', webPassword: 'two', glow: 3 })
  await device.start('1.1.0', newer)
  expect(await device.start('1.0.0', old)).toEqual({ name: 'attic', webPassword: 'two' })
  expect(JSON.parse(await readFile(join(root.path, 'home/config.newer.json'), 'utf8'))).toHaveProperty(
    'glow',
    3,
  )
})

test('A9: a folder that was new then does not take what lies in its place now', async () => {
  await using root = await makeTempDirectory()
  const device = await makeDevice(root.path)
  const knows = ['folders']
  await device.set({ folders: [{ path: '/a', new: true }, { path: '/b', new: 'web' }, { path: '/c' }] })
  await device.start('1.0.0', knows)
  await device.start('1.1.0', knows)
  await device.set({ glow: 3 })
  await device.start('1.1.0', [...knows, 'glow'])
  expect(await device.start('1.0.0', knows)).toEqual({
    folders: [{ path: '/a', new: 'restored' }, { path: '/b', new: 'restored-web' }, { path: '/c' }],
  })
})

test('A9: one that can be read stays as it is', async () => {
  await using root = await makeTempDirectory()
  const device = await makeDevice(root.path)
  await device.set({ name: 'attic' })
  await device.start('1.0.0', old)
  await device.start('1.1.0', newer)
  await device.set({ name: 'cellar' })
  expect(await device.start('1.0.0', old)).toEqual({ name: 'cellar' })
})

test('A9: one that is damaged is never replaced by an old one', async () => {
  await using root = await makeTempDirectory()
  const device = await makeDevice(root.path)
  await device.set({ name: 'attic' })
  await device.start('1.0.0', old)
  await device.start('1.1.0', newer)
  await writeFile(device.file, '{"name": "cel')
  for (const version of ['1.0.0', '1.1.0', '1.2.0'])
    await expect(device.start(version, newer)).rejects.toMatchObject({ code: 'config-damaged' })
  expect(await readFile(device.file, 'utf8')).toBe('{"name": "cel')
})
