#!/bin/sh
# SPDX-License-Identifier: MIT
# -d and -D: what is logged, whole and in order, through a slow reader too; a run with it is the run without it.
. "${srcdir:-.}/tests/cli/lib.sh"
cd "$work" || exit 1

refuses "'-d help' lists them" -d nonsense
refuses "'-d help' lists them" -d int,op
refuses "cannot be written" -display none -d int -D /nonexistent/log
if [ "$("$vitrine" -d help | grep -c '^[a-z]')" -ge 7 ]; then good; else bad "-d help: $("$vitrine" -d help)"; fi

printf 'wait "Menu" within 20s\nkey 3\nafter 1s key a\nafter 22s quit\n' >script
run() {
    timeout 120 "$vitrine" -display none --clock virtual --input-script script "$@" 2>err
    status=$?
    if [ $status -eq 0 ]; then good; else bad "$*: status $status: $(head -c 500 err)"; fi
}
run --hash-log plain
run --hash-log told -d int,exec,cpu_reset,in_asm,guest_errors -D log%d
if [ -s plain ] && cmp plain told; then good; else bad "the log changes the run"; fi
mv log[0-9]* log

# Deliveries are numbered without a gap; the keyboard's IRQ 1 is among them.
if grep -a ': v=[0-9a-f][0-9a-f] e=' log | awk '$1 + 0 != NR - 1 { exit 1 } END { exit NR < 100 }'; then
    good
else
    bad "deliveries: $(grep -a ': v=' log | head -3)"
fi
if grep -q "Servicing hardware INT=0x21" log; then good; else bad "no keyboard interrupt"; fi
# Blocks follow one another in time, the first at the reset vector.
if grep '^Trace 0: ' log | awk '$3 < last { exit 1 } { last = $3 } END { exit NR < 1000 }'; then good; else bad "blocks out of order"; fi
if grep '^Trace 0: ' log | head -1 | grep -q 'ffff0000/fffffff0/'; then good; else bad "first: $(grep '^Trace 0' log | head -1)"; fi
if grep -A1 '^IN: ' log | grep -q '^0x[0-9a-f]*: '; then good; else bad "no code: $(grep -A1 '^IN: ' log | head -2)"; fi
# Code is in Intel's spelling (no % and no $), numbers in small letters.
if ! grep -A1 '^IN: ' log | grep -q 'jmp'; then
    echo "skipped: the code's spelling, since this build has no Zydis"
elif sed -n 's/^0x[0-9a-f]*: [0-9a-f ]*  //p' log | grep -q '[%$]\|0x[0-9a-f]*[A-F]\|[A-Z]'; then
    bad "spelling: $(sed -n 's/^0x[0-9a-f]*: [0-9a-f ]*  //p' log | grep '[%$]\|[A-Z]' | head -3)"
else
    good
fi

# A reader that is slow gets every line.
mkfifo slow
(
    sleep 1
    while dd bs=65536 count=8 iflag=fullblock status=none >part && [ -s part ]; do
        cat part >>seen
        sleep 0.01
    done
) <slow &
reader=$!
timeout 120 "$vitrine" -display none --clock virtual --input-script script -d int,exec,cpu_reset,in_asm,guest_errors -D slow 2>err
wait $reader
if cmp log seen; then good; else bad "a slow reader sees $(wc -c <seen) bytes of $(wc -c <log)"; fi

# Items change while it runs; a reset is told with the registers of before.
if "$vitrine" -version | grep -q "QMP: no"; then
    leaves_out 2 "log while it runs, since this build has no QMP"
else
    {
        printf '{"execute":"qmp_capabilities"}'
        for line in "log cpu_reset" "log nonsense" "log" "log none"; do
            printf '{"execute":"human-monitor-command","arguments":{"command-line":"%s"}}' "$line"
            [ "$line" = "log cpu_reset" ] && printf '{"execute":"system_reset"}{"execute":"cont"}' && sleep 1
        done
        printf '{"execute":"quit"}'
    } | timeout 30 "$vitrine" -display none -S -qmp stdio >answers 2>err
    if grep -q "CPU Reset (CPU 0)" err && grep -q "EIP=" err; then good; else bad "cpu_reset: $(cat err)"; fi
    if [ "$(grep -c "Log items" answers)" -eq 2 ]; then good; else bad "log: $(cat answers)"; fi
fi
finish 16
