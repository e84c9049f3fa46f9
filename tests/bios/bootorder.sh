#!/bin/sh
# SPDX-License-Identifier: MIT
#
# bootorder.sh: which drive boots. Each drive's boot sector says its letter and DL on port E9h and ends the machine.

set -u
: "${VITRINE:=./vitrine}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
checks=0 failed=0

# drive LETTER SECTORS [reset]: its boot sector; with "reset" it resets the machine instead of ending it.
drive() {
    # mov al,LETTER; out E9h,al; mov al,dl; out E9h,al; then mov al,10h; out F4h,al or mov al,FEh; out 64h,al; hlt
    end='\260\020\346\364\364'
    [ "${3:-}" != reset ] || end='\260\376\346\144\364'
    # shellcheck disable=SC2059
    printf "\\260$1\\346\\351\\210\\320\\346\\351$end" >"$dir/$1"
    truncate -s $(($2 * 512)) "$dir/$1"
    printf '\125\252' | dd of="$dir/$1" bs=1 seek=510 conv=notrunc 2>/dev/null
}
drive A 2880
drive R 2880 reset
drive C 20480
drive D 20480
truncate -s 10M "$dir/N" # no boot sector

# boots WANT SCRIPT OPTION...: what the boot sectors said, as letters and hexadecimal DL.
boots() {
    want=$1 script=$2
    shift 2
    checks=$((checks + 1))
    printf '%b' "$script" >"$dir/script"
    rm -f "$dir/log"
    # shellcheck disable=SC2086
    timeout 60 $VITRINE --clock virtual -m 16 -display none -nodefaults -vga std -debugcon "file:$dir/log" \
        -device isa-debug-exit,iobase=0xf4,iosize=0x4 --input-script "$dir/script" "$@" 2>"$dir/err" </dev/null
    status=$?
    got=$(od -An -v -tx1 "$dir/log" 2>/dev/null | tr -d ' \n')
    [ "$got" = "$want" ] && return
    failed=$((failed + 1))
    echo "FAIL: $* gave '$got', not '$want' (status $status): $(cat "$dir/err")"
}
raw=format=raw
late='after 30s\nquit\n'
fda="-drive file=$dir/A,$raw,if=floppy"
hda="-drive file=$dir/C,$raw,index=0"
hdb="-drive file=$dir/D,$raw,index=1"

# shellcheck disable=SC2086
{
    boots 4380 "$late" $fda $hda                              # the disk before the diskette
    boots 4100 "$late" $fda $hda -boot a
    boots 4100 "$late" $fda $hda -boot order=ac
    boots 4380 "$late" -drive if=floppy $hda -boot a          # what is not named comes after what is
    boots "" 'wait "No bootable device." within 20s\nquit\n' $hda -boot order=d,strict=on
    boots 4480 "$late" -drive "file=$dir/N,$raw,index=0" $hdb # the next disk, which then is drive 80h
    boots 4480 "$late" -drive "file=$dir/C,$raw,if=none,id=c" -drive "file=$dir/D,$raw,if=none,id=d" \
        -device ide-hd,drive=c,bus=ide.0,unit=0,bootindex=2 -device ide-hd,drive=d,bus=ide.0,unit=1,bootindex=1
    boots 52004380 "$late" -drive "file=$dir/R,$raw,if=floppy" $hda -boot order=c,once=a
    boots 4480 'wait "Press ESC" within 5s\nkey esc\nwait "2. hard disk 2" within 5s\ntype "2"\nafter 10s\nquit\n' \
        $hda $hdb -boot menu=on
    boots 4100 'wait "Press ESC" within 5s\nkey f12\nwait "3. diskette A:" within 5s\ntype "3"\nafter 10s\nquit\n' \
        $hda $hdb $fda -boot menu=on
    boots 4380 "after 4s\nquit\n" $hda $hdb -boot menu=on     # nobody presses a key for 2.5 s
    boots "" "after 4s\nquit\n" $hda $hdb -boot menu=on,splash-time=6000
    boots "" 'wait "Retrying in 2 seconds" within 20s\nquit\n' -boot reboot-timeout=2000 -drive "file=$dir/N,$raw,index=0"
}
echo "$checks orders, $failed failed"
[ $failed = 0 ]
