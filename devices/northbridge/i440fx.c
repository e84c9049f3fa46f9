/* SPDX-License-Identifier: MIT */
/*
 * i440FX host bridge, 82441FX (PMC). Intel 290549-001.
 *
 * PAM says for each piece of C0000h-FFFFFh, for reads and writes apart, whether DRAM answers or the bus below (a ROM).
 * SMRAM, A0000h-BFFFFh of DRAM, shows while the processor is in SMM (SMIACT#) or D_OPEN is set.
 * LIMIT: the DRAM row and timing registers are kept but change nothing; D_CLS, which keeps data accesses of SMM out of
 * SMRAM but not fetches, changes nothing; bus masters reach SMRAM while it shows; one PCI bus.
 */
#include "devices/northbridge/i440fx.h"

#include "base/bits.h"

enum { PAM0 = 0x59, SMRAM = 0x72 };
enum { PAM_READ = 1, PAM_WRITE = 2 };
enum { D_OPEN = 0x40, D_CLS = 0x20, D_LCK = 0x10, G_SMRAME = 0x08, C_BASE_SEG = 0x02 };
#define CONE 0x80000000u

/* --- PAM and SMRAM --- */

static uint32_t pam_base(int i)
{
    return i == 0 ? 0xf0000 : 0xc0000 + 0x4000 * (uint32_t)(i - 1);
}

/* The two bits of piece i: PAM0's high nibble has F0000h; from PAM1 on the low nibble comes first (3.2.18). */
static uint8_t pam_bits(const struct i440fx *nb, int i)
{
    if (i == 0)
        return nb->pci.config[PAM0] >> 4 & 3;
    return nb->pci.config[PAM0 + 1 + (i - 1) / 2] >> ((i - 1) & 1 ? 4 : 0) & 3;
}

static void set_mapping(struct i440fx *nb, struct mapping *map, bool read, bool write)
{
    struct target ram = {.kind = TO_PAGES, .page = nb->ram_page + (uint32_t)(map->base >> PAGE_BITS)};
    struct target below = {.kind = TO_BELOW};
    enum target_kind rd = read ? TO_PAGES : TO_BELOW, wr = write ? TO_PAGES : TO_BELOW;
    bool on = read || write;
    if (on == map->enabled && (!on || (map->rd.kind == rd && map->wr.kind == wr)))
        return;
    map->rd = read ? ram : below;
    map->wr = write ? ram : below;
    if (on)
        mem_map(nb->dev.bus->mem, map);
    else
        mem_unmap(nb->dev.bus->mem, map);
}

static void update_map(struct i440fx *nb)
{
    for (int i = 0; i < PAM_SEGMENTS; i++) {
        uint8_t bits = pam_bits(nb, i);
        set_mapping(nb, &nb->pam[i], bits & PAM_READ, bits & PAM_WRITE);
    }
    uint8_t smram = nb->pci.config[SMRAM];
    bool open = smram & G_SMRAME && (smram & D_OPEN || nb->smiact); /* table 3-10 */
    set_mapping(nb, &nb->smram, open, open);
}

static void set_smiact(void *ctx, int n, int level)
{
    struct i440fx *nb = ctx;
    (void)n;
    nb->smiact = level != 0;
    update_map(nb);
}

struct irq_line i440fx_smiact(struct i440fx *nb)
{
    return (struct irq_line){set_smiact, nb, 0};
}

/* D_LCK makes SMRAM read-only until reset and clears D_OPEN (3.2.22). */
static void config_written(void *ctx, unsigned off, unsigned size)
{
    struct i440fx *nb = ctx;
    if (off <= SMRAM && off + size > SMRAM && nb->pci.config[SMRAM] & D_LCK) {
        nb->pci.config[SMRAM] &= (uint8_t)~D_OPEN;
        nb->pci.writable[SMRAM] = D_CLS;
    }
    update_map(nb);
}

/* --- Configuration mechanism 1 --- */

static uint64_t read_address(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    const struct i440fx *nb = ctx;
    (void)who;
    return size == 4 && offset == 0 ? nb->address : UINT32_MAX; /* only a dword access is CONFADD's (3.1.1) */
}

static void write_address(void *ctx, uint64_t offset, unsigned size, uint64_t v, enum initiator who)
{
    struct i440fx *nb = ctx;
    (void)who;
    if (size == 4 && offset == 0)
        nb->address = (uint32_t)v & 0x80fffffc;
}

static bool selects(const struct i440fx *nb, uint64_t offset, unsigned size)
{
    return nb->address & CONE && !(nb->address >> 16 & 0xff) && offset + size <= 4;
}

static uint64_t read_data(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct i440fx *nb = ctx;
    (void)who;
    if (!selects(nb, offset, size))
        return UINT32_MAX;
    return pci_config_read(nb->pbus, (uint8_t)(nb->address >> 8), (nb->address & 0xfc) + (unsigned)offset, size);
}

static void write_data(void *ctx, uint64_t offset, unsigned size, uint64_t v, enum initiator who)
{
    struct i440fx *nb = ctx;
    (void)who;
    if (selects(nb, offset, size))
        pci_config_write(nb->pbus, (uint8_t)(nb->address >> 8), (nb->address & 0xfc) + (unsigned)offset, size,
                         (uint32_t)v);
}

