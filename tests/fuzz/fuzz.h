/* SPDX-License-Identifier: MIT */
/*
 * The device fuzzer: a stream of operations, a byte string, is carried out on two machines side by side.
 *
 * A stream is a row of records of OP_BYTES bytes. The first says what machine is made (struct shape); of each further
 * one the first byte chooses an operation (ops.c) and the others are its parameters. An operation is a whole command:
 * a task file, its data phase and the time it takes; every byte string means something, so that a mutation of a stream
 * is a stream.
 */
#ifndef VITRINE_TESTS_FUZZ_H
#define VITRINE_TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "machine/parts.h"
#include "snap/snapshot.h"
#include "tests/differ.h"

enum {
    OP_BYTES = 16,
    MAX_RANGES = 96,
    MAX_MMIO = 32,
    MAX_MSRS = 8,
    PORT_SPACE = 65536,
    RAM_BYTES = 2 << 20,
    CD_DRIVE = 2,
    NO_DRIVE = 3,
    TRACE = 4096
};
/* PCI functions (machine/pc.c). */
enum { IDE_FN = 1 << 3 | 1, USB_FN = 1 << 3 | 2, PM_FN = 1 << 3 | 3, VGA_FN = 2 << 3 };
/* Where operations put their tables and data. */
enum { PRD_AT = 0x10000, DATA_AT = 0x20000, SCHEDULE_AT = 0x60000, CONFIG_AT = 0x70000 };

/* xorshift64*: what needs more bytes than a record has makes them out of the record's. */
struct rng {
    uint64_t s;
};
uint32_t rnd(struct rng *r);
uint32_t below(struct rng *r, uint32_t n); /* 0 where n is 0 */
bool one_in(struct rng *r, uint32_t n);

/* What a chip claims of the machine. */
struct claims {
    struct {
        uint16_t base;
        uint32_t count;
    } port[MAX_RANGES];
    struct {
        uint64_t base, size;
    } mmio[MAX_MMIO];
    struct {
        uint32_t first, count;
    } msr[MAX_MSRS];
    unsigned nports, nmmio, nmsrs;
    int devfn; /* -1: no PCI function */
};

/* The picture as somebody with a window has it. */
struct screen {
    uint32_t *pixels[2];
    uint32_t w[2], h[2];
    unsigned shown;
};

/* What the host does wrong from now on. */
enum { FAULT_READ = 1, FAULT_WRITE = 2, FAULT_FLUSH = 4, FAULT_LATE = 8 /* reads of the first 64 sectors succeed */ };
struct faults {
    uint8_t bits;
};

/* Which machine a stream is for: its first record. */
struct shape {
    bool apic, hpet, usb, acpi, second_channel;
    uint8_t fdc_interface, drive_type[2], vgamem_mb, usb_first, membar;
};

/* One of the two machines. */
struct side {
    struct machine *m;
    struct shape shape;
    unsigned countdown; /* accesses and waits until it is saved and loaded, in the middle of a command; 0: never */
    char *failure;      /* what was wrong then; free it */
    struct rng rng;
    struct claims claims;
    unsigned chip;
    struct dev *dev;             /* device `chip`, which `claims` is about */
    uint32_t medium[MAX_DRIVES]; /* sectors of what is in it, 0: nothing */
    bool readonly[MAX_DRIVES];   /* the medium cannot be written */
    struct faults *faults;       /* outlives the machine */
    struct screen *screen;       /* likewise */
    bool pure_video;             /* nothing but operations of the display since it was loaded */
    bool picture;                /* the pictures are to be compared now */
    uint64_t sum;                /* of every value read */
    unsigned ntrace;             /* of this operation */
    struct trace {
        const char *what;
        uint64_t where, value;
    } trace[TRACE];
};

/* machine.c */
struct shape shape_of(const uint8_t record[OP_BYTES]);
struct side *side_new(const struct shape *shape);
void side_free(struct side *s);
/* A new machine takes this one's place, with its state. Text (free it) where it is not the same then. */
char *side_renew(struct side *s);
bool put_in(struct side *s, unsigned drive, uint32_t sectors, bool readonly, bool force);
void assign_bars(struct machine *m);
void look(struct side *s); /* fills in s->claims for s->dev */
struct dev *device(struct machine *m, unsigned i);
unsigned device_count(struct machine *m);

/* Before each access: the point at which a countdown ends. Pointers into the machine are not good after it. */
void checkpoint(struct side *s);

