/* SPDX-License-Identifier: MIT */
/* ATA disks behind the PIIX3's IDE function, by ATA-6 and the PIIX3's and bus master's data sheets. */
#include <errno.h>
#include <stdlib.h>

#include "devices/disk/piix3_ide.h"
#include "tests/dev/ata_bits.h"
#include "tests/dev/rig.h"

enum { DEVFN = 0x09, BM = 0xc000, SECTORS = 300000, KEPT = 1024 };
enum { CMD = 0x1f7, DEV = 0x1f6, CTL = 0x3f6 };

/* A disk of which the first KEPT sectors keep what is written; the rest reads as its sector number. */
struct disk {
    struct blk blk;
    uint8_t kept[KEPT * 512];
    unsigned flushes;
    int fail; /* negative errno of every transfer */
};

static struct setup {
    struct rig rig;
    struct pci_bus pci;
    struct piix3_ide *ide;
    struct probe irq[2];
    struct disk disk;
    struct mapping ram;
} s;

static int disk_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    struct disk *d = container_of(b, struct disk, blk);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *out = (uint8_t *)data + 512 * i;
        memset(out, 0, 512);
        if (sector + i < KEPT)
            memcpy(out, d->kept + 512 * (sector + i), 512);
        else
            st64(out, sector + i);
    }
    return d->fail;
}

static int disk_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    struct disk *d = container_of(b, struct disk, blk);
    ck_assert_uint_le(sector + count, b->sectors);
    if (!d->fail && sector + count <= KEPT)
        memcpy(d->kept + 512 * sector, data, 512 * (size_t)count);
    return d->fail;
}

static int disk_flush(struct blk *b)
{
    container_of(b, struct disk, blk)->flushes++;
    return 0;
}

static const struct blk_ops disk_ops = {disk_read, disk_write, disk_flush, NULL};

static void make(struct setup *t)
{
    memset(t, 0, sizeof *t);
    rig_init(&t->rig);
    struct error err;
    const struct mem_block *ram = mem_add_block(t->rig.bus.mem, "ram", BLOCK_RAM, 256, &err);
    t->ram = (struct mapping){.name = "ram", .size = 256 * PAGE_SIZE, .rd = {TO_PAGES, ram->first, NULL, NULL}};
    t->ram.wr = t->ram.rd;
    mem_map(t->rig.bus.mem, &t->ram);
    pci_bus_init(&t->pci, &t->rig.bus);
    t->disk.blk =
        (struct blk){.ops = &disk_ops, .sectors = SECTORS, .sector_size = 512, .name = "disk", .serial = "VT0001"};
    t->ide = piix3_ide_new(&t->rig.bus, "ide");
    t->ide->pbus = &t->pci;
    t->ide->devfn = DEVFN;
    t->ide->irq[0] = probe_line(&t->irq[0], &t->rig);
    t->ide->irq[1] = probe_line(&t->irq[1], &t->rig);
    t->ide->channel[0].drive[0].blk = &t->disk.blk;
    rig_realize(&t->ide->dev);
}

static void setup(void)
{
    make(&s);
    pci_config_write(&s.pci, DEVFN, 0x20, 4, BM);
    pci_config_write(&s.pci, DEVFN, 0x40, 4, 0x80008000);
    pci_config_write(&s.pci, DEVFN, 4, 2, 5);
}

static void teardown(void)
{
    dev_free(&s.ide->dev);
    rig_free(&s.rig);
}

static uint8_t in(uint16_t port)
{
    return rig_in(&s.rig, port);
}
static void out(uint16_t port, uint8_t v)
{
    rig_out(&s.rig, port, v);
}
static void wait_ready(void)
{
    rig_run(&s.rig, 50000000);
}

static void address28(uint32_t lba, uint8_t count)
{
    out(DEV, (uint8_t)(0xe0 | lba >> 24));
    out(0x1f2, count);
    out(0x1f3, (uint8_t)lba);
    out(0x1f4, (uint8_t)(lba >> 8));
    out(0x1f5, (uint8_t)(lba >> 16));
}

