/** The verbs on real block devices, as root. Loop devices are not USB, so what is offered is given from here; the rest is as in production. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, mkdir, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { DiskFacts, DiskIdentity } from '../appliance/disk-facts.ts'
import { textToTypeForErase } from '../appliance/disk-facts.ts'
import { isSyncError } from '../core/errors.ts'
import { attachLoop, type LoopDevice, makeImage, tool } from '../testing/loop-device.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { erase, prepare } from './disk-making.ts'
import { readAllFacts, readFacts, writeFacts } from './disk-records.ts'
import { attach, detach, eject, repair, sweep } from './disk-verbs.ts'
import { runCommand } from './run-command.ts'
import type { Surroundings } from './surroundings.ts'
import { isBelow, readMounts } from './system-disks.ts'

const owner = { uid: 4711, gid: 4712 }

interface Scene extends AsyncDisposable {
  readonly surroundings: Surroundings
  readonly root: string
  readonly said: string[]
  image(name: string, mebibytes?: number): Promise<string>
  disk(image: string, ...flags: string[]): Promise<LoopDevice>
}

async function openScene(change: Partial<Surroundings> = {}): Promise<Scene> {
  await using parts = new AsyncDisposableStack()
  const temp = parts.use(await makeTempDirectory())
  const root = temp.path
  const said: string[] = []
  const surroundings: Surroundings = {
    places: {
      run: `${root}/run`,
      mounts: `${root}/mounts`,
      state: `${root}/state`,
      boot: `${root}/boot`,
      etc: `${root}/etc`,
      sys: '/sys',
      proc: '/proc',
      dev: '/dev',
      zoneinfo: '/usr/share/zoneinfo',
    },
    run: runCommand,
    services: { isSystemd: false, steer: async () => true, ask: async () => '' },
    isOffered: ({ type }) => type === 'loop',
    owner: async () => owner,
    log: (line) => said.push(line),
    ...change,
  }
  await mkdir(`${root}/run`)
  const owned = parts.move()
  return {
    surroundings,
    root,
    said,
    image: (name, mebibytes = 64) => makeImage(join(root, `${name}.img`), mebibytes),
    disk: async (image, ...flags) => owned.use(await attachLoop(image, ...flags)),
    async [Symbol.asyncDispose]() {
      const mounts = (await readMounts(surroundings.places)).filter(({ mountPoint }) =>
        isBelow(mountPoint, root),
      )
      for (const { mountPoint } of mounts.reverse()) await tool('umount', '--lazy', mountPoint)
      await owned.disposeAsync()
    },
  }
}

const identity = ({ disk: { serial, sizeBytes, sequence } }: DiskFacts): DiskIdentity => ({
  serial,
  sizeBytes,
  sequence,
})

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (isSyncError(error)) return error.code
    throw error
  }
  return 'done'
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

async function ext4(scene: Scene, name: string, label = name): Promise<LoopDevice> {
  const image = await scene.image(name)
  await tool('mkfs.ext4', '-q', '-F', '-L', label, image)
  return scene.disk(image)
}

/** Puts something in the root of the file system of a device that is not attached. */
async function furnish(
  scene: Scene,
  { path }: LoopDevice,
  act: (root: string) => Promise<void>,
): Promise<void> {
  const place = join(scene.root, 'mounts', 'furnish')
  await mkdir(place, { recursive: true })
  await tool('mount', path, place)
  await act(place)
  await tool('umount', place)
}

/** A disk with one part that a person hears of; undefined when there is none. */
async function attachOne(surroundings: Surroundings, device: string): Promise<DiskFacts | undefined> {
  const [facts, ...others] = await attach(surroundings, device)
  expect(others).toEqual([])
  return facts
}

