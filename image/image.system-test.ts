/** What an image may contain and what it must: looked at without starting it. Run by `npm run test:image-files` on what `npm run image` made. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Entry, type ImageTree, openImageTree } from './image-tree.ts'
import { outputDirectory, root, sourceDate, version } from './places.ts'

const mebibyte = 1024 * 1024
const maxRootBytes = 1200 * mebibyte
const maxCompressedBytes = 400 * mebibyte

/** Programs that run with more rights than their caller has; each is there for a reason of Debian's. */
const setIds = new Set([
  ...['usr/bin/chfn', 'usr/bin/chsh', 'usr/bin/gpasswd', 'usr/bin/newgrp', 'usr/bin/passwd'],
  ...[
    'usr/bin/mount',
    'usr/bin/umount',
    'usr/bin/su',
    'usr/bin/chage',
    'usr/bin/expiry',
    'usr/sbin/unix_chkpwd',
  ],
  ...[
    'usr/bin/fusermount3',
    'usr/bin/ntfs-3g',
    'usr/bin/ssh-agent',
    'usr/bin/dotlockfile',
    'usr/bin/crontab',
  ],
  ...['usr/lib/openssh/ssh-keysign', 'usr/lib/dbus-1.0/dbus-daemon-launch-helper'],
])

let image: ImageTree
before(() => {
  image = openImageTree(join(outputDirectory, 'image/disk.img'))
})
after(() => image[Symbol.dispose]())

function offenders(isWrong: (entry: Entry) => boolean): string[] {
  return image.entries
    .filter(isWrong)
    .map(({ path, mode, uid, gid }) => `${path} ${mode.toString(8)} ${uid}:${gid}`)
}

test('the file systems are whole', () => {
  assert.equal(image.complaints, '')
})

test('A11: nothing that tells devices apart is in the image', () => {
  assert.equal(image.text('etc/machine-id'), '')
  const keys =
    /(^|\/)(ssh_host_.*|authorized_keys|random-seed|credential\.secret|id_(rsa|ed25519)|.*\.(pem|key))$/
  // Certificates that everybody trusts are public.
  assert.deepEqual(
    offenders(({ path, kind }) => kind === 'file' && keys.test(path) && !/ssl\/certs\/|\.pub$/.test(path)),
    [],
  )
  const withKeys = image.entries.filter(
    ({ path, kind, sizeBytes }) =>
      kind === 'file' && sizeBytes < 100_000 && /^(etc|var|root|home|srv)\//.test(path),
  )
  const contents = withKeys.filter(({ path }) => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(image.text(path)))
  assert.deepEqual(
    contents.map(({ path }) => path),
    [],
  )
  assert.deepEqual(
    image.initramfsNames.filter(
      (name) => /random-seed|machine-id$/.test(name) && !name.startsWith('scripts/'),
    ),
    [],
  )
})

test('A11: the state is empty', () => {
  assert.deepEqual(
    image.stateEntries.filter(({ path }) => path !== 'lost+found').map(({ path }) => path),
    [],
  )
  assert.deepEqual(
    offenders(
      ({ path }) =>
        path.startsWith('var/lib/berrysync/') && !/^var\/lib\/berrysync\/(home|system|releases)$/.test(path),
    ),
    [],
  )
})

test('no account has a password, and nobody can log in at the screen', () => {
  const open = image
    .text('etc/shadow')
    .split('\n')
    .filter((line) => line !== '' && !/^[^:]+:[!*]/.test(line))
  assert.deepEqual(open, [])
  assert.equal(
    image.entries.find(({ path }) => path === 'etc/systemd/system/getty@tty1.service')?.target,
    '/dev/null',
  )
})

test('SSH is off', () => {
  assert.deepEqual(
    offenders(({ path }) => /^etc\/systemd\/system\/.*wants\/ssh(d)?(@|\.)/.test(path)),
    [],
  )
})

test('nothing of the building machine is left', () => {
  const words = [
    root,
    homedir() === '/root' ? '/root/.cache' : homedir(),
    '/var/tmp/',
    process.env.http_proxy,
    process.env.https_proxy,
  ]
  const traces = [
    ...words.filter((word) => word !== undefined && word !== '' && word !== '/var/tmp/'),
    hostname(),
  ].filter((word) => word!.length > 3)
  const texts = image.entries.filter(
    ({ path, kind, sizeBytes }) =>
      kind === 'file' &&
      sizeBytes < mebibyte &&
      /^(etc|var|root|home|srv|boot|usr\/lib\/berrysync|usr\/share\/doc\/berrysync)\//.test(path),
  )
  const found = texts.flatMap(({ path }) => {
    const text = image.text(path)
    return traces.filter((word) => text.includes(word!)).map((word) => `${path}: ${word}`)
  })
  assert.deepEqual(found, [])
  for (const path of [
    'usr/sbin/policy-rc.d',
    'etc/dpkg/dpkg.cfg.d/berrysync-build',
    'etc/apt/apt.conf.d/90berrysync-build',
    'root/.bash_history',
  ])
    assert.ok(!image.entries.some((entry) => entry.path === path), path)
  assert.match(
    image.entries.find(({ path }) => path === 'etc/resolv.conf')?.target ?? '',
    /stub-resolv\.conf$/,
  )
  assert.deepEqual(
    offenders(
      ({ path, kind }) =>
        kind === 'file' &&
        /^(var\/log|var\/cache|var\/lib\/apt\/lists|tmp|run|var\/tmp|root)\//.test(path) &&
        !/^root\/\.(bashrc|profile)$/.test(path),
    ),
    [],
  )
})

