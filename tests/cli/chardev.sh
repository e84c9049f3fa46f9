#!/bin/sh
# SPDX-License-Identifier: MIT
# Character back ends: each kind carries a guest's serial line, a monitor or QMP, both ways; clients come and go.
. "${srcdir:-.}/tests/cli/lib.sh"

if ! command -v socat >/dev/null; then
    echo "skipped: character back ends, since socat is not there"
    exit 77
fi
pid=
cd "$work" || exit 1
# start ARGUMENT...: vitrine in the background, with QMP at $work/qmp to end it.
start() {
    : >"$work/out" # what the one before said is not taken for this one's
    "$vitrine" -display none -drive file="$work/echo.img",format=raw,readonly=on "$@" <&9 >"$work/out" 2>"$work/err" &
    pid=$!
}
end() {
    kill -TERM $pid 2>/dev/null
    wait $pid
    status=$?
    if [ $status -eq 0 ]; then good; else bad "$1: status $status: $(cat "$work/err")"; fi
}
# until COMMAND...: repeats it for at most 10 s.
soon() {
    n=0
    while ! "$@" >/dev/null 2>&1; do
        n=$((n + 1))
        [ $n -lt 100 ] || return 1
        sleep 0.1
    done
}
check() { if soon "$@"; then good; else bad "never: $*: $(cat "$work/err" "$work/out" 2>/dev/null | head -5)"; fi; }
exec 9</dev/null

# A guest that sends back what comes on COM1, and to port E9h as well.
{
    printf '\372\272\373\003\260\003\356' # 8 bits
    printf '\272\375\003\354\250\001\164\373\272\370\003\354\210\304\272\375\003\354\250\040\164\373'
    printf '\272\370\003\210\340\356\346\351\353\340'
    head -c 471 /dev/zero
    printf '\125\252'
    head -c 512 /dev/zero
} >"$work/echo.img"

# A UNIX socket, waited for, with a client that goes and another that comes.
start -serial unix:"$work/s",server=on,wait=on
check grep -q "note: waiting for a connection on unix:$work/s,server=on" "$work/err"
(sleep 1; printf 'good morning'; sleep 1) | timeout 10 socat - UNIX-CONNECT:"$work/s" >"$work/first"
if grep -q "good morning" "$work/first"; then good; else bad "the first client saw: $(cat "$work/first")"; fi
(printf '\rhelp\r'; sleep 1) | timeout 10 socat - UNIX-CONNECT:"$work/s" >"$work/second"
if grep -q "help" "$work/second"; then good; else bad "the second client saw: $(cat "$work/second")"; fi
end "unix server"
if [ -e "$work/s" ]; then bad "the socket is left behind"; else good; fi

# wait=on is ended by a signal before anybody came.
start -serial unix:"$work/s",server=on
check test -S "$work/s"
end "waiting"

# TCP, as a server on a given port of both families, and as a client that tries again.
port=$((20000 + $$ % 20000))
second=none
if grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null; then
    second="tcp:[::1]:$((port + 1)),server,nowait"
fi
start -serial tcp:127.0.0.1:$port,server=on,wait=off,nodelay=on -serial "$second"
check socat -u OPEN:/dev/null TCP4:127.0.0.1:$port
(printf '\rhelp\r'; sleep 1) | timeout 10 socat - TCP4:127.0.0.1:$port >"$work/tcp"
if grep -q "help" "$work/tcp"; then good; else bad "tcp: $(cat "$work/tcp")"; fi
if [ "$second" != none ]; then
    check socat -u OPEN:/dev/null "TCP6:[::1]:$((port + 1))"
else
    leaves_out 1 "TCP over IPv6, since this host's loopback has no ::1"
fi
refuses "cannot listen: Address already in use" -display none -serial tcp:127.0.0.1:$port,server=on,wait=off
end "tcp server"
start -serial tcp:127.0.0.1:$port,reconnect=1
sleep 0.3
(printf 'good morning'; sleep 4) | timeout 5 socat -t 4 - TCP-LISTEN:$port,reuseaddr,bind=127.0.0.1 >"$work/again" &
listener=$!
check grep -q "good morning" "$work/again"
kill $listener 2>/dev/null
end "tcp client"

# The same by a name. A host without /etc/hosts has none, not even for itself.
if getent ahostsv4 localhost | grep -q '^127\.0\.0\.1 '; then
    start -serial tcp:localhost:$port,server=on,wait=off,ipv4=on
    check socat -u OPEN:/dev/null TCP4:127.0.0.1:$port
    end "tcp server by name"
else
    leaves_out 2 "TCP by a name, since this host finds no 'localhost' (is it in /etc/hosts?)"
fi

