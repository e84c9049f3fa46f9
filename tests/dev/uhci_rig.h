/* SPDX-License-Identifier: MIT */
/* The bench of a UHCI controller with two functions that answer what the test says: registers, memory, a schedule. Each
 * file that includes it has its own. */
#ifndef VITRINE_TESTS_DEV_UHCI_RIG_H
#define VITRINE_TESTS_DEV_UHCI_RIG_H

#include "devices/usb/uhci.h"
#include "tests/dev/rig.h"

#define MS UINT64_C(1000000)
enum { DEVFN = 1 << 3 | 2, BASE = 0xc000, PAGES = 64 };
enum { CMD = 0, STS = 2, INTR = 4, FRNUM = 6, FLBASE = 8, SOFMOD = 12, PORT1 = 16, PORT2 = 18 };
enum { LIST = 0x1000, QH = 0x3000, TD = 0x4000, DATA = 0x8000, BEYOND = PAGES * 0x1000 };
#define ACTIVE  (UINT32_C(1) << 23)
#define STALLED (UINT32_C(1) << 22)
#define IOC     (UINT32_C(1) << 24)
#define SPD     (UINT32_C(1) << 29)
enum { T = 1, Q = 2, VF = 4, IN = 0x69, OUT = 0xe1, SETUP = 0x2d };

static struct rig rig;
static struct pci_bus pci;
static struct mapping ram;
static struct uhci *u;
static struct probe irq;

/* A function that answers what the test says, and notes what it was asked. */
static struct answering {
    int answer;
    uint8_t address;
    unsigned resets, packets, ep, len;
    enum usb_pid pid;
    uint8_t data[1280];
} f[2];

static inline int packet(void *ctx, enum usb_pid pid, unsigned ep, uint8_t *data, unsigned len)
{
    struct answering *a = ctx;
    a->packets++;
    a->pid = pid, a->ep = ep, a->len = len;
    if (pid == USB_PID_IN)
        memset(data, 0x5a, len);
    else
        memcpy(a->data, data, len);
    return pid != USB_PID_IN && a->answer >= 0 ? (int)len : a->answer;
}

static inline uint8_t address(void *ctx)
{
    return ((struct answering *)ctx)->address;
}

static inline void bus_reset(void *ctx)
{
    ((struct answering *)ctx)->resets++;
}

static inline void setup(void)
{
    struct error err;
    memset(&irq, 0, sizeof irq);
    memset(f, 0, sizeof f);
    rig_init(&rig);
    const struct mem_block *m = mem_add_block(rig.bus.mem, "ram", BLOCK_RAM, PAGES, &err);
    ram = (struct mapping){.name = "ram", .size = PAGES * PAGE_SIZE, .rd = {TO_PAGES, m->first, NULL, NULL}};
    ram.wr = ram.rd;
    mem_map(rig.bus.mem, &ram);
    pci_bus_init(&pci, &rig.bus);
    pci.pirq[3] = probe_line(&irq, &rig);
    u = uhci_new(&rig.bus, "usb");
    u->pbus = &pci;
    u->devfn = DEVFN;
    rig_realize(&u->dev);
    for (unsigned i = 0; i < 2; i++) {
        f[i].address = (uint8_t)(5 + i);
        ck_assert_int_eq(uhci_attach(u, (struct usb_plug){&f[i], packet, address, bus_reset}), i);
    }
    pci_config_write(&pci, DEVFN, 0x20, 4, BASE);
    pci_config_write(&pci, DEVFN, 4, 2, 5);
}

static inline void teardown(void)
{
    dev_free(&u->dev);
    rig_free(&rig);
}

static inline uint32_t in(unsigned reg, unsigned size)
{
    return (uint32_t)port_in(rig.bus.ports, (uint16_t)(BASE + reg), size, INIT_CPU0);
}

static inline void out(unsigned reg, unsigned size, uint32_t v)
{
    port_out(rig.bus.ports, (uint16_t)(BASE + reg), size, v, INIT_CPU0);
}

static inline void put32(uint32_t at, uint32_t v)
{
    uint8_t b[4];
    st32(b, v);
    ck_assert(phys_write(rig.bus.mem, at, b, 4, INIT_DEBUG));
}

static inline uint32_t word_at(uint32_t at)
{
    uint8_t b[4];
    ck_assert(phys_read(rig.bus.mem, at, b, 4, INIT_DEBUG));
    return ld32(b);
}

static inline void td(unsigned n, uint32_t link, uint32_t status, uint8_t pid, unsigned addr, unsigned len,
                      uint32_t buffer)
{
    uint32_t at = TD + 16 * n;
    put32(at, link);
    put32(at + 4, status);
    put32(at + 8, pid | addr << 8 | 3u << 15 | ((len - 1U) & 0x7ff) << 21);
    put32(at + 12, buffer);
}

static inline uint32_t status(unsigned n)
{
    return word_at(TD + 16 * n + 4);
}

static inline void schedule(uint32_t link)
{
    for (uint32_t i = 0; i < 1024; i++)
        put32(LIST + 4 * i, link);
    out(FLBASE, 4, LIST);
}

static inline void queue(uint32_t at, uint32_t next, uint32_t first)
{
    put32(at, next);
    put32(at + 4, first);
}

static inline void frames(unsigned n)
{
    out(CMD, 2, 1);
    rig_run(&rig, n * MS);
}

static inline void enable(unsigned port)
{
    out(port, 2, 0x0200), out(port, 2, 0), out(port, 2, 0x000e);
}

#endif
