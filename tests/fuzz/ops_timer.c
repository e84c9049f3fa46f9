/* SPDX-License-Identifier: MIT */
/* Programs of the clocks: 8254, MC146818, HPET, and the power management's timer, events and SMBus. */
#include "fuzz.h"

#define MILLISECOND UINT64_C(1000000)
#define HPET        UINT64_C(0xfed00000)

/* p: 0 how long, as a power of two of ns, or many milliseconds. */
void op_time(struct side *s, const uint8_t *p)
{
    if (p[0] & 0xc0)
        pass(s, (UINT64_C(1) << p[0] % 27) + p[1]);
    else
        pass(s, p[1] * 8 * MILLISECOND);
}

/* p: 0 counter and access; 1 mode and BCD; 2, 3 count; 4 reads; 5 port 61h; 6 time. */
void op_pit(struct side *s, const uint8_t *p)
{
    unsigned counter = p[0] % 3, access = 1 + p[0] / 3 % 3u;
    uint16_t port = (uint16_t)(0x40 + counter);
    wr(s, 0x43, 1, counter << 6 | access << 4 | (p[1] & 15));
    if (access != 2)
        wr(s, port, 1, p[2]);
    if (access != 1 && p[4] != 255)
        wr(s, port, 1, counter == 2 || p[3] & 0xf0 ? p[3] : p[3] | 0x10);
    wr(s, 0x61, 1, p[5]);
    rd(s, 0x61, 1);
    pass(s, p[6] * UINT64_C(20000));
    if (p[4] & 1)
        wr(s, 0x43, 1, 0xc0 | (p[4] & 0x3e)); /* read-back */
    if (p[4] & 2)
        wr(s, 0x43, 1, counter << 6);
    for (unsigned i = 0; i < 3; i++)
        rd(s, port, 1);
    if (p[7] & 1) {
        wr(s, 0x61, 1, p[7]);
        pass(s, p[8] * UINT64_C(20000));
        wr(s, 0x61, 1, p[9]);
    }
}

static void cmos(struct side *s, unsigned index, uint8_t v)
{
    wr(s, 0x70, 1, index);
    wr(s, 0x71, 1, v);
}

/* A time just before something turns over, in the form that register B has. */
static void set_time(struct side *s, const uint8_t *p)
{
    static const uint8_t times[][7] = {
        /* second, minute, hour, weekday, day, month, year */
        {0x58, 0x59, 0x23, 7, 0x31, 0x12, 0x99}, {58, 59, 23, 7, 31, 12, 99},
        {0x58, 0x59, 0x91, 1, 0x28, 2, 0x24},    {58, 59, 0x8b, 3, 30, 4, 23},
        {0x59, 0x59, 0x92, 2, 0x29, 2, 0x24},    {0x59, 0x59, 0x12, 4, 1, 0, 0},
        {0x59, 0x10, 0x01, 2, 2, 2, 2},          {0xff, 0x7a, 0xcc, 0, 0, 0x13, 0xaa},
    };
    static const uint8_t regs[] = {0, 2, 4, 6, 7, 8, 9};
    const uint8_t *t = times[p[2] % ARRAY_LEN(times)];
    for (unsigned i = 0; i < sizeof regs; i++)
        cmos(s, regs[i], t[i]);
    for (unsigned i = 0; i < 3; i++) /* the alarm: now, in a second or whenever */
        cmos(s, regs[i] + 1u, p[3] & 1u << i ? 0xff : p[3] & 0x10 ? (uint8_t)(t[i] + !i) : t[i]);
}

/* p: 0 what; 1 value; 2, 3 time and alarm; 4 how long. */
void op_rtc(struct side *s, const uint8_t *p)
{
    switch (p[0] % 4) {
    case 0:
    case 1: {
        uint8_t b = p[1] & 0x7f;
        cmos(s, 0x0b, b | 0x80);
        set_time(s, p);
        cmos(s, 0x0a, p[5] & 0x80 ? 0x70 : 0x20);
        cmos(s, 0x0a, p[5] & 0x60 ? 0x26 : 0x20 | (p[5] & 15));
        cmos(s, 0x0b, b);
        pass(s, 500 * MILLISECOND + p[4] * 12 * MILLISECOND);
        break;
    }
    case 2: cmos(s, 0x0a + p[2] % 4u, p[1]); break;
    default: cmos(s, p[2], p[1]); break;
    }
    for (unsigned i = 0; i < 0x10; i++) {
        wr(s, 0x70, 1, i | (p[6] & 0x80));
        rd(s, 0x71, 1);
    }
    rd(s, 0x70, 1);
}

