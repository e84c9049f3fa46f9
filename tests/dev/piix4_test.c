/* SPDX-License-Identifier: MIT */
/* PIIX4 function 3: ACPI registers, timer, power button, soft off, SMI, SMBus. */
#include "devices/southbridge/piix4_pm.h"
#include "tests/dev/rig.h"

enum { PM = 0x600, SMB = 0x700, DEVFN = 0x0b };
enum { PMSTS = PM, PMEN = PM + 2, PMCNTRL = PM + 4, PMTMR = PM + 8, GLBSTS = PM + 0x18, GLBCTL = PM + 0x28 };

static struct rig rig;
static struct pci_bus pci;
static struct piix4_pm *pm;
static struct probe sci, smi, off;

static struct piix4_pm *make(struct rig *r, struct pci_bus *bus, struct probe *p)
{
    pci_bus_init(bus, &r->bus);
    struct piix4_pm *n = piix4_pm_new(&r->bus, "pm");
    n->pbus = bus;
    n->devfn = DEVFN;
    n->sci = probe_line(p, r);
    return n;
}

static void conf(unsigned reg, unsigned size, uint32_t v)
{
    pci_config_write(&pci, DEVFN, reg, size, v);
}

static uint32_t in(uint16_t port, unsigned size)
{
    return port_in(rig.bus.ports, port, size, INIT_CPU0);
}

static void out(uint16_t port, unsigned size, uint32_t v)
{
    port_out(rig.bus.ports, port, size, v, INIT_CPU0);
}

static void setup(void)
{
    sci = smi = off = (struct probe){0};
    rig_init(&rig);
    pm = make(&rig, &pci, &sci);
    pm->smi = probe_line(&smi, &rig);
    pm->off = probe_line(&off, &rig);
    rig_realize(&pm->dev);
    conf(0x40, 4, PM | 1);
    conf(0x80, 1, 1);
    conf(0x90, 4, SMB | 1);
    conf(0xd2, 1, 0x09);
    conf(0x04, 2, 1);
}

static void teardown(void)
{
    dev_free(&pm->dev);
    rig_free(&rig);
}

START_TEST(pm_identity_and_base_registers)
{
    ck_assert_uint_eq(pci_config_read(&pci, DEVFN, 0, 4), 0x71138086);
    ck_assert_uint_eq(pci_config_read(&pci, DEVFN, 8, 4) >> 8, 0x068000);
    conf(0x40, 4, 0xffffffff);
    ck_assert_uint_eq(pci_config_read(&pci, DEVFN, 0x40, 4), 0xffc1);
    conf(0x90, 4, 0xffffffff);
    ck_assert_uint_eq(pci_config_read(&pci, DEVFN, 0x90, 4), 0xfff1);
}
END_TEST

START_TEST(pm_registers_move_with_pmba_and_hide_without_pmiose)
{
    out(PMEN, 2, 0x0120);
    conf(0x40, 4, 0x1000);
    ck_assert_uint_eq(in(0x1002, 2), 0x0120);
    ck_assert_uint_eq(in(PMEN, 2), 0xffff);
    conf(0x80, 1, 0);
    ck_assert_uint_eq(in(0x1002, 2), 0xffff);
}
END_TEST

START_TEST(pm_rtc_status_is_set_by_irq8_and_is_an_sci)
{
    struct irq_line irq8 = piix4_pm_irq8(pm);
    struct probe through = {0};
    pm->irq8 = probe_line(&through, &rig);
    irq_set(&irq8, 1);
    ck_assert_int_eq(through.level, 1);
    ck_assert_uint_eq(in(PMSTS, 2) & 0x400, 0x400);
    ck_assert_int_eq(sci.level, 0);
    out(PMSTS, 2, 0x400);
    irq_set(&irq8, 1); /* told again, not asserted again */
    ck_assert_uint_eq(in(PMSTS, 2) & 0x400, 0);
    irq_set(&irq8, 0);
    ck_assert_int_eq(through.level, 0);
    out(PMCNTRL, 2, 1);
    out(PMEN, 2, 0x400);
    ck_assert_int_eq(sci.level, 0);
    irq_set(&irq8, 1);
    ck_assert_int_eq(sci.level, 1);
    out(PMSTS, 2, 0x400);
    ck_assert_int_eq(sci.level, 0);
}
END_TEST

START_TEST(pm_timer_is_24_bits_at_3579545_hz)
{
    uint32_t first = in(PMTMR, 4);
    rig_run(&rig, 1000000000);
    ck_assert_uint_eq((in(PMTMR, 4) - first) & 0xffffff, 3579545);
    rig_run(&rig, UINT64_C(100000000000));
    ck_assert_uint_le(in(PMTMR, 4), 0xffffff);
}
END_TEST

