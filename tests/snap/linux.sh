#!/bin/sh
# SPDX-License-Identifier: MIT
# Save and load in the middle of a boot of Linux.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image linux
tests/snap/snaptest "$images/linux.vmlinuz" "$images/linux.initrd" "$images/linux.img"
