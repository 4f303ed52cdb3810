/** A backup of a running device makes another running one the same, within its process: no service manager is needed. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runBerrysync, startDaemon } from '../testing/daemon.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const passphrase = 'three blue mice\n'

test('a device becomes the one of a backup and goes on with its folders', async () => {
  await using root = await makeTempDirectory()
  const films = join(root.path, 'films')
  await mkdir(films)
  await writeFile(join(films, 'one'), 'one')
  const file = join(root.path, 'attic.backup')
  const old = await startDaemon(join(root.path, 'old'))
  await old.ask('config', 'name=attic')
  await old.ask('add', films)
  const before = await old.askJson('status')
  const secrets = await old.askJson('secrets', films)
  expect((await runBerrysync(['backup', file, '--home', old.home], passphrase)).status).toBe(0)
  await old.end('SIGTERM')

  await using device = await startDaemon(join(root.path, 'new'))
  const { device: fresh } = await device.askJson('status')
  expect(fresh.id).not.toBe(before.device.id)
  const restore = await runBerrysync(['restore-backup', file, '--home', device.home], passphrase)
  expect(restore.err).toBe('')
  const after = await until('it is the device of the backup', async () => {
    const status = await device.askJson('status').catch(() => undefined)
    return status?.device.id === before.device.id && status
  })
  expect(after).toMatchObject({
    device: { name: 'attic', pid: fresh.pid },
    folders: [{ path: films, role: 'full', id: before.folders[0].id }],
  })
  expect(await device.askJson('secrets', films)).toEqual(secrets)
  await until('its files are there', async () => (await device.askJson('status')).folders[0].files === 1)
  expect((await readdir(device.home)).filter((name) => name.startsWith('before-restore-'))).toHaveLength(1)
})
