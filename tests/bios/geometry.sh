#!/bin/sh
# SPDX-License-Identifier: MIT
#
# geometry.sh: disks partitioned with many geometries boot by the one they were made with, -device ide-hd's cyls=,
# heads=, secs= and bios-chs-trans= lead to the INT 13h geometry that EDD 3.0 annex B names, and CMOS 12h, 19h-2Ch and
# 39h hold the drive's; INT 13h AH=48h says whether that is the whole drive's.  GEOMETRY_BIOS=FILE runs it under that BIOS.

set -u
: "${VITRINE:=./vitrine}"
boot=${1:-tests/bios/geometry.bin}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
checks=0 failed=0

octal() { printf '\\%o' "$1"; }
bytes() { for b; do octal $((b & 255)); done; }
# put OFFSET BYTES...
put() {
    at=$1
    shift
    # shellcheck disable=SC2059
    printf "$(bytes "$@")" | dd of="$dir/hda" bs=1 seek="$at" conv=notrunc 2>/dev/null
}

# start CX DH OPTIONS...: what the boot sector says
start() {
    put 3 "$1" $(($1 >> 8)) "$2"
    shift 2
    rm -f "$dir/log"
    # shellcheck disable=SC2086
    timeout 20 $VITRINE ${GEOMETRY_BIOS:+-bios "$GEOMETRY_BIOS"} --clock virtual -m 16 -display none -serial none \
        -debugcon "file:$dir/log" -device isa-debug-exit,iobase=0xf4,iosize=0x4 "$@" >"$dir/out" 2>&1
    cat "$dir/log" 2>/dev/null
}

# check WHAT WANT GOT
check() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] && return
    failed=$((failed + 1))
    echo "FAIL: $1: got $3, wanted $2; $(head -n 1 "$dir/out")"
}

# as AH=08h has them: CX DX for CYLS HEADS SECS
answer() {
    last=$(($1 - 1))
    printf '%04x%02x01' $(((last & 255) << 8 | (last >> 2 & 192) | $3)) $(($2 - 1))
}

# the drive's: CMOS 12h, 19h, 1Ah, 1Bh-23h, 24h-2Ch, 39h for CYLS HEADS SECS TRANSLATION
cmos() {
    control=c0
    [ "$2" -gt 8 ] && control=c8
    printf 'f02f00%02x%02x%02xffff%s%02x%02x%02x%018x%02x' $(($1 & 255)) $(($1 >> 8)) "$2" $control $(($1 & 255)) \
        $(($1 >> 8)) "$3" 0 "$4"
}

# A disk with one partition from the second track to its end, and a mark in cylinder 1, its last head, sector SECS.
# partitioned CYLS HEADS SECS
partitioned() {
    last=$(($1 - 1))
    cp "$boot" "$dir/hda" && chmod u+w "$dir/hda" && truncate -s $(($1 * $2 * $3 * 512)) "$dir/hda" || exit 1
    n=$(($1 * $2 * $3 - $3))
    put 446 128 1 1 0 6 $(($2 - 1)) $(((last >> 2 & 192) | $3)) $last "$3" 0 0 0 $n $((n >> 8)) $((n >> 16)) $((n >> 24))
    put 510 85 170
    put $(((2 * $2 * $3 - 1) * 512)) 52 18
    got=$(start $((256 | $3)) $(($2 - 1)) -hda "$dir/hda")
    check "INT 13h of $*" "$(answer "$1" "$2" "$3")" "$(echo "$got" | cut -c 1-8)"
    check "sector read by $*" 1234 "$(echo "$got" | cut -c 53-56)"
    [ "$2" -gt 16 ] || check "CMOS of $*" "$(cmos "$1" "$2" "$3" 0)" "$(echo "$got" | cut -c 9-52)"
}
for heads in 2 4 5 8 15 16 17 32 64 128 240 255; do
    for secs in 17 32 63; do
        partitioned 20 $heads $secs
    done
done
partitioned 1024 4 50
partitioned 615 4 17
partitioned 977 5 17
partitioned 1024 255 63

