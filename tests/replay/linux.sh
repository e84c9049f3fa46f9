#!/bin/sh
# SPDX-License-Identifier: MIT
# A boot of Linux on virtual time is one and the same however it is run: the hash of the whole state agrees every 2^24 positions
# between two runs with an input script, a run that is stopped, looked at and continued from outside at random, and the replay of a
# recording.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image linux
qmptalk=$PWD/tests/ui/qmptalk

cat >"$work/script" <<IN
wait-serial "Vitrine guest: Linux" within 120s
wait-serial "vitrine:/ # " within 10s
wait "vitrine:/ #" within 10s
type "echo keys \$((6*7)) >/dev/ttyS0\n"
wait-serial "keys 42" within 5s
serial "echo text >/mnt/new; sync; cat /proc/interrupts; echo end-\$((1+1))\n"
wait-serial "end-2" within 10s
after 300ms quit
IN

# start NAME OPTION...: leaves NAME.hash, NAME.serial, NAME.err and NAME.status.
start() {
    run=$work/$1
    shift
    timeout $((400 * patience)) "$vitrine" -display none --clock virtual -m 64 -snapshot --hash-log "$run.hash" -serial "file:$run.serial" \
        -kernel "$images/linux.vmlinuz" -initrd "$images/linux.initrd" \
        -append "console=ttyS0,115200 console=tty0 quiet cryptomgr.notests" "$@" "$images/linux.img" 2>"$run.err" </dev/null
    echo $? >"$run.status"
}

start first --input-script "$work/script" --record "$work/journal" &
first=$!
start second --input-script "$work/script" &
second=$!
wait $first $second
start replay --replay "$work/journal" &
replay=$!
all="first second replay"
if "$vitrine" -version | grep -q "QMP: no"; then
    leaves_out 4 "the run that is stopped and continued, since this build has no libjansson"
else
    all="$all sliced"
    start sliced --input-script "$work/script" -qmp "unix:$work/qmp,server,nowait" &
    sliced=$!
    while [ ! -S "$work/qmp" ] && kill -0 $sliced 2>/dev/null; do
        sleep 0.02
    done
    stops=0
    # Each look ends a slice wherever the machine happens to be.
    while [ ! -f "$work/sliced.status" ] && "$qmptalk" "$work/qmp" >"$work/answer" 2>/dev/null <<IN
{"execute":"qmp_capabilities"}
{"execute":"stop"}
{"execute":"human-monitor-command","arguments":{"command-line":"info registers"}}
{"execute":"x-vitrine-text-screen"}
{"execute":"cont"}
IN
    do
        stops=$((stops + 1))
        sleep 0.05
    done
    wait $sliced
    echo "stopped and continued $stops times"
    if [ $stops -ge 20 ]; then good; else bad "stopped and continued $stops times only"; fi
fi
wait $replay

for run in $all; do
    if [ "$(cat "$work/$run.status")" = 0 ]; then good; else bad "$run: status $(cat "$work/$run.status"): $(cat "$work/$run.err")"; fi
done
hashes=$(wc -l <"$work/first.hash")
echo "$hashes hashes, the last at position $(tail -n 1 "$work/first.hash" | cut -d ' ' -f 1)"
if [ "$hashes" -ge 60 ]; then good; else bad "$hashes hashes only"; fi
if [ "$(cut -d ' ' -f 2 "$work/first.hash" | sort -u | wc -l)" -eq "$hashes" ]; then good; else bad "two positions have one hash"; fi
has "$work/first.serial" "end-2"
for run in $all; do
    [ $run = first ] && continue
    if cmp -s "$work/first.hash" "$work/$run.hash"; then
        good
    else
        bad "first and $run part: $(diff "$work/first.hash" "$work/$run.hash" | head -n 4)"
    fi
    if cmp -s "$work/first.serial" "$work/$run.serial"; then good; else bad "first and $run tell different things"; fi
done
finish 14
