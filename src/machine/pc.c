/* SPDX-License-Identifier: MIT */
/*
 * The machine "pc", as a wiring list: i440FX and PIIX3, two 8259, local and I/O APIC, 8254, HPET, MC146818, 8042 with
 * keyboard and mouse, IDE, 16550s, VGA.
 *
 *   00:00.0 i440FX   00:01.0 PIIX3   00:01.1 IDE   00:01.2 USB   00:01.3 power management   00:02.0 VGA
 */
#include <stdio.h>

#include "base/bits.h"
#include "devices/audio/pcspk.h"
#include "devices/disk/i82077.h"
#include "devices/disk/piix3_ide.h"
#include "devices/dma/i8237.h"
#include "devices/input/i8042.h"
#include "devices/input/ps2_keyboard.h"
#include "devices/input/ps2_mouse.h"
#include "devices/input/vmmouse.h"
#include "devices/intc/i8259.h"
#include "devices/intc/ioapic.h"
#include "devices/intc/irq_lines.h"
#include "devices/intc/lapic.h"
#include "devices/misc/debugcon.h"
#include "devices/misc/isa_debug_exit.h"
#include "devices/misc/pc_testdev.h"
#include "devices/misc/pci_testdev.h"
#include "devices/misc/port61.h"
#include "devices/northbridge/i440fx.h"
#include "devices/parallel/lpt.h"
#include "devices/rtc/mc146818.h"
#include "devices/serial/ns16550.h"
#include "devices/southbridge/piix3.h"
#include "devices/southbridge/piix4_pm.h"
#include "devices/timer/hpet.h"
#include "devices/timer/i8254.h"
#include "devices/video/vga.h"
#include "firmware/blobs.h"
#include "isa/cpuid.h"
#include "machine/parts.h"

/* Characters take 1/32 of what the divisor says, so that a guest's log on a slow line does not hold it up. */
/* QUIRK: xv6's console looks 128 times whether the transmitter is free and then writes all the same; here a look takes
 * nanoseconds, not a microsecond. */
#define SERIAL_TRANSMIT_SPEEDUP "128"
#define SERIAL_SPEEDUP          "32"
/* Inputs of the I/O APIC from this one on are the HPET's; those below it are free. */
enum { HPET_PIN = 20 };

/* A diskette turns 1000 times as fast as a real one, for the same reason: a loader that reads sector by sector misses
 * the next one each time and waits for a revolution. */
#define FLOPPY_SPEEDUP "1000"

#define DEVFN(dev, fn) ((uint8_t)((dev) << 3 | (fn)))

/* --- Wires that end at the CPU or at the machine --- */

static void wire_intr(void *ctx, int n, int level)
{
    struct machine *m = ctx;
    (void)n;
    if (m->cpu)
        cpu_pins(m->cpu).intr(m->cpu, level);
}

static void wire_nmi(void *ctx, int n, int level)
{
    struct machine *m = ctx;
    (void)n;
    if (m->cpu && level)
        cpu_pins(m->cpu).nmi(m->cpu);
}

static void wire_smi(void *ctx, int n, int level)
{
    struct machine *m = ctx;
    (void)n;
    if (m->cpu && level)
        cpu_pins(m->cpu).smi(m->cpu);
}

static void wire_init(void *ctx, int n, int level)
{
    struct machine *m = ctx;
    (void)n;
    if (m->cpu && level)
        cpu_pins(m->cpu).init(m->cpu);
}

/* Soft off: the power supply goes off at the next boundary. */
static void wire_off(void *ctx, int n, int level)
{
    struct machine *m = ctx;
    (void)n;
    if (m->cpu && level) {
        m->powered_off = true;
        cpu_kick(m->cpu);
    }
}

/*
 * INT of the 8259s goes to LINT0 of the CPU and to INTIN0 of the I/O APIC (MultiProcessor Specification 1.4, figure
 * 3-3).
 */
static void wire_pic(void *ctx, int n, int level)
{
    struct machine *m = ctx;
    struct irq_line lint0 = lapic_lint(m->lapic, 0), intin0 = ioapic_input(m->ioapic, 0);
    (void)n;
    irq_set(&lint0, level);
    irq_set(&intin0, level);
}

