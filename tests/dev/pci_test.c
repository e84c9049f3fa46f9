/* SPDX-License-Identifier: MIT */
/* PCI functions, the i440FX's configuration mechanism, PAM and SMRAM, the PIIX3's routing and
 * reset. */
#include <signal.h>

#include "bus/pci.h"
#include "devices/northbridge/i440fx.h"
#include "devices/southbridge/piix3.h"
#include "tests/dev/rig.h"

enum { CARD = 0x18 }; /* 00:03.0 */

struct setup {
    struct rig rig;
    struct pci_bus pci;
    struct i440fx *nb;
    struct piix3 *sb;
    struct probe irq[16], a20, reset, ignne;
    struct pci_func card;
    uint32_t last_port, last_mmio; /* offset of the last access that reached the card */
    unsigned written;
    struct mapping low, high, rom;
    uint32_t ram_page, rom_page;
};
static struct setup s;

static uint64_t card_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)size, (void)who;
    *(uint32_t *)ctx = (uint32_t)offset;
    return 0x5a;
}

static void card_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    (void)size, (void)value, (void)who;
    *(uint32_t *)ctx = (uint32_t)offset;
}

static const struct io_ops card_ops = {card_read, card_write, 4};

static void card_written(void *ctx, unsigned off, unsigned size)
{
    (void)ctx, (void)size;
    s.written = off;
}

static uint32_t add_pages(struct setup *t, const char *name, enum block_kind kind, uint32_t n)
{
    struct error err = {0};
    const struct mem_block *b = mem_add_block(t->rig.bus.mem, name, kind, n, &err);
    ck_assert_msg(b != NULL, "%s", err.text);
    return b->first;
}

/* 2 MiB of RAM with the hole at A0000h, a ROM at C0000h-FFFFFh filled with EEh. */
static void add_memory(struct setup *t)
{
    uint8_t fill[PAGE_SIZE];
    t->ram_page = add_pages(t, "ram", BLOCK_RAM, 512);
    t->rom_page = add_pages(t, "rom", BLOCK_ROM, 64);
    memset(fill, 0xee, sizeof fill);
    for (uint32_t i = 0; i < 64; i++)
        mem_poke(t->rig.bus.mem, t->rom_page + i, 0, PAGE_SIZE, fill);
    struct target ram = {.kind = TO_PAGES, .page = t->ram_page};
    t->low = (struct mapping){.name = "ram", .size = 0xa0000, .prio = PRIO_RAM, .rd = ram, .wr = ram};
    ram.page += 256;
    t->high =
        (struct mapping){.name = "ram", .base = 0x100000, .size = 0x100000, .prio = PRIO_RAM, .rd = ram, .wr = ram};
    struct target rom = {.kind = TO_PAGES, .page = t->rom_page};
    t->rom = (struct mapping){.name = "rom", .base = 0xc0000, .size = 0x40000, .prio = PRIO_ROM, .rd = rom};
    t->rom.wr.kind = TO_NOTHING;
    mem_map(t->rig.bus.mem, &t->low);
    mem_map(t->rig.bus.mem, &t->high);
    mem_map(t->rig.bus.mem, &t->rom);
}

static void add_card(struct setup *t)
{
    t->card.bar[0] = (struct pci_bar){.kind = PCI_BAR_IO, .size = 16, .ops = &card_ops, .ctx = &t->last_port};
    t->card.bar[1] = (struct pci_bar){.kind = PCI_BAR_MEM_PREFETCH,
                                      .size = 0x10000,
                                      .target = {.kind = TO_IO, .ops = &card_ops, .ctx = &t->last_mmio}};
    t->card.bar[PCI_BAR_ROM] =
        (struct pci_bar){.kind = PCI_BAR_MEM, .size = 0x8000, .target = {.kind = TO_PAGES, .page = t->rom_page}};
    t->card.config_written = card_written;
    pci_add(&t->pci, &t->card, CARD, 0x1234, 0x5678, 0x020000, 7);
    t->card.config[0x3d] = 1; /* INTA# */
}

static void make(struct setup *t)
{
    memset(t, 0, sizeof *t);
    rig_init(&t->rig);
    add_memory(t);
    pci_bus_init(&t->pci, &t->rig.bus);
    t->nb = i440fx_new(&t->rig.bus, "i440fx");
    t->nb->pbus = &t->pci, t->nb->ram_page = t->ram_page;
    rig_realize(&t->nb->dev);
    t->sb = piix3_new(&t->rig.bus, "piix3");
    t->sb->pbus = &t->pci, t->sb->devfn = 8;
    for (int n = 0; n < 16; n++)
        t->sb->irq[n] = probe_line(&t->irq[n], &t->rig);
    t->sb->a20 = probe_line(&t->a20, &t->rig);
    t->sb->reset = probe_line(&t->reset, &t->rig);
    t->sb->ignne = probe_line(&t->ignne, &t->rig);
    for (int n = 0; n < 4; n++)
        t->pci.pirq[n] = piix3_pirq(t->sb, n);
    rig_realize(&t->sb->dev);
    add_card(t);
}

