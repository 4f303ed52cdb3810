#!/bin/bash -e
# There is no clock that runs without power: the time of the last quarter of an hour is kept with the state and is what a start begins with.
install -d "$ROOTFS_DIR/etc/systemd/timesyncd.conf.d" "$ROOTFS_DIR/etc/systemd/system/systemd-timesyncd.service.d"
install -m 644 files/timesyncd.conf "$ROOTFS_DIR/etc/systemd/timesyncd.conf.d/berrysync.conf"
install -m 644 files/timesyncd-service.conf "$ROOTFS_DIR/etc/systemd/system/systemd-timesyncd.service.d/berrysync.conf"
install -m 644 files/berrysync-clock.tmpfiles "$ROOTFS_DIR/usr/lib/tmpfiles.d/berrysync-clock.conf"
# No start is earlier than the image: systemd sets a clock that says so to the date of this file.
install -m 644 /dev/null "$ROOTFS_DIR/usr/lib/clock-epoch"
on_chroot <<END
systemctl enable systemd-timesyncd.service
END