describe('attach', () => {
  test('A4: mounts an ext4 below a place where nobody writes, and makes only its own directory', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'Podcasts 2')
    const facts = await attachOne(scene.surroundings, disk.name)
    const mountPoint = `${scene.root}/mounts/podcasts-2`
    expect(facts).toMatchObject({
      state: 'attached',
      name: 'podcasts-2',
      mountPoint,
      readOnly: false,
      reason: null,
    })
    expect(await readFacts(scene.surroundings.places, disk.name)).toEqual(facts)
    const [mount] = (await readMounts(scene.surroundings.places)).filter(
      (each) => each.mountPoint === mountPoint,
    )
    expect(mount?.kind).toBe('ext4')
    expect((await readdir(mountPoint)).sort()).toEqual(['Berrysync', 'lost+found'])
    const own = await stat(`${mountPoint}/Berrysync`)
    expect([own.uid, own.gid, own.mode & 0o777]).toEqual([owner.uid, owner.gid, 0o750])
    const options = await readFile('/proc/self/mountinfo', 'utf8')
    const line = options.split('\n').find((each) => each.includes(` ${mountPoint} `))
    for (const option of ['nodev', 'nosuid', 'noexec', 'noatime']) expect(line).toContain(option)
    await eject(scene.surroundings, disk.name)
    expect(await readdir(`${scene.root}/mounts`)).toEqual([])
    expect(await readFacts(scene.surroundings.places, disk.name)).toMatchObject({
      state: 'ejected',
      mountPoint: null,
    })
  })

  test('the same disk keeps its name, whatever its label says later', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'first')
    await attachOne(scene.surroundings, disk.name)
    await eject(scene.surroundings, disk.name)
    await tool('e2label', disk.path, 'second')
    expect((await attachOne(scene.surroundings, disk.name))?.name).toBe('first')
    const other = await ext4(scene, 'other', 'first')
    expect((await attachOne(scene.surroundings, other.name))?.name).toBe('first-2')
  })

  test('is done once: a second one changes nothing', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'twice')
    const [one, two] = await Promise.all([
      attachOne(scene.surroundings, disk.name),
      attachOne(scene.surroundings, disk.name),
    ])
    expect(one).toEqual(two)
    const mounts = await readMounts(scene.surroundings.places)
    expect(mounts.filter(({ mountPoint }) => mountPoint === one!.mountPoint)).toHaveLength(1)
  })

  test('of two copies of a disk that come at once one is attached', async () => {
    await using scene = await openScene()
    const first = await ext4(scene, 'copy')
    const image = await scene.image('copied')
    await tool('cp', '--sparse=always', first.image, image)
    const second = await scene.disk(image)
    const both = await Promise.all([first, second].map(({ name }) => attachOne(scene.surroundings, name)))
    expect(both.map((facts) => facts?.state).sort()).toEqual(['attached', 'clone'])
  })

  test('A1: mends by preen what may be mended, and only reads what may not', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'damaged')
    await furnish(scene, disk, async (root) => {
      await writeFile(`${root}/kept.txt`, 'kept')
      await mkdir(`${root}/sub`)
      await writeFile(`${root}/sub/file`, 'x'.repeat(100_000))
    })
    // A directory loses its block: more than preen may decide.
    await tool('debugfs', '-w', '-R', 'clri sub', disk.path)
    await tool('debugfs', '-w', '-R', 'set_super_value state 2', disk.path)
    const facts = await attachOne(scene.surroundings, disk.name)
    expect(facts).toMatchObject({ state: 'attached', readOnly: true, reason: 'check-failed' })
    expect(await readFile(`${facts!.mountPoint}/kept.txt`, 'utf8')).toBe('kept')
    expect(await readdir(facts!.mountPoint!)).not.toContain('Berrysync')

    const told: number[] = []
    await repair(scene.surroundings, disk.name, (part) => told.push(part))
    expect(await readFacts(scene.surroundings.places, disk.name)).toMatchObject({
      state: 'attached',
      readOnly: false,
      reason: null,
      progress: null,
    })
    expect(await readFile(`${facts!.mountPoint}/kept.txt`, 'utf8')).toBe('kept')
    expect(told.at(-1)).toBeGreaterThan(0.9)
    expect(told).toEqual([...told].sort((a, b) => a - b))
  })

  test('a write-protected disk is read, and nothing is written to it', async () => {
    await using scene = await openScene()
    const image = await scene.image('locked')
    await tool('mkfs.ext4', '-q', '-F', image)
    const before = await hashOf(image)
    const disk = await scene.disk(image, '--read-only')
    expect(await attachOne(scene.surroundings, disk.name)).toMatchObject({
      state: 'attached',
      readOnly: true,
      reason: 'write-protected',
    })
    expect(await hashOf(image)).toBe(before)
  })

  test.each([
    ['a symbolic link to a directory of the system', (at: string) => symlink('/etc', at)],
    ['a symbolic link to nowhere', (at: string) => symlink('/nonexistent/x', at)],
    ['a file', (at: string) => writeFile(at, 'mine')],
  ])('what is not ours at Berrysync stays as it is: %s', async (_, put) => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'hostile')
    await furnish(scene, disk, (root) => put(`${root}/Berrysync`))
    const etc = await stat('/etc')
    expect(await attachOne(scene.surroundings, disk.name)).toMatchObject({
      state: 'failed',
      reason: 'own-directory-obstructed',
      mountPoint: null,
    })
    const now = await stat('/etc')
    expect([now.uid, now.gid, now.mode]).toEqual([etc.uid, etc.gid, etc.mode])
    expect(
      (await readMounts(scene.surroundings.places)).some(({ mountPoint }) => isBelow(mountPoint, scene.root)),
    ).toBe(false)
    await furnish(scene, disk, async (root) =>
      expect((await lstat(`${root}/Berrysync`)).isDirectory()).toBe(false),
    )
  })

  test('what another installation of ours left comes along, but no link out of it', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'moved')
    const outside = join(scene.root, 'outside')
    await writeFile(outside, 'root')
    await furnish(scene, disk, async (root) => {
      await mkdir(`${root}/Berrysync/.berrysync`, { recursive: true })
      await writeFile(`${root}/Berrysync/song`, 'la')
      await writeFile(`${root}/elsewhere`, 'x')
      await symlink(outside, `${root}/Berrysync/link`)
      await tool('chown', '-hR', '990:990', `${root}/Berrysync`, `${root}/elsewhere`)
    })
    const facts = await attachOne(scene.surroundings, disk.name)
    const uidOf = async (path: string) => (await lstat(path)).uid
    expect(await uidOf(`${facts!.mountPoint}/Berrysync/song`)).toBe(owner.uid)
    expect(await uidOf(`${facts!.mountPoint}/Berrysync/link`)).toBe(owner.uid)
    expect(await uidOf(`${facts!.mountPoint}/elsewhere`)).toBe(990)
    expect(await uidOf(outside)).toBe(0)
  })

  test('a full disk is attached, and its content left alone', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'full')
    await furnish(scene, disk, async (root) => {
      await mkdir(`${root}/Berrysync`)
      await tool('sh', '-c', `cat /dev/zero > '${root}/filler' 2>/dev/null || true`)
    })
    expect(await attachOne(scene.surroundings, disk.name)).toMatchObject({
      state: 'attached',
      readOnly: false,
    })
  })

  test('a disk that somebody mounted otherwise is left alone', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'elsewhere')
    const place = join(scene.root, 'mounts', 'by-hand')
    await mkdir(place, { recursive: true })
    await tool('mount', disk.path, place)
    expect(await attachOne(scene.surroundings, disk.name)).toMatchObject({
      state: 'failed',
      reason: 'mounted-elsewhere',
    })
    const outside = join(scene.root, 'outside')
    await mkdir(outside)
    await tool('mount', '--bind', place, outside)
    // Mounted outside of the mount root it counts as a disk of the system: nobody hears of it.
    expect(await attachOne(scene.surroundings, disk.name)).toBeUndefined()
    expect(await readAllFacts(scene.surroundings.places)).toEqual([])
  })

  test('partitions: what starts a computer is passed over, what a partition says of itself is cleaned', async () => {
    await using scene = await openScene()
    const image = await scene.image('parts')
    const table =
      'label: gpt\\nsize=8MiB, type=uefi\\nsize=20MiB, type=linux, name="a\u202eb"\\ntype=linux\\n'
    await tool('sh', '-c', `printf '${table}' | sfdisk --quiet '${image}'`)
    const disk = await scene.disk(image)
    await tool('partx', '--update', disk.path)
    await tool('mkfs.vfat', `${disk.path}p1`)
    await tool('mkfs.ext4', '-q', `${disk.path}p2`)
    await attach(scene.surroundings, disk.name)
    expect(await readAllFacts(scene.surroundings.places)).toMatchObject([
      { device: `${disk.name}p2`, state: 'attached', name: 'ab', fileSystem: { label: 'ab' } },
      { device: `${disk.name}p3`, state: 'unusable', reason: 'unknown-content', fileSystem: null },
    ])
    const { size } = await stat(image)
    const [facts] = await readAllFacts(scene.surroundings.places)
    expect(facts!.disk.sizeBytes).toBe(size)
    await eject(scene.surroundings, `${disk.name}p3`)
    expect((await readAllFacts(scene.surroundings.places)).map(({ state }) => state)).toEqual([
      'ejected',
      'ejected',
    ])
    await tool('partx', '--delete', disk.path)
  })

  test('partitions that come while the disk is there, as when a card is put into its reader', async () => {
    await using scene = await openScene()
    const image = await scene.image('card')
    const disk = await scene.disk(image)
    expect(await attachOne(scene.surroundings, disk.name)).toMatchObject({ state: 'blank' })
    await tool('sh', '-c', `printf 'label: gpt\\ntype=linux\\n' | sfdisk --quiet '${image}'`)
    await tool('partx', '--update', disk.path)
    await tool('mkfs.ext4', '-q', `${disk.path}p1`)
    const there = await attachOne(scene.surroundings, disk.name)
    expect(there).toMatchObject({ device: `${disk.name}p1`, state: 'attached' })
    expect(await readAllFacts(scene.surroundings.places)).toEqual([there])
    await eject(scene.surroundings, `${disk.name}p1`)
    await tool('partx', '--delete', disk.path)
  })

  test('a disk with many partitions is looked at once, not once for each of them', async () => {
    let probes = 0
    await using scene = await openScene({
      run: (name, ...rest) => {
        if (name === 'blkid') probes += 1
        return runCommand(name, ...rest)
      },
    })
    const image = await scene.image('many', 64)
    const count = 12
    await tool(
      'sh',
      '-c',
      `{ echo 'label: gpt'; for i in $(seq ${count}); do echo 'size=1MiB'; done; } | sfdisk --quiet '${image}'`,
    )
    const disk = await scene.disk(image)
    await tool('partx', '--update', disk.path)
    expect(await attach(scene.surroundings, disk.name)).toHaveLength(count)
    expect(probes).toBe(count + 1)
    await tool('partx', '--delete', disk.path)
  })

  test('a device that is not there, and one that is not a disk', async () => {
    await using scene = await openScene()
    expect(await codeOf(attachOne(scene.surroundings, 'sdzz9'))).toBe('disk-unknown')
    expect(await codeOf(attachOne(scene.surroundings, 'null'))).toBe('disk-unknown')
  })
})

