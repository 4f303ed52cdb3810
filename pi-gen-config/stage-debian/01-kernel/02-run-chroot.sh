# The initramfs is made once, when everything that belongs in it is there.
INITRD=No apt-get -o Acquire::Retries=3 install -qq -y --no-install-recommends linux-image-arm64 firmware-brcm80211
