#!/bin/sh
# SPDX-License-Identifier: MIT
#
# absent.sh: INT 13h for diskette drives that are not there, as the AT's BIOS has it: drive 01h does not answer (80h), its
# type is "none" without an error; a drive above that is a bad command (01h). A reset takes any.

set -u
: "${VITRINE:=./vitrine}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
cp "${1:-tests/bios/absent.bin}" "$dir/hda" && chmod u+w "$dir/hda" && truncate -s 1M "$dir/hda" || exit 1
# shellcheck disable=SC2086
timeout 60 $VITRINE --clock virtual -m 16 -display none -serial none -debugcon "file:$dir/log" \
    -device isa-debug-exit,iobase=0xf4,iosize=0x4 -hda "$dir/hda"
status=$?
[ "$status" = 33 ] || { echo "FAIL: the guest ended with status $status"; exit 1; }
for drive in 01 02 7f; do
    for service in 02 03 04 05 08 15 16 17 18; do
        echo "00$drive 00-00"
        case $drive$service in
        0108) echo "$service$drive 01c01" ;; # programs count drives by it
        0115) echo "$service$drive 00-00" ;;
        01*) echo "$service$drive 80c80" ;;
        *) echo "$service$drive 01c01" ;;
        esac
    done
done >"$dir/want"
diff "$dir/want" "$dir/log" >"$dir/diff" ||
    { echo "FAIL: AH and DL, then AH, carry and 40:41; <: wanted, >: got:"; cat "$dir/diff"; exit 1; }
echo "$(wc -l <"$dir/want") answers of absent drives"