START_TEST(pm_timer_overflow_is_every_change_of_bit_23)
{
    uint64_t half = clock_tick_ns(1 << 23, 3579545);
    rig_run_to(&rig, half - 1000);
    ck_assert_uint_eq(in(PMSTS, 2) & 1, 0);
    rig_run_to(&rig, half);
    ck_assert_uint_eq(in(PMSTS, 2) & 1, 1); /* seen without an event, since nobody waits */
    ck_assert_int_eq(sci.level, 0);
    out(PMSTS, 2, 1);
    out(PMCNTRL, 2, 1);
    out(PMEN, 2, 1);
    rig_run_to(&rig, 2 * half - 1000);
    ck_assert_int_eq(sci.level, 0);
    rig_run_to(&rig, 2 * half);
    ck_assert_int_eq(sci.level, 1);
    out(PMSTS, 2, 1);
    ck_assert_int_eq(sci.level, 0);
    rig_run(&rig, half);
    ck_assert_int_eq(sci.level, 1);
}
END_TEST

START_TEST(pm_power_button_sets_status_and_sci_when_enabled)
{
    piix4_pm_button(pm);
    ck_assert_uint_eq(in(PMSTS, 2), 0x0100);
    ck_assert_int_eq(sci.level, 0);
    out(PMCNTRL, 2, 1);
    out(PMEN, 2, 0x0100);
    ck_assert_int_eq(sci.level, 1);
    out(PMSTS, 2, 0xfeff); /* the others' bits */
    ck_assert_int_eq(sci.level, 1);
    out(PMSTS, 2, 0x0100);
    ck_assert_int_eq(sci.level, 0);
    ck_assert_uint_eq(in(PMSTS, 2), 0);
}
END_TEST

START_TEST(pm_event_in_legacy_mode_is_an_smi)
{
    out(PMEN, 2, 0x0100);
    piix4_pm_button(pm);
    ck_assert_uint_eq(smi.rises, 0); /* SMI_EN is clear */
    out(GLBCTL, 4, 1);
    piix4_pm_button(pm);
    ck_assert_uint_eq(smi.rises, 1);
    ck_assert_int_eq(sci.level, 0);
}
END_TEST

START_TEST(pm_soft_off_is_type_0_with_sus_en)
{
    out(PMCNTRL, 2, 0x0001);
    ck_assert_uint_eq(off.rises, 0);
    out(PMCNTRL, 2, 0x2401); /* type 1: not there */
    ck_assert_uint_eq(off.rises, 0);
    out(PMCNTRL, 2, 0x2001);
    ck_assert_uint_eq(off.rises, 1);
    ck_assert_uint_eq(in(PMCNTRL, 2), 0x0001); /* SUS_EN reads 0 */
}
END_TEST

START_TEST(pm_acpi_enable_through_smi_cmd)
{
    conf(0x58, 4, 0x02000000);
    out(GLBCTL, 4, 1);
    out(0xb2, 1, 0xf1);
    ck_assert_uint_eq(in(PMCNTRL, 2) & 1, 1);
    out(0xb2, 1, 0xf0);
    ck_assert_uint_eq(in(PMCNTRL, 2) & 1, 0);
    ck_assert_uint_eq(smi.rises, 0);
}
END_TEST

START_TEST(pm_apmc_raises_smi_with_apmc_en_and_smi_en)
{
    out(0xb2, 1, 0x55);
    out(0xb3, 1, 0x66);
    ck_assert_uint_eq(in(0xb2, 2), 0x6655);
    out(GLBCTL, 4, 1);
    out(0xb2, 1, 0);
    ck_assert_uint_eq(smi.rises, 0);
    conf(0x58, 4, 0x02000000);
    out(0xb2, 1, 0);
    ck_assert_uint_eq(smi.rises, 1);
    ck_assert_uint_eq(in(GLBSTS, 2), 0x20);
    out(GLBSTS, 2, 0x20);
    ck_assert_uint_eq(in(GLBSTS, 2), 0);
    out(0xb3, 1, 0); /* APMS alone raises nothing */
    ck_assert_uint_eq(smi.rises, 1);
}
END_TEST

