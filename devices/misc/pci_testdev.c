/* SPDX-License-Identifier: MIT */
/*
 * pci-testdev (1B36:0005): BAR 0 in memory and BAR 1 in port space each start with a header that describes the
 * selected test: the width, the offset and the data of a write, and how many such writes came.
 * "QEMU PCI test device" (docs/specs/pci-testdev): test, width_type, offset, data, count, name.
 *
 * NOTE: the three tests of a region differ in how a hypervisor passes a write on (not at all, by address, by address
 * and data). Here there is one way, and it counts all of them.
 */
#include "devices/misc/pci_testdev.h"

enum {
    VENDOR = 0x1b36,
    DEVICE = 0x0005,
    SUBSYSTEM = 0x1100,
    SUBSYSTEM_VENDOR = 0x1af4,
    CLASS = 0x00ff00, /* unclassified */
    MEM_SIZE = 4096,
    IO_SIZE = 256,
    TESTS = 3,
    NO_TEST = 0xff,
};
/* The header. */
enum { R_TEST = 0, R_WIDTH = 1, R_OFFSET = 4, R_DATA = 8, R_COUNT = 12, R_NAME = 16, HEADER = 64 };
enum { DATA_OF_TEST = 0xfa, WIDTH_OF_TEST = 1 };

static const char *const names[PCI_TESTDEV_REGIONS][TESTS] = {
    {"mmio-no-eventfd", "mmio-wildcard-eventfd", "mmio-datamatch-eventfd"},
    {"portio-no-eventfd", "portio-wildcard-eventfd", "portio-datamatch-eventfd"},
};

/* Each test has a place of its own after the header. */
static uint32_t offset_of(unsigned test)
{
    return HEADER + 4 * test;
}

static uint8_t header_byte(const struct testdev_region *r, uint64_t at)
{
    bool any = r->test < TESTS;
    const char *name = any ? names[r->io][r->test] : "";
    switch (at) {
    case R_WIDTH: return any ? WIDTH_OF_TEST : 0;
    case R_OFFSET: return any ? (uint8_t)offset_of(r->test) : 0;
    case R_DATA: return any ? DATA_OF_TEST : 0;
    default:
        if (at >= R_COUNT && at < R_COUNT + 4)
            return (uint8_t)(r->count >> 8 * (at - R_COUNT));
        return at >= R_NAME && at - R_NAME <= strlen(name) ? (uint8_t)name[at - R_NAME] : 0;
    }
}

static uint64_t region_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    uint64_t v = 0;
    (void)who;
    for (unsigned i = 0; i < size; i++)
        v |= (uint64_t)header_byte(ctx, offset + i) << 8 * i;
    return v;
}

static void region_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct testdev_region *r = ctx;
    (void)who;
    if (offset == R_TEST) {
        r->test = (uint8_t)value < TESTS ? (uint8_t)value : NO_TEST;
        r->count = 0;
    } else if (r->test < TESTS && offset == offset_of(r->test) && size == WIDTH_OF_TEST && value == DATA_OF_TEST) {
        r->count++;
    }
}

static const struct io_ops ops = {region_read, region_write, 4};

static uint64_t nothing_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)ctx, (void)offset, (void)size, (void)who;
    return 0;
}
static void nothing_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    (void)ctx, (void)offset, (void)size, (void)value, (void)who;
}
static const struct io_ops nothing = {nothing_read, nothing_write, 8};

static bool realize(struct dev *d, struct error *err)
{
    struct pci_testdev *t = (struct pci_testdev *)d;
    if (t->membar & (t->membar - 1))
        return error_set(err, "%s: membar=%u is no power of two (MiB)", d->id, t->membar);
    t->region[1].io = true;
    t->pci.bar[0] = (struct pci_bar){
        .kind = PCI_BAR_MEM, .size = MEM_SIZE, .target = {.kind = TO_IO, .ops = &ops, .ctx = &t->region[0]}};
    t->pci.bar[1] = (struct pci_bar){.kind = PCI_BAR_IO, .size = IO_SIZE, .ops = &ops, .ctx = &t->region[1]};
    if (t->membar)
        t->pci.bar[2] = (struct pci_bar){.kind = PCI_BAR_MEM_PREFETCH,
                                         .size = t->membar << 20,
                                         .target = {.kind = TO_IO, .ops = &nothing, .ctx = t}};
    pci_add(t->pbus, &t->pci, t->devfn, VENDOR, DEVICE, CLASS, 0);
    st16(t->pci.config + 0x2c, SUBSYSTEM_VENDOR);
    st16(t->pci.config + 0x2e, SUBSYSTEM);
    return true;
}

static void reset(struct dev *d)
{
    struct pci_testdev *t = (struct pci_testdev *)d;
    pci_reset(&t->pci);
    for (unsigned i = 0; i < PCI_TESTDEV_REGIONS; i++) {
        t->region[i].test = NO_TEST;
        t->region[i].count = 0;
    }
}

static void post_load(struct dev *d)
{
    pci_post_load(&((struct pci_testdev *)d)->pci);
}

static void print(struct dev *d, struct buf *out)
{
    struct pci_testdev *t = (struct pci_testdev *)d;
    for (unsigned i = 0; i < PCI_TESTDEV_REGIONS; i++)
        buf_printf(out, "%s: BAR %u test %u, %u writes\n", d->id, i, t->region[i].test, t->region[i].count);
}

static const struct dev_prop props[] = {
    {"membar", PROP_UINT, offsetof(struct pci_testdev, membar), 0, 1024, 0,
     "MiB of BAR 2, a memory BAR without memory"},
};
static const struct dev_reg regs[] = {
    {"test", REG_MMIO, R_TEST, 1, 0, 0xff},  {"width_type", REG_MMIO, R_WIDTH, 1, 0, 0},
    {"offset", REG_MMIO, R_OFFSET, 4, 0, 0}, {"data", REG_MMIO, R_DATA, 4, 0, 0},
    {"count", REG_MMIO, R_COUNT, 4, 0, 0},   {"name", REG_MMIO, R_NAME, 1, 0, 0},
};
static const struct state_field fields[] = {
    STATE_ARRAY(struct pci_testdev, pci.config), STATE_U(struct pci_testdev, pci.irq_level),
    STATE_U(struct pci_testdev, region[0].test), STATE_U(struct pci_testdev, region[0].count),
    STATE_U(struct pci_testdev, region[1].test), STATE_U(struct pci_testdev, region[1].count),
};

const struct dev_class pci_testdev_class = {
    .name = "pci-testdev",
    .summary = "counts accesses to memory and ports for test kernels",
    .datasheet = "QEMU PCI test device (docs/specs/pci-testdev)",
    .size = sizeof(struct pci_testdev),
    DEV_PROPS(props),
    DEV_REGS(regs),
    .state = DEV_STATE("pci-testdev", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .print = print,
};

struct pci_testdev *pci_testdev_new(struct bus *bus, const char *id)
{
    return dev_new(&pci_testdev_class, id, bus);
}
