/* SPDX-License-Identifier: MIT */
/* Paging: SDM 3A 4.3, 4.6-4.8, 4.10, and that the TLB is never seen. */
#include "tests/cpu/rig.h"

enum { PAGE_A = DATA_AT, PAGE_B = DATA_AT + PAGE_SIZE, P = 1, W = 2, U = 4, A = 0x20, D = 0x40, PS = 0x80, G = 0x100 };
#define MOV_EAX_FROM(a) 0xa1, IMM32(a)
#define MOV_EAX_TO(a)   0xa3, IMM32(a)
#define INT_DONE        0xcd, 32

static void paged(bool user)
{
    rig_protected();
    rig_paging();
    if (user)
        rig_user();
}
static void assert_pf(uint32_t code, uint32_t cr2)
{
    ASSERT_FAULT(EXC_PF, code);
    ck_assert_uint_eq(rig.cpu->cr2, cr2);
    ck_assert_uint_eq(frame_word(1), CODE_AT);
}
static void assert_done(void)
{
    ck_assert_int_eq(rig_vector(), 32);
}

/* Every combination of PTE bits, level and access: whether it faults and with what code (SDM 3A 4.6, 4.7). */
START_TEST(protection_of_all_combinations)
{
    for (unsigned n = 0; n < 64; n++) {
        uint32_t bits = n & 7;
        bool user = n & 8, write = n & 16, wp = n & 32;
        paged(user);
        set_pte(PAGE_A, PAGE_A | bits);
        if (wp)
            rig.cpu->cr0 |= CR0_WP;
        bool ok = bits & P && (!user || bits & U) && (!write || bits & W || (!user && !wp));
        if (write)
            RUN(MOV_EAX_TO(PAGE_A), INT_DONE);
        else
            RUN(MOV_EAX_FROM(PAGE_A), INT_DONE);
        if (ok)
            ck_assert_msg(rig_vector() == 32, "case %u", n);
        else
            assert_pf((bits & P) | (write ? 2 : 0) | (user ? 4 : 0), PAGE_A);
    }
}
END_TEST

START_TEST(directory_and_table_rights_combine)
{
    paged(true);
    put32(PD_AT, PT_AT | P | W); /* no U */
    rig.cpu->regs[RAX] = 0;
    RUN(MOV_EAX_FROM(PAGE_A));
    assert_pf(5, CODE_AT); /* the fetch itself */
    paged(true);
    put32(PD_AT, PT_AT | P | U);
    RUN(MOV_EAX_TO(PAGE_A));
    assert_pf(7, PAGE_A);
}
END_TEST

START_TEST(fetch_from_absent_page_faults_as_read)
{
    paged(false);
    set_pte(PAGE_A, 0);
    RUN(0xe9, IMM32(PAGE_A - CODE_AT - 5));
    ASSERT_FAULT(EXC_PF, 0);
    ck_assert_uint_eq(rig.cpu->cr2, PAGE_A);
    ck_assert_uint_eq(frame_word(1), PAGE_A);
}
END_TEST

START_TEST(fault_sets_neither_a_nor_d)
{
    paged(true);
    put32(PD_AT, PT_AT | 7);
    set_pte(PAGE_A, PAGE_A | P | U);
    RUN(MOV_EAX_TO(PAGE_A));
    assert_pf(7, PAGE_A);
    ck_assert_uint_eq(pte(PAGE_A), PAGE_A | P | U);
}
END_TEST

START_TEST(read_sets_a_and_write_sets_d)
{
    paged(false);
    RUN(MOV_EAX_FROM(PAGE_A), MOV_EAX_TO(PAGE_B), INT_DONE);
    assert_done();
    ck_assert_uint_eq(pte(PAGE_A), PAGE_A | 7 | A);
    ck_assert_uint_eq(pte(PAGE_B), PAGE_B | 7 | A | D);
    ck_assert_uint_eq(peek32(PD_AT) & (A | D), A);
}
END_TEST

