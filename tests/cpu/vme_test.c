/* SPDX-License-Identifier: MIT */
/* Virtual-8086 mode extensions and protected-mode virtual interrupts: SDM 3B 20.3.3 (table 20-2), 20.4. */
#include "tests/cpu/rig.h"

#define INT_DONE 0xcd, 32
#define CLI      0xfa
#define STI      0xfb
#define PUSHF    0x9c
#define PUSHFD   0x66, 0x9c
#define POPF     0x9d
#define POPFD    0x66, 0x9d
#define IRET     0xcf
#define IRETD    0x66, 0xcf
/* INT 32 always goes to the monitor; HLT is #GP there, too, so that each run ends in a handler. */
enum { MAP_BASE = 136, REDIRECTION = TSS_AT + MAP_BASE - 32, STACK86 = 0x8000, IVT_HANDLER = 0x7000 };

static void redirect(unsigned vector, bool to_monitor)
{
    uint32_t at = REDIRECTION + vector / 8;
    uint8_t bit = (uint8_t)(1u << (vector & 7));
    put8(at, to_monitor ? peek8(at) | bit : peek8(at) & (uint8_t)~bit);
}

static void vm86(uint32_t flags, bool vme)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    put16(TSS_AT + 102, MAP_BASE);
    c->tr.limit = MAP_BASE + 3;
    for (unsigned v = 0; v < 256; v++)
        redirect(v, true);
    c->cr4 = vme ? CR4_VME : 0;
    cpu_set_eflags(c, flags | FL_VM);
    c->cpl = 3;
    for (unsigned i = 0; i < NSEGS; i++)
        set_seg_real(c, i, 0);
    set_seg_real(c, SEG_CS, CODE_AT >> 4);
    c->regs[RSP] = STACK86;
    mode_update(c);
}
/* The monitor's frame of INT 32, or of #GP: EFLAGS as they were. */
static uint32_t flags_then(void)
{
    int v = rig_vector();
    ck_assert(v == 32 || v == EXC_GP);
    return frame_word(v == EXC_GP ? 3 : 2) & ~(uint32_t)(FL_RF | FL_ARITH);
}
#define BASE_FLAGS (FL_VM | FL_1)

START_TEST(vme_cli_and_sti_act_on_vif)
{
    /* IOPL 3 */
    vm86(FL_IOPL, true);
    redirect(32, true);
    RUN(STI, 0x90, INT_DONE);
    ck_assert_uint_eq(flags_then(), BASE_FLAGS | FL_IOPL | FL_IF);
    /* IOPL 0 */
    for (unsigned vme = 0; vme < 2; vme++) {
        vm86(FL_IF, vme);
        RUN(STI, HLT);
        ck_assert_int_eq(rig_vector(), EXC_GP);
        ck_assert_uint_eq(frame_word(1), vme ? 1 : 0);
        ck_assert_uint_eq(flags_then(), BASE_FLAGS | FL_IF | (vme ? FL_VIF : 0));
        vm86(FL_IF | FL_VIF, vme);
        RUN(CLI, HLT);
        ck_assert_uint_eq(frame_word(1), vme ? 1 : 0);
        ck_assert_uint_eq(flags_then(), BASE_FLAGS | FL_IF | (vme ? 0 : FL_VIF));
    }
}
END_TEST

START_TEST(vme_sti_with_vip_is_gp)
{
    vm86(FL_IF | FL_VIP, true);
    RUN(CLI, STI, HLT);
    ASSERT_FAULT(EXC_GP, 0);
    ck_assert_uint_eq(frame_word(1), 1);
    ck_assert_uint_eq(flags_then(), BASE_FLAGS | FL_IF | FL_VIP);
}
END_TEST

