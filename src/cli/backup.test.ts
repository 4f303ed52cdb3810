import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startSteeredDevice } from '../testing/steered-device.ts'

const passphrase = 'three blue mice'

test('a backup is a private file that the passphrase makes a device of', async () => {
  await using old = await startSteeredDevice()
  await using device = await startSteeredDevice()
  await old.run('config', 'name=attic')
  const file = join(old.root, 'attic.backup')
  old.typed = [passphrase, passphrase]
  expect(await old.run('backup', file)).toMatchObject({ status: 0, out: expect.stringContaining(file) })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(String(await readFile(file))).not.toContain('attic')

  device.typed = [passphrase]
  const { status, out } = await device.run('restore-backup', file)
  expect(status).toBe(0)
  expect(out).toContain('starts again as test device, with 0 folders')
  expect(out).toContain('two devices must not live with one identity')
  expect(device.restarts).toBe(1)
  await device.finishRestore()
  const identity = (home: string) => readFile(join(home, 'identity.json'), 'utf8')
  expect(await identity(device.home)).toBe(await identity(old.home))
  expect(JSON.parse(await readFile(join(device.home, 'config.json'), 'utf8'))).toMatchObject({
    name: 'attic',
  })
})

test('no file is written over, and none made where the passphrase is weak or mistyped', async () => {
  await using device = await startSteeredDevice()
  const file = join(device.root, 'there')
  await writeFile(file, 'precious')
  device.typed = [passphrase, passphrase]
  expect((await device.run('backup', file)).status).toBe(1)
  expect(await readFile(file, 'utf8')).toBe('precious')
  for (const weak of ['short', '']) {
    device.typed = [weak, weak]
    expect((await device.run('backup', join(device.root, 'a'))).err).toContain('Choose another passphrase')
  }
  device.typed = [passphrase, 'three blue mouse']
  expect((await device.run('backup', join(device.root, 'a'))).err).toContain('the two you typed differ')
})

test('a device with folders is taken over only when that was said, and keeps its files', async () => {
  await using device = await startSteeredDevice()
  const file = join(device.root, 'b')
  device.input = `${passphrase}\n`
  await device.run('backup', file)
  const folder = join(device.root, 'folder')
  await mkdir(folder)
  expect((await device.run('add', folder)).status).toBe(0)
  expect((await device.run('restore-backup', file)).err).toContain('This device has folders already (1)')
  expect(device.restarts).toBe(0)
  expect((await device.run('restore-backup', file, '--replace')).status).toBe(0)
  expect(device.restarts).toBe(1)
})

test('another passphrase, another file and no file change nothing', async () => {
  await using device = await startSteeredDevice()
  const file = join(device.root, 'b')
  device.input = `${passphrase}\n`
  await device.run('backup', file)
  device.input = 'three blue mouse\n'
  expect((await device.run('restore-backup', file)).err).toContain('not the passphrase of this backup')
  await writeFile(join(device.root, 'c'), 'hello')
  expect((await device.run('restore-backup', join(device.root, 'c'))).err).toContain('not a backup')
  expect((await device.run('restore-backup', join(device.root, 'none'))).status).toBe(1)
  expect(await device.finishRestore()).toBe(false)
  expect(device.restarts).toBe(0)
})
