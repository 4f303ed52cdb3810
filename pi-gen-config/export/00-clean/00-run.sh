#!/bin/bash -e
# What differs between devices, what only served the build, and what no device needs.
cd "$ROOTFS_DIR"
: > etc/machine-id
rm -f var/lib/dbus/machine-id etc/ssh/ssh_host_* var/lib/systemd/random-seed var/lib/systemd/credential.secret etc/hostname.dpkg-*
rm -rf var/lib/apt/lists/* var/cache/* var/log/* var/tmp/* var/backups/* tmp/* run/* root/.bash_history root/.cache
rm -f etc/dpkg/dpkg.cfg.d/berrysync-build etc/apt/apt.conf.d/90berrysync-build usr/sbin/policy-rc.d
# Copies that tools keep of files they change, with what those held before.
rm -f etc/passwd- etc/shadow- etc/group- etc/gshadow- etc/.pwd.lock etc/subuid- etc/subgid- var/lib/dpkg/*-old var/lib/ucf/*.[0-9]
find usr/share/doc -mindepth 1 ! -type d ! -name 'copyright*' -delete
find usr/share/doc -mindepth 1 -type d -empty -delete
rm -rf usr/share/man/* usr/share/info/* usr/share/locale/* usr/share/lintian
mkdir -p var/log/journal var/cache/apt/archives/partial var/lib/apt/lists/partial
rmdir var/log/journal