/* p: 0 timer and what; 1 configuration; 2-5 comparator; 6 general configuration; 7 time; 8 width. */
void op_hpet(struct side *s, const uint8_t *p)
{
    uint64_t timer = HPET + 0x100 + 0x20 * (p[0] % 4u);
    unsigned width = p[8] & 1 ? 8 : 4;
    uint32_t route = p[9] % 32u, config = (p[1] & 0x146u) | (p[1] & 0x10 ? 0x48 : 0) | (p[1] & 0x20 ? 0x100 : 0);
    uint64_t now = mmio_rd(s, HPET + 0xf0, 8), ahead = ld32(p + 2) >> (p[8] & 0x1e);
    switch (p[0] >> 2 & 7) {
    case 0: mmio_wr(s, HPET + 0x10, width, p[6] & 3); break;
    case 1: mmio_wr(s, HPET + 0x20, width, ld32(p + 2)); break;
    case 2: mmio_wr(s, HPET + 0xf0, width, p[8] & 0x20 ? ld64(p + 2) : ld32(p + 2)); break;
    default:
        mmio_wr(s, timer, width, config | 4 | route << 9);
        mmio_wr(s, timer + 8, width, p[1] & 0x10 && p[8] & 0x40 ? ahead : now + ahead);
        if (p[1] & 0x10)
            mmio_wr(s, timer + 8, width, (p[2] | 1u) * 100u); /* the period */
        mmio_wr(s, HPET + 0x10, 4, 1 | (p[6] & 2));
        break;
    }
    pass(s, p[7] * UINT64_C(40000));
    mmio_wr(s, HPET + 0x20, 4, p[10]);
    for (unsigned i = 0; i < 0x18; i += 8)
        mmio_rd(s, timer + i, width);
    for (unsigned i = 0; i < 0x28; i += 8)
        mmio_rd(s, HPET + i, width);
}

static void smbus(struct side *s, const uint8_t *p)
{
    enum { AT = 0xb100 };
    cfg_wr(s, PM_FN, 0x90, 4, AT | 1);
    cfg_wr(s, PM_FN, 0xd2, 1, p[2] & 1 ? 9 : p[2]);
    wr(s, AT, 1, 0x1e);
    wr(s, AT + 4, 1, p[3]);
    wr(s, AT + 3, 1, p[4]);
    wr(s, AT + 7, 1, p[5]);
    wr(s, AT + 2, 1, 0x40 | (p[6] & 0x1d));
    if (p[7] & 1)
        wr(s, AT + 2, 1, 0x02);
    pass(s, p[8] * UINT64_C(1000));
    for (unsigned i = 0; i < 14; i++)
        rd(s, (uint16_t)(AT + i), 1);
}

/* p: 0 what; 1- values. */
void op_power(struct side *s, const uint8_t *p)
{
    enum { AT = 0xb000 };
    cfg_wr(s, PM_FN, 0x40, 4, AT | 1);
    cfg_wr(s, PM_FN, 0x80, 1, p[14] % 16 == 15 ? 0 : 1);
    cfg_wr(s, PM_FN, 0x58, 4, p[13] & 1 ? 0x02000000 : 0);
    switch (p[0] % 10) {
    case 0: smbus(s, p); break;
    case 1: /* events on */
        wr(s, AT + 4, 2, 1);
        wr(s, AT + 2, 2, 0x0521);
        wr(s, AT + 0x28, 4, p[1] & 1);
        break;
    case 2: input(s, J_POWER, 0, (const uint8_t[]){POWER_BUTTON}, 1); break;
    case 3: /* to the timer's overflow */
        wr(s, AT + 2, 2, 1);
        pass(s, 2400 * MILLISECOND);
        break;
    case 4: wr(s, 0xb2, 1, p[1] & 2 ? 0xf0 | (p[1] & 1) : p[1]); break;
    case 5: wr(s, AT + 4, 2, (p[1] & 3) | (p[2] & 7u) << 10 | (p[2] & 0x80 ? 0x2000 : 0)); break;
    case 6: wr(s, AT, 2, ld16(p + 1)); break;
    case 7: wr(s, (uint16_t)(AT + p[1] % 0x40), 1u << p[2] % 3, ld32(p + 3)); break;
    case 8: wr(s, 0xb2 + (p[1] & 1u), 1, p[2]); break;
    default: wr(s, AT + 4, 2, 4); break; /* GBL_RLS */
    }
    for (unsigned i = 0; i < 0x38; i += 4)
        rd(s, (uint16_t)(AT + i), 4);
    rd(s, 0xb2, 2);
}
