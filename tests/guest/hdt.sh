#!/bin/sh
# SPDX-License-Identifier: MIT
# SYSLINUX's graphical menu, and from it the Hardware Detection Tool, on a CD.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image hdt
cat >"$work/script" <<IN
at 4s screenshot $shots/hdt_vesamenu.png
key ret
wait "Main Menu" within 10s
wait "PCI Devices( " within 5s
after 200ms screenshot $shots/hdt.png
key down
after 300ms key ret
wait "128 MB detected" within 5s
after 200ms screenshot $shots/hdt_memory.png
quit
IN
run 100 "$work/script" -cdrom "$images/hdt.img" -boot d
shot_is hdt_vesamenu
shot_is hdt
shot_is hdt_memory
finish 4
