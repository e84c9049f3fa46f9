#!/bin/sh
# SPDX-License-Identifier: MIT
# GRUB's rescue floppy in drive A, to its prompt; it lists the diskette and reads its first sector.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image grub-floppy
image=$images/grub-floppy.img

cat >"$work/script" <<IN
wait "GNU GRUB  version" within 30s key c
wait "\ngrub>" within 5s type "ls\n"
wait "(fd0) (fd0,msdos1)\ngrub>" within 20s type "echo \$root \$prefix\n"
wait "fd0 (fd0)/boot/grub\ngrub>" within 5s
after 100ms type "hexdump -n 16 (fd0)+1\n"
wait "00000000  $(od -An -tx1 -N4 "$image" | cut -c 2-)" within 10s
wait "|\ngrub>" within 5s type "hexdump -s 1048576 -n 16 (fd0)0+2530\n"
wait "00100000  $(od -An -tx1 -j 1048576 -N4 "$image" | cut -c 2-)" within 20s
wait "|\ngrub>" within 5s
after 100ms screenshot $shots/grub_floppy.png
quit
IN
run 150 "$work/script" -snapshot -fda "$image" -boot a
shot_is grub_floppy
finish 2
