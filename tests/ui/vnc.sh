#!/bin/sh
# SPDX-License-Identifier: MIT
# VNC: a viewer sees what a screendump shows, types, is told of a new size; hostile and slow viewers disturb nobody.
. "${srcdir:-.}/tests/cli/lib.sh"

if "$vitrine" -vnc unix:/nonexistent/x 2>&1 | grep -q "no VNC"; then
    echo "skipped: VNC, since this build has no libvncserver"
    exit 77
fi
if ! command -v socat >/dev/null; then
    echo "skipped: VNC, since socat is not there"
    exit 77
fi
talk=$PWD/tests/ui/rfbtalk
cd "$work" || exit 1
rfb() { timeout 60 "$talk" unix "$work/v" "$@" >"$work/said" 2>&1; }
does() { if rfb "$@"; then good; else bad "$*: $(cat "$work/said")"; fi; }
does_not() {
    if rfb "$@"; then bad "$* succeeded"; else good; fi
}
qmp() { { printf '{"execute":"qmp_capabilities"}'; cat; sleep 0.5; } | timeout 20 socat -t 3 - UNIX:q >answers; }
soon() {
    n=0
    while ! "$@" >/dev/null 2>&1; do
        n=$((n + 1))
        [ $n -lt 200 ] || return 1
        sleep 0.1
    done
}
has() { if grep -q -e "$1" answers; then good; else bad "no '$1' in $(cat answers)"; fi; }

"$vitrine" -vnc unix:v,share=force-shared -qmp unix:q,server,nowait -serial file:serial </dev/null 2>err &
pid=$!
soon test -S q
soon grep -q "demo guest" serial
sleep 1

# The same pixels as a screendump, while nothing moves.
qmp <<'IN'
{"execute":"stop"}{"execute":"screendump","arguments":{"filename":"dump.ppm"}}
IN
does size shot seen.ppm
if cmp seen.ppm dump.ppm; then good; else bad "the viewer's picture is not the screen's"; fi
qmp <<'IN'
{"execute":"cont"}{"execute":"query-vnc"}
IN
has '"enabled": *true'
has '"family": *"unix"'

# A key by its place starts the demo's graphics, which a viewer hears of; a key by its keysym ends them.
does size place 31 2 resized wait 1500 shot gem.ppm size
if [ "$(tail -n 1 said)" = "640 x 480" ]; then good; else bad "sizes: $(cat said)"; fi
colours=$(tail -c +16 gem.ppm | od -An -v -tx1 -w3 | sort -u | wc -l)
if [ "$colours" -gt 50 ]; then good; else bad "$colours colours in the gem's picture"; fi
does key ff1b resized wait 500 size
if [ "$(tail -n 1 said)" = "720 x 400" ]; then good; else bad "after Esc: $(cat said)"; fi

# Motion and buttons are taken, wherever they point.
does at 0 0 0 at 719 399 1 at 65535 65535 31 at 10 10 0 wait 100

# Nonsense ends its own connection only; one that reads nothing keeps nobody waiting; nor do half messages.
does_not garbage wait 2000
"$talk" unix v stall &
stalled=$!
(printf 'RFB 003.008\n\001'; sleep 3) | socat -t 0 - UNIX:v >half &
(printf 'RFB'; sleep 3) | socat -t 0 - UNIX:v >third &
sleep 0.3
does size shot again.ppm
qmp <<'IN'
{"execute":"query-vnc","id":"viewers"}
IN
has '"clients": *\[{'
wait $stalled
# More viewers than there is room for: those beyond are sent away, and room comes back.
i=0
while [ $i -lt 20 ]; do
    (sleep 6) | socat -t 6 - UNIX:v >/dev/null 2>&1 &
    last=$!
    i=$((i + 1))
done
sleep 2.5
does_not size
wait $last
soon rfb size
does size
kill -TERM $pid
wait $pid
status=$?
if [ $status -eq 0 ]; then good; else bad "status $status: $(cat err)"; fi
if [ -e v ]; then bad "the socket is left behind"; else good; fi

# A password, which has to be set first.
if command -v openssl >/dev/null && command -v xxd >/dev/null; then
    "$vitrine" -vnc unix:v,password=on -qmp unix:q,server,nowait </dev/null 2>err &
    pid=$!
    soon test -S q
    does_not size
    does_not auth "" size
    qmp <<'IN'
{"execute":"set_password","arguments":{"protocol":"vnc","password":"secret12"}}{"execute":"query-vnc"}
IN
    has '"auth": *"vnc"'
    does auth secret12 size
    does_not auth secret13 size
    qmp <<'IN'
{"execute":"human-monitor-command","arguments":{"command-line":"change vnc password other"}}
{"execute":"human-monitor-command","arguments":{"command-line":"info vnc"}}
IN
    has 'auth: vnc'
    does auth other size
    kill -TERM $pid
    wait $pid
else
    leaves_out 6 "VNC's password, since openssl or xxd is not there"
fi

# TCP: a display is a port above 5900; to= takes the next free one.
d=$((100 + $$ % 5000))
"$vitrine" -vnc 127.0.0.1:$d </dev/null 2>err &
one=$!
soon timeout 5 "$talk" 127.0.0.1 $((5900 + d)) size
"$vitrine" -vnc "127.0.0.1:$d,to=3" </dev/null 2>err2 &
two=$!
if soon timeout 5 "$talk" 127.0.0.1 $((5901 + d)) size; then good; else bad "to=3: $(cat err2)"; fi
refuses "cannot listen: Address already in use" -vnc 127.0.0.1:$d
kill $one $two
wait $one $two
refuses "no host\|HOST:DISPLAY" -vnc nonsense
refuses "HOST:DISPLAY" -vnc :70000
refuses "'websocket' is not supported" -vnc :1,websocket=on
refuses "given once" -vnc unix:a -vnc unix:b
finish 30
