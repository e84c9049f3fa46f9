#!/bin/sh
# SPDX-License-Identifier: MIT
# -kernel, -initrd and -append: the same kernel without a boot loader and without a disk, to its shells,
# on the least CPU that it takes.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image linux

cat >"$work/script" <<IN
wait-serial "Vitrine guest: Linux" within 120s
wait-serial "vitrine:/ # " within 10s
wait "vitrine:/ #" within 10s
serial "cat /proc/cmdline; ls /dev/sd*; free -m | sed -n 2p\n"
wait-serial "vitrine.test=a%20b" within 5s
wait-serial "No such file or directory" within 5s
wait-serial "vitrine:/ # " within 10s
type "cat /proc/cmdline\n"
wait "vitrine.test=a%20b" within 5s
wait "a%20b\nvitrine:/ #" within 5s
after 200ms screenshot $shots/linux_kernel.png
quit
IN
run 200 "$work/script" -m 96 -cpu pentiumpro -serial "file:$work/serial" -kernel "$images/linux.vmlinuz" -initrd "$images/linux.initrd" \
    -append "console=ttyS0,115200 console=tty0 quiet cryptomgr.notests vitrine.test=a%20b"
shot_is linux_kernel
finish 2
