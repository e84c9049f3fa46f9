/* SPDX-License-Identifier: MIT */
/* Calling conventions, INT 11h, 12h, 15h and the memory services. */
#include "guest.h"

static int same_but_eax(const struct regs *a, const struct regs *b)
{
    return a->ebx == b->ebx && a->ecx == b->ecx && a->edx == b->edx && a->esi == b->esi && a->edi == b->edi &&
           a->ebp == b->ebp && a->ds == b->ds && a->es == b->es && a->fs == b->fs && a->gs == b->gs;
}

/* Each of these changes at most AX. */
static const struct {
    uint8_t vector;
    uint16_t ax, dx;
    const char *rule;
} quiet[] = {
    {0x11, 0x0000, 0, "int11_changes_ax_only"},         {0x12, 0x0000, 0, "int12_changes_ax_only"},
    {0x13, 0x0100, 0x80, "int13_01_changes_ax_only"},   {0x13, 0x1000, 0x80, "int13_10_changes_ax_only"},
    {0x14, 0x0300, 0, "int14_03_changes_ax_only"},      {0x15, 0x8800, 0, "int15_88_changes_ax_only"},
    {0x15, 0xd800, 0, "int15_unknown_changes_ax_only"}, {0x16, 0x0100, 0, "int16_01_changes_ax_only"},
    {0x16, 0x0200, 0, "int16_02_changes_ax_only"},      {0x17, 0x0200, 0, "int17_02_changes_ax_only"},
    {0x1a, 0xff00, 0, "int1a_unknown_changes_ax_only"},
};

static void stacks(void)
{
    struct regs r, before;
    prepare(&r);
    r.ss = 0x8000;
    r.esp = 0x77770081; /* odd, small, garbage above SP */
    r.ah = 0x88;
    before = r;
    intr(0x15, &r);
    check(r.esp == before.esp && r.ss == 0x8000 && same_but_eax(&r, &before), "odd_stack_and_upper_esp_come_back");
    prepare(&r);
    r.ss = 0x8000;
    r.esp = 0x0000; /* the first push wraps to FFFEh */
    r.ah = 0x02;
    intr(0x16, &r);
    check(r.ss == 0x8000 && r.esp == 0, "stack_at_its_wrap_works");
    prepare(&r);
    r.flags = 0x0402; /* DF set, IF clear */
    r.ah = 0x88;
    intr(0x15, &r);
    check((r.flags & (IF | 0x400)) == 0x400, "if_and_df_of_the_caller_come_back");
}

void test_convention(void)
{
    struct regs r, before;
    for (unsigned i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        prepare(&r);
        r.ax = quiet[i].ax;
        r.dx = quiet[i].dx;
        before = r;
        intr(quiet[i].vector, &r);
        check(same_but_eax(&r, &before) && r.eax >> 16 == before.eax >> 16, quiet[i].rule);
    }
    stacks();
    flat_on();
    poke32(0, 0x4e8, 0);
    check(flat_alive(0x100000) != 0xdead, "unreal_mode_probe_reads_above_1_mb");
    for (unsigned i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        prepare(&r);
        r.ax = quiet[i].ax;
        r.dx = quiet[i].dx;
        r.fs = 0;
        intr(quiet[i].vector, &r);
    }
    check(flat_alive(0x100000) != 0xdead, "unreal_mode_survives_services");
    prepare(&r);
    r.fs = 0;
    r.ax = 0x0201;
    r.cx = 1;
    r.dx = 0x80;
    r.es = 0x8000;
    intr(0x13, &r);
    check(flat_alive(0x100000) != 0xdead, "unreal_mode_survives_int13_02");
}

