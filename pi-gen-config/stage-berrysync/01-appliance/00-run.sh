#!/bin/bash -e
# This file makes the machine an appliance.
install -d "$ROOTFS_DIR/etc/berrysync"
install -m 644 files/appliance "$ROOTFS_DIR/etc/berrysync/appliance"
# The button lies between its line and ground, so the line needs its pull-up; the kernel's files for lines cannot switch it on.
pull_up='gpio=27=pu'
if [ -e "$ROOTFS_DIR/etc/kernel/postinst.d/z50-raspi-firmware" ]; then
  # Its hook puts this at the end of config.txt each time it writes that.
  echo "$pull_up" > "$ROOTFS_DIR/etc/default/raspi-firmware-custom"
else
  echo "$pull_up" >> "$ROOTFS_DIR/boot/firmware/config.txt"
fi
