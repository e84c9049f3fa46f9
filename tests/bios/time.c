/* SPDX-License-Identifier: MIT */
/* INT 1Ah, INT 8, INT 1Ch, event waits and the alarm; serial and parallel ports. */
#include "guest.h"

static void wait_ticks(uint32_t n)
{
    uint32_t start = ticks();
    while (ticks() - start < n)
        __asm__ volatile("hlt");
}

static void test_ticks(void)
{
    struct regs r;
    uint32_t seconds, before;
    old_1c = peek32(0, 0x1c * 4);
    set_vector(0x1c, hook_1c);
    before = hook_count[2];
    wait_ticks(3);
    check((uint8_t)(hook_count[2] - before) >= 3, "int1c_runs_each_tick");
    poke32(0, 0x1c * 4, old_1c);

    prepare(&r);
    intr(0x1a, &r);
    check((((uint32_t)r.cx << 16 | r.dx) - ticks()) + 2 <= 3, "int1a_00_gives_the_ticks");
    prepare(&r);
    r.ah = 0x02;
    intr(0x1a, &r);
    seconds = ((r.ch >> 4) * 10 + (r.ch & 15)) * 3600u + ((r.cl >> 4) * 10 + (r.cl & 15)) * 60u + (r.dh >> 4) * 10 +
              (r.dh & 15);
    check(!(r.flags & CF), "int1a_02_gives_the_time");
    uint32_t now = ticks() * 2000 / 36413; /* 18.2065 a second */
    check_eq(now - seconds + 3 <= 6 ? seconds : now, seconds, "ticks_were_set_from_the_rtc");

    poke32(0x40, 0x6c, 0x1800af);
    poke8(0x40, 0x70, 0);
    while (ticks() == 0x1800af)
        __asm__ volatile("hlt");
    check(ticks() < 5 && peek8(0x40, 0x70) == 1, "ticks_wrap_at_midnight");
    prepare(&r);
    intr(0x1a, &r);
    check(r.al == 1 && peek8(0x40, 0x70) == 0, "int1a_00_reads_and_clears_midnight");
    prepare(&r);
    r.ah = 0x01;
    r.cx = 0x0001;
    r.dx = 0x2345;
    intr(0x1a, &r);
    check(ticks() - 0x12345 <= 1, "int1a_01_sets_the_ticks");
}

static void test_rtc(void)
{
    struct regs r, date;
    prepare(&date);
    date.ah = 0x04;
    intr(0x1a, &date);
    check(!(date.flags & CF) && (date.ch == 0x19 || date.ch == 0x20), "int1a_04_gives_the_date");
    prepare(&r);
    r.ah = 0x03;
    r.cx = 0x2358;
    r.dx = 0x5700;
    intr(0x1a, &r);
    prepare(&r);
    r.ah = 0x02;
    intr(0x1a, &r);
    check(r.cx == 0x2358 && r.dh >= 0x57 && r.dl == 0, "int1a_03_sets_the_time");
    for (uint8_t dl = 0xff; dl >= 0xfe; dl--) { /* bit 0 alone is the daylight saving of register B */
        prepare(&r);
        r.ah = 0x03;
        r.cx = 0x2358;
        r.dh = 0x57;
        r.dl = dl;
        intr(0x1a, &r);
        check_eq(cmos(0x0b) & 0x83, 0x02 | (dl & 1), "int1a_03_sets_daylight_saving");
        prepare(&r);
        r.ah = 0x02;
        intr(0x1a, &r);
        check_eq(r.dl, dl & 1, "int1a_02_gives_daylight_saving");
    }
    prepare(&r);
    r.ah = 0x05;
    r.cx = 0x1999;
    r.dx = 0x1231;
    intr(0x1a, &r);
    prepare(&r);
    r.ah = 0x04;
    intr(0x1a, &r);
    check(r.cx == 0x1999 && r.dx == 0x1231, "int1a_05_sets_the_date");
    prepare(&r);
    r.ah = 0x05;
    r.cx = date.cx;
    r.dx = date.dx;
    intr(0x1a, &r);

    poke32(0, 0x4a * 4, 0);
    set_vector(0x4a, hook_4a);
    prepare(&r);
    r.ah = 0x06;
    r.cx = 0x2358;
    r.dh = 0x59;
    intr(0x1a, &r);
    check(!(r.flags & CF), "int1a_06_sets_an_alarm");
    prepare(&r);
    r.ah = 0x06;
    intr(0x1a, &r);
    check(r.flags & CF, "int1a_06_refuses_a_second_alarm");
    wait_ticks(55);
    check_eq(hook_count[3], 1, "alarm_calls_int4a");
    prepare(&r);
    r.ah = 0x07;
    intr(0x1a, &r);
    check(!(r.flags & CF) && !(cmos(0x0b) & 0x20), "int1a_07_ends_the_alarm");
}

