#!/bin/sh
# SPDX-License-Identifier: MIT
# Each room has a README that names files which exist, and so do HACKING and CONTRIBUTING.
set -u
cd "${srcdir:-.}" || exit 1
status=0
for room in src/* devices bios firmware images tests; do
    [ -d "$room" ] || continue
    [ -f "$room/README" ] || { echo "$room has no README"; status=1; }
done
names=$(find src devices bios firmware images tests build-aux -type f | sed 's,.*/,,' | sort -u)
# Words that look like source files: with a path it must exist, alone some file has that name.
for text in HACKING CONTRIBUTING $(find src devices bios firmware images tests -name README); do
    [ -f "$text" ] || continue
    room=$(dirname "$text")
    for word in $(grep -oE '[A-Za-z0-9_/.-]+\.(c|h|S|sh|mk|awk|def)\b' "$text" | sort -u); do
        case $word in
        NAME.* | */NAME* | .* | -* | _* | *_.*) continue ;;
        */*) [ -e "$word" ] || [ -e "src/$word" ] || [ -e "$room/$word" ] || [ -e "src/cpu/$word" ] ||
            { echo "$text names $word, which is not there"; status=1; } ;;
        *) echo "$names" | grep -qxF "$word" || case $word in
            config.h | gen_*) ;;
            *) echo "$text names $word, which is nowhere"; status=1 ;;
            esac ;;
        esac
    done
done
[ $status = 0 ] && echo "each room has its README, and what it names is there"
exit $status
