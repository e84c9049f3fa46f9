/* SPDX-License-Identifier: MIT */
/*
 * The PIIX4's function 3: power management and SMBus.
 *
 *     struct piix4_pm *pm = piix4_pm_new(bus, "pm");
 *     pm->pbus = &pci; pm->devfn = 00:01.3; pm->sci = IRQ9's line; pm->smi = a pulse to SMI#; pm->off = the board goes
 *     off
 *     piix4_pm_button(pm) is the power button
 */
#ifndef VITRINE_DEVICES_PIIX4_PM_H
#define VITRINE_DEVICES_PIIX4_PM_H

#include "bus/dev.h"
#include "bus/pci.h"
#include "devices/southbridge/piix4_smbus.h"

enum { PM_TIMER_HZ = 3579545, PM_REGS = 64 };

struct piix4_pm {
    struct dev dev;
    /* Set before dev_realize. */
    struct pci_bus *pbus;
    uint8_t devfn;
    struct irq_line sci;  /* level */
    struct irq_line smi;  /* a pulse: 1, then 0 */
    struct irq_line off;  /* a pulse: soft off was entered */
    struct irq_line irq8; /* IRQ8#'s next stop: see piix4_pm_irq8() */

    struct pci_func pci;
    uint8_t io[PM_REGS]; /* registers at PMBA, but for the timer */
    uint8_t apm[2];      /* APMC, APMS */
    bool irq8_in;        /* the clock's interrupt, as last heard */
    uint64_t halves;     /* toggles of the timer's bit 23 that TMROF_STS knows of */
    struct timer overflow;
    struct piix4_smbus smbus;

    struct port_range pm_range, smb_range, apm_range;
};

extern const struct dev_class piix4_pm_class;

struct piix4_pm *piix4_pm_new(struct bus *bus, const char *id);
void piix4_pm_button(struct piix4_pm *pm);
/* The input of the real-time clock's IRQ8#: sets RTC_STS and reaches pm->irq8. */
struct irq_line piix4_pm_irq8(struct piix4_pm *pm);

#endif
