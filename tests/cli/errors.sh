#!/bin/sh
# SPDX-License-Identifier: MIT
# Wrong options: each gets one line that says what to do, and status 1.
. "${srcdir:-.}/tests/cli/lib.sh"

# QEMU's own options that this machine cannot honour are refused by name.
for option in enable-kvm vnc usb netdev chardev blockdev loadvm daemonize gdb s L k sandbox spice smbios uuid \
    D localtime audiodev usbdevice virtfs pflash numa icount incoming trace plugin tpmdev parallel object set global; do
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
refuses "not supported" -machine pc,hpet=off
refuses "media=cdrom" -drive file=x,media=tape
refuses "if=ide" -drive file=x,if=virtio
refuses "raw" -drive file=x,format=qcow2
refuses "'cache' is not supported" -drive file=x,cache=none
refuses "file=PATH" -drive format=raw
refuses "0 to 3" -drive file=x,index=4
refuses "on or off" -drive file=x,snapshot=maybe
refuses "std and none" -vga qxl
refuses "sdl and none" -display gtk
refuses "stdio, mon:stdio" -serial tcp::4444
refuses "at most 4" -serial none -serial none -serial none -serial none -serial none
refuses "console" -monitor stdio
refuses "takes no input" -debugcon mon:stdio
refuses "there are stdio, file:PATH" -debugcon tcp::4444
refuses "guest_errors" -d in_asm

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
refuses "choose a model" -cpu 486,+sse
refuses "-device help" -device e1000
refuses "-device help" -device nonsense,help
refuses "isa-debug-exit" -display none -device isa-debug-exit,nonsense=1
refuses "isa-debug-exit" -display none -device isa-debug-exit,iobase=hello
refuses "host and virtual" --clock sundial
refuses "base=" -rtc clock=host
refuses "2024-02-29" -rtc base=yesterday
refuses "letters" -boot xyz
refuses "order= and menu=" -boot once=d
refuses "server=on" -qmp unix:/tmp/x
refuses "unix:PATH" -qmp tcp::1234
refuses "needs a value" -hda
refuses "needs -kernel" -append quiet
refuses "needs -kernel" -initrd x
refuses "exclude" -nographic -display sdl
refuses "exclude" --record a --replay b
refuses "cannot both use the terminal" -serial stdio -qmp stdio -display none
refuses "cannot both use the terminal" -serial stdio -serial mon:stdio -display none
refuses "a name and nothing else" -name a,process=b
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
for list in "-cpu help" "-machine help" "-device help" "-accel help" "-display help" "-device isa-debug-exit,help"; do
    # shellcheck disable=SC2086
    if "$vitrine" $list | grep -q .; then good; else bad "$list prints nothing"; fi
done
finish 120