static void wire_ignne(void *ctx, int n, int level)
{
    struct machine *m = ctx;
    (void)n;
    if (m->cpu)
        cpu_pins(m->cpu).ignne(m->cpu, level);
}

/* A20 passes where either source says so: the 8042's output port or port 92h. */
static void wire_a20(void *ctx, int n, int level)
{
    struct machine *m = ctx;
    m->a20_level[n] = level != 0;
    if (m->cpu)
        cpu_pins(m->cpu).a20m(m->cpu, m->a20_level[0] || m->a20_level[1]);
}

/* RC# of the 8042, port 92h, the PIIX3's RCR: a full reset, memory and CMOS kept. */
static void wire_reset(void *ctx, int n, int level)
{
    struct machine *m = ctx;
    (void)n;
    if (level && m->cpu) {
        m->reset_wanted = true;
        cpu_kick(m->cpu);
    }
}

static void debug_exit(void *ctx, uint32_t code)
{
    struct machine *m = ctx;
    m->exit_code = (int)code;
    m->exit_wanted = true;
    cpu_kick(m->cpu);
}

/* --- Memory --- */

static bool add_ram(struct machine *m, struct error *err)
{
    uint64_t bytes = (uint64_t)m->cfg.ram_mb << 20;
    const struct mem_block *ram = mem_add_block(m->mem, "ram", BLOCK_RAM, (uint32_t)(bytes >> PAGE_BITS), err);
    if (!ram)
        return false;
    /* A0000h-FFFFFh is the bus's until PAM says otherwise */
    struct target t = {.kind = TO_PAGES, .page = ram->first};
    m->ram_low = (struct mapping){.name = "ram", .base = 0, .size = 0xa0000, .prio = PRIO_RAM, .rd = t, .wr = t};
    mem_map(m->mem, &m->ram_low);
    t.page += 0x100000 >> PAGE_BITS;
    m->ram_high =
        (struct mapping){.name = "ram", .base = 0x100000, .size = bytes - 0x100000, .prio = PRIO_RAM, .rd = t, .wr = t};
    if (bytes > 0x100000)
        mem_map(m->mem, &m->ram_high);
    return true;
}

/* --- Chips --- */

struct board {
    struct machine *m;
    struct irq_lines *irqs;
    struct i8259 *pic0, *pic1;
    struct i8254 *pit;
    struct piix3 *sb;
};

static struct irq_line irq(const struct board *b, int n)
{
    return irq_lines_source(b->irqs, n);
}

/*
 * Each line goes to an 8259 and to the I/O APIC's input of its number, but for the timer's: that one is INTIN2 (INTIN0
 * is the 8259s').
 */
static void connect_irqs(const struct board *b)
{
    for (int n = 0; n < IRQ_LINES; n++) {
        if (n == 2)
            continue; /* the cascade */
        b->irqs->out[n][0] = n < 8 ? i8259_input(b->pic0, n) : i8259_input(b->pic1, n - 8);
        b->irqs->out[n][1] = ioapic_input(b->m->ioapic, n ? n : 2);
    }
}

static bool add_apics(struct machine *m, struct error *err)
{
    const struct cpu_model *model = machine_cpu_model(m);
    m->lapic = lapic_new(&m->bus, "lapic");
    m->ioapic = ioapic_new(&m->bus, "ioapic");
    m->lapic->fitted = model && model->features & CPUID_APIC;
    m->lapic->intr = (struct irq_line){wire_intr, m, 0};
    m->lapic->nmi = (struct irq_line){wire_nmi, m, 0};
    m->lapic->smi = (struct irq_line){wire_smi, m, 0};
    m->lapic->init = (struct irq_line){wire_init, m, 0};
    m->lapic->eoi = ioapic_eoi(m->ioapic);
    m->ioapic->port = lapic_port(m->lapic);
    return machine_add(m, &m->lapic->dev, err) && machine_add(m, &m->ioapic->dev, err);
}

