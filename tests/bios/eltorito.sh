#!/bin/sh
# SPDX-License-Identifier: MIT
#
# eltorito.sh: CDs with a boot catalog ("El Torito" 1.0), one for each boot media type, made here and booted; eltorito.S on them
# checks what the BIOS does. Then discs that must not boot, with what the BIOS says of them. CD_BIOS=FILE runs the first part under
# that BIOS.

set -u
: "${VITRINE:=./vitrine}"
boot=${1:-tests/bios/eltorito.bin}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
checks=0 failed=0
bad() {
    failed=$((failed + 1))
    echo "FAIL: $*"
}

# put FILE OFFSET BYTE...: bytes as numbers.
put() {
    file=$1 at=$2
    shift 2
    for byte; do
        # shellcheck disable=SC2059
        printf "$(printf '\\%o' "$byte")"
    done | dd of="$file" bs=1 seek="$at" conv=notrunc 2>/dev/null
}
text() { printf '%s' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null; }
le16() { echo $(($1 & 255)) $(($1 >> 8 & 255)); }
le32() { echo $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)); }

image_block=24 other_block=1600 blocks=2400

# cd MEDIA DRIVE SPT HEADS CYLS: the CD's image in $dir/cd. Block 17 is the boot record, 19 the catalog.
# shellcheck disable=SC2046
cd_image() {
    cd=$dir/cd
    rm -f "$cd" && truncate -s $((blocks * 2048)) "$cd"
    put "$cd" $((16 * 2048)) 1
    text "$cd" $((16 * 2048 + 1)) CD001
    text "$cd" $((17 * 2048 + 1)) CD001
    put "$cd" $((17 * 2048 + 6)) 1
    text "$cd" $((17 * 2048 + 7)) "EL TORITO SPECIFICATION"
    put "$cd" $((17 * 2048 + 71)) $(le32 19)
    put "$cd" $((19 * 2048)) 1
    put "$cd" $((19 * 2048 + 28)) $(le16 $((65536 - 1 - 0xaa55))) $(le16 $((0xaa55)))
    put "$cd" $((19 * 2048 + 32)) 136 "$1" 0 0 0 0 $(le16 4) $(le32 $image_block)
    dd if="$boot" of="$cd" bs=2048 seek=$image_block conv=notrunc 2>/dev/null
    last=$(($3 * $4 * $5 - 1))
    put "$cd" $((image_block * 2048 + 3)) "$1" "$2" $(le32 $image_block) "$3" "$4" "$5" $(le16 $last) $(le32 $blocks) \
        $(le32 $other_block)
    [ "$last" -le 0 ] || put "$cd" $((image_block * 2048 + last * 512)) $(le16 $last)
    put "$cd" $((other_block * 2048 + 2879 * 512)) $(le16 2879)
}

# real FILE SECTORS: a drive's image that says REAL in its second sector.
real() {
    rm -f "$1" && truncate -s $(($2 * 512)) "$1"
    text "$1" 512 REAL
}
real "$dir/floppy" 2880
real "$dir/disk" 20480

# boots NAME MEDIA DRIVE SPT HEADS CYLS
boots() {
    name=$1
    shift
    checks=$((checks + 1))
    cd_image "$@"
    rm -f "$dir/log"
    # shellcheck disable=SC2086
    timeout 30 $VITRINE ${CD_BIOS:+-bios "$CD_BIOS"} --clock virtual -m 16 -display none -serial none -debugcon "file:$dir/log" \
        -device isa-debug-exit,iobase=0xf4,iosize=0x4 -cdrom "$dir/cd" \
        -drive "file=$dir/floppy,format=raw,if=floppy,readonly=on" -drive "file=$dir/disk,format=raw,index=0" -boot d
    status=$?
    [ $status = 33 ] || bad "$name: status $status; log: $(od -An -c "$dir/log")"
}
boots "no emulation" 0 224 0 0 0
boots "1.2 MB diskette" 1 0 15 2 80
boots "1.44 MB diskette" 2 0 18 2 80
boots "2.88 MB diskette" 3 0 36 2 80
boots "hard disk" 4 128 17 4 20

# says TEXT: the BIOS says so of $dir/cd, and boots nothing.
says() {
    checks=$((checks + 1))
    printf 'wait "No bootable device" within 20s\nquit\n' >"$dir/script"
    printf 'wait "%s" within 20s\nwait "No bootable device" within 20s\nquit\n' "$1" >"$dir/script"
    # shellcheck disable=SC2086
    timeout 30 $VITRINE --clock virtual -nodefaults -vga std -m 16 -display none --input-script "$dir/script" -cdrom "$dir/cd" \
        -boot order=d,strict=on 2>"$dir/err" </dev/null || bad "'$1': $(cat "$dir/err")"
}
if [ ! "${CD_BIOS:-}" ]; then
    cd_image 0 224 0 0 0
    put "$dir/cd" $((19 * 2048 + 4)) 7
    says "the boot catalog is damaged"
    cd_image 0 224 0 0 0
    put "$dir/cd" $((19 * 2048 + 32)) 0
    says "no boot image for this platform"
    cd_image 9 224 0 0 0
    says "unknown boot media type"
    cd_image 0 224 0 0 0
    text "$dir/cd" $((17 * 2048 + 7)) "SOMETHING ELSE"
    says "not a bootable disc"
    rm "$dir/cd" && truncate -s 20480 "$dir/cd"
    says "read error"
fi
echo "$checks CDs, $failed failed"
[ $failed = 0 ]