/* access.c: every value read is noted, so that both machines' can be compared. */
void note(struct side *s, const char *what, uint64_t where, uint64_t value);
uint32_t rd(struct side *s, uint16_t port, unsigned size);
void wr(struct side *s, uint16_t port, unsigned size, uint32_t v);
uint32_t cfg_rd(struct side *s, unsigned devfn, unsigned off, unsigned size);
void cfg_wr(struct side *s, unsigned devfn, unsigned off, unsigned size, uint32_t v);
uint64_t mmio_rd(struct side *s, uint64_t addr, unsigned size);
void mmio_wr(struct side *s, uint64_t addr, unsigned size, uint64_t v);
void mem_put(struct side *s, uint64_t addr, const void *data, uint32_t len);
void mem_put32(struct side *s, uint64_t addr, uint32_t v);
void mem_look(struct side *s, uint64_t addr, uint32_t len); /* notes what is there */
void fill(uint8_t *to, size_t n, uint32_t seed);
uint16_t io_bar(struct side *s, unsigned devfn, unsigned n);
uint32_t mem_bar(struct side *s, unsigned devfn, unsigned n);
bool pass(struct side *s, uint64_t ns); /* that much time; false: 4096 events did not reach so far */
void step(struct side *s, uint64_t ns); /* to the next event, or that much time */
void input(struct side *s, enum journal_kind kind, uint16_t channel, const void *data, uint32_t len);

/* An operation: p are the record's bytes from the second on. */
enum { PARAMS = OP_BYTES - 1 };
struct op {
    const char *name, *family;
    void (*run)(struct side *s, const uint8_t *p);
};
extern const struct op operations[];
extern const unsigned noperations;

/* ops_register.c */
void op_register(struct side *s, const uint8_t *p);
/* ops_ata.c, ops_atapi.c */
void op_ata(struct side *s, const uint8_t *p);
void op_ata_registers(struct side *s, const uint8_t *p);
void op_packet(struct side *s, const uint8_t *p);
/* Between the two: a channel's ports, the bus master's list. */
struct ide_ports {
    uint16_t task, control;
    unsigned channel;
};
struct ide_ports ide_ports(struct side *s, unsigned channel);
bool ide_ready(struct side *s, const struct ide_ports *c);
void ide_list(struct side *s, uint8_t kind, uint32_t bytes);
void ide_start(struct side *s, const struct ide_ports *c, bool to_memory);
void ide_stop(struct side *s, const struct ide_ports *c);
/* ops_floppy.c */
void op_floppy(struct side *s, const uint8_t *p);
void op_floppy_setup(struct side *s, const uint8_t *p);
/* ops_usb.c */
void op_usb_enumerate(struct side *s, const uint8_t *p);
void op_usb_control(struct side *s, const uint8_t *p);
void op_usb_poll(struct side *s, const uint8_t *p);
void op_usb_schedule(struct side *s, const uint8_t *p);
void op_usb_registers(struct side *s, const uint8_t *p);
/* ops_video.c, ops_video_modes.c */
void op_vga_mode(struct side *s, const uint8_t *p);
void op_vbe_mode(struct side *s, const uint8_t *p);
void op_vga_register(struct side *s, const uint8_t *p);
void op_vga_draw(struct side *s, const uint8_t *p);
void op_vga_linear(struct side *s, const uint8_t *p);
void op_vga_read(struct side *s, const uint8_t *p);
void op_picture(struct side *s, const uint8_t *p);
void vga_set(struct side *s, unsigned block, unsigned index, uint8_t v);
enum { VGA_SEQ, VGA_GFX, VGA_CRTC, VGA_ATTR };
/* ops_input.c */
void op_kbc(struct side *s, const uint8_t *p);
void op_keyboard(struct side *s, const uint8_t *p);
void op_mouse(struct side *s, const uint8_t *p);
void op_keys(struct side *s, const uint8_t *p);
void op_pointer(struct side *s, const uint8_t *p);
void op_vmmouse(struct side *s, const uint8_t *p);
/* ops_timer.c */
void op_pit(struct side *s, const uint8_t *p);
void op_rtc(struct side *s, const uint8_t *p);
void op_hpet(struct side *s, const uint8_t *p);
void op_power(struct side *s, const uint8_t *p);
void op_time(struct side *s, const uint8_t *p);
/* ops_interrupt.c */
void op_pic(struct side *s, const uint8_t *p);
void op_acknowledge(struct side *s, const uint8_t *p);
void op_lapic(struct side *s, const uint8_t *p);
void op_ioapic(struct side *s, const uint8_t *p);
void op_cpu_pins(struct side *s, const uint8_t *p);
/* ops_misc.c */
void op_fw_cfg(struct side *s, const uint8_t *p);
void op_pci(struct side *s, const uint8_t *p);
void op_serial(struct side *s, const uint8_t *p);
void op_parallel(struct side *s, const uint8_t *p);
void op_dma(struct side *s, const uint8_t *p);
void op_reset(struct side *s, const uint8_t *p);
void op_medium(struct side *s, const uint8_t *p);
void op_host_fault(struct side *s, const uint8_t *p);
void op_outside(struct side *s, const uint8_t *p);
void op_info(struct side *s, const uint8_t *p);

/* devices.c: runs a stream; false: *why is text (free it) that names the operation, the device and the field. */
bool run_stream(const uint8_t *data, size_t len, char **why);

#endif
