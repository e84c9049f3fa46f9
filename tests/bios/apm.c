/* SPDX-License-Identifier: MIT */
/* INT 15h AH=53h by APM BIOS Interface Specification 1.2: in real mode, and by both protected mode interfaces. */
#include "guest.h"

enum way { REAL, PROTECTED_16, PROTECTED_32 };

static enum way way;
static uint32_t entry;

/* 53xxh with BX and CX; AH where it failed, with bit 8. */
static uint16_t apm(uint8_t function, uint16_t bx, uint16_t cx, struct regs *r)
{
    uint32_t flags;
    prepare(r);
    r->ax = 0x5300 | function;
    r->bx = bx;
    r->cx = cx;
    if (way == REAL) {
        intr(0x15, r);
        flags = r->flags;
    } else {
        flags = way == PROTECTED_16 ? call16pm(entry, r) : call32(entry, r);
    }
    return flags & CF ? 0x100 | r->ah : 0;
}

/* What must be the same whichever way it is called, once connected. */
static void functions(void)
{
    static const struct {
        uint8_t function;
        uint16_t bx, cx, want;
        const char *rule;
    } row[] = {
        {0x06, 0, 0, 0, "apm_06_busy"},
        {0x07, 1, 0, 0, "apm_07_enabled"},
        {0x07, 1, 4, 0x10a, "apm_07_state_out_of_range"},
        {0x07, 2, 3, 0x109, "apm_07_off_of_another_device"},
        {0x08, 1, 0, 0, "apm_08_disables"},
        {0x08, 1, 1, 0, "apm_08_enables"},
        {0x08, 1, 2, 0x10a, "apm_08_out_of_range"},
        {0x08, 7, 1, 0x109, "apm_08_device"},
        {0x09, 1, 0, 0, "apm_09_restores"},
        {0x0b, 0, 0, 0x180, "apm_0b_no_events"},
        {0x0d, 1, 1, 0, "apm_0d_device_management"},
        {0x0f, 1, 0, 0, "apm_0f_disengages"},
        {0x0f, 1, 1, 0, "apm_0f_engages"},
        {0x11, 0, 0, 0x186, "apm_11_is_not_there"},
        {0x80, 0, 0, 0x186, "apm_80_is_not_there"},
    };
    struct regs r;
    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
        check_eq(apm(row[i].function, row[i].bx, row[i].cx, &r), row[i].want, row[i].rule);
        check(r.edx == 0xd8d80000 && r.esi == 0xe9e90000 && r.edi == 0xfafa0000, "apm_keeps_registers");
    }
    check_eq(apm(0x0a, 1, 0, &r), 0, "apm_0a_power_status");
    check(r.bx == 0x01ff && r.cx == 0x80ff && r.dx == 0xffff, "apm_0a_on_line_without_battery");
    check_eq(apm(0x0a, 0x8001, 0, &r), 0x109, "apm_0a_has_no_battery_1");
    check_eq(apm(0x0c, 1, 0x55, &r), 0, "apm_0c_power_state");
    check_eq(r.cx, 0, "apm_0c_is_enabled");
    check_eq(apm(0x0e, 0, 0x0102, &r), 0, "apm_0e_driver_version");
    check_eq(r.ax, 0x0102, "apm_0e_gives_1_2");
    check_eq(apm(0x10, 0, 0, &r), 0, "apm_10_capabilities");
    check(r.bl == 0 && r.cx == 0, "apm_10_no_batteries");
    uint32_t before = ticks();
    if (way == REAL) { /* in protected mode there is no handler for the interrupt */
        for (int i = 0; i < 4; i++)
            check_eq(apm(0x05, 0, 0, &r), 0, "apm_05_idle");
        check(ticks() != before, "apm_05_sleeps_until_an_interrupt");
    }
}

static void test_real_mode(void)
{
    struct regs r;
    way = REAL;
    check_eq(apm(0x00, 0, 0, &r), 0, "apm_00_is_there");
    check(r.ax == 0x0102 && r.bx == 0x504d && (r.cx & 0x1b) == 0x03, "apm_00_has_1_2_and_both_interfaces");
    check_eq(apm(0x00, 1, 0, &r), 0x109, "apm_00_of_another_device");
    check_eq(apm(0x0a, 1, 0, &r), 0x103, "apm_0a_needs_a_connection");
    check_eq(apm(0x04, 0, 0, &r), 0x103, "apm_04_needs_a_connection");
    check_eq(apm(0x01, 1, 0, &r), 0x109, "apm_01_of_another_device");
    check_eq(apm(0x01, 0, 0, &r), 0, "apm_01_connects");
    check_eq(apm(0x01, 0, 0, &r), 0x102, "apm_01_twice");
    check_eq(apm(0x03, 0, 0, &r), 0x102, "apm_03_while_real_mode_is_connected");
    functions();
    apm(0x08, 1, 0, &r);
    apm(0x00, 0, 0, &r);
    check_eq(r.cx & 0x18, 0x08, "apm_00_tells_disabled");
    apm(0x08, 1, 1, &r);
    apm(0x0f, 1, 0, &r);
    apm(0x00, 0, 0, &r);
    check_eq(r.cx & 0x18, 0x10, "apm_00_tells_disengaged");
    apm(0x0f, 1, 1, &r);
    check_eq(apm(0x04, 0, 0, &r), 0, "apm_04_disconnects");
    check_eq(apm(0x04, 0, 0, &r), 0x103, "apm_04_twice");
}

static void set_base(volatile uint16_t *descriptor, uint16_t segment)
{
    descriptor[1] = segment << 4;
    descriptor[2] = 0x9300 | segment >> 12;
}

static void test_protected_16(void)
{
    struct regs r;
    way = REAL;
    check_eq(apm(0x02, 0, 0, &r), 0, "apm_02_connects");
    check(r.ax == 0xf000 && r.cx && r.si && r.di, "apm_02_gives_code_and_data");
    entry = r.bx;
    set_base(gdt_apm16_data, r.cx);
    check_eq(apm(0x02, 0, 0, &r), 0x105, "apm_02_twice");
    way = PROTECTED_16;
    functions();
    apm(0x06, 0, 0, &r);
    check_eq(r.esp >> 16, 0xabcd, "apm_16_keeps_the_upper_half_of_esp");
    check_eq(apm(0x04, 0, 0, &r), 0, "apm_04_disconnects_in_16_bit_mode");
    check_eq(apm(0x0a, 1, 0, &r), 0x103, "apm_16_needs_a_connection");
}

static void test_protected_32(void)
{
    struct regs r;
    way = REAL;
    check_eq(apm(0x03, 0, 0, &r), 0, "apm_03_connects");
    check(r.ax == 0xf000 && r.cx == 0xf000 && r.dx && r.ebx < 0x10000 && r.esi && r.di, "apm_03_gives_its_segments");
    entry = r.ebx;
    set_base(gdt_apm_data, r.dx);
    check_eq(apm(0x03, 0, 0, &r), 0x107, "apm_03_twice");
    way = PROTECTED_32;
    call32_selector = 0x38;
    functions();
    check_eq(apm(0x04, 0, 0, &r), 0, "apm_04_disconnects_in_32_bit_mode");
    check_eq(apm(0x0a, 1, 0, &r), 0x103, "apm_32_needs_a_connection");
    call32_selector = 0x10;
    way = REAL;
    check_eq(apm(0x01, 0, 0, &r), 0, "apm_01_connects_after_32_bit_mode");
    apm(0x04, 0, 0, &r);
}

void test_apm(void)
{
    test_real_mode();
    test_protected_16();
    test_protected_32();
}
