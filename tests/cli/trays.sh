#!/bin/sh
# SPDX-License-Identifier: MIT
# DEVICE_TRAY_MOVED for a CD drive in each of the four places, for each move of its tray and for no other drive's.
. "${srcdir:-.}/tests/cli/lib.sh"

if "$vitrine" -version | grep -q "QMP: no"; then
    echo "skipped: QMP, since this build has no libjansson"
    exit 77
fi
head -c 2097152 /dev/zero >"$work/one.iso"
head -c 1048576 /dev/zero >"$work/disk.img"

# moves: what was told, drive and tray.
moves() {
    grep -o '"event":"DEVICE_TRAY_MOVED","data":{[^}]*}' "$work/out" |
        sed 's/.*"id":"\([^"]*\)".*"tray-open":\([a-z]*\).*/\1:\2/' | tr '\n' ' '
}

for place in 0 1 2 3; do
    { # a disk in another place, CDs in the rest
        echo '{"execute":"qmp_capabilities"}'
        echo '{"execute":"blockdev-open-tray","arguments":{"id":"tried"}}'
        echo '{"execute":"blockdev-open-tray","arguments":{"id":"tried"}}' # open it is
        echo '{"execute":"blockdev-close-tray","arguments":{"id":"tried"}}'
        echo '{"execute":"blockdev-close-tray","arguments":{"id":"tried"}}'
        echo '{"execute":"blockdev-open-tray","arguments":{"id":"tried"}}'
        echo '{"execute":"quit"}'
    } >"$work/in"
    set --
    for other in 0 1 2 3; do
        bus="bus=ide.$((other / 2)),unit=$((other % 2))"
        if [ $other = $place ]; then
            set -- "$@" -drive "file=$work/one.iso,format=raw,if=none,id=medium,readonly=on" -device "ide-cd,id=tried,drive=medium,$bus"
        elif [ $other = $(((place + 1) % 4)) ]; then
            set -- "$@" -drive "file=$work/disk.img,format=raw,if=none,id=disk" -device "ide-hd,id=hd,drive=disk,$bus"
        else
            set -- "$@" -device "ide-cd,id=other$other,$bus"
        fi
    done
    timeout 30 "$vitrine" -display none -S -qmp stdio "$@" <"$work/in" >"$work/out" 2>"$work/err" ||
        bad "place $place: status $?: $(cat "$work/err")"
    if [ "$(moves)" = "tried:true tried:false tried:true " ]; then
        good
    else
        bad "place $place: the trays' moves are $(moves)"
    fi
done

finish 4
