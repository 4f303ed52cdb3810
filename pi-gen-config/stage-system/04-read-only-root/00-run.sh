#!/bin/bash -e
# Root is mounted read-only below a layer in memory. What has to last lies on a partition of its own, the last one, which grows to the end of the card.
install -m 644 files/overlayroot.conf "$ROOTFS_DIR/etc/overlayroot.local.conf"
install -d "$ROOTFS_DIR/etc/systemd/journald.conf.d" "$ROOTFS_DIR/usr/lib/berrysync-system"
install -m 644 files/journald.conf "$ROOTFS_DIR/etc/systemd/journald.conf.d/berrysync.conf"
install -m 644 files/zram-generator.conf "$ROOTFS_DIR/etc/systemd/zram-generator.conf"
install -m 755 files/grow-state "$ROOTFS_DIR/usr/lib/berrysync-system/"
install -m 644 files/berrysync-grow-state.service "$ROOTFS_DIR/usr/lib/systemd/system/"
on_chroot <<END
systemctl enable berrysync-grow-state.service
# Nothing of this lasts longer than a start, or there is nothing it could do.
systemctl disable apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service || true
systemctl mask systemd-firstboot.service systemd-random-seed.service
# The layer over root cannot be mounted anew with the options it was made with, and need not be.
systemctl mask systemd-remount-fs.service
END
