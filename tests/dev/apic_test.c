/* SPDX-License-Identifier: MIT */
/* Local APIC, SDM 3A chapter 10: how interrupts go through it. */
#include "tests/dev/lapic_rig.h"

static struct lapic *make_lapic(struct rig *r, struct probe *p)
{
    struct lapic *l = lapic_new(&r->bus, "lapic");
    l->fitted = true;
    l->intr = probe_line(p, r);
    return l;
}

static void setup(void)
{
    lapic_make();
    lapic_begin();
}

static void teardown(void)
{
    lapic_unmake();
}

START_TEST(lapic_after_reset_is_software_disabled_and_all_masked)
{
    la->dev.cls->reset(&la->dev);
    ck_assert_uint_eq(rd(SVR), 0xff);
    ck_assert_uint_eq(rd(DFR), 0xffffffff);
    for (uint32_t r = LVT_T; r <= LVT_E; r += 0x10)
        ck_assert_uint_eq(rd(r), MASKED);
    wr(LVT_L0, 0x700); /* the mask cannot be taken away (10.4.7.2) */
    ck_assert_uint_eq(rd(LVT_L0), 0x700 | MASKED);
    lint(0, 1);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_uint_eq(rd(VERSION) >> 16 & 0xff, 5);
}
END_TEST

START_TEST(lapic_registers_of_the_table_keep_their_writable_bits)
{
    for (size_t i = 0; i < la->dev.cls->nregs; i++) {
        const struct dev_reg *r = &la->dev.cls->regs[i];
        if (r->writable == 0 || r->offset == ICR || r->offset == SVR)
            continue;
        uint32_t fixed = r->reset & ~r->writable;
        wr(r->offset, r->offset == INITIAL ? 0x7fffffff : 0xffffffff);
        ck_assert_msg((rd(r->offset) & ~fixed) == (r->offset == INITIAL ? 0x7fffffff : r->writable), "%s", r->name);
    }
}
END_TEST

START_TEST(lapic_self_ipi_goes_irr_isr_eoi)
{
    wr(ICR, SELF | 0x51);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_uint_eq(rd(IRR + 0x20), 1 << 17);
    ck_assert_int_eq(ack(), 0x51);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_uint_eq(rd(IRR + 0x20), 0);
    ck_assert_uint_eq(rd(ISR + 0x20), 1 << 17);
    ck_assert_uint_eq(rd(PPR), 0x50);
    wr(EOI, 0);
    ck_assert_uint_eq(rd(ISR + 0x20), 0);
    ck_assert_uint_eq(rd(PPR), 0);
}
END_TEST

START_TEST(lapic_lower_class_waits_higher_interrupts)
{
    wr(ICR, SELF | 0x51);
    ack();
    wr(ICR, SELF | 0x5f); /* the same class of priority: waits */
    ck_assert_int_eq(intr.level, 0);
    wr(ICR, SELF | 0x61);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(ack(), 0x61);
    wr(EOI, 0);
    ck_assert_int_eq(intr.level, 0);
    wr(EOI, 0);
    ck_assert_int_eq(ack(), 0x5f);
}
END_TEST

START_TEST(lapic_tpr_holds_back_its_class_and_below)
{
    wr(TPR, 0x5a);
    wr(ICR, SELF | 0x5f);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_uint_eq(rd(PPR), 0x5a);
    wr(TPR, 0x4f);
    ck_assert_int_eq(intr.level, 1);
    wr(TPR, 0xf0);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_int_eq(ack(), 0xff); /* INTA for what went away: the spurious vector, and nothing in service */
    ck_assert_uint_eq(rd(ISR + 0x20), 0);
}
END_TEST

