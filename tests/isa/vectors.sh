#!/bin/sh
# SPDX-License-Identifier: MIT
# `make check VECTORS=FOLDER`: the hardware captures in and below FOLDER on the CPU.
if test -z "$VECTORS"; then
    echo "skipped: no captures named; make check VECTORS=FOLDER runs those in FOLDER"
    exit 77
fi
exec tests/vectors "$VECTORS"