static bool add_interrupts(struct board *b, struct error *err)
{
    struct machine *m = b->m;
    b->irqs = irq_lines_new(&m->bus, "irqs");
    if (!machine_add(m, &b->irqs->dev, err) || !add_apics(m, err))
        return false;
    b->pic0 = i8259_new(&m->bus, "pic0");
    b->pic0->base = 0x20;
    b->pic0->elcr_port = 0x4d0;
    b->pic0->elcr_mask = 0xf8;
    b->pic0->intr = (struct irq_line){wire_pic, m, 0};
    m->lapic->extint = i8259_intr_ack(b->pic0);
    b->pic1 = i8259_new(&m->bus, "pic1");
    b->pic1->base = 0xa0;
    b->pic1->elcr_port = 0x4d1;
    b->pic1->elcr_mask = 0xde;
    i8259_cascade(b->pic0, 2, b->pic1);
    connect_irqs(b);
    return machine_add(m, &b->pic0->dev, err) && machine_add(m, &b->pic1->dev, err);
}

static bool add_bridges(struct board *b, struct error *err)
{
    struct machine *m = b->m;
    struct i440fx *nb = i440fx_new(&m->bus, "i440fx");
    nb->pbus = &m->pci;
    nb->ram_page = mem_block(m->mem, 0)->first;
    if (!machine_add(m, &nb->dev, err))
        return false;
    b->sb = piix3_new(&m->bus, "piix3");
    b->sb->pbus = &m->pci;
    b->sb->devfn = DEVFN(1, 0);
    for (int n = 0; n < 16; n++)
        b->sb->irq[n] = irq(b, n);
    b->sb->a20 = m->a20_wire[1];
    b->sb->reset = m->reset_wire;
    b->sb->ignne = (struct irq_line){wire_ignne, m, 0};
    for (int n = 0; n < 4; n++)
        m->pci.pirq[n] = piix3_pirq(b->sb, n);
    return machine_add(m, &b->sb->dev, err);
}

static bool add_timers(struct board *b, struct error *err)
{
    struct machine *m = b->m;
    struct pcspk *speaker = pcspk_new(&m->bus, "pcspk");
    speaker->audio = m->be.audio;
    if (!machine_add(m, &speaker->dev, err))
        return false;
    b->pit = i8254_new(&m->bus, "pit");
    b->pit->out[2] = pcspk_input(speaker, PCSPK_OUT2);
    struct hpet *hpet = NULL;
    if (m->cfg.hpet) {
        hpet = hpet_new(&m->bus, "hpet");
        hpet->irq0 = irq(b, 0);
        hpet->irq8 = irq(b, 8);
        for (int n = HPET_PIN; n < IOAPIC_PINS; n++)
            hpet->route[n] = ioapic_input(m->ioapic, n);
        if (!machine_add(m, &hpet->dev, err))
            return false;
    }
    b->pit->out[0] = hpet ? hpet_legacy(hpet, 0) : irq(b, 0);
    if (!machine_add(m, &b->pit->dev, err))
        return false;
    struct port61 *p61 = port61_new(&m->bus, "port61");
    p61->pit = b->pit;
    p61->speaker = pcspk_input(speaker, PCSPK_DATA);
    if (!machine_add(m, &p61->dev, err))
        return false;
    m->rtc = mc146818_new(&m->bus, "rtc");
    m->rtc->start_seconds = m->cfg.rtc_seconds;
    m->rtc->irq = hpet ? hpet_legacy(hpet, 1) : irq(b, 8);
    return machine_add(m, &m->rtc->dev, err);
}

static bool add_power(struct board *b, struct error *err)
{
    struct machine *m = b->m;
    if (!m->cfg.acpi)
        return true;
    m->pm = piix4_pm_new(&m->bus, "pm");
    m->pm->pbus = &m->pci;
    m->pm->devfn = DEVFN(1, 3);
    m->pm->sci = irq(b, 9);
    m->pm->irq8 = m->rtc->irq; /* IRQ8# of the clock passes by, where the HPET replaces it too */
    m->rtc->irq = piix4_pm_irq8(m->pm);
    m->pm->smi = (struct irq_line){wire_smi, m, 0};
    m->pm->off = (struct irq_line){wire_off, m, 0};
    return machine_add(m, &m->pm->dev, err);
}

