#!/bin/sh
# SPDX-License-Identifier: MIT
# A guest that makes its instructions costly for the host: the slices that are cut short for it change no run, and
# the front end is answered.
. "${srcdir:-.}/tests/guest/lib.sh"

cp tests/replay/costly.bin "$work/fd" && chmod u+w "$work/fd" && truncate -s 1440K "$work/fd" || exit 1
cat >"$work/script" <<IN
wait-serial "!" within 5s
after 20ms key a
wait-serial ">" within 1s
after 7ms key b
after 9ms key c
after 70ms quit
IN
# round NAME OPTION...
round() {
    name=$1
    shift
    timeout $((120 * patience)) "$vitrine" -display none -monitor none --clock virtual -m 16 -fda "$work/fd" -boot a \
        -snapshot --hash-log "$work/$name" "$@" 2>"$work/err" || bad "$name: $(cat "$work/err")"
}
round first --input-script "$work/script" -serial file:"$work/first.out" --record "$work/journal"
# The second one's slices are cut elsewhere: another process takes its time.
while :; do :; done &
busy=$!
round second --input-script "$work/script" -serial file:"$work/second.out"
kill $busy
round replayed --replay "$work/journal" -serial null
hashes=$(grep -c '^[0-9]' "$work/first")
if [ "$hashes" -ge 2 ]; then good; else bad "$hashes hashes only"; fi
for name in second replayed; do
    if cmp -s "$work/first" "$work/$name"; then good; else bad "$name parts: $(diff "$work/first" "$work/$name" | head -n 4)"; fi
done
if cmp -s "$work/first.out" "$work/second.out"; then good; else bad "the keys arrived differently"; fi

# Asked to stop in the middle of it, it stops; nothing but the costly instructions is left.
printf '\001\000\000\000' | dd of="$work/fd" bs=1 seek=506 conv=notrunc 2>/dev/null
"$vitrine" -display none -monitor none -serial file:"$work/out" -m 16 -fda "$work/fd" -boot a -snapshot \
    -qmp "unix:$work/qmp,server=on,wait=off" 2>"$work/err" &
machine=$!
helpers="$helpers $machine"
tries=0
until grep -q '!' "$work/out" 2>/dev/null || [ $tries -ge 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
if printf '%s\n' '{"execute":"qmp_capabilities"}' '{"execute":"stop"}' '{"execute":"quit"}' |
    timeout $((5 * patience)) tests/ui/qmptalk "$work/qmp" >"$work/answers"; then
    good
else
    bad "no answer: $(cat "$work/answers")"
fi
if timeout $((5 * patience)) tail --pid=$machine -f /dev/null; then good; else bad "it does not end"; kill -9 $machine; fi
finish 6
