#!/bin/sh
# SPDX-License-Identifier: MIT
# beep.sh: a boot sector's two beeps in a WAV file: their frequencies, lengths and the silence between them.

set -u
: "${VITRINE:=./vitrine}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
cp "${1:-tests/bios/beep.bin}" "$dir/fd" && chmod u+w "$dir/fd" && truncate -s 1440K "$dir/fd" || exit 1

# shellcheck disable=SC2086
timeout 100 $VITRINE --clock virtual -m 16 -display none -serial none -device isa-debug-exit,iobase=0xf4,iosize=0x4 \
    -machine pc,pcspk-audiodev=spk -audiodev "wav,id=spk,path=$dir/wav" -fda "$dir/fd" -boot a
status=$?
[ "$status" = 33 ] || { echo "FAIL: the guest ended with status $status"; exit 1; }

header=$(od -An -c -N4 "$dir/wav" | tr -d ' ')$(od -An -tu2 -j20 -N4 "$dir/wav" | tr -d ' ')$(od -An -tu4 -j24 -N4 "$dir/wav" | tr -d ' ')
[ "$header" = RIFF1148000 ] || { echo "FAIL: no mono PCM file of 48000 Hz: $header"; exit 1; }
size=$(wc -c <"$dir/wav")
data=$(od -An -tu4 -j40 -N4 "$dir/wav" | tr -d ' ')
[ "$data" = $((size - 44)) ] || { echo "FAIL: the header says $data bytes, there are $((size - 44))"; exit 1; }

# Runs of sound, apart by 100 ms: start and length in ms, Hz by the rises through zero.
od -An -v -tu2 -w2 -j44 "$dir/wav" | awk '
    { v = $1 > 32767 ? $1 - 65536 : $1; loud = v > 1000 || v < -1000 }
    loud { if (!inside) { inside = 1; start = NR; rises = 0 } end = NR }
    inside && last < 0 && v >= 0 && NR - end < 200 { if (!rises++) first = NR; latest = NR }
    inside && NR - end > 4800 { say() }
    v { last = v }
    END { if (inside) say() }
    function say() { if (rises < 2) latest = first + 1; printf "%d %d %d\n", start / 48, (end - start) / 48, (rises - 1) * 48000 / (latest - first) + 0.5; inside = 0 }
' >"$dir/runs"
awk '
    NR == 1 { ok = $1 <= 5 && $2 >= 490 && $2 <= 520 && $3 >= 995 && $3 <= 1005 }
    NR == 2 { ok = ok && $1 >= 1480 && $1 <= 1530 && $2 >= 490 && $2 <= 520 && $3 >= 436 && $3 <= 444 }
    END { exit !(ok && NR == 2) }
' "$dir/runs" || { echo "FAIL: beeps (start ms, length ms, Hz):"; cat "$dir/runs"; exit 1; }
echo "2 beeps as they should be"