void test_system(void)
{
    struct regs r;
    uint16_t ebda;
    prepare(&r);
    intr(0x11, &r);
    check_eq(r.ax, peek16(0x40, 0x10), "int11_is_the_equipment_word");
    check((r.ax & 0x30) != 0x30, "equipment_shows_colour_video");
    prepare(&r);
    intr(0x12, &r);
    check_eq(r.ax, peek16(0x40, 0x13), "int12_is_the_base_memory");
    ebda = peek16(0x40, 0x0e);
    check_eq(r.ax, ebda >> 6, "base_memory_ends_at_the_ebda");
    check_eq(r.ax, 639, "base_memory_is_639_kb");
    check_eq(peek8(ebda, 0), 640 - r.ax, "ebda_begins_with_its_size_in_kb");

    prepare(&r);
    r.ah = 0xc1;
    intr(0x15, &r);
    check(!(r.flags & CF) && r.es == ebda, "int15_c1_gives_the_ebda");
    prepare(&r);
    r.ah = 0xc0;
    intr(0x15, &r);
    check(!(r.flags & CF) && r.ah == 0, "int15_c0_succeeds");
    check(peek16(r.es, r.bx) >= 8 && peek8(r.es, r.bx + 2) == 0xfc, "config_table_says_at");
    check(peek8(0xf000, 0xfffe) == 0xfc, "model_byte_says_at");
    prepare(&r);
    r.ah = 0xd8;
    intr(0x15, &r);
    check((r.flags & CF) && r.ah == 0x86, "int15_unknown_is_86_with_carry");
    prepare(&r);
    r.ax = 0x4f1e;
    r.flags |= CF;
    intr(0x15, &r);
    check((r.flags & CF) && r.al == 0x1e, "int15_4f_hands_the_key_on");

    poke8(0xf000, 0x8000, peek8(0xf000, 0x8000) ^ 0xff);
    uint8_t first = peek8(0xf000, 0x8000);
    poke8(0xf000, 0x8000, first ^ 0xff);
    check_eq(peek8(0xf000, 0x8000), first, "f_segment_is_write_protected");
    check(peek32(0xf000, 0xfa6e + ' ' * 8) == 0 && peek32(0xf000, 0xfa6e + 'A' * 8) != 0 &&
              peek8(0xf000, 0xfe6e) == 0xe9,
          "font_is_at_f000_fa6e");
    check_eq(peek16(0, 0x41 * 4 + 2), 0xf000, "int41_vector_leads_into_the_f_segment");
    check_eq(peek16(0x40, 0x80), 0x1e, "keyboard_buffer_starts_at_1e");
    check_eq(peek16(0x40, 0x82), 0x3e, "keyboard_buffer_ends_at_3e");
}

/* ------------------------------------------------------------------ memory */

struct e820 {
    uint32_t base, base_high, length, length_high, type;
};

static int e820(uint32_t *index, struct e820 *e)
{
    struct regs r;
    prepare(&r);
    r.eax = 0xe820;
    r.ebx = *index;
    r.ecx = sizeof *e;
    r.edx = 0x534d4150;
    r.edi = (uint32_t)(uintptr_t)e;
    intr(0x15, &r);
    *index = r.ebx;
    return !(r.flags & CF) && r.eax == 0x534d4150 && r.ecx == sizeof *e;
}

static uint32_t test_e820(void)
{
    uint32_t index = 0, last_end = 0, top = 0, base = 0, n = 0, bios = 0;
    int ok = 1, sorted = 1;
    do {
        struct e820 e;
        ok = ok && e820(&index, &e);
        if (!ok || ++n > 32)
            break;
        if (e.base_high == 0) {
            sorted = sorted && e.base >= last_end && e.length != 0;
            last_end = e.base + e.length;
        }
        if (e.type == 1 && e.base == 0)
            base = e.length;
        if (e.type == 1 && e.base == 0x100000 && !e.base_high)
            top = e.base + e.length;
        if (e.type == 2 && e.base <= 0xf0000 && e.base + e.length >= 0x100000)
            bios = 1;
    } while (index);
    check(ok && n > 3, "e820_walks_to_its_end");
    check(sorted, "e820_is_sorted_and_disjoint");
    check_eq(base, peek16(0x40, 0x13) * 1024u, "e820_first_range_is_the_base_memory");
    check(bios, "e820_reserves_the_bios");
    return top;
}