static bool add_dma(struct board *b, struct error *err)
{
    struct machine *m = b->m;
    struct dma_pages *pages = dma_pages_new(&m->bus, "dma-pages");
    if (!machine_add(m, &pages->dev, err))
        return false;
    struct i8237 *dma0 = i8237_new(&m->bus, "dma0"), *dma1 = i8237_new(&m->bus, "dma1");
    dma0->base = 0x00;
    dma1->base = 0xc0;
    dma1->wide = true;
    dma0->pages = dma1->pages = pages;
    return machine_add(m, &dma0->dev, err) && machine_add(m, &dma1->dev, err);
}

static uint32_t get_reg(void *ctx, enum cpu_reg r)
{
    const struct machine *m = ctx;
    return (uint32_t)m->cpu->regs[r];
}

static void set_reg(void *ctx, enum cpu_reg r, uint32_t value)
{
    const struct machine *m = ctx;
    m->cpu->regs[r] = value;
}

static bool add_vmmouse(struct machine *m, struct ps2_mouse *mouse, struct error *err)
{
    struct vmmouse *v = vmmouse_new(&m->bus, "vmmouse");
    v->mouse = mouse;
    v->regs = (struct cpu_regs){m, get_reg, set_reg};
    m->absolute[ARRAY_LEN(m->absolute) - 1] = vmmouse_absolute(v);
    m->relative[ARRAY_LEN(m->relative) - 2] = vmmouse_relative(v);
    return machine_add(m, &v->dev, err);
}

static bool add_keyboard(struct board *b, struct error *err)
{
    struct machine *m = b->m;
    struct i8042 *kbc = i8042_new(&m->bus, "kbc");
    struct ps2_keyboard *kbd = ps2_keyboard_new(&m->bus, "kbd");
    struct ps2_mouse *mouse = ps2_mouse_new(&m->bus, "mouse");
    kbc->irq[I8042_KBD] = irq(b, 1);
    kbc->irq[I8042_AUX] = irq(b, 12);
    kbc->a20 = m->a20_wire[0];
    kbc->rc = m->reset_wire;
    kbc->port[I8042_KBD] = ps2_keyboard_port(kbd);
    kbd->ready = i8042_ready(kbc, I8042_KBD);
    m->keys[ARRAY_LEN(m->keys) - 1] = ps2_keyboard_keys(kbd);
    kbc->port[I8042_AUX] = ps2_mouse_port(mouse);
    mouse->ready = i8042_ready(kbc, I8042_AUX);
    m->relative[ARRAY_LEN(m->relative) - 1] = ps2_mouse_pointer(mouse);
    return machine_add(m, &kbc->dev, err) && machine_add(m, &kbd->dev, err) && machine_add(m, &mouse->dev, err) &&
           (!m->cfg.vmport || add_vmmouse(m, mouse, err));
}

static bool add_serial(struct board *b, struct error *err)
{
    static const struct {
        const char *id;
        uint16_t base;
        int irq;
    } com[MAX_SERIAL] = {{"serial0", 0x3f8, 4}, {"serial1", 0x2f8, 3}, {"serial2", 0x3e8, 4}, {"serial3", 0x2e8, 3}};
    struct machine *m = b->m;
    for (int i = 0; i < MAX_SERIAL; i++) {
        if (!m->cfg.serial[i])
            continue;
        struct ns16550 *u = ns16550_new(&m->bus, com[i].id);
        u->iobase = com[i].base;
        u->irq = irq(b, com[i].irq);
        u->chr = m->be.serial[i];
        dev_preset(&u->dev, "speedup", SERIAL_SPEEDUP);
        dev_preset(&u->dev, "transmit_speedup", SERIAL_TRANSMIT_SPEEDUP);
        if (!machine_add(m, &u->dev, err))
            return false;
        m->serial[i] = u;
    }
    return true;
}

static bool add_parallel(struct board *b, struct error *err)
{
    static const struct {
        const char *id;
        uint16_t base;
        int irq;
    } port[MAX_PARALLEL] = {{"parallel0", 0x378, 7}, {"parallel1", 0x278, 5}, {"parallel2", 0x3bc, 7}};
    struct machine *m = b->m;
    for (int i = 0; i < MAX_PARALLEL; i++) {
        if (!m->cfg.parallel[i])
            continue;
        struct lpt *l = lpt_new(&m->bus, port[i].id);
        l->iobase = port[i].base;
        l->irq = irq(b, port[i].irq);
        l->chr = m->be.parallel[i];
        if (!machine_add(m, &l->dev, err))
            return false;
    }
    return true;
}

