#!/bin/bash -e
# The partitions get their names: signature of the disk and number.
sed -i -e "s/\bBOOTDEV\b/PARTUUID=$DISK_ID-01/" -e "s/\bROOTDEV\b/PARTUUID=$DISK_ID-02/" -e "s/\bSTATEDEV\b/PARTUUID=$DISK_ID-03/" "$ROOTFS_DIR/etc/fstab"
hook=/etc/kernel/postinst.d/z50-raspi-firmware
if [ -e "$ROOTFS_DIR$hook" ]; then
  sed -i "s/^ROOTPART=.*/ROOTPART=PARTUUID=$DISK_ID-02/" "$ROOTFS_DIR/etc/default/raspi-firmware"
  on_chroot <<END
DEB_MAINT_PARAMS=configure $hook
END
else
  sed -i "s/\bROOTDEV\b/PARTUUID=$DISK_ID-02/" "$ROOTFS_DIR/boot/firmware/cmdline.txt"
fi
