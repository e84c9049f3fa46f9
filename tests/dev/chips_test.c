/* SPDX-License-Identifier: MIT */
/*
 * What holds for every chip: which ports and memory it answers and that it leaves nothing behind, that a reset gives
 * one state whatever was before it, that a reset and a load drive the wires, that the debugger's reads change nothing,
 * and what `info` prints.
 */
#include <stdio.h>

#include "devices/intc/i8259.h"
#include "devices/intc/ioapic.h"
#include "devices/intc/irq_lines.h"
#include "devices/intc/lapic.h"
#include "devices/misc/debugcon.h"
#include "devices/misc/fw_cfg.h"
#include "devices/misc/isa_debug_exit.h"
#include "devices/misc/pc_testdev.h"
#include "devices/misc/pci_testdev.h"
#include "devices/misc/port61.h"
#include "devices/northbridge/i440fx.h"
#include "devices/parallel/lpt.h"
#include "devices/rtc/mc146818.h"
#include "devices/serial/ns16550.h"
#include "devices/timer/hpet.h"
#include "devices/timer/i8254.h"
#include "tests/dev/rig.h"

enum { WIRES = 40 };

static struct rig rig;
static struct pci_bus pci;
static struct probe wire[WIRES];
static struct dev *chip, *other;

static void setup(void)
{
    memset(wire, 0, sizeof wire);
    rig_init(&rig);
    pci_bus_init(&pci, &rig.bus);
    chip = other = NULL;
}

static void teardown(void)
{
    if (chip)
        dev_free(chip);
    if (other)
        dev_free(other);
    rig_free(&rig);
}

static struct irq_line w(unsigned n)
{
    return probe_line(&wire[n], &rig);
}

/* --- The chips, each with its output wires from 0 on --- */

static struct dev *make_i8259(void)
{
    struct i8259 *p = i8259_new(&rig.bus, "pic0");
    p->base = 0x20, p->elcr_port = 0x4d0, p->elcr_mask = 0xf8;
    p->intr = w(0);
    return &p->dev;
}

static struct dev *make_slave(void)
{
    struct i8259 *p = i8259_new(&rig.bus, "pic1");
    p->base = 0xa0;
    p->intr = w(0);
    return &p->dev;
}

static struct dev *make_lapic(void)
{
    struct lapic *la = lapic_new(&rig.bus, "lapic");
    la->fitted = true;
    la->intr = w(0);
    return &la->dev;
}

static struct dev *make_unfitted_lapic(void)
{
    struct lapic *la = lapic_new(&rig.bus, "lapic");
    la->intr = w(0);
    return &la->dev;
}

static struct dev *make_ioapic(void)
{
    return &ioapic_new(&rig.bus, "ioapic")->dev;
}

static struct dev *make_irq_lines(void)
{
    return &irq_lines_new(&rig.bus, "irqs")->dev;
}

static struct dev *make_i8254(void)
{
    return &i8254_new(&rig.bus, "pit")->dev;
}

static struct dev *make_hpet(void)
{
    struct hpet *h = hpet_new(&rig.bus, "hpet");
    h->irq0 = w(0), h->irq8 = w(1);
    for (unsigned i = 0; i < HPET_ROUTES; i++)
        h->route[i] = w(2 + i);
    return &h->dev;
}

static struct dev *make_mc146818(void)
{
    struct mc146818 *r = mc146818_new(&rig.bus, "rtc");
    r->irq = w(0);
    return &r->dev;
}

static struct dev *make_ns16550(void)
{
    struct ns16550 *u = ns16550_new(&rig.bus, "serial0");
    u->iobase = 0x3f8;
    u->irq = w(0);
    return &u->dev;
}

static struct dev *make_lpt(void)
{
    struct lpt *l = lpt_new(&rig.bus, "parallel0");
    l->iobase = 0x378;
    l->irq = w(0);
    return &l->dev;
}

static struct dev *make_i440fx(void)
{
    struct i440fx *nb = i440fx_new(&rig.bus, "i440fx");
    nb->pbus = &pci;
    return &nb->dev;
}