START_TEST(pm_registers_of_the_table_keep_their_writable_bits)
{
    for (size_t i = 0; i < pm->dev.cls->nregs; i++) {
        const struct dev_reg *r = &pm->dev.cls->regs[i];
        uint32_t all = UINT32_MAX >> (32 - 8 * r->width);
        if (r->space != REG_PORT || r->offset >= 0xb2 || r->offset == PMTMR - PM)
            continue;
        out(GLBSTS, 2, 0xffff); /* the global lock's bits set one here */
        ck_assert_msg(in((uint16_t)(PM + r->offset), r->width) == r->reset, "%s", r->name);
        out((uint16_t)(PM + r->offset), r->width, all & ~0x2000u);
        ck_assert_msg(in((uint16_t)(PM + r->offset), r->width) == (r->writable & ~0x2000u), "%s", r->name);
        out((uint16_t)(PM + r->offset), r->width, 0);
    }
}
END_TEST

START_TEST(smbus_transaction_without_a_slave_ends_with_dev_err)
{
    out(SMB + 4, 1, 0xa1);
    out(SMB + 2, 1, 0x49); /* byte data, START, INTEREN */
    ck_assert_uint_eq(in(SMB, 1), 0x01);
    rig_run(&rig, 100000);
    ck_assert_uint_eq(in(SMB, 1), 0x04);
    ck_assert_int_eq(sci.level, 1); /* SMB_INTRSEL: IRQ9 */
    out(SMB, 1, 0x04);
    ck_assert_uint_eq(in(SMB, 1), 0);
    ck_assert_int_eq(sci.level, 0);
    ck_assert_uint_eq(in(SMB + 2, 1), 0x09); /* START reads 0 */
}
END_TEST

START_TEST(smbus_kill_ends_with_failed)
{
    out(SMB + 2, 1, 0x48);
    out(SMB + 2, 1, 0x02);
    ck_assert_uint_eq(in(SMB, 1), 0x10);
    out(SMB, 1, 0x1e);
    rig_run(&rig, 1000000);
    ck_assert_uint_eq(in(SMB, 1), 0);
}
END_TEST

START_TEST(smbus_block_pointer_is_reset_by_reading_hstcnt)
{
    for (unsigned i = 0; i < 32; i++)
        out(SMB + 7, 1, i + 1);
    in(SMB + 7, 1), in(SMB + 7, 1);
    ck_assert_uint_eq(in(SMB + 7, 1), 3);
    in(SMB + 2, 1);
    ck_assert_uint_eq(in(SMB + 7, 1), 1);
}
END_TEST

START_TEST(pm_state_round_trip_keeps_events_and_ranges)
{
    struct rig other;
    struct pci_bus bus;
    struct probe p = {0};
    out(PMCNTRL, 2, 1), out(PMEN, 2, 0x0101);
    out(SMB + 2, 1, 0x49);
    rig_run(&rig, 50000);
    rig_init(&other);
    struct piix4_pm *b = make(&other, &bus, &p);
    rig_realize(&b->dev);
    rig_same_time(&rig, &other);
    rig_copy_state(&pm->dev, &b->dev);
    ck_assert_uint_eq(port_in(other.bus.ports, PMEN, 2, INIT_CPU0), 0x0101);
    ck_assert_uint_eq(port_in(other.bus.ports, SMB, 1, INIT_CPU0), 1);
    rig_run(&other, 50000);
    ck_assert_int_eq(p.level, 1);
    dev_free(&b->dev);
    rig_free(&other);
}
END_TEST

TCase *piix4_tests(void)
{
    TCase *t = tcase_create("piix4");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, pm_identity_and_base_registers);
    tcase_add_test(t, pm_registers_move_with_pmba_and_hide_without_pmiose);
    tcase_add_test(t, pm_rtc_status_is_set_by_irq8_and_is_an_sci);
    tcase_add_test(t, pm_timer_is_24_bits_at_3579545_hz);
    tcase_add_test(t, pm_timer_overflow_is_every_change_of_bit_23);
    tcase_add_test(t, pm_power_button_sets_status_and_sci_when_enabled);
    tcase_add_test(t, pm_event_in_legacy_mode_is_an_smi);
    tcase_add_test(t, pm_soft_off_is_type_0_with_sus_en);
    tcase_add_test(t, pm_acpi_enable_through_smi_cmd);
    tcase_add_test(t, pm_apmc_raises_smi_with_apmc_en_and_smi_en);
    tcase_add_test(t, pm_registers_of_the_table_keep_their_writable_bits);
    tcase_add_test(t, smbus_transaction_without_a_slave_ends_with_dev_err);
    tcase_add_test(t, smbus_kill_ends_with_failed);
    tcase_add_test(t, smbus_block_pointer_is_reset_by_reading_hstcnt);
    tcase_add_test(t, pm_state_round_trip_keeps_events_and_ranges);
    return t;
}
