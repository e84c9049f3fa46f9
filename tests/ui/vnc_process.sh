#!/bin/sh
# SPDX-License-Identifier: MIT
# VNC's viewers are served by a confined process: what they send can end that process at most, and it comes again. And
# a viewer's keysyms are the characters that arrive, whatever Shift and Caps Lock do.
. "${srcdir:-.}/tests/cli/lib.sh"

if "$vitrine" -vnc unix:/nonexistent/x 2>&1 | grep -q "no VNC"; then
    echo "skipped: VNC, since this build has no libvncserver"
    exit 77
fi
talk=$PWD/tests/ui/rfbtalk
cp tests/ui/echo.bin "$work/fd" && chmod u+w "$work/fd" && truncate -s 1440K "$work/fd" || exit 1
# A build with sanitizers leaves them their options in the environment.
sanitized=false
grep -q '^SANITIZE_FLAGS = -f' Makefile 2>/dev/null && sanitized=true
cd "$work" || exit 1
rfb() { timeout 60 "$talk" unix "$work/v" "$@" >"$work/said" 2>&1; }
does() { if rfb "$@"; then good; else bad "$*: $(cat "$work/said")"; fi; }
soon() {
    n=0
    while ! "$@" >/dev/null 2>&1; do
        n=$((n + 1))
        [ $n -lt 200 ] || return 1
        sleep 0.1
    done
}
"$vitrine" -vnc unix:v -fda fd -boot a -m 16 -serial null -monitor none -debugcon file:typed </dev/null 2>err &
pid=$!
soon grep -q '!' typed
server() { pgrep -P $pid -f vnc-process; }

# --- What the process is ---
viewers=$(server)
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$viewers/status"; }
if [ "$(status NoNewPrivs)" = 1 ]; then good; else bad "new privileges"; fi
if [ "$(status Seccomp)" = 2 ] || [ -z "$(status Seccomp)" ] || "$vitrine" -version | grep -q "without seccomp"; then
    good
else
    bad "no filter: $(status Seccomp)"
fi
if [ "$(id -u)" = 0 ]; then
    # Its standard streams, the link, the socket that listens, and what wakes it.
    for fd in "/proc/$viewers/fd"/*; do
        readlink "$fd"
    done | sed 's/\[[0-9]*\]//; s/:$//' | sort | uniq -c | sed 's/^ *//' | tr '\n' ',' >fds
    if [ "$(cat fds)" = "3 /dev/null,2 anon_inode,2 socket," ] ||
        [ "$(cat fds)" = "3 /dev/null,2 anon_inode:[eventfd],2 socket," ]; then
        good
    else
        bad "descriptors: $(cat fds)"
    fi
    if $sanitized || [ -z "$(tr '\0' '\n' <"/proc/$viewers/environ")" ]; then good; else bad "it has an environment"; fi
else
    leaves_out 2 "the descriptors of the process, which only root can see"
fi

# --- Characters ---
types() { # TEXT COMMAND...: what arrives
    want=$1
    shift
    : >typed
    does "$@" wait 300
    if [ "$(tr -d '\0' <typed)" = "$want" ]; then good; else bad "$*: '$(tr -d '\0' <typed)', not '$want'"; fi
}
types 'abcABCxyzXYZ' type 'abcABCxyzXYZ'
# shellcheck disable=SC2016
types '123!@#$%^&*()_+{}|:"<>?~-=[];,./`' type '123!@#$%^&*()_+{}|:"<>?~-=[];,./`'
# With Shift held (FFE1h) as some viewers do, and as others that have made the character themselves.
types 'AbC' down ffe1 type A up ffe1 type b down ffe1 type C up ffe1
types 'ab1' down ffe1 type ab1 up ffe1
# ASCII by Unicode's numbers, both ends; what lies beyond has no key.
types 'Aa !' key 1000041 key 1000061 key 1000020 key 1000021 wait 100
types '~' key 100007e key 100007f key 10000e9 wait 300
# Caps Lock (FFE5h), pressed by the viewer: its keysyms are right already.
types 'ABab' key ffe5 type AB key ffe5 type ab
types 'Aa' key ffe5 type Aa key ffe5
# A key that is held repeats, Shift or not; the keypad's digits and its point, with the guest's Num Lock off, as it starts, and on.
types 'AAA' down 41 wait 60 down 41 wait 60 down 41 up 41
types 'bb' down 62 wait 60 down 62 up 62
types '7.' key ffb7 key ffae
types '7.' key ff7f key ffb7 key ffae key ff7f

# --- A process that dies ---
does format 4 400 wait 100 || :
kill -0 $pid 2>/dev/null || bad "a pixel format ended the machine"
soon rfb size
does size
viewers=$(server)
kill -9 "$viewers"
soon rfb size
does size
if [ "$(server)" != "$viewers" ]; then good; else bad "the same process?"; fi
if grep -q "ended (signal 9); it is started again" err; then good; else bad "nobody says so: $(cat err)"; fi
types 'back' type back
# Again and again is too often; the machine goes on.
n=0
while [ $n -lt 8 ] && [ -n "$(server)" ]; do
    kill -9 "$(server)"
    sleep 0.5
    n=$((n + 1))
done
if grep -q "it is not started again" err; then good; else bad "it is started for ever: $(cat err)"; fi
if kill -TERM $pid && wait $pid; then good; else bad "the end: $(cat err)"; fi
if [ -e v ]; then bad "the socket is left behind"; else good; fi
finish 34
