#!/bin/sh
# SPDX-License-Identifier: MIT
# Every command that QEMU 7.2 has is a command here or is refused by name with the reason, and none is both: the console's
# words, what info takes, and QMP's commands. tests/cli/qemu_names has QEMU's; the parsers are asked one by one.
. "${srcdir:-.}/tests/cli/lib.sh"

names() { sed -n "s/^$1 //p" "$srcdir/tests/cli/qemu_names" | tr ' ' '\n'; }

# What is here, as help, info and query-commands list it.
printf 'help\ninfo\nquit\n' | timeout 30 "$vitrine" -S -display none -monitor stdio 2>/dev/null | tr -d '\r' |
    sed -n 's/^(vitrine) //; s/ -- .*//p' >"$work/list"
grep -v '^info [a-z]' "$work/list" | sed 's/ .*//' | tr '|' '\n' >"$work/hmp"
sed -n 's/^info \([a-z][a-z-]*\).*/\1/p' "$work/list" >"$work/info"

# The refused ones and names near them are asked; what each says: a command, refused, or unknown.
# check KIND PREFIX: compares what the console says of "PREFIX NAME" with the list of what is here.
check() {
    names "$1" >"$work/names"
    { sed "s/^/help $2/" "$work/names"; echo "help ${2}no-such"; echo quit; } |
        timeout 30 "$vitrine" -S -display none -monitor stdio 2>/dev/null | tr -d '\r' |
        sed -n 's/^(vitrine) //p' | head -n "$(($(wc -l <"$work/names") + 1))" >"$work/said"
    echo "no-such" >>"$work/names"
    paste -d '\t' "$work/names" "$work/said" >"$work/both"
    while IFS="$(printf '\t')" read -r name said; do
        case $said in
        "$2$name is not supported: "?*) answer=refused ;;
        "unknown command: '$2$name'") answer=unknown ;;
        *" -- "?*) answer=here ;;
        *) answer="'$said'" ;;
        esac
        want=refused
        if grep -qxF -e "$name" "$work/$1"; then want=here; fi
        if [ "$name" = no-such ]; then want=unknown; fi
        if [ "$answer" = $want ]; then good; else bad "$1 $name: $answer, not $want"; fi
        [ $want != refused ] || echo "$2$name" >>"$work/refused"
    done <"$work/both"
}
check hmp ""
check info "info "
# The refused ones as they are typed, with arguments too.
{ cat "$work/refused"; sed 's/$/ a b/' "$work/refused"; echo quit; } | timeout 30 "$vitrine" -S -display none -monitor stdio 2>/dev/null |
    tr -d '\r' | sed -n 's/^(vitrine) //p' | sed -n 's/^\(.*\) is not supported: .*/\1/p' >"$work/typed"
if cat "$work/refused" "$work/refused" | diff - "$work/typed" >"$work/diff"; then good; else bad "typed: $(cat "$work/diff")"; fi

# QMP: the reason is in the error's text, and its class is the one that clients look for.
if ! "$vitrine" -version | grep -q "QMP: no"; then
    ask() { timeout 30 "$vitrine" -S -display none -qmp stdio | tr -d '\r'; }
    printf '{"execute":"qmp_capabilities"}\n{"execute":"query-commands"}\n{"execute":"quit"}\n' | ask | tr '{' '\n' |
        sed -n 's/.*"name":"\([^"]*\)".*/\1/p' >"$work/qmp"
    { names qmp; echo no-such; } | grep -vxF -f "$work/qmp" >"$work/asked"
    { echo '{"execute":"qmp_capabilities"}'; sed 's/.*/{"execute":"&","arguments":{"x":1},"id":"&"}/' "$work/asked"; echo '{"execute":"quit"}'; } |
        ask | grep '"error"' >"$work/said"
    while read -r name; do
        want="The command $name is not supported: ."
        if [ "$name" = no-such ]; then want="The command $name has not been found\""; fi
        if grep -q -e "\"class\":\"CommandNotFound\",\"desc\":\"$want.*},\"id\":\"$name\"}" "$work/said"; then
            good
        else
            bad "QMP $name: $(grep -e "\"id\":\"$name\"" "$work/said")"
        fi
    done <"$work/asked"
fi

# None is in both tables.
if tests/cli/refusedtest; then good; else bad "a name is a command and refused as well"; fi
finish 160
