#!/bin/sh
# SPDX-License-Identifier: MIT
# The ACPI tables as the reference compiler reads them: each is disassembled without a complaint, and the DSDT's source compiles again.
program=${FIRMWARETEST:-tests/firmware/firmwaretest}
command -v iasl >/dev/null || { echo "skipped: iasl (acpica-tools) is not installed"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
"$program" dump "$work" || exit 1
failed=0
for table in FACP APIC HPET DSDT RSDT; do
    if ! iasl -d "$work/$table.aml" >"$work/log" 2>&1 || grep -iE 'error|warning|invalid|checksum' "$work/log"; then
        echo "FAIL: $table is not read cleanly"
        failed=1
    fi
    if [ ! -s "$work/$table.dsl" ] || grep -E 'Incorrect|\*\*\*\* (Invalid|Bad|Unknown)' "$work/$table.dsl"; then
        echo "FAIL: $table is not right"
        failed=1
    fi
done
if grep 'External (' "$work/DSDT.dsl"; then
    echo "FAIL: the DSDT uses names that nothing defines"
    failed=1
fi
# 3168: Processor() is what ACPI before 6.0 calls a processor.
if ! iasl -vw 3168 -p "$work/again" "$work/DSDT.dsl" >"$work/log" 2>&1 || ! grep -q ' 0 Errors, 0 Warnings' "$work/log"; then
    cat "$work/log"
    failed=1
fi
exit $failed
