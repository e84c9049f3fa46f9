#!/bin/sh
# SPDX-License-Identifier: MIT
# Wrong options: each gets one line that says what to do, and status 1.
. "${srcdir:-.}/tests/cli/lib.sh"

# QEMU's own options that this machine cannot honour are refused by name.
for option in enable-kvm netdev loadvm gdb s k sandbox spice smbios \
    localtime virtfs pflash numa icount incoming trace plugin tpmdev object set; do
    refuses "^vitrine: -$option is not supported: ." "-$option"
    refuses "^vitrine: -$option is not supported: ." "--$option" something
done
refuses "software" -accel kvm
refuses "software" -machine pc,accel=kvm
refuses "one processor" -smp 2
refuses "one processor" -smp cpus=4,sockets=1
refuses "no network adapter" -net user
refuses "-nic user.*no network adapter" -nic user,model=e1000
refuses "no such machine" -machine q35
refuses "no such machine; there is pc" -M microvm
refuses "no such machine; there is pc" -machine pc-q35-7.2
for version in pc-i440fx-1.3 pc-i440fx-1.8 pc-i440fx-2.13 pc-i440fx-3.2 pc-i440fx-7.3 pc-i440fx-7.2.1 pc-i440fx- pc-i440fx-07.2 pc-0.9 pc-0.16 pc-1.4 \
    pc-i440fx-xenial; do
    refuses "no such machine" -machine $version
done
refuses "not supported" -machine pc,max-ram-below-4g=1G
refuses "on or off" -machine pc,hpet=maybe
refuses "always with pit=on" -machine pc,pit=off
refuses "say -kernel" -machine pc,kernel=x
refuses "-machine accel=kvm: the CPU is software" -machine accel=kvm:hax
refuses "-accel kvm: the CPU is software" -accel kvm -accel hax
refuses "-accel xen: the CPU is software" -machine pc -accel xen
refuses "interp and tcg" -accel kvm -accel nonsense
refuses "interp and tcg" -accel tcg -accel nonsense
refuses "interp and tcg" -machine accel=kvm:
refuses "not supported; leave it out" -accel kvm -accel tcg,thread=multi
refuses "interp and tcg" -accel tcg=3
refuses "not supported" -accel tcg,thread=multi
refuses "one processor" -smp 1,maxcpus=2
refuses "say 1, or cpus=1" -smp many
refuses "say 1, or cpus=1" -smp cpus=1,books=1
refuses "hexadecimal" -uuid 550e8400
refuses "hexadecimal" -uuid 550e8400-e29b-41d4-a716-44665544000g
refuses "hexadecimal" -uuid 550e8400-e29b-41d4-a716-4466554400001
refuses "while it runs" -m 128,maxmem=1G,slots=2
refuses "while it runs" -m 128,maxmem=1G
refuses "number of megabytes" -m maxmem=1G
refuses "host and vm" -rtc clock=rt
refuses "exclude each other" -rtc clock=host --clock virtual
refuses "none and slew" -rtc driftfix=fast
refuses "poweroff|pause" -action shutdown=explode
refuses "no watchdog" -action watchdog=reset
refuses "no terminal" -daemonize
refuses "no terminal" -daemonize -display none -qmp stdio
refuses "no terminal" -daemonize -nographic
refuses "no such adapter" -vga cirrus
refuses "media=cdrom" -drive file=x,media=tape
refuses "if=ide.*no such controller" -drive file=x,if=virtio
refuses "if=ide, if=floppy or if=none" -drive file=x,if=tape
refuses "files of this host" -drive file=https://example.org/x.img
refuses "files of this host" -drive file=nbd:localhost:10809
refuses "-cdrom ftp://example.org/x.iso: images are files of this host" -cdrom ftp://example.org/x.iso
for folder in fat:$work fat:rw:$work fat:floppy:$work vvfat:$work; do
    refuses "-hda $folder: a folder cannot be shown as a disk" -hda "$folder"
    refuses "-drive file=$folder: a folder cannot be shown as a disk" -drive "file=$folder"
