#!/bin/sh
# SPDX-License-Identifier: MIT
# make mutate: the mutations of a small file are those expected, a draw depends on its seed alone, rooms names what there
# is.
set -u
cd "${srcdir:-.}" || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/vitrine-mutate.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
bad() {
    failed=$((failed + 1))
    echo "FAIL: $*"
}
mutate() { awk -f tests/mutate/mutate.awk "$@"; }

sh -n tests/mutate/mutate.sh || bad "mutate.sh is no script"
mutate -v all=1 tests/mutate/sample.txt 2>&1 | cut -f 3- | tr '\t' '|' | LC_ALL=C sort >"$work/found"
LC_ALL=C sort tests/mutate/sample.expected | diff - "$work/found" || bad "other mutations of sample.txt (>) than expected (<)"

files="src/time/journal.c devices/timer/i8254.c"
# shellcheck disable=SC2086
for seed in 1 1 2; do
    mutate -v seed=$seed -v count=20 $files >"$work/draw.$seed"
    [ "$(cut -f 2,3 "$work/draw.$seed" | sort -u | wc -l)" -eq 20 ] || bad "seed $seed: not 20 lines"
    [ ! -f "$work/first" ] || [ $seed = 2 ] || cmp "$work/first" "$work/draw.1" || bad "a seed draws now this, now that"
    [ -f "$work/first" ] || cp "$work/draw.1" "$work/first"
done
! cmp -s "$work/draw.1" "$work/draw.2" || bad "two seeds, one draw"
# Each row is the line as it stands, and another one.
awk -F '\t' '{
    n = 0
    while ((getline line <$2) > 0) if (++n == $3) { gsub(/^[ \t]+|[ \t]+$/, "", line); if (line != $5) print $2 ":" $3 }
    close($2)
    if ($5 == $6) print $2 ":" $3 ": no mutation"
}' "$work/draw.1" >"$work/wrong"
[ ! -s "$work/wrong" ] || bad "not what stands there: $(cat "$work/wrong")"

# rooms: folders and tests that exist; a program's name stands in a local.mk.
grep -v '^#' tests/mutate/rooms | while read -r folder tests; do
    [ -e "$folder" ] || echo "$folder"
    for test in $tests; do
        [ -f "$test" ] || cat tests/*/local.mk devices/*/local.mk | grep -qE "^(check_PROGRAMS|TESTS) .*$test( |\$)" || echo "$test"
    done
done >"$work/lost"
[ ! -s "$work/lost" ] || bad "rooms names what is not there: $(cat "$work/lost")"
echo "$(wc -l <"$work/found") mutations of sample.txt, $failed faults"
[ $failed = 0 ]
