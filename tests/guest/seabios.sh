#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's kernel under Debian's SeaBIOS and its VGA BIOS: disk boot and -kernel, keys and serial line; power off ends it.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image linux
for file in /usr/share/seabios/bios.bin /usr/share/seabios/vgabios-stdvga.bin; do
    [ -r $file ] || skip "there is no $file (package seabios)"
done
cat >"$work/script" <<IN
wait "SeaBIOS (version" within 5s
screenshot $shots/seabios_start.png
wait "boot:" within 20s
type "linux console=ttyS0,115200 console=tty0 cryptomgr.notests\n"
wait-serial "vitrine:/ # " within 120s
wait "vitrine:/ #" within 10s
type "uname -m\n"
wait "i686\n" within 5s
after 200ms screenshot $shots/seabios.png
serial "ls /sys/firmware\n"
wait-serial "vitrine:/ # " within 5s
quit
IN
run 200 "$work/script" -serial "file:$work/serial" -bios bios.bin -device VGA,romfile=vgabios-stdvga.bin \
    -snapshot -hda "$images/linux.img"
shot_is seabios_start
shot_is seabios
cat >"$work/script" <<IN
wait-serial "vitrine:/ # " within 120s
quit
IN
run 200 "$work/script" -serial "file:$work/serial" -bios bios.bin -kernel "$images/linux.vmlinuz" \
    -initrd "$images/linux.initrd" -append "console=ttyS0,115200 cryptomgr.notests"
finish 4