static void address48(uint64_t lba, uint16_t count)
{
    out(DEV, 0xe0);
    out(0x1f2, (uint8_t)(count >> 8));
    out(0x1f3, (uint8_t)(lba >> 24));
    out(0x1f4, (uint8_t)(lba >> 32));
    out(0x1f5, (uint8_t)(lba >> 40));
    out(0x1f2, (uint8_t)count);
    out(0x1f3, (uint8_t)lba);
    out(0x1f4, (uint8_t)(lba >> 8));
    out(0x1f5, (uint8_t)(lba >> 16));
}

static void read_words(uint8_t *to, unsigned words)
{
    for (unsigned i = 0; i < words; i++)
        st16(to + 2 * i, (uint16_t)port_in(s.rig.bus.ports, 0x1f0, 2, INIT_CPU0));
}

static void write_words(const uint8_t *from, unsigned words)
{
    for (unsigned i = 0; i < words; i++)
        port_out(s.rig.bus.ports, 0x1f0, 2, ld16(from + 2 * i), INIT_CPU0);
}

START_TEST(ide_ports_answer_only_when_idetim_decodes)
{
    ck_assert_uint_eq(in(CMD), 0x50);
    pci_config_write(&s.pci, DEVFN, 0x40, 2, 0);
    ck_assert_uint_eq(in(CMD), 0xff);
    pci_config_write(&s.pci, DEVFN, 0x40, 2, 0x8000);
    pci_config_write(&s.pci, DEVFN, 4, 2, 4);
    ck_assert_uint_eq(in(CMD), 0xff);
}
END_TEST

START_TEST(ata_reset_leaves_the_signature_of_a_disk)
{
    out(CTL, SRST);
    ck_assert_uint_eq(in(CTL), BSY);
    out(CTL, 0);
    ck_assert(in(CMD)&BSY);
    wait_ready();
    ck_assert_uint_eq(in(CMD), 0x50);
    ck_assert_uint_eq(in(0x1f1), 1);
    ck_assert_uint_eq(in(0x1f2), 1);
    ck_assert_uint_eq(in(0x1f3), 1);
    ck_assert_uint_eq(in(0x1f4), 0);
    ck_assert_uint_eq(in(0x1f5), 0);
}
END_TEST

START_TEST(ata_absent_drive_1_reads_status_0_and_takes_no_commands)
{
    out(DEV, 0xb0);
    ck_assert_uint_eq(in(CMD), 0);
    out(CMD, 0xec);
    wait_ready();
    ck_assert_uint_eq(in(CMD), 0);
    ck_assert_uint_eq(s.irq[0].rises, 0);
}
END_TEST

START_TEST(ata_empty_channel_reads_7f)
{
    ck_assert_uint_eq(in(0x177), 0x7f);
}
END_TEST

START_TEST(ata_identify_has_size_geometry_and_checksum)
{
    uint8_t id[512], sum = 0;
    out(DEV, 0xe0);
    out(CMD, 0xec);
    ck_assert(in(CTL)&BSY);
    wait_ready();
    ck_assert_uint_eq(in(CTL), 0x58);
    ck_assert_uint_eq(s.irq[0].level, 1);
    read_words(id, 256);
    ck_assert_uint_eq(in(CMD), 0x50);
    ck_assert_uint_eq(ld32(id + 120), SECTORS);
    ck_assert_uint_eq(ld64(id + 200), SECTORS);
    ck_assert_uint_eq(ld16(id + 2) * 16u * 63u, SECTORS / 1008 * 1008);
    for (int i = 0; i < 512; i++)
        sum = (uint8_t)(sum + id[i]);
    ck_assert_uint_eq(sum, 0);
    ck_assert_mem_eq(id + 20, "TV0010", 6); /* bytes of a word are swapped */
}
END_TEST

