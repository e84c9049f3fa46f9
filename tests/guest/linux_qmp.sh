#!/bin/sh
# SPDX-License-Identifier: MIT
# Linux driven from outside, on the host's clock: keys by QMP's send-key, the serial line on standard input and output, stop and
# cont, a reset, and little host time at the prompt.
. "${srcdir:-.}/tests/guest/lib.sh"
if "$vitrine" -version | grep -q "QMP: no"; then
    skip "QMP, since this build has no libjansson"
fi
need_image linux
qmptalk=$PWD/tests/ui/qmptalk
here=$PWD
cd "$work" || exit 1

mkfifo serial-in
timeout $((280 * patience)) "$vitrine" -display none -qmp unix:qmp,server,nowait -serial stdio -m 64 -snapshot \
    -kernel "$images/linux.vmlinuz" -initrd "$images/linux.initrd" \
    -append "console=tty0 console=ttyS0,115200 quiet cryptomgr.notests" "$images/linux.img" <serial-in >serial 2>err &
guest=$!
helpers=$guest
exec 4>serial-in

# qmp COMMAND [ARGUMENTS]: one command on a connection of its own; the answer is left in the file answer.
qmp() {
    printf '{"execute":"qmp_capabilities"}\n{"execute":"%s","arguments":{%s}}\n' "$1" "${2:-}" | "$qmptalk" qmp >answer
}
# keys KEY...: each a qcode, or several held together: shift-a.
keys() {
    for key; do
        qmp send-key "\"hold-time\":20,\"keys\":[$(echo "$key" | sed 's/[^-]*/{"type":"qcode","data":"&"}/g; s/}-{/},{/g')]"
        if grep '"error"' answer; then bad "send-key $key"; fi
    done
}
# waits SECONDS COMMAND...: until it succeeds.
waits() {
    i=$((10 * patience * $1))
    shift
    while ! "$@"; do
        i=$((i - 1))
        if [ $i -lt 0 ] || ! kill -0 "$guest" 2>/dev/null; then
            bad "did not see: $*: $(cat err)"
            qmp x-vitrine-text-screen
            tail -n 1 answer
            tail -n 5 serial
            return 1
        fi
        sleep 0.1
    done
    good
}
on_screen() { qmp x-vitrine-text-screen && grep -q -e "$1" answer; }
on_serial() { [ "$(grep -c -e "$2" serial)" -ge "$1" ]; }

waits 10 test -S qmp || finish 99
waits 120 on_serial 1 '^vitrine:/ # ' || finish 99
waits 10 on_screen 'vitrine:/ #' || finish 99
keys e c h o spc k x backspace shift minus 6 ret # neither a correction nor a lone modifier leaves a trace
waits 20 on_screen '"k-6"'
printf 'echo serial-$((6*7)); cat /mnt/hello.txt\n' >&4
waits 20 on_serial 1 '^serial-42'
waits 10 on_serial 1 '^Hello from the second partition'
keys e c h o spc shift-a shift-apostrophe shift-4 shift-apostrophe ret
waits 10 on_screen '"A\$"'
keys shift-e
waits 10 on_screen 'vitrine:/ # E"'

# Stopped, it neither answers nor moves; then it goes on where it was.
qmp stop
qmp query-status
has answer '"status":"paused"'
printf '\necho after-$((1+1))\n' >&4
sleep 1
if grep -q '^after-2' serial; then bad "a stopped guest answers"; else good; fi
qmp cont
waits 20 on_serial 1 '^after-2'
qmp screendump "\"filename\":\"$shots/linux_qmp.png\",\"format\":\"png\""
shot_is linux_qmp

# Both processes' time while the guest is at its prompt, in ticks of 10 ms. NOTE: it is not asleep: Debian's 686 kernel has
# CONFIG_HZ_PERIODIC and takes 250 timer interrupts a second. The bound tells halting from polling.
machine=$(cat "/proc/$guest/task/$guest/children" 2>/dev/null)
all="$machine"
for pid in $machine; do
    all="$all $(cat "/proc/$pid/task/$pid/children" 2>/dev/null)"
done
ticks() {
    for pid in $all; do
        sed 's/.*) //' "/proc/$pid/stat"
    done 2>/dev/null | awk '{ n += $12 + $13 } END { print n + 0 }'
}
sleep 1
before=$(ticks)
sleep 5
after=$(ticks)
echo "a guest at its prompt takes $((after - before)) ticks of 10 ms in 5 s (processes $all)"
if [ -z "$machine" ] || [ $((after - before)) -le $((75 * patience)) ]; then good; else bad "a guest at its prompt takes $((after - before)) ticks in 5 s"; fi

before=$(grep -c '^vitrine:/ # ' serial)
qmp system_reset
waits 120 on_serial $((before + 1)) '^vitrine:/ # '
printf 'echo again-$((1+1))\n' >&4
waits 20 on_serial 1 '^again-2'
qmp quit
wait "$guest"
status=$?
helpers=
exec 4>&-
cd "$here" || exit 1
if [ $status -eq 0 ]; then good; else bad "quit: status $status: $(cat "$work/err")"; fi
finish 14
