#!/bin/sh
# SPDX-License-Identifier: MIT
# Recorded on virtual time and replayed, the demo guest goes through the same states. Its menu halts: keys come in at a position
# that does not move, and the replay must know when.
. "${srcdir:-.}/tests/guest/lib.sh"

cat >"$work/script" <<IN
wait "Press a key from the list" within 10s
after 1234ms key 3
wait "Keyboard" within 5s
after 777ms type "halted, and typed at"
after 20ms key esc
wait "Press a key from the list" within 10s
after 333ms key 2
after 1500ms quit
IN
run 60 "$work/script" --hash-log "$work/recorded" --record "$work/journal"
if timeout $((60 * patience)) "$vitrine" -display none --clock virtual --replay "$work/journal" --hash-log "$work/replayed" 2>"$work/err"; then
    good
else
    bad "replay: $(cat "$work/err")"
fi
if cmp -s "$work/recorded" "$work/replayed"; then
    good
else
    bad "they part: $(diff "$work/recorded" "$work/replayed" | head -n 4)"
fi
hashes=$(grep -c '^[0-9]' "$work/recorded")
if [ "$hashes" -ge 8 ]; then good; else bad "$hashes hashes only"; fi
finish 4
