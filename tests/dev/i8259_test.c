/* SPDX-License-Identifier: MIT */
/* 8259A: priority, end of interrupt, masks, cascade, spurious requests. */
#include "devices/intc/i8259.h"
#include "tests/dev/rig.h"

static struct rig rig;
static struct i8259 *pic0, *pic1;
static struct probe intr;

static void make(struct rig *r, struct i8259 **a, struct i8259 **b, struct probe *p)
{
    *a = i8259_new(&r->bus, "pic0");
    *b = i8259_new(&r->bus, "pic1");
    (*a)->base = 0x20, (*a)->elcr_port = 0x4d0, (*a)->elcr_mask = 0xf8;
    (*b)->base = 0xa0, (*b)->elcr_port = 0x4d1, (*b)->elcr_mask = 0xde;
    (*a)->intr = probe_line(p, r);
    i8259_cascade(*a, 2, *b);
    rig_realize(&(*a)->dev);
    rig_realize(&(*b)->dev);
}

static void init(uint16_t base, uint8_t icw2, uint8_t icw3, uint8_t icw4)
{
    rig_out(&rig, base, 0x11);
    rig_out(&rig, base + 1, icw2);
    rig_out(&rig, base + 1, icw3);
    rig_out(&rig, base + 1, icw4);
}

static void setup(void)
{
    memset(&intr, 0, sizeof intr);
    rig_init(&rig);
    make(&rig, &pic0, &pic1, &intr);
    init(0x20, 0x08, 0x04, 0x01);
    init(0xa0, 0x70, 0x02, 0x01);
}

static void teardown(void)
{
    dev_free(&pic0->dev);
    dev_free(&pic1->dev);
    rig_free(&rig);
}

static void line(int irq, int level)
{
    struct irq_line l = i8259_input(irq < 8 ? pic0 : pic1, irq & 7);
    irq_set(&l, level);
}

static uint8_t isr(uint16_t base)
{
    rig_out(&rig, base, 0x0b);
    return rig_in(&rig, base);
}

static uint8_t irr(uint16_t base)
{
    rig_out(&rig, base, 0x0a);
    return rig_in(&rig, base);
}

START_TEST(request_raises_int_and_ack_gives_icw2_vector)
{
    line(3, 1);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_uint_eq(irr(0x20), 0x08);
    ck_assert_int_eq(i8259_ack(pic0), 0x0b);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_uint_eq(irr(0x20), 0);
    ck_assert_uint_eq(isr(0x20), 0x08);
}
END_TEST

START_TEST(edge_mode_needs_a_new_edge_after_eoi)
{
    line(3, 1);
    i8259_ack(pic0);
    rig_out(&rig, 0x20, 0x20);
    ck_assert_int_eq(intr.level, 0);
    line(3, 0);
    line(3, 1);
    ck_assert_int_eq(intr.level, 1);
}
END_TEST

START_TEST(elcr_level_input_requests_again_while_high)
{
    rig_out(&rig, 0x4d0, 0xff);
    ck_assert_uint_eq(rig_in(&rig, 0x4d0), 0xf8); /* IRQ0-2 stay edge */
    rig_out(&rig, 0x4d1, 0xff);
    ck_assert_uint_eq(rig_in(&rig, 0x4d1), 0xde); /* IRQ8 and 13 too */
    line(5, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x0d);
    rig_out(&rig, 0x20, 0x20);
    ck_assert_int_eq(intr.level, 1);
    line(5, 0);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(fully_nested_higher_interrupts_lower_waits)
{
    line(4, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x0c);
    line(6, 1);
    ck_assert_int_eq(intr.level, 0);
    line(1, 1);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x09);
    ck_assert_uint_eq(isr(0x20), 0x12);
    rig_out(&rig, 0x20, 0x20); /* non-specific: the highest in service */
    ck_assert_uint_eq(isr(0x20), 0x10);
    rig_out(&rig, 0x20, 0x20);
    ck_assert_int_eq(i8259_ack(pic0), 0x0e);
}
END_TEST

