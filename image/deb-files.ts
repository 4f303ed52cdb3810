/**
 * What the package has besides the program: where each file of systemd/ goes, and the control files, whose scripts work on a running system, in a
 * chroot and with `dpkg --root`. Pure but for listing the directory.
 */
import { readdirSync } from 'node:fs'
import { extname, join } from 'node:path'

export interface InstalledFile {
  /** Path in the package. */
  readonly target: string
  readonly source: string
  readonly mode: number
}

/** By the end of a file's name: the directory it is installed in, and its name there. */
const places: Readonly<Record<string, (name: string) => string>> = {
  '.service': (name) => `usr/lib/systemd/system/${name}`,
  '.socket': (name) => `usr/lib/systemd/system/${name}`,
  '.path': (name) => `usr/lib/systemd/system/${name}`,
  '.timer': (name) => `usr/lib/systemd/system/${name}`,
  '.target': (name) => `usr/lib/systemd/system/${name}`,
  '.rules': (name) => `usr/lib/udev/rules.d/${name}`,
  '.sysusers': (name) => `usr/lib/sysusers.d/${name.replace('.sysusers', '.conf')}`,
  '.tmpfiles': (name) => `usr/lib/tmpfiles.d/${name.replace('.tmpfiles', '.conf')}`,
  '.sh': (name) => `usr/lib/berrysync/${name.replace('.sh', '')}`,
  '.sysctl': (name) => `usr/lib/sysctl.d/${name.replace('.sysctl', '.conf')}`,
}

export function installedFiles(directory: string): InstalledFile[] {
  return readdirSync(directory)
    .filter((name) => extname(name) !== '.md')
    .sort()
    .map((name) => {
      const place = places[extname(name)]
      if (place === undefined)
        throw new Error(`systemd/${name}: nobody knows where a file of this kind is installed`)
      return {
        target: place(name),
        source: join(directory, name),
        mode: extname(name) === '.sh' ? 0o755 : 0o644,
      }
    })
}

interface ControlOptions {
  readonly architecture: string
  readonly version: string
  readonly sizeKib: number
}

/** Enabled at installation, in the order in which they are started. */
const enabledUnits = [
  'berrysync-settle.service',
  'berrysync-helper.socket',
  'berrysync-announce.service',
  'berrysync.service',
]

const postinst = `#!/bin/sh
# Makes the user, its directories and the services. Each step does what it does again without harm.
set -e
if [ "$1" != configure ]; then exit 0; fi
systemd-sysusers --root="$DPKG_ROOT/" berrysync.conf
systemd-tmpfiles --root="$DPKG_ROOT/" --create berrysync.conf || [ ! -d "$DPKG_ROOT/run/systemd/system" ]
for unit in ${enabledUnits.join(' ')}; do
  deb-systemd-helper unmask "$unit" >/dev/null || true
  # What a person has disabled stays so over an update.
  if deb-systemd-helper --quiet was-enabled "$unit"; then
    deb-systemd-helper enable "$unit" >/dev/null || true
  else
    deb-systemd-helper update-state "$unit" >/dev/null || true
  fi
done
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  udevadm control --reload || true
  sysctl --quiet --load=/usr/lib/sysctl.d/berrysync.conf || true
  for unit in ${enabledUnits.join(' ')}; do
    if [ -n "$2" ]; then deb-systemd-invoke try-restart "$unit" || true; else deb-systemd-invoke start "$unit" || true; fi
  done
fi
`

const prerm = `#!/bin/sh
# Stops what runs, unless an update is about to start it again.
set -e
if [ "$1" = remove ] && [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
  deb-systemd-invoke stop ${[...enabledUnits].reverse().join(' ')} || true
fi
`

const postrm = `#!/bin/sh
# Folders, secrets and the identity of the device are left alone, also by purge: they cannot be made again.
set -e
if [ "$1" = purge ]; then
  if command -v deb-systemd-helper >/dev/null; then deb-systemd-helper purge ${enabledUnits.join(' ')} >/dev/null || true; fi
  if [ -d "$DPKG_ROOT/var/lib/berrysync" ]; then echo 'Settings and identity of Berrysync stay in /var/lib/berrysync.'; fi
fi
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
`

export function controlFiles({
  architecture,
  version,
  sizeKib,
}: ControlOptions): [string, { content: string; mode: number }][] {
  const control = `Package: berrysync
Version: ${version}
Architecture: ${architecture}
Maintainer: The Berrysync authors <berrysync@localhost>
Installed-Size: ${sizeKib}
Depends: libc6 (>= 2.34), libstdc++6, libgcc-s1, init-system-helpers, procps, systemd (>= 252), udev, util-linux, e2fsprogs, fdisk
Recommends: avahi-daemon, dosfstools, exfatprogs
Suggests: btrfs-progs, ntfs-3g
Section: net
Priority: optional
Description: folders that stay in sync between computers under a secret
 Runs as a service under a user of its own. On a machine with the file
 /etc/berrysync/appliance it also takes care of USB disks, status lights and a
 button, and is steered in a browser at the machine's own name.
`
  const script = (content: string) => ({ content, mode: 0o755 })
  return [
    ['control', { content: control, mode: 0o644 }],
    ['postinst', script(postinst)],
    ['prerm', script(prerm)],
    ['postrm', script(postrm)],
  ]
}
