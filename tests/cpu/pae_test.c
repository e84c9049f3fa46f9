/* SPDX-License-Identifier: MIT */
/* PAE paging, execute-disable, SMEP, SMAP, UMIP: SDM 3A 2.5, 4.4, 4.6, 4.7. */
#include "tests/cpu/rig.h"

#include "isa/cpuid.h"

#define XD              (UINT64_C(1) << 63)
#define MOV_EAX_FROM(a) 0xa1, IMM32(a)
#define MOV_EAX_TO(a)   0xa3, IMM32(a)
#define MOV_CR0_EAX     0x0f, 0x22, 0xc0
#define MOV_CR3_EAX     0x0f, 0x22, 0xd8
#define MOV_CR4_EAX     0x0f, 0x22, 0xe0
#define JMP_TO(a)       0xe9, IMM32((a)-CODE_AT - 5)
#define STAC            0x0f, 0x01, 0xcb
#define CLAC            0x0f, 0x01, 0xca
#define INT_DONE        0xcd, 32
enum { P = 1, W = 2, U = 4, A = 0x20, D = 0x40, PS = 0x80 };
enum { PAGE_A = DATA_AT, PAGE_B = DATA_AT + PAGE_SIZE, PAGE_HIGH = 0x40000 + 0x200000 };
enum { PDPT_AT = 0x103000, DIR_AT = 0x104000, TABLES_AT = 0x105000, PDPT2_AT = 0x107000, DIR2_AT = 0x108000 };

static void put64(uint32_t at, uint64_t v)
{
    put(at, &v, 8);
}
static uint64_t peek64(uint32_t at)
{
    return peek32(at) | (uint64_t)peek32(at + 4) << 32;
}
static uint32_t pte_at(uint32_t lin)
{
    return TABLES_AT + (lin >> 12) * 8;
}

/* Identity for the first 4 MiB. */
static void pae_tables(void)
{
    for (uint32_t lin = 0; lin < RAM_BYTES; lin += PAGE_SIZE)
        put64(pte_at(lin), lin | P | W | U);
    for (unsigned i = 0; i < 512; i++)
        put64(DIR_AT + 8 * i, i < 2 ? (TABLES_AT + i * PAGE_SIZE) | P | W | U : 0);
    for (unsigned i = 0; i < 4; i++)
        put64(PDPT_AT + 8 * i, i ? 0 : DIR_AT | P);
}
static void pae(bool user)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    pae_tables();
    c->cr3 = PDPT_AT;
    c->cr4 |= CR4_PAE;
    c->cr0 |= CR0_PG;
    ck_assert(!walk_load_pdptes(c, c->cr3));
    tlb_flush_all(c);
    mode_update(c);
    if (user)
        rig_user();
}
static void pae_nx(bool user)
{
    pae(user);
    rig.cpu->efer = EFER_NXE;
}
static void assert_pf(uint32_t code, uint32_t cr2)
{
    ASSERT_FAULT(EXC_PF, code);
    ck_assert_uint_eq(rig.cpu->cr2, cr2);
}
static void assert_done(void)
{
    ck_assert_int_eq(rig_vector(), 32);
}
static void code_at(uint32_t at)
{
    put8(at, 0xcd);
    put8(at + 1, 32);
}

