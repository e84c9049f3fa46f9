#!/bin/sh
# SPDX-License-Identifier: MIT
# A guest that makes a raw image look like another format, kept by -snapshot: commit brings it to an image only where the user said
# that it is raw.
. "${srcdir:-.}/tests/cli/lib.sh"
# At 7C00h: writes what stands at 7C40h, which begins as a qcow2 image does, to sector 0 of the first disk, and says '!' at port E9h.
{
    printf '\061\300\216\300\270\001\003\273\100\174\271\001\000\272\200\000\315\023\260\041\346\351\353\376'
    head -c 40 /dev/zero
    printf 'QFI\373'
    head -c 442 /dev/zero
    printf '\125\252'
} >"$work/sector"
mkfifo "$work/keys"

# committed DRIVE: runs the guest on $work/disk, then commits; leaves the console's answers in out.
committed() {
    head -c 1048576 /dev/zero >"$work/disk" && dd if="$work/sector" of="$work/disk" conv=notrunc 2>/dev/null
    rm -f "$work/e9"
    timeout 60 "$vitrine" -display none -monitor stdio -m 16 -snapshot -debugcon "file:$work/e9" "$@" <"$work/keys" >"$work/out" 2>&1 &
    pid=$!
    exec 3>"$work/keys"
    tries=0
    while [ ! -s "$work/e9" ] && [ $tries -lt 200 ]; do sleep 0.1; tries=$((tries + 1)); done
    printf 'commit all\nquit\n' >&3
    exec 3>&-
    wait $pid
}
committed "$work/disk"
if [ -s "$work/e9" ]; then good; else bad "the guest did not write"; fi
if grep -q "cannot be written: Operation not permitted" "$work/out"; then good; else bad "guessed: $(cat "$work/out")"; fi
if [ "$(head -c 3 "$work/disk")" != QFI ]; then good; else bad "the image was changed"; fi
committed -drive "file=$work/disk,format=raw"
if [ "$(head -c 3 "$work/disk")" = QFI ]; then good; else bad "said to be raw: $(cat "$work/out")"; fi
finish 4
