#!/bin/sh
# SPDX-License-Identifier: MIT
# What options do, seen through the console: -boot, -global, -device, -drive's places and names, -L, -pidfile, -daemonize.
. "${srcdir:-.}/tests/cli/lib.sh"

head -c 1048576 /dev/zero >"$work/a.img"
head -c 1048576 /dev/zero >"$work/b,c.img"

# shows COMMANDS OPTION...: what the console said goes to $work/out.
shows() {
    printf "$1\nquit\n" >"$work/in"
    shift
    timeout 30 "$vitrine" -display none -S -monitor stdio "$@" <"$work/in" 2>"$work/err" | tr -d '\r' | sed 's/^(vitrine) //' >"$work/out"
    if [ -s "$work/err" ]; then bad "vitrine $*: $(cat "$work/err")"; fi
}
has() { if grep -q -e "$1" "$work/out"; then good; else bad "no '$1' in: $(cat "$work/out")"; fi; }

# CMOS 3Dh: the first device in the low nibble (1 floppy, 2 disk, 3 CD, 4 network), the second in the high one.
order='o /b 0x70 0x3d\ni /b 0x71'
shows "$order" -boot order=dc
has "0x0071\] = 0x23"
shows "$order" -boot n
has "0x0071\] = 0x04"
shows "$order\nsystem_reset\n$order\nsystem_reset\n$order" -boot order=c,once=d
if [ "$(sed -n 's/.*\] = //p' "$work/out" | tr '\n' ' ')" = "0x03 0x02 0x02 " ]; then good; else bad "once=: $(cat "$work/out")"; fi
shows "boot_set da\n$order" -boot c
has "0x0071\] = 0x13"

# Properties: -global for all of a class, -device for its own; names.
shows "info qtree" -device isa-debug-exit,id=out -global isa-debug-exit.iobase=0x511
has 'dev: isa-debug-exit, id "out"'
has "iobase = 1297 (0x511)"
shows "info qtree" -global driver=isa-debug-exit,property=iobase,value=0x511 -device driver=isa-debug-exit,iobase=0x521
has "iobase = 1313 (0x521)"

# Places and names of drives.
shows "info block" -drive "file=$work/a.img,format=raw,bus=1,unit=1" -drive "file=$work/b,,c.img,format=raw,id=two,index=1,cache=unsafe"
has "^ide1-hd1: .*a.img (raw)"
has "^two: .*b,c.img (raw)"
has "Attached to:      hdb"
has "Cache mode:       writeback, ignore flushes"
shows "info block" -device ide-hd,drive=n,bus=ide.1,id=dev,serial=ABC -drive "file=$work/a.img,format=raw,if=none,id=n,readonly=on" \
    -blockdev "driver=raw,node-name=m,file.filename=$work/b,,c.img,read-only=on" -device floppy,unit=1,drive=m
has "^n: .*a.img (raw, read-only)"
has "Attached to:      dev"
has "^m: .*b,c.img (raw, read-only)"
has "Attached to:      fdb"
shows "info block" -blockdev "driver=file,node-name=f,filename=$work/a.img" -blockdev driver=raw,node-name=r,file=f -device ide-hd,drive=r \
    -snapshot
has "^r: .*a.img (raw, snapshot)"

# What -drive says of snapshot= stands against -snapshot, whichever comes first; info block of one drive.
shows "info block" -snapshot -drive "file=$work/a.img,format=raw,snapshot=off" -hdb "$work/b,c.img"
has "^ide0-hd0: .*a.img (raw)"
has "^ide0-hd1: .*b,c.img (raw, snapshot)"
shows "info block hdb\ninfo block nothing" -snapshot -hdb "$work/b,c.img"
has "^ide0-hd1: "
has "Error: Device 'nothing' not found"
if grep -q "ide1-cd0" "$work/out"; then bad "info block DRIVE shows others: $(cat "$work/out")"; else good; fi

# Memory: the least and the most there is, in each unit; 640 KiB, and all from 1 MiB on.
memory() {
    shows "info mtree" -m "$1"
    last=$(sed -n 's/^0000100000-\([0-9a-f]*\) .* ram$/\1/p' "$work/out")
    if [ "$last" = "$2" ]; then good; else bad "-m $1: memory from 1 MiB to '$last', not '$2'"; fi
}
for size in 1 1M 1024K 1048576B size=1; do memory $size ""; done
for size in 2 2M 2048K 3071K; do memory $size 00001fffff; done
for size in 3583 3583M 3668992K size=3583; do memory $size 00dfefffff; done
memory 1G 003fffffff

# What is near to what was asked for is taken, with a note on standard error.
# notes TEXT OPTION...: vitrine starts, ends with 0 and says so in one line; "": it says nothing.
notes() {
    want=$1
    shift
    echo quit | timeout 30 "$vitrine" -display none -S -monitor stdio "$@" >"$work/out" 2>"$work/err"
    status=$?
    lines=$(wc -l <"$work/err")
    if [ $status -eq 0 ] && [ -z "$want" ] && [ "$lines" -eq 0 ]; then
        good
    elif [ $status -eq 0 ] && [ -n "$want" ] && [ "$lines" -eq 1 ] && grep -q "^vitrine: note: .*$want" "$work/err"; then
        good
    else
        bad "status $status, not the note '$want' alone: vitrine $*: $(cat "$work/err")"
    fi
}
notes "-cpu host.*taken as max" -cpu host
notes "-cpu host.*taken as max" -cpu host,-pae,kvm=off
for version in pc-0.10 pc-0.15 pc-1.0 pc-1.3 pc-i440fx-1.4 pc-i440fx-1.7 pc-i440fx-2.0 pc-i440fx-2.12 pc-i440fx-3.1 pc-i440fx-7.2 pc-i440fx-10.0; do
    notes "-machine $version: taken as pc" -machine $version,usb=off