/* What the configuration says, else what the disk's first sector does. */
static void settle_geometry(const struct drive_config *c, struct blk *disk, struct ata_drive *d)
{
    uint8_t mbr[ATA_SECTOR];
    d->geometry = (struct disk_geometry){.cyls = c->cyls, .heads = c->heads, .secs = c->secs, .trans = c->chs_trans};
    struct blk_stats kept = disk->stats; /* this is no access of the guest's */
    bool readable = !disk->ops->read(disk, 0, 1, mbr);
    disk->stats = kept;
    disk_geometry_settle(&d->geometry, readable ? mbr : NULL, disk->sectors);
}

static bool add_disks(struct board *b, struct error *err)
{
    struct machine *m = b->m;
    struct piix3_ide *ide = piix3_ide_new(&m->bus, "ide");
    ide->pbus = &m->pci;
    ide->devfn = DEVFN(1, 1);
    ide->irq[0] = irq(b, 14);
    ide->irq[1] = irq(b, 15);
    for (int i = 0; i < IDE_DRIVES; i++) {
        ide->channel[i / 2].drive[i % 2].blk = drive_port_plug(m, (unsigned)i);
        ide->channel[i / 2].drive[i % 2].packet_device = m->cfg.drive[i].present && m->cfg.drive[i].kind == DRIVE_CD;
        if (m->be.drive[i] && m->cfg.drive[i].kind == DRIVE_DISK)
            settle_geometry(&m->cfg.drive[i], m->be.drive[i], &ide->channel[i / 2].drive[i % 2]);
    }
    m->ide = ide;
    return machine_add(m, &ide->dev, err);
}

static bool add_floppies(struct board *b, struct error *err)
{
    struct machine *m = b->m;
    struct i82077 *fdc = i82077_new(&m->bus, "fdc");
    fdc->irq = irq(b, 6);
    fdc->dma = container_of(machine_find(m, "dma0"), struct i8237, dev);
    dev_preset(&fdc->dev, "speedup", FLOPPY_SPEEDUP);
    for (int i = 0; i < FLOPPY_DRIVES; i++) {
        fdc->drive[i].fitted = m->cfg.drive[FIRST_FLOPPY + i].present;
        fdc->drive[i].blk = drive_port_plug(m, (unsigned)(FIRST_FLOPPY + i));
    }
    m->fdc = fdc;
    return machine_add(m, &fdc->dev, err);
}

static bool add_vga(struct board *b, struct error *err)
{
    struct machine *m = b->m;
    if (!m->cfg.vga)
        return true;
    const struct rom_config *rom = &m->cfg.vga_rom;
    if (rom->len && (rom->len < 512 || rom->data[0] != 0x55 || rom->data[1] != 0xaa))
        return error_set(err, "romfile=: this is no expansion ROM (it does not begin with 55h AAh)");
    struct vga *v = dev_new(&vga_class, "vga", &m->bus);
    v->pci_bus = &m->pci;
    v->devfn = DEVFN(2, 0);
    v->surface = m->be.surface;
    v->rom = rom->len ? rom->data : vgabios_image;
    v->rom_size = (uint32_t)(rom->len ? rom->len : (size_t)(vgabios_image_end - vgabios_image));
    if (!machine_add(m, &v->dev, err))
        return false;
    m->vga = v;
    return true;
}

static bool add_debug_ports(struct board *b, struct error *err)
{
    struct machine *m = b->m;
    if (!m->cfg.debugcon)
        return true;
    struct debugcon *dc = debugcon_new(&m->bus, "debugcon");
    dc->out = m->be.debugcon;
    if (m->cfg.debugcon_iobase)
        dc->iobase = m->cfg.debugcon_iobase;
    return machine_add(m, &dc->dev, err);
}

/*
 * The first PCI device number from 3 on that is free (fitted ones lie below); with 29 numbers and MAX_DEVICES there is
 * one.
 */
