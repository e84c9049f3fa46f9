#!/bin/sh
# SPDX-License-Identifier: MIT
# The console's keys on a terminal: Tab completes commands, what info and help take, drives, files, keys and items of the log;
# Ctrl-R searches the lines before; Ctrl-D on an empty line ends.
. "${srcdir:-.}/tests/cli/lib.sh"

if ! command -v socat >/dev/null || "$vitrine" -version | grep -q "console line editing: no"; then
    echo "skipped: line editing, since socat is not there or this build has no libedit"
    exit 77
fi
cd "$work" || exit 1
mkdir "my folder" many
head -c 4096 /dev/zero >"my folder/disk one.iso"
cp "my folder/disk one.iso" alpha.iso
cp alpha.iso alpine.iso
cp alpha.iso 'say "hi".iso'
touch .hidden "many/$(printf 'esc\033[31m')" many/esx

# keys TEXT: printf's text is typed on a terminal with a monitor on it; what the terminal shows goes to $work/out, without control
# sequences. The status is vitrine's, 124 where it does not end.
mkfifo z.keys
keys() {
    timeout "${2:-20}" socat -t 0.3 - "EXEC:$vitrine -display none -S -monitor stdio -nodefaults -device floppy \
-drive file=alpha.iso\,media=cdrom\,id=first\,index=2 -device ide-cd\,id=second\,bus=ide.0\,unit=1,pty,raw,echo=0,setsid,ctty" \
        <z.keys >z.shown 2>"$work/err" &
    pid=$!
    exec 3>z.keys
    printf "$1" >&3
    wait $pid
    status=$?
    exec 3>&-
    tr -d '\007' <z.shown | tr '\r' '\n' | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' >"$work/out"
}
has() { if grep -q -e "$1" "$work/out"; then good; else bad "no '$1' in: $(cat "$work/out")"; fi; }
has_not() { if grep -q -e "$1" "$work/out"; then bad "'$1' in: $(cat "$work/out")"; else good; fi; }

# Ctrl-D alone ends with status 0; in a line it takes away the character under the cursor, and after a line it is no end.
keys 'info statusx\002\004\r\004'
if [ $status -eq 0 ]; then good; else bad "Ctrl-D: status $status: $(cat "$work/err")"; fi
has "VM status: paused"
has "quit$"
keys 'x\025info name\r' 2
has_not quit

# Commands and what info and help take: one is finished with a blank, several as far as they agree and then listed.
keys 'info stat\t\r\025info bl\t\t\025help scr\t\r\025system_r\t\r\025inf\tuuid\r\025nonsense\t\r\004'
has "^VM status: paused"
has "block  blockstats  "
has "^screendump FILE"
has "^00000000-0000-0000-0000-000000000000"
has "unknown command: 'nonsense'"

# Drives by each of their names; nothing is offered where no drive is wanted.
keys 'info block fi\t\r\025info block \t\t\025eject sec\t\r\025eject -f fl\t\r\025info block hdc\t\r\025commit al\t\r\025info block fdb\t\r\025nmi \tx\r\004'
has "^first: alpha.iso"
has "^first  floppy0  ide0-cd1  second  "
if [ "$(grep -c "^first: alpha.iso" "$work/out")" -eq 2 ]; then good; else bad "hdc is first: $(cat "$work/out")"; fi
has "^commit al$"
has "^l $"
has "takes no arguments"

# Files: in this folder and others, with blanks and quotes in their names, none twice, no hidden ones, none that steers a terminal.
keys 'change first my\td\t\r\025info block first\r\025change first al\tha\t\r\025info block\r\004'
has '^change first "my folder/disk one.iso"\|"my folder/d'
has "^first: my folder/disk one.iso (raw, read-only)"
has "^first: alpha.iso (raw, read-only)"
keys 'change first alp\t\025change first s\t\r\025info block first\r\025change first "my f\td\t raw\r\025info block first\r\004'
has "^alpha.iso  alpine.iso  $"
has '^first: say "hi".iso (raw'
has "^first: my folder/disk one.iso (raw, read-only)"
mkdir list
mv alpine.iso many "my folder" .hidden list
keys 'change first list/\t\025change first list/many/e\t\025change first list/.h\t\025\004'
has "^alpine.iso  many/  my folder/  $"
has "^sx $"
has "^idden $"
has_not "31m"

# Keys and items of the log: the last of a list.
keys 'sendkey ctrl-alt-dele\t\r\025log int,gues\t\r\025sendkey nokey\t\r\004'
has "^(vitrine) sendkey ctrl-alt-dele"
has "guest_errors\|t_errors"
has_not "in_asm.*show"
has "unknown key"

# Ctrl-R: the newest line that holds what is typed, then older ones; Enter carries it out, another key edits it, Ctrl-G gives it up.
keys 'info name\r\025info status\r\025info uuid\r\022na\r\004'
has "(reverse-i-search).na': info name$"
if grep -q "^(vitrine) info name$" "$work/out"; then good; else bad "Ctrl-R: $(cat "$work/out")"; fi
keys 'info status\r\025info version\r\025info uuid\r\022info\022\022\r\004'
if [ "$(grep -c "^VM status: paused" "$work/out")" -eq 2 ]; then good; else bad "Ctrl-R three times: $(cat "$work/out")"; fi
keys 'info status\r\025info version\r\022versionx\177\005\177\177\177\177\177\177\177uuid\r\022zzz\007before\022info\007x\r\004'
has "^(failed reverse-i-search).versionx': "
has "^(reverse-i-search).version': info version$"
has "^0000000"
has "^(failed reverse-i-search).zzz': "
has "^unknown command: 'beforex'"
if [ $status -eq 0 ]; then good; else bad "after Ctrl-G: status $status"; fi

# A client's Ctrl-D sends it away; the machine and the next client stay.
"$vitrine" -display none -S -monitor telnet:127.0.0.1:0,server=on,wait=off -chardev socket,id=m,path=m,server=on,wait=off,mux=on \
    -mon chardev=m -pidfile pid >/dev/null 2>"$work/err" &
pid=$!
tries=0
while [ ! -S m ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
for client in 1 2; do
    timeout 20 socat -t 0.5 - UNIX-CONNECT:m <z.keys >"client$client" &
    client_pid=$!
    exec 3>z.keys
    printf 'info status\r\004' >&3
    wait $client_pid
    status=$?
    exec 3>&-
    if [ $status -eq 0 ] && grep -q "VM status" "client$client"; then good; else bad "client $client, status $status: $(cat "client$client")"; fi
done
kill $pid
wait $pid
finish 39
