#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/fuzz/coverage.sh [SOURCE [SEEDS [LENGTH]]]
#
# Run in a build folder: builds with --coverage in the folder fuzz-coverage, runs tests/fuzz/devices with SEEDS seeds
# (8) of LENGTH operations (120), and prints how many lines of each file in devices/ it reached.  Below a floor it
# fails.
# No line is left out: what no guest reaches (a host without memory, a saved state that was tampered with) counts too.
set -eu
source=$(cd "${1:-$(sed -n 's/^srcdir = //p' Makefile)}" && pwd)
seeds=${2:-8}
length=${3:-120}
first=${FUZZ_SEED:-1}
gcov=${GCOV:-gcov}

floors='disk/atapi_commands.c 90
disk/atapi_disc.c 90
disk/i82077_transfer.c 90
usb/uhci_schedule.c 90
disk/ata_command.c 90
video/vga_text.c 90
total 85'

command -v "$gcov" >/dev/null || { echo "SKIP: there is no $gcov (it comes with gcc)"; exit 77; }
mkdir -p fuzz-coverage
cd fuzz-coverage
[ -f Makefile ] || "$source/configure" --disable-werror ${CC:+CC="$CC"} CFLAGS='-O1 -g --coverage' >configure.log
make -j2 --no-print-directory >make.log
make --no-print-directory tests/fuzz/devices >>make.log
find . -name '*.gcda' -exec rm -f {} +

seed=$first
while [ "$seed" -lt $((first + seeds)) ]; do
    tests/fuzz/devices "$seed" "$length" >seed.log 2>&1 || { grep -A 1 '^FAIL' seed.log; exit 1; }
    seed=$((seed + 1))
done

# gcov's summary of each object: "File '...'", "Lines executed:P% of N".
find devices -name '*.gcda' | LC_ALL=C sort | while read -r data; do
    "$gcov" -n -o "$(dirname "$data")" "$data" 2>/dev/null
done | awk '
    /^File / { file = $2; gsub("\047", "", file) }
    /^Lines executed:/ && file ~ /devices\/[a-z]+\/[a-z0-9_]+\.c$/ {
        split($0, part, /[:%]/)
        sub(/.*devices\//, "", file)
        lines = $NF
        hit = int(part[2] * lines / 100 + 0.5)
        printf "%-28s %5d lines, %5d reached %6.1f %%\n", file, lines, hit, part[2]
        all += lines
        sum += hit
        file = ""
    }
    END { printf "%-28s %5d lines, %5d reached %6.1f %%\n", "total", all, sum, all ? 100 * sum / all : 0 }' >table
cat table
echo "$floors" | while read -r file floor; do
    awk -v file="$file" -v floor="$floor" '
        $1 == file { seen = 1; if ($6 + 0 < floor) { print "FAIL: " file ": " $6 " %, the floor is " floor " %"; bad = 1 } }
        END { if (!seen) { print "FAIL: " file " is not in the table"; bad = 1 } exit bad }' table || touch below
done
if [ -e below ]; then
    rm -f below
    exit 1
fi
echo "$seeds seeds from $first on, of $length operations for each plan: no file is below its floor"