static struct dev *make_debugcon(void)
{
    return &debugcon_new(&rig.bus, "debugcon")->dev;
}

static struct dev *make_fw_cfg(void)
{
    return &fw_cfg_new(&rig.bus, "fw_cfg")->dev;
}

static struct dev *make_isa_debug_exit(void)
{
    return &isa_debug_exit_new(&rig.bus, "exit0")->dev;
}

static struct dev *make_pc_testdev(void)
{
    struct pc_testdev *t = pc_testdev_new(&rig.bus, "testdev");
    for (unsigned i = 0; i < PC_TESTDEV_IRQS; i++)
        t->irq[i] = w(i);
    return &t->dev;
}

static struct dev *make_pci_testdev(void)
{
    struct pci_testdev *t = pci_testdev_new(&rig.bus, "pci-testdev");
    t->pbus = &pci, t->devfn = 0x18;
    return &t->dev;
}

static struct dev *make_port61(void)
{
    struct i8254 *pit = i8254_new(&rig.bus, "pit");
    struct port61 *p = port61_new(&rig.bus, "port61");
    other = &pit->dev;
    rig_realize(other);
    p->pit = pit;
    p->speaker = w(0);
    return &p->dev;
}

/* Ports and memory: first-last/widest cycle. What a reset leaves, between spaces: inputs, contents without a count. */
static const struct chip {
    struct dev *(*make)(void);
    unsigned wires;
    const char *claims;
    const char *kept;
    bool no_reset, drives_nothing_after_load;
} chips[] = {
    {make_i8259, 1, "20-21/1 4d0-4d0/1", " lines ", false, false},
    {make_slave, 1, "a0-a1/1", " lines ", false, false},
    {make_lapic, 1, "fee00000-fee00fff/4:40 msr 1b-1b", " lint count_ns ", false, false},
    {make_unfitted_lapic, 1, "", " lint count_ns ", false, false},
    {make_ioapic, 0, "fec00000-fec00fff/4:30", " lines ", false, false},
    {make_irq_lines, 0, "", " held ", true, false},
    {make_i8254, 0, "40-43/1", "", true, false},
    {make_hpet, 34, "fed00000-fed003ff/8:30", " legacy_in ", false, true},
    {make_mc146818, 1, "70-71/1", " cmos divider seen update ", false, false},
    {make_ns16550, 1, "3f8-3ff/1", " rx rx_error tx tsr input ninput receive ", false, false},
    {make_lpt, 1, "378-37a/1", "", false, false},
    {make_i440fx, 0, "cf8-cfb/4 cfc-cff/4", " smiact ", false, false},
    {make_debugcon, 0, "e9-e9/1", " written ", true, false},
    {make_fw_cfg, 0, "510-511/2 514-51b/4", "", false, false},
    {make_isa_debug_exit, 0, "501-502/4", " last ", true, false},
    {make_pc_testdev, 24, "e0-e3/4 e4-e7/4 e8-eb/1 2000-2017/1 ff000000-ff00ffff/8:30", "", false, false},
    {make_pci_testdev, 0, "", "", false, false},
    {make_port61, 1, "61-61/1", "", false, false},
};

static const struct chip *start(int i)
{
    chip = chips[i].make();
    rig_realize(chip);
    return &chips[i];
}

static bool keeps(const struct chip *c, const char *field)
{
    char name[80];
    snprintf(name, sizeof name, " %s ", field);
    return strstr(c->kept, name) != NULL;
}

static void *at(struct dev *d, const struct state_field *f)
{
    return (char *)d + f->offset;
}

/* --- Claims --- */