START_TEST(ata_reading_status_acknowledges_alternate_status_does_not)
{
    out(CMD, 0xec);
    wait_ready();
    in(CTL);
    ck_assert_uint_eq(s.irq[0].level, 1);
    in(CMD);
    ck_assert_uint_eq(s.irq[0].level, 0);
}
END_TEST

START_TEST(ata_nien_holds_the_interrupt_back)
{
    out(CTL, NIEN);
    out(CMD, 0xec);
    wait_ready();
    ck_assert_uint_eq(s.irq[0].level, 0);
    out(CTL, 0);
    ck_assert_uint_eq(s.irq[0].level, 1);
}
END_TEST

START_TEST(ata_pio_read_interrupts_once_a_sector)
{
    uint8_t data[512];
    address28(200000, 3);
    out(CMD, 0x20);
    for (unsigned i = 0; i < 3; i++) {
        wait_ready();
        ck_assert_uint_eq(s.irq[0].rises, i + 1);
        ck_assert_uint_eq(in(CMD), 0x58);
        read_words(data, 256);
        ck_assert_uint_eq(ld64(data), 200000 + i);
    }
    wait_ready();
    ck_assert_uint_eq(s.irq[0].rises, 3);
    ck_assert_uint_eq(in(CMD), 0x50);
}
END_TEST

START_TEST(ata_pio_write_asks_for_the_first_sector_without_interrupt)
{
    uint8_t data[1024];
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    address28(5, 2);
    out(CMD, 0x30);
    ck_assert_uint_eq(in(CTL), 0x58);
    ck_assert_uint_eq(s.irq[0].rises, 0);
    write_words(data, 256);
    ck_assert(in(CTL)&BSY);
    wait_ready();
    ck_assert_uint_eq(s.irq[0].rises, 1);
    ck_assert_uint_eq(in(CMD), 0x58);
    write_words(data + 512, 256);
    wait_ready();
    ck_assert_uint_eq(s.irq[0].rises, 2);
    ck_assert_uint_eq(in(CMD), 0x50);
    ck_assert_mem_eq(s.disk.kept + 5 * 512, data, sizeof data);
}
END_TEST

START_TEST(ata_multiple_transfers_blocks_of_the_set_size)
{
    uint8_t data[4096];
    out(0x1f2, 4);
    out(CMD, 0xc6);
    wait_ready();
    in(CMD);
    address28(2000, 6);
    out(CMD, 0xc4);
    wait_ready();
    read_words(data, 4 * 256);
    ck_assert(in(CTL)&BSY);
    wait_ready();
    read_words(data, 2 * 256);
    ck_assert_uint_eq(in(CMD), 0x50);
    ck_assert_uint_eq(s.irq[0].rises, 2); /* SET MULTIPLE's, and the first block's, which nobody acknowledged */
    out(0x1f2, 3);                        /* not a power of two */
    out(CMD, 0xc6);
    wait_ready();
    ck_assert_uint_eq(in(CMD), 0x51);
    ck_assert_uint_eq(in(0x1f1), ABRT);
}
END_TEST

START_TEST(ata_lba48_reads_the_two_deep_registers)
{
    uint8_t data[512];
    address48(123456, 1);
    out(CMD, 0x24);
    wait_ready();
    read_words(data, 256);
    ck_assert_uint_eq(ld64(data), 123456);
    out(CTL, HOB);
    ck_assert_uint_eq(in(0x1f3), 0);
    out(CTL, 0);
    ck_assert_uint_eq(in(0x1f3), (uint8_t)123456);
}
END_TEST

