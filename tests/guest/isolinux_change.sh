#!/bin/sh
# SPDX-License-Identifier: MIT
# Linux, started from its CD: a tray that it holds shut is not opened from outside; another CD is put in and
# read, and taken out. The recorded run replays with the same medium and refuses others.
. "${srcdir:-.}/tests/guest/lib.sh"
if "$vitrine" -version | grep -q "QMP: no"; then
    skip "QMP, since this build has no libjansson"
fi
command -v xorriso >/dev/null || skip "xorriso is missing"
need_image isolinux
qmptalk=$PWD/tests/ui/qmptalk
cd "$work" || exit 1

mkdir second && echo "The second CD." >second/second.txt
xorriso -as mkisofs -quiet -r -V SECOND -o second.iso second 2>/dev/null || exit 1
truncate -s 1440K other.iso

mkfifo serial-in
options="-display none -m 128 -boot d -cdrom $images/isolinux.img -serial stdio"
# shellcheck disable=SC2086
timeout $((600 * patience)) "$vitrine" $options -qmp unix:qmp,server,nowait --record journal --hash-log recorded <serial-in >serial 2>err &
guest=$!
helpers=$guest
exec 4>serial-in

hmp() {
    printf '{"execute":"qmp_capabilities"}\n{"execute":"human-monitor-command","arguments":{"command-line":"%s"}}\n' "$1" |
        "$qmptalk" qmp | tail -n 1 >answer
}
# waits SECONDS COUNT TEXT: until the guest has said it so often on its serial line.
waits() {
    i=$((60 * patience * $1)) # a loaded host is given six times as long
    while [ "$(grep -c -e "$3" serial)" -lt "$2" ]; do
        i=$((i - 1))
        if [ $i -lt 0 ] || ! kill -0 "$guest" 2>/dev/null; then
            bad "did not see '$3': $(cat err)"
            tail -n 12 serial
            finish 99
        fi
        sleep 0.1
    done
    good
}
answered() { if grep -qF -e "$1" answer; then good; else bad "no '$1' in $(cat answer)"; fi; }

waits 120 1 '^vitrine:/ # '
# NOTE: the shell asks the terminal where its cursor is and drops what was typed before.
waits 20 1 '6n'
sleep 2
echo 'mount -t iso9660 -o ro /dev/sr0 /mnt && cat /mnt/hello.txt' >&4
waits 20 1 '^Hello from the CD'
hmp "eject ide1-cd0"
answered "locked"
echo 'umount /mnt && echo free-$((40+2))' >&4
waits 10 1 '^free-42'
hmp "change ide1-cd0 $work/second.iso"
answered '"return":""'
echo 'sleep 1; mount -t iso9660 -o ro /dev/sr0 /mnt; cat /mnt/second.txt; umount /mnt; echo unmounted-$((40+2))' >&4
waits 20 1 '^The second CD\.'
waits 20 1 '^unmounted-42'
hmp "change ide1-cd0 $work/none.iso"
answered "no such file"
hmp "eject ide1-cd0"
answered '"return":""'
echo 'mount -t iso9660 -o ro /dev/sr0 /mnt || echo empty-$((40+2))' >&4
waits 20 1 '^empty-42'
hmp "quit"
wait "$guest"
exec 4>&-

# shellcheck disable=SC2086
replay() { timeout $((200 * patience)) "$vitrine" $options --replay journal "$@" >replayed.serial 2>err </dev/null; }
if replay --hash-log replayed --replay-media second.iso; then good; else bad "replay: $(cat err)"; fi
if cmp -s recorded replayed; then good; else bad "they part: $(diff recorded replayed | head -n 4)"; fi
if grep -q '^The second CD\.' replayed.serial; then good; else bad "the replay did not read the second CD"; fi
if replay; then bad "a replay without its medium"; else has err "name it with --replay-media"; fi
if replay --replay-media other.iso; then bad "a replay with another medium"; else has err "is not the 'second.iso'"; fi
finish 16
