#!/bin/sh
# SPDX-License-Identifier: MIT
#
# installer.sh DIR
#
# Makes DIR/installer.img: a CD that starts Debian's installer for i386 (the text frontend on VGA text, nomodeset: without it
# its kernel switches to a frame buffer).  Kernel and initrd are those of Debian's package, unchanged.
# Exit status: 0, 1 on an error, 3 where no package source can be reached or a tool is missing.

set -eu
umask 022
export LC_ALL=C TZ=UTC0

me=images/installer.sh
die() { echo "$me: $*" >&2; exit 1; }
lacks() { echo "$me: $1 is missing: install $2" >&2; exit 3; }

[ $# = 1 ] || die "usage: installer.sh DIR"
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" || die "cannot make the folder $1"
out=$(cd "$1" && pwd)
. "$here/cd.sh"
list=$("$here/packages.sh" "$out/packages" isolinux syslinux-common debian-installer-12-netboot-i386) || exit $?
work=$out/installer.tmp
rm -rf "$work"
mkdir -p "$work/cd"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd_isolinux
top=./usr/lib/debian-installer/images/12/i386/text/debian-installer/i386
mkdir -p "$work/cd/boot"
cd_from debian-installer-12-netboot-i386 $top/linux boot/linux
cd_from debian-installer-12-netboot-i386 $top/initrd.gz boot/initrd.gz
cp "$here/installer/isolinux.cfg" "$work/cd/isolinux/"
cd_write installer "${SOURCE_DATE_EPOCH:-1700000000}"
