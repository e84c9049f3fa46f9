#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tests/lint/format.sh [write]
#
# Every C file is as .clang-format has it, and no line of C is longer than 120 characters. "write" formats the files
# (make format). Another version of clang-format than Debian 12's has other tastes, so it is not asked.
set -u
cd "${srcdir:-.}" || exit 1
version=14

find_files() {
    find src devices bios firmware images tests build-aux -name '*.[ch]' | sort
}

status=0
find_files | xargs awk '
    { line = $0; gsub(/[\200-\277]/, "", line) } # a character of UTF-8 counts once
    length(line) > 120 { print FILENAME ":" FNR ": longer than 120 characters"; bad = 1 }
    END { exit bad }' || status=1

tool=
for name in clang-format-$version clang-format; do
    if command -v $name >/dev/null && $name --version | grep -q "version $version\."; then
        tool=$name
        break
    fi
done
if [ -z "$tool" ]; then
    [ $status = 0 ] || exit 1
    echo "SKIP: clang-format $version is not installed"
    exit 77
fi
if [ "${1-}" = write ]; then
    find_files | xargs $tool -i
    exit $status
fi
find_files | xargs $tool --dry-run -Werror --ferror-limit=1 || status=1
[ $status = 0 ] || echo "FAIL: these are not as .clang-format has them: make format"
echo "$(find_files | wc -l) files read"
exit $status
