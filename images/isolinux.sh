#!/bin/sh
# SPDX-License-Identifier: MIT
#
# isolinux.sh DIR
#
# Makes DIR/isolinux.img: a CD (ISO 9660 with Rock Ridge and Joliet) that starts Debian's unmodified
# 686 kernel through ISOLINUX.  Kernel and initrd are those of linux.sh, which is run where it has not
# been.  Two runs give the same bytes.  Exit status: 0, 1 on an error, 3 where no package source can
# be reached or a tool is missing.

set -eu
umask 022
export LC_ALL=C TZ=UTC0

me=images/isolinux.sh
die() { echo "$me: $*" >&2; exit 1; }
say() { echo "$me: $*" >&2; }
lacks() { say "$1 is missing: install $2"; exit 3; }

[ $# = 1 ] || die "usage: isolinux.sh DIR"
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" || die "cannot make the folder $1"
out=$(cd "$1" && pwd)
. "$here/cd.sh"

# An initrd that an older linux.sh made has no driver for CDs.
has_cd_driver() {
    gzip -dc "$out/linux.initrd" 2>/dev/null | cpio --quiet -t 2>/dev/null | grep -q sr_mod
}
if [ ! -s "$out/linux.vmlinuz" ] || ! has_cd_driver; then
    sh "$here/linux.sh" "$out" || exit $?
fi

list=$("$here/packages.sh" "$out/packages" isolinux syslinux-common) || exit $?
work=$out/isolinux.tmp
rm -rf "$work"
mkdir -p "$work/cd/boot"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd_isolinux
cp "$here/isolinux/isolinux.cfg" "$work/cd/isolinux/"
cp "$here/isolinux/hello.txt" "$work/cd/"
cp "$out/linux.vmlinuz" "$work/cd/boot/vmlinuz"
cp "$out/linux.initrd" "$work/cd/boot/initrd"
cd_write isolinux "${SOURCE_DATE_EPOCH:-$(stat -c %Y "$out/linux.vmlinuz")}"