START_TEST(specific_eoi_resets_that_level_only)
{
    line(4, 1);
    i8259_ack(pic0);
    line(1, 1);
    i8259_ack(pic0);
    rig_out(&rig, 0x20, 0x64);
    ck_assert_uint_eq(isr(0x20), 0x02);
}
END_TEST

START_TEST(imr_masks_and_leaves_irr)
{
    rig_out(&rig, 0x21, 0x08);
    ck_assert_uint_eq(rig_in(&rig, 0x21), 0x08);
    line(3, 1);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_uint_eq(irr(0x20), 0x08);
    rig_out(&rig, 0x21, 0);
    ck_assert_int_eq(intr.level, 1);
    rig_out(&rig, 0x21, 0x08);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(request_gone_before_ack_gives_default_ir7)
{
    line(3, 1);
    line(3, 0);
    ck_assert_int_eq(intr.level, 0);
    ck_assert_int_eq(i8259_ack(pic0), 0x0f);
    ck_assert_uint_eq(isr(0x20), 0);
}
END_TEST

START_TEST(cascade_gives_slave_vector_and_sets_both_isr)
{
    line(14, 1);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x76);
    ck_assert_uint_eq(isr(0x20), 0x04);
    ck_assert_uint_eq(isr(0xa0), 0x40);
}
END_TEST

START_TEST(slave_request_gone_gives_irq15_with_master_isr_2)
{
    line(2, 1); /* the cascade input itself, as a slave's late INT would do */
    ck_assert_int_eq(i8259_ack(pic0), 0x77);
    ck_assert_uint_eq(isr(0x20), 0x04);
    ck_assert_uint_eq(isr(0xa0), 0);
}
END_TEST

START_TEST(slave_with_another_id_does_not_answer)
{
    init(0xa0, 0x70, 0x05, 0x01);
    line(14, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0xff);
}
END_TEST

START_TEST(nested_slave_is_held_back_unless_special_fully_nested)
{
    line(14, 1);
    i8259_ack(pic0);
    line(8, 1);
    ck_assert_int_eq(intr.level, 0);
    rig_out(&rig, 0x20, 0x20), rig_out(&rig, 0xa0, 0x20);
    line(8, 0), line(14, 0);

    init(0x20, 0x08, 0x04, 0x11);
    init(0xa0, 0x70, 0x02, 0x01);
    line(14, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x76);
    line(8, 1);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x70);
}
END_TEST

START_TEST(aeoi_leaves_isr_clear)
{
    init(0x20, 0x08, 0x04, 0x03);
    line(3, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x0b);
    ck_assert_uint_eq(isr(0x20), 0);
}
END_TEST

START_TEST(rotate_in_aeoi_makes_the_served_level_lowest)
{
    init(0x20, 0x08, 0x04, 0x03);
    rig_out(&rig, 0x20, 0x80);
    line(3, 1);
    i8259_ack(pic0);
    line(3, 0);
    line(3, 1), line(4, 1), line(7, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x0c);
    line(4, 0);
    ck_assert_int_eq(i8259_ack(pic0), 0x0f);
    line(7, 0);
    ck_assert_int_eq(i8259_ack(pic0), 0x0b);
}
END_TEST

START_TEST(rotate_on_non_specific_eoi)
{
    line(4, 1);
    i8259_ack(pic0);
    rig_out(&rig, 0x20, 0xa0);
    line(4, 0);
    line(4, 1), line(6, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x0e); /* 4 is now the lowest, 5 the highest */
}
END_TEST