/* PTE bits, level, access: whether it faults and with what code. */
START_TEST(pae_protection_of_all_combinations)
{
    for (unsigned n = 0; n < 64; n++) {
        uint32_t bits = n & 7;
        bool user = n & 8, write = n & 16, wp = n & 32;
        pae(user);
        put64(pte_at(PAGE_A), PAGE_A | bits);
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

START_TEST(pae_pdptes_are_loaded_with_cr3_and_not_read_again)
{
    pae(false);
    put64(PDPT_AT, 0); /* the register keeps its value */
    RUN(MOV_EAX_FROM(PAGE_A), INT_DONE);
    assert_done();
    pae(false);
    put32(PAGE_A, 0x11111111);
    put32(PAGE_B, 0x22222222);
    put64(PDPT2_AT, DIR2_AT | P);
    put64(DIR2_AT, (DIR2_AT + PAGE_SIZE) | P | W);
    for (uint32_t i = 0; i < 512; i++)
        put64(DIR2_AT + PAGE_SIZE + 8 * i, (i == PAGE_A >> 12 ? PAGE_B : i << 12) | P | W);
    RUN(MOV_EAX_FROM(PAGE_A), 0x89, 0xc3, MOV_EAX(PDPT2_AT), MOV_CR3_EAX, MOV_EAX_FROM(PAGE_A), INT_DONE);
    assert_done();
    ck_assert_uint_eq(rig.cpu->regs[RBX], 0x11111111);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x22222222);
    ck_assert_uint_eq(rig.cpu->pdpte[0], DIR2_AT | P);
}
END_TEST

/* RSM loads CR3, so the PDPTEs come from memory again (SDM 3A 4.4.1); reserved bits in them: shutdown (3C 34.3.2). */
START_TEST(pae_rsm_loads_pdptes)
{
    static const uint8_t rsm[] = {0x0f, 0xaa};
    struct cpu_pins p = cpu_pins(rig.cpu);
    for (unsigned bad = 0; bad < 2; bad++) {
        pae(false);
        put(0x38000, rsm, sizeof rsm);
        put32(PAGE_A, 0x11111111);
        put64(PDPT_AT + 8, DIR_AT | P | (bad ? 0x20 : 0)); /* not read yet */
        p.smi(p.ctx);
        RUN(MOV_EAX_FROM(0x40000000 + PAGE_A), INT_DONE);
        ck_assert_uint_eq(rig.cpu->shutdown, bad);
        if (bad)
            return;
        assert_done();
        ck_assert_uint_eq(rig.cpu->regs[RAX], 0x11111111);
    }
}
END_TEST

START_TEST(pae_pdpte_reserved_bits_are_gp_and_leave_cr3_alone)
{
    static const uint64_t reserved[] = {2, 4, 0x20, 0x40, 0x80, 0x100, UINT64_C(1) << 36, XD};
    for (unsigned i = 0; i < ARRAY_LEN(reserved); i++) {
        pae(false);
        put64(PDPT2_AT, DIR_AT | P);
        put64(PDPT2_AT + 24, DIR_AT | P | reserved[i]);
        RUN(MOV_EAX(PDPT2_AT), MOV_CR3_EAX, INT_DONE);
        ASSERT_FAULT(EXC_GP, 0);
        ck_assert_uint_eq(rig.cpu->cr3, PDPT_AT);
        ck_assert_uint_eq(rig.cpu->pdpte[3], 0);
        pae(false);
        put64(PDPT2_AT + 24, DIR_AT | reserved[i]); /* not present: whatever it says */
        RUN(MOV_EAX(PDPT2_AT), MOV_CR3_EAX, INT_DONE);
        assert_done();
        /* PG set */
        rig_protected();
        pae_tables();
        put64(PDPT_AT + 16, P | reserved[i]);
        rig.cpu->cr4 |= CR4_PAE;
        rig.cpu->cr3 = PDPT_AT;
        RUN(0x0f, 0x20, 0xc0, 0x0d, IMM32(0x80000000), MOV_CR0_EAX, INT_DONE);
        ASSERT_FAULT(EXC_GP, 0);
        ck_assert(!(rig.cpu->cr0 & CR0_PG));
        /* a change of PGE in CR4 */
        pae(false);
        put64(PDPT_AT + 16, P | reserved[i]);
        RUN(MOV_EAX(CR4_PAE | CR4_PGE), MOV_CR4_EAX, INT_DONE);
        ASSERT_FAULT(EXC_GP, 0);
        ck_assert_uint_eq(rig.cpu->cr4, CR4_PAE);
    }
}
END_TEST

START_TEST(pae_absent_pdpte_is_a_page_fault)
{
    pae(true);
    RUN(MOV_EAX_TO(0x40000000));
    assert_pf(6, 0x40000000);
}
END_TEST

START_TEST(pae_reserved_bits_of_entries_are_pf_with_rsvd)
{
    for (unsigned bit = 36; bit < 64; bit++) {
        pae(false);
        put64(pte_at(PAGE_A), PAGE_A | P | W | UINT64_C(1) << bit);
        RUN(MOV_EAX_FROM(PAGE_A));
        assert_pf(9, PAGE_A);
        pae(false);
        put64(DIR_AT + 8, (TABLES_AT + PAGE_SIZE) | P | W | UINT64_C(1) << bit);
        RUN(MOV_EAX_TO(PAGE_HIGH));
        assert_pf(0xb, PAGE_HIGH);
    }
    for (unsigned bit = 13; bit < 21; bit++) {
        pae(false);
        put64(DIR_AT + 8, 0x200000 | P | W | PS | 1u << bit);
        RUN(MOV_EAX_FROM(PAGE_HIGH));
        assert_pf(9, PAGE_HIGH);
    }
    pae_nx(false);
    put64(pte_at(PAGE_A), PAGE_A | P | XD); /* with NXE it is none */
    RUN(MOV_EAX_FROM(PAGE_A), INT_DONE);
    assert_done();
}
END_TEST

START_TEST(pae_large_page_is_2_mib_without_cr4_pse)
{
    pae(false);
    put32(PAGE_HIGH + 0x123450, 0x12345678);
    put64(DIR_AT + 8 * 3, 0x200000 | P | W | PS);
    RUN(MOV_EAX_FROM(0x600000 + PAGE_HIGH - 0x200000 + 0x123450), MOV_EAX_TO(0x600000), INT_DONE);
    assert_done();
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x12345678);
    ck_assert_uint_eq(peek64(DIR_AT + 8 * 3), 0x200000 | P | W | PS | A | D);
}
END_TEST

