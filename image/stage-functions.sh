# What the stages of pi-gen-config may call, under the names that pi-gen gives it, made so that it works where only a Debian mirror can be reached:
# mmdebstrap instead of debootstrap. Every step runs in a mount namespace of its own, so that nothing stays mounted however it ends.

log() {
  date +"[%T] $*"
}

# bootstrap [OPTION...] RELEASE DIRECTORY MIRROR; options are debootstrap's, and there is one choice here.
bootstrap() {
  while [[ $1 == -* ]]; do shift; done
  mkdir -p "$2"
  mmdebstrap --quiet --mode=root --architectures=arm64 --variant=apt --components=main \
    --aptopt='Acquire::Languages "none"' --skip=output/mknod "$1" - "$3" | tar -x --numeric-owner --xattrs --xattrs-include='*' -C "$2"
  # The build may be cut off and then begins again, so that nothing has to be flushed in between.
  echo force-unsafe-io > "$2/etc/dpkg/dpkg.cfg.d/berrysync-build"
  # Nobody answers questions, so that none need be looked for in every package before it is unpacked.
  echo '#clear DPkg::Pre-Install-Pkgs;' > "$2/etc/apt/apt.conf.d/90berrysync-build"
  # Services are not started.
  printf '#!/bin/sh\nexit 101\n' > "$2/usr/sbin/policy-rc.d"
  chmod 755 "$2/usr/sbin/policy-rc.d"
}

copy_previous() {
  mkdir -p "$ROOTFS_DIR"
  rsync -aHAXx "$PREV_ROOTFS_DIR/" "$ROOTFS_DIR/"
}

on_chroot() {
  if ! mountpoint -q "$ROOTFS_DIR/proc"; then
    mount -t proc proc "$ROOTFS_DIR/proc"
    mount --bind /dev "$ROOTFS_DIR/dev"
    mount --bind /dev/pts "$ROOTFS_DIR/dev/pts"
    mount --bind /sys "$ROOTFS_DIR/sys"
    mount -t tmpfs tmpfs "$ROOTFS_DIR/run"
    mount -t tmpfs tmpfs "$ROOTFS_DIR/tmp"
    # Names are looked up as this machine does it, whatever the image will do later.
    if [ -L "$ROOTFS_DIR/etc/resolv.conf" ]; then
      mkdir -p "$ROOTFS_DIR/run/systemd/resolve"
      cp /etc/resolv.conf "$ROOTFS_DIR/run/systemd/resolve/stub-resolv.conf"
    else
      cp /etc/resolv.conf "$ROOTFS_DIR/etc/resolv.conf"
    fi
  fi
  chroot "$ROOTFS_DIR" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" /bin/bash -e "$@"
}

unmount() {
  :
}

export -f log bootstrap copy_previous on_chroot unmount
