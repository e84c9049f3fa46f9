#!/bin/sh
# SPDX-License-Identifier: MIT
# -help, the man page and the parser know the same options, and what each of them takes.
. "${srcdir:-.}/tests/cli/lib.sh"

"$vitrine" -help >"$work/help" || bad "-help fails"
sed -n 's/^  -\([A-Za-z-]*\).*/\1/p' "$work/help" | sort >"$work/help.names"
awk '
    /^\.SH/ { inside = /OPTIONS/ }
    /^\.R[SE]/ { nested = /^\.RS/ }
    inside && tag && !nested { sub(/^\.B[IR]* /, ""); gsub(/\\-/, "-"); gsub(/"/, ""); sub(/^-+/, ""); sub(/ .*/, ""); print }
    { tag = /^\.TP/ }
' "$srcdir/vitrine.1" | sort >"$work/man.names"
if diff "$work/help.names" "$work/man.names" >"$work/diff"; then
    good
else
    bad "-help (<) and the man page (>) differ:"
    cat "$work/diff"
fi
if sort "$work/help.names" | uniq -d | grep .; then bad "an option stands twice in -help"; else good; fi

while read -r name; do
    argument=$(sed -n "s/^  -$name \([^ ].*\)/\1/p" "$work/help" | sed 's/  .*//;s/ *$//' | head -1)
    case $name in
    help | h | version)
        if "$vitrine" "-$name" >/dev/null && "$vitrine" "--$name" >/dev/null; then good; else bad "-$name fails"; fi
        continue ;;
    esac
    if [ -n "$argument" ]; then
        "$vitrine" "-$name" 2>"$work/err"
        if grep -qF -e "-$name needs a value: -$name $argument" "$work/err"; then good; else bad "-$name: $(cat "$work/err")"; fi
    else
        # An option without a value leaves the next word to the parser.
        for dashes in - --; do
            "$vitrine" "$dashes$name" -no-such-thing 2>"$work/err"
            if grep -q -e "no option -no-such-thing" "$work/err"; then good; else bad "-$name: $(cat "$work/err")"; fi
        done
    fi
done <"$work/help.names"

# The console's commands and the subcommands of info: help and the man page. QMP's: query-commands and the man page.
printf 'help\ninfo\nquit\n' | timeout 30 "$vitrine" -S -display none -monitor stdio 2>/dev/null | tr -d '\r' |
    sed -n 's/^(vitrine) //; s/ -- .*//p' | sort >"$work/console.help"
awk '
    /^\.SH/ { inside = /CONSOLE/ }
    inside && tag { gsub(/\\-/, "-"); split($0, part, "\""); print part[2] part[4] }
    { tag = /^\.TP/ }
' "$srcdir/vitrine.1" | sort >"$work/console.man"
if [ -s "$work/console.man" ] && diff "$work/console.help" "$work/console.man" >"$work/diff"; then
    good
else
    bad "the console's help (<) and the man page (>) differ:"
    cat "$work/diff"
fi
if ! "$vitrine" -version | grep -q "QMP: no"; then
    printf '{"execute":"qmp_capabilities"}\n{"execute":"query-commands","id":"c"}\n{"execute":"query-events","id":"e"}\n{"execute":"quit"}\n' |
        timeout 30 "$vitrine" -S -display none -qmp stdio >"$work/qmp"
    grep '"id":"c"' "$work/qmp" | tr '{' '\n' | sed -n 's/.*"name":"\([^"]*\)".*/\1/p' | sort >"$work/qmp.names"
    awk '/^\.SH/ { inside = /QMP/ } inside && /^\.BR? / { gsub(/\\-/, "-"); print $2 } /^\.PP/ && inside && seen++ { exit }' \
        "$srcdir/vitrine.1" | sort -u >"$work/qmp.man"
    if [ -s "$work/qmp.man" ] && diff "$work/qmp.names" "$work/qmp.man" >"$work/diff"; then
        good
    else
        bad "query-commands (<) and the man page (>) differ:"
        cat "$work/diff"
    fi
    for event in $(grep '"id":"e"' "$work/qmp" | tr '{' '\n' | sed -n 's/.*"name":"\([^"]*\)".*/\1/p'); do
        if grep -q "^Events: .*$event" "$srcdir/vitrine.1"; then good; else bad "the man page has no event $event"; fi
    done
else
    leaves_out 2 "QMP's commands and events, since this build has no libjansson"
fi
finish 52
