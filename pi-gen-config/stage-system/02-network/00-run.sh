#!/bin/bash -e
# Every wired interface asks for an address; a wireless one does as soon as there is a configuration for it in /etc/wpa_supplicant.
install -m 644 files/10-wired.network files/20-wireless.network "$ROOTFS_DIR/etc/systemd/network/"
install -d "$ROOTFS_DIR/etc/systemd/resolved.conf.d" "$ROOTFS_DIR/etc/systemd/system/wpa_supplicant@.service.d" "$ROOTFS_DIR/etc/systemd/networkd.conf.d"
install -m 644 files/resolved.conf "$ROOTFS_DIR/etc/systemd/resolved.conf.d/berrysync.conf"
install -m 644 files/wpa_supplicant.conf "$ROOTFS_DIR/etc/systemd/system/wpa_supplicant@.service.d/berrysync.conf"
install -m 644 files/80-berrysync-wireless.rules "$ROOTFS_DIR/usr/lib/udev/rules.d/"
# An address that goes while avahi asks whether its name is free makes it take its own question for a stranger's: IPv6 addresses come and go at each start, and
# pi.local became pi-3.local. Names are found over IPv4.
sed -i -e 's/^#*use-ipv6=.*/use-ipv6=no/' -e 's/^#*deny-interfaces=.*/deny-interfaces=lo/' "$ROOTFS_DIR/etc/avahi/avahi-daemon.conf"
on_chroot <<END
systemctl disable wpa_supplicant.service
systemctl enable systemd-networkd.service systemd-resolved.service avahi-daemon.service
# Nothing waits for the network: a device without a cable starts as fast.
systemctl disable systemd-networkd-wait-online.service
systemctl mask systemd-networkd-wait-online.service
if [ -e /usr/lib/systemd/system/NetworkManager.service ]; then systemctl mask NetworkManager.service; fi
END
ln -sf ../run/systemd/resolve/stub-resolv.conf "$ROOTFS_DIR/etc/resolv.conf"