START_TEST(ata_beyond_the_end_is_idnf_and_moves_nothing)
{
    address28(SECTORS - 1, 2);
    out(CMD, 0x20);
    wait_ready();
    ck_assert_uint_eq(in(CMD), 0x51);
    ck_assert_uint_eq(in(0x1f1), IDNF);
    address48(UINT64_C(0xffffffffffff), 0);
    out(CMD, 0x34);
    ck_assert_uint_eq(in(CTL)&DRQ, 0);
    ck_assert_uint_eq(in(0x1f1), IDNF);
}
END_TEST

START_TEST(ata_chs_follows_initialize_device_parameters)
{
    uint8_t data[512];
    out(DEV, 0xa0 | 7); /* 8 heads */
    out(0x1f2, 32);
    out(CMD, 0x91);
    wait_ready();
    out(0x1f2, 1);
    out(0x1f3, 5);
    out(0x1f4, 100);
    out(0x1f5, 0);
    out(DEV, 0xa0 | 3);
    out(CMD, 0x20);
    wait_ready();
    read_words(data, 256);
    ck_assert_uint_eq(ld64(data), (100 * 8 + 3) * 32 + 4);
}
END_TEST

START_TEST(ata_unknown_command_is_aborted)
{
    out(CMD, 0xb9);
    ck_assert_uint_eq(in(CMD), 0x51);
    ck_assert_uint_eq(in(0x1f1), ABRT);
}
END_TEST

START_TEST(ata_write_cache_off_flushes_every_write)
{
    uint8_t data[512] = {1};
    out(0x1f1, 0x82);
    out(CMD, 0xef);
    wait_ready();
    unsigned before = s.disk.flushes;
    address28(9, 1);
    out(CMD, 0x30);
    write_words(data, 256);
    wait_ready();
    ck_assert_uint_eq(s.disk.flushes, before + 1);
    out(CMD, 0xe7);
    wait_ready();
    ck_assert_uint_eq(s.disk.flushes, before + 2);
}
END_TEST

START_TEST(ata_host_write_error_is_a_device_fault)
{
    uint8_t data[512] = {1};
    s.disk.fail = -ENOSPC;
    address28(9, 1);
    out(CMD, 0x30);
    write_words(data, 256);
    wait_ready();
    ck_assert_uint_eq(in(CMD) & (DF | ERR | BSY | DRQ), DF | ERR);
}
END_TEST

START_TEST(ata_readonly_disk_aborts_writes)
{
    s.disk.blk.readonly = true;
    address28(9, 1);
    out(CMD, 0x30);
    ck_assert_uint_eq(in(CMD), 0x51);
    ck_assert_uint_eq(in(0x1f1), ABRT);
}
END_TEST

/* --- Bus master --- */

static void descriptor(uint32_t at, uint32_t address, uint16_t bytes, bool last)
{
    uint8_t d[8];
    st32(d, address);
    st16(d + 4, bytes);
    st16(d + 6, last ? 0x8000 : 0);
    dma_write(&s.rig.bus, at, d, 8);
}

static void start_engine(bool to_memory)
{
    port_out(s.rig.bus.ports, BM + 4, 4, 0x1000, INIT_CPU0);
    out(BM, to_memory ? 8 : 0);
    out(BM + 2, 6);
    out(BM, to_memory ? 9 : 1);
}

START_TEST(bmide_read_scatters_by_the_descriptors)
{
    uint8_t data[1024];
    descriptor(0x1000, 0x20000, 512 + 100, false);
    descriptor(0x1008, 0x30000, 1024 - 612, true);
    address28(5000, 2);
    out(CMD, 0xc8);
    start_engine(true);
    wait_ready();
    ck_assert_uint_eq(s.irq[0].rises, 1);
    ck_assert_uint_eq(in(BM + 2) & 7, 4);
    ck_assert_uint_eq(in(CMD), 0x50);
    dma_read(&s.rig.bus, 0x20000, data, 612);
    dma_read(&s.rig.bus, 0x30000, data + 612, 412);
    ck_assert_uint_eq(ld64(data), 5000);
    ck_assert_uint_eq(ld64(data + 512), 5001);
}
END_TEST

