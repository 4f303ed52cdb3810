#!/bin/bash -e
# A minimal Debian.
if [ ! -d "$ROOTFS_DIR" ]; then
  bootstrap --variant=minbase "$RELEASE" "$ROOTFS_DIR" "$DEBIAN_MIRROR"
fi
