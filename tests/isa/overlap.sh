#!/bin/sh
# SPDX-License-Identifier: MIT
# The table's generator refuses two rows for one encoding, and rows that say what it does not know.
set -eu
: "${srcdir:=.}" "${CC:=cc}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

# refused TEXT ROW: isagen with ROW added to the system table fails and says TEXT.
refused() {
    mkdir -p "$dir/isa/table"
    cp "$srcdir"/src/isa/table/*.def "$dir/isa/table/"
    printf '%s\n' "$2" >> "$dir/isa/table/system.def"
    $CC -std=gnu17 -I"$dir" -I"$srcdir/src" -o "$dir/isagen" "$srcdir/src/isa/gen.c"
    if "$dir/isagen" forms > "$dir/out" 2> "$dir/err"; then
        echo "accepted: $2"
        failures=1
    elif ! grep -q "$1" "$dir/err"; then
        echo "refused for another reason: $2: $(cat "$dir/err")"
        failures=1
    fi
}
refused 'overlaps' 'ROW("00 /r", "FOO", "Eb,Gb", "", "", "", "", "", "rw", "", "", "", C, "")'
refused 'overlaps' 'ROW("D9 /0 reg", "FOO", "", "", "", "", "", "", "", "", "", "", C, "")'
refused 'overlaps' 'ROW("0F 05", "FOO", "", "", "", "", "", "", "", "", "", "", C, "")
ROW("0F 05 /1", "BAR", "", "", "", "", "", "", "", "", "", "", C, "")'
refused 'means nothing' 'ROW("0F 04", "FOO", "Kx", "", "", "", "", "", "", "", "", "", C, "")'
refused 'means nothing' 'ROW("0F 04", "FOO", "", "", "", "", "", "", "", "", "lokc", "", C, "")'
exit $failures