START_TEST(set_priority_command)
{
    rig_out(&rig, 0x20, 0xc5); /* IR5 lowest, IR6 highest */
    line(0, 1), line(6, 1), line(5, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x0e);
    rig_out(&rig, 0x20, 0x20);
    ck_assert_int_eq(i8259_ack(pic0), 0x08);
    rig_out(&rig, 0x20, 0xe0); /* rotate on specific EOI: IR0 lowest */
    ck_assert_uint_eq(isr(0x20), 0);
    line(0, 0), line(0, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x0d);
}
END_TEST

START_TEST(special_mask_mode_lets_lower_levels_through)
{
    line(3, 1);
    i8259_ack(pic0);
    rig_out(&rig, 0x21, 0x08);
    line(6, 1);
    ck_assert_int_eq(intr.level, 0);
    rig_out(&rig, 0x20, 0x68);
    ck_assert_int_eq(intr.level, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x0e);
    rig_out(&rig, 0x20, 0x20); /* the masked IR3 stays in service */
    ck_assert_uint_eq(isr(0x20), 0x08);
    rig_out(&rig, 0x20, 0x48);
    rig_out(&rig, 0x20, 0x20);
    ck_assert_uint_eq(isr(0x20), 0);
}
END_TEST

START_TEST(poll_acknowledges_and_gives_level)
{
    line(5, 1);
    rig_out(&rig, 0x20, 0x0c);
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0x85);
    ck_assert_uint_eq(isr(0x20), 0x20);
    ck_assert_int_eq(intr.level, 0);
    rig_out(&rig, 0x20, 0x0c);
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0);
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0x20); /* once only: back to ISR */
}
END_TEST

START_TEST(poll_of_a_cascade_gives_ir2_then_the_slaves_level)
{
    line(12, 1);
    rig_out(&rig, 0x20, 0x0c);
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0x82);
    rig_out(&rig, 0xa0, 0x0c);
    ck_assert_uint_eq(rig_in(&rig, 0xa0), 0x84);
    ck_assert_uint_eq(isr(0x20), 0x04);
    ck_assert_uint_eq(isr(0xa0), 0x10);
}
END_TEST

START_TEST(poll_reads_at_the_mask_port_too)
{
    line(5, 1);
    rig_out(&rig, 0x20, 0x0c);
    ck_assert_uint_eq(rig_in(&rig, 0x21), 0x85); /* the RD pulse is what counts, not A0 */
    ck_assert_uint_eq(rig_in(&rig, 0x21), 0);
}
END_TEST

START_TEST(special_mask_mode_still_nests_unmasked_levels)
{
    line(3, 1);
    i8259_ack(pic0);
    rig_out(&rig, 0x20, 0x68);
    line(6, 1);
    ck_assert_int_eq(intr.level, 0); /* IR3 is in service and not masked */
    rig_out(&rig, 0x21, 0x08);
    ck_assert_int_eq(intr.level, 1);
}
END_TEST

START_TEST(icw1_ends_special_mask_mode_and_rotation)
{
    rig_out(&rig, 0x20, 0x68);
    rig_out(&rig, 0x20, 0xc5);
    init(0x20, 0x08, 0x04, 0x01);
    line(5, 1), line(6, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x0d); /* IR7 is the lowest again */
    rig_out(&rig, 0x21, 0x20);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(aeoi_of_the_master_leaves_the_slave_in_service)
{
    init(0x20, 0x08, 0x04, 0x03);
    line(14, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x76);
    ck_assert_uint_eq(isr(0x20), 0);
    ck_assert_uint_eq(isr(0xa0), 0x40);
}
END_TEST

START_TEST(icw1_clears_imr_edges_and_selects_irr)
{
    rig_out(&rig, 0x21, 0xff);
    line(3, 1);
    rig_out(&rig, 0x20, 0x0b);
    init(0x20, 0x08, 0x04, 0x01);
    ck_assert_uint_eq(rig_in(&rig, 0x21), 0);
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0); /* IRR: the old edge is forgotten */
    ck_assert_int_eq(intr.level, 0);
    line(3, 0), line(3, 1);
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0x08);
}
END_TEST

