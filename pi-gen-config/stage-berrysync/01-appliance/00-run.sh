#!/bin/bash -e
# This file makes the machine an appliance.
install -d "$ROOTFS_DIR/etc/berrysync"
install -m 644 files/appliance "$ROOTFS_DIR/etc/berrysync/appliance"