/* As machine_destroy() has it: no chip of a board releases what others hold. */
static void unmake(struct setup *t)
{
    port_release_all(t->rig.bus.ports);
    mem_unmap_all(t->rig.bus.mem);
    dev_free(&t->sb->dev);
    dev_free(&t->nb->dev);
    rig_free(&t->rig);
}

static void setup(void)
{
    make(&s);
}

static void teardown(void)
{
    unmake(&s);
}

static void cfg_out(uint8_t devfn, unsigned off, unsigned size, uint32_t v)
{
    port_out(s.rig.bus.ports, 0xcf8, 4, 0x80000000u | (uint32_t)devfn << 8 | (off & 0xfc), INIT_CPU0);
    port_out(s.rig.bus.ports, (uint16_t)(0xcfc + (off & 3)), size, v, INIT_CPU0);
}

static uint32_t cfg_in(uint8_t devfn, unsigned off, unsigned size)
{
    port_out(s.rig.bus.ports, 0xcf8, 4, 0x80000000u | (uint32_t)devfn << 8 | (off & 0xfc), INIT_CPU0);
    return port_in(s.rig.bus.ports, (uint16_t)(0xcfc + (off & 3)), size, INIT_CPU0);
}

static uint8_t peek(uint64_t paddr)
{
    uint8_t v = 0;
    phys_read(s.rig.bus.mem, paddr, &v, 1, INIT_CPU0);
    return v;
}

static void poke(uint64_t paddr, uint8_t v)
{
    phys_write(s.rig.bus.mem, paddr, &v, 1, INIT_CPU0);
}

/* --- Configuration --- */

START_TEST(ids_class_and_absent_functions)
{
    ck_assert_uint_eq(cfg_in(0, 0, 4), 0x12378086);
    ck_assert_uint_eq(cfg_in(0, 8, 4), 0x06000002);
    ck_assert_uint_eq(cfg_in(8, 0, 4), 0x70008086);
    ck_assert_uint_eq(cfg_in(8, 8, 4), 0x06010000);
    ck_assert_uint_eq(cfg_in(8, 0x0e, 1), 0x80);
    ck_assert_uint_eq(cfg_in(CARD, 0, 4), 0x56781234);
    ck_assert_uint_eq(cfg_in(CARD, 8, 4), 0x02000007);
    ck_assert_uint_eq(cfg_in(0x20, 0, 4), 0xffffffff);
    ck_assert_uint_eq(cfg_in(0x20, 2, 2), 0xffff);
}
END_TEST

START_TEST(confadd_takes_dwords_only_and_needs_cone)
{
    port_out(s.rig.bus.ports, 0xcf8, 4, 0x80000000u, INIT_CPU0);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, 0xcf8, 4, INIT_CPU0), 0x80000000u);
    port_out(s.rig.bus.ports, 0xcf8, 1, 0x08, INIT_CPU0);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, 0xcfc, 4, INIT_CPU0), 0x12378086);
    port_out(s.rig.bus.ports, 0xcf8, 4, 0, INIT_CPU0);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, 0xcfc, 4, INIT_CPU0), 0xffffffff);
    port_out(s.rig.bus.ports, 0xcf8, 4, 0x80010000u, INIT_CPU0); /* bus 1 */
    ck_assert_uint_eq(port_in(s.rig.bus.ports, 0xcfc, 4, INIT_CPU0), 0xffffffff);
    ck_assert_uint_eq(s.reset.rises, 0); /* a dword at CF8h is none of CF9h's business */
}
END_TEST

START_TEST(read_only_bytes_stay)
{
    cfg_out(CARD, 0, 4, 0);
    cfg_out(CARD, 8, 4, 0);
    ck_assert_uint_eq(cfg_in(CARD, 0, 4), 0x56781234);
    ck_assert_uint_eq(cfg_in(CARD, 8, 4), 0x02000007);
    cfg_out(CARD, 0x3c, 2, 0xff0b);
    ck_assert_uint_eq(cfg_in(CARD, 0x3c, 2), 0x010b); /* the pin is fixed */
    ck_assert_uint_eq(s.written, 0x3c);
}
END_TEST

START_TEST(status_bits_are_cleared_by_ones)
{
    s.card.config[7] = 0xf9;
    cfg_out(CARD, 6, 2, 0x2000);
    ck_assert_uint_eq(cfg_in(CARD, 6, 2), 0xd900);
}
END_TEST