test('files belong to root, and only who must may change them', () => {
  assert.deepEqual(
    offenders(({ path, uid }) => /^(usr|etc|boot)\//.test(path) && uid !== 0),
    [],
  )
  assert.deepEqual(
    offenders(
      ({ kind, mode }) =>
        kind !== 'link' && (mode & 0o002) !== 0 && !(kind === 'directory' && (mode & 0o1000) !== 0),
    ),
    [],
  )
  assert.deepEqual(
    offenders(({ kind, mode, path }) => kind === 'file' && (mode & 0o6000) !== 0 && !setIds.has(path)),
    [],
  )
  assert.deepEqual(
    offenders(({ path, mode }) => /^etc\/g?shadow$/.test(path) && (mode & 0o007) !== 0),
    [],
  )
})

test('everything is dated', () => {
  const latestSeconds = sourceDate()
  assert.deepEqual(
    offenders(({ kind, modifiedSeconds }) => kind !== 'link' && modifiedSeconds > latestSeconds).slice(0, 20),
    [],
  )
})

test('the start finds its partitions by the signature of the disk', () => {
  const kernelLine = image.bootText('cmdline.txt')
  assert.match(kernelLine, new RegExp(`root=PARTUUID=${image.diskId}-02 `))
  for (const word of ['ro', 'rootwait', 'panic=10']) assert.ok(kernelLine.split(/\s+/).includes(word), word)
  const mounts = image
    .text('etc/fstab')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  assert.deepEqual(
    mounts.map((line) => line.split(' ')[0]),
    ['02', '01', '03'].map((number) => `PARTUUID=${image.diskId}-${number}`),
  )
  assert.deepEqual(
    image.partitions.map(({ type }) => type),
    ['c', '83', '83'],
  )
})

test('the boot partition has what the firmware reads', () => {
  const config = image.bootText('config.txt')
  for (const key of ['kernel=', 'initramfs ']) {
    const line = config.split('\n').find((text) => text.startsWith(key))
    assert.ok(line !== undefined, key)
    assert.ok(image.bootNames.includes(line.slice(key.length).trim()), line)
  }
  const needed = [
    'start4.elf',
    'fixup4.dat',
    'start.elf',
    'bootcode.bin',
    'bcm2837-rpi-3-b.dtb',
    'bcm2837-rpi-zero-2-w.dtb',
    'bcm2711-rpi-4-b.dtb',
  ]
  for (const name of needed) assert.ok(image.bootNames.includes(name), name)
})

test('the initramfs has what finds root on a card, a USB disk and NVMe, and no driver of a network', () => {
  const modules = image.initramfsNames.filter((name) => name.includes('/kernel/'))
  const found = (end: string) => modules.some((name) => name.endsWith(`/${end}.ko.xz`))
  const needed = ['sdhci-iproc', 'bcm2835', 'usb-storage', 'uas', 'sd_mod', 'nvme', 'ext4', 'overlay']
  assert.deepEqual(
    needed.filter((name) => !found(name)),
    [],
  )
  assert.deepEqual(
    modules.filter((name) => /\/kernel\/drivers\/(net|gpu|infiniband)\//.test(name)),
    [],
  )
})

test('A10: root forgets what is written, and never takes a disk along', () => {
  assert.match(image.text('etc/overlayroot.local.conf'), /^overlayroot="tmpfs:recurse=0"$/m)
  assert.ok(image.initramfsNames.includes('scripts/init-bottom/overlayroot'))
  assert.match(image.text('etc/fstab'), / \/boot\/firmware vfat ro,/)
  assert.match(image.text('etc/systemd/journald.conf.d/berrysync.conf'), /^Storage=volatile$/m)
})

test('it is an appliance, with the version that was built', () => {
  assert.match(image.text('etc/berrysync/appliance'), /--appliance/)
  assert.equal(image.text('usr/lib/berrysync/version').trim(), version)
  assert.equal(image.text('etc/hostname').trim(), 'pi')
  const wanted = [
    'multi-user.target.wants/berrysync.service',
    'sockets.target.wants/berrysync-helper.socket',
    'basic.target.wants/berrysync-settle.service',
  ]
  for (const link of wanted)
    assert.ok(
      image.entries.some(({ path }) => path === `etc/systemd/system/${link}`),
      link,
    )
})

test('the kernel takes the quirks of USB bridges', () => {
  const [, quirks] = /^options usb-storage quirks=(\S+)$/m.exec(
    image.text('etc/modprobe.d/berrysync-usb-bridges.conf'),
  )!
  // With a longer one usb-storage is not loaded, and no disk is ever seen.
  assert.ok(quirks!.length <= 127, `${quirks!.length} characters`)
})

test('it is small', () => {
  const rootBytes = image.partitions[1]!.sizeBytes
  const compressedBytes = statSync(join(outputDirectory, `berrysync-${version}.img.xz`)).size
  assert.ok(rootBytes <= maxRootBytes, `${Math.round(rootBytes / mebibyte)} MiB of root`)
  assert.ok(
    compressedBytes <= maxCompressedBytes,
    `${Math.round(compressedBytes / mebibyte)} MiB to download`,
  )
})