START_TEST(single_mode_skips_icw3_and_no_ic4_skips_icw4)
{
    rig_out(&rig, 0x20, 0x12);
    rig_out(&rig, 0x21, 0x40);
    rig_out(&rig, 0x21, 0xa5); /* OCW1 already */
    ck_assert_uint_eq(rig_in(&rig, 0x21), 0xa5);
}
END_TEST

START_TEST(ltim_makes_every_input_level)
{
    rig_out(&rig, 0x20, 0x19);
    rig_out(&rig, 0x21, 0x08), rig_out(&rig, 0x21, 0x04), rig_out(&rig, 0x21, 0x01);
    line(1, 1);
    i8259_ack(pic0);
    rig_out(&rig, 0x20, 0x20);
    ck_assert_int_eq(intr.level, 1);
}
END_TEST

START_TEST(silent_before_initialisation)
{
    pic0->dev.cls->reset(&pic0->dev);
    line(1, 1);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(state_round_trip_keeps_requests)
{
    struct rig other;
    struct i8259 *a, *b;
    struct probe p = {0};
    rig_init(&other);
    make(&other, &a, &b, &p);
    line(4, 1), i8259_ack(pic0);
    line(10, 1);
    rig_out(&rig, 0xa1, 0x03);
    rig_copy_state(&pic1->dev, &b->dev); /* the slave first: its wire must not count as an edge of the master's */
    rig_copy_state(&pic0->dev, &a->dev);
    ck_assert_int_eq(p.level, 1);
    ck_assert_int_eq(i8259_ack(a), 0x72);
    ck_assert_uint_eq(a->isr, 0x14);
    ck_assert_uint_eq(b->imr, 0x03);
    dev_free(&a->dev), dev_free(&b->dev);
    rig_free(&other);
}
END_TEST

/* Each input as the lowest: every request in order, and which pairs interrupt one another. */
START_TEST(priority_order_for_each_lowest_level)
{
    for (int lowest = 0; lowest < 8; lowest++) {
        init(0x20, 0x08, 0x00, 0x01);
        rig_out(&rig, 0x20, (uint8_t)(0xc0 | lowest));
        for (int ir = 0; ir < 8; ir++)
            line(ir, 0), line(ir, 1);
        for (int n = 1; n <= 8; n++) {
            int want = (lowest + n) & 7;
            ck_assert_msg(i8259_ack(pic0) == 8 + want, "lowest IR%d: number %d is not IR%d", lowest, n, want);
            ck_assert_uint_eq(isr(0x20), 1u << want);
            rig_out(&rig, 0x20, (uint8_t)(0x60 | want));
        }
        for (int busy = 0; busy < 8; busy++)
            for (int ir = 0; ir < 8; ir++) {
                for (int i = 0; i < 8; i++)
                    line(i, 0);
                line(busy, 1);
                ck_assert_int_eq(i8259_ack(pic0), 8 + busy);
                line(busy, 0), line(ir, 1);
                bool higher = ((ir - lowest + 7) & 7) < ((busy - lowest + 7) & 7);
                ck_assert_msg(intr.level == higher, "lowest IR%d, IR%d in service, IR%d requests", lowest, busy, ir);
                line(ir, 0);
                rig_out(&rig, 0x20, 0x20);
                ck_assert_uint_eq(isr(0x20), 0);
            }
    }
}
END_TEST

/* ICW1's SNGL and IC4 say how many ICWs follow; what comes after them is OCW1. */
START_TEST(icw1_says_how_many_icws_follow)
{
    static const struct {
        uint8_t icw1;
        unsigned follow;
    } t[] = {{0x10, 2}, {0x11, 3}, {0x12, 1}, {0x13, 2}, {0x18, 2}, {0x1b, 2}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_out(&rig, 0x20, t[i].icw1);
        for (unsigned n = 0; n < t[i].follow; n++) {
            ck_assert_msg(pic0->init_step != 0, "ICW1 %02x ends after %u", t[i].icw1, n);
            rig_out(&rig, 0x21, 0x55);
            ck_assert_uint_eq(rig_in(&rig, 0x21), 0);
        }
        ck_assert_msg(pic0->init_step == 0, "ICW1 %02x goes on", t[i].icw1);
        rig_out(&rig, 0x21, 0xa5);
        ck_assert_uint_eq(rig_in(&rig, 0x21), 0xa5);
        ck_assert_uint_eq(pic0->icw4, t[i].icw1 & 1 ? 0x55 : 0);
        ck_assert_uint_eq(pic0->icw3, t[i].icw1 & 2 ? 7 : 0x55); /* "the slave mode address is set to 7" */
    }
}
END_TEST

START_TEST(icw1_starts_anew)
{
    line(4, 1), i8259_ack(pic0);
    rig_out(&rig, 0x20, 0xc3), rig_out(&rig, 0x20, 0x68), rig_out(&rig, 0x20, 0x80), rig_out(&rig, 0x20, 0x0f);
    rig_out(&rig, 0x21, 0xff);
    rig_out(&rig, 0x20, 0x11);
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0); /* no poll, and IRR, of which the old edge is gone */
    ck_assert_uint_eq(isr(0x20), 0);
    ck_assert_uint_eq(rig_in(&rig, 0x21), 0);
    struct buf out = {0};
    pic0->dev.cls->print(&pic0->dev, &out);
    ck_assert_str_eq((const char *)out.data, "pic0: irr=00 imr=00 isr=00 icw2=08 icw3=07 icw4=00 elcr=00 lowest=IR7 "
                                             "(not initialised)\n");
    buf_free(&out);
}
END_TEST

