#!/bin/sh
# SPDX-License-Identifier: MIT
# The console: each command's output in QEMU's form, wrong arguments, what is refused. The machine stands still at its first
# instruction, so that all of it is known.
. "${srcdir:-.}/tests/cli/lib.sh"

head -c 1048576 /dev/zero >"$work/disk.img"

# The console is asked line by line.
# talk OPTION...: sends the lines of standard input; what each of them says goes to $work/answer.N, N from 1.
talk() {
    cat - >"$work/in"
    printf 'quit\n' >>"$work/in"
    timeout 30 "$vitrine" -display none -S -monitor stdio "$@" <"$work/in" >"$work/out" 2>"$work/err"
    status=$?
    [ $status -eq 0 ] || bad "status $status: $(cat "$work/err")"
    rm -f "$work"/answer.*
    awk -v base="$work/answer." '
        { sub(/\r$/, ""); line = $0 }
        { while (sub(/^\(vitrine\) /, "", line)) { n++; printf "" >(base n) } }
        n { print line >(base n) }' "$work/out"
    n=0
}
# says TEXT: the next command said exactly that (its lines joined by |, trailing empty ones dropped).
says() {
    n=$((n + 1))
    got=$(cat "$work/answer.$n" 2>/dev/null | paste -s -d '|' | sed 's/|*$//')
    if [ "$got" = "$1" ]; then good; else bad "$(sed -n ${n}p "$work/in"): '$got', not '$1'"; fi
}
# has TEXT: the next command's output has a line that matches.
has() {
    n=$((n + 1))
    if grep -q -e "$1" "$work/answer.$n"; then good; else bad "$(sed -n ${n}p "$work/in"): no '$1' in: $(cat "$work/answer.$n")"; fi
}
also() {
    if grep -q -e "$1" "$work/answer.$n"; then good; else bad "$(sed -n ${n}p "$work/in"): no '$1' in: $(cat "$work/answer.$n")"; fi
}

