#!/bin/sh
# SPDX-License-Identifier: MIT
# Every scene of tests/vga/scenes.h: drawn by the guest, taken as a screenshot, compared dot by dot.
. "${srcdir:-.}/tests/guest/lib.sh"
export srcdir
cp tests/vga/guest.img "$work/guest.img" && chmod u+w "$work/guest.img" && truncate -s 2M "$work/guest.img" || exit 1
tests/vga/expect -l | while read -r scene; do
    printf 'wait-serial "ready %s\\n" within 20s\n' "$scene"
    echo "after 20ms screenshot $work/$scene.ppm"
    case $scene in # half a period of what blinks: 16 frames of 14.268 ms, the cursor 8
    *_blink) echo "after 228ms screenshot $work/${scene}_later.ppm" ;;
    *_cursor) echo "after 114ms screenshot $work/${scene}_later.ppm" ;;
    esac
    echo "key spc"
done >"$work/script"
echo 'after 5s quit' >>"$work/script"
timeout $((250 * patience)) "$vitrine" -display none --clock virtual -m 16 -serial "file:$work/serial" \
    --input-script "$work/script" -device isa-debug-exit,iobase=0x501 ${VGA_OPTIONS:-} -hda "$work/guest.img" >"$work/out" 2>&1
status=$?
if [ $status -ne 1 ] || [ -s "$work/out" ]; then
    cat "$work/out"
    grep FAIL "$work/serial" || tail -n 1 "$work/serial"
fi
[ $status -eq 1 ] || { tests/vga/expect "$work" && echo "FAIL: status $status"; exit 1; }
tests/vga/expect "$work"