START_TEST(d_is_set_by_a_write_after_a_read)
{
    paged(false);
    RUN(MOV_EAX_FROM(PAGE_A), MOV_EAX_TO(PAGE_A), INT_DONE);
    ck_assert_uint_eq(pte(PAGE_A), PAGE_A | 7 | A | D);
}
END_TEST

START_TEST(cleared_a_and_d_are_set_again_without_a_flush)
{
    paged(false);
    /* write; clear A and D through the linear alias of the table; write again */
    RUN(MOV_EAX_TO(PAGE_A), 0x81, 0x25, IMM32(PT_AT + (PAGE_A >> 12) * 4), IMM32(~(A | D)), MOV_EAX_TO(PAGE_A),
        INT_DONE);
    assert_done();
    ck_assert_uint_eq(pte(PAGE_A), PAGE_A | 7 | A | D);
}
END_TEST

START_TEST(pte_write_takes_effect_at_once)
{
    paged(false);
    put32(PAGE_A, 0x1111);
    put32(PAGE_B, 0x2222);
    /* mov eax,[A]; mov dword [pte A], B|7; mov eax,[A] */
    RUN(MOV_EAX_FROM(PAGE_A), 0xc7, 0x05, IMM32(PT_AT + (PAGE_A >> 12) * 4), IMM32(PAGE_B | 7), MOV_EAX_FROM(PAGE_A),
        INT_DONE);
    assert_done();
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x2222);
}
END_TEST

START_TEST(single_byte_of_a_pte_takes_effect)
{
    paged(false);
    /* clears P by a byte store */
    RUN(MOV_EAX_FROM(PAGE_A), 0xc6, 0x05, IMM32(PT_AT + (PAGE_A >> 12) * 4), 0x06, MOV_EAX_FROM(PAGE_A));
    ASSERT_FAULT(EXC_PF, 0);
    ck_assert_uint_eq(rig.cpu->cr2, PAGE_A);
}
END_TEST

START_TEST(dma_into_a_table_takes_effect)
{
    paged(false);
    RUN(MOV_EAX_FROM(PAGE_A), INT_DONE);
    assert_done();
    set_pte(PAGE_A, 0); /* bus master */
    RUN(MOV_EAX_FROM(PAGE_A));
    assert_pf(0, PAGE_A);
}
END_TEST

START_TEST(directory_entry_change_drops_what_is_below)
{
    paged(false);
    RUN(MOV_EAX_FROM(PAGE_A), 0xc7, 0x05, IMM32(PD_AT), IMM32(0), MOV_EAX_FROM(PAGE_A));
    /* nothing is mapped any more: no handler either */
    ck_assert(rig.cpu->shutdown);
}
END_TEST

START_TEST(new_cr3_maps_anew_and_shared_tables_stay)
{
    paged(false);
    put32(PAGE_A, 0x1111);
    put32(PD2_AT, PT_AT | 7);
    static const uint8_t code[] = {MOV_EAX_FROM(PAGE_A), 0x90, MOV_EAX(PD2_AT), 0x0f, 0x22, 0xd8, MOV_EAX_FROM(PAGE_A)};
    run_bytes(code, sizeof code, 5); /* and nothing else that could walk */
    ck_assert_uint_eq(rig.cpu->rip, CODE_AT + sizeof code);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x1111);
    /* the new directory's entry was used, so A is set in it */
    ck_assert_uint_eq(peek32(PD2_AT), PT_AT | 7 | A);
}
END_TEST

START_TEST(new_cr3_with_another_table_drops_translations)
{
    paged(false);
    uint32_t pt2 = PD2_AT + PAGE_SIZE;
    for (uint32_t lin = 0; lin < RAM_BYTES; lin += PAGE_SIZE)
        put32(pt2 + (lin >> 12) * 4, (lin == PAGE_A ? PAGE_B : lin) | 7);
    put32(PD2_AT, pt2 | 7);
    put32(PAGE_B, 0x2222);
    RUN(MOV_EAX_FROM(PAGE_A), MOV_EAX(PD2_AT), 0x0f, 0x22, 0xd8, MOV_EAX_FROM(PAGE_A), INT_DONE);
    assert_done();
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x2222);
}
END_TEST