# A pty, a FIFO pair, a file that is appended to, a log.
start -serial pty -serial pipe:"$work/nothing" 2>/dev/null
wait $pid
if grep -q "make FIFOs" "$work/err"; then good; else bad "pipe: $(cat "$work/err")"; fi
start -serial pty
check grep -q '^char device redirected to /dev/pts/[0-9]* (label serial0)$' "$work/out"
pts=$(sed -n 's/^char device redirected to \([^ ]*\) .*/\1/p' "$work/out")
(sleep 1; printf '\rhelp\r'; sleep 4) | timeout 10 socat - "$pts,raw,echo=0" >"$work/pty"
if grep -q "help" "$work/pty"; then good; else bad "pty: $(cat "$work/pty")"; fi
end "pty"
# Its name: on the console, in QMP, and where -daemonize is started, whose output ends when the machine is made.
start -serial pty -monitor unix:"$work/m0",server=on,wait=off -qmp unix:"$work/q0",server=on,wait=off
check grep -q '(label serial0)$' "$work/out"
pts=$(sed -n 's/^char device redirected to \([^ ]*\) .*/\1/p' "$work/out")
echo 'info chardev' | timeout 10 socat -t 2 - UNIX-CONNECT:"$work/m0" | tr -d '\r' >"$work/mon"
if grep -q "serial0: filename=pty:$pts\$" "$work/mon"; then good; else bad "info chardev, pty:$pts: $(cat "$work/mon")"; fi
printf '{"execute":"qmp_capabilities"}{"execute":"query-chardev"}' | timeout 10 socat -t 2 - UNIX-CONNECT:"$work/q0" >"$work/qmp"
if grep -qF "{\"label\":\"serial0\",\"filename\":\"pty:$pts\"," "$work/qmp"; then good; else bad "query-chardev, pty:$pts: $(cat "$work/qmp")"; fi
end "pty's name"
timeout 20 sh -c '"$0" -display none -S -daemonize -pidfile daemon -serial pty -monitor pty | cat' "$vitrine" >"$work/out" 2>"$work/err"
status=$?
if [ $status -eq 0 ]; then good; else bad "-daemonize keeps its standard output open: status $status"; fi
for label in serial0 compat_monitor0; do
    if grep -qx "char device redirected to /dev/pts/[0-9]* (label $label)" "$work/out"; then good; else bad "-daemonize, status $status: $(cat "$work/out" "$work/err")"; fi
done
pts=$(sed -n 's/^char device redirected to \([^ ]*\) (label compat_monitor0)/\1/p' "$work/out")
if [ -c "$pts" ] && (sleep 1; printf 'info status\r'; sleep 1) | timeout 10 socat - "$pts,raw,echo=0" | grep -q "VM status"; then good; else bad "the pty '$pts' of -daemonize has no monitor"; fi
kill "$(cat daemon)"
mkfifo "$work/p.in" "$work/p.out"
echo before >"$work/log"
start -serial pipe:"$work/p" -chardev file,id=f,path="$work/log",append=on -debugcon chardev:f \
    -chardev null,id=n,logfile="$work/copy" -serial chardev:n
timeout 5 cat <"$work/p.out" >"$work/piped" &
reader=$!
printf '\rhelp\r' >"$work/p.in"
check grep -q "help" "$work/piped"
kill $reader
if grep -q before "$work/log"; then good; else bad "append=on emptied the file"; fi
end "pipe"

# Monitors: on a socket plainly, on a mux behind Ctrl-A c; two at once; info chardev names them.
start -chardev socket,id=m,path="$work/m",server=on,wait=off,mux=on -serial chardev:m -mon chardev=m \
    -monitor unix:"$work/m2",server=on,wait=off -qmp unix:"$work/q",server=on,wait=off
check test -S "$work/q"
printf 'info registers\ninfo chardev\n' | timeout 10 socat -t 2 - UNIX-CONNECT:"$work/m2" >"$work/mon"
for text in "monitor - type 'help'" "(vitrine) " "EIP=" "m: filename=disconnected:unix:$work/m,server=on (mux)"; do
    if grep -q -e "$text" "$work/mon"; then good; else bad "no '$text' on the monitor: $(cat "$work/mon")"; fi
done
(printf '\001cinfo registers\r'; sleep 1; printf '\001c'; printf '\rhelp\r'; sleep 1; printf '\001h') |
    timeout 10 socat -t 1 - UNIX-CONNECT:"$work/m" >"$work/mux"
for text in "EIP=" "help" "Ctrl-A x        quit"; do
    if grep -q -e "$text" "$work/mux"; then good; else bad "no '$text' on the mux: $(cat "$work/mux")"; fi
done
# Tab completes commands, and what info takes.
if ! "$vitrine" -version | grep -q "console line editing: no"; then
    (printf '\001cinfo stat\t\r'; sleep 1; printf 'info bl\t\t\r'; sleep 1; printf 'system_r\t\025'; sleep 1) |
        timeout 10 socat -t 1 - UNIX-CONNECT:"$work/m" >"$work/mux"
    for text in "VM status: " "block .*blockstats" "system_r.*eset "; do
        if grep -q -e "$text" "$work/mux"; then good; else bad "no '$text' after Tab: $(cat "$work/mux")"; fi
    done
