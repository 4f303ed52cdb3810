#!/bin/bash -e
install -m 644 files/berrysync-usb-bridges.conf "$ROOTFS_DIR/etc/modprobe.d/"
