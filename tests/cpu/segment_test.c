/* SPDX-License-Identifier: MIT */
/* Segment loads and limits: SDM 3A 5.2-5.6. */
#include "tests/cpu/rig.h"

/* mov ds, ax with the selector in AX. */
static void load_ds(uint16_t sel)
{
    rig.cpu->regs[RAX] = sel;
    RUN(0x8e, 0xd8, HLT);
}
static void load_ss(uint16_t sel)
{
    rig.cpu->regs[RAX] = sel;
    RUN(0x8e, 0xd0, HLT);
}
static bool no_fault(void)
{
    return rig.cpu->halted && rig_vector() < 0;
}

START_TEST(ds_null_selector_loads_and_faults_on_use)
{
    rig_protected();
    RUN(0x31, 0xc0, 0x8e, 0xd8, HLT); /* xor eax, eax; mov ds, ax */
    ck_assert(no_fault());
    RUN(0xa1, IMM32(DATA_AT), HLT); /* mov eax, [DATA_AT] */
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(ss_null_selector_is_gp0)
{
    rig_protected();
    load_ss(0);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(selector_beyond_gdt_is_gp_with_selector)
{
    rig_protected();
    rig.cpu->gdtr.limit = SEL_FREE + 7;
    put_desc(SEL_FREE, 0, 0xfffff, 0x93, 0xc);
    load_ds(SEL_FREE);
    ck_assert(no_fault());
    load_ds(SEL_FREE + 8 + 3);
    ASSERT_FAULT(EXC_GP, SEL_FREE + 8);
}
END_TEST

START_TEST(descriptor_cut_by_gdt_limit_is_gp)
{
    rig_protected();
    rig.cpu->gdtr.limit = SEL_FREE + 6;
    put_desc(SEL_FREE, 0, 0xfffff, 0x93, 0xc);
    load_ds(SEL_FREE);
    ASSERT_FAULT(EXC_GP, SEL_FREE);
}
END_TEST

START_TEST(ldt_selector_without_ldt_is_gp_with_ti)
{
    rig_protected();
    rig.cpu->ldtr.attr = 0;
    load_ds(0x0c);
    ASSERT_FAULT(EXC_GP, 0x0c);
}
END_TEST

START_TEST(not_present_data_is_np_and_stack_is_ss)
{
    rig_protected();
    put_desc(SEL_FREE, 0, 0xfffff, 0x13, 0xc);
    load_ds(SEL_FREE);
    ASSERT_FAULT(EXC_NP, SEL_FREE);
    rig_protected();
    load_ss(SEL_FREE);
    ASSERT_FAULT(EXC_SS, SEL_FREE);
}
END_TEST

START_TEST(ds_takes_data_and_readable_code_only)
{
    static const struct {
        uint8_t type;
        bool ok;
    } t[] = {{0x91, true},  {0x93, true},  {0x95, true},  {0x9b, true}, {0x9f, true},
             {0x99, false}, {0x9d, false}, {0x82, false}, {0x89, false}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_protected();
        put_desc(SEL_FREE, 0, 0xfffff, t[i].type, 0xc);
        load_ds(SEL_FREE);
        if (t[i].ok)
            ck_assert_msg(no_fault(), "type %02x", t[i].type);
        else
            ASSERT_FAULT(EXC_GP, SEL_FREE);
    }
}
END_TEST

START_TEST(ss_takes_writable_data_of_cpl_only)
{
    static const struct {
        uint8_t type, rpl;
        bool ok;
    } t[] = {{0x93, 0, true}, {0x97, 0, true}, {0x91, 0, false}, {0x9b, 0, false}, {0x93, 3, false}, {0xf3, 0, false}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_protected();
        put_desc(SEL_FREE, 0, 0xfffff, t[i].type, 0xc);
        load_ss((uint16_t)(SEL_FREE | t[i].rpl));
        if (t[i].ok)
            ck_assert_msg(no_fault(), "type %02x", t[i].type);
        else
            ASSERT_FAULT(EXC_GP, SEL_FREE);
    }
}
END_TEST

START_TEST(ds_privilege_uses_the_weaker_of_cpl_and_rpl)
{
    rig_protected();
    load_ds(SEL_DATA0 | 3); /* RPL 3 on a DPL 0 segment */
    ASSERT_FAULT(EXC_GP, SEL_DATA0);
    rig_protected();
    load_ds(SEL_DATA3 & ~3);
    ck_assert(no_fault());
}
END_TEST

START_TEST(conforming_code_is_readable_from_outer_levels)
{
    rig_protected();
    put_desc(SEL_FREE, 0, 0xfffff, 0x9f, 0xc);     /* conforming, DPL 0 */
    put_desc(SEL_FREE + 8, 0, 0xfffff, 0x9b, 0xc); /* nonconforming */
    rig_user();
    rig.cpu->regs[RAX] = SEL_FREE | 3;
    RUN(0x8e, 0xd8, 0x0f, 0x0b); /* mov ds, ax; ud2 */
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ck_assert_uint_eq(rig.cpu->seg[SEG_DS].sel, SEL_FREE | 3);
    rig_protected();
    rig_user();
    rig.cpu->regs[RAX] = (SEL_FREE + 8) | 3;
    RUN(0x8e, 0xd8, 0x0f, 0x0b);
    ASSERT_FAULT(EXC_GP, SEL_FREE + 8);
}
END_TEST

START_TEST(load_sets_the_accessed_bit)
{
    rig_protected();
    put_desc(SEL_FREE, 0, 0xfffff, 0x92, 0xc);
    load_ds(SEL_FREE);
    ck_assert_uint_eq(peek8(GDT_AT + SEL_FREE + 5), 0x93);
    ck_assert(rig.cpu->seg[SEG_DS].attr & DESC_A);
}
END_TEST

/* --- Limits --- */

static void with_ds(uint32_t base, uint32_t limit, uint8_t type, uint8_t flags)
{
    rig_protected();
    put_desc(SEL_FREE, base, limit, type, flags);
    ck_assert(!load_seg(rig.cpu, SEG_DS, SEL_FREE));
}
static void read_dword(uint32_t off)
{
    rig.cpu->regs[RBX] = off;
    RUN(0x8b, 0x03, HLT); /* mov eax, [ebx] */
}

START_TEST(byte_limit_is_the_last_valid_offset)
{
    with_ds(DATA_AT, 0x1003, 0x93, 0x4);
    read_dword(0x1000);
    ck_assert(no_fault());
    with_ds(DATA_AT, 0x1003, 0x93, 0x4);
    read_dword(0x1001);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(page_granular_limit_has_fff_below)
{
    with_ds(DATA_AT, 1, 0x93, 0xc);
    ck_assert_uint_eq(rig.cpu->seg[SEG_DS].limit, 0x1fff);
    read_dword(0x1ffc);
    ck_assert(no_fault());
    with_ds(DATA_AT, 1, 0x93, 0xc);
    read_dword(0x1ffd);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(expand_down_is_valid_above_the_limit)
{
    static const struct {
        uint32_t off;
        uint8_t flags;
        bool ok;
    } t[] = {{0x1000, 4, true},  {0xfff, 4, false},  {0xffd, 4, false},  {0xfffc, 0, true},
             {0xfffd, 0, false}, {0x10000, 4, true}, {0x10000, 0, false}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        with_ds(DATA_AT, 0xfff, 0x97, t[i].flags);
        read_dword(t[i].off);
        if (t[i].ok)
            ck_assert_msg(no_fault(), "case %u", i);
        else
            ASSERT_FAULT(EXC_GP, 0);
    }
}
END_TEST

START_TEST(write_to_read_only_and_to_code_is_gp)
{
    with_ds(DATA_AT, 0xffff, 0x91, 0x4);
    RUN(0xa3, IMM32(0), HLT); /* mov [0], eax */
    ASSERT_FAULT(EXC_GP, 0);
    rig_protected();
    RUN(0x2e, 0xa3, IMM32(0), HLT);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(read_of_execute_only_code_is_gp)
{
    rig_protected();
    put_desc(SEL_FREE, 0, 0xfffff, 0x99, 0xc);
    struct desc d;
    ck_assert(!desc_read(rig.cpu, SEL_FREE, EXC_GP, &d));
    set_cs(rig.cpu, SEL_FREE, &d, 0);
    RUN(0x2e, 0xa1, IMM32(0), HLT);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(stack_limit_violation_is_ss0)
{
    rig_protected();
    put_desc(SEL_FREE, 0, STACK_TOP - 5, 0x93, 0x4);
    ck_assert(!load_seg(rig.cpu, SEG_SS, SEL_FREE));
    rig.cpu->regs[RSP] = STACK_TOP;    /* the push's dword ends at STACK_TOP - 1 */
    put_idt(EXC_SS, 0x85, SEL_TSS, 0); /* a gate that cannot work: the handler has no stack either */
    RUN(0x50, HLT);
    ck_assert(rig.cpu->shutdown);
    ck_assert_uint_eq(rig.cpu->regs[RSP], STACK_TOP);
}
END_TEST

START_TEST(ebp_based_operand_beyond_ss_limit_is_ss)
{
    rig_protected();
    put_desc(SEL_FREE, 0, STACK_TOP - 1, 0x93, 0x4);
    ck_assert(!load_seg(rig.cpu, SEG_SS, SEL_FREE));
    rig.cpu->regs[RBP] = STACK_TOP;
    RUN(0x8b, 0x45, 0x00, HLT); /* mov eax, [ebp] */
    ASSERT_FAULT(EXC_SS, 0);
}
END_TEST

START_TEST(jump_beyond_code_limit_is_gp0_at_the_jump)
{
    rig_protected();
    put_desc(SEL_FREE, 0, CODE_AT + 0xff, 0x9b, 0x4);
    struct desc d;
    ck_assert(!desc_read(rig.cpu, SEL_FREE, EXC_GP, &d));
    set_cs(rig.cpu, SEL_FREE, &d, 0);
    RUN(0x90, 0xe9, IMM32(0x200));
    ASSERT_FAULT(EXC_GP, 0);
    ck_assert_uint_eq(frame_word(1), CODE_AT + 1);
}
END_TEST

START_TEST(fetch_across_the_code_limit_is_gp0_at_the_instruction)
{
    rig_protected();
    put_desc(SEL_FREE, 0, CODE_AT + 3, 0x9b, 0x4);
    struct desc d;
    ck_assert(!desc_read(rig.cpu, SEL_FREE, EXC_GP, &d));
    set_cs(rig.cpu, SEL_FREE, &d, 0);
    RUN(0x90, MOV_EAX(1), HLT);
    ASSERT_FAULT(EXC_GP, 0);
    ck_assert_uint_eq(frame_word(1), CODE_AT + 1);
}
END_TEST

/* Linear addresses have 32 bits (SDM 3A 3.3): base and offset wrap, for tables and for data, over 4 GiB too. */
START_TEST(linear_addresses_wrap_at_4_gib)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    rig_paging();
    set_pte(0, 0x50000 | 7); /* what wraps comes to page 0 */
    put32(PD_AT + 4 * 1023, PT_AT | 7);
    set_pte(0x3ff000, 0x51000 | 7); /* and FFFFF000h is there */
    tlb_flush_all(c);
    put_desc(SEL_FREE, 0xfffff000, 0xfffff, 0x93, 0xc);
    ck_assert(!load_seg(c, SEG_ES, SEL_FREE));
    put32(0x50010, 0x12345678);
    put32(0x50000, 0x00004433);
    put32(0x51ffc, 0x22110000);
    RUN(0x26, 0xa1, IMM32(0x1010), 0x89, 0xc3, 0x26, 0xa1, IMM32(0xffe), HLT); /* mov eax,es:[...] */
    ck_assert(no_fault());
    ck_assert_uint_eq(c->regs[RBX], 0x12345678);
    ck_assert_uint_eq(c->regs[RAX], 0x44332211);
    /* the descriptor of selector 1008h is at FFFFF000h + 1008h */
    put32(0x50008, 0x0000ffff);
    put32(0x5000c, 0x00cf9300);
    c->gdtr = (struct desc_table){0xfffff000, 0xffff};
    c->regs[RAX] = 0x1008;
    static const uint8_t mov_ds[] = {0x8e, 0xd8};
    run_bytes(mov_ds, 2, 1);
    ck_assert_uint_eq(c->rip, CODE_AT + 2);
    ck_assert_uint_eq(c->seg[SEG_DS].limit, UINT32_MAX);
    put8(0x5000d, 0x92); /* and its accessed bit is written there */
    run_bytes(mov_ds, 2, 1);
    ck_assert_uint_eq(peek8(0x5000d), 0x93);
}
END_TEST

/* --- Real mode --- */

START_TEST(real_mode_word_at_ffff_is_gp)
{
    rig_real();
    RUN(0xa1, IMM16(0xffff), HLT);
    ck_assert_int_eq(rig_vector(), EXC_GP);
    rig_real();
    RUN(0xa0, IMM16(0xffff), HLT);
    ck_assert(no_fault());
}
END_TEST

START_TEST(unreal_mode_keeps_limit_over_real_mode_loads)
{
    rig_real();
    rig.cpu->seg[SEG_DS].limit = 0xffffffff;
    seg_update(&rig.cpu->seg[SEG_DS]);
    put32(0x200010, 0x12345678);
    /* mov ax, 1; mov ds, ax; mov ebx, 200000h; mov eax, [ebx] (a32 o32) */
    RUN(MOV_AX16(1), 0x8e, 0xd8, 0x66, 0xbb, IMM32(0x200000), 0x66, 0x67, 0x8b, 0x03, HLT);
    ck_assert(no_fault());
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x12345678);
    ck_assert_uint_eq(rig.cpu->seg[SEG_DS].base, 0x10);
}
END_TEST

START_TEST(a20_gate_forces_bit_20_low)
{
    rig_real();
    struct cpu_pins pins = cpu_pins(rig.cpu);
    put8(0x10, 0x11);
    put8(0x100010, 0x22);
    pins.a20m(pins.ctx, 0);
    RUN(MOV_AX16(0xffff), 0x8e, 0xd8, 0xa0, IMM16(0x20), HLT); /* ffff:0020 = 100010h */
    ck_assert_uint_eq(rig.cpu->regs[RAX] & 0xff, 0x11);
    pins.a20m(pins.ctx, 1);
    RUN(MOV_AX16(0xffff), 0x8e, 0xd8, 0xa0, IMM16(0x20), HLT);
    ck_assert_uint_eq(rig.cpu->regs[RAX] & 0xff, 0x22);
}
END_TEST

START_TEST(segment_push_and_pop_of_16_bit_stack_wraps_in_64k)
{
    rig_real();
    rig.cpu->regs[RSP] = 0x12340000;
    RUN(0x50, HLT); /* push ax */
    ck_assert(no_fault());
    ck_assert_uint_eq(rig.cpu->regs[RSP], 0x1234fffe);
}
END_TEST

TCase *segment_tests(void)
{
    TCase *t = tcase_create("segments");
    tcase_add_test(t, ds_null_selector_loads_and_faults_on_use);
    tcase_add_test(t, ss_null_selector_is_gp0);
    tcase_add_test(t, selector_beyond_gdt_is_gp_with_selector);
    tcase_add_test(t, descriptor_cut_by_gdt_limit_is_gp);
    tcase_add_test(t, ldt_selector_without_ldt_is_gp_with_ti);
    tcase_add_test(t, not_present_data_is_np_and_stack_is_ss);
    tcase_add_test(t, ds_takes_data_and_readable_code_only);
    tcase_add_test(t, ss_takes_writable_data_of_cpl_only);
    tcase_add_test(t, ds_privilege_uses_the_weaker_of_cpl_and_rpl);
    tcase_add_test(t, conforming_code_is_readable_from_outer_levels);
    tcase_add_test(t, load_sets_the_accessed_bit);
    tcase_add_test(t, byte_limit_is_the_last_valid_offset);
    tcase_add_test(t, page_granular_limit_has_fff_below);
    tcase_add_test(t, expand_down_is_valid_above_the_limit);
    tcase_add_test(t, write_to_read_only_and_to_code_is_gp);
    tcase_add_test(t, read_of_execute_only_code_is_gp);
    tcase_add_test(t, stack_limit_violation_is_ss0);
    tcase_add_test(t, ebp_based_operand_beyond_ss_limit_is_ss);
    tcase_add_test(t, jump_beyond_code_limit_is_gp0_at_the_jump);
    tcase_add_test(t, fetch_across_the_code_limit_is_gp0_at_the_instruction);
    tcase_add_test(t, linear_addresses_wrap_at_4_gib);
    tcase_add_test(t, real_mode_word_at_ffff_is_gp);
    tcase_add_test(t, unreal_mode_keeps_limit_over_real_mode_loads);
    tcase_add_test(t, a20_gate_forces_bit_20_low);
    tcase_add_test(t, segment_push_and_pop_of_16_bit_stack_wraps_in_64k);
    return t;
}