static void claims(struct buf *out)
{
    for (unsigned port = 0; port < 0x10000;) {
        const struct port_range *r = port_owner(rig.bus.ports, (uint16_t)port);
        unsigned first = port;
        while (port < 0x10000 && port_owner(rig.bus.ports, (uint16_t)port) == r)
            port++;
        if (r && (!other || port > 0x44)) /* the timer beside port 61h */
            buf_printf(out, "%s%x-%x/%u", out->len ? " " : "", first, port - 1, r->ops->max_size);
    }
    const struct mapping *m;
    for (unsigned i = 0; (m = mem_mapping(rig.bus.mem, i)); i++)
        buf_printf(out, "%s%llx-%llx/%u:%d", out->len ? " " : "", (unsigned long long)m->live_base,
                   (unsigned long long)(m->live_base + m->live_size - 1), m->rd.ops->max_size, m->prio);
    for (const struct msr_range *r = rig.bus.msrs.claims; r; r = r->next)
        buf_printf(out, "%smsr %x-%x", out->len ? " " : "", r->first, r->first + r->count - 1);
    buf_add8(out, 0);
}

START_TEST(chip_answers_its_places_and_leaves_nothing_behind)
{
    const struct chip *c = start(_i);
    struct buf got = {0};
    claims(&got);
    ck_assert_msg(!strcmp((const char *)got.data, c->claims), "%s answers %s, not %s", chip->id, got.data, c->claims);
    for (uint32_t i = 0; i < chip->cls->state.nfields; i++)
        if (chip->cls->state.fields[i].kind == STATE_TIMER)
            timer_set(at(chip, &chip->cls->state.fields[i]), 1000 + i);
    if (c->make == make_i440fx) { /* PAM both ways and SMRAM */
        pci_config_write(&pci, 0, 0x58, 4, 0x33333300);
        pci_config_write(&pci, 0, 0x5c, 4, 0x33333333);
        pci_config_write(&pci, 0, 0x72, 1, 0x48);
        ck_assert_ptr_nonnull(mem_mapping(rig.bus.mem, 13));
    }
    dev_free(chip), chip = NULL;
    if (other)
        dev_free(other), other = NULL;
    ck_assert_msg(!mem_mapping(rig.bus.mem, 0), "%s is gone and mapped", chips[_i].claims);
    buf_clear(&got);
    claims(&got);
    ck_assert_msg(!got.data[0], "%s is gone and answers %s", chips[_i].claims, got.data);
    ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
    buf_free(&got);
}
END_TEST

/* --- Reset --- */

/* Every field as it never is after a reset: all bytes of each element 0, or the number 1; timers are armed. */
static void fill(struct dev *d, unsigned number)
{
    for (uint32_t i = 0; i < d->cls->state.nfields; i++) {
        const struct state_field *f = &d->cls->state.fields[i];
        uint8_t *p = at(d, f);
        if (!strcmp(f->name, "pci.config"))
            continue; /* the rest of it is what the chip is */
        if (f->kind == STATE_TIMER)
            timer_set(at(d, f), 123456 + i);
        else
            for (uint32_t k = 0; k < f->count * f->size; k++)
                p[k] = k % f->size == 0 ? (uint8_t)number : 0;
    }
}

static void write_config(uint8_t devfn, uint32_t v)
{
    for (unsigned off = 0; pci.func[devfn] && off < 256; off += 4)
        pci_config_write(&pci, devfn, off, 4, v);
}

