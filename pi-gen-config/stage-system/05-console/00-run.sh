#!/bin/bash -e
# Nobody can log in at the screen or a serial line: there is no account with a password. The screen shows where the web interface is found.
install -d "$ROOTFS_DIR/etc/systemd/system-generators" "$ROOTFS_DIR/etc/systemd/logind.conf.d"
ln -sf /dev/null "$ROOTFS_DIR/etc/systemd/system-generators/systemd-getty-generator"
install -m 644 files/logind.conf "$ROOTFS_DIR/etc/systemd/logind.conf.d/berrysync.conf"
on_chroot <<END
passwd --lock root
systemctl mask getty@tty1.service
# Without a keyboard nobody could leave it; the start goes on with what there is.
systemctl set-default multi-user.target
END
