#!/bin/bash -e
# Where packages come from, also later on the device; documentation and translations that nobody reads there are left out, licences stay.
rm -f "$ROOTFS_DIR/etc/apt/sources.list"
cat > "$ROOTFS_DIR/etc/apt/sources.list.d/debian.sources" <<END
Types: deb
URIs: $DEBIAN_MIRROR
Suites: $RELEASE $RELEASE-updates
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp

Types: deb
URIs: $DEBIAN_SECURITY_MIRROR
Suites: $RELEASE-security
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp
END
install -m 644 files/berrysync-light.apt "$ROOTFS_DIR/etc/apt/apt.conf.d/90berrysync-light"
install -m 644 files/berrysync-light.dpkg "$ROOTFS_DIR/etc/dpkg/dpkg.cfg.d/berrysync-light"
on_chroot <<END
apt-get -q update
apt-get -qy dist-upgrade
END
