#!/bin/sh
# SPDX-License-Identifier: MIT
# -kernel with a Multiboot kernel: machine state, command line, modules, memory map; and kernels that are refused.
. "${srcdir:-.}/tests/guest/lib.sh"
kernel=$PWD/tests/multiboot/kernel

boot() {
    timeout $((60 * patience)) "$vitrine" -display none --clock virtual -m 64 -serial "file:$work/serial" \
        -device isa-debug-exit,iobase=0x501 "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    # isa-debug-exit: 0 written is status 1
    if [ $status -eq 1 ] && [ ! -s "$work/err" ]; then good; else bad "status $status: $(cat "$work/err" "$work/serial")"; fi
}
refuses() {
    text=$1
    shift
    timeout 60 "$vitrine" -display none -serial "file:$work/serial" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    if [ $status -eq 1 ] && grep -qF -e "$text" "$work/err" && [ "$(wc -l <"$work/err")" -eq 1 ]; then
        good
    else
        bad "status $status, expected '$text': $(cat "$work/err")"
    fi
}

printf 'first text\n' >"$work/one"
printf 'second text, longer\n' >"$work/two,three"
for form in elf flat; do
    boot -kernel "$kernel.$form" -append "a=1 b" -initrd "$work/one arg,$work/two,,three x y"
    has "$work/serial" "command line: $kernel.$form a=1 b"
    has "$work/serial" "loader: Vitrine"
    has "$work/serial" "module $work/one arg = first text"
    has "$work/serial" "module $work/two,three x y = second text, longer"
    has "$work/serial" "flags 0000124d"
    has "$work/serial" "lower 0000027"
    has "$work/serial" "upper 0000f"
    has "$work/serial" "map 00100000"
done
boot -kernel "$kernel.elf"
has "$work/serial" "command line: $kernel.elf"
seabios=/usr/share/seabios/bios.bin
if [ -r $seabios ]; then
    boot -kernel "$kernel.elf" -bios $seabios
    has "$work/serial" "map 00100000"
else
    leaves_out 2 "-kernel under SeaBIOS, since there is no $seabios (package seabios)"
fi

# A header that asks for what nobody knows; segments where no RAM is; a file cut short; a module that does not fit.
cp "$kernel.flat" "$work/bad"
printf '\003\200\001\000\373\317\120\344' | dd of="$work/bad" bs=1 seek=4 conv=notrunc 2>/dev/null
refuses "features 0x8000 that are not known" -kernel "$work/bad"
head -c 4200 "$kernel.elf" >"$work/short"
refuses "lies outside of it" -kernel "$work/short"
truncate -s 70M "$work/big"
refuses "use a larger -m" -m 64 -kernel "$kernel.elf" -initrd "$work/big"
refuses "use a larger -m" -m 1 -kernel "$kernel.elf"
refuses "name of a module is empty" -kernel "$kernel.elf" -initrd "$work/one,, x, y"
finish 27
