/**
 * Host name, time zone, SSH and network: what `system/` keeps, and how each is put in force. `set…` keeps and puts in force; `apply…` puts
 * in force what is kept, at each start, because the root file system forgets. What nobody set stays as the system has it.
 */
import { lstat, mkdir, readdir, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { Check } from 'typebox/value'
import { SyncError } from '../core/errors.ts'
import { keep, put, readKept } from './kept-file.ts'
import { SshKey, type Wifi } from './presets.ts'
import type { Surroundings } from './surroundings.ts'
import { HostName, TimeZone } from './verbs.ts'

const stepTimeoutMs = 60_000

// ---- host name ----------------------------------------------------------------------------------------------------------

export async function setHostName(surroundings: Surroundings, name: string): Promise<void> {
  await keep(`${surroundings.places.state}/system/host-name`, `${name}\n`)
  await applyHostName(surroundings)
  // Whoever told the network the old name tells it the new one.
  await surroundings.services.steer(
    'try-restart',
    '--no-block',
    'avahi-daemon.service',
    'systemd-networkd.service',
  )
}

export async function applyHostName({ places }: Surroundings): Promise<void> {
  const name = (await readKept(`${places.state}/system/host-name`))?.trim()
  if (name === undefined || !Check(HostName, name)) return
  await writeFile(`${places.proc}/sys/kernel/hostname`, name)
  await put(`${places.etc}/hostname`, `${name}\n`)
  const hosts = (await readKept(`${places.etc}/hosts`)) ?? '127.0.0.1\tlocalhost\n'
  const others = hosts.split('\n').filter((line) => line !== '' && !/^127\.0\.1\.1\s/.test(line))
  await put(`${places.etc}/hosts`, `${[...others, `127.0.1.1\t${name}`].join('\n')}\n`)
}

// ---- time zone ----------------------------------------------------------------------------------------------------------

/** Throws `time-zone-unknown`. */
export async function setTimeZone(surroundings: Surroundings, zone: string): Promise<void> {
  if (!(await isTimeZone(surroundings, zone))) throw new SyncError('time-zone-unknown', { zone })
  await keep(`${surroundings.places.state}/system/time-zone`, `${zone}\n`)
  await applyTimeZone(surroundings)
}

export async function isTimeZone({ places }: Surroundings, zone: string): Promise<boolean> {
  if (!Check(TimeZone, zone)) return false
  return (await stat(`${places.zoneinfo}/${zone}`).catch(() => undefined))?.isFile() === true
}

export async function applyTimeZone(surroundings: Surroundings): Promise<void> {
  const { places } = surroundings
  const zone = (await readKept(`${places.state}/system/time-zone`))?.trim()
  if (zone === undefined || !(await isTimeZone(surroundings, zone))) return
  await rm(`${places.etc}/localtime.new`, { force: true })
  await symlink(`${places.zoneinfo}/${zone}`, `${places.etc}/localtime.new`)
  await rename(`${places.etc}/localtime.new`, `${places.etc}/localtime`)
  await put(`${places.etc}/timezone`, `${zone}\n`)
}

export async function readTimeZone({ places }: Surroundings): Promise<string> {
  const target = await readlink(`${places.etc}/localtime`).catch(() => '')
  return /zoneinfo\/(.+)$/.exec(target)?.[1] ?? 'UTC'
}

// ---- SSH ----------------------------------------------------------------------------------------------------------------

// Nobody logs in with a password, and keys come from the boot partition alone: the daemon cannot write there.
const sshDirectory = ({ places }: Surroundings): string => `${places.state}/system/ssh`
const hostKeyName = 'ssh_host_ed25519_key'

export interface SshState {
  readonly enabled: boolean
  readonly keys: { readonly kind: string; readonly comment: string }[]
  readonly fingerprint: string | null
}

export async function setSsh(surroundings: Surroundings, on: boolean): Promise<void> {
  await keepSshSwitch(surroundings, on)
  await applySsh(surroundings)
}

/** Whole lines, in the place of those there are, and switched on: who writes down a key wants to log in with it. */
export async function keepSshKeys(surroundings: Surroundings, keys: readonly string[]): Promise<void> {
  await keep(`${sshDirectory(surroundings)}/authorized_keys`, keys.map((key) => `${key}\n`).join(''))
  await keepSshSwitch(surroundings, true)
}

async function keepSshSwitch(surroundings: Surroundings, on: boolean): Promise<void> {
  await keep(`${sshDirectory(surroundings)}/switch`, on ? 'on\n' : 'off\n')
}

export async function applySsh(surroundings: Surroundings): Promise<void> {
  const { places, run, services } = surroundings
  const directory = sshDirectory(surroundings)
  const kept = (await readKept(`${directory}/switch`))?.trim()
  if (kept !== 'on') {
    if (kept === 'off') await services.steer('stop', '--no-block', 'ssh.socket', 'ssh.service')
    return
  }
  const hostKey = `${directory}/${hostKeyName}`
  // Made by the device, at the first use; a half-made one of a power cut has no public part (A11).
  if ((await readKept(`${hostKey}.pub`)) === undefined) {
    await mkdir(directory, { recursive: true, mode: 0o755 })
    await rm(hostKey, { force: true })
    const { exitCode, stderr } = await run(
      'ssh-keygen',
      ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', hostKey],
      { timeoutMs: stepTimeoutMs },
    )
    if (exitCode !== 0)
      throw new SyncError('system-step-failed', { what: 'make a key for SSH', reason: stderr.trim() })
    await run('sync', ['--file-system', directory], { timeoutMs: stepTimeoutMs })
  }
  const lines = [
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile .ssh/authorized_keys ${directory}/authorized_keys`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    // Its directory is its own, so it could let in whom it likes.
    'DenyUsers berrysync',
  ]
  await put(`${places.etc}/ssh/sshd_config.d/10-berrysync.conf`, `${lines.join('\n')}\n`)
  // During the start this waits for its turn.
  await services.steer('start', '--no-block', 'ssh.service')
}

export async function readSsh(surroundings: Surroundings): Promise<SshState> {
  const directory = sshDirectory(surroundings)
  const lines = ((await readKept(`${directory}/authorized_keys`)) ?? '')
    .split('\n')
    .filter((line) => Check(SshKey, line))
  const keys = lines.map((line) => {
    const [kind = '', , ...comment] = line.split(' ')
    return { kind, comment: comment.join(' ') }
  })
  const isKnown = (await readKept(`${directory}/${hostKeyName}.pub`)) !== undefined
  const told = isKnown
    ? await surroundings.run('ssh-keygen', ['-l', '-f', `${directory}/${hostKeyName}.pub`], {
        timeoutMs: 5000,
      })
    : undefined
  const fingerprint = /SHA256:\S+/.exec(told?.stdout ?? '')?.[0] ?? null
  return { enabled: (await readKept(`${directory}/switch`))?.trim() === 'on', keys, fingerprint }
}

// ---- network ------------------------------------------------------------------------------------------------------------

const wifiInterface = 'wlan0'
const wifiFile = `wpa_supplicant-${wifiInterface}.conf`
const wifiNetwork = `[Match]
Name=wl*

[Network]
DHCP=yes

[DHCPv4]
RouteMetric=600

[IPv6AcceptRA]
RouteMetric=600

[Link]
RequiredForOnline=no
`

export async function keepWifi({ places }: Surroundings, { ssid, password, country }: Wifi): Promise<void> {
  const hexSsid = Buffer.from(ssid).toString('hex')
  const key =
    password === undefined
      ? 'key_mgmt=NONE'
      : `key_mgmt=WPA-PSK SAE\n  ieee80211w=1\n  ${/^[0-9a-fA-F]{64}$/.test(password) ? `psk=${password}` : `psk="${password}"`}`
  const text = `ctrl_interface=DIR=/run/wpa_supplicant GROUP=netdev\ncountry=${country}\nnetwork={\n  ssid=${hexSsid}\n  scan_ssid=1\n  ${key}\n}\n`
  await keep(`${places.state}/system/network/${wifiFile}`, text, 0o600)
  await keep(`${places.state}/system/network/25-wifi.network`, wifiNetwork)
}

/** Files are taken by their form only; what they mean is networkd's and wpa_supplicant's business. */
export async function applyNetwork({ places, run, services }: Surroundings): Promise<void> {
  const directory = `${places.state}/system/network`
  const names = (await readdir(directory).catch(() => [])).filter((name) =>
    /^[a-z0-9][a-z0-9_-]{0,60}\.(network|conf)$/.test(name),
  )
  for (const name of names) {
    const text = await readKept(`${directory}/${name}`)
    if (text === undefined) continue
    if (name.endsWith('.network')) await put(`${places.etc}/systemd/network/${name}`, text)
    else await put(`${places.etc}/wpa_supplicant/${name}`, text, 0o600)
  }
  if (!names.includes(wifiFile)) return
  await run('rfkill', ['unblock', 'wifi'], { timeoutMs: stepTimeoutMs })
  await services.steer('start', '--no-block', `wpa_supplicant@${wifiInterface}.service`)
}

// ---- machine id ---------------------------------------------------------------------------------------------------------

/** A machine whose root forgets would be another one to its network at each start. */
export async function applyMachineId({ places }: Surroundings): Promise<void> {
  const isId = (text: string | undefined): text is string => text !== undefined && /^[0-9a-f]{32}$/.test(text)
  const present = (await readKept(`${places.etc}/machine-id`))?.trim()
  const kept = (await readKept(`${places.state}/system/machine-id`))?.trim()
  if (!isId(kept)) {
    if (isId(present)) await keep(`${places.state}/system/machine-id`, `${present}\n`)
    return
  }
  if (present === kept) return
  // Written in place: systemd may have mounted a file of its own there.
  if ((await lstat(`${places.etc}/machine-id`).catch(() => undefined))?.isSymbolicLink() === true) return
  await writeFile(`${places.etc}/machine-id`, `${kept}\n`)
}
