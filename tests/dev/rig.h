/* SPDX-License-Identifier: MIT */
/* What a chip under test is plugged into: ports, memory, a clock that the test moves, and wires
 * that remember what they heard. */
#ifndef VITRINE_TESTS_DEV_RIG_H
#define VITRINE_TESTS_DEV_RIG_H

#include <check.h>

#include "base/bits.h"
#include "bus/dev.h"

struct rig {
    struct clock clock;
    struct guest_log log;
    struct bus bus;
};

struct probe {
    int level;
    unsigned rises, falls;
    struct clock *clock;
    uint64_t last_rise, last_fall; /* ns */
};

void rig_init(struct rig *r);
void rig_free(struct rig *r);
uint8_t rig_in(struct rig *r, uint16_t port);
void rig_out(struct rig *r, uint16_t port, uint8_t value);
/* Virtual time goes on, event by event. */
void rig_run_to(struct rig *r, uint64_t ns);
void rig_run(struct rig *r, uint64_t ns);

struct irq_line probe_line(struct probe *p, struct rig *r);

void rig_realize(struct dev *d);
/* Saves a, loads it into b (same class, another rig at the same time) and checks that b saves the
 * same bytes. */
void rig_copy_state(struct dev *a, struct dev *b);
/* Moves b's clock to where a's is. */
void rig_same_time(struct rig *a, struct rig *b);

TCase *apic_tests(void);
TCase *fw_cfg_tests(void);
TCase *geometry_tests(void);
TCase *hpet_tests(void);
TCase *i8259_tests(void);
TCase *i8254_tests(void);
TCase *mc146818_tests(void);
TCase *i8042_tests(void);
TCase *misc_tests(void);
TCase *pci_tests(void);
TCase *piix4_tests(void);
TCase *ns16550_tests(void);
TCase *i8237_tests(void);
TCase *ide_tests(void);
TCase *ata_fault_tests(void);
TCase *ata_reset_tests(void);
TCase *ata_rule_tests(void);
TCase *fdc_fault_tests(void);
TCase *fdc_rule_tests(void);
TCase *fdc_tests(void);
TCase *pcspk_tests(void);
TCase *lpt_tests(void);
TCase *atapi_reply_tests(void);
TCase *atapi_tests(void);
TCase *chip_tests(void);
TCase *ioapic_tests(void);
TCase *lapic_tests(void);
TCase *register_tests(void);
TCase *ps2_mouse_tests(void);
TCase *ps2_keyboard_tests(void);
TCase *i8042_limit_tests(void);
TCase *ps2_mouse_limit_tests(void);
TCase *reset_tests(void);
TCase *southbridge_tests(void);
TCase *state_tests(void);
TCase *uhci_limit_tests(void);
TCase *uhci_schedule_tests(void);
TCase *uhci_tests(void);
TCase *usb_descriptor_tests(void);
TCase *usb_hid_tests(void);
TCase *vmmouse_tests(void);

#endif
