#!/bin/sh
# SPDX-License-Identifier: MIT
# A recording says of what machine it is: a replay with another configuration, another disk or another kernel is refused, and says
# what differs; what concerns the host alone may differ.
. "${srcdir:-.}/tests/guest/lib.sh"
truncate -s 2M "$work/disk" && printf '\353\376' | dd of="$work/disk" conv=notrunc 2>/dev/null
printf '\125\252' | dd of="$work/disk" bs=1 seek=510 conv=notrunc 2>/dev/null
cp "$work/disk" "$work/other" && printf x | dd of="$work/other" bs=1 seek=70000 conv=notrunc 2>/dev/null
cp "$work/disk" "$work/longer" && truncate -s 3M "$work/longer"
printf 'wait "Vitrine" within 20s\nafter 100ms quit\n' >"$work/script"
common="-display none -monitor none -m 16 -snapshot"
# shellcheck disable=SC2086
"$vitrine" $common --clock virtual "$work/disk" --input-script "$work/script" --record "$work/journal" 2>"$work/err" ||
    bad "recording: $(cat "$work/err")"

# goes OPTION...: the replay is the recording's.  parts TEXT OPTION...: it is refused, and the reason has TEXT.
goes() {
    if timeout $((60 * patience)) "$vitrine" -display none -monitor none -snapshot --replay "$work/journal" "$@" 2>"$work/err"; then
        good
    else
        bad "$*: $(cat "$work/err")"
    fi
}
parts() {
    text=$1
    shift
    timeout $((60 * patience)) "$vitrine" -display none -monitor none -snapshot --replay "$work/journal" "$@" 2>"$work/err"
    status=$?
    if [ $status -eq 1 ] && grep -q -- "--replay: .*$text" "$work/err"; then good; else bad "$*: status $status, $(cat "$work/err")"; fi
}
goes -m 16 "$work/disk"
goes -m 16 "$work/disk" --clock virtual -name another -rtc base=2001-02-03
goes -m 16 -drive "file=$work/disk,format=raw,cache=unsafe,id=x"
cp "$work/disk" "$work/copy"
goes -m 16 "$work/copy"
parts "ram_mb=16, and this machine has ram_mb=17" -m 17 "$work/disk"
parts "hda=.*, and this machine has hda=" -m 16 "$work/other"
parts "bytes=2097152, and this machine has .*bytes=3145728" -m 16 "$work/longer"
parts "cpu=" -m 16 -cpu pentium "$work/disk"
parts "and this machine has" -m 16 "$work/disk" -fda "$work/other"
parts "hpet=1" -m 16 -no-hpet "$work/disk"
parts "boot=" -m 16 -boot d "$work/disk"
parts "device\[0\].cls" -m 16 -device isa-debug-exit "$work/disk"
finish 12
