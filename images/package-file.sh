#!/bin/sh
# SPDX-License-Identifier: MIT
#
# package-file.sh DIR GUEST: a guest that a Debian package holds as a whole, unchanged: DIR/GUEST.img.
# Exit status: 0, 1 on an error, 3 where no package source can be reached.

set -eu
me=images/package-file.sh
[ $# = 2 ] || { echo "usage: $me DIR GUEST" >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
guest=$2
while read -r name package file; do
    [ "$name" = "$guest" ] && break
done <<END
grub        grub-rescue-pc ./usr/lib/grub-rescue/grub-rescue-cdrom.iso
grub-cd     grub-rescue-pc ./usr/lib/grub-rescue/grub-rescue-cdrom.iso
grub-floppy grub-rescue-pc ./usr/lib/grub-rescue/grub-rescue-floppy.img
memtest     memtest86+     ./usr/lib/memtest86+/memtest86+ia32.iso
ipxe        ipxe           ./usr/lib/ipxe/ipxe.iso
END
[ "$name" = "$guest" ] || { echo "$me: there is no guest '$guest'" >&2; exit 1; }
trap 'rm -f "$out/$guest.tmp"' EXIT
list=$("$here/packages.sh" "$out/packages" "$package") || exit $?
dpkg-deb --fsys-tarfile "${list#* }" | tar -x -O "$file" >"$out/$guest.tmp"
[ -s "$out/$guest.tmp" ] || { echo "$me: $package has no $file" >&2; exit 1; }
mv "$out/$guest.tmp" "$out/$guest.img"
echo "$me: $out/$guest.img is ready" >&2
