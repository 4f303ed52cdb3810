#!/bin/bash -e
# What is mounted, how the kernel is started, and one initramfs for every board and every disk that a system may start from. BOOTDEV, ROOTDEV and STATEDEV
# become the real partitions when the image is made.
install -m 644 files/fstab "$ROOTFS_DIR/etc/fstab"
install -m 644 files/initramfs.conf "$ROOTFS_DIR/etc/initramfs-tools/conf.d/berrysync.conf"
install -m 755 files/initramfs-hook "$ROOTFS_DIR/etc/initramfs-tools/hooks/berrysync"
install -d "$ROOTFS_DIR/var/lib/berrysync"
if [ -e "$ROOTFS_DIR/etc/kernel/postinst.d/z50-raspi-firmware" ]; then
  install -m 644 files/kernel-options "$ROOTFS_DIR/etc/default/raspi-extra-cmdline"
else
  # Raspberry Pi OS writes this file once. Its own way to grow root would take the place of the state partition.
  sed -i -e 's/ resize\b//' -e "s/\$/ $(tr '\n' ' ' < files/kernel-options)/" "$ROOTFS_DIR/boot/firmware/cmdline.txt"
  on_chroot <<END
systemctl disable rpi-resize.service || true
END
fi
on_chroot <<END
for version in \$(linux-version list); do update-initramfs -c -k "\$version"; done
END