static volatile uint8_t event;

static void test_waits(void)
{
    struct regs r;
    uint32_t before;
    wait_ticks(1);
    before = ticks();
    prepare(&r);
    r.ah = 0x86;
    r.cx = 500000 >> 16;
    r.dx = 500000 & 0xffff;
    intr(0x15, &r);
    before = ticks() - before;
    check(!(r.flags & CF) && before >= 8 && before <= 11, "int15_86_waits_half_a_second");
    outb(0xa1, 0xff);
    outb(0x21, 0x04);
    prepare(&r);
    r.ah = 0x86;
    r.dx = 10000;
    intr(0x15, &r);
    check(!(r.flags & CF) && inb(0xa1) == 0xff && inb(0x21) == 0x04,
          "int15_86_ends_with_irq_8_masked_and_masks_it_again");
    outb(0xa1, 0x0e);
    outb(0x21, 0xb8);
    event = 0;
    prepare(&r);
    r.ax = 0x8300;
    r.dx = 50000;
    r.cx = 0;
    r.bx = (uint16_t)(uintptr_t)&event;
    intr(0x15, &r);
    check(!(r.flags & CF) && event == 0, "int15_83_comes_back_at_once");
    prepare(&r);
    r.ah = 0x86;
    r.dx = 1000;
    intr(0x15, &r);
    check(r.flags & CF, "int15_86_refuses_while_an_event_is_awaited");
    wait_ticks(3);
    check_eq(event, 0x80, "int15_83_sets_bit_7");
    check_eq(cmos(0x0b) & 0x40, 0, "periodic_interrupt_is_off_after_a_wait");
    event = 0;
    prepare(&r);
    r.ax = 0x8300;
    r.dx = 50000;
    r.bx = (uint16_t)(uintptr_t)&event;
    intr(0x15, &r);
    prepare(&r);
    r.ax = 0x8301;
    intr(0x15, &r);
    wait_ticks(3);
    check_eq(event, 0, "int15_8301_cancels");
}

void test_time(void)
{
    test_ticks();
    test_rtc();
    test_waits();
}

void test_ports(void)
{
    struct regs r;
    uint16_t com = peek16(0x40, 0), lpt = peek16(0x40, 8);
    check_eq(peek16(0x40, 0x10) >> 9 & 7, (com != 0) + (peek16(0x40, 2) != 0), "equipment_counts_serial_ports");
    check_eq(peek16(0x40, 0x10) >> 14, (lpt != 0) + (peek16(0x40, 10) != 0), "equipment_counts_printers");
    if (com) {
        prepare(&r);
        r.ax = 0x00e3; /* 9600 8N1 */
        r.dx = 0;
        intr(0x14, &r);
        outb(com + 3, 0x83);
        check(inb(com) == 12 && inb(com + 1) == 0, "int14_00_sets_9600_baud");
        outb(com + 3, 0x03);
        check(r.ah & 0x20, "int14_00_gives_the_line_status");
        prepare(&r);
        r.ah = 0x01;
        r.al = 'x';
        r.dx = 0;
        intr(0x14, &r);
        check(r.al == 'x', "int14_01_keeps_al");
    }
    prepare(&r);
    r.ah = 0x03;
    r.dx = 3;
    intr(0x14, &r);
    check_eq(r.ah, 0x03, "int14_without_port_does_nothing");
    if (lpt) {
        prepare(&r);
        r.ah = 0x02;
        r.dx = 0;
        intr(0x17, &r);
        check_eq(r.ah & 0x01, 0, "int17_02_is_no_timeout");
    }
}
