#!/bin/bash -e
# Read by the hook of raspi-firmware whenever a kernel is installed. Without ROOTPART it would take the building machine's own; the real one is known when the
# image is made. CMA=0 leaves the size of that memory to the kernel: what suits a Pi 3 keeps a Pi 4 from starting.
cat > "$ROOTFS_DIR/etc/default/raspi-firmware" <<END
ROOTPART=ROOTDEV
CONSOLES="ttyS1,115200 tty0"
CMA=0
END
