#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's 686-pae kernel from a disk to its two shells: PAE paging with NX, keys, the serial line, a file written, power off.
. "${srcdir:-.}/tests/guest/lib.sh"
copy_image linux-pae
cat >"$work/script" <<IN
wait "boot:" within 20s
type "linux console=ttyS0,115200 console=tty0 cryptomgr.notests\n"
wait-serial "Vitrine guest: Linux" within 120s
wait-serial "vitrine:/ # " within 10s
wait "vitrine:/ #" within 10s
serial "uname -r; grep -wo -e pae -e nx -e sse2 /proc/cpuinfo; dmesg | grep -e NX\n"
wait-serial "NX (Execute Disable) protection: active" within 10s
wait-serial "vitrine:/ # " within 10s
type "uname -r; echo kept >/mnt/file; sync\n"
wait "686-pae\n" within 5s
wait "vitrine:/ #" within 5s
after 200ms screenshot $shots/linux_pae.png
serial "poweroff\n"
after 20s quit
IN
run 200 "$work/script" -serial "file:$work/serial" -hda "$work/linux-pae.img"
has "$work/serial" "-686-pae"
has "$work/serial" "pae"
has "$work/serial" "sse2"
shot_is linux_pae
finish 5
