#!/bin/sh
# SPDX-License-Identifier: MIT
#
# linux.sh DIR [FLAVOUR]
#
# Makes DIR/linux.img (with FLAVOUR 686-pae: DIR/linux-pae.img and so on): Debian's unmodified 686 kernel with busybox on an IDE disk that starts
# through SYSLINUX, and beside it DIR/linux.vmlinuz and DIR/linux.initrd for a direct start.
# Runs as an ordinary user; DIR/packages keeps what was downloaded.  Exit status: 0, 1 on an error,
# 3 where no package source can be reached or a tool is missing.
#
#   sector 0      MBR: SYSLINUX's boot code, two partitions
#   2048          FAT16, active: SYSLINUX, the kernel, the initrd
#   then          ext4, for the guest to write to, mounted at /mnt
#
# The result depends on the packages and the files in images/linux alone: names, times and
# identifiers are fixed, so two runs give the same bytes.

set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"

me=images/linux.sh
die() { echo "$me: $*" >&2; exit 1; }
say() { echo "$me: $*" >&2; }
lacks() { say "$1 is missing: install $2"; exit 3; }

case $#-${2-686} in
[12]-686) flavour=686 name=linux ;;
2-686-pae) flavour=686-pae name=linux-pae ;;
*) die "usage: linux.sh DIR [686|686-pae]" ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" || die "cannot make the folder $1"
out=$(cd "$1" && pwd)
. "$here/disk.sh"

boot_start=2048
boot_sectors=32768 # 16 MiB
data_start=$((boot_start + boot_sectors))
data_sectors=65536 # 32 MiB
disk_sectors=$((data_start + data_sectors + 1024))

# What disks and CDs on the PIIX's IDE channels need, with their file systems; what these depend
# on is found below.
# button and evdev: the power button, for rc.
# crc32c_generic: libcrc32c asks for "crc32c" by name, which no symbol shows.
modules="crc32c_generic ata_piix sd_mod sr_mod isofs ext4 nls_cp437 nls_ascii nls_utf8 vfat button evdev"

syslinux_mbr=
for file in /usr/lib/syslinux/mbr/mbr.bin /usr/share/syslinux/mbr.bin; do
    [ -f $file ] && syslinux_mbr=$file && break
done
[ -n "$syslinux_mbr" ] || lacks mbr.bin syslinux-common
while read -r tool package; do
    command -v "$tool" >/dev/null || lacks "$tool" "$package"
done <<END
syslinux syslinux
mcopy mtools
mkfs.fat dosfstools
mke2fs e2fsprogs
debugfs e2fsprogs
dpkg-deb dpkg
cpio cpio
gzip gzip
END

list=$("$here/packages.sh" "$out/packages" linux-image-$flavour busybox-static) || exit $?
deb() { echo "$list" | sed -n "s/^$1 //p"; }

work=$out/$name.tmp
rm -rf "$work"
mkdir -p "$work/kernel" "$work/root"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

say "unpacking"
dpkg-deb --fsys-tarfile "$(deb "linux-image-$flavour")" | tar -x -C "$work/kernel" --wildcards \
    './boot/vmlinuz-*' './lib/modules/*/kernel/[!dns]*' \
    './lib/modules/*/kernel/drivers/ata/*' './lib/modules/*/kernel/drivers/scsi/*' \
    './lib/modules/*/kernel/drivers/cdrom/*' './lib/modules/*/kernel/drivers/acpi/*' \
    './lib/modules/*/kernel/drivers/input/evdev.ko'
