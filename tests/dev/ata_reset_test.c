/* SPDX-License-Identifier: MIT */
/* What resets and EXECUTE DEVICE DIAGNOSTIC leave, for each pair of a disk, a CD drive and nothing (ATA-6 8.11,
 * 9.10-9.12). */
#include "devices/disk/piix3_ide.h"
#include "tests/dev/rig.h"

enum { DEVFN = 0x09, BASE = 0x1f0, ERROR, COUNT, LOW, MID, HIGH, DEVICE, COMMAND, CONTROL = 0x3f6 };
enum kind { NONE, DISK, CD, KINDS };

static struct setup {
    struct rig rig;
    struct pci_bus pci;
    struct piix3_ide *ide;
    struct probe irq[2];
    struct blk blk[2];
} s;

static const struct blk_ops no_ops = {NULL, NULL, NULL, NULL};

static void make(enum kind master, enum kind slave)
{
    const enum kind kind[2] = {master, slave};
    memset(&s, 0, sizeof s);
    rig_init(&s.rig);
    pci_bus_init(&s.pci, &s.rig.bus);
    s.ide = piix3_ide_new(&s.rig.bus, "ide");
    s.ide->pbus = &s.pci;
    s.ide->devfn = DEVFN;
    for (int i = 0; i < 2; i++) {
        s.ide->irq[i] = probe_line(&s.irq[i], &s.rig);
        s.blk[i] = (struct blk){.ops = &no_ops, .sectors = 4096, .sector_size = 512, .name = "disk"};
        s.ide->channel[0].drive[i].blk = kind[i] == DISK ? &s.blk[i] : NULL;
        s.ide->channel[0].drive[i].packet_device = kind[i] == CD;
    }
    rig_realize(&s.ide->dev);
    pci_config_write(&s.pci, DEVFN, 0x40, 4, 0x80008000);
    pci_config_write(&s.pci, DEVFN, 4, 2, 5);
}

static void unmake(void)
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

static const char *const name[] = {"nothing", "a disk", "a CD drive"};
#define IS(got, want, what)                                                                                  \
    ck_assert_msg((got) == (want), "%s with %s and %s: device %d: %s is %02x, not %02x", how, name[kind[0]], \
                  name[kind[1]], i, what, got, want)

/* Everything that is fitted has its signature; a disk is ready, a packet device shows status 00h. */
static void check(const char *how, const enum kind kind[2])
{
    for (int i = 0; i < 2; i++) {
        out(DEVICE, (uint8_t)(0xa0 | i << 4));
        if (kind[i] == NONE) {
            IS(in(CONTROL), kind[!i] == NONE ? 0x7f : 0x00, "the status of an absent one");
            continue;
        }
        IS(in(CONTROL), kind[i] == DISK ? 0x50 : 0x00, "status");
        IS(in(ERROR), 0x01, "the diagnostic code");
        IS(in(COUNT), 0x01, "the sector count");
        IS(in(LOW), 0x01, "LBA low");
        IS(in(MID), kind[i] == DISK ? 0x00 : 0x14, "LBA mid");
        IS(in(HIGH), kind[i] == DISK ? 0x00 : 0xeb, "LBA high");
    }
}

/* Each register holds something else than the signature, and an error stands. */
static void spoil(void)
{
    for (int i = 0; i < 2; i++) {
        out(DEVICE, (uint8_t)(0xa0 | i << 4));
        for (uint16_t r = COUNT; r <= HIGH; r++)
            out(r, 0x77);
        out(COMMAND, 0xfe); /* no such command */
        in(COMMAND);
    }
}

static void busy(const char *how, const enum kind kind[2])
{
    for (int i = 0; i < 2; i++) {
        if (kind[i] == NONE)
            continue;
        if (i == 1 && kind[0] != NONE)
            break; /* device 0 is busy, so nothing selects device 1 */
        if (i == 1)
            out(DEVICE, 0xb0);
        IS(in(CONTROL), 0x80, "the status while it runs");
    }
}

START_TEST(ata_diagnostic_is_run_by_both_drives_whichever_is_selected)
{
    const char *how = "EXECUTE DEVICE DIAGNOSTIC";
    for (int n = 0; n < KINDS * KINDS * 2; n++) {
        const enum kind kind[2] = {(enum kind)(n / 2 / KINDS), (enum kind)(n / 2 % KINDS)};
        make(kind[0], kind[1]);
        spoil();
        out(DEVICE, n & 1 ? 0xb0 : 0xa0);
        unsigned before = s.irq[0].rises;
        out(COMMAND, 0x90);
        ck_assert_uint_eq(s.irq[0].level, 0);
        busy(how, kind);
        rig_run(&s.rig, 100000000);
        /* Device 0 raises INTRQ, device 1 never does. */
        unsigned want = kind[0] == NONE ? 0 : 1;
        ck_assert_msg(s.irq[0].rises - before == want, "%s with %s and %s: %u interrupts, not %u", how, name[kind[0]],
                      name[kind[1]], s.irq[0].rises - before, want);
        if (kind[0] != NONE)
            ck_assert_uint_eq(in(DEVICE)&0x10, 0); /* device 0 is selected */
        check(how, kind);
        unmake();
    }
}
END_TEST

START_TEST(ata_diagnostic_ends_a_command_under_way)
{
    make(DISK, CD);
    out(DEVICE, 0xe0);
    out(COUNT, 1);
    out(COMMAND, 0x40); /* READ VERIFY: busy */
    ck_assert_uint_eq(in(CONTROL)&0x80, 0x80);
    out(COMMAND, 0x90);
    rig_run(&s.rig, 100000000);
    ck_assert_uint_eq(s.irq[0].rises, 1);
    check("EXECUTE DEVICE DIAGNOSTIC while busy", (const enum kind[2]){DISK, CD});
    unmake();
}
END_TEST

START_TEST(ata_srst_leaves_signatures_without_interrupt)
{
    const char *how = "SRST";
    for (int n = 0; n < KINDS * KINDS; n++) {
        const enum kind kind[2] = {(enum kind)(n / KINDS), (enum kind)(n % KINDS)};
        make(kind[0], kind[1]);
        check("power on", kind);
        spoil();
        unsigned before = s.irq[0].rises;
        out(CONTROL, 0x04);
        busy(how, kind);
        rig_run(&s.rig, 100000000);
        busy("SRST held", kind);
        out(CONTROL, 0x00);
        busy(how, kind);
        rig_run(&s.rig, 100000000);
        ck_assert_uint_eq(s.irq[0].rises, before);
        check(how, kind);
        unmake();
    }
}
END_TEST

START_TEST(ata_diagnostic_interrupt_is_held_back_by_nien)
{
    make(DISK, NONE);
    out(CONTROL, 0x02);
    out(COMMAND, 0x90);
    rig_run(&s.rig, 100000000);
    ck_assert_uint_eq(s.irq[0].rises, 0);
    out(CONTROL, 0x00);
    ck_assert_uint_eq(s.irq[0].rises, 1);
    in(COMMAND);
    ck_assert_uint_eq(s.irq[0].level, 0);
    unmake();
}
END_TEST

TCase *ata_reset_tests(void)
{
    TCase *c = tcase_create("ata-reset");
    tcase_add_test(c, ata_diagnostic_is_run_by_both_drives_whichever_is_selected);
    tcase_add_test(c, ata_diagnostic_ends_a_command_under_way);
    tcase_add_test(c, ata_srst_leaves_signatures_without_interrupt);
    tcase_add_test(c, ata_diagnostic_interrupt_is_held_back_by_nien);
    return c;
}