START_TEST(ocw1_before_initialisation_is_the_mask)
{
    pic0->dev.cls->reset(&pic0->dev);
    rig_out(&rig, 0x21, 0x5a);
    ck_assert_uint_eq(rig_in(&rig, 0x21), 0x5a);
    ck_assert_uint_eq(pic0->icw2, 0);
}
END_TEST

/* What an OCW3 does not program stays: RR = 0 keeps the register, ESMM = 0 the special mask mode. */
START_TEST(ocw3_programs_what_its_enables_say)
{
    line(3, 1), i8259_ack(pic0);
    rig_out(&rig, 0x20, 0x0b);
    rig_out(&rig, 0x20, 0x08);
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0x08);
    rig_out(&rig, 0x20, 0x09);
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0x08);
    rig_out(&rig, 0x20, 0x0a);
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0);
    rig_out(&rig, 0x20, 0x09);
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0);
    rig_out(&rig, 0x21, 0x08), line(6, 1);
    rig_out(&rig, 0x20, 0x28); /* SMM without ESMM */
    ck_assert_int_eq(intr.level, 0);
    rig_out(&rig, 0x20, 0x68);
    rig_out(&rig, 0x20, 0x08);
    ck_assert_int_eq(intr.level, 1);
    rig_out(&rig, 0x20, 0x48);
    ck_assert_int_eq(intr.level, 0);
    rig_out(&rig, 0x20, 0x0c), rig_out(&rig, 0x20, 0x08); /* a poll that is taken back */
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0x40);
}
END_TEST