START_TEST(bars_show_their_size_and_type)
{
    cfg_out(CARD, 0x10, 4, 0xffffffff);
    ck_assert_uint_eq(cfg_in(CARD, 0x10, 4), 0xfffffff1);
    cfg_out(CARD, 0x14, 4, 0xffffffff);
    ck_assert_uint_eq(cfg_in(CARD, 0x14, 4), 0xffff0008);
    cfg_out(CARD, 0x30, 4, 0xffffffff);
    ck_assert_uint_eq(cfg_in(CARD, 0x30, 4), 0xffff8001);
    cfg_out(CARD, 0x18, 4, 0xffffffff);
    ck_assert_uint_eq(cfg_in(CARD, 0x18, 4), 0);
}
END_TEST

START_TEST(io_bar_decodes_where_command_allows)
{
    cfg_out(CARD, 0x10, 4, 0xc000);
    ck_assert_uint_eq(rig_in(&s.rig, 0xc004), 0xff);
    cfg_out(CARD, 4, 2, 1);
    ck_assert_uint_eq(rig_in(&s.rig, 0xc004), 0x5a);
    ck_assert_uint_eq(s.last_port, 4);
    ck_assert_uint_eq(rig_in(&s.rig, 0xc010), 0xff);
    cfg_out(CARD, 0x10, 4, 0xd000);
    ck_assert_uint_eq(rig_in(&s.rig, 0xc004), 0xff);
    ck_assert_uint_eq(rig_in(&s.rig, 0xd008), 0x5a);
    cfg_out(CARD, 4, 2, 0);
    ck_assert_uint_eq(rig_in(&s.rig, 0xd008), 0xff);
}
END_TEST

START_TEST(memory_bar_decodes_and_sizing_maps_nothing)
{
    cfg_out(CARD, 4, 2, 2);
    cfg_out(CARD, 0x14, 4, 0xffffffff);
    ck_assert_uint_eq(peek(0xffff0000), 0xff);
    cfg_out(CARD, 0x14, 4, 0xe0000000);
    ck_assert_uint_eq(peek(0xe0001234), 0x5a);
    ck_assert_uint_eq(s.last_mmio, 0x1234);
    cfg_out(CARD, 0x14, 4, 0);
    ck_assert_uint_eq(peek(0xe0001234), 0xff);
    ck_assert_uint_eq(peek(0x1234), 0); /* still RAM */
}
END_TEST

START_TEST(rom_bar_needs_its_enable_and_is_read_only)
{
    cfg_out(CARD, 4, 2, 2);
    cfg_out(CARD, 0x30, 4, 0xe1000000);
    ck_assert_uint_eq(peek(0xe1000000), 0xff);
    cfg_out(CARD, 0x30, 4, 0xe1000001);
    ck_assert_uint_eq(peek(0xe1000000), 0xee);
    poke(0xe1000000, 1);
    ck_assert_uint_eq(peek(0xe1000000), 0xee);
}
END_TEST

START_TEST(reset_of_a_function_unmaps_it)
{
    cfg_out(CARD, 0x10, 4, 0xc000);
    cfg_out(CARD, 4, 2, 5);
    ck_assert(pci_bus_master(&s.card));
    pci_set_irq(&s.card, 1);
    pci_reset(&s.card);
    ck_assert_uint_eq(rig_in(&s.rig, 0xc004), 0xff);
    ck_assert_uint_eq(cfg_in(CARD, 0x10, 4), 1);
    ck_assert(!pci_bus_master(&s.card));
    ck_assert(!s.card.irq_level);
}
END_TEST

/* --- PIIX3 --- */

START_TEST(inta_of_device_3_is_pirq_c_and_goes_where_pirqrc_says)
{
    cfg_out(8, 0x62, 1, 11);
    pci_set_irq(&s.card, 1);
    ck_assert_int_eq(s.irq[11].level, 1);
    cfg_out(8, 0x62, 1, 10);
    ck_assert_int_eq(s.irq[11].level, 0);
    ck_assert_int_eq(s.irq[10].level, 1);
    cfg_out(8, 0x62, 1, 0x8a); /* routing off */
    ck_assert_int_eq(s.irq[10].level, 0);
    cfg_out(8, 0x62, 1, 2); /* reserved */
    ck_assert_int_eq(s.irq[2].level, 0);
}
END_TEST

START_TEST(pirqs_share_an_irq)
{
    struct pci_func other = {0};
    pci_add(&s.pci, &other, 0x20, 1, 2, 0x020000, 0);
    other.config[0x3d] = 1;
    cfg_out(8, 0x62, 2, 0x0b0b);
    pci_set_irq(&s.card, 1);
    pci_set_irq(&other, 1);
    pci_set_irq(&s.card, 0);
    ck_assert_int_eq(s.irq[11].level, 1);
    ck_assert_uint_eq(s.irq[11].rises, 1);
    pci_set_irq(&other, 0);
    ck_assert_int_eq(s.irq[11].level, 0);
}
END_TEST

