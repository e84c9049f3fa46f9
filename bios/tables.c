/* SPDX-License-Identifier: MIT */
/*
 * The tables that operating systems search the F segment for: $PIR and _32_.
 *
 * "PCI IRQ Routing Table Specification" 1.0; "Standard BIOS 32-bit Service Directory" 0.4.
 * They are made at POST in the shadow RAM, before it is write protected. The MP table
 * and the entry points of ACPI and SMBIOS come after them.
 */
#include "bios.h"
#include "pirtable.h"

#define PIIX3_BDF 0x08

struct bios32 {
    char signature[4];
    uint32_t entry;
    uint8_t revision, paragraphs, checksum, rsvd[5];
};

/* NOTE: initialised data, so that no instruction holds the signature, where a search would find it. */
struct pir_table pir_table __attribute__((section(".romtable"), aligned(16))) = {
    .signature = {'$', 'P', 'I', 'R'},
    .version = 0x0100,
    .size = sizeof pir_table,
    .router = PIIX3_BDF,
    .compatible = 0x122e8086, /* PIIX */
};
static struct bios32 bios32 __attribute__((section(".romtable"), aligned(16))) = {
    .signature = {'_', '3', '2', '_'},
    .paragraphs = 1,
};

/*
 * Plug and Play BIOS Specification 1.0A, 4.4: option ROMs that find it wait to be asked to boot, and do not hook INT
 * 19h.
 */
struct pnp {
    char signature[4];
    uint8_t version, length;
    uint16_t control;
    uint8_t checksum;
    uint32_t event;
    uint16_t real_off, real_seg, prot_off;
    uint32_t prot_base, oem;
    uint16_t real_data;
    uint32_t prot_data;
} __attribute__((packed));

_Static_assert(sizeof(struct pnp) == 0x21, "PnP BIOS 1.0A 4.4");

extern char bios32_entry[], pnp_entry[];

static struct pnp pnp __attribute__((section(".romtable"), aligned(16))) = {
    .signature = {'$', 'P', 'n', 'P'},
    .version = 0x10,
    .length = sizeof pnp,
    .real_seg = BIOS_SEG,
    .prot_base = 0xf0000,
    .real_data = BIOS_SEG,
    .prot_data = 0xf0000,
};

uint16_t pnp_offset(void)
{
    return (uint16_t)(uintptr_t)&pnp;
}

uint8_t checksum(const void *p, uint32_t n)
{
    const uint8_t *b = p;
    uint8_t s = 0;
    while (n--)
        s += *b++;
    return -s;
}

/* Copies a table of the .romtable section to where the F segment shows it. */
void publish(const void *table, uint32_t n)
{
    far_write(BIOS_SEG, (uint32_t)(uintptr_t)table, table, n);
}

/* Below the code, the F segment holds the data's initial contents, then free space. */
extern char bios_data_end[];
#define FSEG_END 0x2c00

uint32_t fseg_alloc(uint32_t bytes, uint32_t align)
{
    static uint32_t next;
    uint32_t at = next ? next : (uint32_t)(uintptr_t)bios_data_end;
    at = (at + align - 1) & -align;
    if (at + bytes > FSEG_END)
        return 0;
    next = at + bytes;
    return 0xf0000 + at;
}

static void make_pir(void)
{
    for (int i = 0; i < PIR_SLOTS; i++) {
        struct pir_slot *s = &pir_table.slot[i];
        s->devfn = (i + 1) << 3;
        s->slot = i < 2 ? 0 : i - 1; /* devices 1 and 2 are on the board */
        for (int pin = 0; pin < 4; pin++)
            s->pin[pin] = (struct pir_pin){0x60 + ((i + pin) & 3), PIR_IRQS};
    }
    pir_table.checksum = checksum(&pir_table, sizeof pir_table);
    publish(&pir_table, sizeof pir_table);
}

void tables_init(void)
{
    make_pir();
    bios32.entry = 0xf0000 + (uint32_t)(uintptr_t)bios32_entry;
    bios32.checksum = checksum(&bios32, sizeof bios32);
    publish(&bios32, sizeof bios32);
    pnp.real_off = pnp.prot_off = (uint16_t)(uintptr_t)pnp_entry;
    pnp.checksum = checksum(&pnp, sizeof pnp);
    publish(&pnp, sizeof pnp);
}