describe('prepare and erase', () => {
  test('A2: a blank disk becomes an ext4, and is attached', async () => {
    await using scene = await openScene()
    const disk = await scene.disk(await scene.image('blank', 256))
    const facts = await attachOne(scene.surroundings, disk.name)
    expect(facts).toMatchObject({ state: 'blank', fileSystem: null })
    const told: number[] = []
    const partition = await prepare(scene.surroundings, disk.name, identity(facts!), (part) =>
      told.push(part),
    )
    expect(partition).toBe(`${disk.name}p1`)
    expect(await readAllFacts(scene.surroundings.places)).toMatchObject([
      {
        device: partition,
        state: 'attached',
        readOnly: false,
        name: 'berrysync',
        fileSystem: { kind: 'ext4' },
      },
    ])
    expect(told.length).toBeGreaterThan(2)
    await eject(scene.surroundings, partition)
    await tool('partx', '--delete', disk.path)
  })

  test('A2: what has content is not prepared: a signature, a table, or anything that is not empty', async () => {
    await using scene = await openScene()
    const contents = {
      'file system': (image: string) => tool('mkfs.ext4', '-q', '-F', image),
      table: (image: string) => tool('sh', '-c', `echo 'label: gpt' | sfdisk --quiet '${image}'`),
      'random (an encrypted disk without a header)': async (image: string) => {
        await using handle = await open(image, 'r+')
        await handle.write(Buffer.from('not zero'), 0, 8, 4096)
      },
      'something in the middle': async (image: string) => {
        await using handle = await open(image, 'r+')
        await handle.write(Buffer.alloc(8 * 1024 ** 2, 7), 0, 8 * 1024 ** 2, 30 * 1024 ** 2)
      },
    }
    for (const [what, fill] of Object.entries(contents)) {
      const image = await scene.image(what)
      await fill(image)
      const before = await hashOf(image)
      const disk = await scene.disk(image)
      const { size } = await stat(image)
      const sequence = Number(await readFile(`/sys/block/${disk.name}/diskseq`, 'utf8'))
      const shown = { serial: null, sizeBytes: size, sequence }
      expect(await codeOf(prepare(scene.surroundings, disk.name, shown, () => undefined)), what).toBe(
        'disk-not-blank',
      )
      expect(await hashOf(image), what).toBe(before)
    }
  })

  test('A2: erasing takes the right text, the disk that was shown, and nobody who uses it', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'precious')
    const facts = (await attachOne(scene.surroundings, disk.name))!
    const shown = identity(facts)
    const typed = textToTypeForErase(shown)
    const attempt = (other: Partial<DiskIdentity>, text = typed) =>
      codeOf(erase(scene.surroundings, disk.name, { ...shown, ...other }, text, () => undefined))
    expect(await attempt({}, '')).toBe('disk-typed-wrong')
    expect(await attempt({}, 'yes!')).toBe('disk-typed-wrong')
    expect(await attempt({ sequence: shown.sequence + 1 })).toBe('disk-changed')
    expect(await attempt({ serial: 'ABCD' }, 'abcd')).toBe('disk-changed')
    expect(await attempt({ sizeBytes: shown.sizeBytes * 2 }, String(shown.sizeBytes * 2).slice(-4))).toBe(
      'disk-changed',
    )
    {
      await using _user = await open(`${facts.mountPoint}/Berrysync`, 'r')
      expect(await attempt({})).toBe('disk-in-use')
    }
    // Somebody else sees it: another program has it, or another namespace mounted it.
    const place = join(scene.root, 'mounts', 'second')
    await mkdir(place)
    await tool('mount', disk.path, place)
    expect(await attempt({})).toBe('disk-in-use')
    await tool('umount', place)
    await attachOne(scene.surroundings, disk.name)
    expect((await readFacts(scene.surroundings.places, disk.name))?.state).toBe('attached')

    expect(await attempt({})).toBe('done')
    const [after] = await readAllFacts(scene.surroundings.places)
    expect(after).toMatchObject({ device: `${disk.name}p1`, state: 'attached', name: 'berrysync' })
    await eject(scene.surroundings, after!.device)
    await tool('partx', '--delete', disk.path)
  })

  test('a disk with many partitions of an old table is erased as a whole', async () => {
    await using scene = await openScene()
    const image = await scene.image('many', 256)
    const table = 'label: dos\\nsize=50MiB\\nsize=50MiB\\nsize=100MiB, type=5\\nsize=20MiB\\nsize=20MiB\\n'
    await tool('sh', '-c', `printf '${table}' | sfdisk --quiet '${image}'`)
    const disk = await scene.disk(image)
    await tool('partx', '--update', disk.path)
    for (const number of [1, 2, 5])
      await tool('mkfs.ext4', '-q', '-L', `part${number}`, `${disk.path}p${number}`)
    await attach(scene.surroundings, `${disk.name}p2`)
    const all = await readAllFacts(scene.surroundings.places)
    expect(all.map(({ state }) => state).sort()).toEqual(['attached', 'attached', 'attached', 'unusable'])
    const second = all.find(({ device }) => device.endsWith('p2'))!
    const shown = identity(second)
    expect(
      await erase(scene.surroundings, second.device, shown, textToTypeForErase(shown), () => undefined),
    ).toBe(`${disk.name}p1`)
    expect(await readAllFacts(scene.surroundings.places)).toMatchObject([
      { device: `${disk.name}p1`, state: 'attached', name: 'berrysync' },
    ])
    expect(
      (await tool('lsblk', '--noheadings', '--raw', '--output', 'KNAME', disk.path)).trim().split('\n'),
    ).toHaveLength(2)
    await eject(scene.surroundings, `${disk.name}p1`)
    await tool('partx', '--delete', disk.path)
  })

  test('A2: a disk that was exchanged between showing and erasing keeps its content', async () => {
    await using scene = await openScene()
    const shownImage = await scene.image('shown')
    const disk = await scene.disk(shownImage)
    const facts = (await attachOne(scene.surroundings, disk.name))!
    const other = await scene.image('exchanged')
    await tool('mkfs.ext4', '-q', '-F', other)
    const before = await hashOf(other)
    await disk.exchange(other)
    const shown = identity(facts)
    const answer = erase(scene.surroundings, disk.name, shown, textToTypeForErase(shown), () => undefined)
    expect(await codeOf(answer)).toBe('disk-changed')
    expect(await codeOf(prepare(scene.surroundings, disk.name, shown, () => undefined))).toBe('disk-changed')
    expect(await hashOf(other)).toBe(before)
  })

  test('A2: a disk the system runs from is unknown, whoever asks for it', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'system')
    const place = join(scene.root, 'root')
    await mkdir(place)
    await tool('mount', disk.path, place)
    await writeFile(`${place}/init`, 'x')
    const shown = { serial: null, sizeBytes: 64 * 1024 ** 2, sequence: 0 }
    expect(await codeOf(erase(scene.surroundings, disk.name, shown, '8864', () => undefined))).toBe(
      'disk-unknown',
    )
    expect(await attachOne(scene.surroundings, disk.name)).toBeUndefined()
    expect(await readFile(`${place}/init`, 'utf8')).toBe('x')
  })

  test('A2: with the rule of production a loop device is nobody’s disk', async () => {
    await using scene = await openScene({
      isOffered: ({ transport, type }) => transport === 'usb' && type === 'disk',
    })
    const disk = await ext4(scene, 'not usb')
    expect(await attachOne(scene.surroundings, disk.name)).toBeUndefined()
    expect(await readAllFacts(scene.surroundings.places)).toEqual([])
  })

  test('a disk that is pulled while it is prepared: the next step does not begin, and nothing is claimed', async () => {
    const asked: string[] = []
    let pull = async (): Promise<void> => undefined
    await using scene = await openScene({
      run: async (name, args, options) => {
        asked.push(name)
        const result = await runCommand(name, args, options)
        if (name === 'wipefs' && args.includes('--all')) await pull()
        return result
      },
    })
    const sys = join(scene.root, 'sys')
    await symlink('/sys', sys)
    const surroundings = { ...scene.surroundings, places: { ...scene.surroundings.places, sys } }
    const disk = await scene.disk(await scene.image('going'))
    const facts = (await attachOne(surroundings, disk.name))!
    pull = async () => {
      await rm(sys, { force: true })
      await mkdir(sys)
    }
    const answer = prepare(surroundings, disk.name, identity(facts), () => undefined)
    expect(await codeOf(answer)).toBe('disk-work-failed')
    expect(asked).not.toContain('sfdisk')
    expect(await readAllFacts(surroundings.places)).toEqual([])
  })
})