START_TEST(lapic_disabled_by_msr_is_wire_through)
{
    ck_assert(lapic_set_base(la, BASE | 0x100));
    lint(0, 1);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(ack(), 0x77);
    lint(1, 1);
    ck_assert_uint_eq(nmi.rises, 1);
    ck_assert_uint_eq(rd(VERSION), 0xffffffff); /* nothing is at its address */
    ck_assert(lapic_set_base(la, BASE | 0x100 | 0x800));
    ck_assert_uint_eq(rd(SVR), 0xff); /* as after a reset (10.4.3) */
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(lapic_base_moves_and_refuses_reserved_bits)
{
    ck_assert(lapic_set_base(la, 0xd0000000 | 0x100 | 0x800));
    ck_assert_uint_eq(phys_load(rig.bus.mem, 0xd0000030, 4, INIT_CPU0), 0x50014);
    ck_assert_uint_eq(rd(VERSION), 0xffffffff);
    ck_assert(!lapic_set_base(la, BASE | 0x800 | 1));
    ck_assert(!lapic_set_base(la, BASE | 0x800 | 0x400)); /* no x2APIC */
    ck_assert(!lapic_set_base(la, UINT64_C(1) << PHYS_BITS | 0x800));
    ck_assert_uint_eq(la->base, 0xd0000000 | 0x100 | 0x800);
}
END_TEST

START_TEST(lapic_virtual_wire_lint0_extint_asks_the_8259)
{
    wr(LVT_L0, 0x700);
    lint(0, 1);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(ack(), 0x77);
    ck_assert_int_eq(pic_acks, 1);
    ck_assert_uint_eq(rd(ISR + 0x30), 0); /* leaves no trace in the APIC */
    lint(0, 0);
    ck_assert_int_eq(intr.level, 0);
    lint(0, 1);
    wr(LVT_L0, 0x700 | MASKED);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(lapic_own_vector_goes_before_extint)
{
    wr(LVT_L0, 0x700);
    lint(0, 1);
    wr(ICR, SELF | 0x41);
    ck_assert_int_eq(ack(), 0x41);
    ck_assert_int_eq(ack(), 0x77);
}
END_TEST

START_TEST(lapic_lint1_nmi_on_the_edge)
{
    wr(LVT_L1, 0x400);
    lint(1, 1);
    lint(1, 1);
    ck_assert_uint_eq(nmi.rises, 1);
    lint(1, 0);
    lint(1, 1);
    ck_assert_uint_eq(nmi.rises, 2);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(lapic_lint_level_sets_remote_irr_until_eoi)
{
    wr(LVT_L0, LEVEL | 0x61);
    lint(0, 1);
    ck_assert_uint_eq(rd(LVT_L0), LEVEL | REMOTE_IRR | 0x61);
    ck_assert_uint_eq(rd(TMR + 0x30), 2);
    ck_assert_int_eq(ack(), 0x61);
    wr(EOI, 0);
    ck_assert_int_eq(intr.level, 1); /* still active: asks again */
    ck_assert_int_eq(ack(), 0x61);
    lint(0, 0);
    wr(EOI, 0);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_uint_eq(rd(LVT_L0), LEVEL | 0x61);
}
END_TEST

START_TEST(lapic_lint_active_low)
{
    lint(0, 1);
    wr(LVT_L0, LOW | 0x61);
    ck_assert_int_eq(intr.level, 0);
    lint(0, 0);
    ck_assert_int_eq(ack(), 0x61);
}
END_TEST

START_TEST(lapic_timer_one_shot_counts_nanoseconds_times_divisor)
{
    wr(LVT_T, 0x40);
    wr(DIVIDE, 0x3); /* by 16 */
    wr(INITIAL, 1000);
    ck_assert_uint_eq(rd(CURRENT), 1000);
    rig_run(&rig, 160);
    ck_assert_uint_eq(rd(CURRENT), 990);
    rig_run(&rig, 15839);
    ck_assert_int_eq(intr.level, 0);
    rig_run(&rig, 1);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_uint_eq(rd(CURRENT), 0);
    ack(), wr(EOI, 0);
    rig_run(&rig, 100000);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(lapic_timer_divisors)
{
    static const struct {
        uint32_t value, by;
    } d[] = {{0, 2}, {1, 4}, {2, 8}, {3, 16}, {8, 32}, {9, 64}, {10, 128}, {11, 1}};
    for (size_t i = 0; i < ARRAY_LEN(d); i++) {
        wr(DIVIDE, d[i].value);
        wr(INITIAL, 100000);
        rig_run(&rig, 1280);
        ck_assert_uint_eq(rd(CURRENT), 100000 - 1280 / d[i].by);
    }
}
END_TEST

START_TEST(lapic_timer_periodic_fires_at_exact_multiples)
{
    wr(LVT_T, 0x20040);
    wr(DIVIDE, 0xb);
    uint64_t start = clock_ns(&rig.clock);
    wr(INITIAL, 1000);
    for (unsigned i = 1; i <= 3; i++) {
        rig_run_to(&rig, start + 1000 * i - 1);
        ck_assert_int_eq(intr.level, 0);
        rig_run_to(&rig, start + 1000 * i);
        ck_assert_int_eq(intr.level, 1);
        ack(), wr(EOI, 0);
    }
    rig_run(&rig, 1);
    ck_assert_uint_eq(rd(CURRENT), 999);
    wr(INITIAL, 0); /* stops */
    rig_run(&rig, 5000);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_uint_eq(rd(CURRENT), 0);
}
END_TEST

START_TEST(lapic_timer_masked_counts_without_an_event)
{
    wr(LVT_T, MASKED | 0x20040);
    wr(DIVIDE, 0xb);
    wr(INITIAL, 1000);
    ck_assert(clock_next(&rig.clock) == TIME_NEVER);
    rig_run(&rig, 2300);
    ck_assert_uint_eq(rd(CURRENT), 700);
    wr(LVT_T, 0x20040);
    rig_run(&rig, 699);
    ck_assert_int_eq(intr.level, 0);
    rig_run(&rig, 1);
    ck_assert_int_eq(intr.level, 1);
}
END_TEST

START_TEST(lapic_timer_keeps_its_count_when_the_divisor_changes)
{
    wr(DIVIDE, 0xb);
    wr(INITIAL, 1000);
    rig_run(&rig, 400);
    wr(DIVIDE, 0x0);
    ck_assert_uint_eq(rd(CURRENT), 600);
    rig_run(&rig, 200);
    ck_assert_uint_eq(rd(CURRENT), 500);
}
END_TEST

START_TEST(lapic_svr_clear_masks_the_lvt_and_refuses_fixed_but_takes_nmi)
{
    wr(LVT_T, 0x40);
    wr(SVR, 0xff);
    ck_assert_uint_eq(rd(LVT_T), MASKED | 0x40);
    wr(ICR, SELF | 0x51);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_uint_eq(rd(IRR + 0x20), 0);
    wr(ICR_HIGH, 0);
    wr(ICR, 0x4400); /* NMI to physical 0 */
    ck_assert_uint_eq(nmi.rises, 1);
}
END_TEST

START_TEST(lapic_init_ipi_to_self_keeps_the_id_only)
{
    wr(ID, 0x05000000);
    wr(TPR, 0x20);
    wr(ICR_HIGH, 0x05000000);
    wr(ICR, 0x4500);
    ck_assert_uint_eq(init_pin.rises, 1);
    ck_assert_uint_eq(rd(ID), 0x05000000);
    ck_assert_uint_eq(rd(TPR), 0);
    ck_assert_uint_eq(rd(SVR), 0xff);
    wr(ICR, 0x8500); /* level de-assert: nothing */
    ck_assert_uint_eq(init_pin.rises, 1);
}
END_TEST

START_TEST(lapic_ipi_to_an_absent_cpu_reaches_nobody)
{
    wr(ICR_HIGH, 0x01000000);
    wr(ICR, 0x4500);
    wr(ICR, 0x4608);
    wr(ICR, 0x4051);
    ck_assert_uint_eq(init_pin.rises, 0);
    ck_assert_int_eq(intr.level, 0);
    wr(ICR, 0xc4051); /* all but self */
    ck_assert_int_eq(intr.level, 0);
    wr(ICR, 0x84051); /* all */
    ck_assert_int_eq(intr.level, 1);
    ck_assert_uint_eq(rd(ICR) & 0x1000, 0); /* delivery status: idle */
}
END_TEST

START_TEST(lapic_logical_flat_and_cluster_destinations)
{
    static const struct {
        uint32_t dfr, ldr, dest;
        bool hit;
    } t[] = {
        {0xffffffff, 0x02000000, 0x02000000, true},  {0xffffffff, 0x02000000, 0x07000000, true},
        {0xffffffff, 0x02000000, 0x0d000000, false}, {0xffffffff, 0x02000000, 0xff000000, true},
        {0x0fffffff, 0x32000000, 0x32000000, true},  {0x0fffffff, 0x32000000, 0x36000000, true},
        {0x0fffffff, 0x32000000, 0x42000000, false}, {0x0fffffff, 0x32000000, 0x34000000, false},
        {0x0fffffff, 0x32000000, 0xf2000000, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        wr(DFR, t[i].dfr), wr(LDR, t[i].ldr);
        wr(ICR_HIGH, t[i].dest);
        wr(ICR, 0x4851);
        ck_assert_msg(intr.level == t[i].hit, "case %zu", i);
        if (intr.level)
            ack(), wr(EOI, 0);
    }
}
END_TEST

START_TEST(lapic_illegal_vectors_and_registers_show_in_esr_after_a_write)
{
    wr(LVT_E, 0x80);
    wr(ICR, SELF | 0x0f);
    ck_assert_uint_eq(rd(ESR), 0);
    ck_assert_int_eq(ack(), 0x80);
    wr(EOI, 0);
    wr(LVT_T, 0x05), wr(INITIAL, 1), rig_run(&rig, 10);
    ck_assert_int_eq(intr.level, 0); /* one interrupt until ESR is written */
    rd(0x3f0);
    wr(ESR, 0);
    ck_assert_uint_eq(rd(ESR), 0x20 | 0x40 | 0x80);
    wr(ESR, 0);
    ck_assert_uint_eq(rd(ESR), 0);
    wr(0x000, 1);
    ck_assert_int_eq(ack(), 0x80);
}
END_TEST

START_TEST(lapic_state_round_trip_keeps_vectors_and_the_timer)
{
    struct rig other;
    struct probe p = {0};
    wr(LVT_T, 0x20040), wr(DIVIDE, 0xb), wr(INITIAL, 1000);
    wr(ICR, SELF | 0x31), ack();
    wr(ICR, SELF | 0x71);
    wr(LVT_L0, 0x700), lint(0, 1);
    rig_run(&rig, 300);
    rig_init(&other);
    struct lapic *b = make_lapic(&other, &p);
    rig_realize(&b->dev);
    rig_same_time(&rig, &other);
    rig_copy_state(&la->dev, &b->dev);
    ck_assert_int_eq(p.level, 1);
    struct intr_ack a = lapic_intr_ack(b);
    ck_assert_int_eq(a.ack(a.ctx), 0x71);
    rig_run(&other, 700);
    ck_assert_uint_eq(phys_load(other.bus.mem, BASE + IRR + 0x20, 4, INIT_CPU0), 1);
    dev_free(&b->dev);
    rig_free(&other);
}
END_TEST

TCase *apic_tests(void)
{
    TCase *t = tcase_create("apic");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, lapic_after_reset_is_software_disabled_and_all_masked);
    tcase_add_test(t, lapic_registers_of_the_table_keep_their_writable_bits);
    tcase_add_test(t, lapic_self_ipi_goes_irr_isr_eoi);
    tcase_add_test(t, lapic_lower_class_waits_higher_interrupts);
    tcase_add_test(t, lapic_tpr_holds_back_its_class_and_below);
    tcase_add_test(t, lapic_disabled_by_msr_is_wire_through);
    tcase_add_test(t, lapic_base_moves_and_refuses_reserved_bits);
    tcase_add_test(t, lapic_virtual_wire_lint0_extint_asks_the_8259);
    tcase_add_test(t, lapic_own_vector_goes_before_extint);
    tcase_add_test(t, lapic_lint1_nmi_on_the_edge);
    tcase_add_test(t, lapic_lint_level_sets_remote_irr_until_eoi);
    tcase_add_test(t, lapic_lint_active_low);
    tcase_add_test(t, lapic_timer_one_shot_counts_nanoseconds_times_divisor);
    tcase_add_test(t, lapic_timer_divisors);
    tcase_add_test(t, lapic_timer_periodic_fires_at_exact_multiples);
    tcase_add_test(t, lapic_timer_masked_counts_without_an_event);
    tcase_add_test(t, lapic_timer_keeps_its_count_when_the_divisor_changes);
    tcase_add_test(t, lapic_svr_clear_masks_the_lvt_and_refuses_fixed_but_takes_nmi);
    tcase_add_test(t, lapic_init_ipi_to_self_keeps_the_id_only);
    tcase_add_test(t, lapic_ipi_to_an_absent_cpu_reaches_nobody);
    tcase_add_test(t, lapic_logical_flat_and_cluster_destinations);
    tcase_add_test(t, lapic_illegal_vectors_and_registers_show_in_esr_after_a_write);
    tcase_add_test(t, lapic_state_round_trip_keeps_vectors_and_the_timer);
    return t;
}
