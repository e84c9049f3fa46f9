#!/bin/sh
# SPDX-License-Identifier: MIT
# Linux with ACPI: the kernel finds nothing wrong with the tables, takes its interrupts from the I/O APIC, has the HPET and the PM timer
# as clocks; the power button shuts it down and the machine ends. Then the same kernel told to do without one after the other.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image linux
append="console=ttyS0,115200 console=tty0 cryptomgr.notests"

if "$vitrine" -version | grep -q "QMP: no"; then
    leaves_out 10 "the power button, which is pressed through QMP, since this build has no libjansson"
else
    qmptalk=$PWD/tests/ui/qmptalk
    here=$PWD
    cd "$work" || exit 1
    timeout $((200 * patience)) "$vitrine" -display none -qmp unix:qmp,server,nowait -serial file:serial -m 96 \
        -kernel "$images/linux.vmlinuz" -initrd "$images/linux.initrd" -append "$append" 2>err &
    guest=$!
    helpers=$guest
    i=$((1500 * patience))
    until grep -q '^vitrine:/ # ' serial 2>/dev/null || [ $((i -= 1)) -lt 0 ]; do sleep 0.1; done
    printf '{"execute":"qmp_capabilities"}\n{"execute":"system_powerdown"}\n' | "$qmptalk" qmp >answer
    wait "$guest"
    status=$?
    helpers=
    if [ $status -eq 0 ]; then good; else bad "after the power button: status $status: $(cat err) $(tail -n 3 serial)"; fi
    for line in 'reboot: Power down' 'ACPI: Interpreter enabled' 'ACPI: Using IOAPIC for interrupt routing' \
        'hpet0: 3 comparators, 64-bit 100.000000 MHz counter' 'clocksource: acpi_pm' 'ACPI: button: Power Button' 'SMBIOS 2.8 present' \
        'ACPI: PCI: Interrupt link LNKD configured for IRQ 11'; do
        if grep -q "$line" serial; then good; else bad "the kernel does not say: $line"; fi
    done
    if grep -E 'ACPI (BIOS )?(Error|Warning)|ACPI Exception|Firmware Bug|irq [0-9]+: nobody cared|BUG:|WARNING:' serial >complaints; then
        bad "$(cat complaints)"
    else
        good
    fi
    cd "$here" || exit 1
fi

# variant OPTIONS EXPECTED: to the prompt with these kernel options; then a line of /proc/interrupts.
variant() {
    cat >"$work/script" <<IN
wait-serial "vitrine:/ # " within 150s
serial "cat /proc/interrupts; echo end-\$((1+1))\n"
wait-serial "$2" within 10s
wait-serial "end-2" within 10s
quit
IN
    run 300 "$work/script" -m 96 -serial "file:$work/serial" -kernel "$images/linux.vmlinuz" -initrd "$images/linux.initrd" \
        -append "$append $1"
}
variant noapic "XT-PIC      timer"
variant nolapic "XT-PIC      timer"
variant acpi=off "IO-APIC   2-edge      timer"
finish 13