START_TEST(functions_of_one_device_share_a_line)
{
    struct pci_func other = {0};
    pci_add(&s.pci, &other, CARD + 1, 1, 2, 0x020000, 0);
    other.config[0x3d] = 1;
    cfg_out(8, 0x62, 1, 11);
    pci_set_irq(&s.card, 1);
    pci_set_irq(&other, 1);
    pci_set_irq(&other, 0);
    ck_assert_int_eq(s.irq[11].level, 1);
}
END_TEST

START_TEST(port_92_gates_a20_and_fast_init_is_an_edge)
{
    rig_out(&s.rig, 0x92, 2);
    ck_assert_int_eq(s.a20.level, 1);
    ck_assert_uint_eq(rig_in(&s.rig, 0x92), 2);
    ck_assert_uint_eq(s.reset.rises, 0);
    rig_out(&s.rig, 0x92, 3);
    ck_assert_uint_eq(s.reset.rises, 1);
    rig_out(&s.rig, 0x92, 3);
    ck_assert_uint_eq(s.reset.rises, 1);
}
END_TEST

START_TEST(rcr_resets_when_rcpu_is_set)
{
    rig_out(&s.rig, 0xcf9, 2);
    ck_assert_uint_eq(s.reset.rises, 0);
    ck_assert_uint_eq(rig_in(&s.rig, 0xcf9), 2);
    rig_out(&s.rig, 0xcf9, 6);
    ck_assert_uint_eq(s.reset.rises, 1);
}
END_TEST

/* --- i440FX --- */

START_TEST(pam_directs_reads_and_writes_apart)
{
    uint32_t page = s.ram_page + 0xc8;
    ck_assert_uint_eq(peek(0xc8000), 0xee);
    poke(0xc8000, 1);
    ck_assert_uint_eq(*ram_ptr(s.rig.bus.mem, page), 0);
    cfg_out(0, 0x5b, 1, 0x02); /* C8000h: write to DRAM, read from the bus */
    poke(0xc8000, 0x11);
    ck_assert_uint_eq(peek(0xc8000), 0xee);
    ck_assert_uint_eq(*ram_ptr(s.rig.bus.mem, page), 0x11);
    cfg_out(0, 0x5b, 1, 0x01); /* read DRAM, writes to the bus */
    ck_assert_uint_eq(peek(0xc8000), 0x11);
    poke(0xc8000, 0x22);
    ck_assert_uint_eq(peek(0xc8000), 0x11);
    cfg_out(0, 0x5b, 1, 0x03);
    poke(0xc8000, 0x33);
    ck_assert_uint_eq(peek(0xc8000), 0x33);
    ck_assert_uint_eq(peek(0xcc000), 0xee); /* the next piece is the high nibble */
    cfg_out(0, 0x5b, 1, 0x00);
    ck_assert_uint_eq(peek(0xc8000), 0xee);
}
END_TEST

START_TEST(pam0_covers_f0000_whole)
{
    cfg_out(0, 0x59, 1, 0x33);
    ck_assert_uint_eq(cfg_in(0, 0x59, 1), 0x30);
    poke(0xf0000, 1), poke(0xfffff, 2);
    ck_assert_uint_eq(peek(0xf0000), 1);
    ck_assert_uint_eq(peek(0xfffff), 2);
    ck_assert_uint_eq(peek(0xeffff), 0xee);
}
END_TEST

START_TEST(every_pam_piece_has_its_nibble)
{
    for (uint32_t i = 0; i < 12; i++) {
        uint32_t base = 0xc0000 + 0x4000 * i;
        cfg_out(0, 0x5a + i / 2, 1, i & 1 ? 0x30 : 0x03);
        poke(base, 0x40 + (uint8_t)i), poke(base + 0x3fff, 0x40 + (uint8_t)i);
        ck_assert_uint_eq(peek(base), 0x40 + i);
        ck_assert_uint_eq(peek(base + 0x3fff), 0x40 + i);
        ck_assert_uint_eq(peek(base + 0x4000), 0xee);
        cfg_out(0, 0x5a + i / 2, 1, 0);
        ck_assert_uint_eq(peek(base), 0xee);
    }
}
END_TEST

START_TEST(smram_opens_and_locks)
{
    poke(0xa0000, 1);
    ck_assert_uint_eq(peek(0xa0000), 0xff);
    cfg_out(0, 0x72, 1, 0x4a); /* D_OPEN, G_SMRAME */
    poke(0xa0000, 0x77);
    ck_assert_uint_eq(peek(0xa0000), 0x77);
    cfg_out(0, 0x72, 1, 0x5a); /* D_LCK closes it and keeps it closed */
    ck_assert_uint_eq(peek(0xa0000), 0xff);
    cfg_out(0, 0x72, 1, 0x4a);
    ck_assert_uint_eq(cfg_in(0, 0x72, 1) & 0x58, 0x18);
    ck_assert_uint_eq(peek(0xa0000), 0xff);
    s.nb->dev.cls->reset(&s.nb->dev);
    cfg_out(0, 0x72, 1, 0x4a);
    ck_assert_uint_eq(peek(0xa0000), 0x77);
}
END_TEST

