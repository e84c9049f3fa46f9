#!/bin/sh
# SPDX-License-Identifier: MIT
# -cpu: Debian's 686 kernel refuses what is no i686 with a message of its own (linux_kernel.sh has a Pentium Pro). Its least family is 5,
# since the Geode LX with its CMOV says so; a Pentium fails for want of CMOV.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image linux

# refused MODEL MESSAGE
refused() {
    cat >"$work/script" <<IN
wait "$2" within 20s
wait "Unable to boot - please use a kernel appropriate for your CPU." within 1s
after 100ms screenshot $shots/linux_cpu_$1.png
quit
IN
    run 100 "$work/script" -cpu "$1" -m 64 -kernel "$images/linux.vmlinuz" -append cryptomgr.notests
    shot_is "linux_cpu_$1"
}
refused 486 "This kernel requires an i586 CPU, but only detected an i486 CPU."
refused pentium "This kernel requires the following features not present on the CPU:\\ncmov"
finish 4
