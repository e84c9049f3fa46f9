/* SPDX-License-Identifier: MIT */
/*
 * The BIOS service test: calls every service and prints "PASS rule" or "FAIL rule" on port E9h, then
 * "DONE checks failures", and leaves through isa-debug-exit (F4h) with 10h or 11h.
 * Twice it resets the machine on its way (Ctrl-Alt-Del, then a shutdown code) and goes on after.
 */
#include "guest.h"

#define DEBUG       0xe9
#define EXIT        0xf4
#define STAGE_MAGIC 0x5600

static uint32_t checks, failures;

void say(const char *s)
{
    while (*s)
        outb(DEBUG, *s++);
}

void say_number(uint32_t v)
{
    for (int shift = 28; shift >= 0; shift -= 4)
        outb(DEBUG, "0123456789abcdef"[v >> shift & 15]);
}

void check(int ok, const char *rule)
{
    checks++;
    if (!ok)
        failures++;
    say(ok ? "PASS " : "FAIL ");
    say(rule);
    say("\n");
}

void check_eq(uint32_t got, uint32_t want, const char *rule)
{
    check(got == want, rule);
    if (got == want)
        return;
    say("     got ");
    say_number(got);
    say(" want ");
    say_number(want);
    say("\n");
}

void prepare(struct regs *r)
{
    *r = (struct regs){0};
    r->eax = 0xa5a50000;
    r->ebx = 0xb6b60000;
    r->ecx = 0xc7c70000;
    r->edx = 0xd8d80000;
    r->esi = 0xe9e90000;
    r->edi = 0xfafa0000;
    r->ebp = 0x1b1b1b1b;
    r->ds = r->es = SEG;
    r->fs = 0x1234;
    r->gs = 0x4321;
    r->flags = IF | 2;
}

static uint16_t stage(void)
{
    uint16_t v = peek16(0, STAGE);
    return (v & 0xff00) == STAGE_MAGIC ? v & 0xff : 0;
}

static void set_stage(uint8_t n)
{
    poke16(0, STAGE, STAGE_MAGIC | n);
    poke32(0, STAGE + 4, checks);
    poke32(0, STAGE + 8, failures);
}

static void wait_for_reset(const char *rule)
{
    uint32_t start = ticks();
    while (ticks() - start < 36)
        ;
    check(0, rule);
}

/* Ctrl-Alt-Del by scan codes that the 8042 is told to deliver (command D2h). */
static void press_ctrl_alt_del(void)
{
    static const uint8_t codes[] = {0x1d, 0x38, 0xe0, 0x53};
    for (unsigned i = 0; i < sizeof codes; i++) {
        while (inb(0x64) & 3)
            ;
        outb(0x64, 0xd2);
        while (inb(0x64) & 2)
            ;
        outb(0x60, codes[i]);
    }
}

static void reset_with_code(uint8_t code)
{
    __asm__ volatile("cli");
    outb(0x70, 0x0f);
    outb(0x71, code);
    poke32(0x40, 0x67, (uint32_t)SEG << 16 | (uint16_t)(uintptr_t)resume_point);
    outb(0x64, 0xfe);
    for (;;)
        ;
}

static void first_run(void)
{
    test_limits_at_boot();
    test_convention();
    test_system();
    test_memory();
    test_pci();
    test_tables();
    test_fixed_addresses();
    test_ports();
    test_time();
    test_disk();
    test_floppy();
    test_printer();
    test_keyboard();
    test_mouse();
    test_apm();
    test_found();
    set_stage(1);
    press_ctrl_alt_del();
    wait_for_reset("ctrl_alt_del_resets_the_machine");
}

static void finish(void)
{
    poke16(0, STAGE, 0);
    say("DONE ");
    say_number(checks);
    say(" ");
    say_number(failures);
    say("\n");
    outb(EXIT, failures ? 0x11 : 0x10);
    for (;;)
        __asm__ volatile("hlt");
}

void main(void);
void main(void)
{
    uint16_t s = stage();
    if (s) {
        checks = peek32(0, STAGE + 4);
        failures = peek32(0, STAGE + 8);
    }
    if (s == 0)
        first_run();
    if (s <= 1) {
        if (s == 1) {
            check_eq(peek16(0x40, 0x72), 0x1234, "ctrl_alt_del_is_a_warm_start");
            check_eq(cmos(0x0f), 0, "post_clears_the_shutdown_code");
        }
        set_stage(2);
        reset_with_code(0x0a);
    }
    if (s == 2) {
        check(1, "shutdown_code_0a_jumps_through_40_67");
        set_stage(3);
        reset_with_code(0x05);
    }
    if (s == 3) {
        check(1, "shutdown_code_05_jumps_through_40_67");
        set_stage(4);
        poke8(0x40, 0x18, 0x80);
        __asm__ volatile("ljmpw $0xffff, $0");
    }
    if (s == 4) {
        check(peek8(0x40, 0x18) == 0, "jump_to_ffff_0_resets_the_machine");
        set_stage(5);
        poke8(0x40, 0x18, 0x80);
        __asm__ volatile("ljmpw $0xf000, $0xe05b");
    }
    if (s == 5)
        check(peek8(0x40, 0x18) == 0, "jump_to_f000_e05b_resets_the_machine");
    finish();
}