describe('eject and detach', () => {
  test('names who still uses the disk, and leaves it attached', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'busy')
    const facts = (await attachOne(scene.surroundings, disk.name))!
    await using _user = await open(`${facts.mountPoint}/Berrysync`, 'r')
    const error = await eject(scene.surroundings, disk.name).catch((thrown: unknown) => thrown)
    expect(isSyncError(error, 'disk-in-use') && error.data.users).toContain(`(${process.pid})`)
    expect(await readFacts(scene.surroundings.places, disk.name)).toMatchObject({ state: 'attached' })
  })

  test('detach leaves alone what is there, and drops what is gone', async () => {
    await using scene = await openScene()
    const image = await scene.image('pulled')
    await tool('mkfs.ext4', '-q', '-F', image)
    const disk = await scene.disk(image)
    const facts = (await attachOne(scene.surroundings, disk.name))!
    await detach(scene.surroundings, disk.name)
    expect(await readFacts(scene.surroundings.places, disk.name)).toEqual(facts)
    // As if another disk had got its name: the number of its plugging-in differs.
    const file = `${scene.root}/run/disks/${disk.name}.json`
    await writeFile(file, JSON.stringify({ ...facts, disk: { ...facts.disk, sequence: 1 } }))
    await using _user = await open(`${facts.mountPoint}/Berrysync`, 'r')
    await detach(scene.surroundings, disk.name)
    expect(await readFacts(scene.surroundings.places, disk.name)).toBeUndefined()
    expect(
      (await readMounts(scene.surroundings.places)).some(({ mountPoint }) => mountPoint === facts.mountPoint),
    ).toBe(false)
  })

  test('facts of a disk that is gone never unmount another that has its name now', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'living', 'same')
    const facts = (await attachOne(scene.surroundings, disk.name))!
    const gone = {
      ...facts,
      device: 'sdzz1',
      disk: { ...facts.disk, device: 'sdzz' },
      state: 'unusable',
      mountPoint: null,
    }
    await writeFile(`${scene.root}/run/disks/sdzz1.json`, JSON.stringify(gone))
    await sweep(scene.surroundings)
    expect(await readAllFacts(scene.surroundings.places)).toEqual([facts])
    expect(
      (await readMounts(scene.surroundings.places)).some(({ mountPoint }) => mountPoint === facts.mountPoint),
    ).toBe(true)
  })

  test('a disk that is attached anew while an older look at it is being swept up stays attached', async () => {
    let meanwhile = async (): Promise<void> => undefined
    await using scene = await openScene({
      run: async (name, args, options) => {
        const result = await runCommand(name, args, options)
        if (name === 'umount') await meanwhile()
        return result
      },
    })
    const { surroundings } = scene
    const disks = [await ext4(scene, 'one', 'one'), await ext4(scene, 'two', 'two')]
    const all: DiskFacts[] = []
    for (const disk of disks) all.push((await attachOne(surroundings, disk.name))!)
    // Both were pulled and plugged in again, under the same names: what is known of them is of before.
    for (const facts of all)
      await writeFacts(surroundings.places, { ...facts, disk: { ...facts.disk, sequence: 1 } })
    const mounted = async () => (await readMounts(surroundings.places)).map(({ mountPoint }) => mountPoint)
    const stays: DiskFacts[] = []
    meanwhile = async () => {
      meanwhile = async () => undefined
      // While the first one is swept up, the other one is attached by somebody else.
      for (const facts of all)
        if ((await mounted()).includes(facts.mountPoint!)) {
          await writeFacts(surroundings.places, facts)
          stays.push(facts)
        }
    }
    await sweep(surroundings)
    expect(stays).toHaveLength(1)
    expect(await mounted()).toContain(stays[0]!.mountPoint)
    expect(await readAllFacts(surroundings.places)).toEqual(stays)
  })

  test('an ejected disk that cannot be switched off is attached again when asked', async () => {
    await using scene = await openScene()
    const disk = await ext4(scene, 'again')
    await attachOne(scene.surroundings, disk.name)
    await eject(scene.surroundings, disk.name)
    expect(await attachOne(scene.surroundings, disk.name)).toMatchObject({ state: 'attached', name: 'again' })
  })
})