# given SECTORS PROPERTIES CYLS HEADS SECS [CMOS...]: without a partition table
given() {
    cp "$boot" "$dir/hda" && chmod u+w "$dir/hda" && truncate -s $(($1 * 512)) "$dir/hda" || exit 1
    put 510 85 170
    got=$(start 1 0 -drive "if=none,id=d,format=raw,file=$dir/hda" -device "ide-hd,drive=d$2")
    check "INT 13h of $1$2" "$(answer "$3" "$4" "$5")" "$(echo "$got" | cut -c 1-8)"
    shift 5
    [ $# = 0 ] || check "CMOS of $*" "$(cmos "$@")" "$(echo "$got" | cut -c 9-52)"
}
given 1008 "" 1 16 63 1 16 63 0
given 1440 "" 2 16 63
given 100800 "" 100 16 63 100 16 63 0
given 1032192 "" 1024 16 63 1024 16 63 0
given 1033200 "" 1024 16 63 1025 16 63 1         # LBA: 16 heads do up to 1024 * 16 tracks
given 1096704 "" 544 32 63 1088 16 63 1
given 16450560 "" 1024 255 63 16320 16 63 1
given 40000000 "" 1024 255 63 16383 16 63 1
given 83045 ,cyls=977,heads=5,secs=17 977 5 17 977 5 17 0
given 3072000 ,cyls=3000,heads=16,secs=63 761 64 63 3000 16 63 1
given 3072000 ,cyls=3000,heads=16,secs=63,bios-chs-trans=none 1024 16 63 3000 16 63 0
given 3072000 ,cyls=3000,heads=16,secs=63,bios-chs-trans=lba 761 64 63 3000 16 63 1
given 3072000 ,cyls=3000,heads=16,secs=63,bios-chs-trans=large 750 64 63 3000 16 63 2
given 3072000 ,cyls=3000,heads=16,secs=63,bios-chs-trans=rechs 800 60 63 3000 16 63 3
given 3072000 ,bios-chs-trans=large 761 64 63 3047 16 63 2
given 100800 ,bios-chs-trans=auto 100 16 63 100 16 63 0
# flags SECTORS PROPERTIES WANT: AH=48h says that the drive's geometry is valid (bit 1) as far as 16383 cylinders go.
flags() {
    cp "$boot" "$dir/hda" && chmod u+w "$dir/hda" && truncate -s $(($1 * 512)) "$dir/hda" || exit 1
    put 510 85 170
    check "information flags of $1$2" "$3" "$(start 1 0 -drive "if=none,id=d,format=raw,file=$dir/hda" \
        -device "ide-hd,drive=d$2" | cut -c 57-60)"
}
flags 1008 "" 0002
flags 1032192 "" 0002    # 1024 * 16 * 63
flags 1032193 "" 0002
flags 3072000 "" 0002
flags 16514064 "" 0002   # 16383 * 16 * 63
flags 16514065 "" 0000
flags 40000000 "" 0000
flags 1671066 ,cyls=16383,heads=6,secs=17 0002
flags 1671067 ,cyls=16383,heads=6,secs=17 0000
# behind SECTORS CX DH: the last sector of a disk of less than two cylinders can be read, and the one behind it cannot.
behind() {
    cp "$boot" "$dir/hda" && chmod u+w "$dir/hda" && truncate -s $(($1 * 512)) "$dir/hda" || exit 1
    put 510 85 170
    put $((($1 - 1) * 512)) 52 18
    check "last of $1 sectors" 1234 "$(start "$2" "$3" -hda "$dir/hda" | cut -c 53-56)"
    truncate -s $((($1 - 1) * 512)) "$dir/hda"
    check "sector $1 of $(($1 - 1))" dead "$(start "$2" "$3" -hda "$dir/hda" | cut -c 53-56)"
}
behind 1009 0x0101 0   # the first sector of a second cylinder
behind 1440 0x0136 6   # 1440 - 1 = 1008 + 6 * 63 + 54 - 1: an image of a diskette
behind 1700 0x013e 10  # 1700 - 1 = 1008 + 10 * 63 + 62 - 1
behind 2015 0x013e 15  # a sector less than two cylinders
# A second disk, and one on the other channel: 12h and 1Ah, 24h-2Ch, 39h.
cp "$boot" "$dir/hda" && chmod u+w "$dir/hda" && truncate -s 51609600 "$dir/hda" && truncate -s 42519040 "$dir/hdb" || exit 1
put 510 85 170
got=$(start 1 0 -hda "$dir/hda" -drive "if=none,id=b,format=raw,file=$dir/hdb" \
    -device ide-hd,drive=b,bus=ide.0,unit=1,cyls=977,heads=5,secs=17,bios-chs-trans=large)
check "CMOS of two disks" ff2f2f640010ffffc864003fd10305ffffc0d1031108 "$(echo "$got" | cut -c 9-52)"
got=$(start 1 0 -hda "$dir/hda" -drive "if=none,id=b,format=raw,file=$dir/hdb" \
    -device ide-hd,drive=b,bus=ide.1,unit=1,cyls=977,heads=5,secs=17,bios-chs-trans=rechs)
check "CMOS with a disk on the second channel" "$(cmos 100 16 63 192)" "$(echo "$got" | cut -c 9-52)"
for bad in cyls=0 cyls=65536 heads=17 secs=256 cyls=10 bios-chs-trans=x heads=16,secs=63; do
    $VITRINE -display none -drive "if=none,id=d,format=raw,file=$dir/hda" -device "ide-hd,drive=d,$bad" \
        >"$dir/out" 2>&1
    check "$bad is refused" 1 $?
    check "$bad is named" 1 "$(grep -c "ide-hd.*${bad%%=*}" "$dir/out")"
done
echo "$checks checks, $failed failed"
[ "$failed" = 0 ]
