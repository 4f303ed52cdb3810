import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { findPlug, isPlugged, notePlug, wakeDisk } from './ejected-disks.ts'
import type { Surroundings } from './surroundings.ts'

const usbDevice = 'sys/devices/pci0/usb1/1-1/1-1.2'

/** A USB disk behind a hub, as sysfs has it. */
async function makeScene(root: string) {
  const scsi = join(root, usbDevice, '1-1.2:1.0/host4/target4:0:0/4:0:0:0')
  await mkdir(scsi, { recursive: true })
  await writeFile(join(root, usbDevice, 'devnum'), '7\n')
  await mkdir(join(root, 'sys/block/sdb'), { recursive: true })
  await symlink(scsi, join(root, 'sys/block/sdb/device'))
  await mkdir(join(root, 'sys/class/scsi_host/host4'), { recursive: true })
  await writeFile(join(root, 'sys/class/scsi_host/host4/scan'), '')
  await mkdir(join(root, 'sys/block/loop0'), { recursive: true })
  const places = { sys: join(root, 'sys'), run: join(root, 'run') }
  return { places } as unknown as Surroundings
}

test('a disk that was ejected is known by its cable until that is pulled', async () => {
  await using temp = await makeTempDirectory()
  const surroundings = await makeScene(temp.path)
  const { places } = surroundings
  const plug = await findPlug(places, 'sdb')
  expect(plug).toEqual({ path: join(temp.path, usbDevice), number: '7', host: 'host4' })
  await notePlug(places, 'sdb1', plug)
  expect(await isPlugged(surroundings, 'sdb1')).toBe(true)
  // Another device in the same port is another.
  await writeFile(join(temp.path, usbDevice, 'devnum'), '8\n')
  expect(await isPlugged(surroundings, 'sdb1')).toBe(false)
  await rm(join(temp.path, usbDevice), { recursive: true })
  expect(await isPlugged(surroundings, 'sdb1')).toBe(false)
  expect(await wakeDisk(surroundings, 'sdb1')).toBe(false)
})

test('it wakes up again when the host looks for it, once', async () => {
  await using temp = await makeTempDirectory()
  const surroundings = await makeScene(temp.path)
  await notePlug(surroundings.places, 'sdb1', await findPlug(surroundings.places, 'sdb'))
  expect(await wakeDisk(surroundings, 'sdb1')).toBe(true)
  expect(await readFile(join(temp.path, 'sys/class/scsi_host/host4/scan'), 'utf8')).toBe('- - -')
  expect(await wakeDisk(surroundings, 'sdb1')).toBe(false)
})

test('a disk without a USB cable has none', async () => {
  await using temp = await makeTempDirectory()
  const surroundings = await makeScene(temp.path)
  expect(await findPlug(surroundings.places, 'loop0')).toBeNull()
  await notePlug(surroundings.places, 'loop0', null)
  expect(await isPlugged(surroundings, 'loop0')).toBe(false)
  expect(await isPlugged(surroundings, 'sdz1')).toBe(false)
})