done
refuses "no such file" -hda "$work/fat:$work"
refuses "no such file" -hda "fatter:$work"
refuses "not supported; say aio=threads" -drive file=x,aio=fast
refuses "reported to the guest" -drive file=x,werror=stop
refuses "say report" -drive file=x,rerror=shout
refuses "there are writeback" -drive file=x,cache=gold
refuses "exclude each other" -drive file=x,index=1,bus=0
refuses "unit=2: say 0 to 1" -drive file=x,unit=2
refuses "one floppy controller" -drive file=x,if=floppy,bus=1
refuses "index=2: say 0 or 1" -drive file=x,if=floppy,index=2
refuses "id=NAME" -drive file=x,if=none
refuses "are the -device's" -drive file=x,if=none,id=a,index=1
refuses "another drive of the name 'a'" -drive file=x,if=none,id=a -drive file=y,if=none,id=a
refuses "another drive with id=a" -drive file=x,id=a -drive file=y,id=a
refuses "raw and file" -blockdev driver=qcow2,node-name=a,file.filename=x
refuses "node-name=NAME" -blockdev driver=raw,file.filename=x
refuses "file.filename=PATH" -blockdev driver=raw,node-name=a
refuses "no node of that name" -blockdev driver=raw,node-name=a,file=b
refuses "JSON" -blockdev '{"driver":"raw"}'
refuses "raw" -drive file=x,format=qcow2
refuses "'bps' is not supported" -drive file=x,bps=1
refuses "file=PATH" -drive format=raw
refuses "0 to 3" -drive file=x,index=4
refuses "on or off" -drive file=x,snapshot=maybe
refuses "std and none" -vga fancy
refuses "sdl, curses, vnc" -display spice-app
refuses "'colour' is not supported" -display gtk,colour=on
refuses "'colour' is not supported" -display sdl,colour=on
refuses "on or off" -display sdl,gl=perhaps
refuses "say on or off" -display sdl,full-screen=maybe
refuses "COM1.*there are null" -serial nonsense
refuses "no HOST:PORT" -serial tcp:4444
refuses "no HOST:PORT" -serial tcp:::1:4444
refuses "no HOST:PORT" -serial "tcp:[::1:4444"
refuses "0 to 65535" -serial tcp:localhost:65536
refuses "cannot connect" -display none -serial tcp:127.0.0.1:1
refuses "cannot connect" -display none -serial "tcp:[::1]:1"
refuses "no-such-host.invalid" -display none -serial tcp:no-such-host.invalid:1
refuses "cannot connect: No such file" -display none -serial unix:/nonexistent/socket
refuses "cannot listen: No such file" -display none -serial unix:/nonexistent/socket,server=on,wait=off
refuses "cannot listen: Cannot assign" -display none -serial tcp:192.0.2.1:0,server=on,wait=off
refuses "a file of that name" -display none -serial "unix:$srcdir/vitrine.1,server=on,wait=off"
refuses "longer than" -display none -serial "unix:/$(printf '%0200d' 0),server=on"
refuses "a path is missing" -serial file:
refuses "FIFOs" -display none -serial pipe:/nonexistent/pipe
refuses "cannot be written" -display none -serial file:/nonexistent/file
refuses "'colour' does not belong" -serial unix:/tmp/x,colour=on
refuses "on or off" -serial unix:/tmp/x,server=perhaps
refuses "a server=on waits by itself" -serial unix:/tmp/x,server=on,reconnect=1
refuses "number of seconds" -serial unix:/tmp/x,reconnect=soon
refuses "back ends are" -chardev nonsense,id=a
refuses "id=ID is missing" -chardev null
refuses "begins with a letter" -chardev null,id=1
refuses "'path' does not belong" -chardev null,id=a,path=x
refuses "a path is missing" -chardev file,id=a
refuses "path=PATH, or host=HOST" -chardev socket,id=a
refuses "of that id already" -chardev null,id=a -chardev null,id=a
refuses "no -chardev of that id" -serial chardev:a
refuses "no -chardev of that id" -mon chardev=a
refuses "say chardev=ID" -mon mode=control
refuses "readline and control" -mon chardev=a,mode=fast
refuses "COM1's already; give it mux=on" -display none -chardev null,id=a -serial chardev:a -parallel chardev:a
refuses "4 users already" -display none -chardev null,id=a,mux=on -serial chardev:a -serial chardev:a -serial chardev:a \
    -serial chardev:a -parallel chardev:a