START_TEST(bmide_write_gathers_and_starts_before_or_after_the_command)
{
    uint8_t data[512];
    memset(data, 0x5a, sizeof data);
    dma_write(&s.rig.bus, 0x20000, data, 512);
    descriptor(0x1000, 0x20000, 512, true);
    start_engine(false);
    address28(77, 1);
    out(CMD, 0xca);
    wait_ready();
    ck_assert_mem_eq(s.disk.kept + 77 * 512, data, 512);
    ck_assert_uint_eq(in(BM + 2) & 7, 4);
}
END_TEST

/* A byte count of 0 is 64 KiB (PIIX3 2.7, descriptor table); others are even counts as they stand. */
START_TEST(bmide_count_0_is_64_kib)
{
    static const struct {
        uint16_t bytes[2];
        unsigned sectors;
    } list[] = {{{0, 512}, 129}, {{0xfe00, 512}, 128}, {{0, 0}, 256}, {{512, 0}, 129}};
    uint8_t data[512];
    for (unsigned i = 0; i < ARRAY_LEN(list); i++) {
        memset(data, 0xcc, sizeof data);
        for (uint32_t a = 0x20000; a < 0x60000; a += 512)
            dma_write(&s.rig.bus, a, data, 512);
        descriptor(0x1000, 0x20000, list[i].bytes[0], false);
        descriptor(0x1008, 0x40000, list[i].bytes[1], true);
        address28(5000, (uint8_t)list[i].sectors);
        out(CMD, 0xc8);
        start_engine(true);
        wait_ready();
        ck_assert_uint_eq(in(BM + 2) & 7, 4);
        ck_assert_uint_eq(in(CMD), 0x50);
        unsigned first = list[i].bytes[0] ? list[i].bytes[0] / 512 : 128;
        for (unsigned n = 0; n < list[i].sectors; n++) {
            dma_read(&s.rig.bus, n < first ? 0x20000 + n * 512 : 0x40000 + (n - first) * 512, data, 512);
            ck_assert_msg(ld64(data) == 5000 + n, "list %u: sector %u is %u", i, n, (unsigned)ld64(data));
        }
        dma_read(&s.rig.bus, 0x20000 + first * 512, data, 512);
        ck_assert_uint_eq(data[0], 0xcc);
        dma_read(&s.rig.bus, 0x40000 + (list[i].sectors - first) * 512, data, 512);
        ck_assert_uint_eq(data[0], 0xcc);
    }
}
END_TEST

START_TEST(bmide_list_longer_than_the_transfer_stays_active)
{
    descriptor(0x1000, 0x20000, 2048, true);
    address28(5000, 1);
    out(CMD, 0xc8);
    start_engine(true);
    wait_ready();
    ck_assert_uint_eq(in(BM + 2) & 7, 5);
}
END_TEST

START_TEST(bmide_list_shorter_than_the_transfer_leaves_the_drive_waiting)
{
    descriptor(0x1000, 0x20000, 512, true);
    address28(5000, 4);
    out(CMD, 0xc8);
    start_engine(true);
    wait_ready();
    ck_assert_uint_eq(s.irq[0].rises, 0);
    ck_assert(in(CTL)&DRQ);
    out(CTL, SRST);
    out(CTL, 0);
    wait_ready();
    ck_assert_uint_eq(in(CMD), 0x50);
}
END_TEST

START_TEST(bmide_transfer_to_nowhere_is_an_error)
{
    descriptor(0x1000, 0xf0000000, 512, true);
    address28(5000, 1);
    out(CMD, 0xc8);
    start_engine(true);
    wait_ready();
    ck_assert_uint_eq(in(BM + 2) & 3, BIT(1));
}
END_TEST

