#!/bin/sh
# SPDX-License-Identifier: MIT
#
# hdt.sh DIR
#
# Makes DIR/hdt.img: a CD with SYSLINUX's Hardware Detection Tool, its graphical menu before it.
# Exit status: 0, 1 on an error, 3 where no package source can be reached or a tool is missing.

set -eu
umask 022
export LC_ALL=C TZ=UTC0

me=images/hdt.sh
die() { echo "$me: $*" >&2; exit 1; }
lacks() { echo "$me: $1 is missing: install $2" >&2; exit 3; }

[ $# = 1 ] || die "usage: hdt.sh DIR"
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" || die "cannot make the folder $1"
out=$(cd "$1" && pwd)
. "$here/cd.sh"
list=$("$here/packages.sh" "$out/packages" isolinux syslinux-common pci.ids) || exit $?
work=$out/hdt.tmp
rm -rf "$work"
mkdir -p "$work/cd"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd_isolinux vesamenu menu hdt libutil libcom32 libmenu libgpl linux reboot cat
cd_from pci.ids ./usr/share/misc/pci.ids isolinux/pci.ids
cp "$here/hdt/isolinux.cfg" "$work/cd/isolinux/"
cd_write hdt "${SOURCE_DATE_EPOCH:-1700000000}"
