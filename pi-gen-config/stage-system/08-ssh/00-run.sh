#!/bin/bash -e
# Installed and off. Whoever switches it on gives a key; host keys are made then, and kept with the state.
install -m 644 files/sshd.conf "$ROOTFS_DIR/etc/ssh/sshd_config.d/berrysync.conf"
rm -f "$ROOTFS_DIR"/etc/ssh/ssh_host_*
# It would offer SSH to the host of a virtual machine.
install -d "$ROOTFS_DIR/etc/systemd/system-generators"
ln -sf /dev/null "$ROOTFS_DIR/etc/systemd/system-generators/systemd-ssh-generator"
on_chroot <<END
systemctl disable ssh.service ssh.socket || true
if [ -e /usr/lib/systemd/system/sshd-keygen.service ]; then systemctl mask sshd-keygen.service; fi
END