START_TEST(pae_addresses_have_36_bits)
{
    pae(false);
    put64(pte_at(PAGE_A), UINT64_C(0xf12345000) | P | W);
    uint64_t paddr;
    ck_assert(cpu_translate(rig.cpu, PAGE_A + 0x10, &paddr));
    ck_assert_uint_eq(paddr, UINT64_C(0xf12345010));
    RUN(MOV_EAX_FROM(PAGE_A), INT_DONE); /* nobody is there */
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0xffffffff);
}
END_TEST

START_TEST(pae_a_and_d)
{
    pae(false);
    RUN(MOV_EAX_FROM(PAGE_A), MOV_EAX_TO(PAGE_B), INT_DONE);
    assert_done();
    ck_assert_uint_eq(peek64(pte_at(PAGE_A)), PAGE_A | 7 | A);
    ck_assert_uint_eq(peek64(pte_at(PAGE_B)), PAGE_B | 7 | A | D);
    ck_assert_uint_eq(peek64(DIR_AT) & (A | D), A);
    ck_assert_uint_eq(peek64(PDPT_AT), DIR_AT | P);
}
END_TEST

/* A store to either half of an entry takes effect at once, in both pages that share a table's slot. */
START_TEST(pae_entry_write_takes_effect_at_once)
{
    for (unsigned k = 0; k < 2; k++) {
        uint32_t page = k ? PAGE_HIGH : PAGE_A;
        pae_nx(false);
        put32(page, 0x1111);
        put32(PAGE_B, 0x2222);
        const uint8_t code[] = {MOV_EAX_FROM(page), 0x89,    0xc3, 0xc7, 0x05, IMM32(pte_at(page)), IMM32(PAGE_B | 7),
                                MOV_EAX_FROM(page), INT_DONE};
        run_bytes(code, sizeof code, 50);
        assert_done();
        ck_assert_uint_eq(rig.cpu->regs[RBX], 0x1111);
        ck_assert_uint_eq(rig.cpu->regs[RAX], 0x2222);
        pae_nx(false);
        code_at(page);
        /* call page's code once through INT... then XD in the upper half */
        const uint8_t xd[] = {MOV_EAX_FROM(page),        0xc7, 0x05, IMM32(pte_at(page) + 4), IMM32(0x80000000), 0xe9,
                              IMM32(page - CODE_AT - 20)};
        run_bytes(xd, sizeof xd, 50);
        assert_pf(0x11, page);
    }
}
END_TEST

START_TEST(pae_directory_write_takes_effect_at_once)
{
    pae(false);
    RUN(MOV_EAX_FROM(PAGE_HIGH), 0xc7, 0x05, IMM32(DIR_AT + 8), IMM32(0), MOV_EAX_FROM(PAGE_HIGH));
    assert_pf(0, PAGE_HIGH);
}
END_TEST

START_TEST(nx_fetch_faults_with_id_and_data_do_not)
{
    for (unsigned level = 0; level < 2; level++) {
        for (unsigned user = 0; user < 2; user++) {
            pae_nx(user);
            code_at(PAGE_HIGH);
            if (level)
                put64(DIR_AT + 8, (TABLES_AT + PAGE_SIZE) | 7 | XD);
            else
                put64(pte_at(PAGE_HIGH), PAGE_HIGH | 7 | XD);
            RUN(MOV_EAX_FROM(PAGE_HIGH), MOV_EAX_TO(PAGE_HIGH + 8), 0xe9, IMM32(PAGE_HIGH - CODE_AT - 15));
            assert_pf(user ? 0x15 : 0x11, PAGE_HIGH);
        }
    }
    pae_nx(true);
    put64(pte_at(PAGE_A), 0);
    RUN(JMP_TO(PAGE_A)); /* absent: I/D is set, too */
    assert_pf(0x14, PAGE_A);
    pae(true);
    put64(pte_at(PAGE_A), 0);
    RUN(JMP_TO(PAGE_A)); /* without NXE it is not */
    assert_pf(0x04, PAGE_A);
}
END_TEST

