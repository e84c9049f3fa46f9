#!/bin/sh
# SPDX-License-Identifier: MIT
#
# apmoff.sh: APM's power off ends the machine, from real mode (connected or not) and from both protected mode interfaces;
# with -no-shutdown it stays.

set -u
: "${VITRINE:=./vitrine}"
boot=${1:-tests/bios/apmoff.bin}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
checks=0 failed=0

# off WAY STATUS OPTIONS...
off() {
    way=$1 want=$2
    shift 2
    checks=$((checks + 1))
    cp "$boot" "$dir/a" && chmod u+w "$dir/a" && truncate -s 1440K "$dir/a" || exit 1
    # shellcheck disable=SC2059
    printf "\\00$way" | dd of="$dir/a" bs=1 seek=3 conv=notrunc 2>/dev/null
    rm -f "$dir/log"
    # shellcheck disable=SC2086
    timeout 3 $VITRINE --clock virtual -m 16 -display none -serial none -debugcon "file:$dir/log" \
        -device isa-debug-exit,iobase=0xf4,iosize=0x4 -fda "$dir/a" -boot a "$@" >"$dir/out" 2>&1
    status=$?
    [ "$status $(cat "$dir/log")" = "$want B" ] && return
    failed=$((failed + 1))
    echo "FAIL: way $way $*: status $status, said '$(cat "$dir/log")'"
}

for way in 0 1 2 3; do
    off $way 0
done
off 0 124 -no-shutdown
echo "$checks checks, $failed failed"
[ "$failed" = 0 ]