START_TEST(smram_shows_while_smiact_is_active_where_it_is_enabled)
{
    struct irq_line smiact = i440fx_smiact(s.nb);
    cfg_out(0, 0x72, 1, 0x4a);
    poke(0xa0000, 0x77);
    cfg_out(0, 0x72, 1, 0x1a); /* G_SMRAME, locked */
    ck_assert_uint_eq(peek(0xa0000), 0xff);
    irq_set(&smiact, 1);
    ck_assert_uint_eq(peek(0xa0000), 0x77);
    irq_set(&smiact, 0);
    ck_assert_uint_eq(peek(0xa0000), 0xff);
    s.nb->dev.cls->reset(&s.nb->dev); /* G_SMRAME is 0 */
    irq_set(&smiact, 1);
    ck_assert_uint_eq(peek(0xa0000), 0xff);
    irq_set(&smiact, 0);
}
END_TEST

START_TEST(piix3_ferr_holds_irq13_until_port_f0_is_written_which_ignores_it)
{
    struct irq_line ferr = piix3_ferr(s.sb);
    irq_set(&ferr, 1);
    ck_assert_int_eq(s.irq[13].level, 1);
    ck_assert_int_eq(s.ignne.level, 0);
    rig_out(&s.rig, 0xf0, 0);
    ck_assert_int_eq(s.irq[13].level, 0);
    ck_assert_int_eq(s.ignne.level, 1);
    irq_set(&ferr, 0);
    ck_assert_int_eq(s.ignne.level, 0);
    irq_set(&ferr, 1);
    irq_set(&ferr, 0);
    ck_assert_int_eq(s.irq[13].level, 1);
}
END_TEST

START_TEST(bridge_command_register_is_fixed)
{
    cfg_out(0, 4, 2, 0);
    ck_assert_uint_eq(cfg_in(0, 4, 2), 0x0006);
    cfg_out(8, 4, 2, 0);
    ck_assert_uint_eq(cfg_in(8, 4, 2), 0x0007);
}
END_TEST

START_TEST(state_round_trip_restores_the_map_and_the_wires)
{
    struct setup t;
    cfg_out(0, 0x5b, 1, 0x30);
    cfg_out(0, 0x72, 1, 0x1a);
    cfg_out(8, 0x62, 1, 11);
    rig_out(&s.rig, 0x92, 2);
    pci_set_irq(&s.card, 1);
    make(&t);
    rig_copy_state(&s.nb->dev, &t.nb->dev);
    rig_copy_state(&s.sb->dev, &t.sb->dev);
    ck_assert_int_eq(t.a20.level, 1);
    uint8_t v = 0x66;
    phys_write(t.rig.bus.mem, 0xcc000, &v, 1, INIT_CPU0);
    ck_assert_uint_eq(*ram_ptr(t.rig.bus.mem, t.ram_page + 0xcc), 0x66);
    pci_config_write(&t.pci, 0, 0x72, 1, 0x4a); /* still locked */
    phys_read(t.rig.bus.mem, 0xa0000, &v, 1, INIT_CPU0);
    ck_assert_uint_eq(v, 0xff);
    /* The 8259 saved the level; letting go of the pin must still reach it. */
    t.irq[11].level = 1;
    t.card.irq_level = true;
    pci_post_load(&t.card);
    pci_set_irq(&t.card, 0);
    ck_assert_int_eq(t.irq[11].level, 0);
    unmake(&t);
}
END_TEST

START_TEST(function_state_remaps_bars_after_a_load)
{
    uint8_t config[256];
    cfg_out(CARD, 0x10, 4, 0xc000);
    cfg_out(CARD, 4, 2, 3);
    memcpy(config, s.card.config, sizeof config);
    pci_reset(&s.card);
    ck_assert_uint_eq(rig_in(&s.rig, 0xc004), 0xff);
    memcpy(s.card.config, config, sizeof config);
    pci_post_load(&s.card);
    ck_assert_uint_eq(rig_in(&s.rig, 0xc004), 0x5a);
}
END_TEST

