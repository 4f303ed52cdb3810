#!/bin/bash -e
install -m 644 "$BERRYSYNC_PACKAGE" "$ROOTFS_DIR/var/cache/berrysync.deb"
on_chroot <<END
apt-get install -qy --no-install-recommends /var/cache/berrysync.deb
END
rm "$ROOTFS_DIR/var/cache/berrysync.deb"
