#!/bin/bash -e
# Everything it depends on was installed by stage-packages. apt would read the lists of all Debian first, which takes longer than the rest where it is emulated.
install -m 644 "$BERRYSYNC_PACKAGE" "$ROOTFS_DIR/var/cache/berrysync.deb"
on_chroot <<END
dpkg --install /var/cache/berrysync.deb
END
rm "$ROOTFS_DIR/var/cache/berrysync.deb"
