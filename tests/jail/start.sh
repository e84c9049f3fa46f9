#!/bin/sh
# SPDX-License-Identifier: MIT
# The start: layers that are missing are named, --require-jail refuses, -runas changes the user, and limits of the host's that are
# met end nothing.
. "${srcdir:-.}/tests/cli/lib.sh"

# at_start COMMAND...: what a machine that ends by itself says on standard error, in $work/err.
printf 'at 1ms quit\n' >"$work/script"
at_start() { timeout 30 "$@" -display none -serial null -monitor none --clock virtual --input-script "$work/script" >"$work/out" 2>"$work/err"; }
says() { if grep -q -e "$1" "$work/err"; then good; else bad "no '$1': $(cat "$work/err")"; fi; }
is_silent() { if [ ! -s "$work/err" ]; then good; else bad "not silent: $(cat "$work/err")"; fi; }

without=$PWD/tests/jail/without
built=$("$vitrine" -version | sed -n 's/^confinement.*: //p')
case $built in
*"without seccomp"*) has_seccomp=false ;;
*) has_seccomp=true ;;
esac
for layer in descriptors limits capabilities no-new-privs landlock seccomp; do
    case ", $built," in *[\ ,]$layer,*) good ;; *) bad "-version does not name $layer: $built" ;; esac
done

# Of each layer that is missing there is a line, and none of one that is there. --require-jail then refuses, and names it.
if at_start "$without" landlock "$vitrine"; then good; else bad "without Landlock: $(cat "$work/err")"; fi
says "note: this kernel has no Landlock"
if $has_seccomp; then
    if [ "$(wc -l <"$work/err")" -eq 1 ]; then good; else bad "more than one line: $(cat "$work/err")"; fi
    if at_start "$without" seccomp "$vitrine"; then good; else bad "without seccomp: $(cat "$work/err")"; fi
    says "note: this kernel has no seccomp"
    if at_start "$without" seccomp "$vitrine" --require-jail; then bad "--require-jail runs without seccomp"; else good; fi
    says "^vitrine: --require-jail: .* without .*seccomp"
else
    leaves_out 5 "a kernel without seccomp, since this build has no filter"
fi
at_start "$without" both "$vitrine"
says "no Landlock"
says "seccomp"
if at_start "$without" landlock "$vitrine" --require-jail; then bad "--require-jail runs without Landlock"; else good; fi
says "^vitrine: --require-jail: .* without landlock"
# The process for VNC's viewers is refused likewise, before it takes a connection; without the option it serves.
if "$vitrine" -version | grep -q "VNC: no"; then
    leaves_out 7 "the process for VNC's viewers, which this build has not"
else
    for layer in landlock seccomp both; do
        names=$layer
        if [ $layer = both ]; then names="landlock, seccomp"; fi
        $has_seccomp || names="landlock, seccomp"
        if at_start "$without" $layer "$vitrine" --require-jail -vnc "unix:$work/vnc"; then bad "VNC without $layer"; else good; fi
        says "^vitrine: --require-jail: the process for VNC's viewers would run without $names$"
    done
    if at_start "$without" both "$vitrine" -vnc "unix:$work/vnc"; then good; else bad "-vnc: $(cat "$work/err")"; fi
fi
# The refusal comes before anything is read: of a bad kernel nothing is said.
echo nonsense >"$work/kernel"
at_start "$without" landlock "$vitrine" --require-jail -kernel "$work/kernel"
says "^vitrine: --require-jail: "
at_start "$vitrine"
if [ ! -s "$work/err" ]; then
    if at_start "$vitrine" --require-jail; then good; else bad "--require-jail: $(cat "$work/err")"; fi
    is_silent
    vnc="-vnc unix:$work/vnc"
    "$vitrine" -version | grep -q "VNC: no" && vnc=
    # shellcheck disable=SC2086
    if at_start "$vitrine" --require-jail $vnc; then good; else bad "--require-jail -vnc: $(cat "$work/err")"; fi
    is_silent
else
    leaves_out 4 "--require-jail where all is there, since this host says: $(head -1 "$work/err")"
fi

