#!/bin/sh
# SPDX-License-Identifier: MIT
#
# diskette.sh: boots a diskette of each standard size, which writes and reads back every sector through
# INT 13h (diskette.S), and looks for the sectors at their places in the image.  FLOPPY_BIOS=FILE runs it under
# that BIOS.

set -u
: "${VITRINE:=./vitrine}"
boot=${1:-tests/bios/diskette.bin}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
checks=0 failed=0

octal() { printf '\\%o' "$1"; }

# size CYLINDERS HEADS SPT
size() {
    checks=$((checks + 1))
    sectors=$(($1 * $2 * $3))
    img=$dir/$sectors.img
    cp "$boot" "$img" && chmod u+w "$img" && truncate -s $((sectors * 512)) "$img" || exit 1
    # shellcheck disable=SC2059
    printf "$(octal "$1")$(octal "$2")$(octal "$3")" | dd of="$img" bs=1 seek=3 conv=notrunc 2>/dev/null
    # shellcheck disable=SC2086
    timeout 100 $VITRINE ${FLOPPY_BIOS:+-bios "$FLOPPY_BIOS"} --clock virtual -m 16 -display none -serial none \
        -debugcon "file:$dir/log" -device isa-debug-exit,iobase=0xf4,iosize=0x4 -fda "$img" -boot a
    status=$?
    for n in 1 $((sectors / 2)) $((sectors - 1)); do
        got=$(od -An -tu2 -j $((n * 512)) -N2 "$img" | tr -d ' ')
        [ "$got" = "$n" ] || status="$status, sector $n holds $got"
    done
    [ "$status" = 33 ] && return
    failed=$((failed + 1))
    echo "FAIL: $1 cylinders, $2 heads, $3 sectors: status $status; log: $(od -An -c "$dir/log")"
}

size 40 1 8   # 160K
size 40 1 9   # 180K
size 40 2 8   # 320K
size 40 2 9   # 360K
size 80 2 9   # 720K
size 41 2 10  # 410K
size 42 2 10  # 420K
size 80 2 10  # 800K
size 83 2 10  # 830K
size 80 2 13  # 1040K
size 80 2 14  # 1120K
size 80 2 15  # 1.2M
size 80 2 18  # 1.44M
size 80 2 21  # 1.68M
size 82 2 21  # 1.72M
size 82 2 18  # 1476K
size 83 2 18  # 1494K
size 80 2 22  # 1.76M
size 80 2 24  # 1.92M
size 80 2 36  # 2.88M
size 80 2 39  # 3.12M
size 80 2 48  # 3.84M
echo "$checks checks, $failed failed"
[ "$failed" = 0 ]