START_TEST(efer_takes_nxe_alone)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        rig_protected();
        rig.cpu->regs[RCX] = 0xc0000080;
        rig.cpu->regs[RAX] = (uint32_t)(UINT64_C(1) << bit);
        rig.cpu->regs[RDX] = UINT64_C(1) << bit >> 32;
        RUN(0x0f, 0x30, INT_DONE);
        if (bit == 11)
            assert_done();
        else
            ASSERT_FAULT(EXC_GP, 0);
        ck_assert_uint_eq(rig.cpu->efer, bit == 11 ? EFER_NXE : 0);
    }
}
END_TEST

START_TEST(task_switch_loads_pdptes)
{
    pae(false);
    put64(PDPT2_AT, DIR_AT | P);
    put64(PDPT2_AT + 8, DIR_AT | P);
    put_desc(SEL_FREE, TSS2_AT, 103, 0x89, 0);
    for (unsigned i = 0; i < 104; i++)
        put8(TSS2_AT + i, 0);
    put32(TSS2_AT + 28, PDPT2_AT);
    put32(TSS2_AT + 32, PAGE_A);
    put32(TSS2_AT + 56, STACK_TOP);
    put32(TSS2_AT + 76, SEL_CODE0);
    put32(TSS2_AT + 80, SEL_DATA0);
    put32(TSS2_AT + 84, SEL_DATA0);
    code_at(PAGE_A);
    RUN(0xea, IMM32(0), IMM16(SEL_FREE));
    assert_done();
    ck_assert_uint_eq(rig.cpu->cr3, PDPT2_AT);
    ck_assert_uint_eq(rig.cpu->pdpte[1], DIR_AT | P);
}
END_TEST

/* --- SMEP, SMAP, UMIP (SDM 3A 4.6.1, 2.5) --- */

START_TEST(smep_forbids_supervisor_fetches_from_user_pages)
{
    for (unsigned smep = 0; smep < 2; smep++) {
        pae(false);
        rig.cpu->cr4 |= smep ? CR4_SMEP : 0;
        code_at(PAGE_A);
        put64(pte_at(CODE_AT), CODE_AT | P | W);
        for (uint32_t at = HANDLERS_AT; at < HANDLERS_AT + PAGE_SIZE; at += PAGE_SIZE)
            put64(pte_at(at), at | P | W);
        RUN(MOV_EAX_FROM(PAGE_A), 0xe9, IMM32(PAGE_A - CODE_AT - 10));
        if (smep)
            assert_pf(0x11, PAGE_A);
        else
            assert_done();
    }
}
END_TEST

/* Everything that the supervisor itself needs is a supervisor page; PAGE_A is the user's. */
static void smap(bool user_stack)
{
    static const uint32_t own[] = {GDT_AT, IDT_AT, TSS_AT, HANDLERS_AT, CODE_AT, STACK_TOP - PAGE_SIZE};
    pae(false);
    for (unsigned i = 0; i < ARRAY_LEN(own); i++)
        put64(pte_at(own[i]), own[i] | P | W);
    put64(pte_at(STACK0_TOP - PAGE_SIZE), (STACK0_TOP - PAGE_SIZE) | P | W | (user_stack ? U : 0));
    rig.cpu->cr4 |= CR4_SMAP;
    mode_update(rig.cpu);
    tlb_flush_all(rig.cpu);
}

START_TEST(smap_forbids_supervisor_data_accesses_to_user_pages)
{
    smap(false);
    RUN(MOV_EAX_FROM(PAGE_A), INT_DONE);
    assert_pf(1, PAGE_A);
    smap(false);
    RUN(MOV_EAX_TO(PAGE_A), INT_DONE);
    assert_pf(3, PAGE_A);
    smap(false); /* fetches are SMEP's affair */
    code_at(PAGE_A);
    RUN(JMP_TO(PAGE_A));
    assert_done();
}
END_TEST