/* Every byte of a function's header, by PCI 2.1 6.1: what can be written; the rest stays. */
START_TEST(header_bytes_have_their_bits)
{
    static const struct {
        uint8_t off, bits;
    } writable[] = {{0x04, 0x47}, {0x05, 0x01}, {0x0c, 0xff}, {0x0d, 0xff}, {0x10, 0xf0},
                    {0x11, 0xff}, {0x12, 0xff}, {0x13, 0xff}, {0x16, 0xff}, {0x17, 0xff},
                    {0x30, 0x01}, {0x31, 0x80}, {0x32, 0xff}, {0x33, 0xff}, {0x3c, 0xff}};
    for (unsigned off = 0; off < 256; off++) {
        uint8_t bits = 0, was = (uint8_t)cfg_in(CARD, off, 1);
        for (unsigned i = 0; i < ARRAY_LEN(writable); i++)
            if (writable[i].off == off)
                bits = writable[i].bits;
        cfg_out(CARD, off, 1, 0xff);
        ck_assert_msg(cfg_in(CARD, off, 1) == ((was & ~bits) | bits), "%02xh after ones: %02x", off,
                      cfg_in(CARD, off, 1));
        cfg_out(CARD, off, 1, 0);
        ck_assert_msg(cfg_in(CARD, off, 1) == (was & ~bits), "%02xh after zeros: %02x", off, cfg_in(CARD, off, 1));
        ck_assert_uint_eq(s.written, off);
    }
}
END_TEST

/* Status: each bit that a written 1 clears, and by it alone (6.2.3). */
START_TEST(status_bits_one_by_one)
{
    for (unsigned bit = 0; bit < 16; bit++) {
        st16(&s.card.config[6], 0xffff);
        cfg_out(CARD, 6, 2, 1u << bit);
        uint32_t cleared = bit == 8 || bit >= 11 ? 1u << bit : 0;
        ck_assert_msg(cfg_in(CARD, 6, 2) == (0xffff & ~cleared), "bit %u", bit);
    }
    st16(&s.card.config[6], 0xffff);
    cfg_out(CARD, 4, 4, 0xffff0000);
    ck_assert_uint_eq(cfg_in(CARD, 6, 2), 0x06ff);
    st16(&s.card.config[6], 0xffff);
    pci_reset(&s.card);
    ck_assert_uint_eq(cfg_in(CARD, 6, 2), 0x06ff); /* what is fixed stays through a reset */
}
END_TEST

START_TEST(reset_clears_what_a_guest_has_written)
{
    for (unsigned off = 0; off < 0x40; off += 4)
        cfg_out(CARD, off, 4, 0xffffffff);
    pci_reset(&s.card);
    static const uint32_t want[16] = {0x56781234, 0, 0x02000007, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x100};
    for (unsigned off = 0; off < 0x40; off += 4)
        ck_assert_msg(cfg_in(CARD, off, 4) == want[off / 4], "%02xh: %08x", off, cfg_in(CARD, off, 4));
}
END_TEST

/* Where each kind of BAR decodes: its enable, its address from both ends; 0 and a sizing write are none. */
START_TEST(bars_decode_at_their_edges)
{
    static const struct {
        uint32_t command, bar, raw;
        uint32_t at; /* 0: nowhere */
    } t[] = {
        {1, 0x10, 0xfff0, 0xfff0},
        {1, 0x10, 0xffe0, 0xffe0},
        {1, 0x10, 0x10000, 0},
        {1, 0x10, 0x1fff0, 0},
        {2, 0x10, 0xc000, 0},
        {6, 0x10, 0xc000, 0},
        {1, 0x10, 0x10, 0x10},
        {1, 0x10, 0x0, 0},
        {2, 0x14, 0xe0000000, 0xe0000000},
        {1, 0x14, 0xe0000000, 0},
        {2, 0x14, 0xfffe0000, 0xfffe0000},
        {2, 0x14, 0xffff0000, 0},
        {2, 0x14, 0x0000ffff, 0},
        {2, 0x30, 0xe1000001, 0xe1000000},
        {2, 0x30, 0xe1000000, 0},
        {1, 0x30, 0xe1000001, 0},
        {2, 0x30, 0xffff0001, 0xffff0000},
        {2, 0x30, 0xffff8001, 0},
        {2, 0x30, 0x00000001, 0},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        uint32_t size = t[i].bar == 0x10 ? 16 : t[i].bar == 0x14 ? 0x10000 : 0x8000;
        pci_reset(&s.card);
        cfg_out(CARD, t[i].bar, 4, t[i].raw);
        cfg_out(CARD, 4, 2, t[i].command);
        bool found = false;
        uint32_t at = 0;
        if (t[i].bar == 0x10) {
            for (unsigned port = 0x10; port < 0x10000 && !found; port += 16) {
                const struct port_range *r = port_owner(s.rig.bus.ports, (uint16_t)port);
                if (r && r->ops == &card_ops) {
                    found = true, at = port;
                    ck_assert_uint_eq(r->live_count, size);
                }
            }
        } else {
            const struct mapping *m;
            for (unsigned k = 0; (m = mem_mapping(s.rig.bus.mem, k)) && !found; k++)
                if (!strcmp(m->name, t[i].bar == 0x14 ? "pci-bar" : "pci-rom")) {
                    found = true, at = (uint32_t)m->live_base;
                    ck_assert_uint_eq(m->live_size, size);
                }
        }
        ck_assert_msg(found == (t[i].at != 0) && at == t[i].at, "row %u: at %x", i, at);
    }
    pci_reset(&s.card);
}
END_TEST

