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
finish 45