/* --- 4 MiB pages --- */

START_TEST(pse_large_page_maps_4_mib)
{
    paged(false);
    rig.cpu->cr4 |= CR4_PSE;
    put32(PD_AT + 4, 0 | P | W | U | PS); /* 4-8 MiB to 0 */
    put32(PAGE_A + 8, 0x4444);
    RUN(MOV_EAX_FROM(0x400000 + PAGE_A + 8), MOV_EAX_TO(0x400000 + PAGE_B), INT_DONE);
    assert_done();
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x4444);
    ck_assert_uint_eq(peek32(PAGE_B), 0x4444);
    ck_assert_uint_eq(peek32(PD_AT + 4), 7 | PS | A | D);
}
END_TEST

START_TEST(ps_is_ignored_without_cr4_pse)
{
    paged(false);
    put32(PD_AT + 4, PT_AT | 7 | PS);
    put32(PAGE_A, 0x5555);
    RUN(MOV_EAX_FROM(0x400000 + PAGE_A), INT_DONE);
    assert_done();
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x5555);
}
END_TEST

START_TEST(reserved_bits_of_a_large_page_fault_with_rsvd)
{
    paged(false);
    rig.cpu->cr4 |= CR4_PSE;
    put32(PD_AT + 4, 0x200000 | 7 | PS);
    RUN(MOV_EAX_FROM(0x400000));
    assert_pf(9, 0x400000);
}
END_TEST

START_TEST(large_page_protection)
{
    paged(true);
    rig.cpu->cr4 |= CR4_PSE;
    put32(PD_AT + 4, P | U | PS);
    RUN(MOV_EAX_TO(0x400000));
    assert_pf(7, 0x400000);
}
END_TEST

/* --- Crossing, devices --- */

START_TEST(store_across_pages_is_whole_or_not_at_all)
{
    paged(false);
    put32(PAGE_B - 4, 0);
    set_pte(PAGE_B, 0);
    rig.cpu->regs[RAX] = 0xffffffff;
    RUN(MOV_EAX_TO(PAGE_B - 2));
    assert_pf(2, PAGE_B);
    ck_assert_uint_eq(peek32(PAGE_B - 4), 0);
}
END_TEST

START_TEST(access_across_pages_that_are_not_neighbours)
{
    paged(false);
    set_pte(PAGE_B, 0x60000 | 7);
    rig.cpu->regs[RAX] = 0x44332211;
    RUN(MOV_EAX_TO(PAGE_B - 1), 0x31, 0xc0, MOV_EAX_FROM(PAGE_B - 1), INT_DONE);
    assert_done();
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x44332211);
    ck_assert_uint_eq(peek8(PAGE_B - 1), 0x11);
    ck_assert_uint_eq(peek8(0x60000), 0x22);
}
END_TEST

START_TEST(device_registers_get_one_access_of_the_operand_size)
{
    paged(false);
    set_pte(PAGE_A, (uint32_t)DEVICE_AT | 7);
    rig.cpu->regs[RAX] = 0x1234;
    RUN(0x66, 0xa3, IMM32(PAGE_A + 4), 0x66, 0xa1, IMM32(PAGE_A + 8), INT_DONE);
    assert_done();
    ck_assert_uint_eq(rig.device_writes, 1);
    ck_assert_uint_eq(rig.device_last, 0x1234);
    ck_assert_uint_eq(rig.cpu->regs[RAX] & 0xffff, 0x802);
}
END_TEST

START_TEST(system_structures_are_read_as_supervisor)
{
    paged(true);
    set_pte(GDT_AT, GDT_AT | P | W);
    set_pte(IDT_AT, IDT_AT | P | W);
    set_pte(TSS_AT, TSS_AT | P | W);
    set_pte(STACK0_TOP - 4, ((STACK0_TOP - 4) & ~0xfff) | P | W);
    rig.cpu->regs[RAX] = SEL_DATA3;
    RUN(0x8e, 0xd8, INT_DONE);
    assert_done();
}
END_TEST

