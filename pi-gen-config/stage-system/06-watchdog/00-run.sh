#!/bin/bash -e
install -d "$ROOTFS_DIR/etc/systemd/system.conf.d"
install -m 644 files/watchdog.conf "$ROOTFS_DIR/etc/systemd/system.conf.d/berrysync-watchdog.conf"