else
    leaves_out 3 "Tab on the console, since this build has no libedit"
fi
# A line of more than 1 MiB gets its error, also on a socket, and the connection goes on.
{ printf '{"execute":"qmp_capabilities"}{"execute":"'; head -c 3000000 /dev/zero | tr '\0' x
  printf '"}\n{"execute":"query-status","id":"after"}\n'; sleep 2; } |
    timeout 20 socat -t 2 - UNIX-CONNECT:"$work/q" >"$work/qmp"
if grep -q "longer than 1 MiB" "$work/qmp" && [ "$(grep -c '"error"' "$work/qmp")" -eq 1 ]; then good; else bad "a long line: $(head -c 1000 "$work/qmp")"; fi
if grep -q '"id":"after"' "$work/qmp"; then good; else bad "nothing after a long line: $(head -c 1000 "$work/qmp")"; fi
end "monitors"

# A client that sends much and a guest that takes its time: nothing is lost; a reader that is slow gets all.
start -chardev socket,id=m,path="$work/m",server=on,wait=on -serial chardev:m
check test -S "$work/m"
(sleep 1; i=0; while [ $i -lt 300 ]; do printf 'line %04d\r' $i; i=$((i + 1)); done; sleep 3) |
    timeout 20 socat - UNIX-CONNECT:"$work/m" >"$work/echo"
seen=$(tr '\r' '\n' <"$work/echo" | grep -o 'line [0-9]*' | sort -u | wc -l)
if [ "$seen" -eq 300 ]; then good; else bad "$seen lines of 300 came back: $(head -c 600 "$work/echo")"; fi
end "flow"

# Port E9h at full speed: a client that does not read makes the machine stand still, QMP answers meanwhile, and then it gets every byte.
{
    printf '\346\351\376\300\353\372' # out 0xe9,al; inc al; jmp
    head -c 504 /dev/zero
    printf '\125\252'
    head -c 512 /dev/zero
} >"$work/flood.img"
mkfifo "$work/gate"
"$vitrine" -display none -drive file="$work/flood.img",format=raw,readonly=on -debugcon unix:"$work/e9",server=on,wait=on \
    -qmp unix:"$work/q",server=on,wait=off <&9 >"$work/out" 2>"$work/err" &
pid=$!
check test -S "$work/e9"
(sleep 5; head -c 6000000 >"$work/flood") <"$work/gate" &
reader=$!
timeout 60 socat -u UNIX-CONNECT:"$work/e9" STDOUT >"$work/gate" 2>/dev/null &
client=$!
sleep 2
printf '{"execute":"qmp_capabilities"}{"execute":"query-status","id":"while it waits"}{"execute":"human-monitor-command","arguments":{"command-line":"info chardev"}}' |
    timeout 10 socat -t 2 - UNIX-CONNECT:"$work/q" >"$work/qmp"
if grep -q 'while it waits' "$work/qmp"; then good; else bad "QMP beside a stopped client: $(cat "$work/qmp")"; fi
if grep -q 'bytes wait for the reader' "$work/qmp"; then good; else bad "info chardev: $(cat "$work/qmp")"; fi
wait $reader
if od -An -v -tu1 -w1 "$work/flood" | awk '$1 != (NR == 1 ? $1 : (last + 1) % 256) { exit 1 } { last = $1 } END { exit NR != 6000000 }'; then
    good
else
    bad "bytes are missing: $(wc -c <"$work/flood")"
fi
wait $client
end "flood"

# A printer on LPT1: data, then a pulse on STROBE# (IEEE 1284 compatibility mode).
{
    printf '\272\170\003\260\120\356\102\102\260\015\356\260\014\356\364\353\375' # 'P' to 378h; 0Dh, 0Ch to 37Ah; hlt
    head -c 493 /dev/zero
    printf '\125\252'
    head -c 512 /dev/zero
} >"$work/print.img"
"$vitrine" -display none -drive file="$work/print.img",format=raw,readonly=on -parallel file:"$work/paper" <&9 >"$work/out" 2>"$work/err" &
pid=$!
check grep -q '^P$' "$work/paper"
end "printer"

# telnet: options are offered, commands taken out, IAC doubled both ways.
start -serial telnet:127.0.0.1:$((port + 2)),server=on,wait=on
check grep -q "waiting for a connection on telnet" "$work/err"
(sleep 1; printf 'A\377\375\001B\377\372\030\001\377\360C\r\000D\377\377E\377\361'; sleep 1) |
    timeout 10 socat - TCP:127.0.0.1:$((port + 2)) | od -An -v -tx1 | tr -d ' \n' >"$work/telnet"
if grep -q '^fffb01fffb03fffb00fffd00' "$work/telnet" && grep -q '4142430d44ffff45$' "$work/telnet"; then good; else bad "telnet: $(cat "$work/telnet")"; fi
end "telnet"

finish 57
