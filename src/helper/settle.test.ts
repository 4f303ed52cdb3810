/** What a start does, on a tree of its own in the place of the system's. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, readlink, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Check } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import type { DiskFacts } from '../appliance/disk-facts.ts'
import { type PresetReport, PresetReportSchema } from '../appliance/preset-report.ts'
import { isSyncError } from '../core/errors.ts'
import { generateFullSecret, secretToText } from '../core/secret.ts'
import { createSeededChance } from '../testing/seeded-chance.ts'
import { makeTempDirectory, type TempDirectory } from '../testing/temp-directory.ts'
import { describe as describeMachine } from './describe.ts'
import { factoryReset } from './factory-reset.ts'
import { keepSshKeys, setHostName, setSsh, setTimeZone } from './host-settings.ts'
import { noteEnd } from './last-start.ts'
import { handOverFolders, readWaitingFolders } from './preset-folders.ts'
import { runCommand } from './run-command.ts'
import { settle } from './settle.ts'
import type { Surroundings } from './surroundings.ts'
import { verbTable } from './verb-table.ts'

const secret = secretToText(generateFullSecret((count) => createSeededChance(1).bytes(count)))
const sshKey = `ssh-ed25519 ${'A'.repeat(68)} me@laptop`

interface Machine {
  readonly surroundings: Surroundings
  readonly steered: string[]
  readonly said: string[]
  readonly ran: string[]
  path(name: string): string
  read(name: string): Promise<string>
  write(name: string, text: string): Promise<void>
  report(): Promise<PresetReport>
}

async function makeMachine(
  { path: root }: TempDirectory,
  change: Partial<Surroundings> = {},
): Promise<Machine> {
  const steered: string[] = []
  const said: string[] = []
  const ran: string[] = []
  const path = (name: string) => `${root}/${name}`
  const write = async (name: string, text: string) => {
    await mkdir(dirname(path(name)), { recursive: true })
    await writeFile(path(name), text)
  }
  await write('proc/self/mountinfo', '')
  await write('proc/sys/kernel/hostname', 'localhost\n')
  await write('proc/device-tree/model', 'Raspberry Pi 4 Model B Rev 1.4\0')
  await write('etc/machine-id', `${'a'.repeat(32)}\n`)
  await write('zoneinfo/Europe/Berlin', 'TZif')
  await mkdir(path('run'))
  await mkdir(path('boot'))
  const surroundings: Surroundings = {
    places: {
      run: path('run'),
      mounts: path('mounts'),
      state: path('state'),
      boot: path('boot'),
      etc: path('etc'),
      sys: path('sys'),
      proc: path('proc'),
      dev: path('dev'),
      zoneinfo: path('zoneinfo'),
    },
    run: async (name, args, options) => {
      ran.push([name, ...args].join(' '))
      // What would change the machine that runs the test is only written down.
      if (['date', 'rfkill', 'mount'].includes(name))
        return { exitCode: 0, stdout: '', stderr: '', isLate: false }
      return runCommand(name, args, options)
    },
    services: {
      isSystemd: true,
      steer: async (...args) => {
        steered.push(args.join(' '))
        return true
      },
      ask: async () => '',
    },
    isOffered: () => false,
    owner: async () => ({ uid: 4711, gid: 4712 }),
    log: (line) => said.push(line),
    ...change,
  }
  const read = (name: string) => readFile(path(name), 'utf8')
  const report = async () => {
    const json: unknown = JSON.parse(await read('run/presets.json'))
    if (!Check(PresetReportSchema, json)) throw new Error('not a report')
    return json
  }
  return { surroundings, steered, said, ran, path, read, write, report }
}

const presets = `name = Attic
time-zone = Europe/Berlin
wifi-ssid = Home
wifi-password = correct "horse"
wifi-country = DE
language = ru
ssh-key = ${sshKey}
folder-secret = ${secret} Podcasts
nonsense
`

describe('settle', () => {
  test('A11: a first start without anything changes only what differs between devices', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    await settle(machine.surroundings)
    expect(machine.said).toEqual([])
    expect(await machine.read('state/system/machine-id')).toBe(`${'a'.repeat(32)}\n`)
    expect(existsSync(machine.path('etc/hostname'))).toBe(false)
    expect(existsSync(machine.path('state/system/ssh'))).toBe(false)
    expect(machine.steered).toEqual([])
    expect(await machine.report()).toEqual({ taken: [], mistakes: [], language: null, waitingFolders: 0 })
  })

  test('presets are kept, put in force, and their secrets leave the boot partition', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    await machine.write('boot/berrysync.txt', presets)
    await machine.write('etc/hosts', '127.0.0.1\tlocalhost\n127.0.1.1\told\n')
    await settle(machine.surroundings)
    expect(machine.said).toEqual([])
    expect(await machine.read('proc/sys/kernel/hostname')).toBe('attic')
    expect(await machine.read('etc/hostname')).toBe('attic\n')
    expect(await machine.read('etc/hosts')).toBe('127.0.0.1\tlocalhost\n127.0.1.1\tattic\n')
    expect(await readlink(machine.path('etc/localtime'))).toBe(machine.path('zoneinfo/Europe/Berlin'))
    const wifi = await machine.read('etc/wpa_supplicant/wpa_supplicant-wlan0.conf')
    expect(wifi).toContain('country=DE')
    expect(wifi).toContain(`ssid=${Buffer.from('Home').toString('hex')}`)
    expect(wifi).toContain('psk="correct "horse""')
    expect((await stat(machine.path('etc/wpa_supplicant/wpa_supplicant-wlan0.conf'))).mode & 0o777).toBe(
      0o600,
    )
    expect(await machine.read('etc/systemd/network/25-wifi.network')).toContain('Name=wl*')
    const sshd = await machine.read('etc/ssh/sshd_config.d/10-berrysync.conf')
    for (const line of ['PasswordAuthentication no', 'DenyUsers berrysync']) expect(sshd).toContain(line)
    expect(await machine.read('state/system/ssh/authorized_keys')).toBe(`${sshKey}\n`)
    expect((await stat(machine.path('state/system/ssh/ssh_host_ed25519_key'))).mode & 0o777).toBe(0o600)
    expect(machine.steered).toEqual(
      expect.arrayContaining([
        'start --no-block ssh.service',
        'start --no-block wpa_supplicant@wlan0.service',
      ]),
    )
    const left = await machine.read('boot/berrysync.txt')
    for (const hidden of [secret, 'horse', 'nonsense']) expect(left).not.toContain(hidden)
    expect(await readdir(machine.path('boot'))).toEqual(['berrysync.txt'])
    const report = await machine.report()
    expect(report).toMatchObject({
      language: 'ru',
      waitingFolders: 1,
      mistakes: [{ code: 'not-understood', line: 9 }],
    })
    expect(JSON.stringify(report)).not.toContain(secret)
    expect((await stat(machine.path('state/system/preset-folders.json'))).mode & 0o777).toBe(0o600)
  })

  test('A10: at the next start everything is in force again, on a root that forgot it, with the same host key', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    await machine.write('boot/berrysync.txt', presets)
    await settle(machine.surroundings)
    const key = await machine.read('state/system/ssh/ssh_host_ed25519_key.pub')
    await using again = await makeTempDirectory()
    const next = await makeMachine(again)
    await runCommand('cp', ['-a', machine.path('state'), machine.path('boot'), again.path], {
      timeoutMs: 10_000,
    })
    await next.write('etc/machine-id', `${'b'.repeat(32)}\n`)
    await settle(next.surroundings)
    expect(next.said).toEqual([])
    expect(await next.read('etc/hostname')).toBe('attic\n')
    expect(await next.read('etc/machine-id')).toBe(`${'a'.repeat(32)}\n`)
    expect(await next.read('etc/wpa_supplicant/wpa_supplicant-wlan0.conf')).toContain('country=DE')
    expect(await next.read('state/system/ssh/ssh_host_ed25519_key.pub')).toBe(key)
    expect(await next.report()).toEqual({ taken: [], mistakes: [], language: 'ru', waitingFolders: 1 })
  })

  test('A10: a start that is cut off before the file was scrubbed reads it again, to the same end', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    await machine.write('boot/berrysync.txt', presets)
    await settle(machine.surroundings)
    const kept = await machine.read('state/system/preset-folders.json')
    await machine.write('boot/berrysync.txt', presets)
    await settle(machine.surroundings)
    expect(await machine.read('state/system/preset-folders.json')).toBe(kept)
    expect(await machine.read('boot/berrysync.txt')).not.toContain(secret)
  })

  test('a step that fails is told, and the others go on', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    await machine.write('boot/berrysync.txt', 'name = attic\ntime-zone = Europe/Berlin\n')
    await mkdir(machine.path('etc/hostname/in-the-way'), { recursive: true })
    await settle(machine.surroundings)
    expect(machine.said.join()).toContain('host name')
    expect(await readlink(machine.path('etc/localtime'))).toContain('Berlin')
  })

  test('links and pipes in the place of files are not followed', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    await machine.write('shadow', 'name = pwned\n')
    await symlink(machine.path('shadow'), machine.path('boot/berrysync.txt'))
    await settle(machine.surroundings)
    expect(await machine.read('shadow')).toBe('name = pwned\n')
    expect(existsSync(machine.path('etc/hostname'))).toBe(false)
    await runCommand('rm', [machine.path('boot/berrysync.txt')], { timeoutMs: 5000 })
    await runCommand('mkfifo', [machine.path('boot/berrysync.txt')], { timeoutMs: 5000 })
    await settle(machine.surroundings)
    expect(existsSync(machine.path('etc/hostname'))).toBe(false)
  })

  test('a read-only boot partition is writable only while it is written to', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    await machine.write('boot/berrysync.txt', 'language = en\n')
    await machine.write(
      'proc/self/mountinfo',
      `30 1 179:1 / ${machine.path('boot')} ro,relatime - vfat /dev/mmcblk0p1 ro\n`,
    )
    await settle(machine.surroundings)
    expect(machine.ran.filter((line) => line.startsWith('mount'))).toEqual([
      `mount -o remount,rw ${machine.path('boot')}`,
      `mount -o remount,ro ${machine.path('boot')}`,
    ])
  })

  test('what Raspberry Pi Imager would run instead of the system is taken out, once', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    const foreign =
      'root=LABEL=x quiet systemd.run=/boot/firstrun.sh systemd.unit=kernel-command-line.target\n'
    await machine.write('boot/cmdline.txt', foreign)
    await settle(machine.surroundings)
    expect(await machine.read('boot/cmdline.txt')).toBe('root=LABEL=x quiet\n')
    expect(machine.steered).toEqual(['reboot --no-block'])
    expect((await machine.report()).mistakes).toMatchObject([{ code: 'imager-customisation' }])
    await settle(machine.surroundings)
    expect(machine.steered).toEqual(['reboot --no-block'])
  })

  test('a clock in the past goes on where it ended', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    await settle(machine.surroundings)
    expect(machine.ran.some((line) => line.startsWith('date'))).toBe(false)
    const later = new Date(Date.now() + 86_400_000)
    await utimes(machine.path('state/system/clock'), later, later)
    await settle(machine.surroundings)
    expect(machine.ran).toContain(`date --set @${Math.floor(later.getTime() / 1000)}`)
  })
})

describe('why it last started', () => {
  test('first, an orderly end, and none', async () => {
    await using temp = await makeTempDirectory()
    let state = 'stopping\n'
    let jobs = '12 reboot.target start waiting\n'
    const machine = await makeMachine(temp, {
      services: {
        isSystemd: true,
        steer: async () => true,
        ask: async (verb) => (verb === 'list-jobs' ? jobs : state),
      },
    })
    const lastStart = async () => {
      await settle(machine.surroundings)
      return (await describeMachine(machine.surroundings, async () => null)).lastStart
    }
    expect(await lastStart()).toBe('first')
    expect(await lastStart()).toBe('crash')
    await noteEnd(machine.surroundings)
    expect(await lastStart()).toBe('reboot')
    expect(await lastStart()).toBe('crash')
    jobs = '12 poweroff.target start waiting\n'
    await noteEnd(machine.surroundings)
    expect(await lastStart()).toBe('power-off')
    // A person ends only this service.
    state = 'running\n'
    await noteEnd(machine.surroundings)
    expect(await lastStart()).toBe('crash')
  })
})

describe('steering the machine', () => {
  test('describe says what is so', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    const { surroundings } = machine
    await setHostName(surroundings, 'cellar')
    await setTimeZone(surroundings, 'Europe/Berlin')
    await keepSshKeys(surroundings, [sshKey])
    await setSsh(surroundings, true)
    expect(await describeMachine(surroundings, async () => null)).toEqual({
      model: 'Raspberry Pi 4 Model B Rev 1.4',
      hostName: 'cellar',
      timeZone: machine.path('zoneinfo/Europe/Berlin').replace(/^.*zoneinfo\//, ''),
      lastStart: 'crash',
      ssh: {
        enabled: true,
        keys: [{ kind: 'ssh-ed25519', comment: 'me@laptop' }],
        fingerprint: expect.stringMatching(/^SHA256:/),
      },
      releases: null,
    })
    await setSsh(surroundings, false)
    expect(machine.steered.at(-1)).toBe('stop --no-block ssh.socket ssh.service')
    expect((await describeMachine(surroundings, async () => null)).ssh).toMatchObject({
      enabled: false,
      keys: [{}],
    })
  })

  test('a time zone that is not there is refused, and the one before stays', async () => {
    await using temp = await makeTempDirectory()
    const { surroundings } = await makeMachine(temp)
    await setTimeZone(surroundings, 'Europe/Berlin')
    const error = await setTimeZone(surroundings, 'Europe/Atlantis').catch((thrown: unknown) => thrown)
    expect(isSyncError(error, 'time-zone-unknown')).toBe(true)
    expect((await describeMachine(surroundings, async () => null)).timeZone).toBe('Europe/Berlin')
  })

  test('restarting waits for nobody, and says when systemd refuses', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    await verbTable['power-off']!(machine.surroundings, { verb: 'power-off' }, () => undefined)
    await verbTable.restart!(machine.surroundings, { verb: 'restart' }, () => undefined)
    expect(machine.steered).toEqual(['poweroff --no-block', 'restart berrysync.service --no-block'])
    const refused = await makeMachine(await makeTempDirectory(), {
      services: { isSystemd: true, steer: async () => false, ask: async () => '' },
    })
    const error = await verbTable.reboot!(refused.surroundings, { verb: 'reboot' }, () => undefined).catch(
      (thrown: unknown) => thrown,
    )
    expect(isSyncError(error, 'system-step-failed')).toBe(true)
  })
})

describe('A8: factory reset', () => {
  test('is a wish that is written down, and fulfilled at the next start, before anything else', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    const outside = machine.path('outside')
    await machine.write('outside/kept', 'kept')
    await machine.write('state/home/config.json', '{}')
    await machine.write('state/home/deep/er', 'x')
    await symlink(outside, machine.path('state/home/link'))
    await machine.write('state/system/host-name', 'old\n')
    await machine.write('state/releases/1.0.0/berrysync.mjs', 'x')
    const wrong = await factoryReset(machine.surroundings, 'yes').catch((thrown: unknown) => thrown)
    expect(isSyncError(wrong, 'reset-typed-wrong')).toBe(true)
    await settle(machine.surroundings)
    expect(await machine.read('state/home/config.json')).toBe('{}')

    await factoryReset(machine.surroundings, ' Reset ')
    expect(machine.steered.at(-1)).toBe('reboot --no-block')
    expect(await machine.read('state/home/config.json')).toBe('{}')
    await settle(machine.surroundings)
    expect(machine.said).toEqual([])
    expect(await readdir(machine.path('state/home'))).toEqual([])
    expect(await machine.read('outside/kept')).toBe('kept')
    expect(existsSync(machine.path('state/system/host-name'))).toBe(false)
    expect(existsSync(machine.path('state/releases/1.0.0/berrysync.mjs'))).toBe(true)
    expect(existsSync(machine.path('state/factory-reset'))).toBe(false)
  })
})

describe('preset folders', () => {
  const attached = (machine: Machine, change: Partial<DiskFacts> = {}): DiskFacts => ({
    device: 'sdb1',
    name: 'toshiba',
    disk: { device: 'sdb', model: '', serial: null, sizeBytes: 1, sequence: 1 },
    fileSystem: { kind: 'ext4', uuid: 'x', label: null },
    state: 'attached',
    mountPoint: machine.path('mounts/toshiba'),
    readOnly: false,
    reason: null,
    progress: null,
    ...change,
  })

  test('wait for a disk that can be written, and are forgotten when the daemon has them', async () => {
    await using temp = await makeTempDirectory()
    let seen: unknown
    const machine: Machine = await makeMachine(temp, {
      services: {
        isSystemd: true,
        ask: async () => '',
        steer: async (...args) => {
          expect(args).toEqual(['restart', 'berrysync.service'])
          expect(await machine.read('run/presets.env')).toBe(
            `BERRYSYNC_PRESETS=--config ${machine.path('run/presets-setup.json')}\n`,
          )
          seen = JSON.parse(await machine.read('run/presets-setup.json'))
          await machine.write('state/home/config.json', JSON.stringify(seen, undefined, 2))
          return true
        },
      },
    })
    await machine.write('boot/berrysync.txt', `folder-secret = ${secret} Podcasts\n`)
    await settle(machine.surroundings)
    expect(await handOverFolders(machine.surroundings, attached(machine, { readOnly: true }))).toBe(true)
    expect(await readWaitingFolders(machine.surroundings)).toHaveLength(1)

    await mkdir(machine.path('mounts/toshiba/Berrysync'), { recursive: true })
    expect(await handOverFolders(machine.surroundings, attached(machine))).toBe(true)
    const path = machine.path('mounts/toshiba/Berrysync/Podcasts')
    expect(seen).toEqual({ folders: [{ path, secret }] })
    expect((await stat(path)).uid).toBe(4711)
    expect(await readWaitingFolders(machine.surroundings)).toEqual([])
    for (const file of ['run/presets.env', 'run/presets-setup.json', 'state/system/preset-folders.json'])
      expect(existsSync(machine.path(file)), file).toBe(false)
  })

  test('a link in the place of one leads nowhere', async () => {
    await using temp = await makeTempDirectory()
    const machine = await makeMachine(temp)
    await machine.write('boot/berrysync.txt', `folder-secret = ${secret} Podcasts\n`)
    await settle(machine.surroundings)
    await mkdir(machine.path('outside'))
    await mkdir(machine.path('mounts/toshiba/Berrysync'), { recursive: true })
    await symlink(machine.path('outside'), machine.path('mounts/toshiba/Berrysync/Podcasts'))
    const before = (await stat(machine.path('outside'))).uid
    await machine.write(
      'state/home/config.json',
      JSON.stringify(machine.path('mounts/toshiba/Berrysync/Podcasts')),
    )
    await handOverFolders(machine.surroundings, attached(machine))
    expect((await stat(machine.path('outside'))).uid).toBe(before)
  })
})