/* A BAR moves while it decodes, and its owner is asked at the offset within it. */
START_TEST(memory_bar_moves)
{
    cfg_out(CARD, 4, 2, 2);
    for (uint32_t base = 0xe0000000; base < 0xe0100000; base += 0x30000) {
        cfg_out(CARD, 0x14, 4, base);
        ck_assert_uint_eq(peek(base + 0xffff), 0x5a);
        ck_assert_uint_eq(s.last_mmio, 0xffff);
        poke(base + 0x10, 1);
        ck_assert_uint_eq(s.last_mmio, 0x10);
        ck_assert_uint_eq(peek(base - 1), 0xff);
        ck_assert_uint_eq(peek(base + 0x10000), 0xff);
        ck_assert_uint_eq(peek(base - 0x30000), 0xff);
    }
    cfg_out(CARD, 4, 2, 0);
}
END_TEST

/* INTx of each pin and device: line (device - 1 + pin - 1) & 3; a pin of 0 or above 4 is none. */
START_TEST(interrupt_pins_by_device)
{
    struct probe line[4];
    static struct pci_func f[32];
    for (unsigned device = 1; device < 32; device++)
        for (unsigned pin = 0; pin < 6; pin++) {
            struct pci_bus p;
            memset(&f[device], 0, sizeof f[device]), memset(line, 0, sizeof line);
            pci_bus_init(&p, &s.rig.bus);
            for (unsigned i = 0; i < 4; i++)
                p.pirq[i] = probe_line(&line[i], &s.rig);
            pci_add(&p, &f[device], (uint8_t)(device * 8 + 5), 1, 2, 0, 0);
            f[device].config[0x3d] = (uint8_t)pin;
            pci_set_irq(&f[device], 2);
            for (unsigned i = 0; i < 4; i++)
                ck_assert_msg(line[i].level == (pin >= 1 && pin <= 4 && i == ((device - 1 + pin - 1) & 3)),
                              "device %u, pin %u: line %u", device, pin, i);
            pci_set_irq(&f[device], 0);
            for (unsigned i = 0; i < 4; i++)
                ck_assert_int_eq(line[i].level, 0);
            f[device].irq_level = true;
            pci_post_load(&f[device]);
            ck_assert_int_eq(line[(device - 1 + pin - 1) & 3].level, pin >= 1 && pin <= 4);
        }
}
END_TEST

START_TEST(configuration_accesses_end_with_the_space)
{
    for (unsigned size = 1; size <= 4; size *= 2) {
        uint32_t ones = UINT32_MAX >> (32 - 8 * size);
        ck_assert_uint_eq(pci_config_read(&s.pci, CARD, 256 - size, size), 0);
        ck_assert_uint_eq(pci_config_read(&s.pci, CARD, 257 - size, size), ones);
        ck_assert_uint_eq(pci_config_read(&s.pci, 0x20, 0, size), ones);
        s.written = 1;
        pci_config_write(&s.pci, CARD, 257 - size, size, 0);
        pci_config_write(&s.pci, 0x20, 0, size, 0);
        ck_assert_uint_eq(s.written, 1);
        pci_config_write(&s.pci, CARD, 256 - size, size, 0);
        ck_assert_uint_eq(s.written, 256 - size);
    }
    cfg_out(CARD, 0x0c, 4, 0x12345678); /* each byte its own */
    ck_assert_uint_eq(cfg_in(CARD, 0x0c, 4), 0x5678);
    for (unsigned bit = 0; bit < 16; bit++) {
        cfg_out(CARD, 4, 2, 1u << bit & 0xfffc);
        ck_assert_uint_eq(pci_bus_master(&s.card), bit == 2);
    }
}
END_TEST

/* What a chip may not have: sizes below the least, none that is a power of two, a place that is taken. */
START_TEST(functions_that_cannot_be)
{
    static const struct {
        enum pci_bar_kind kind;
        uint32_t size;
        uint8_t devfn;
    } t[] = {{PCI_BAR_IO, 2, 0x20}, {PCI_BAR_IO, 24, 0x20}, {PCI_BAR_MEM, 8, 0x20}, {PCI_BAR_NONE, 0, CARD}};
    static struct pci_func ok, f;
    ok.bar[0] = (struct pci_bar){.kind = PCI_BAR_IO, .size = 4};
    ok.bar[1] = (struct pci_bar){.kind = PCI_BAR_MEM, .size = 16};
    pci_add(&s.pci, &ok, 0x28, 1, 2, 0, 0);
    f.bar[3] = (struct pci_bar){.kind = t[_i].kind, .size = t[_i].size};
    pci_add(&s.pci, &f, t[_i].devfn, 1, 2, 0, 0);
}
END_TEST

