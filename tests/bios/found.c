/* SPDX-License-Identifier: MIT */
/*
 * What no service may change, whatever it is for: base and limit of FS and GS, limits of DS and ES (a program may have
 * set them in protected mode, SDM 3A 9.9.2), GDTR, IDTR, A20, the masks of the 8259s, and memory below the EBDA other
 * than the buffer that it was given and a little under SP.
 */
#include "guest.h"

#define BUF      0x8000 /* segment of buffers and packets, 4 KiB from the start */
#define PACKET   0x0400
#define DATA     0x0600
#define TIMER    0xff /* in place of a vector: let interrupts come */
#define BIG      320  /* bytes of stack for the VGA BIOS */
#define SMALL    64   /* and for all others */
#define FS_LIMIT 0x0456
#define MARK_FS  0x5a
#define MARK_GS  0xa7
#define FAULT    0x100

static const struct service {
    uint8_t vector;
    uint32_t eax;
    uint16_t bx, cx, dx;
} services[] = {
    {0x10, 0x0003, 0, 0, 0},
    {0x10, 0x0100, 0, 0x0607, 0},
    {0x10, 0x0200, 0, 0, 0x0102},
    {0x10, 0x0300, 0, 0, 0},
    {0x10, 0x0500, 0, 0, 0},
    {0x10, 0x0601, 0x0700, 0, 0x184f},
    {0x10, 0x0702, 0x0700, 0x0101, 0x104f},
    {0x10, 0x0800, 0, 0, 0},
    {0x10, 0x0941, 0x0007, 3, 0},
    {0x10, 0x0a42, 0, 2, 0},
    {0x10, 0x0b00, 0, 0, 0},
    {0x10, 0x0e43, 7, 0, 0},
    {0x10, 0x0e0a, 7, 0, 0},
    {0x10, 0x0f00, 0, 0, 0},
    {0x10, 0x1003, 1, 0, 0},
    {0x10, 0x1015, 3, 0, 0},
    {0x10, 0x1017, 0, 16, DATA},
    {0x10, 0x1114, 0, 0, 0},
    {0x10, 0x1130, 0x0600, 0, 0},
    {0x10, 0x1230, 0x0030, 0, 0},
    {0x10, 0x1301, 0x0007, 4, 0x0505},
    {0x10, 0x1a00, 0, 0, 0},
    {0x10, 0x1b00, 0, 0, 0},
    {0x10, 0x1c00, 0, 7, 0},
    {0x10, 0x4f00, 0, 0, 0},
    {0x10, 0x4f01, 0, 0x112, 0},
    {0x10, 0x4f02, 0x0101, 0, 0},
    {0x10, 0x0e44, 7, 0, 0},
    {0x10, 0x0c05, 0, 10, 10},
    {0x10, 0x0d00, 0, 10, 10},
    {0x10, 0x4f03, 0, 0, 0},
    {0x10, 0x4f04, 0, 15, 0},
    {0x10, 0x4f05, 0, 0, 1},
    {0x10, 0x4f06, 1, 0, 0},
    {0x10, 0x4f07, 0, 0, 0},
    {0x10, 0x4f08, 1, 0, 0},
    {0x10, 0x4f09, 1, 8, 0},
    {0x10, 0x4f0a, 0, 0, 0},
    {0x10, 0x4f10, 0, 0, 0},
    {0x10, 0x0012, 0, 0, 0},
    {0x10, 0x0945, 0x0007, 3, 0},
    {0x10, 0x0003, 0, 0, 0},
    {0x11, 0, 0, 0, 0},
    {0x12, 0, 0, 0, 0},
    {0x13, 0x0000, 0, 0, 0x80},
    {0x13, 0x0100, 0, 0, 0x80},
    {0x13, 0x0201, DATA, 1, 0x80},
    {0x13, 0x0401, DATA, 1, 0x80},
    {0x13, 0x0800, 0, 0, 0x80},
    {0x13, 0x0c00, 0, 1, 0x80},
    {0x13, 0x1000, 0, 0, 0x80},
    {0x13, 0x1500, 0, 0, 0x80},
    {0x13, 0x4100, 0x55aa, 0, 0x80},
    {0x13, 0x4200, 0, 0, 0x80},
    {0x13, 0x4400, 0, 0, 0x80},
    {0x13, 0x4700, 0, 0, 0x80},
    {0x13, 0x4800, 0, 0, 0x80},
    {0x13, 0x0800, 0, 0, 0x8f},
    {0x13, 0x0201, DATA, 1, 0xe0},
    {0x13, 0x4b01, 0, 0, 0x80},
    {0x13, 0x0000, 0, 0, 0},
    {0x13, 0x0201, DATA, 1, 0},
    {0x13, 0x0201, DATA, 1, 0},
    {0x13, 0x0401, DATA, 1, 0},
    {0x13, 0x0800, 0, 0, 0},
    {0x13, 0x0800, 0, 0, 3},
    {0x13, 0x1500, 0, 0, 0},
    {0x13, 0x1600, 0, 0, 0},
    {0x13, 0x1800, 0, 0x4f12, 0},
    {0x14, 0x0300, 0, 0, 0},
    {0x15, 0x2402, 0, 0, 0},
    {0x15, 0x2403, 0, 0, 0},
    {0x15, 0x4f1e, 0, 0, 0},
    {0x15, 0x5300, 0, 0, 0},
    {0x15, 0x8300, DATA, 0, 3000},
    {TIMER, 0, 0, 0, 0},
    {0x15, 0x8301, 0, 0, 0},
    {0x15, 0x8500, 0, 0, 0},
    {0x15, 0x8600, 0, 0, 3000},
    {0x15, 0x8700, 0, 0x80, 0},
    {0x15, 0x8800, 0, 0, 0},
    {0x15, 0x9000, 0, 0, 0},
    {0x15, 0xc000, 0, 0, 0},
    {0x15, 0xc100, 0, 0, 0},
    {0x15, 0xc203, 0x0300, 0, 0},
    {0x15, 0xc204, 0, 0, 0},
    {0x15, 0xd800, 0, 0, 0},
    {0x15, 0xe801, 0, 0, 0},
    {0x15, 0xe820, 0, 20, 0},
    {0x15, 0xe881, 0, 0, 0},
    {0x16, 0x0100, 0, 0, 0},
    {0x16, 0x0200, 0, 0, 0},
    {0x16, 0x0305, 0x0000, 0, 0},
    {0x16, 0x0500, 0, 0x1e61, 0},
    {0x16, 0x1000, 0, 0, 0},
    {0x16, 0x0900, 0, 0, 0},
    {0x16, 0x0a00, 0, 0, 0},
    {0x16, 0x1100, 0, 0, 0},
    {0x16, 0x1200, 0, 0, 0},
    {0x17, 0x0200, 0, 0, 0},
    {0x1a, 0x0000, 0, 0, 0},
    {0x1a, 0x0200, 0, 0, 0},
    {0x1a, 0x0400, 0, 0, 0},
    {0x1a, 0x0700, 0, 0, 0},
    {0x1a, 0xb101, 0, 0, 0},
    {0x1a, 0xb10e, 0, 0, 0},
    {0x1a, 0xff00, 0, 0, 0},
};