static uint8_t free_slot(const struct machine *m)
{
    uint8_t dev = 3;
    while (dev < 31 && m->pci.func[DEVFN(dev, 0)])
        dev++;
    return DEVFN(dev, 0);
}

/* Devices of -device. NULL without *err: there is none of that class. */
static struct dev *make_device(const struct board *b, const struct device_config *d, struct error *err)
{
    struct machine *m = b->m;
    if (!strncmp(d->cls, "usb-", 4))
        return pc_make_usb(m, d->cls, err);
    if (!strcmp(d->cls, isa_debug_exit_class.name)) {
        struct isa_debug_exit *x = isa_debug_exit_new(&m->bus, "debug-exit");
        x->exit = debug_exit;
        x->exit_ctx = m;
        return &x->dev;
    }
    if (!strcmp(d->cls, pc_testdev_class.name)) {
        struct pc_testdev *t = pc_testdev_new(&m->bus, "testdev");
        for (int n = 0; n < 16; n++)
            t->irq[n] = irq(b, n);
        return &t->dev;
    }
    if (!strcmp(d->cls, pci_testdev_class.name)) {
        struct pci_testdev *t = pci_testdev_new(&m->bus, "pci-testdev");
        t->pbus = &m->pci;
        t->devfn = free_slot(m);
        return &t->dev;
    }
    return NULL;
}

static bool set_props(struct dev *d, const struct device_config *cfg, struct error *err)
{
    for (unsigned i = 0; i < cfg->nprops; i++) {
        char name[64];
        const char *eq = strchr(cfg->props[i], '=');
        if (!eq)
            return error_set(err, "-device %s: '%s' is not of the form name=value", cfg->cls, cfg->props[i]);
        snprintf(name, sizeof name, "%.*s", (int)(eq - cfg->props[i]), cfg->props[i]);
        if (!dev_set_prop(d, name, eq + 1, err))
            return false;
    }
    return true;
}

static bool add_devices(const struct board *b, struct error *err)
{
    struct machine *m = b->m;
    for (unsigned i = 0; i < m->cfg.ndevices; i++) {
        err->text[0] = 0;
        struct dev *d = make_device(b, &m->cfg.device[i], err);
        if (!d)
            return err->text[0]
                       ? false
                       : error_set(err, "-device: there is no device '%s'; see -device help", m->cfg.device[i].cls);
        if (m->cfg.device[i].id[0])
            d->id = m->cfg.device[i].id;
        if (machine_find(m, d->id)) {
            error_set(err, "-device %s: there is another device of the name '%s'; give it an id=", d->cls->name, d->id);
            dev_free(d);
            return false;
        }
        if (!set_props(d, &m->cfg.device[i], err)) {
            dev_free(d);
            return false;
        }
        if (!machine_add(m, d, err))
            return false;
    }
    return true;
}

bool pc_create(struct machine *m, struct error *err)
{
    struct board b = {.m = m};
    m->reset_wire = (struct irq_line){wire_reset, m, 0};
    m->a20_wire[0] = (struct irq_line){wire_a20, m, 0};
    m->a20_wire[1] = (struct irq_line){wire_a20, m, 1};
    pci_bus_init(&m->pci, &m->bus);
    return add_ram(m, err) && pc_bios(m, err) && add_interrupts(&b, err) && add_bridges(&b, err) &&
           add_timers(&b, err) && add_power(&b, err) && add_dma(&b, err) && add_keyboard(&b, err) &&
           add_serial(&b, err) && add_parallel(&b, err) && add_disks(&b, err) && add_floppies(&b, err) &&
           add_vga(&b, err) && add_debug_ports(&b, err) && pc_usb(m, err) && add_devices(&b, err);
}

void pc_connect_cpu(struct machine *m)
{
    m->cpu->intack = lapic_intr_ack(m->lapic);
    m->cpu->ferr_line = piix3_ferr(container_of(machine_find(m, "piix3"), struct piix3, dev));
    m->cpu->smiact = i440fx_smiact(container_of(machine_find(m, "i440fx"), struct i440fx, dev));
    cpu_pins(m->cpu).a20m(m->cpu, m->a20_level[0] || m->a20_level[1]);
}
