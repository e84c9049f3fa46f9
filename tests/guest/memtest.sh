#!/bin/sh
# SPDX-License-Identifier: MIT
# memtest86+ for IA-32 through its first tests without an error, and its menu.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image memtest
cat >"$work/script" <<IN
wait "Memtest86+ v6" within 20s
wait "Test #2" within 60s
wait "Test #4" within 60s
screenshot $shots/memtest.png
wait "Errors: 0" within 1s
key f1
wait "Settings:" within 5s
after 100ms screenshot $shots/memtest_menu.png
key f10
wait "Test #6" within 120s
wait "Errors: 0" within 1s
quit
IN
run 200 "$work/script" -m 24 -cdrom "$images/memtest.img" -boot d
shot_is memtest
shot_is memtest_menu
finish 3
