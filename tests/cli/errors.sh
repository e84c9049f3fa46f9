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
refuses "no such machine" -M microvm
refuses "not supported" -machine pc,max-ram-below-4g=1G
refuses "on or off" -machine pc,hpet=maybe
refuses "always with pit=on" -machine pc,pit=off
refuses "say -kernel" -machine pc,kernel=x
refuses "software" -machine accel=kvm:hax
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
refuses "sdl, curses, vnc" -display gtk
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
refuses "1 to 3583 megabytes" -m 0
refuses "1 to 3583 megabytes" -m 4G
refuses "1 to 3583 megabytes" -m 99999999999999
refuses "number of megabytes" -m lots
refuses "number of megabytes" -m 128X
refuses "number of megabytes" -m -5
refuses "-cpu help" -cpu pentium9
refuses "no CPU feature 'sse9'" -cpu 486,+sse9
refuses "Vitrine has no 'avx'" -cpu max,avx=on
refuses "say on or off" -cpu max,nx=perhaps
refuses "no such model" -cpu ,+sse
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

finish 216