START_TEST(accessed_bit_in_read_only_gdt_page_faults_with_wp)
{
    paged(false);
    put_desc(SEL_FREE, 0, 0xfffff, 0x92, 0xc);
    set_pte(GDT_AT, GDT_AT | P);
    rig.cpu->cr0 |= CR0_WP;
    rig.cpu->regs[RAX] = SEL_FREE;
    RUN(0x8e, 0xd8, HLT);
    assert_pf(3, GDT_AT + SEL_FREE + 5);
}
END_TEST

/* Two address spaces that share low memory; 4-8 MiB maps to DATA_AT's page in one and to the next page in the other. */
static uint64_t run_two_spaces(unsigned slice)
{
    enum { PT2_AT = PD2_AT + PAGE_SIZE, PT3_AT = PT2_AT + PAGE_SIZE };
    paged(false);
    for (unsigned i = 0; i < 1024; i++) {
        put32(PT2_AT + 4 * i, PAGE_A | 7);
        put32(PT3_AT + 4 * i, PAGE_B | 7);
    }
    put32(PD2_AT, PT_AT | 7);
    put32(PD_AT + 4, PT2_AT | 7);
    put32(PD2_AT + 4, PT3_AT | 7);
    /* L: mov ebx,ecx; shl ebx,12; inc dword [400000h+ebx+ecx]; mov eax,[PT2+ecx*4]; and byte [PT_A entry],9Fh;
     *    add [PAGE_A],eax; mov eax,cr3; xor eax,PD^PD2; mov cr3,eax; add byte [PT3+ecx*4],20h; loop L */
    static const uint8_t code[] = {0x89,
                                   0xcb,
                                   0xc1,
                                   0xe3,
                                   12,
                                   0xff,
                                   0x84,
                                   0x0b,
                                   IMM32(0x400000),
                                   0x8b,
                                   0x04,
                                   0x8d,
                                   IMM32(PT2_AT),
                                   0x80,
                                   0x25,
                                   IMM32(PT_AT + (PAGE_A >> 12) * 4),
                                   0x9f,
                                   0x01,
                                   0x05,
                                   IMM32(PAGE_A),
                                   0x0f,
                                   0x20,
                                   0xd8,
                                   0x35,
                                   IMM32(PD_AT ^ PD2_AT),
                                   0x0f,
                                   0x22,
                                   0xd8,
                                   0x80,
                                   0x04,
                                   0x8d,
                                   IMM32(PT3_AT),
                                   0x20,
                                   0xe2,
                                   (uint8_t)-53,
                                   INT_DONE};
    put(CODE_AT, code, sizeof code);
    rig.cpu->regs[RCX] = 200;
    rig.cpu->rip = CODE_AT;
    uint64_t end = rig.clock.pos + 2500;
    while (rig.clock.pos < end && !rig.cpu->halted) {
        cpu_run(rig.cpu, MIN(end, rig.clock.pos + slice));
        tlb_flush_all(rig.cpu);
    }
    assert_done();
    uint64_t h = rig.clock.pos;
    for (uint32_t at = 0; at < RAM_BYTES; at += 4)
        h = (h ^ peek32(at)) * UINT64_C(1099511628211);
    return h;
}

START_TEST(flushes_are_never_seen)
{
    static const unsigned slices[] = {1, 2, 3, 7, 100};
    uint64_t want = run_two_spaces(2500);
    for (unsigned i = 0; i < ARRAY_LEN(slices); i++) {
        rig_free(&rig);
        rig_init(&rig);
        ck_assert_uint_eq(run_two_spaces(slices[i]), want);
    }
}
END_TEST

