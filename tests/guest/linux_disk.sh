#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's 686 kernel from a disk image, through our BIOS and SYSLINUX, to its two shells: one takes the keyboard, one the serial
# line. What one of them writes to the disk is there after the guest's own reboot, and in the image afterwards.
. "${srcdir:-.}/tests/guest/lib.sh"
copy_image linux

# The kernel tests its ciphers for some seconds unless told not to; the second start is as the boot loader has it.
# The texts that are waited for are computed by the guest, so that the echo of what is typed cannot be taken for them.
cat >"$work/script" <<IN
wait "boot:" within 5s type "linux cryptomgr.notests\n"
wait-serial "Vitrine guest: Linux" within 120s
wait-serial "vitrine:/ # " within 10s
wait "vitrine:/ #" within 10s
after 200ms screenshot $shots/linux_disk_boot.png
type "echo keys \$((6*7)) >/dev/ttyS0; uname -srm; tty\n"
wait-serial "keys 42" within 5s
wait "/dev/tty1\n" within 5s
type "echo \"{~|}\" \`echo A_b\`\n"
wait "{~|} A_b" within 5s
after 200ms screenshot $shots/linux_disk_keys.png
serial "dmesg | grep -c 'scsi host[01]: ata_[p]iix'\n"
wait-serial "\n2\r\n" within 10s
serial "cat /mnt/hello.txt\n"
wait-serial "Hello from the second partition of the guest's disk.\r\n" within 5s
serial "ls -l /dev/sda; grep -c . /proc/ioports; grep sda2 /proc/mounts\n"
wait-serial "/dev/sda2 /mnt ext4 rw" within 5s
serial "echo kept-\$((6*7)) >/mnt/kept.txt; seq 1 20000 >/mnt/many.txt; md5sum /mnt/many.txt; sync; echo synced-\$((1+1))\n"
wait-serial "synced-2" within 20s
serial "reboot\n"
wait-serial "Vitrine guest: Linux" within 120s
wait-serial "vitrine:/ # " within 10s
wait "vitrine:/ #" within 10s
serial "cat /mnt/kept.txt; md5sum /mnt/many.txt\n"
wait-serial "kept-42" within 5s
type "cat /mnt/kept.txt\n"
wait "kept-42" within 5s
wait "vitrine:/ #" within 5s
after 200ms screenshot $shots/linux_disk.png
serial "sync; echo done-\$((1+1))\n"
wait-serial "done-2" within 5s
quit
IN
run 300 "$work/script" -serial "file:$work/serial" "$work/linux.img"
shot_is linux_disk_boot
shot_is linux_disk_keys
shot_is linux_disk
has "$work/serial" "Linux version 6.1"
has "$work/serial" "ATA-6: VITRINE HARDDISK"
has "$work/serial" "EXT4-fs (sda2): mounted filesystem"
has "$work/serial" "reboot: Restarting system"

# The same file by a sum of the host's, and out of the image by another implementation of ext4.
sum=$(seq 1 20000 | md5sum | cut -d ' ' -f 1)
if [ "$(grep -c "$sum  /mnt/many.txt" "$work/serial")" -eq 2 ]; then
    good
else
    bad "the guest's file has not twice the sum $sum:"
    grep many.txt "$work/serial"
fi
PATH=$PATH:/usr/sbin:/sbin
if command -v debugfs >/dev/null; then
    if [ "$(debugfs -R 'cat kept.txt' "$work/linux.img?offset=$((34816 * 512))" 2>/dev/null)" = kept-42 ]; then
        good
    else
        bad "the image lacks kept.txt"
    fi
else
    leaves_out 1 "the file that the guest wrote, in the image, since there is no debugfs (package e2fsprogs)"
fi
finish 10