done
notes "-display gtk: taken as sdl" -display gtk -display none
notes "-display gtk: taken as sdl" -display gtk,gl=off,zoom-to-fit=on,show-menubar=off -display none
notes "" -display sdl,show-cursor=on,window-close=off -display none
notes "-accel kvm: .*tcg is taken" -accel kvm -accel tcg
notes "-accel kvm: .*interp is taken" -accel kvm,kernel-irqchip=on -accel hax -accel interp -accel tcg
notes "-machine accel=kvm: .*tcg is taken" -machine pc,accel=kvm:tcg
notes "" -accel tcg -accel kvm
notes "" -machine accel=tcg:kvm
notes "" -cpu max,vendor=GenuineIntel
notes "" -cpu max,vendor=AuthenticAMD,model-id=Brand,family=6,model=15,stepping=3,check,enforce=off,migratable=no
notes "" -cpu max,host-phys-bits
notes "" -cpu max,host-phys-bits=on,host-phys-bits-limit=36
notes "" -cpu max,phys-bits=36
notes "-cpu phys-bits=40" -cpu max,phys-bits=40
for date in 1970-01-01 1970-1-1 2000-02-29 2024-02-29T23:59:59 2023-02-28 1999-12-31T00:00:00 2024-04-30 2400-02-29 9999-12-31; do
    notes "" -rtc base=$date
done

# The date is the one that the clock shows: day of the month, month, year and century (CMOS 7, 8, 9, 32h), in BCD.
cmos=""
for register in 0x32 9 8 7 4 2; do cmos="${cmos}o /b 0x70 $register\\ni /b 0x71\\n"; done
shows "$cmos" -rtc base=2024-02-29T23:58:00 --clock virtual
if [ "$(sed -n 's/.*\] = 0x//p' "$work/out" | tr '\n' ' ')" = "20 24 02 29 23 58 " ]; then good; else bad "-rtc base=2024-02-29: $(cat "$work/out")"; fi

# -vnc none is no window either (there is none to be had here), unless one is asked for.
for display in "-vnc none" "-vnc none -daemonize -pidfile $work/pid0"; do
    if echo quit | SDL_VIDEODRIVER=dummy timeout 20 "$vitrine" -S $display -monitor unix:"$work/m",server=on,wait=off -action shutdown=poweroff \
        >"$work/out" 2>"$work/err" & then pid=$!; fi
    tries=0
    while [ ! -S "$work/m" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
    if [ -S "$work/m" ] && [ ! -s "$work/err" ]; then good; else bad "$display: $(cat "$work/err")"; fi
    kill $pid $(cat "$work/pid0" 2>/dev/null) 2>/dev/null
    wait $pid
    rm -f "$work/m"
done
SDL_VIDEODRIVER=dummy refuses "no display\|-nographic" -S -vnc none -display sdl

# The adapter's memory: its BAR is so large.
for mb in 1 8 64 256; do
    shows "info qtree" -device VGA,id=video0,vgamem_mb=$mb
    has "vgamem_mb = $mb "
done


# The device that the guest listens to is the one with a star, and it alone.
shows "info mice" -usb -device usb-tablet
if [ "$(grep -c "^\*" "$work/out")" -eq 1 ]; then good; else bad "info mice: $(cat "$work/out")"; fi
has "^\* Mouse #0: PS/2 Mouse"

# Each device that -device help lists has its own help; -help keeps within 100 columns.
for device in $("$vitrine" -device help | sed 's/ .*//'); do
    if "$vitrine" -device "$device,help" | grep -q "^properties:"; then good; else bad "-device $device,help"; fi
done
if "$vitrine" -help | grep -q '.\{101\}'; then bad "-help has lines of more than 100 columns"; else good; fi

# A diskette drive takes no medium that is larger than a diskette, at the start (errors.sh) or later.
truncate -s 5M "$work/large.img"
shows "change floppy0 $work/large.img\ninfo block fda" -fda "$work/a.img"
has "5120 KiB are more than a diskette holds"
has "^floppy0: .*a.img"

# -L: an image by its name alone, in the first folder that has it.
mkdir "$work/firmware"
head -c 65536 /dev/zero | tr '\0' '\364' >"$work/firmware/hlt.bin"
shows "xp /2xb 0xffff0" -L "$work/nowhere" -L "$work/firmware" -bios hlt.bin
has "0xf4 0xf4"
if "$vitrine" -L "$work/firmware" -L help | head -1 | grep -q "^$work/firmware$"; then good; else bad "-L help"; fi

# -pidfile and -daemonize: the command ends when the machine is made, with the status that the start has.
timeout 30 "$vitrine" -display none -S -daemonize -pidfile "$work/pid" -serial "file:$work/log" -name guest=a,debug-threads=on \
    -action reboot=shutdown,shutdown=pause >"$work/out" 2>"$work/err"
status=$?
pid=$(cat "$work/pid" 2>/dev/null)
if [ $status -eq 0 ] && [ -n "$pid" ] && kill -0 "$pid"; then good; else bad "-daemonize: status $status: $(cat "$work/err")"; fi
kill "$pid"
tries=0
while [ -e "$work/pid" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
if [ ! -e "$work/pid" ]; then good; else bad "the -pidfile stays"; fi
refuses "no such file" -display none -daemonize "$work/missing.img"
finish 99