START_TEST(page_that_was_a_table_is_plain_again)
{
    paged(false);
    rig.cpu->cr3 = PD2_AT;
    put32(PD2_AT, PT_AT | 7);
    tlb_new_cr3(rig.cpu);
    tlb_flush_all(rig.cpu);
    uint32_t bpn = mem_write_page(rig.bus.mem, PD_AT);
    put32(PD_AT + 0x800, 1);
    ck_assert(!(mem_facts(rig.bus.mem, bpn) & PI_PT));
}
END_TEST

START_TEST(translate_for_the_debugger_has_no_side_effects)
{
    uint64_t p;
    paged(false);
    set_pte(PAGE_A, PAGE_B | P);
    ck_assert(cpu_translate(rig.cpu, PAGE_A + 5, &p));
    ck_assert_uint_eq(p, PAGE_B + 5);
    ck_assert_uint_eq(pte(PAGE_A), PAGE_B | P);
    ck_assert(!cpu_translate(rig.cpu, 0x800000, &p));
}
END_TEST

START_TEST(alignment_check_faults_user_accesses_only)
{
    paged(true);
    rig.cpu->cr0 |= CR0_AM;
    cpu_set_eflags(rig.cpu, FL_1 | FL_AC);
    mode_update(rig.cpu);
    RUN(MOV_EAX_FROM(PAGE_A + 4), MOV_EAX_FROM(PAGE_A + 2));
    ASSERT_FAULT(EXC_AC, 0);
    ck_assert_uint_eq(frame_word(1), CODE_AT + 5);
    paged(false);
    rig.cpu->cr0 |= CR0_AM;
    cpu_set_eflags(rig.cpu, FL_1 | FL_AC);
    mode_update(rig.cpu);
    RUN(MOV_EAX_FROM(PAGE_A + 2), INT_DONE);
    assert_done();
}
END_TEST

/* Every offset of each size, loads and stores; one of 1 byte is always aligned. */
START_TEST(alignment_check_by_size_and_offset)
{
    static const struct {
        uint8_t size, len, code[2][3]; /* load, store at ESI */
    } t[] = {{1, 2, {{0x8a, 0x06}, {0x88, 0x06}}},
             {2, 3, {{0x66, 0x8b, 0x06}, {0x66, 0x89, 0x06}}},
             {4, 2, {{0x8b, 0x06}, {0x89, 0x06}}},
             {8, 3, {{0x0f, 0x6f, 0x06}, {0x0f, 0x7f, 0x06}}}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++)
        for (unsigned store = 0; store < 2; store++)
            for (unsigned off = 0; off < 16; off++) {
                paged(true);
                rig.cpu->cr0 |= CR0_AM;
                cpu_set_eflags(rig.cpu, FL_1 | FL_AC);
                mode_update(rig.cpu);
                rig.cpu->regs[RSI] = PAGE_A + off;
                run_bytes(t[i].code[store], t[i].len, 1);
                bool faults = off % t[i].size != 0;
                ck_assert_msg((rig.cpu->rip - CODE_AT == t[i].len) == !faults, "size %u at %u", t[i].size, off);
                if (!faults)
                    continue;
                cpu_run(rig.cpu, rig.clock.pos + 5);
                ASSERT_FAULT(EXC_AC, 0);
            }
}
END_TEST

