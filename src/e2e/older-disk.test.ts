/** I10 with real processes: a copy of a disk, made some time ago, in the place of that disk. */
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeScene } from '../testing/appliance-scene.ts'
import { startDaemon } from '../testing/daemon.ts'
import { startPlace } from '../testing/place.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

const news = ['new-0', 'new-1', 'new-2']

// With exFAT the database stays with the device, with ext4 it is copied along with the files.
test.each(['exfat', 'ext4'] as const)(
  'I10: an older copy of a disk with %s takes nothing from the others, and gets what it lacks',
  async (kind) => {
    await using stack = new AsyncDisposableStack()
    const root = stack.use(await makeTempDirectory())
    const scene = stack.use(await makeScene(root.path))
    const disk = await scene.makeDisk('stick', kind)
    const image = join(root.path, 'stick-0.img')
    const peer = await startPlace(root.path, 'peer', stack)
    for (let at = 0; at < 20; at++) await peer.write(`f${at}`, `content ${at}`)
    await peer.daemon.ask('add', peer.directory)
    const box = await startDaemon(join(root.path, 'box'), ['--appliance'], scene.program)
    stack.defer(async () => void (await box.end('SIGTERM')))
    async function untilSame(): Promise<void> {
      await until(
        'both have the same',
        async () => {
          const [folder] = (await box.askJson('status')).folders
          if (folder.state !== 'up-to-date' || !folder.settled) return false
          const [here, there] = await Promise.all([readdir(disk.path('folder')), readdir(peer.directory)])
          return here.sort().join() === there.sort().join()
        },
        60,
      )
    }

    await disk.attach()
    await until('it is known', async () => (await box.askJson('disks')).disks[0]?.state === 'attached')
    await mkdir(disk.path('folder'))
    await box.ask('add', disk.path('folder'), (await peer.secrets()).full, '--host', peer.daemon.listen)
    await untilSame()
    await box.ask('disks', 'eject', disk.device)
    await copyFile(image, `${image}.older`)
    await disk.attach()
    for (const name of news) await peer.write(name, name)
    await peer.write('f1', 'edited later')
    await untilSame()
    await until(
      'the edit is there',
      async () => (await readFile(disk.path('folder', 'f1'), 'utf8')) === 'edited later',
    )
    await box.ask('disks', 'eject', disk.device)
    await copyFile(`${image}.older`, image)
    await disk.attach()
    await until(
      'it has what it lacked',
      async () => (await readdir(disk.path('folder'))).filter((name) => news.includes(name)).length === 3,
      60,
    )
    await untilSame()
    expect(await readdir(peer.directory)).toEqual(expect.arrayContaining(news))
    for (const directory of [disk.path('folder'), peer.directory])
      expect(await readFile(join(directory, 'f1'), 'utf8')).toBe('edited later')
    const { history } = await peer.daemon.askJson('history', '--limit', '1000')
    expect(history.filter(({ action }: { action: string }) => action === 'deleted')).toEqual([])
  },
  120_000,
)
