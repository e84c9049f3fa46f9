#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's 686 kernel from a CD through ISOLINUX, to its shell; the CD is mounted, read whole, ejected and taken
# in again by Linux's driver (busybox has no "eject": the driver's own settings do it).
. "${srcdir:-.}/tests/guest/lib.sh"
need_image isolinux

blocks=$(($(stat -c %s "$images/isolinux.img") / 2048))
cat >"$work/script" <<IN
wait "boot:" within 10s screenshot $shots/isolinux_boot.png
type "linux cryptomgr.notests\n"
wait-serial "vitrine:/ # " within 120s
serial "dmesg | grep -c 'ATAPI: VITRINE CD-[R]OM'\n"
wait-serial "\n1\r\n" within 5s
serial "mount -t iso9660 -o ro /dev/sr0 /mnt && cat /mnt/hello.txt\n"
wait-serial "Hello from the CD.\r\n" within 5s
type "ls /mnt/isolinux; grep sr0 /proc/mounts\n"
wait "/dev/sr0 /mnt iso9660 ro" within 5s
after 200ms screenshot $shots/isolinux.png
serial "cat /sys/block/sr0/size; cd /; umount /mnt; md5sum /dev/sr0\n"
wait-serial "$((blocks * 4))\r\n" within 5s
wait-serial "$(md5sum <"$images/isolinux.img" | cut -d ' ' -f 1)  /dev/sr0" within 60s
serial "cd /proc/sys/dev/cdrom; echo 1 >autoeject; echo 0 >autoclose; dd if=/dev/sr0 of=/dev/null count=1\n"
wait-serial "1+0 records out" within 20s
serial "echo 0 >autoeject; mount -t iso9660 -o ro /dev/sr0 /mnt || echo open-\$((40+2))\n"
wait-serial "open-42" within 20s
serial "echo 1 >autoclose; sleep 1; mount -t iso9660 -o ro /dev/sr0 /mnt; ls /mnt/boot; echo shut-\$((40+2))\n"
wait-serial "vmlinuz" within 20s
wait-serial "shut-42" within 20s
quit
IN
run 300 "$work/script" -m 128 -boot d -cdrom "$images/isolinux.img" -serial "file:$work/serial"
shot_is isolinux_boot
shot_is isolinux
has "$work/serial" "UDMA"
finish 4
