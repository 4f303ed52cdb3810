#!/bin/bash -e
# A copy of the last stage, in a directory: nothing here needs loop devices or a kernel that knows FAT.
rm -rf "$ROOTFS_DIR"
mkdir -p "$ROOTFS_DIR"
rsync -aHAXx --exclude /var/cache/apt/archives "$EXPORT_ROOTFS_DIR/" "$ROOTFS_DIR/"
