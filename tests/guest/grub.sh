#!/bin/sh
# SPDX-License-Identifier: MIT
# GRUB's rescue USB image, as Debian packs it, to its prompt; commands are typed and answered. Its halt command finds \_S5 in the DSDT and
# ends the machine.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image grub

# The BIOS keeps 15 keys: each command is typed when the one before it has ended.
cat >"$work/script" <<IN
wait "GNU GRUB  version" within 20s key c
wait "\ngrub>" within 5s type "ls\n"
wait "(hd0) (hd0,msdos1) (fd0)\ngrub>" within 10s type "lsmmap\n"
wait "base_addr = 0x100000, length = 0x7ef0000, available RAM\n" within 5s
after 100ms screenshot $shots/grub_lsmmap.png
type "echo \$grub_cpu-\$grub_platform\n"
wait "i386-pc\ngrub>" within 5s type "ls (hd0)/\n"
wait "boot/ boot.catalog" within 5s
after 200ms type "cat /boot/grub/grub.cfg\n"
wait "menu_color_highlight=red/blue\n}\n\ngrub>" within 10s screenshot $shots/grub_cat.png
after 200ms type "hexdump -n 16 (hd0)+1\n"
wait "00000000  $(od -An -tx1 -N4 "$images/grub.img" | cut -c 2-)" within 5s
wait "|\ngrub>" within 5s
after 100ms screenshot $shots/grub.png
after 100ms type "halt\n"
IN
run 150 "$work/script" -snapshot "$images/grub.img"
shot_is grub_lsmmap
shot_is grub_cat
shot_is grub
finish 4
