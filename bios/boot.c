/* SPDX-License-Identifier: MIT */
/*
 * INT 19h and INT 18h: what can be booted, in which order, the boot menu, and starting it.
 *
 * IBM PC/AT technical reference, section 5 "Bootstrap"; BIOS Boot Specification 1.01, 3.3 (BEV), 4.6 and 6. The order:
 * what the fw_cfg file "bootorder" names (OpenFirmware paths, "HALT" ends it), then the kinds in CMOS 3Dh bits 3:0 and
 * 7:4 and 38h bits 7:4 (1 diskette, 2 fixed disk, 3 CD-ROM, 4 bootstrap entry vectors), then what is left, unless the
 * user wants only what is named. 38h bit 0 turns the signature check of diskettes off.
 */
#include "ata.h"
#include "bios.h"

enum kind { FLOPPY = 1, DISK, CDROM, BEV };

#define MAX_BEV     8
#define MAX_ENTRIES 16
#define NAME_LENGTH 40
#define PRIO_CMOS   100 /* after the lines of bootorder */
#define PRIO_REST   200
#define PRIO_NEVER  255

#define KEY_BOOT_MENU 0x0e
#define MENU_WAIT_MS  2500
#define SCAN_ESC      0x01
#define SCAN_F12      0x86

struct bev {
    uint16_t seg, off, product; /* product: offset of its name; 0: none */
    char rom[NAME_LENGTH];      /* fw_cfg's name; "": from the bus */
};

struct entry {
    uint8_t kind, index, prio;
};

static struct bev bevs[MAX_BEV];
static uint8_t bev_count;
static struct entry entries[MAX_ENTRIES];
static uint8_t entry_count;
static uint8_t next_entry;
static struct entry chosen; /* in the menu; kind 0: nothing */

/* Lines of "bootorder"; PRIO_NEVER: not named. */
static struct {
    uint8_t ide[ATA_MAX], floppy[2], bev[MAX_BEV], halt;
} line_of;

void boot_add_bev(uint16_t seg, uint16_t off, uint16_t product, const char *rom)
{
    struct bev *b = &bevs[bev_count];
    if (bev_count == MAX_BEV)
        return;
    *b = (struct bev){.seg = seg, .off = off, .product = product};
    for (int i = 0; rom && rom[i] && i < NAME_LENGTH - 1; i++)
        b->rom[i] = rom[i];
    bev_count++;
}

/* ------------------------------------------------------------------ the order */

static uint8_t ide_place(uint16_t base, uint8_t slave)
{
    return (base == 0x1f0 ? 0 : 2) + (slave ? 1 : 0);
}

static void take_line(const char *line, uint8_t number)
{
    const char *p;
    if (memcmp(line, "HALT", 5) == 0) {
        line_of.halt = number;
    } else if ((p = find_after(line, "/rom@"))) {
        for (int i = 0; i < bev_count; i++)
            if (bevs[i].rom[0] && strlen(p) == strlen(bevs[i].rom) && memcmp(p, bevs[i].rom, strlen(p)) == 0)
                line_of.bev[i] = number;
    } else if ((p = find_after(line, "/floppy@"))) {
        if (*p == '0' || *p == '1')
            line_of.floppy[*p - '0'] = number;
    } else if (find_after(line, "/ide@") && (p = find_after(line, "/drive@"))) {
        const char *unit = find_after(p, "/disk@");
        if (unit && (*p == '0' || *p == '1') && (*unit == '0' || *unit == '1'))
            line_of.ide[(*p - '0') * 2 + *unit - '0'] = number;
    }
}

static void read_bootorder(void)
{
    struct fwcfg_file f;
    char line[96];
    uint32_t n = 0;
    uint8_t number = 1;
    memset(&line_of, PRIO_NEVER, sizeof line_of);
    if (!fwcfg_find("bootorder", &f))
        return;
    fwcfg_select(f.select);
    for (uint32_t i = 0; i < f.size && number < PRIO_CMOS; i++) {
        char c = fwcfg_byte();
        if (c == '\n' || c == 0) {
            line[n] = 0;
            take_line(line, number++);
            n = 0;
        } else if (n < sizeof line - 1) {
            line[n++] = c;
        }
    }
}

