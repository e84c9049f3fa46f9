#!/bin/sh
# SPDX-License-Identifier: MIT
# Every device class is in the list with which tests/dev/state_test.c compares its struct with its state table.
set -u
srcdir=${srcdir:-.}
list=$srcdir/tests/dev/state_lists.h
classes=$(sed -n 's/^const struct dev_class \([a-z0-9_]*\)_class = {.*/\1/p' "$srcdir"/devices/*/*.c)
found=0
status=0
for class in $classes; do
    found=$((found + 1))
    if ! grep -q "CLASS($class, " "$list"; then
        echo "$class: is not in tests/dev/state_lists.h"
        status=1
    fi
done
echo "$found device classes"
[ "$found" -ge 30 ] && exit $status
exit 1