dpkg-deb --fsys-tarfile "$(deb busybox-static)" | tar -x -C "$work" ./bin/busybox
vmlinuz=$(echo "$work"/kernel/boot/vmlinuz-*)
[ -f "$vmlinuz" ] || die "the kernel package has no /boot/vmlinuz"
version=${vmlinuz##*/vmlinuz-}
epoch=${SOURCE_DATE_EPOCH:-$(stat -c %Y "$vmlinuz")}
export SOURCE_DATE_EPOCH="$epoch" E2FSPROGS_FAKE_TIME="$epoch" TZ=UTC0

# Lists a module after all that it depends on, as insmod wants them.  The module itself says
# on what it depends, so that the host needs no depmod.
find "$work/kernel/lib/modules" -name '*.ko' >"$work/all"
ordered=
module_file() {
    # A name may have - where the file has _, and the other way round.
    grep "/$(echo "$1" | sed 's/[-_]/[-_]/g')\\.ko\$" "$work/all" ||
        die "the kernel package has no module $1"
}
add() {
    case " $ordered " in *" $1 "*) return ;; esac
    for needed in $(tr '\0' '\n' <"$(module_file "$1")" | sed -n 's/^depends=//p' | tr , ' '); do
        add "$needed"
    done
    ordered="$ordered $1"
    cp "$(module_file "$1")" "$work/root/lib/modules/"
    basename "$(module_file "$1")" >>"$work/root/lib/modules/order"
}

root=$work/root
mkdir -p "$root/bin" "$root/dev" "$root/etc" "$root/lib/modules" "$root/mnt" "$root/boot" \
    "$root/proc" "$root/sys" "$root/tmp" "$root/root"
cp "$work/bin/busybox" "$root/bin/busybox"
ln -s bin/busybox "$root/init"
ln -s bin "$root/sbin"
ln -s busybox "$root/bin/sh"
cp "$here/linux/inittab" "$here/linux/profile" "$root/etc/"
cp "$here/linux/rc" "$root/etc/rc"
chmod 755 "$root/etc/rc" "$root/bin/busybox"
for module in $modules; do
    add "$module"
done

say "initrd for Linux $version"
find "$root" -exec touch -h -d "@$epoch" {} +
# NOTE: gzip -1: on an interpreter the kernel's own xz is what takes the time; a bigger initrd
# would cost reads through INT 13h, a denser one a slower decompressor.
(cd "$root" && find . | sort | cpio --quiet -o -H newc -R 0:0 --reproducible) |
    gzip -n -1 >"$work/initrd"

say "boot partition"
image=$work/linux.img
mbr "$image" $((boot_start + boot_sectors)) "$syslinux_mbr" 0x56495452
partition "$image" 0 128 14 $boot_start $boot_sectors
partition "$image" 1 0 131 $data_start $data_sectors
mkfs.fat --invariant -F 16 -i 56495452 -n VITRINE -g 16/63 -h $boot_start --offset=$boot_start \
    "$image" >/dev/null
syslinux --install --offset $((boot_start * 512)) "$image" || die "syslinux failed"
cp "$vmlinuz" "$work/vmlinuz"
cp "$here/linux/syslinux.cfg" "$work/syslinux.cfg"
touch -d "@$epoch" "$work/vmlinuz" "$work/initrd" "$work/syslinux.cfg"
MTOOLS_SKIP_CHECK=1 mcopy -m -i "$image@@$((boot_start * 512))" \
    "$work/syslinux.cfg" "$work/vmlinuz" "$work/initrd" ::/

say "data partition"
truncate -s $((disk_sectors * 512)) "$image"
mkdir "$work/data"
cp "$here/linux/hello.txt" "$work/data/"
chmod 755 "$work/data"
chmod 644 "$work/data/hello.txt"
touch -d "@$epoch" "$work/data/hello.txt" "$work/data"
mke2fs -q -F -t ext4 -b 1024 -m 0 -L data -U 56495452-494e-4500-8000-000000000002 \
    -E "offset=$((data_start * 512)),hash_seed=56495452-494e-4500-8000-000000000003,root_owner=0:0,lazy_itable_init=0" \
    -d "$work/data" "$image" $((data_sectors / 2))k || die "mke2fs failed"
# mke2fs takes the owner and the times of reading and last change from the host's file.
for field in uid gid atime ctime atime_extra ctime_extra; do
    case $field in ?time) value=@$epoch ;; *) value=0 ;; esac
    echo "set_inode_field hello.txt $field $value"
done >"$work/fields"
debugfs -w -f "$work/fields" "$image?offset=$((data_start * 512))" >/dev/null 2>&1 ||
    die "debugfs failed"

mv "$work/vmlinuz" "$out/$name.vmlinuz"
mv "$work/initrd" "$out/$name.initrd"
mv "$image" "$out/$name.img" # last: who finds the image finds all
say "$out/$name.img is ready"
