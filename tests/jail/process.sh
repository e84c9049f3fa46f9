#!/bin/sh
# SPDX-License-Identifier: MIT
# The machine process of a running vitrine: filtered, without privileges to gain, with no descriptor but those it needs.
. "${srcdir:-.}/tests/cli/lib.sh"
mkfifo "$work/hold"
head -c 65536 /dev/zero >"$work/disk.img"
"$vitrine" -nographic -serial mon:stdio "$work/disk.img" <"$work/hold" >"$work/out" 2>"$work/err" 7<"$srcdir/vitrine.1" &
front=$!
exec 3>"$work/hold"
i=0
machine=
while [ $i -lt 100 ] && ! grep -q "^NoNewPrivs:.1" "/proc/${machine:-none}/status" 2>/dev/null; do
    sleep 0.05
    i=$((i + 1))
    for stat in /proc/[0-9]*/stat; do
        read -r line 2>/dev/null <"$stat" || continue
        rest=${line##*) }
        # shellcheck disable=SC2086
        set -- $rest
        if [ "$2" = $front ]; then machine=${line%% *}; fi
    done
done
sleep 0.3
if grep -q "^NoNewPrivs:.1" "/proc/$machine/status"; then good; else bad "NoNewPrivs is not set"; fi
if grep -q "^Seccomp:.2" "/proc/$machine/status" || grep -q "without a system call filter" "$work/err"; then
    good
else
    bad "no system call filter: $(grep Seccomp "/proc/$machine/status")"
fi
# Only root may look at the descriptors of a process that is not dumpable.
if [ "$(id -u)" -eq 0 ]; then
    ls -l "/proc/$machine/fd" >"$work/fds"
    others=$(sed 's/.* -> //' "$work/fds" | grep -v -e '^total' -e '^/dev/null$' -e '^socket:' -e '/disk.img$' -e '^pipe:')
    if [ -z "$others" ]; then good; else bad "it holds $others"; fi
    if grep -q 'disk.img$' "$work/fds"; then good; else bad "it does not hold its disk"; fi
else
    # ... and at its memory: what /proc shows of such a process is root's.
    if [ "$(stat -c %u "/proc/$machine/mem")" -eq 0 ]; then good; else bad "its memory can be read by its user"; fi
    leaves_out 1 "the machine process's descriptors in its run, which only root can see (tests/jail/attacktest sees them before)"
fi
# Stopped and continued in the middle of a wait, it goes on.
kill -STOP "$machine"
sleep 0.1
kill -CONT "$machine"
printf '\001x' >&3
if wait $front; then good; else bad "quitting: $(cat "$work/err")"; fi
if [ -d "/proc/$machine" ]; then bad "the machine process is still there"; else good; fi
finish 6
