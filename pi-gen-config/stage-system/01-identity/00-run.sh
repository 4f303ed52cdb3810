#!/bin/bash -e
# The name until a person gives another one.
echo "$TARGET_HOSTNAME" > "$ROOTFS_DIR/etc/hostname"
cat > "$ROOTFS_DIR/etc/hosts" <<END
127.0.0.1 localhost
127.0.1.1 $TARGET_HOSTNAME
::1 localhost ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
END
ln -sf "/usr/share/zoneinfo/$TIMEZONE_DEFAULT" "$ROOTFS_DIR/etc/localtime"
echo "LANG=$LOCALE_DEFAULT" > "$ROOTFS_DIR/etc/default/locale"
# The machine id is read from the state partition before systemd starts. `settle` keeps it there at the first start.
install -m 755 files/initramfs-root "$ROOTFS_DIR/etc/initramfs-tools/scripts/init-bottom/berrysync-root"