static void block_move(uint32_t dst, uint32_t src, uint16_t words, struct regs *r)
{
    static uint16_t gdt[24];
    for (int i = 0; i < 24; i++)
        gdt[i] = 0;
    for (int i = 0; i < 2; i++) {
        uint32_t base = i ? dst : src;
        uint16_t *d = gdt + 8 + i * 4;
        d[0] = 0xffff;
        d[1] = base;
        d[2] = 0x9300 | (base >> 16 & 0xff);
        d[3] = base >> 24 << 8;
    }
    prepare(r);
    r->ah = 0x87;
    r->cx = words;
    r->si = (uint16_t)(uintptr_t)gdt;
    intr(0x15, r);
}

static uint16_t block[256], block_back[256];

static void test_block_move(uint32_t top)
{
    struct regs r;
    uint32_t high = top - 0x1000;
    int same = 1;
    for (int i = 0; i < 256; i++) {
        block[i] = i * 257 + 1;
        block_back[i] = 0;
    }
    block_move(high, (SEG << 4) + (uint32_t)(uintptr_t)block, 256, &r);
    check(!(r.flags & CF) && r.ah == 0, "int15_87_copies_to_the_top_of_memory");
    check(r.ebx >> 16 == 0xb6b6 && r.edx >> 16 == 0xd8d8 && r.fs == 0x1234 && r.ds == SEG, "int15_87_keeps_registers");
    block_move((SEG << 4) + (uint32_t)(uintptr_t)block_back, high, 256, &r);
    for (int i = 0; i < 256; i++)
        same = same && block_back[i] == block[i];
    check(same, "int15_87_brings_the_same_words_back");
    block_move(high, high, 0x8001, &r);
    check((r.flags & CF) && r.ah != 0, "int15_87_refuses_more_than_8000_words");
}

static void a20(uint8_t al, struct regs *r)
{
    prepare(r);
    r->ah = 0x24;
    r->al = al;
    intr(0x15, r);
}

/* As on the AT: command D1h, then the output port with bit 1 clear. */
static int a20_closes_by_8042(void)
{
    struct regs r;
    while (inb(0x64) & 2)
        ;
    outb(0x64, 0xd1);
    while (inb(0x64) & 2)
        ;
    outb(0x60, 0xcd);
    while (inb(0x64) & 2)
        ;
    a20(2, &r);
    return r.al == 0;
}

static void test_a20(void)
{
    struct regs r;
    uint32_t low = peek32(0, 0x4e4);
    a20(2, &r);
    check(!(r.flags & CF) && r.al == 1, "a20_is_open_after_post");
    check(a20_closes_by_8042(), "a20_open_after_post_closes_by_the_8042_alone");
    a20(1, &r);
    check(a20_closes_by_8042(), "a20_open_by_int15_2401_closes_by_the_8042_alone");
    a20(1, &r);
    a20(0, &r);
    poke32(0, 0x4e4, 0x12345678);
    check_eq(peek32(0xffff, 0x4f4), 0x12345678, "a20_closed_wraps_at_1_mb");
    a20(2, &r);
    check_eq(r.al, 0, "int15_2402_says_closed");
    a20(1, &r);
    poke32(0xffff, 0x4f4, 0x9abcdef0);
    check_eq(peek32(0, 0x4e4), 0x12345678, "a20_open_does_not_wrap");
    poke32(0, 0x4e4, low);
    a20(3, &r);
    check(!(r.flags & CF) && (r.bx & 2), "int15_2403_names_port_92");
}

void test_memory(void)
{
    struct regs r;
    uint32_t top = test_e820(), kb = (top >> 10) - 1024;
    prepare(&r);
    r.ax = 0xe801;
    intr(0x15, &r);
    check(!(r.flags & CF) && r.ax == r.cx && r.bx == r.dx, "e801_gives_both_pairs");
    check_eq(r.ax + r.bx * 64u, kb, "e801_agrees_with_e820");
    prepare(&r);
    r.ah = 0x88;
    intr(0x15, &r);
    check_eq(r.ax, kb > 63 * 1024 ? 63 * 1024 : kb, "int15_88_agrees_with_e820");
    prepare(&r);
    r.eax = 0xe820;
    r.ecx = 20;
    r.edx = 0;
    intr(0x15, &r);
    check(r.flags & CF, "e820_needs_its_signature");
    test_block_move(top);
    test_a20();
}