START_TEST(smap_is_suspended_between_stac_and_clac)
{
    smap(false);
    put32(PAGE_A, 0x4321);
    RUN(STAC, MOV_EAX_FROM(PAGE_A), MOV_EAX_TO(PAGE_B), CLAC, 0x89, 0xc3, MOV_EAX_FROM(PAGE_A), INT_DONE);
    assert_pf(1, PAGE_A);
    ck_assert_uint_eq(rig.cpu->regs[RBX], 0x4321);
    ck_assert_uint_eq(peek32(PAGE_B), 0x4321);
    /* POPF and IRET change AC just the same */
    smap(false);
    RUN(0x68, IMM32(FL_AC | FL_1), 0x9d, MOV_EAX_FROM(PAGE_A), 0x6a, 2, 0x9d, MOV_EAX_FROM(PAGE_A));
    assert_pf(1, PAGE_A);
    ck_assert_uint_eq(frame_word(1), CODE_AT + 14);
}
END_TEST

START_TEST(smap_watches_implicit_accesses_whatever_ac_says)
{
    smap(false);
    put_desc(SEL_FREE, 0, 0xfffff, 0x93, 0xc);
    put64(pte_at(GDT_AT), GDT_AT | P | W | U);
    rig.cpu->gdtr.base = GDT_AT;
    RUN(STAC, 0x66, 0xb8, IMM16(SEL_FREE), 0x8e, 0xd8, INT_DONE); /* mov ds,ax reads the GDT */
    /* the fault's own delivery reads it, too: #DF, and again: shutdown */
    ck_assert(rig.cpu->shutdown);
    ck_assert_uint_eq(rig.cpu->cr2 & ~7u, GDT_AT + SEL_CODE0);
}
END_TEST

START_TEST(stac_and_clac_are_ud_above_level_0_and_without_smap)
{
    struct cpu_model m = *cpu_model_find("max");
    pae(true);
    RUN(STAC);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    m.features7 &= ~(uint32_t)CPUID7_SMAP;
    rig.cpu->model = &m;
    pae(false);
    RUN(CLAC);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    rig_protected();
    RUN(MOV_EAX(CR4_SMAP), MOV_CR4_EAX);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(umip_makes_five_instructions_gp_above_level_0)
{
    static const uint8_t code[5][3] = {
        {0x0f, 0x01, 0x06}, {0x0f, 0x01, 0x0e}, {0x0f, 0x00, 0xc0}, {0x0f, 0x00, 0xc8}, {0x0f, 0x01, 0xe0}};
    for (unsigned i = 0; i < 20; i++) {
        bool user = i >= 5, umip = i >= 10;
        uint8_t b[6];
        rig_protected();
        if (umip)
            rig.cpu->cr4 |= CR4_UMIP;
        if (user && i < 15)
            rig_user();
        rig.cpu->regs[RSI] = DATA_AT;
        memcpy(b, code[i % 5], 3);
        b[3] = 0xcd;
        b[4] = 32;
        run_bytes(b, 5, 50);
        if (user && umip && i < 15)
            ASSERT_FAULT(EXC_GP, 0);
        else
            assert_done();
    }
}
END_TEST

TCase *pae_tests(void)
{
    TCase *t = tcase_create("PAE paging");
    tcase_add_test(t, pae_protection_of_all_combinations);
    tcase_add_test(t, pae_pdptes_are_loaded_with_cr3_and_not_read_again);
    tcase_add_test(t, pae_rsm_loads_pdptes);
    tcase_add_test(t, pae_pdpte_reserved_bits_are_gp_and_leave_cr3_alone);
    tcase_add_test(t, pae_absent_pdpte_is_a_page_fault);
    tcase_add_test(t, pae_reserved_bits_of_entries_are_pf_with_rsvd);
    tcase_add_test(t, pae_large_page_is_2_mib_without_cr4_pse);
    tcase_add_test(t, pae_addresses_have_36_bits);
    tcase_add_test(t, pae_a_and_d);
    tcase_add_test(t, pae_entry_write_takes_effect_at_once);
    tcase_add_test(t, pae_directory_write_takes_effect_at_once);
    tcase_add_test(t, nx_fetch_faults_with_id_and_data_do_not);
    tcase_add_test(t, efer_takes_nxe_alone);
    tcase_add_test(t, task_switch_loads_pdptes);
    tcase_add_test(t, smep_forbids_supervisor_fetches_from_user_pages);
    tcase_add_test(t, smap_forbids_supervisor_data_accesses_to_user_pages);
    tcase_add_test(t, smap_is_suspended_between_stac_and_clac);
    tcase_add_test(t, smap_watches_implicit_accesses_whatever_ac_says);
    tcase_add_test(t, stac_and_clac_are_ud_above_level_0_and_without_smap);
    tcase_add_test(t, umip_makes_five_instructions_gp_above_level_0);
    return t;
}
