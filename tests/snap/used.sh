#!/bin/sh
# SPDX-License-Identifier: MIT
# Loads into a machine that was left elsewhere, over a 16-bit session: GRUB from its diskette, with keys and resets.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image grub-floppy
if tests/snap/usedtest 24 1 diskette "$images/grub-floppy.img"; then good; else bad "a loaded machine goes another way"; fi
finish 1