refuses "at most 3" -parallel none -parallel none -parallel none -parallel none
refuses "at most 4" -serial none -serial none -serial none -serial none -serial none
refuses "leave mon: out" -monitor mon:stdio
refuses "cannot both use the terminal" -monitor stdio -serial stdio
refuses "takes no input" -debugcon mon:stdio
refuses "-debugcon.*no HOST:PORT" -debugcon tcp:4444

# Typing errors get a suggestion.
refuses "did you mean -snapshot?" -snapshop
refuses "did you mean -nographic?" -nogrpahic
refuses "did you mean -kernel?" --kernal x
refuses "vitrine -help" -zzzzzz

# Values.
for size in 0 0M 1023K 3584 3584M 3670016K 4G size=3584; do refuses "1 to 3583 megabytes" -m $size; done
refuses "1 to 3583 megabytes" -m 99999999999999
refuses "number of megabytes" -m lots
refuses "number of megabytes" -m 128X
refuses "number of megabytes" -m -5
refuses "-cpu help" -cpu pentium9
refuses "no CPU feature 'sse9'" -cpu 486,+sse9
refuses "Vitrine has no 'avx'" -cpu max,avx=on
refuses "say on or off" -cpu max,nx=perhaps
refuses "no such model" -cpu ,+sse
refuses "vendor=Genuine: say 12 characters" -cpu max,vendor=Genuine
refuses "say 12 characters" -cpu max,vendor=GenuineIntel2
refuses "say 12 characters" -cpu max,vendor
refuses "at most 47 characters" -cpu "max,model-id=$(printf '%048d' 0)"
refuses "family=271: say 0 to 270" -cpu max,family=271
refuses "model=256: say 0 to 255" -cpu max,model=256
refuses "stepping=16: say 0 to 15" -cpu max,stepping=16
refuses "stepping=-1: say 0 to 15" -cpu max,stepping=-1
refuses "phys-bits=53: say 0 to 52" -cpu max,phys-bits=53
refuses "host-phys-bits-limit=some: say 0 to 52" -cpu max,host-phys-bits-limit=some
refuses "host-phys-bits=36: say on or off" -cpu max,host-phys-bits=36
refuses "Vitrine has no 'avx'" -cpu host,+avx
refuses "no network adapter" -device e1000
refuses "ide-hd" -device virtio-blk-pci
refuses "no -drive if=none,id=a" -device ide-hd,drive=a
refuses "what is on it" -device ide-hd
refuses "in another drive already" -drive file=x,if=none,id=a -device ide-hd,drive=a -device ide-hd,drive=a
refuses "needs an image" -drive if=none,id=a -device ide-hd,drive=a
refuses "ide.0 or ide.1" -device ide-cd,bus=ide.2
refuses "floppy-bus.0" -device floppy,bus=ide.0
refuses "unit=2: say 0 to 1" -device ide-cd,unit=2
refuses "ide-cd has no property 'colour'" -device ide-cd,colour=red
refuses "too long" -device ide-cd,serial=123456789012345678901
refuses "place hdc is taken" -cdrom '' -device ide-cd,bus=ide.1,unit=0
refuses "bootindex=1 is given to ide1-cd0 and ide1-cd1" -device ide-cd,bootindex=1 -device ide-cd,bootindex=1
refuses "DRIVER.PROPERTY=VALUE" -global vga
refuses "-device VGA.*from 1 to 256" -device VGA,vgamem_mb=0
refuses "-device VGA.*from 1 to 256" -device VGA,vgamem_mb=257
refuses "vgamem_mb=3: must be a power of two" -display none -device VGA,vgamem_mb=3
refuses "VGA has no property 'colour'" -device VGA,colour=red
refuses "always at pci.0, 02.0" -device VGA,addr=3
refuses "there is no device 'nonsense'" -global nonsense.x=1
refuses "has no property 'colour'" -global isa-debug-exit.colour=red
refuses "number from" -global driver=isa-debug-exit,property=iobase,value=red
refuses "there is no such file" -bios no-such-bios.bin
refuses "another device with id=a" -device isa-debug-exit,id=a -device isa-debug-exit,id=a
refuses "-device help" -device nonsense,help
refuses "isa-debug-exit" -display none -device isa-debug-exit,nonsense=1
refuses "isa-debug-exit" -display none -device isa-debug-exit,iobase=hello
refuses "host and virtual" --clock sundial
refuses "base=" -rtc zone=utc
refuses "2024-02-29" -rtc base=yesterday
# Dates that the calendar or the day does not have, and the last second before those that are taken.
for date in 2000-02-30 1999-02-29 1900-02-29 2100-02-29 2023-02-29 2024-02-30 2024-04-31 2024-06-31 2024-09-31 2024-11-31 2024-01-32 2024-00-10 \
    2024-13-01 2024-01-00 2024-01-01T24:00:00 2024-01-01T23:60:00 2024-01-01T23:59:60 2024-01-01T 2024-01-01T12 2024-01-01T12:00 \
    2024-01-01T12:00:00Z 2024-01 2024 2024-01-01- 24-01-01x -2024-01-01 2024-+1-01 "2024- 1-01" 20240-01-01 1969-12-31 1969-12-31T23:59:59; do
    refuses "2024-02-29" -rtc "base=$date"