START_TEST(bmide_moves_nothing_without_bus_master_enable)
{
    pci_config_write(&s.pci, DEVFN, 4, 2, 1);
    descriptor(0x1000, 0x20000, 512, true);
    address28(5000, 1);
    out(CMD, 0xc8);
    start_engine(true);
    wait_ready();
    ck_assert_uint_eq(s.irq[0].rises, 0);
}
END_TEST

START_TEST(ide_state_round_trip_in_the_middle_of_a_transfer)
{
    uint8_t data[512];
    address28(2000, 3);
    out(CMD, 0x20);
    wait_ready();
    read_words(data, 100);
    struct setup *copy = calloc(1, sizeof *copy);
    make(copy);
    rig_same_time(&s.rig, &copy->rig);
    rig_copy_state(&s.ide->dev, &copy->ide->dev);
    ck_assert_uint_eq(port_in(copy->rig.bus.ports, CTL, 1, INIT_CPU0), 0x58);
    for (unsigned i = 100; i < 256; i++)
        port_in(copy->rig.bus.ports, 0x1f0, 2, INIT_CPU0);
    rig_run(&copy->rig, 50000000);
    ck_assert_uint_eq(port_in(copy->rig.bus.ports, 0x1f0, 2, INIT_CPU0), 2001);
    dev_free(&copy->ide->dev);
    rig_free(&copy->rig);
    free(copy);
}
END_TEST

/* --- Geometry --- */

struct chs {
    uint32_t c, h, s;
};

static struct chs chs_of(uint32_t lba, uint32_t heads, uint32_t secs)
{
    struct chs p = {lba / secs / heads, lba / secs % heads, lba % secs + 1};
    return p.c > 1023 ? (struct chs){1023, heads - 1, secs} : p;
}

static void put_chs(uint8_t *to, struct chs p)
{
    to[0] = (uint8_t)p.h;
    to[1] = (uint8_t)(p.s | (p.c >> 2 & 0xc0));
    to[2] = (uint8_t)p.c;
}

/* Partition i from sector `first` on, made by somebody who saw that geometry. */
static void partition(uint8_t *mbr, unsigned i, uint32_t first, uint32_t count, uint32_t heads, uint32_t secs)
{
    uint8_t *e = mbr + 446 + 16 * (size_t)i;
    e[4] = 6;
    put_chs(e + 1, chs_of(first, heads, secs));
    put_chs(e + 5, chs_of(first + count - 1, heads, secs));
    st32(e + 8, first);
    st32(e + 12, count);
    mbr[510] = 0x55;
    mbr[511] = 0xaa;
}

static struct disk_geometry settled(const uint8_t *mbr, uint64_t sectors)
{
    struct disk_geometry g = {0};
    disk_geometry_settle(&g, mbr, sectors);
    return g;
}

/* The shape that INT 13h has in the end; a drive's own where there is no other. */
static void shape_is(struct disk_geometry g, uint32_t cyls, uint32_t heads, uint32_t secs)
{
    ck_assert_uint_eq(g.lcyls ? g.lcyls : g.cyls, cyls);
    ck_assert_uint_eq(g.lcyls ? g.lheads : g.heads, heads);
    ck_assert_uint_eq(g.lcyls ? g.lsecs : g.secs, secs);
    ck_assert_uint_le(g.heads, 16);
    ck_assert_uint_le(g.cyls, 65535);
}

START_TEST(geometry_is_the_one_that_a_partition_was_made_with)
{
    static const uint32_t heads[] = {2, 4, 5, 8, 15, 16, 17, 32, 64, 128, 240, 254, 255};
    static const uint32_t secs[] = {1, 17, 32, 50, 63};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        for (size_t k = 0; k < ARRAY_LEN(secs); k++)
            for (uint32_t cyls = 3; cyls < 1100; cyls += 510) {
                uint8_t mbr[512] = {0};
                uint32_t track = secs[k], cylinder = heads[i] * track, n = cyls * cylinder;
                partition(mbr, i % 4, track, n - track, heads[i], track);
                struct disk_geometry g = settled(mbr, n);
                shape_is(g, heads[i] > 16 && cyls > 1024 ? 1024 : cyls, heads[i], track);
                ck_assert_uint_eq(g.trans == CHS_NONE, heads[i] <= 16);
            }
}
END_TEST