/* OCW2's eight commands, with IR2 and IR5 in service and IR7 the lowest: what is in service and the lowest after it. */
START_TEST(ocw2_commands)
{
    static const struct {
        uint8_t value, isr, lowest, rotates;
    } t[] = {{0x20, 0x20, 7, 1}, {0x65, 0x04, 7, 1}, {0x62, 0x20, 7, 1}, {0xa0, 0x20, 2, 1}, {0xe5, 0x04, 5, 1},
             {0xc4, 0x24, 4, 1}, {0x43, 0x24, 7, 1}, {0x00, 0x24, 7, 0}, {0x80, 0x24, 7, 1}, {0x63, 0x24, 7, 1}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        init(0x20, 0x08, 0x00, 0x01);
        line(5, 0), line(2, 0);
        line(5, 1), i8259_ack(pic0), line(2, 1), i8259_ack(pic0);
        rig_out(&rig, 0x20, 0x80);
        rig_out(&rig, 0x20, t[i].value);
        ck_assert_msg(isr(0x20) == t[i].isr, "OCW2 %02x: ISR %02x", t[i].value, isr(0x20));
        ck_assert_msg(pic0->lowest == t[i].lowest, "OCW2 %02x: lowest IR%u", t[i].value, pic0->lowest);
        ck_assert_msg(pic0->rotate_aeoi == t[i].rotates, "OCW2 %02x: rotation", t[i].value);
    }
    init(0x20, 0x08, 0x00, 0x01);
    rig_out(&rig, 0x20, 0xc3), rig_out(&rig, 0x20, 0xa0); /* nothing is in service */
    ck_assert_uint_eq(pic0->lowest, 3);
}
END_TEST

START_TEST(rotation_in_aeoi_follows_what_was_served)
{
    init(0x20, 0x08, 0x04, 0x03);
    rig_out(&rig, 0x20, 0x80);
    line(3, 1), i8259_ack(pic0);
    ck_assert_uint_eq(pic0->lowest, 3);
    line(3, 0);
    ck_assert_int_eq(i8259_ack(pic0), 0x0f); /* nobody: served none */
    ck_assert_uint_eq(pic0->lowest, 3);
    rig_out(&rig, 0x20, 0x00);
    line(5, 1), i8259_ack(pic0);
    ck_assert_uint_eq(pic0->lowest, 3);
}
END_TEST

/* Who answers: the slave where the input is in service, in cascade mode, and ICW3 says that it has one. */
START_TEST(cascade_is_what_icw1_and_icw3_say)
{
    line(14, 1);
    init(0x20, 0x08, 0x00, 0x01);
    line(2, 0), line(2, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x0a);              /* no slave by ICW3 */
    rig_out(&rig, 0x20, 0x12), rig_out(&rig, 0x21, 0x08); /* single; ICW3 is 7 by itself */
    line(2, 0), line(2, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0x0a);
    init(0x20, 0x08, 0x84, 0x01); /* a slave on IR7: a spurious IR7 asks nobody */
    ck_assert_int_eq(i8259_ack(pic0), 0x0f);
    line(7, 1);
    ck_assert_int_eq(i8259_ack(pic0), 0xff); /* in service, and nobody is there */
}
END_TEST

/* Special fully nested: again from the input in service where a slave is, and only there. */
START_TEST(special_fully_nested_mode_is_for_slaves)
{
    for (unsigned icw3 = 0; icw3 < 8; icw3 += 4) {
        init(0x20, 0x08, (uint8_t)icw3, 0x11);
        for (int ir = 2; ir < 4; ir++) {
            line(ir, 0), line(ir, 1);
            i8259_ack(pic0);
            line(ir, 0), line(ir, 1);
            ck_assert_msg(intr.level == (icw3 == 4 && ir == 2), "ICW3 %u, IR%d", icw3, ir);
            line(ir, 0);
            rig_out(&rig, 0x20, 0x20);
        }
    }
    rig_out(&rig, 0x20, 0x13), rig_out(&rig, 0x21, 0x08), rig_out(&rig, 0x21, 0x11); /* single */
    line(2, 1), i8259_ack(pic0), line(2, 0), line(2, 1);
    ck_assert_int_eq(intr.level, 0);
}
END_TEST