/* What a run of all services has before it; stacks where programs had theirs, some that wrap. */
static const struct conditions {
    uint8_t big_limits, a20, masked;
    uint16_t ss, sp;
} conditions[] = {
    {0, 1, 0, 0x9000, 0xff00}, {1, 0, 1, 0x9000, 0xfbfe}, {0, 0, 1, 0x7000, 0x0006}, {1, 1, 0, 0x7000, 0x8001},
    {0, 1, 1, 0x7000, 0x0016}, {0, 1, 0, 0x7000, 0x0018}, {1, 1, 1, 0x7000, 0x001a}, {0, 1, 1, 0x9000, 0x0000},
};

/* NOTE: the VGA BIOS runs C code on the caller's stack, which cannot wrap. */
static uint16_t stack_for(const struct service *s, const struct conditions *c)
{
    return s->vector == 0x10 && c->sp && c->sp < BIG ? 0x8000 : c->sp;
}

static const char *broken; /* what was not as found first */
static volatile uint8_t mark_fs = MARK_FS, mark_gs = MARK_GS;

static void found(int ok, const char *what)
{
    if (!ok && !broken)
        broken = what;
}

static int a20_is_open(void)
{
    uint8_t low = peek8(0, 0x4f0), high = peek8(0xffff, 0x500);
    poke8(0, 0x4f0, ~high);
    int open = peek8(0xffff, 0x500) == high;
    poke8(0, 0x4f0, low);
    return open;
}

static void set_a20(uint8_t open)
{
    struct regs r;
    prepare(&r);
    r.ax = 0x2400 | open;
    intr(0x15, &r);
}

static void packets(void)
{
    static const uint16_t edd[8] = {16, 1, DATA, BUF, 0, 0, 0, 0};
    static const uint16_t gdt[24] = {0, 0, 0, 0, 0, 0, 0, 0, 0xffff, DATA, 0x9308, 0, 0xffff, DATA + 0x200, 0x9308, 0};
    for (int i = 0; i < 8; i++)
        poke16(BUF, PACKET + i * 2, edd[i]);
    for (int i = 0; i < 24; i++)
        poke16(BUF, PACKET + 0x40 + i * 2, gdt[i]);
    for (int i = 0; i < 16; i++)
        poke16(BUF, DATA + i * 2, 0x0741 + i);
}