START_TEST(vme_pushf_shows_vif_as_if_and_iopl_3)
{
    vm86(FL_CF, true);
    RUN(PUSHF, HLT);
    ck_assert_uint_eq(peek16(STACK86 - 2), FL_IOPL | FL_CF | FL_1);
    vm86(FL_IF, true);
    RUN(PUSHF, STI, PUSHF, HLT);
    ck_assert_uint_eq(peek16(STACK86 - 2), FL_IOPL | FL_1);
    ck_assert_uint_eq(peek16(STACK86 - 4), FL_IOPL | FL_IF | FL_1);
    vm86(FL_IF, true);
    RUN(PUSHFD);
    ASSERT_FAULT(EXC_GP, 0);
    vm86(FL_IF, false);
    RUN(PUSHF);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(vme_popf_takes_if_into_vif)
{
    vm86(FL_IF, true);
    put16(STACK86, FL_IF | FL_DF | FL_NT);
    RUN(POPF, HLT);
    ck_assert_uint_eq(flags_then(), BASE_FLAGS | FL_IF | FL_VIF | FL_DF | FL_NT);
    vm86(FL_IF | FL_VIF, true);
    put16(STACK86, FL_IOPL);
    RUN(POPF, HLT);
    ck_assert_uint_eq(flags_then(), BASE_FLAGS | FL_IF);
    /* TF, and IF while VIP is set, are the monitor's to see */
    vm86(FL_IF, true);
    put16(STACK86, FL_TF);
    RUN(POPF, HLT);
    ck_assert_uint_eq(frame_word(1), 0);
    vm86(FL_IF | FL_VIP, true);
    put16(STACK86, FL_IF);
    RUN(POPF, HLT);
    ck_assert_uint_eq(frame_word(1), 0);
    vm86(FL_IF | FL_VIP, true);
    put16(STACK86, 0);
    RUN(POPF, HLT);
    ck_assert_uint_eq(frame_word(1), 1);
    vm86(FL_IF, true);
    RUN(POPFD, HLT);
    ck_assert_uint_eq(frame_word(1), 0);
}
END_TEST

START_TEST(vme_iret_takes_if_into_vif)
{
    static const uint16_t frame[] = {0x40, CODE_AT >> 4, FL_IF | FL_CF};
    vm86(0, true);
    put(STACK86, frame, sizeof frame);
    put8(CODE_AT + 0x40, HLT);
    RUN(IRET);
    ck_assert_uint_eq(frame_word(1), 0x40);
    ck_assert_uint_eq(frame_word(4), STACK86 + 6);
    ck_assert_uint_eq(flags_then(), BASE_FLAGS | FL_VIF);
    vm86(FL_VIP, true);
    put(STACK86, frame, sizeof frame);
    RUN(IRET);
    ASSERT_FAULT(EXC_GP, 0);
    ck_assert_uint_eq(frame_word(1), 0);
    vm86(0, true);
    RUN(IRETD);
    ASSERT_FAULT(EXC_GP, 0);
    ck_assert_uint_eq(frame_word(1), 0);
}
END_TEST

/* Table 20-2. */
START_TEST(vme_int_n_goes_where_iopl_and_the_redirection_bitmap_say)
{
    for (unsigned n = 0; n < 8; n++) {
        bool vme = n & 1, iopl3 = n & 2, monitor = n & 4;
        vm86((iopl3 ? FL_IOPL | FL_IF : FL_VIF) | FL_DF, vme);
        redirect(45, monitor);
        put16(45 * 4, IVT_HANDLER & 15);
        put16(45 * 4 + 2, IVT_HANDLER >> 4);
        put8(IVT_HANDLER, HLT);
        RUN(0xcd, 45);
        if (!vme || monitor) {
            ck_assert_msg(rig_vector() == (iopl3 ? 45 : EXC_GP), "case %u", n);
            ck_assert_uint_eq(frame_word(iopl3 ? 0 : 1), iopl3 ? 2 : 0);
            continue;
        }
        /* its own handler: HLT there is #GP */
        ck_assert_msg(rig_vector() == EXC_GP, "case %u", n);
        ck_assert_uint_eq(frame_word(1), IVT_HANDLER & 15);
        ck_assert_uint_eq(frame_word(2), IVT_HANDLER >> 4);
        ck_assert_uint_eq(frame_word(4), STACK86 - 6);
        ck_assert_uint_eq(peek16(STACK86 - 2), FL_IOPL | FL_IF | FL_DF | FL_1);
        ck_assert_uint_eq(peek16(STACK86 - 4), CODE_AT >> 4);
        ck_assert_uint_eq(peek16(STACK86 - 6), 2);
        ck_assert_uint_eq(flags_then(), BASE_FLAGS | FL_DF | (iopl3 ? FL_IOPL : 0));
    }
}
END_TEST

START_TEST(vme_int3_and_into_are_not_redirected)
{
    vm86(FL_OF, true);
    redirect(3, false);
    redirect(4, false);
    put_idt(4, 0xee, SEL_CODE0, HANDLERS_AT + 4);
    RUN(0xce);
    ck_assert_int_eq(rig_vector(), EXC_OF);
    vm86(0, true);
    redirect(3, false);
    RUN(0xcc);
    ck_assert_int_eq(rig_vector(), EXC_BP);
}
END_TEST

START_TEST(vme_redirection_bitmap_beyond_the_limit_is_gp)
{
    vm86(FL_IOPL, true);
    rig.cpu->tr.limit = MAP_BASE - 32 + 3;
    RUN(0xcd, 0x21);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

/* SDM 3B 20.3.3: the map's 32 bytes end where the I/O permission bitmap begins. */
START_TEST(vme_redirection_bitmap_to_the_byte)
{
    static const struct {
        uint16_t map;
        uint32_t limit;
        bool there;
    } t[] = {{MAP_BASE, MAP_BASE - 32 + 4, true},
             {MAP_BASE, MAP_BASE - 32 + 3, false},
             {31, 0xffff, false},
             {MAP_BASE, 103, false}};
    for (unsigned k = 0; k < ARRAY_LEN(t); k++) {
        vm86(FL_IOPL, true);
        put16(TSS_AT + 102, t[k].map);
        rig.cpu->tr.limit = t[k].limit;
        RUN(0xcd, 0x21);
        ck_assert_msg(rig_vector() == (t[k].there ? 0x21 : EXC_GP), "case %u: vector %d", k, rig_vector());
    }
    /* A TSS without room for the map's address has none: INT n goes to the monitor. */
    vm86(FL_IOPL, true);
    redirect(0x21, false);
    rig.cpu->tr.limit = 102;
    RUN(0xcd, 0x21);
    ck_assert_int_eq(rig_vector(), 0x21);
}
END_TEST

START_TEST(pvi_cli_and_sti_act_on_vif_at_level_3)
{
    for (unsigned pvi = 0; pvi < 2; pvi++) {
        rig_protected();
        rig.cpu->cr4 = pvi ? CR4_PVI : 0;
        rig_user();
        cpu_set_eflags(rig.cpu, FL_IF);
        RUN(STI, 0x90, INT_DONE);
        if (pvi)
            ck_assert_uint_eq(frame_word(2), FL_IF | FL_VIF | FL_1);
        else
            ASSERT_FAULT(EXC_GP, 0);
        rig_protected();
        rig.cpu->cr4 = pvi ? CR4_PVI : 0;
        rig_user();
        cpu_set_eflags(rig.cpu, FL_IF | FL_VIF | FL_VIP);
        RUN(CLI, STI);
        ASSERT_FAULT(EXC_GP, 0);
        ck_assert_uint_eq(frame_word(1), CODE_AT + pvi);
        ck_assert_uint_eq(frame_word(3) & FL_VIF, pvi ? 0 : FL_VIF);
    }
    /* PUSHF and POPF are as ever (20.4) */
    rig_protected();
    rig.cpu->cr4 = CR4_PVI;
    rig_user();
    cpu_set_eflags(rig.cpu, FL_IF | FL_VIF);
    RUN(0x6a, 2, POPF, INT_DONE);
    ck_assert_uint_eq(frame_word(2), FL_IF | FL_VIF | FL_1);
}
END_TEST

/* SDM 2A IRET, RETURN-TO-VIRTUAL-8086-MODE: nine words, all within SS, and an EIP of 16 bits. */
START_TEST(iret_to_vm86_needs_nine_words_and_an_ip_of_16_bits)
{
    static const uint32_t words[9] = {0xffff, 0x2000, FL_VM | FL_1, 0x1234, 0x3000, 0x4000, 0x5000, 0x6000, 0x7000};
    static const uint8_t code[] = {0xcf};
    for (unsigned n = 3; n <= 10; n++) { /* words within the limit; 10: all, and EIP beyond FFFFh */
        struct cpu *c = rig.cpu;
        uint32_t esp = STACK_TOP - sizeof words;
        rig_protected();
        put(esp, words, sizeof words);
        if (n == 10)
            put32(esp, 0x10000);
        c->regs[RSP] = esp;
        c->seg[SEG_SS].limit = n < 9 ? esp + 4 * n - 1 : STACK_TOP - 1;
        seg_update(&c->seg[SEG_SS]);
        run_bytes(code, 1, 1);
        if (n == 9) {
            ck_assert(c->eflags & FL_VM);
            ck_assert_uint_eq(c->cpl, 3);
            ck_assert_uint_eq(c->rip, 0xffff);
            ck_assert_uint_eq(c->regs[RSP], 0x1234);
            static const uint8_t order[] = {SEG_CS, SEG_SS, SEG_ES, SEG_DS, SEG_FS, SEG_GS};
            for (unsigned k = 0; k < sizeof order; k++)
                ck_assert_uint_eq(c->seg[order[k]].base, 0x20000 + 0x10000 * k);
        } else {
            ck_assert_uint_eq(c->rip, HANDLERS_AT + (n == 10 ? EXC_GP : EXC_SS));
            ck_assert_uint_eq(frame_word(0), 0);
            ck_assert_uint_eq(frame_word(1), CODE_AT);
            ck_assert_uint_eq(c->regs[RSP], esp - 16);
        }
    }
}
END_TEST

TCase *vme_tests(void)
{
    TCase *t = tcase_create("virtual interrupts");
    tcase_add_test(t, vme_cli_and_sti_act_on_vif);
    tcase_add_test(t, vme_sti_with_vip_is_gp);
    tcase_add_test(t, vme_pushf_shows_vif_as_if_and_iopl_3);
    tcase_add_test(t, vme_popf_takes_if_into_vif);
    tcase_add_test(t, vme_iret_takes_if_into_vif);
    tcase_add_test(t, vme_int_n_goes_where_iopl_and_the_redirection_bitmap_say);
    tcase_add_test(t, vme_int3_and_into_are_not_redirected);
    tcase_add_test(t, vme_redirection_bitmap_beyond_the_limit_is_gp);
    tcase_add_test(t, vme_redirection_bitmap_to_the_byte);
    tcase_add_test(t, pvi_cli_and_sti_act_on_vif_at_level_3);
    tcase_add_test(t, iret_to_vm86_needs_nine_words_and_an_ip_of_16_bits);
    return t;
}