/* SMRAM (3.2.22): each of D_OPEN, G_SMRAME and SMIACT#; what a lock keeps. */
START_TEST(smram_by_bit)
{
    struct irq_line smiact = i440fx_smiact(s.nb);
    for (unsigned v = 0; v < 8; v++) {
        bool d_open = v & 1, enabled = v & 2, smm = v & 4;
        cfg_out(0, 0x72, 1, (d_open ? 0x40 : 0) | (enabled ? 0x08 : 0));
        irq_set(&smiact, smm ? 2 : 0);
        poke(0xa0000, 0x11), poke(0xbffff, 0x22);
        bool shows = enabled && (d_open || smm);
        ck_assert_msg(peek(0xa0000) == (shows ? 0x11 : 0xff), "row %u", v);
        ck_assert_msg(peek(0xbffff) == (shows ? 0x22 : 0xff), "row %u", v);
    }
    irq_set(&smiact, 0);
    for (unsigned bit = 0; bit < 8; bit++) {
        s.nb->dev.cls->reset(&s.nb->dev);
        cfg_out(0, 0x72, 1, 1u << bit);
        ck_assert_msg(cfg_in(0, 0x72, 1) == (2 | (1u << bit & 0x78)), "bit %u", bit);
    }
    s.nb->dev.cls->reset(&s.nb->dev);
    cfg_out(0, 0x70, 4, 0x00580000); /* within a wider write */
    ck_assert_uint_eq(cfg_in(0, 0x72, 1), 0x1a);
    for (unsigned bit = 0; bit < 8; bit++) {
        cfg_out(0, 0x72, 1, 1u << bit);
        ck_assert_msg(cfg_in(0, 0x72, 1) == (bit == 5 ? 0x3a : 0x1a), "locked, bit %u", bit);
    }
    s.nb->pci.writable[0x72] = 0xff;
    s.nb->dev.cls->post_load(&s.nb->dev); /* the lock is the state's */
    cfg_out(0, 0x72, 1, 0x48);
    ck_assert_uint_eq(cfg_in(0, 0x72, 1), 0x1a);
    s.nb->pci.config[0x72] = 0x02;
    s.nb->dev.cls->post_load(&s.nb->dev);
    cfg_out(0, 0x72, 1, 0xff);
    ck_assert_uint_eq(cfg_in(0, 0x72, 1), 0x3a);
}
END_TEST

TCase *pci_tests(void)
{
    TCase *t = tcase_create("pci");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, ids_class_and_absent_functions);
    tcase_add_test(t, confadd_takes_dwords_only_and_needs_cone);
    tcase_add_test(t, read_only_bytes_stay);
    tcase_add_test(t, status_bits_are_cleared_by_ones);
    tcase_add_test(t, bars_show_their_size_and_type);
    tcase_add_test(t, io_bar_decodes_where_command_allows);
    tcase_add_test(t, memory_bar_decodes_and_sizing_maps_nothing);
    tcase_add_test(t, rom_bar_needs_its_enable_and_is_read_only);
    tcase_add_test(t, reset_of_a_function_unmaps_it);
    tcase_add_test(t, inta_of_device_3_is_pirq_c_and_goes_where_pirqrc_says);
    tcase_add_test(t, pirqs_share_an_irq);
    tcase_add_test(t, functions_of_one_device_share_a_line);
    tcase_add_test(t, port_92_gates_a20_and_fast_init_is_an_edge);
    tcase_add_test(t, rcr_resets_when_rcpu_is_set);
    tcase_add_test(t, pam_directs_reads_and_writes_apart);
    tcase_add_test(t, pam0_covers_f0000_whole);
    tcase_add_test(t, every_pam_piece_has_its_nibble);
    tcase_add_test(t, smram_opens_and_locks);
    tcase_add_test(t, smram_shows_while_smiact_is_active_where_it_is_enabled);
    tcase_add_test(t, piix3_ferr_holds_irq13_until_port_f0_is_written_which_ignores_it);
    tcase_add_test(t, bridge_command_register_is_fixed);
    tcase_add_test(t, state_round_trip_restores_the_map_and_the_wires);
    tcase_add_test(t, function_state_remaps_bars_after_a_load);
    tcase_add_test(t, header_bytes_have_their_bits);
    tcase_add_test(t, status_bits_one_by_one);
    tcase_add_test(t, reset_clears_what_a_guest_has_written);
    tcase_add_test(t, bars_decode_at_their_edges);
    tcase_add_test(t, memory_bar_moves);
    tcase_add_test(t, interrupt_pins_by_device);
    tcase_add_test(t, configuration_accesses_end_with_the_space);
    tcase_add_loop_test_raise_signal(t, functions_that_cannot_be, SIGABRT, 0, 4);
    tcase_add_test(t, smram_by_bit);
    return t;
}
