#!/bin/sh
# SPDX-License-Identifier: MIT
#
# grub.sh DIR: takes GRUB's rescue image, unchanged, from its Debian package.  Makes DIR/grub.img,
# which starts from a USB stick or a disk through its MBR (the package's grub-rescue-usb.img is a
# link to the hybrid ISO image).

set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
trap 'rm -f "$out/grub.tmp"' EXIT
list=$("$here/packages.sh" "$out/packages" grub-rescue-pc) || exit $?
dpkg-deb --fsys-tarfile "${list#* }" |
    tar -x -O ./usr/lib/grub-rescue/grub-rescue-cdrom.iso >"$out/grub.tmp"
[ -s "$out/grub.tmp" ] || { echo "images/grub.sh: the package has no rescue image" >&2; exit 1; }
mv "$out/grub.tmp" "$out/grub.img"
echo "images/grub.sh: $out/grub.img is ready" >&2
