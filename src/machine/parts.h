/* SPDX-License-Identifier: MIT */
/* What a machine is made of: for the rooms machine and snap. */
#ifndef VITRINE_MACHINE_PARTS_H
#define VITRINE_MACHINE_PARTS_H

#include "bus/dev.h"
#include "bus/input.h"
#include "bus/pci.h"
#include "cpu/cpu.h"
#include "machine/drive_port.h"
#include "machine/machine.h"

struct ioapic;
struct lapic;
struct piix4_pm;
struct vga;
struct i82077;
struct piix3_ide;
struct ns16550;
struct mc146818;
struct uhci;

struct machine {
    struct machine_config cfg;
    struct machine_backends be;

    struct mem *mem;
    struct port_space *ports;
    struct clock clock;
    struct guest_log log;
    struct bus bus;
    struct pci_bus pci;
    struct journal journal;
    struct cpu *cpu;
    struct cpu_model cpu_model; /* what -cpu says, with its changes */
    struct dev_global globals[MAX_GLOBALS + 1];
    struct dev *devices; /* in order of creation */

    struct lapic *lapic;
    struct ioapic *ioapic;
    struct piix4_pm *pm; /* NULL: not fitted */

    /* Chips that the outside talks to. */
    struct key_sink keys[3]; /* by preference: the first that is wanted gets a key that goes down */
    struct pointer_sink relative[4], absolute[3]; /* by preference: the first that is wanted gets it */
    struct ns16550 *serial[MAX_SERIAL];
    struct mc146818 *rtc;
    struct i82077 *fdc;
    struct piix3_ide *ide;
    struct vga *vga;  /* NULL: not fitted */
    struct uhci *usb; /* NULL: not fitted */

    struct blk_stats past[MAX_DRIVES]; /* what was done with media that are gone */
    struct blk *incoming;              /* on its way through the journal */
    struct blk *media[MAX_MEDIA];      /* for a replay, in order */
    unsigned nmedia, next_medium;
    struct error failed;

    struct mapping ram_low, ram_high, bios_top, bios_isa;
    struct irq_line reset_wire, a20_wire[2];
    bool a20_level[2]; /* derived: what each of A20's two sources says */

    uint32_t port_read; /* what J_PORT's read gave, until machine_port has passed it on */
    uint64_t time_limit, time_lap;

    /* State: machine_state_table. */
    bool reset_wanted; /* the next step is a reset */
    bool exit_wanted;  /* isa-debug-exit was written, exit_code says what it gives */
    bool powered_off;  /* the guest entered soft off, and there was no reset since */
    int exit_code;
    uint64_t resets;
    struct drive_port port[MAX_DRIVES]; /* state: how many requests each has had */

    uint64_t steer_pos, steer_busy; /* position of the last correction, host time spent running since */
};

extern const struct state_table machine_state_table;

/* Creates a device that the wiring made: realizes it and appends it to the list. On failure frees it. */
bool machine_add(struct machine *m, struct dev *d, struct error *err);
struct dev *machine_find(const struct machine *m, const char *id);

const struct cpu_model *machine_cpu_model(const struct machine *m); /* what -cpu names; NULL: there is none */

bool pc_create(struct machine *m, struct error *err); /* machine/pc.c: memory and chips */
bool pc_usb(struct machine *m, struct error *err);    /* machine/pc_usb.c: the USB controller */
/* The same: the device of a usb- class, plugged in; NULL with *err where it cannot be. */
struct dev *pc_make_usb(struct machine *m, const char *cls, struct error *err);
void pc_connect_cpu(struct machine *m);             /* the same: wires that end at the CPU */
bool pc_bios(struct machine *m, struct error *err); /* machine/pc_firmware.c: the BIOS ROM */
/* The order of drives in CMOS, "" the default; counts from the next reset on. */
void pc_set_boot_order(struct machine *m, const char *letters);
bool pc_firmware(struct machine *m, struct error *err); /* the same: CMOS and fw_cfg items; needs the chips */
void machine_input_init(struct machine *m);             /* machine/input.c */

/* A replay that cannot go on: machine_failed() has the first reason. */
void machine_fail(struct machine *m, const char *why);

#endif