START_TEST(geometry_is_proved_by_partitions_that_end_anywhere)
{
    uint8_t mbr[512] = {0};
    partition(mbr, 0, 2048, 100000, 255, 63); /* its last sector is not the last of a cylinder */
    shape_is(settled(mbr, 300000), 300000 / (255 * 63), 255, 63);
    partition(mbr, 1, 110592, 50000, 255, 63);
    shape_is(settled(mbr, 300000), 300000 / (255 * 63), 255, 63);
    memset(mbr, 0, sizeof mbr);
    partition(mbr, 0, 2048, 100000, 16, 63);
    shape_is(settled(mbr, 300000), 300000 / 1008, 16, 63);
}
END_TEST

/* CHS fields that agree with nothing: a partition's end is taken for a cylinder's, as far as a drive has such a one. */
START_TEST(geometry_is_supposed_where_chs_and_lba_differ)
{
    uint8_t mbr[512] = {0};
    partition(mbr, 2, 50, 199950, 4, 50);
    st32(mbr + 446 + 32 + 8, 51);
    shape_is(settled(mbr, 200000), 1000, 4, 50);
    partition(mbr, 2, 50, 199950, 40, 50);
    st32(mbr + 446 + 32 + 8, 51);
    struct disk_geometry g = settled(mbr, 200000);
    shape_is(g, 200000 / 1008, 16, 63);
    ck_assert_uint_eq(g.trans, CHS_LARGE);
}
END_TEST

START_TEST(geometry_without_a_partition_table_is_16_heads_of_63)
{
    uint8_t mbr[512] = {0};
    shape_is(settled(NULL, 1008 * 1024), 1024, 16, 63);
    shape_is(settled(mbr, 1008 * 1024), 1024, 16, 63);
    ck_assert_uint_eq(settled(NULL, 1008 * 1024).trans, CHS_NONE);
    ck_assert_uint_eq(settled(NULL, 1008 * 1025).trans, CHS_LBA);
    ck_assert_uint_eq(settled(NULL, UINT64_C(1) << 40).cyls, 16383);
    ck_assert_uint_eq(settled(NULL, 1).cyls, 1);
    partition(mbr, 0, 50, 199950, 4, 50);
    mbr[510] = 0;
    shape_is(settled(mbr, 200000), 200000 / 1008, 16, 63);
    mbr[510] = 0x55;
    mbr[446 + 16] = 0x12; /* code, not a table */
    shape_is(settled(mbr, 200000), 200000 / 1008, 16, 63);
    memset(mbr, 0, sizeof mbr);
    partition(mbr, 0, 1, 199999, 255, 63); /* GPT's protective entry ends at FEh FFh FFh or FFh FFh FFh */
    put_chs(mbr + 446 + 5, (struct chs){1023, 255, 63});
    shape_is(settled(mbr, 200000), 200000 / 1008, 16, 63);
}
END_TEST

START_TEST(geometry_of_the_user_stays)
{
    uint8_t mbr[512] = {0};
    struct disk_geometry g = {.cyls = 1025, .heads = 3, .secs = 7};
    partition(mbr, 0, 50, 199950, 4, 50);
    disk_geometry_settle(&g, mbr, 200000);
    shape_is(g, 1025, 3, 7);
    ck_assert_uint_eq(g.trans, CHS_LBA);
    g.trans = CHS_RECHS;
    disk_geometry_settle(&g, mbr, 200000);
    ck_assert_uint_eq(g.trans, CHS_RECHS);
}
END_TEST