done
refuses "letters" -boot xyz
refuses "letters" -boot once=x
refuses "once=, menu=" -boot quick=on
refuses "no picture" -boot splash=x.jpg
refuses "milliseconds" -boot splash-time=-1
refuses "milliseconds" -boot reboot-timeout=never
refuses "on or off" -boot menu=perhaps
refuses "cannot connect" -display none -qmp unix:/nonexistent/x
refuses "no HOST:PORT" -qmp tcp:1234
refuses "needs a value" -hda
refuses "needs -kernel" -append quiet
refuses "needs -kernel" -initrd x
refuses "exclude" -nographic -display sdl
refuses "exclude" --record a --replay b
refuses "cannot both use the terminal" -serial stdio -qmp stdio -display none
refuses "cannot both use the terminal" -serial stdio -serial mon:stdio -display none
refuses "guest= and debug-threads=" -name a,process=b
refuses "too long" -append "$(printf '%5000s' x)" -kernel x

# No display is no crash.
SDL_VIDEODRIVER=dummy refuses "-nographic" -display sdl
SDL_VIDEODRIVER=offscreen refuses "-nographic" -display sdl
(
    failed=0
    unset DISPLAY WAYLAND_DISPLAY XDG_RUNTIME_DIR
    SDL_VIDEODRIVER=x11 refuses "-nographic"
    [ $failed -eq 0 ]
) && good || bad "no display at all"

# Lists.
for list in "-cpu help" "-machine help" "-device help" "-accel help" "-display help" "-chardev help" "-device isa-debug-exit,help" \
    "-device ide-hd,help" "-device floppy,help" "-vga help" "-L help"; do
    # shellcheck disable=SC2086
    if "$vitrine" $list | grep -q .; then good; else bad "$list prints nothing"; fi
done

# A wrong property is found before a file that the command line names is made or emptied.
echo kept >"$work/log"
refuses "has no property" -display none -serial "file:$work/log" -device isa-debug-exit,nonsense=1
refuses "number from" -display none -serial "file:$work/log" -device isa-debug-exit,iobase=0x10000000
if [ "$(cat "$work/log")" = kept ]; then good; else bad "an output file was emptied"; fi
# A machine that cannot be made for what is in a drive says so; its devices are taken apart again.
truncate -s 5M "$work/large.img"
refuses "5120 KiB are more than a diskette holds" -display none -fda "$work/large.img"

refuses "-machine accel=kvm: the CPU is software" -machine accel=kvm

# The terminal has one user.
refuses "-display curses and -serial (COM1) cannot both use the terminal" -display curses -serial stdio
refuses "-display curses and -monitor cannot both use the terminal" -display curses -monitor stdio
refuses "cannot both use the terminal" -display none -serial stdio -monitor stdio
refuses "-daemonize has no terminal" -display none -daemonize -serial stdio

finish 300