static uint8_t kind_prio(uint8_t kind, int strict)
{
    static const uint8_t rest[] = {[FLOPPY] = 2, [DISK] = 0, [CDROM] = 1, [BEV] = 3};
    uint16_t order = cmos_read(0x3d) | (cmos_read(0x38) & 0xf0) << 4;
    for (int i = 0; i < 3; i++, order >>= 4)
        if ((order & 15) == kind)
            return PRIO_CMOS + i;
    return strict ? PRIO_NEVER : PRIO_REST + rest[kind];
}

/* The list stays sorted as it grows: by priority, then by number. */
static void add(uint8_t kind, uint8_t index, uint8_t prio, int strict)
{
    int at = entry_count;
    if (prio == PRIO_NEVER)
        prio = kind_prio(kind, strict);
    if (chosen.kind == kind && chosen.index == index)
        prio = 0;
    if (entry_count == MAX_ENTRIES || prio > line_of.halt)
        prio = PRIO_NEVER;
    if (prio == PRIO_NEVER)
        return;
    for (; at > 0 && entries[at - 1].prio > prio; at--)
        entries[at] = entries[at - 1];
    entries[at] = (struct entry){kind, index, prio};
    entry_count++;
}

static void list_entries(int strict)
{
    uint8_t types = cmos_read(0x10);
    entry_count = 0;
    for (int i = 0; i < ata_count; i++)
        add(DISK, i, line_of.ide[ide_place(ata_drives[i].base, ata_drives[i].slave)], strict);
    for (int i = 0; i < cd_count; i++)
        add(CDROM, i, line_of.ide[ide_place(cd_drives[i].base, cd_drives[i].slave)], strict);
    for (int i = 0; i < 2; i++)
        if (types >> (i ? 0 : 4) & 15)
            add(FLOPPY, i, line_of.floppy[i], strict);
    for (int i = 0; i < bev_count; i++)
        add(BEV, i, line_of.bev[i], strict);
}

/* ------------------------------------------------------------------ starting */

static void start(struct call *c)
{
    c->flags = FLAG_IF;
    boot_jump(c);
}

/* Reads the first sector of a drive through INT 13h, so that a program that hooked it answers. */
static const char *boot_drive(uint8_t drive, int check)
{
    struct call c;
    for (int tries = 0;; tries++) {
        memset(&c, 0, sizeof c);
        c.ax = 0x0201;
        c.cx = 0x0001;
        c.dx = drive;
        c.bx = 0x7c00;
        if (!call_int(0x13, &c))
            break;
        if (c.ah == 0x01)
            return "no such drive";
        if (c.ah == 0x80 || c.ah == 0x31)
            return "nothing is in it";
        if (tries == 2)
            return "read error";
        memset(&c, 0, sizeof c);
        c.dx = drive;
        call_int(0x13, &c);
    }
    if (check && far_r16(0, 0x7dfe) != 0xaa55)
        return "not bootable";
    memset(&c, 0, sizeof c);
    c.dx = drive;
    c.ip = 0x7c00;
    c.ax = 0xaa55;
    start(&c);
    return 0;
}

/* The disk that is booted becomes drive 80h; the others follow in their order. */
static const char *boot_disk(uint8_t index)
{
    uint16_t base = ata_drives[0].base;
    uint8_t slave = ata_drives[0].slave;
    const char *why;
    if (index)
        disk_first(ata_drives[index].base, ata_drives[index].slave);
    why = boot_drive(0x80, 1);
    if (index)
        disk_first(base, slave);
    return why;
}

static const char *boot_bev(const struct bev *b)
{
    struct call c;
    memset(&c, 0, sizeof c);
    c.cs = b->seg;
    c.ip = b->off;
    c.es = BIOS_SEG;
    c.edi = pnp_offset();
    start(&c);
    return 0;
}

static const char *try_entry(const struct entry *e)
{
    switch (e->kind) {
    case FLOPPY: return boot_drive(e->index, !(cmos_read(0x38) & 1));
    case DISK: return boot_disk(e->index);
    case CDROM: return eltorito_boot(e->index);
    default: return boot_bev(&bevs[e->index]);
    }
}

static void print_far(uint16_t seg, uint16_t off)
{
    for (int i = 0; i < 60; i++) {
        char c = far_r8(seg, off + i);
        if (c < ' ')
            break;
        print("%c", c);
    }
}

static void print_ide(uint16_t base, uint8_t slave)
{
    print(" (hd%c", 'a' + ide_place(base, slave));
}

