#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/coverage.sh [FILE...]
#
# Run in a build folder: which rows of the instruction table guests use that no test executes.  The test programs that
# compare instructions with the host's CPU or with the manual's rules are run with VITRINE_COVERAGE; the guests'
# files are those that "vitrine --coverage FILE" wrote (by default tests/coverage/*.guest).
set -eu
srcdir=${srcdir:-$(sed -n 's/^srcdir = //p' Makefile)}
tested=tests/coverage/tested
mkdir -p tests/coverage
rm -f $tested.raw
for program in tests/isa/integertest tests/isa/stringtest tests/isa/hostdifftest tests/isa/compathosttest tests/isa/simdhosttest tests/isa/x87test \
    tests/isa/x87hosttest tests/cpu/cputest; do
    [ -x $program ] || continue
    VITRINE_COVERAGE=$PWD/$tested.raw srcdir=$srcdir $program >/dev/null 2>&1 || echo "note: $program failed"
done
LC_ALL=C sort -u $tested.raw >$tested
rm -f $tested.raw
echo "$(wc -l <$tested) forms are executed by tests"
[ $# -gt 0 ] || set -- tests/coverage/*.guest
for guest; do
    [ -r "$guest" ] || continue
    LC_ALL=C sort -u "$guest" >"$guest.sorted"
    LC_ALL=C comm -23 "$guest.sorted" $tested >"$guest.untested"
    echo "$(basename "$guest"): $(wc -l <"$guest.sorted") forms used, $(wc -l <"$guest.untested") of them by no test"
    sed 's/^/    /' "$guest.untested"
    rm -f "$guest.sorted"
done
