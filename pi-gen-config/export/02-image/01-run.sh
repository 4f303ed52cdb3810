#!/bin/bash -e
# What a person downloads: the compressed image, the map of its used blocks for bmaptool, and checksums.
name=$IMG_FILENAME$IMG_SUFFIX.img
cd "$DEPLOY_DIR"
bmaptool --quiet create --output "$name.bmap" "$name"
xz --threads=0 --keep --force -"$COMPRESSION_LEVEL" --block-size=16MiB "$name"
sha256sum "$name.xz" > "$name.xz.sha256"