static void print_name(const struct entry *e)
{
    const struct bev *b = &bevs[e->index];
    switch (e->kind) {
    case FLOPPY: print("diskette %c:", 'A' + e->index); break;
    case DISK:
        print("hard disk %u", e->index + 1u);
        print_ide(ata_drives[e->index].base, ata_drives[e->index].slave);
        print(", %u MB)", (uint32_t)(ata_drives[e->index].sectors >> 11));
        break;
    case CDROM:
        print("CD-ROM %u", e->index + 1u);
        print_ide(cd_drives[e->index].base, cd_drives[e->index].slave);
        print(")");
        break;
    default:
        if (b->product)
            print_far(b->seg, b->product);
        else
            print("option ROM at %04x0h", b->seg);
    }
}

/* ------------------------------------------------------------------ the menu */

static int key_waits(void)
{
    return bda_get(kbd_head) != bda_get(kbd_tail);
}

static uint16_t take_key(void)
{
    struct call c;
    memset(&c, 0, sizeof c);
    c.ah = 0x10;
    call_int(0x16, &c);
    return c.ax;
}

/* Waits for a key, at most ms. 0 when the time was up. */
static uint16_t wait_key(uint32_t ms)
{
    struct timeout t;
    timeout_start(&t, ms);
    while (!key_waits()) {
        if (timeout_over(&t))
            return 0;
        irq_window();
    }
    return take_key();
}

static void choose(void)
{
    print("\nSelect boot device:\n\n");
    for (int i = 0; i < entry_count; i++) {
        print("%c. ", i < 9 ? '1' + i : 'a' + i - 9);
        print_name(&entries[i]);
        print("\n");
    }
    print("\nESC goes on without a choice.\n");
    for (;;) {
        uint16_t key = take_key();
        uint8_t c = key;
        uint8_t i = c >= '1' && c <= '9' ? c - '1' : c >= 'a' && c <= 'g' ? c - 'a' + 9 : 255;
        if (key >> 8 == SCAN_ESC)
            return;
        if (i < entry_count) {
            chosen = entries[i];
            return;
        }
    }
}

/* At the end of POST: the prompt, where the user asked for it, and the menu. */
void boot_menu(void)
{
    uint16_t wanted = 0, wait;
    uint32_t ms = MENU_WAIT_MS, left;
    struct fwcfg_file f;
    if (!fwcfg_read(KEY_BOOT_MENU, &wanted, sizeof wanted) || !wanted)
        return;
    if (fwcfg_find("etc/boot-menu-wait", &f) && f.size >= sizeof wait && fwcfg_read(f.select, &wait, sizeof wait))
        ms = wait;
    read_bootorder();
    list_entries(0);
    print("Press ESC or F12 for boot menu.\n\n");
    for (left = ms; left;) {
        uint32_t part = left > 50 ? 50 : left;
        uint16_t key = wait_key(part);
        if (key >> 8 == SCAN_ESC || key >> 8 == SCAN_F12) {
            choose();
            return;
        }
        left -= key ? 0 : part;
    }
}

/* ------------------------------------------------------------------ INT 19h, INT 18h */

static void give_up(void)
{
    struct fwcfg_file f;
    uint32_t ms = ~0u;
    struct timeout t;
    if (fwcfg_find("etc/boot-fail-wait", &f) && f.size >= sizeof ms)
        fwcfg_read(f.select, &ms, sizeof ms);
    if (ms == ~0u) {
        print("No bootable device.\n");
        halt();
    }
    print("No bootable device.  Retrying in %u seconds.\n", ms / 1000);
    timeout_start(&t, ms);
    while (!timeout_over(&t))
        irq_window();
    reset_machine();
}

/* Tries one device after the other. Returns only when all have failed. */
void boot_next(void);
void boot_next(void)
{
    while (next_entry < entry_count) {
        const struct entry *e = &entries[next_entry++];
        const char *why;
        print("Booting from ");
        print_name(e);
        print("...\n");
        why = try_entry(e);
        print("  %s\n", why);
    }
    give_up();
}

void boot_first(void);
void boot_first(void)
{
    struct fwcfg_file f;
    next_entry = 0;
    eltorito_end();
    read_bootorder();
    list_entries(fwcfg_find("opt/vitrine/boot-strict", &f));
    chosen.kind = 0;
    boot_next();
}
