#!/bin/bash -e
# Three file systems and a table of partitions in one file, made without mounting anything: boot (FAT), root, state. The same content gives the same bytes.
export TZ=UTC
bootMib=256
stateMib=128
# Where the first partition begins, and what all are rounded to: the blocks that cards erase at once are no larger.
alignMib=4

# What a step before this one mounted in it is none of its content.
unmount "$ROOTFS_DIR"
work=$STAGE_WORK_DIR/image
rm -rf "$work"
mkdir -p "$work" "$DEPLOY_DIR"
mv "$ROOTFS_DIR/boot/firmware" "$work/boot"
mkdir -m 755 "$ROOTFS_DIR/boot/firmware"
# Or every start would make the caches anew that depend on what is installed.
touch "$ROOTFS_DIR/etc/.updated" "$ROOTFS_DIR/var/.updated"
for directory in "$ROOTFS_DIR" "$work/boot"; do
  find "$directory" -xdev -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
done

truncate --size="${bootMib}M" "$work/boot.fat"
mkfs.vfat -F 32 -n BERRYBOOT -i "$DISK_ID" --invariant "$work/boot.fat" > /dev/null
(cd "$work/boot" && find . -mindepth 1 -type d -printf '%P\n' | LC_ALL=C sort | while read -r name; do mmd -i "$work/boot.fat" "::$name"; done)
(cd "$work/boot" && find . -type f -printf '%P\n' | LC_ALL=C sort | while read -r name; do mcopy -m -i "$work/boot.fat" "$name" "::$name"; done)

# Dates what it makes with SOURCE_DATE_EPOCH. Where this machine can have none so new that of the image does it, which takes ten times as long where it is emulated.
if [ -n "${E2FSPROGS_DIR-}" ]; then
  mke2fs() { LD_LIBRARY_PATH=$(echo "${E2FSPROGS_DIR%/}"/lib/*-linux-gnu) "${E2FSPROGS_DIR%/}/sbin/mke2fs" "$@"; }
else
  mke2fs() { "$ROOTFS_DIR"/usr/lib/ld-linux-*.so.1 --library-path "$(echo "$ROOTFS_DIR"/usr/lib/*-linux-gnu)" "$ROOTFS_DIR/usr/sbin/mke2fs" "$@"; }
fi
make_ext4() {
  local file=$1 label=$2 sizeMib=$3 source=$4
  shift 4
  truncate --size="${sizeMib}M" "$file"
  MKE2FS_CONFIG=$ROOTFS_DIR/etc/mke2fs.conf mke2fs \
    -q -t ext4 -b 4096 -L "$label" -U "$(uuid_of "$label")" -E "hash_seed=$(uuid_of "seed $label"),root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0${1:+,$1}" \
    ${source:+-d "$source"} "${@:2}" "$file"
}

uuid_of() {
  printf '%s %s' "$DISK_ID" "$1" | sha256sum | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\).*/\1-\2-4\3-8\4-\5/'
}

usedKib=$(du --summarize --block-size=1024 --one-file-system "$ROOTFS_DIR" | cut -f1)
inodes=$(find "$ROOTFS_DIR" -xdev | wc -l)
# Tables, journal and room for a person who repairs something.
rootMib=$(((usedKib * 105 / 100 + inodes / 2) / 1024 + 96))
rootMib=$(((rootMib + alignMib - 1) / alignMib * alignMib))
make_ext4 "$work/root.ext4" berryroot "$rootMib" "$ROOTFS_DIR"
# Grows on the device to the end of the card, up to 2 TB: the room for what describes so much is set aside now.
make_ext4 "$work/state.ext4" berrystate "$stateMib" '' 'resize=536870912' -J size=16

image=$DEPLOY_DIR/$IMG_FILENAME$IMG_SUFFIX.img
rm -f "$image"
truncate --size=$((alignMib + bootMib + rootMib + stateMib))M "$image"
sfdisk --quiet --no-reread --no-tell-kernel "$image" <<END
label: dos
label-id: 0x$DISK_ID
unit: sectors
start=$((alignMib * 2048)), size=$((bootMib * 2048)), type=c, bootable
start=$(((alignMib + bootMib) * 2048)), size=$((rootMib * 2048)), type=83
start=$(((alignMib + bootMib + rootMib) * 2048)), size=$((stateMib * 2048)), type=83
END
place() {
  dd if="$work/$1" of="$image" bs=1M seek="$2" conv=notrunc,sparse status=none
}
place boot.fat $alignMib
place root.ext4 $((alignMib + bootMib))
place state.ext4 $((alignMib + bootMib + rootMib))