static const struct io_ops address_ops = {read_address, write_address, 4};
static const struct io_ops data_ops = {read_data, write_data, 4};

/* --- Life --- */

static void set_masks(struct i440fx *nb)
{
    st16(nb->pci.writable + 0x04, 0x0140); /* SERRE and PERRE; memory and master are hardwired */
    memset(nb->pci.writable + 0x50, 0xff, 2);
    nb->pci.writable[0x57] = nb->pci.writable[0x58] = 0xff;
    memset(nb->pci.writable + PAM0, 0x33, 7);
    nb->pci.writable[PAM0] = 0x30;
    memset(nb->pci.writable + 0x60, 0xff, 9);
    nb->pci.writable[SMRAM] = D_OPEN | D_CLS | D_LCK | G_SMRAME;
}

static bool realize(struct dev *d, struct error *err)
{
    struct i440fx *nb = container_of(d, struct i440fx, dev);
    (void)err;
    nb->pci.config_written = config_written;
    nb->pci.ctx = nb;
    pci_add(nb->pbus, &nb->pci, 0, 0x8086, 0x1237, 0x060000, 2);
    set_masks(nb);
    for (int i = 0; i < PAM_SEGMENTS; i++)
        nb->pam[i] = (struct mapping){
            .name = "pam", .base = pam_base(i), .size = i == 0 ? 0x10000 : 0x4000, .prio = PRIO_CHIPSET};
    nb->smram = (struct mapping){.name = "smram", .base = 0xa0000, .size = 0x20000, .prio = PRIO_CHIPSET};
    nb->address_port =
        (struct port_range){.name = "pci-address", .base = 0xcf8, .count = 4, .ops = &address_ops, .ctx = nb};
    nb->data_port = (struct port_range){.name = "pci-data", .base = 0xcfc, .count = 4, .ops = &data_ops, .ctx = nb};
    port_claim(d->bus->ports, &nb->address_port);
    port_claim(d->bus->ports, &nb->data_port);
    return true;
}

static void reset(struct dev *d)
{
    struct i440fx *nb = container_of(d, struct i440fx, dev);
    pci_reset(&nb->pci);
    memset(nb->pci.config + 0x50, 0, 0x23);
    nb->pci.config[0x04] = 0x06; /* memory and master are always on (3.2.3) */
    nb->pci.config[0x51] = 0x01;
    nb->pci.config[0x58] = 0x10;
    memset(nb->pci.config + 0x60, 0x02, 8);
    nb->pci.config[SMRAM] = C_BASE_SEG;
    nb->address = 0;
    set_masks(nb);
    update_map(nb);
}

static void post_load(struct dev *d)
{
    struct i440fx *nb = container_of(d, struct i440fx, dev);
    pci_post_load(&nb->pci);
    nb->pci.writable[SMRAM] = nb->pci.config[SMRAM] & D_LCK ? D_CLS : D_OPEN | D_CLS | D_LCK | G_SMRAME;
    update_map(nb);
}

static void unrealize(struct dev *d)
{
    struct i440fx *nb = container_of(d, struct i440fx, dev);
    port_release(d->bus->ports, &nb->address_port);
    port_release(d->bus->ports, &nb->data_port);
    for (int i = 0; i < PAM_SEGMENTS; i++)
        mem_unmap(d->bus->mem, &nb->pam[i]);
    mem_unmap(d->bus->mem, &nb->smram);
}

static const struct state_field fields[] = {STATE_ARRAY(struct i440fx, pci.config), STATE_U(struct i440fx, address),
                                            STATE_U(struct i440fx, smiact)};

static const struct dev_reg regs[] = {
    {"CONFADD", REG_PORT, 0xcf8, 4, 0, 0x80fffffc},
    {"CONFDATA", REG_PORT, 0xcfc, 4, 0, 0xffffffff},
    {"PCON", REG_PCI, 0x50, 2, 0x100, 0xffff},
    {"DRAMC", REG_PCI, 0x57, 1, 0, 0xff},
    {"DRAMT", REG_PCI, 0x58, 1, 0x10, 0xff},
    {"PAM0", REG_PCI, 0x59, 1, 0, 0x30},
    {"PAM1", REG_PCI, 0x5a, 1, 0, 0x33},
    {"PAM2", REG_PCI, 0x5b, 1, 0, 0x33},
    {"PAM3", REG_PCI, 0x5c, 1, 0, 0x33},
    {"PAM4", REG_PCI, 0x5d, 1, 0, 0x33},
    {"PAM5", REG_PCI, 0x5e, 1, 0, 0x33},
    {"PAM6", REG_PCI, 0x5f, 1, 0, 0x33},
    {"DRB", REG_PCI, 0x60, 4, 0x02020202, 0xffffffff},
    {"SMRAM", REG_PCI, 0x72, 1, 0x02, 0x78},
};

const struct dev_class i440fx_class = {
    .name = "i440fx",
    .summary = "i440FX host bridge: PCI configuration, PAM, SMRAM",
    .datasheet = "Intel 82441FX (PMC), 290549-001",
    .size = sizeof(struct i440fx),
    DEV_REGS(regs),
    .state = DEV_STATE("i440fx", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
};

struct i440fx *i440fx_new(struct bus *bus, const char *id)
{
    return dev_new(&i440fx_class, id, bus);
}
