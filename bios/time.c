/* SPDX-License-Identifier: MIT */
/*
 * INT 1Ah: tick count and real-time clock; the RTC's interrupt, event waits, and short timeouts.
 *
 * IBM PC/AT technical reference, section 5 "Time of day" and "RTC interrupt"; MC146818A; 8254.
 * Timeouts read counter 0, so that they work with interrupts off.
 * LIMIT: port 70h cannot be read, so a service that needs the clock ends a program's masking of NMI.
 */
#include "bios.h"

#define PIT_HZ        1193182
#define RTC_A         0x0a
#define RTC_B         0x0b
#define RTC_C         0x0c
#define RTC_D         0x0d
#define RTC_CENTURY   0x32
#define RTC_A_UIP     0x80
#define RTC_B_SET     0x80
#define RTC_B_PIE     0x40
#define RTC_B_AIE     0x20
#define RTC_B_24H     0x02
#define RTC_B_DSE     0x01
#define RTC_PERIOD_US 976 /* 1024 Hz */

#define WAIT_RUNNING 0x01
#define WAIT_DONE    0x80

void timer_init(void)
{
    outb(0x43, 0x34); /* counter 0, both bytes, mode 2, from 65536 */
    outb(0x40, 0);
    outb(0x40, 0);
    cmos_write(RTC_A, 0x26); /* 32768 Hz base, 1024 Hz rate */
    cmos_write(RTC_B, RTC_B_24H | (cmos_read(RTC_B) & RTC_B_DSE));
    cmos_read(RTC_C);
}

static uint16_t pit_count(void)
{
    uint8_t low;
    outb(0x43, 0x00); /* latch counter 0 */
    low = inb(0x40);
    return low | inb(0x40) << 8;
}

void timeout_start(struct timeout *t, uint32_t ms)
{
    t->left = ms * (PIT_HZ / 1000);
    t->last = pit_count();
}

/*
 * Gives 1 once the time is up. Where the counter was reloaded in between, only what was left of it counts, since a
 * program may have set any period. In mode 3 it counts twice as fast.
 */
int timeout_over(struct timeout *t)
{
    uint16_t now = pit_count();
    uint16_t passed = now <= t->last ? t->last - now : t->last;
    t->last = now;
    if (t->left <= passed) {
        t->left = 0;
        return 1;
    }
    t->left -= passed;
    return 0;
}

static uint32_t from_bcd(uint8_t v)
{
    return (v >> 4) * 10 + (v & 15);
}

/* Waits until no update is in progress: then at least 244 us remain for reading (MC146818A). */
static int rtc_ready(void)
{
    struct timeout t;
    if (!(cmos_read(RTC_A) & RTC_A_UIP))
        return 1;
    timeout_start(&t, 20);
    while (cmos_read(RTC_A) & RTC_A_UIP)
        if (timeout_over(&t))
            return 0;
    return 1;
}

void rtc_to_ticks(void)
{
    uint32_t s;
    if (!rtc_ready())
        return;
    s = from_bcd(cmos_read(4)) * 3600 + from_bcd(cmos_read(2)) * 60 + from_bcd(cmos_read(0));
    if (s >= 86400)
        s = 0;
    /* 1193182 / 65536 ticks a second = 18 + 13534 / 65536. */
    bda_set(ticks, s * 18 + (s * 13534 >> 16));
    bda_set(midnight, 0);
}

static void rtc_set_b(uint8_t clear, uint8_t set)
{
    cmos_write(RTC_B, (cmos_read(RTC_B) & ~clear) | set);
}

static void rtc_get_time(struct regs *r)
{
    if (!rtc_ready()) {
        set_cf(r, 1);
        return;
    }
    r->dh = cmos_read(0);
    r->cl = cmos_read(2);
    r->ch = cmos_read(4);
    r->dl = cmos_read(RTC_B) & RTC_B_DSE;
    r->ah = 0;
    r->al = r->ch;
    set_cf(r, 0);
}

static void rtc_set_time(struct regs *r)
{
    rtc_set_b(0, RTC_B_SET);
    cmos_write(0, r->dh);
    cmos_write(2, r->cl);
    cmos_write(4, r->ch);
    rtc_set_b(RTC_B_SET | RTC_B_DSE, RTC_B_24H | (r->dl & 1));
    r->ah = 0;
    set_cf(r, 0);
}

static void rtc_get_date(struct regs *r)
{
    if (!rtc_ready()) {
        set_cf(r, 1);
        return;
    }
    r->dl = cmos_read(7);
    r->dh = cmos_read(8);
    r->cl = cmos_read(9);
    r->ch = cmos_read(RTC_CENTURY);
    r->ah = 0;
    r->al = r->ch;
    set_cf(r, 0);
}

