#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/lint/guests.sh [write]
#
# README's list of guests is the list of guest tests: each by its name, with the first sentence of what its head says. With "write"
# (make guest-list) the list is made anew, out of tests that have passed in this build folder and no others.
set -u
srcdir=${srcdir:-.}
what=${1:-check}
list=$(mktemp "${TMPDIR:-/tmp}/vitrine-guests.XXXXXX") || exit 1
trap 'rm -f "$list" "$list.there" "$list.new"' EXIT
heading='^Guests that boot$'

tests=$(sed -n 's,^\ttests/guest/\([a-z_]*\)\.sh.*,\1,p' "$srcdir/tests/guest/local.mk")
for name in $tests; do
    if [ "$what" = write ] && ! grep -q '^:test-result: PASS' "tests/guest/$name.trs" 2>/dev/null; then
        echo "tests/guest/$name.sh has not passed here: run it first (make check TESTS=tests/guest/$name.sh)"
        exit 1
    fi
    sed -n '3,/^[^#]/s/^# //p' "$srcdir/tests/guest/$name.sh" | tr '\n' ' ' | sed 's/\. .*/./; s/ *$//' |
        fold -s -w 72 | sed 's/ *$//' | awk -v name="$name" '{ printf "    %-18s%s\n", NR == 1 ? name : "", $0 } END { if (!NR) exit 1 }'
done >"$list"

# The list's lines in README: those that are indented, under the heading.
awk -v heading="$heading" '$0 ~ heading { on = 1; next } on && /^---/ && seen++ { exit } on && /^    /' "$srcdir/README" >"$list.there"

if [ "$what" = write ]; then
    awk -v heading="$heading" -v list="$list" '
        $0 ~ heading { on = 1 }
        on && /^    / {
            if (on == 1)
                while ((getline line <list) > 0)
                    print line
            on = 2
            next
        }
        on == 2 { on = 0 }
        { print }' "$srcdir/README" >"$list.new" && cat "$list.new" >"$srcdir/README"
    echo "README lists $(echo "$tests" | wc -w) guests"
elif [ -s "$list" ] && diff "$list" "$list.there"; then
    echo "README lists the $(echo "$tests" | wc -w) guest tests"
else
    echo "FAIL: README's list of guests (>) is not what the tests say (<): make guest-list"
    exit 1
fi
