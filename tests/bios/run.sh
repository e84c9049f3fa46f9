#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh [IMAGE [BIOS]]: boots the BIOS service test (default: the one that was built here) on the
# emulator in $VITRINE (default: ./vitrine, with options as they may be) and reads what it says on
# port E9h. Exit status 0 when every check passed, 1 when one failed or the test did not come to
# its end, 77 without an emulator.

set -u
image=${1:-tests/bios/services.img}
bios=${2:-}
: "${VITRINE:=./vitrine}"
# shellcheck disable=SC2086
set -- $VITRINE
command -v "$1" >/dev/null 2>&1 || { echo "run.sh: no emulator $1 (set VITRINE)"; exit 77; }

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
cp "$image" "$dir/hda" && chmod u+w "$dir/hda" || exit 1
truncate -s 32M "$dir/hda" && truncate -s 9G "$dir/hdb" && truncate -s 200G "$dir/hdc" ||
    { echo "run.sh: no room for sparse images in $dir"; exit 1; }

# Diskettes: 1.44 MB with a mark at the end of its first sector, 720 KB.
truncate -s 1440K "$dir/fda" && truncate -s 720K "$dir/fdb" &&
    printf '\245\132' | dd of="$dir/fda" bs=1 seek=510 conv=notrunc 2>/dev/null || exit 1

${TEST_TIMEOUT:+timeout "$TEST_TIMEOUT"} "$@" ${bios:+-bios "$bios"} -m 64 \
    -display none -serial none -net none -debugcon "file:$dir/log" \
    -device isa-debug-exit,iobase=0xf4,iosize=0x4 \
    -drive "file=$dir/fda,format=raw,if=floppy,index=0" -drive "file=$dir/fdb,format=raw,if=floppy,index=1" \
    -drive "file=$dir/hda,format=raw,if=ide,index=0" \
    -drive "file=$dir/hdb,format=raw,if=ide,index=1" \
    -drive "file=$dir/hdc,format=raw,if=ide,index=2"
status=$?

[ "${VERBOSE:-}" ] && cat "$dir/log"
grep -A 5 '^FAIL' "$dir/log" 2>/dev/null
passed=$(grep -c '^PASS' "$dir/log" 2>/dev/null)
last=$(tail -n 1 "$dir/log" 2>/dev/null)
case "$status $last" in
"33 DONE "*" 00000000") ;;
*)  echo "run.sh: the test ended with status $status after: $last"
    exit 1 ;;
esac
[ "$passed" -ge 1000 ] || { echo "run.sh: only $passed checks ran"; exit 1; }
echo "$passed BIOS checks passed"
