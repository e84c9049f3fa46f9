#!/bin/sh
# SPDX-License-Identifier: MIT
# iPXE from its CD to its shell; commands are typed and answered.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image ipxe
cat >"$work/script" <<IN
wait "Press Ctrl-B" within 20s key ctrl-b
wait "iPXE>" within 10s type "set hello it works\n"
wait "iPXE>" within 5s type "show hello\n"
wait "hello:string = it works" within 5s
type "cpuid --ext 29 && echo long || echo short\n"
wait "short" within 5s
after 100ms screenshot $shots/ipxe.png
quit
IN
run 100 "$work/script" -cdrom "$images/ipxe.img" -boot d
shot_is ipxe
finish 2
