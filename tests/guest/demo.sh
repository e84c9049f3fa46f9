#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo guest: its menu, each page, its self-test's results on port E9h, its counter of starts on the disk.
. "${srcdir:-.}/tests/guest/lib.sh"

menu='wait "Press a key from the list" within 10s'
cat >"$work/script" <<IN
$menu
wait "start number 1\n" within 1s
after 200ms screenshot $shots/demo_menu.png
key 1
after 1s screenshot $shots/demo_glass.png
key esc
$menu
key 2
after 1s screenshot $shots/demo_plasma.png
key esc
$menu
key 3
wait "Keyboard" within 5s
type "Hello, World! [42]\n"
wait "Hello, World! [42]" within 5s
after 100ms screenshot $shots/demo_keyboard.png
key esc
$menu
key 4
after 2500ms
wait "a second by the RTC:" within 1s
wait " 100 " within 1s
screenshot $shots/demo_clock.png
key esc
$menu
key 5
wait "by INT 13h" within 5s
wait "Starts of this disk so far:" within 1s
after 100ms screenshot $shots/demo_disk_bios.png
key m
wait "by ports 1F0h-1F7h" within 5s
after 100ms screenshot $shots/demo_disk.png
key esc
$menu
key 6
wait "8086:1237" within 5s
wait "1234:1111" within 1s
after 100ms screenshot $shots/demo_machine.png
key esc
$menu
key 7
wait "Type 4: wheel and five buttons" within 5s
mouse_move 40 -16 3
wait "x  336   y  104   wheel   3" within 2s
mouse_button 1
mouse_move -1000 1000
wait "x    0   y  239" within 2s
after 100ms screenshot $shots/demo_mouse.png
mouse_button 0
key esc
$menu
key t
wait "passed, 0 failed" within 60s
after 100ms screenshot $shots/demo_test.png
key esc
$menu
after 200ms screenshot $shots/demo.png
key p
IN
# The last key powers the machine off, which ends the run.
cp images/demo/demo.img "$work/demo.img" && chmod u+w "$work/demo.img"
run 120 "$work/script" -debugcon "file:$work/e9" -serial "file:$work/serial" "$work/demo.img"
for shot in demo_menu demo_glass demo_plasma demo_keyboard demo_clock demo_disk_bios demo_disk demo_machine demo_mouse demo_test demo; do
    shot_is $shot
done
passed=$(grep -c '^PASS ' "$work/e9")
if [ "$passed" -ge 23 ] && ! grep -q '^FAIL' "$work/e9"; then good; else bad "the self-test:" && cat "$work/e9"; fi
has "$work/e9" "demo: $passed passed, 0 failed"

# The counter lies on the disk: the second start of the same image is number 2, an untouched one's is number 1 again.
cat >"$work/script" <<IN
$menu
wait "start number 2\n" within 1s
quit
IN
run 30 "$work/script" "$work/demo.img"
cat >"$work/script" <<IN
$menu
wait "start number 1\n" within 1s
reset
after 500ms
$menu
wait "start number 2\n" within 1s
after 100ms screenshot $shots/demo_builtin.png
quit
IN
run 30 "$work/script"
shot_is demo_builtin
finish 17
