#!/bin/sh
# SPDX-License-Identifier: MIT
# GRUB's rescue CD, as Debian packs it, to its prompt; it reads its own CD.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image grub-cd
cat >"$work/script" <<IN
wait "GNU GRUB  version" within 20s key c
wait "\ngrub>" within 5s type "ls\n"
wait "(cd" within 10s type "ls (cd)/boot/grub/\n"
wait "grub.cfg" within 10s
wait "\ngrub>" within 5s type "echo \$root \$grub_platform\n"
wait "pc\ngrub>" within 5s
after 100ms screenshot $shots/grub_cd.png
quit
IN
run 150 "$work/script" -cdrom "$images/grub-cd.img" -boot d
shot_is grub_cd
finish 2