START_TEST(poll_by_the_debugger_is_none)
{
    line(5, 1);
    rig_out(&rig, 0x20, 0x0c);
    ck_assert_uint_eq(port_in(rig.bus.ports, 0x20, 1, INIT_DEBUG), 0x20); /* IRR */
    ck_assert_uint_eq(rig_in(&rig, 0x20), 0x85);
}
END_TEST

START_TEST(print_shows_the_modes)
{
    struct buf out = {0};
    rig_out(&rig, 0x4d0, 0x20), rig_out(&rig, 0x20, 0x68), rig_out(&rig, 0x20, 0x80), rig_out(&rig, 0x20, 0xc2);
    line(4, 1), i8259_ack(pic0), line(6, 1), rig_out(&rig, 0x21, 0x81);
    pic0->dev.cls->print(&pic0->dev, &out);
    ck_assert_str_eq((const char *)out.data, "pic0: irr=40 imr=81 isr=10 icw2=08 icw3=04 icw4=01 elcr=20 lowest=IR2 "
                                             "SMM rotate-in-AEOI\n");
    buf_free(&out);
}
END_TEST

TCase *i8259_tests(void)
{
    TCase *t = tcase_create("i8259");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, request_raises_int_and_ack_gives_icw2_vector);
    tcase_add_test(t, edge_mode_needs_a_new_edge_after_eoi);
    tcase_add_test(t, elcr_level_input_requests_again_while_high);
    tcase_add_test(t, fully_nested_higher_interrupts_lower_waits);
    tcase_add_test(t, specific_eoi_resets_that_level_only);
    tcase_add_test(t, imr_masks_and_leaves_irr);
    tcase_add_test(t, request_gone_before_ack_gives_default_ir7);
    tcase_add_test(t, cascade_gives_slave_vector_and_sets_both_isr);
    tcase_add_test(t, slave_request_gone_gives_irq15_with_master_isr_2);
    tcase_add_test(t, slave_with_another_id_does_not_answer);
    tcase_add_test(t, nested_slave_is_held_back_unless_special_fully_nested);
    tcase_add_test(t, aeoi_leaves_isr_clear);
    tcase_add_test(t, rotate_in_aeoi_makes_the_served_level_lowest);
    tcase_add_test(t, rotate_on_non_specific_eoi);
    tcase_add_test(t, set_priority_command);
    tcase_add_test(t, special_mask_mode_lets_lower_levels_through);
    tcase_add_test(t, poll_acknowledges_and_gives_level);
    tcase_add_test(t, poll_of_a_cascade_gives_ir2_then_the_slaves_level);
    tcase_add_test(t, poll_reads_at_the_mask_port_too);
    tcase_add_test(t, special_mask_mode_still_nests_unmasked_levels);
    tcase_add_test(t, icw1_ends_special_mask_mode_and_rotation);
    tcase_add_test(t, aeoi_of_the_master_leaves_the_slave_in_service);
    tcase_add_test(t, icw1_clears_imr_edges_and_selects_irr);
    tcase_add_test(t, single_mode_skips_icw3_and_no_ic4_skips_icw4);
    tcase_add_test(t, ltim_makes_every_input_level);
    tcase_add_test(t, silent_before_initialisation);
    tcase_add_test(t, state_round_trip_keeps_requests);
    tcase_add_test(t, priority_order_for_each_lowest_level);
    tcase_add_test(t, icw1_says_how_many_icws_follow);
    tcase_add_test(t, icw1_starts_anew);
    tcase_add_test(t, ocw1_before_initialisation_is_the_mask);
    tcase_add_test(t, ocw3_programs_what_its_enables_say);
    tcase_add_test(t, ocw2_commands);
    tcase_add_test(t, rotation_in_aeoi_follows_what_was_served);
    tcase_add_test(t, cascade_is_what_icw1_and_icw3_say);
    tcase_add_test(t, special_fully_nested_mode_is_for_slaves);
    tcase_add_test(t, poll_by_the_debugger_is_none);
    tcase_add_test(t, print_shows_the_modes);
    return t;
}