static void call(const struct service *s, const struct conditions *c)
{
    struct regs r;
    prepare(&r);
    r.eax = s->eax;
    r.bx = s->bx;
    r.cx = s->cx;
    r.dx = s->dx;
    r.ds = r.es = BUF;
    r.di = DATA;
    r.ebp = DATA;
    r.si = (s->eax >> 8) == 0x87 ? PACKET + 0x40 : PACKET;
    if (s->eax == 0xe820)
        r.edx = 0x534d4150, r.ebx = 0, r.ecx = 20;
    if (s->vector == 0x13 && s->eax == 0x4800)
        poke16(BUF, PACKET, 66);
    if (s->vector == 0x1a && s->eax == 0xb10e)
        poke16(BUF, DATA, 0);
    r.ss = c->ss;
    r.esp = stack_for(s, c);
    if (s->vector != TIMER) {
        intr_keep(s->vector, &r);
        found(r.ss == c->ss && r.esp == stack_for(s, c), "the stack");
        return;
    }
    for (int i = 0; i < 3; i++) /* 18 ms at most */
        __asm__ volatile("hlt");
}

static void compare(const struct conditions *c)
{
    found(selector_fs() == MARKED_FS && probe(0, 0) == MARK_FS, "the base of FS");
    found(probe(0, FS_LIMIT) != FAULT && probe(0, FS_LIMIT + 1) == FAULT, "the limit of FS");
    found(selector_gs() == MARKED_GS && probe(1, 0) == MARK_GS, "the base of GS");
    found(probe(1, 0xfffffff0) != FAULT, "the limit of GS");
    for (int seg = 2; seg < 4; seg++) {
        found(probe(seg, 0xffff) != FAULT, seg == 2 ? "a smaller limit of DS" : "a smaller limit of ES");
        found((probe(seg, 0x10000) == FAULT) == !c->big_limits, seg == 2 ? "the limit of DS" : "the limit of ES");
    }
    found(a20_is_open() == c->a20, "A20");
}

static void run(const struct service *s, const struct conditions *c)
{
    uint32_t before, stack = s->vector == 0x10 ? BIG : SMALL, tables[4], tables_after[4];
    uint8_t low = inb(0x21), high = inb(0xa1);
    packets();
    for (uint32_t i = 1; i <= stack; i++)
        poke8(c->ss, (uint16_t)(stack_for(s, c) - i), 0x11);
    before = sum_memory();
    mark(c->big_limits, (uint16_t)(uintptr_t)&mark_fs, (uint16_t)(uintptr_t)&mark_gs, FS_LIMIT);
    descriptor_tables(tables);
    call(s, c);
    descriptor_tables(tables_after);
    compare(c);
    for (int i = 0; i < 4; i++)
        found(tables[i] == tables_after[i], "GDTR or IDTR");
    found(inb(0x21) == low && inb(0xa1) == high, "the masks of the interrupt controllers");
    for (uint32_t i = 1; i <= stack; i++)
        poke8(c->ss, (uint16_t)(stack_for(s, c) - i), 0x11);
    found(sum_memory() == before, "memory");
}

void test_limits_at_boot(void)
{
    static const char *rules[] = {"fs_has_64_kb_at_boot", "gs_has_64_kb_at_boot", "ds_has_64_kb_at_boot",
                                  "es_has_64_kb_at_boot"};
    for (int seg = 0; seg < 4; seg++)
        check(probe(seg, 0xffff) != FAULT && probe(seg, 0x10000) == FAULT, rules[seg]);
}

void test_found(void)
{
    static char rule[] = "as_found_after_int_00_ax_0000_under_0";
    static const char digit[] = "0123456789abcdef";
    for (unsigned k = 0; k < sizeof conditions / sizeof conditions[0]; k++) {
        const struct conditions *c = &conditions[k];
        uint8_t low = inb(0x21), high = inb(0xa1);
        set_a20(c->a20);
        if (c->masked) {
            outb(0x21, 0xff);
            outb(0xa1, 0xff);
        }
        for (unsigned i = 0; i < sizeof services / sizeof services[0]; i++) {
            const struct service *s = &services[i];
            if (s->vector == TIMER && c->masked)
                continue;
            broken = 0;
            run(s, c);
            rule[19] = digit[s->vector >> 4];
            rule[20] = digit[s->vector & 15];
            for (int n = 0; n < 4; n++)
                rule[25 + n] = digit[s->eax >> (12 - 4 * n) & 15];
            rule[36] = digit[k];
            if (broken) {
                say("     changed: ");
                say(broken);
                say("\n");
            }
            check(!broken, rule);
        }
        outb(0x21, low);
        outb(0xa1, high);
    }
    mark(0, 0, 0, 0xffff);
    set_a20(1);
}