START_TEST(ata_identify_and_chs_have_the_geometry)
{
    uint8_t id[512];
    s.ide->channel[0].drive[0].geometry = (struct disk_geometry){.cyls = 977, .heads = 5, .secs = 17};
    s.ide->dev.cls->reset(&s.ide->dev);
    pci_config_write(&s.pci, DEVFN, 0x40, 4, 0x80008000);
    pci_config_write(&s.pci, DEVFN, 4, 2, 5);
    wait_ready();
    out(DEV, 0xa0);
    out(CMD, 0xec);
    wait_ready();
    read_words(id, 256);
    ck_assert_uint_eq(ld16(id + 2), 977);
    ck_assert_uint_eq(ld16(id + 6), 5);
    ck_assert_uint_eq(ld16(id + 12), 17);
    ck_assert_uint_eq(ld16(id + 110), 5);
    ck_assert_uint_eq(ld16(id + 112), 17);
    out(0x1f2, 1);
    out(0x1f3, 3);
    out(0x1f4, 100);
    out(0x1f5, 1);
    out(DEV, 0xa0 | 4);
    out(CMD, 0x20);
    wait_ready();
    read_words(id, 256);
    ck_assert_uint_eq(ld64(id), (356 * 5 + 4) * 17 + 2);
}
END_TEST

TCase *ide_tests(void)
{
    TCase *c = tcase_create("piix3-ide");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, ide_ports_answer_only_when_idetim_decodes);
    tcase_add_test(c, ata_reset_leaves_the_signature_of_a_disk);
    tcase_add_test(c, ata_absent_drive_1_reads_status_0_and_takes_no_commands);
    tcase_add_test(c, ata_empty_channel_reads_7f);
    tcase_add_test(c, ata_identify_has_size_geometry_and_checksum);
    tcase_add_test(c, ata_reading_status_acknowledges_alternate_status_does_not);
    tcase_add_test(c, ata_nien_holds_the_interrupt_back);
    tcase_add_test(c, ata_pio_read_interrupts_once_a_sector);
    tcase_add_test(c, ata_pio_write_asks_for_the_first_sector_without_interrupt);
    tcase_add_test(c, ata_multiple_transfers_blocks_of_the_set_size);
    tcase_add_test(c, ata_lba48_reads_the_two_deep_registers);
    tcase_add_test(c, ata_beyond_the_end_is_idnf_and_moves_nothing);
    tcase_add_test(c, ata_chs_follows_initialize_device_parameters);
    tcase_add_test(c, ata_unknown_command_is_aborted);
    tcase_add_test(c, ata_write_cache_off_flushes_every_write);
    tcase_add_test(c, ata_host_write_error_is_a_device_fault);
    tcase_add_test(c, ata_readonly_disk_aborts_writes);
    tcase_add_test(c, bmide_read_scatters_by_the_descriptors);
    tcase_add_test(c, bmide_write_gathers_and_starts_before_or_after_the_command);
    tcase_add_test(c, bmide_count_0_is_64_kib);
    tcase_add_test(c, bmide_list_longer_than_the_transfer_stays_active);
    tcase_add_test(c, bmide_list_shorter_than_the_transfer_leaves_the_drive_waiting);
    tcase_add_test(c, bmide_transfer_to_nowhere_is_an_error);
    tcase_add_test(c, bmide_moves_nothing_without_bus_master_enable);
    tcase_add_test(c, ide_state_round_trip_in_the_middle_of_a_transfer);
    tcase_add_test(c, geometry_is_the_one_that_a_partition_was_made_with);
    tcase_add_test(c, geometry_is_proved_by_partitions_that_end_anywhere);
    tcase_add_test(c, geometry_is_supposed_where_chs_and_lba_differ);
    tcase_add_test(c, geometry_without_a_partition_table_is_16_heads_of_63);
    tcase_add_test(c, geometry_of_the_user_stays);
    tcase_add_test(c, ata_identify_and_chs_have_the_geometry);
    return c;
}
