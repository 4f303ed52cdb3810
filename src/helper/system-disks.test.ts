import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import type { Places } from './surroundings.ts'
import { findSystemDisks, parseMounts } from './system-disks.ts'

/** A sysfs with disks and partitions, and what is stacked upon what. */
async function makeSystem(root: string, mountinfo: string, swaps = ''): Promise<Places> {
  const devices = {
    'mmc/block/mmcblk0': '179:0',
    'mmc/block/mmcblk0/mmcblk0p1': '179:1',
    'mmc/block/mmcblk0/mmcblk0p2': '179:2',
    'usb1/block/sda': '8:0',
    'usb1/block/sda/sda1': '8:1',
    'usb2/block/sdb': '8:16',
    'usb2/block/sdb/sdb1': '8:17',
    'usb2/block/sdb/sdb10': '8:26',
    'virtual/block/dm-0': '253:0',
    'virtual/block/md0': '9:0',
  }
  for (const name of ['class/block', 'dev/block']) await mkdir(join(root, 'sys', name), { recursive: true })
  for (const [device, number] of Object.entries(devices)) {
    const path = join(root, 'sys/devices', device)
    await mkdir(path, { recursive: true })
    const isPartition = /(p\d|sd[a-z]\d+)$/.test(path)
    if (isPartition) await writeFile(join(path, 'partition'), '1')
    await symlink(path, join(root, 'sys/dev/block', number))
    await symlink(path, join(root, 'sys/class/block', path.slice(dirname(path).length + 1)))
  }
  const stack = async (upper: string, lower: string) => {
    await mkdir(join(root, 'sys/devices/virtual/block', upper, 'slaves'), { recursive: true })
    await symlink(
      join(root, 'sys/devices', lower),
      join(root, 'sys/devices/virtual/block', upper, 'slaves', 'x'),
    )
  }
  await stack('dm-0', 'virtual/block/md0')
  await stack('md0', 'usb1/block/sda/sda1')
  await mkdir(join(root, 'proc/self'), { recursive: true })
  await writeFile(join(root, 'proc/self/mountinfo'), mountinfo)
  await writeFile(join(root, 'proc/swaps'), `Filename\tType\n${swaps}`)
  const at = (name: string) => join(root, name)
  return {
    ...{ run: at('run'), mounts: '/srv/berrysync', state: at('state'), boot: at('boot'), etc: at('etc') },
    ...{ sys: at('sys'), proc: at('proc'), dev: '/dev', zoneinfo: at('zoneinfo') },
  }
}

const line = (number: string, mountPoint: string, source: string, kind = 'ext4') =>
  `30 1 ${number} / ${mountPoint} rw,relatime shared:1 - ${kind} ${source} rw\n`

test.each<[string, string, string, string[]]>([
  [
    'an SD card, with a USB disk that is attached',
    line('179:2', '/', '/dev/root') + line('8:17', '/srv/berrysync/x', '/dev/sdb1'),
    '',
    ['mmcblk0'],
  ],
  [
    'a USB disk it was started from',
    line('8:1', '/', '/dev/sda1') + line('8:17', '/srv/berrysync/x', '/dev/sdb1'),
    '',
    ['sda'],
  ],
  [
    'an overlay, whose lower side is mounted aside',
    line('0:20', '/', 'overlay', 'overlay') + line('8:17', '/media/root-ro', '/dev/sdb1'),
    '',
    ['sdb'],
  ],
  ['btrfs, whose number is not that of a device', line('0:33', '/', '/dev/sdb10', 'btrfs'), '', ['sdb']],
  [
    'a volume upon an array upon a partition',
    line('253:0', '/', '/dev/mapper/root'),
    '',
    ['dm-0', 'md0', 'sda'],
  ],
  [
    'the state partition',
    line('0:20', '/', 'overlay', 'overlay') + line('8:17', '/var/lib/berrysync', '/dev/sdb1'),
    '',
    ['sdb'],
  ],
  ['swap', line('179:2', '/', '/dev/root'), '/dev/sdb1 partition 1 0 -2\n', ['mmcblk0', 'sdb']],
  [
    'a directory beside the mount root whose name begins like it',
    line('8:17', '/srv/berrysync-old', '/dev/sdb1'),
    '',
    ['sdb'],
  ],
  ['the mount root itself', line('8:17', '/srv/berrysync', '/dev/sdb1'), '', ['sdb']],
])('A2: what the system runs from: %s', async (_, mountinfo, swaps, disks) => {
  await using temp = await makeTempDirectory()
  const places = await makeSystem(temp.path, mountinfo, swaps)
  expect([...(await findSystemDisks(places))].sort()).toEqual(disks)
})

test('mount points with odd characters are read as they are', () => {
  const [mount] = parseMounts(
    '36 35 8:17 / /srv/berrysync/a\\040b\\134c ro,noatime master:1 - ext4 /dev/sdb1 rw\n',
  )
  expect(mount).toEqual({
    mountPoint: '/srv/berrysync/a b\\c',
    number: '8:17',
    source: '/dev/sdb1',
    kind: 'ext4',
    isReadOnly: true,
  })
})