# -daemonize: what is missing is said on the terminal that is left then.
timeout 30 "$without" landlock "$vitrine" -display none -serial null -S -daemonize -pidfile "$work/pid" 2>"$work/err"
says "no Landlock"
kill "$(cat "$work/pid")"

# Started without its standard descriptors, no file gets their numbers, and nothing is printed into one.
head -c 65536 /dev/zero >"$work/disk.img"
sh -c 'timeout 30 "$@" <&- >&- 2>&-' sh "$without" landlock "$vitrine" -display none -serial null -monitor none --clock virtual \
    --input-script "$work/script" -bios "$work/disk.img" -hda "$work/disk.img"
if cmp -s -n 65536 "$work/disk.img" /dev/zero; then good; else bad "something was written into the image"; fi

# ulimit -f: the guest sees write faults and goes on, a command of the console says so; neither process dies.
if [ -f images/demo/demo.img ]; then
    cp images/demo/demo.img "$work/demo.img"
    printf 'wait "Press a key from the list" within 20s\nafter 100ms quit\n' >"$work/script"
    (ulimit -f 0; timeout 60 "$vitrine" -display none -serial null -monitor none --clock virtual --input-script "$work/script" "$work/demo.img" 2>&1
        echo "status $?") | cat >"$work/err"
    says "cannot write at sector .*File too large; raise 'ulimit -f'"
    says "^status 0$"
else
    leaves_out 2 "ulimit -f, for want of the demo guest's image"
fi
printf 'pmemsave 0 4096 %s/memory\nquit\n' "$work" |
    (ulimit -f 0; timeout 30 "$vitrine" -display none -serial null -monitor stdio -S 2>&1; echo "status $?") | cat >"$work/err"
says "File too large"
says "status 0$"

# -runas
refuses "no such user" -runas no-such-user -display none
refuses "not UID:GID" -runas 5: -display none
refuses "not UID:GID" -runas 5 -display none
refuses "not UID:GID" -runas -1:5 -display none
refuses "is root" -runas root -display none
refuses "is root" -runas 0:5 -display none
# ids PID: its four user numbers, its four group numbers, its further groups.
ids() { sed -n 's/^Uid:\t//p; s/^Gid:\t//p; s/^Groups:\t//p' "/proc/$1/status" | tr '\t\n' '  ' | tr -s ' '; }
# The front end's children: the machine process, and one for VNC's viewers.
viewers="-vnc unix:$work/vnc" processes=2
if "$vitrine" -version | grep -q "VNC: no"; then
    viewers="-display none" processes=1
    leaves_out 4 "-runas of the process for VNC's viewers, which this build has not"
fi
runs_as() {
    : >"$work/pid"
    cp "$work/disk.img" "$work/secret.img"
    chmod 600 "$work/secret.img"
    timeout 30 "$vitrine" $viewers -serial null -S -daemonize -pidfile "$work/pid" -runas "$1" "$work/secret.img" 2>"$work/err"
    front=$(cat "$work/pid")
    children=$(cat "/proc/$front/task/$front/children" 2>/dev/null)
    # shellcheck disable=SC2086
    if [ "$(echo $children | wc -w)" -eq $processes ]; then good; else bad "-runas $1: the front end's children are $children"; fi
    for pid in $front $children; do
        if [ "$(ids "$pid")" = "$2 " ]; then good; else bad "-runas $1: process $pid of $front has $(ids "$pid"), not $2"; fi
        if grep -q '^CapEff:.0*$' "/proc/$pid/status"; then good; else bad "-runas $1: process $pid keeps capabilities"; fi
    done
    # The next one needs its socket and its image's lock.
    kill "$front"
    i=0
    while [ -d "/proc/$front" ] && [ $i -lt 100 ]; do
        sleep 0.05
        i=$((i + 1))
    done
}
if [ "$(id -u)" -eq 0 ]; then
    runs_as 4321:8765 "4321 4321 4321 4321 8765 8765 8765 8765 8765"
    nobody="$(id -u nobody) $(id -g nobody)"
    # shellcheck disable=SC2086
    set -- $nobody
    runs_as nobody "$1 $1 $1 $1 $2 $2 $2 $2 $2"
else
    refuses "only root" -runas nobody -display none
    leaves_out 13 "-runas, which needs root"
fi
finish 51