/* The RTC's by its data sheet: "the clock, calendar, or RAM functions" go on through RESET#; mc146818_test.c. */
START_TEST(chip_reset_gives_one_state_whatever_was_before)
{
    const struct chip *c = &chips[_i];
    if (c->no_reset || c->make == make_mc146818)
        return;
    start(_i);
    const struct state_table *t = &chip->cls->state;
    struct buf fresh[64] = {{0}};
    ck_assert_uint_le(t->nfields, ARRAY_LEN(fresh));
    for (uint32_t i = 0; i < t->nfields; i++)
        state_save(&(struct state_table){t->name, &t->fields[i], 1}, chip, &timer_state_ops, &fresh[i]);
    for (unsigned number = 0; number < 2; number++) {
        fill(chip, number);
        write_config(0, number ? 0xffffffff : 0);
        write_config(0x18, number ? 0xffffffff : 0);
        chip->cls->reset(chip);
        for (uint32_t i = 0; i < t->nfields; i++) {
            struct buf now = {0};
            state_save(&(struct state_table){t->name, &t->fields[i], 1}, chip, &timer_state_ops, &now);
            bool same = now.len == fresh[i].len && !memcmp(now.data, fresh[i].data, now.len);
            ck_assert_msg(same || keeps(c, t->fields[i].name), "%s: after %us, a reset leaves '%s' at another value",
                          chip->id, number, t->fields[i].name);
            if (!same && t->fields[i].kind != STATE_TIMER && keeps(c, t->fields[i].name) && number)
                ck_assert_msg(*(uint8_t *)at(chip, &t->fields[i]) == 1 || !strcmp(t->fields[i].name, "tsr"),
                              "%s: a reset changes '%s'", chip->id, t->fields[i].name);
            buf_free(&now);
        }
    }
    for (uint32_t i = 0; i < t->nfields; i++)
        buf_free(&fresh[i]);
}
END_TEST

START_TEST(chip_drives_its_wires_at_power_on_reset_and_load)
{
    const struct chip *c = &chips[_i];
    for (unsigned i = 0; i < c->wires; i++)
        wire[i].level = 1;
    start(_i);
    for (unsigned i = 0; i < c->wires; i++)
        ck_assert_msg(!wire[i].level, "%s: wire %u is up after power-on", chip->id, i);
    for (unsigned i = 0; i < c->wires; i++)
        wire[i].level = 1;
    if (chip->cls->reset)
        chip->cls->reset(chip);
    for (unsigned i = 0; i < c->wires; i++)
        ck_assert_msg(!wire[i].level, "%s: wire %u is up after a reset", chip->id, i);
    for (unsigned i = 0; i < c->wires; i++)
        wire[i].level = 1;
    if (chip->cls->post_load)
        chip->cls->post_load(chip);
    for (unsigned i = 0; i < c->wires; i++)
        ck_assert_msg(wire[i].level == c->drives_nothing_after_load, "%s: wire %u after a load", chip->id, i);
}
END_TEST

/* --- The debugger --- */

START_TEST(chip_keeps_its_state_when_the_debugger_reads)
{
    const struct chip *c = start(_i);
    for (unsigned number = 0; number < 2; number++) {
        struct buf before = {0}, after = {0};
        if (c->make == make_mc146818 || c->make == make_i8254)
            chip->cls->reset(chip); /* their fields are numbers of a calendar and divisors */
        else
            fill(chip, number);
        state_save(&chip->cls->state, chip, &timer_state_ops, &before);
        for (unsigned port = 0; port < 0x10000; port++)
            if (port_owner(rig.bus.ports, (uint16_t)port))
                for (unsigned again = 0; again < 2; again++)
                    port_in(rig.bus.ports, (uint16_t)port, 1, INIT_DEBUG);
        const struct mapping *m;
        for (unsigned i = 0; (m = mem_mapping(rig.bus.mem, i)); i++)
            for (uint64_t a = m->live_base; a < m->live_base + m->live_size; a += 4)
                phys_load(rig.bus.mem, a, 4, INIT_DEBUG);
        state_save(&chip->cls->state, chip, &timer_state_ops, &after);
        ck_assert_msg(before.len == after.len && !memcmp(before.data, after.data, after.len),
                      "%s: a read by the debugger changes its state", chip->id);
        buf_free(&before);
        buf_free(&after);
    }
}
END_TEST

TCase *chip_tests(void)
{
    TCase *t = tcase_create("chips");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, chip_answers_its_places_and_leaves_nothing_behind, 0, ARRAY_LEN(chips));
    tcase_add_loop_test(t, chip_reset_gives_one_state_whatever_was_before, 0, ARRAY_LEN(chips));
    tcase_add_loop_test(t, chip_drives_its_wires_at_power_on_reset_and_load, 0, ARRAY_LEN(chips));
    tcase_add_loop_test(t, chip_keeps_its_state_when_the_debugger_reads, 0, ARRAY_LEN(chips));
    return t;
}