# Expressions and formats. The firmware's last paragraph is ROM: its first byte is a jump (EBh, E9h or EAh).
talk <<'IN'
print 1+2*3
print (1+2)*3
print 1+7&3
p 0x10
p /x 255
p /o 8
p /u -1
p -1
p /c 65
p /c 10
p 10/3
p 10%3
p ~0&0xff
p 10/0
p (1
p 1 2
p $nothing
p
p /x $eip
p /x $pc
p /x $cs
p /x $cs.base
p 'A'
p 99999999999999999999
p /i 1
p ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1
IN
says 7
says 9
says 4
says 16
says 0xff
says 010
says 18446744073709551615
says -1
says "'A'"
says "'\\n'"
says 3
says 1
says 255
says "print: division by zero; say for example print /x \$eip + 4"
has "')' expected"
has "invalid char '2'"
has "unknown register '\$nothing'"
has "unexpected end of expression"
says 0xfff0
says 0xfffffff0
says 0xf000
says 0xffff0000
says 65
has "number too large"
has "invalid char in format: 'i'"
has "nested too deeply"

# Memory: RAM is zero after power-on, the byte that DMA's count register wrote is not RAM.
talk <<'IN'
xp 0x500
xp /3dw 0x500
xp /20xb 0x500
xp /3oh 0x500
xp /2dg 0x500
xp /2uh 0x500
xp /5c 0x500
x /2xw 0x500
x /1xw 0xa0000000
xp /1xb 0xfeb00000
xp /2xb 0xa0000
xp /1xw 0xbfffc
xp /2xw 0x7fffffc
x /0x 1
x /2q 0
xp
xp /99999xb 0
sum 0x500 4096
sum 0x500
sum 0x500 999999999999
xp /1i 0xffff0
x /1i $pc
info version
IN
says "0000000000000500: 0x00000000"
says "0000000000000500:          0          0          0"
says "0000000000000500: 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00|0000000000000508: 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00|0000000000000510: 0x00 0x00 0x00 0x00"
says "0000000000000500:      0      0      0"
says "0000000000000500:                    0                    0"
says "0000000000000500:     0     0"
says "0000000000000500: '\\x00' '\\x00' '\\x00' '\\x00' '\\x00'"
says "00000500: 0x00000000 0x00000000"
says "a0000000: Cannot access memory"
says "00000000feb00000: Cannot access memory"
says "00000000000a0000: 0x00 0x00"
says "00000000000bfffc: 0x00000000"
says "0000000007fffffc: 0x00000000 Cannot access memory"
has "a count is 1 to 65536"
has "invalid char in format: 'q'"
has "unexpected end of expression"
has "a count is 1 to"
says 00000
has "unexpected end"
has "at most"
n=$((n + 1))
if grep -q "Zydis is missing" "$work/answer.$n"; then
    n=$((n + 1))
    leaves_out 2 "disassembly, since this build has no Zydis"
else
    n=$((n - 1))
    has "^0x000ffff0:  ea 5b e0 00 f0           jmp far 0xf000:0x*e05b$"
    has "^0xfffffff0:  ea 5b e0 00 f0           jmp far 0xf000:0x*e05b$"
fi
has "^vitrine "

# Strings end with their 0 byte, with memory, or after 200 characters; binary has all digits of a size, print only those it needs.
# The firmware is an image with known bytes.
bytes() { for byte in "$@"; do printf "\\$(printf %03o "0x$byte")"; done; }
at() { dd of="$work/known.bin" bs=1 seek="$(($1))" conv=notrunc 2>/dev/null; }
head -c 65536 /dev/zero >"$work/known.bin"
printf 'first\000second, "quoted" \\\t\r\n\033[1m\377\000\000last' | at 0x1000
head -c 201 /dev/zero | tr '\0' 'z' | at 0x2000
head -c 200 /dev/zero | tr '\0' 'y' | at 0x3000
printf '\201\001\376\377' | at 0x4000
printf 'end' | at 0xfffd
talk -bios "$work/known.bin" <<'IN'
x /s 0xf1000
x /4s 0xf1000
xp /s 0xf1000
x /s 0xf2000
x /2s 0xf2000
x /s 0xf3000
x /s 0xfffffffd
xp /2s 0xfffffffd
x /2s 0xa0000000
print /s 1
x /4tb 0xf4000
x /2th 0xf4000
x /tw 0xf4000
xp /tg 0xf4000
x /9tb 0xf4000
x /5th 0xf4000
p /t 10
p /t 0
p /t 1
p /t -1
p /t 0x80000000
IN
says '000f1000: "first"'
says '000f1000: "first"|000f1006: "second, \"quoted\" \\\t\r\n\x1b[1m\xff"|000f1021: ""|000f1022: "last"'
says '00000000000f1000: "first"'
z=$(head -c 200 /dev/zero | tr '\0' z)
says "000f2000: \"$z\"..."
says "000f2000: \"$z\"...|000f20c8: \"z\""
says "000f3000: \"$(head -c 200 /dev/zero | tr '\0' y)\""
has '^fffffffd: "end'
has '^00000000fffffffd: "end" Cannot access memory$'
says 'a0000000: Cannot access memory'
has "invalid char in format: 's'"
says "000f4000: 10000001 00000001 11111110 11111111"
says "000f4000: 0000000110000001 1111111111111110"
says "000f4000: 11111111111111100000000110000001"
says "00000000000f4000: 0000000000000000000000000000000011111111111111100000000110000001"
says "000f4000: 10000001 00000001 11111110 11111111 00000000 00000000 00000000 00000000|000f4008: 00000000"
says "000f4000: 0000000110000001 1111111111111110 0000000000000000 0000000000000000|000f4008: 0000000000000000"
says 1010
says 0
says 1
says 1111111111111111111111111111111111111111111111111111111111111111
says 10000000000000000000000000000000

# x of $eip and $esp shows what the CPU runs and where its stack is, whatever the segments begin with: after power-on, in
# real mode, in a 16-bit segment of protected mode with a base, and in virtual-8086 mode. A segment that is named counts alone.
# SDM 3A 9.1.4: after RESET CS begins at FFFF0000h. Each guest ends in a jump to itself (EB FE) at the place that is looked for.
running() { # as talk, without -S: the guest has run to its jump
    cat - >"$work/in"
    echo quit >>"$work/in"
    { sleep 1; cat "$work/in"; } | timeout 30 "$vitrine" -display none -monitor stdio "$@" >"$work/out" 2>"$work/err" || bad "$(cat "$work/err")"
    rm -f "$work"/answer.*
    awk -v base="$work/answer." '{ sub(/\r$/, ""); line = $0 }
        { while (sub(/^\(vitrine\) /, "", line)) { n++; printf "" >(base n) } } n { print line >(base n) }' "$work/out"
    n=0
}
cat >"$work/ask" <<'IN'
stop
print /x $eip
x /2xb $eip
x /2xb $ip
x /2xb $pc
x /2xb $eip+0
x /2xb $cs.base+$eip
x /2xb 1+$eip-1
x /xb $esp
x /xb $ebp+2
IN
check_code() { # EIP LINEAR STACK FRAME
    says ""
    says "0x$1"
    for form in 1 2 3 4 5 6; do says "$2: 0xeb 0xfe"; done
    has "^$3: "
    has "^$4: "
}
bytes eb fe | at 0xfff0
running -bios "$work/known.bin" <"$work/ask"
check_code fff0 fffffff0 00000000 00000002
bytes ea 00 80 00 f0 | at 0xfff0 # jmp F000:8000
bytes b8 00 30 8e d0 bc 00 02 bd 00 01 eb fe | at 0x8000 # SS = 3000h, SP = 200h, BP = 100h
running -bios "$work/known.bin" <"$work/ask"
check_code 800b 000f800b 00030200 00030102
# LGDT, protected mode, a far jump into a code segment that begins at F9000h; the stack's begins at 20000h.
bytes fa 2e 0f 01 16 40 80 0f 20 c0 0c 01 0f 22 c0 ea 00 01 08 00 | at 0x8000
bytes 1f 00 50 80 0f 00 | at 0x8040
bytes 00 00 00 00 00 00 00 00 ff ff 00 90 0f 9b 00 00 ff ff 00 00 02 93 00 00 | at 0x8050
bytes b8 10 00 8e d0 66 bc 00 02 00 00 66 bd 00 01 00 00 eb fe | at 0x9100
{ cat "$work/ask"; echo 'x /1i $eip'; echo 'xp /1i 0xf9110'; echo 'x /1i 0xf9105'; } >"$work/ask2"
running -bios "$work/known.bin" <"$work/ask2"
check_code 111 000f9111 00020200 00020102
if grep -q "Zydis is missing" "$work/answer.$((n + 1))"; then
    echo "skipped: disassembly, since this build has no Zydis"
else
    has "^0x000f9111:  eb fe                    jmp 0x0*111$"
    has "^0x000f9110:  00 eb                    add bl, ch$"
    has "^0x000f9105:  66 bc 00 02 00 00        mov esp, 0x200$"
fi
# The same with IRETD to virtual-8086 mode at F000:A000, SS = 7000h.
bytes b8 10 00 8e d0 66 bc 00 10 00 00 66 bd 34 02 00 00 66 6a 00 66 6a 00 66 6a 00 66 6a 00 66 68 00 70 00 00 66 68 00 02 00 00 \
    66 68 02 00 02 00 66 68 00 f0 00 00 66 68 00 a0 00 00 66 cf | at 0x9100
bytes eb fe | at 0xa000
running -bios "$work/known.bin" <"$work/ask"
check_code a000 000fa000 00070200 00070236

# Ports: what is written to the DMA page registers is read back, and a port that nobody has reads as all ones.
talk <<'IN'
o /b 0x82 0x5a
i /b 0x82
i 0x82
i /h 0x7f0
i /w 0x7f0
i /g 0x7f0
i 0x10000
o /b 0x82
i
IN
says ""
says "portb[0x0082] = 0x5a"
says "portb[0x0082] = 0x5a"
says "portw[0x07f0] = 0xffff"
says "portl[0x07f0] = 0xffffffff"
has "one port of size b, h or w"
has "ports are 0 to 0xffff"
has "unexpected end"
has "unexpected end"

# A port is read as the CPU reads it, and what that does to a chip happens: the 8042's answer (command byte, self-test) is taken
# out of its buffer, the UART's scratch and line status registers show.
talk <<'IN'
o /b 0x64 0xaa
i /b 0x64
i /b 0x60
i /b 0x64
o /b 0x64 0x60
o /b 0x60 0x30
o /b 0x64 0x20
i /b 0x60
i /b 0x64
o /b 0x3ff 0x5a
i /b 0x3ff
i /b 0x3fd
IN
says ""
says "portb[0x0064] = 0x1d"
says "portb[0x0060] = 0x55"
says "portb[0x0064] = 0x1c"
says ""
says ""
says ""
says "portb[0x0060] = 0x30"
has "= 0x1[0-9a-f]$"
says ""
says "portb[0x03ff] = 0x5a"
says "portb[0x03fd] = 0x60"

# info.
talk -drive "file=$work/disk.img,format=raw,readonly=on" -hdb "$work/disk.img" -snapshot -cdrom "" -name box \
    -uuid 550e8400-e29b-41d4-a716-446655440000 <<'IN'
info status
info name
info uuid
info block
info blockstats
info cpus
info kvm
info registers
info pci
info mtree
info mtree -f
info mtree -x
info pic
info lapic
info ioapic
info irq
info tlb
info mem
info roms
info mice
info qtree
info devices
info usb
info chardev
info vnc
info pit
info ioports
info guest-errors
info status x
info nonsense
info
help
help xp
help p
help info pci
help nonsense
? stop
IN
says "VM status: paused (prelaunch)"
says box
says 550e8400-e29b-41d4-a716-446655440000
has "^ide0-hd0: .*disk.img (raw, read-only)"
also "^ide0-hd1: .*disk.img (raw, snapshot)"
also "^ide1-cd0: \[not inserted\]"
also "Removable device: not locked, tray closed"
also "Cache mode:       writeback"
has "^ide0-hd0: rd_bytes=0 wr_bytes=0 rd_operations=0 wr_operations=0 flush_operations=0"
has "^\* CPU #0: thread_id=[1-9]"
says "kvm support: not compiled"
has "^EIP=0000fff0 "
also "^CPU#0"
has "Host bridge: PCI device 8086:1237"
also "VGA controller: PCI device 1234:1111"
also "BAR0: 32 bit prefetchable memory at 0xffffffffffffffff"
has "^address-space: I/O"
has "^  0000000000000000-000000000009ffff (ram): ram"
also "^  00000000ffff0000-00000000ffffffff (rom): bios"
has "there is -f"
has "^pic0: irr=.. imr=.. isr=.."
also "^pic1: "
also "ioapic"
has "LVT"
has "pin"
has "IRQ0"
says "PG disabled"
says "PG disabled"
has 'size=0x010000 mem=rom name="bios"'
has "PS/2 Mouse"
has '^  dev: i8254, id "pit"'
has "^pit  *i8254"
has "USB"
has "^compat_monitor0: filename="
has .
has "counter\|channel\|mode"
has "pic0\|pit"
says ""
says "info status: takes no arguments"
says "unknown command: 'info nonsense'"
has "^info pci "
also "^info block \[DRIVE\] -- "
has "^system_powerdown -- "
also "^print|p /FMT EXPR -- "
has "^xp /FMT ADDR -- "
has "^print|p "
has "^info pci "
has "unknown command: 'nonsense'"
has "^stop|s -- "

# Drive A and a CD drive are there, empty, unless nothing is wanted that was not asked for, or something else has the place.
talk <<IN
info block
change ide1-cd0 $work/disk.img
info block
IN
has "^ide1-cd0: \[not inserted\]"
also "^floppy0: \[not inserted\]"
says ""
has "^ide1-cd0: .*disk.img (raw, read-only)"
talk -nodefaults <<IN
info block
IN
says ""
talk -hdc "$work/disk.img" <<IN
info block
IN
has "^ide1-hd0: "
if grep -q cd0 "$work/answer.1"; then bad "a CD drive in the place of -hdc"; else good; fi

# What changes things, and what is wrong with it.
talk -drive "file=$work/disk.img,format=raw,snapshot=on" -cdrom "" <<IN
memsave 0xffff0 16 $work/virtual
pmemsave 0xffff0 16 "$work/physical"
pmemsave 0 1
pmemsave 0xffffffff0 16 $work/far
screendump $work/a.ppm
screendump $work/b.gif -f gif
screendump
screendump /nonexistent/folder/x
sendkey ctrl-alt-f1
sendkey 0x1d-c 50
sendkey nokey
sendkey a soon
mouse_move 1 2
mouse_move 1 -2 1
mouse_move 1
mouse_button 3
mouse_button 9
boot_set cd
boot_set x
nmi
nmi x
eject nothing
eject ide0-hd0
eject
change ide1-cd0
change nothing x
change ide1-cd0 x gif
commit nothing
commit
log guest_errors
log everything
cont
info status
stop
s
info status
system_reset
system_powerdown
nonsense
savevm x
migrate
loadvm
stop now

   info   status
IN
says ""
says ""
has "say ADDR SIZE FILE"
has "4 GiB"
says ""
has "say FILE"
has "say FILE"
has "No such file"
says ""
says ""
has "unknown key"
has "milliseconds"
says ""
says ""
has "mouse_move 10 -5"
says ""
has "mouse_button: say"
says "boot device list now set to cd"
has "made of the letters"
says ""
has "takes no arguments"
says "Error: Device 'nothing' not found"
says "Error: Device 'ide0-hd0' is not removable"
has "info block"
says "change: filename expected"
says "Error: Device 'nothing' not found"
has "the format is raw"
says "Error: Device 'nothing' not found"
has "which drive"
says ""
has "guest_errors"
says ""
says "VM status: running"
says ""
says ""
says "VM status: paused"
says ""
says ""
says "unknown command: 'nonsense'"
says "savevm is not supported: there are no saved machine states"
says "migrate is not supported: there is no migration"
says "loadvm is not supported: there are no saved machine states"
has "stop: takes no arguments"
says ""
says "VM status: paused"
if cmp "$work/virtual" "$work/physical" && [ "$(wc -c <"$work/virtual")" -eq 16 ]; then good; else bad "memsave"; fi
if [ ! -e "$work/far" ]; then good; else bad "a failed pmemsave left its file"; fi

# commit: the guest's boot sector writes itself to the second sector and says so on port E9h; the image gets it when it is asked
# for, and is shared by others before and after.
head -c 1048576 /dev/zero >"$work/boot.img"
printf '\152\000\007\270\001\003\273\000\174\271\002\000\272\200\000\315\023\260\041\346\351\364\353\375' |
    dd of="$work/boot.img" conv=notrunc 2>/dev/null
printf '\125\252' | dd of="$work/boot.img" bs=1 seek=510 conv=notrunc 2>/dev/null
mkfifo "$work/keys"
timeout 60 "$vitrine" -display none -monitor stdio -drive "file=$work/boot.img,format=raw,snapshot=on,id=hd" -cdrom "" \
    -debugcon "file:$work/e9" <"$work/keys" >"$work/out" 2>"$work/err" &
pid=$!
exec 3>"$work/keys"
tries=0
while [ ! -s "$work/e9" ] && [ $tries -lt 200 ]; do sleep 0.1; tries=$((tries + 1)); done
second() { dd if="$work/boot.img" bs=512 skip=1 count=1 2>/dev/null | od -An -tx1 -N4 | tr -d ' '; }
if [ "$(second)" = 00000000 ]; then good; else bad "-snapshot wrote to the image: $(second)"; fi
printf 'commit nothing\ncommit ide1-cd0\ncommit hd\ninfo status\n' >&3
tries=0
while ! grep -q "VM status" "$work/out" && [ $tries -lt 200 ]; do sleep 0.1; tries=$((tries + 1)); done
if [ "$(second)" = 6a0007b8 ]; then good; else bad "commit wrote '$(second)': $(cat "$work/out")"; fi
if grep -q "ide1-cd0 keeps nothing in memory" "$work/out"; then good; else bad "commit of a CD: $(cat "$work/out")"; fi
if echo quit | timeout 20 "$vitrine" -S -display none -monitor stdio -snapshot "$work/boot.img" >/dev/null 2>&1; then good; else bad "the image is not shared after a commit"; fi
refuses "in use" -S -display none "$work/boot.img"
# Another reader: nothing may be written under it.
mkfifo "$work/keys2"
timeout 60 "$vitrine" -S -display none -monitor stdio -snapshot "$work/boot.img" <"$work/keys2" >"$work/out2" 2>&1 &
exec 4>"$work/keys2"
printf 'info status\n' >&4
tries=0
while ! grep -q "VM status" "$work/out2" && [ $tries -lt 200 ]; do sleep 0.1; tries=$((tries + 1)); done
printf 'commit all\ninfo name\ninfo version\n' >&3
tries=0
while ! grep -q "^vitrine \|) vitrine " "$work/out" && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
if grep -q "in use by another" "$work/out"; then good; else bad "commit under another reader: $(cat "$work/out")"; fi
echo quit >&4
exec 4>&-
echo quit >&3
exec 3>&-
wait $pid
status=$?
if [ $status -eq 0 ]; then good; else bad "status $status: $(cat "$work/err")"; fi

# What the console changes is in the journal: a replay ends in the same state, and lets nothing in.
# The guest runs in a circle, since hashes are taken every 2^24 positions.
rm -f "$work/e9"
cp "$work/boot.img" "$work/spin.img"
printf '\353\376' | dd of="$work/spin.img" bs=1 seek=21 conv=notrunc 2>/dev/null
mkfifo "$work/keys3"
timeout 60 "$vitrine" -display none --clock virtual -monitor stdio -snapshot "$work/spin.img" -debugcon "file:$work/e9" \
    --record "$work/journal" --hash-log "$work/hash1" <"$work/keys3" >"$work/out" 2>"$work/err" &
pid=$!
exec 3>"$work/keys3"
tries=0
while [ ! -s "$work/e9" ] && [ $tries -lt 200 ]; do sleep 0.1; tries=$((tries + 1)); done
printf 'system_reset\no /b 0x82 0x5a\ni /b 0x60\nboot_set dc\nnmi\nsendkey a\ninfo name\ninfo version\n' >&3
tries=0
while ! grep -q ") vitrine " "$work/out" && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
tries=0
lines=$(wc -l <"$work/hash1")
while [ "$(wc -l <"$work/hash1")" -lt $((lines + 3)) ] && [ $tries -lt 200 ]; do sleep 0.1; tries=$((tries + 1)); done
echo quit >&3
exec 3>&-
wait $pid
timeout 60 "$vitrine" -display none --clock virtual -snapshot "$work/spin.img" -debugcon null --replay "$work/journal" \
    --hash-log "$work/hash2" 2>>"$work/err"
if [ "$(wc -l <"$work/hash1")" -ge 5 ] && cmp "$work/hash1" "$work/hash2"; then good; else bad "a replay of console commands differs: $(tail -1 "$work/hash1") $(tail -1 "$work/hash2")"; fi
printf 'o /b 0x82 1\nboot_set c\ncommit all\nquit\n' | timeout 60 "$vitrine" -S -display none --clock virtual -monitor stdio \
    -snapshot "$work/spin.img" -debugcon null --replay "$work/journal" >"$work/out" 2>"$work/err"
if [ "$(grep -c "being replayed" "$work/out")" -eq 3 ]; then good; else bad "a replay lets something in: $(cat "$work/out")"; fi
finish 244