static void rtc_set_date(struct regs *r)
{
    rtc_set_b(0, RTC_B_SET);
    cmos_write(7, r->dl);
    cmos_write(8, r->dh);
    cmos_write(9, r->cl);
    cmos_write(RTC_CENTURY, r->ch);
    rtc_set_b(RTC_B_SET, 0);
    r->ah = 0;
    set_cf(r, 0);
}

static void rtc_set_alarm(struct regs *r)
{
    if (cmos_read(RTC_B) & RTC_B_AIE) {
        set_cf(r, 1); /* an alarm is set already */
        return;
    }
    cmos_write(1, r->dh);
    cmos_write(3, r->cl);
    cmos_write(5, r->ch);
    cmos_read(RTC_C);
    rtc_set_b(RTC_B_SET, RTC_B_AIE);
    r->ah = 0;
    set_cf(r, 0);
}

static void get_ticks(struct regs *r)
{
    uint32_t ticks = bda_get(ticks);
    r->cx = ticks >> 16;
    r->dx = ticks;
    r->al = bda_get(midnight);
    r->ah = 0;
    bda_set(midnight, 0);
    set_cf(r, 0);
}

static void set_ticks(struct regs *r)
{
    bda_set(ticks, (uint32_t)r->cx << 16 | r->dx);
    bda_set(midnight, 0);
    r->ah = 0;
    set_cf(r, 0);
}

uint32_t int1a(struct regs *r);
uint32_t int1a(struct regs *r)
{
    switch (r->ah) {
    case 0x00: get_ticks(r); break;
    case 0x01: set_ticks(r); break;
    case 0x02: rtc_get_time(r); break;
    case 0x03: rtc_set_time(r); break;
    case 0x04: rtc_get_date(r); break;
    case 0x05: rtc_set_date(r); break;
    case 0x06: rtc_set_alarm(r); break;
    case 0x07:
        rtc_set_b(RTC_B_AIE, 0);
        r->ah = 0;
        set_cf(r, 0);
        break;
    case 0xb1: int1a_pci(r); break;
    default: set_cf(r, 1); break;
    }
    return 0;
}

static uint8_t was_masked; /* before rtc_unmask(): bit 0 IRQ 8, bit 2 the cascade */

/* Count us microseconds down, then set bit 7 of the byte at flag_ptr. 0 when a wait runs already. */
uint32_t rtc_start_wait(uint32_t us, uint32_t flag_ptr)
{
    if (bda_get(wait_active) & WAIT_RUNNING)
        return 0;
    bda_set(wait_active, WAIT_RUNNING);
    bda_set(wait_us, us);
    bda_set(wait_flag_ptr, flag_ptr);
    cmos_read(RTC_C);
    rtc_set_b(0, RTC_B_PIE);
    return 1;
}

/* Until the wait is over. */
void rtc_unmask(void)
{
    was_masked = (inb(0xa1) & 0x01) | (inb(0x21) & 0x04);
    outb(0xa1, inb(0xa1) & ~0x01);
    outb(0x21, inb(0x21) & ~0x04);
}

void rtc_stop_wait(void)
{
    bda_set(wait_active, 0);
    rtc_set_b(RTC_B_PIE, 0);
    outb(0xa1, inb(0xa1) | (was_masked & 0x01));
    outb(0x21, inb(0x21) | (was_masked & 0x04));
    was_masked = 0;
}

/* IRQ 8. AL bit 0 asks entry.S for INT 4Ah. */
uint32_t rtc_irq(struct regs *r);
uint32_t rtc_irq(struct regs *r)
{
    uint8_t cause = cmos_read(RTC_C) & cmos_read(RTC_B);
    r->al = 0;
    if (cause & RTC_B_PIE) {
        uint32_t left = bda_get(wait_us);
        if (!(bda_get(wait_active) & WAIT_RUNNING)) {
            rtc_set_b(RTC_B_PIE, 0);
        } else if (left > RTC_PERIOD_US) {
            bda_set(wait_us, left - RTC_PERIOD_US);
        } else {
            uint32_t ptr = bda_get(wait_flag_ptr);
            rtc_stop_wait();
            far_w8(ptr >> 16, (uint16_t)ptr, far_r8(ptr >> 16, (uint16_t)ptr) | WAIT_DONE);
        }
    }
    if (cause & RTC_B_AIE)
        r->al = 1;
    return 0;
}
