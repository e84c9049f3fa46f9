/* SPDX-License-Identifier: MIT */
/*
 * What a device is: one readable constant, `struct dev_class`, and a state struct whose first member is a `struct dev`.
 * From the tables come `-device NAME,help`, `info`, snapshots, the state hash, diff and the fuzz harness.
 */
#ifndef VITRINE_BUS_DEV_H
#define VITRINE_BUS_DEV_H

#include "base/bits.h"
#include "base/error.h"
#include "base/state.h"
#include "bus/bus.h"
#include "bus/irq.h"

struct dev;

/* A register as the datasheet's table has it. For documentation, `info`, and the fuzz harness. */
enum reg_space { REG_PORT, REG_MMIO, REG_PCI, REG_INDEXED };
struct dev_reg {
    const char *name; /* datasheet name */
    enum reg_space space;
    uint32_t offset;   /* port number, offset in the region, PCI offset, or index */
    uint8_t width;     /* bytes */
    uint32_t reset;    /* value after a hardware reset */
    uint32_t writable; /* mask of the bits a guest can change */
};

/* A property that the command line can set before the device is made. */
enum prop_kind { PROP_BOOL, PROP_UINT, PROP_STRING };
struct dev_prop {
    const char *name;
    enum prop_kind kind;
    uint32_t offset; /* in the device's struct: bool, uint32_t, const char * */
    uint32_t min, max;
    uint32_t preset;
    const char *help;
};

struct dev_class {
    const char *name;      /* "i8254" */
    const char *summary;   /* one line */
    const char *datasheet; /* document and revision */
    size_t size;           /* of the device's struct */
    const struct dev_prop *props;
    size_t nprops;
    const struct dev_reg *regs;
    size_t nregs;
    struct state_table state; /* every field a snapshot needs: a device without one does not compile (DEV_STATE) */

    /* Claims ports and maps memory; wires and back ends were set by the machine. False with *err on a host failure. */
    bool (*realize)(struct dev *d, struct error *err);
    void (*reset)(struct dev *d); /* hardware reset (power-on and RESET#) */
    void (*post_load)(
        struct dev *d); /* after state_load: re-drives wires, mappings and the host's side from the state */
    void (*unrealize)(struct dev *d);              /* frees what realize took from the host */
    void (*print)(struct dev *d, struct buf *out); /* `info NAME`. May be NULL */
};

/* In a class: `.state = DEV_STATE("i8254", i8254_fields)`. */
#define DEV_STATE(label, table)                                         \
    {                                                                   \
        .name = (label), .fields = (table), .nfields = ARRAY_LEN(table) \
    }
#define DEV_REGS(table)  .regs = (table), .nregs = ARRAY_LEN(table)
#define DEV_PROPS(table) .props = (table), .nprops = ARRAY_LEN(table)

/* -global: what a property starts with in every device of a class. bus->globals is a list of them. */
struct dev_global {
    const char *cls, *name, *value; /* of a list's end: cls is NULL */
};

/* First member of every device's struct. */
struct dev {
    const struct dev_class *cls;
    const char *id; /* unique in the machine: "pit", "ide0" */
    struct bus *bus;
    struct dev *next; /* in the machine's list, in order of creation */
};

/*
 * Allocates a zeroed device and applies property presets; the caller then sets wires and back ends and calls
 * dev_realize.
 */
void *dev_new(const struct dev_class *cls, const char *id, struct bus *bus);
/* Sets a property from its text ("on", "0xf4"); clear error for an unknown name or a bad value. */
bool dev_set_prop(struct dev *d, const char *name, const char *value, struct error *err);
/* What a machine has in place of the class's preset; -global still wins. A bad name or value is a bug(). */
void dev_preset(struct dev *d, const char *name, const char *value);
/* The same on no device: whether it would be taken. */
bool dev_check_prop(const struct dev_class *cls, const char *name, const char *value, struct error *err);
bool dev_realize(struct dev *d, struct error *err); /* realize, then reset */
void dev_free(struct dev *d);

#endif