/* Operands of several fields need the alignment of the widest (SDM 3A table 6-7). */
START_TEST(alignment_check_by_operand)
{
    static const struct {
        uint8_t code[4];
        uint8_t good, bad; /* offsets of ESI */
    } t[] = {
        {{0x66, 0x8b, 0x06}, 2, 1}, /* mov ax,[esi] */
        {{0x62, 0x06}, 4, 2},       /* bound eax,[esi] */
        {{0x66, 0x62, 0x06}, 2, 1}, /* bound ax,[esi] */
        {{0xc4, 0x06}, 4, 2},       /* les eax,[esi] */
        {{0x66, 0xc4, 0x06}, 2, 1}, /* les ax,[esi] */
        {{0xdd, 0x06}, 8, 4},       /* fld qword [esi] */
        {{0xdb, 0x2e}, 8, 4},       /* fld tbyte [esi] */
        {{0xd9, 0x36}, 4, 2},       /* fnstenv [esi] */
        {{0x66, 0xd9, 0x36}, 2, 1}, /* fnstenvw [esi] */
        {{0xdd, 0x36}, 4, 2},       /* fnsave [esi] */
        {{0x0f, 0xab, 0x06}, 4, 2}, /* bts [esi],eax */
        {{0xff, 0x36}, 4, 1},       /* push dword [esi] */
        {{0xa5}, 4, 2},             /* movsd */
        {{0x8a, 0x06}, 1, 0xff},    /* mov al,[esi] */
    };
    for (unsigned i = 0; i < 2 * ARRAY_LEN(t); i++) {
        bool bad = i & 1;
        unsigned off = bad ? t[i / 2].bad : t[i / 2].good, len = 4;
        uint8_t code[6] = {0};
        if (off == 0xff)
            continue;
        paged(true);
        rig.cpu->cr0 |= CR0_AM;
        cpu_set_eflags(rig.cpu, FL_1 | FL_AC);
        mode_update(rig.cpu);
        rig.cpu->regs[RAX] = 0;
        rig.cpu->regs[RSI] = PAGE_A + off;
        rig.cpu->regs[RDI] = PAGE_B;
        rig.cpu->cr0 &= ~(uint64_t)(CR0_EM | CR0_TS);
        while (!t[i / 2].code[len - 1])
            len--;
        memcpy(code, t[i / 2].code, len);
        code[len] = 0xcd;
        code[len + 1] = 32;
        put32(PAGE_A + off, 0);
        put32(PAGE_A + off + 4, 0);
        run_bytes(code, len + 2, 50);
        ck_assert_msg(rig_vector() == (bad ? EXC_AC : 32), "case %u: %d", i, rig_vector());
        ck_assert(!bad || frame_word(0) == 0);
    }
}
END_TEST

TCase *paging_tests(void)
{
    TCase *t = tcase_create("paging");
    tcase_add_test(t, protection_of_all_combinations);
    tcase_add_test(t, directory_and_table_rights_combine);
    tcase_add_test(t, fetch_from_absent_page_faults_as_read);
    tcase_add_test(t, fault_sets_neither_a_nor_d);
    tcase_add_test(t, read_sets_a_and_write_sets_d);
    tcase_add_test(t, d_is_set_by_a_write_after_a_read);
    tcase_add_test(t, cleared_a_and_d_are_set_again_without_a_flush);
    tcase_add_test(t, pte_write_takes_effect_at_once);
    tcase_add_test(t, single_byte_of_a_pte_takes_effect);
    tcase_add_test(t, dma_into_a_table_takes_effect);
    tcase_add_test(t, directory_entry_change_drops_what_is_below);
    tcase_add_test(t, new_cr3_maps_anew_and_shared_tables_stay);
    tcase_add_test(t, new_cr3_with_another_table_drops_translations);
    tcase_add_test(t, pse_large_page_maps_4_mib);
    tcase_add_test(t, ps_is_ignored_without_cr4_pse);
    tcase_add_test(t, reserved_bits_of_a_large_page_fault_with_rsvd);
    tcase_add_test(t, large_page_protection);
    tcase_add_test(t, store_across_pages_is_whole_or_not_at_all);
    tcase_add_test(t, access_across_pages_that_are_not_neighbours);
    tcase_add_test(t, device_registers_get_one_access_of_the_operand_size);
    tcase_add_test(t, system_structures_are_read_as_supervisor);
    tcase_add_test(t, accessed_bit_in_read_only_gdt_page_faults_with_wp);
    tcase_add_test(t, flushes_are_never_seen);
    tcase_add_test(t, page_that_was_a_table_is_plain_again);
    tcase_add_test(t, translate_for_the_debugger_has_no_side_effects);
    tcase_add_test(t, alignment_check_faults_user_accesses_only);
    tcase_add_test(t, alignment_check_by_operand);
    tcase_add_test(t, alignment_check_by_size_and_offset);
    return t;
}
