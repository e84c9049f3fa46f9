/* SPDX-License-Identifier: MIT */
/* What the board's firmware finds: the BIOS ROM at its two places, CMOS settings, fw_cfg items. */
#include "config.h"

#include <stdio.h>

#include "base/bits.h"
#include "devices/disk/i82077.h"
#include "devices/disk/piix3_ide.h"
#include "devices/intc/lapic.h"
#include "devices/misc/fw_cfg.h"
#include "devices/rtc/mc146818.h"
#include "firmware/acpi.h"
#include "firmware/blobs.h"
#include "firmware/linux_loader.h"
#include "firmware/smbios.h"
#include "firmware/multiboot_loader.h"
#include "machine/parts.h"

enum { BIOS_MAX = 4 << 20, ISA_BIOS_MAX = 128 << 10 };

static struct rom_config bios_rom(const struct machine *m)
{
    if (m->cfg.bios.len)
        return m->cfg.bios;
    return (struct rom_config){bios_image, (size_t)(bios_image_end - bios_image)};
}

/* The ROM ends at 4 GiB, and its last 128 KiB show below 1 MiB, where PAM does not put RAM. */
static bool map_bios(struct machine *m, struct error *err)
{
    struct rom_config rom = bios_rom(m);
    uint32_t size = (uint32_t)rom.len;
    if (rom.len < PAGE_SIZE || rom.len > BIOS_MAX || size & PAGE_OFFSET_MASK)
        return error_set(err, "-bios: a BIOS image has a multiple of 4 KiB up to 4 MiB, not %zu bytes", rom.len);
    const struct mem_block *b = mem_add_block(m->mem, "bios", BLOCK_ROM, size / PAGE_SIZE, err);
    if (!b)
        return false;
    for (uint32_t i = 0; i < b->npages; i++)
        mem_poke(m->mem, b->first + i, 0, PAGE_SIZE, rom.data + (size_t)i * PAGE_SIZE);
    uint32_t isa = MIN(size, (uint32_t)ISA_BIOS_MAX);
    struct target rd = {.kind = TO_PAGES, .page = b->first}, wr = {.kind = TO_NOTHING};
    m->bios_top = (struct mapping){
        .name = "bios", .base = (UINT64_C(1) << 32) - size, .size = size, .prio = PRIO_ROM, .rd = rd, .wr = wr};
    rd.page += (size - isa) / PAGE_SIZE;
    m->bios_isa = (struct mapping){
        .name = "bios below 1 MiB", .base = 0x100000 - isa, .size = isa, .prio = PRIO_ROM, .rd = rd, .wr = wr};
    mem_map(m->mem, &m->bios_top);
    mem_map(m->mem, &m->bios_isa);
    return true;
}

/*
 * CMOS 3Dh: first device in the low nibble, second in the high one; the third in the high nibble of 38h. 1 floppy, 2
 * disk, 3 CD, 4 net.
 */
void pc_set_boot_order(struct machine *m, const char *letters)
{
    uint8_t code[3] = {0};
    const char *order = *letters ? letters : "cad";
    for (unsigned i = 0; i < 3 && order[i]; i++) {
        const char *all = "acdn", *p = strchr(all, order[i]);
        code[i] = p ? (uint8_t)(p - all + 1) : 0;
    }
    mc146818_set_cmos(m->rtc, 0x3d, (uint8_t)(code[0] | code[1] << 4));
    mc146818_set_cmos(m->rtc, 0x38, (uint8_t)(code[2] << 4 | 1)); /* bit 0: a floppy's signature is not checked */
    mc146818_checksum(m->rtc);
}

static const struct disk_geometry *geometry_of(const struct machine *m, unsigned i)
{
    const struct ata_drive *d = &m->ide->channel[i / 2].drive[i % 2];
    return d->blk && !d->packet_device ? &d->geometry : NULL;
}

/* CMOS 12h (types), 19h and 1Ah (extended types), 1Bh-2Ch: the first channel's disks; 39h: all disks' translations. */
static void set_cmos_disks(struct machine *m)
{
    uint8_t types = 0, translations = 0;
    for (unsigned i = 0; i < IDE_DRIVES; i++) {
        const struct disk_geometry *g = geometry_of(m, i);
        if (!g)
            continue;
        translations |= (uint8_t)((g->trans - 1u) << 2 * i);
        if (i > 1)
            continue;
        uint8_t b[9] = {
            (uint8_t)g->cyls, (uint8_t)(g->cyls >> 8), (uint8_t)g->heads, 0xff, 0xff, g->heads > 8 ? 0xc8 : 0xc0,
            (uint8_t)g->cyls, (uint8_t)(g->cyls >> 8), (uint8_t)g->secs};
        types |= i ? 0x0f : 0xf0;
        mc146818_set_cmos(m->rtc, 0x19 + i, 47);
        for (unsigned n = 0; n < sizeof b; n++)
            mc146818_set_cmos(m->rtc, 0x1b + 9 * i + n, b[n]);
    }
    mc146818_set_cmos(m->rtc, 0x12, types);
    mc146818_set_cmos(m->rtc, 0x39, translations);
}

static void set_cmos(struct machine *m)
{
    mc146818_set_memory(m->rtc, (uint64_t)m->cfg.ram_mb << 20);
    unsigned a = fdc_cmos_type(m->fdc, 0), b = fdc_cmos_type(m->fdc, 1), drives = !!a + !!b;
    mc146818_set_cmos(m->rtc, 0x10, (uint8_t)(a << 4 | b));
    /* x87, VGA, floppy drives and their number less one */
    mc146818_set_cmos(m->rtc, 0x14, (uint8_t)(0x06 | (drives ? 1 | (drives - 1) << 6 : 0)));
    set_cmos_disks(m);
    pc_set_boot_order(m, m->cfg.boot_once[0] ? m->cfg.boot_once : m->cfg.boot);
}

static bool add_multiboot(struct machine *m, struct fw_cfg *fw, struct error *err)
{
    const struct machine_config *c = &m->cfg;
    struct multiboot_module module[MAX_MODULES];
    struct multiboot_boot boot;
    char cmdline[sizeof c->kernel_name + sizeof c->cmdline];
    snprintf(cmdline, sizeof cmdline, "%s%s%s", c->kernel_name, c->cmdline[0] ? " " : "", c->cmdline);
    for (unsigned i = 0; i < c->nmodules; i++)
        module[i] = (struct multiboot_module){c->module[i].data, c->module[i].len, c->module_cmdline[i]};
    if (!multiboot_load(c->kernel.data, c->kernel.len, cmdline, module, c->nmodules, (uint64_t)c->ram_mb << 20, &boot,
                        err))
        return false;
    fw_cfg_add32(fw, FW_CFG_KERNEL_ADDR, boot.load_addr);
    fw_cfg_add32(fw, FW_CFG_KERNEL_SIZE, (uint32_t)boot.image.len);
    fw_cfg_add(fw, FW_CFG_KERNEL_DATA, boot.image.data, boot.image.len);
    fw_cfg_add32(fw, FW_CFG_KERNEL_ENTRY, boot.entry);
    fw_cfg_add32(fw, FW_CFG_INITRD_ADDR, boot.modules_addr);
    fw_cfg_add32(fw, FW_CFG_INITRD_SIZE, (uint32_t)boot.modules.len);
    fw_cfg_add(fw, FW_CFG_INITRD_DATA, boot.modules.data, boot.modules.len);
    fw_cfg_add32(fw, FW_CFG_SETUP_ADDR, boot.info_addr);
    fw_cfg_add32(fw, FW_CFG_SETUP_SIZE, (uint32_t)boot.info.len);
    fw_cfg_add(fw, FW_CFG_SETUP_DATA, boot.info.data, boot.info.len);
    fw_cfg_add_file(fw, "genroms/multiboot.bin", multiboot_image, (size_t)(multiboot_image_end - multiboot_image));
    multiboot_free(&boot);
    return true;
}

/* RAM that a loader may fill: firmware puts its tables at the end of it. */
static uint64_t loadable_ram(const struct machine *m)
{
    enum { TABLES = 512 << 10 };
    uint64_t ram = (uint64_t)m->cfg.ram_mb << 20;
    return ram > 8 * TABLES ? ram - TABLES : ram;
}

static bool add_kernel(struct machine *m, struct fw_cfg *fw, struct error *err)
{
    struct linux_boot boot;
    if (multiboot_header(m->cfg.kernel.data, m->cfg.kernel.len))
        return add_multiboot(m, fw, err);
    uint32_t initrd_len = (uint32_t)m->cfg.initrd.len;
    if (!linux_load(m->cfg.kernel.data, m->cfg.kernel.len, m->cfg.cmdline, initrd_len, loadable_ram(m), &boot, err))
        return false;
    fw_cfg_add32(fw, FW_CFG_SETUP_ADDR, boot.setup_addr);
    fw_cfg_add32(fw, FW_CFG_SETUP_SIZE, (uint32_t)boot.setup.len);
    fw_cfg_add(fw, FW_CFG_SETUP_DATA, boot.setup.data, boot.setup.len);
    fw_cfg_add32(fw, FW_CFG_KERNEL_ADDR, boot.kernel_addr);
    fw_cfg_add32(fw, FW_CFG_KERNEL_SIZE, boot.kernel_len);
    fw_cfg_add(fw, FW_CFG_KERNEL_DATA, boot.kernel, boot.kernel_len);
    fw_cfg_add32(fw, FW_CFG_CMDLINE_ADDR, boot.cmdline_addr);
    fw_cfg_add32(fw, FW_CFG_CMDLINE_SIZE, (uint32_t)strlen(m->cfg.cmdline) + 1);
    fw_cfg_add(fw, FW_CFG_CMDLINE_DATA, m->cfg.cmdline, strlen(m->cfg.cmdline) + 1);
    fw_cfg_add32(fw, FW_CFG_INITRD_ADDR, boot.initrd_addr);
    fw_cfg_add32(fw, FW_CFG_INITRD_SIZE, initrd_len);
    fw_cfg_add(fw, FW_CFG_INITRD_DATA, m->cfg.initrd.data, initrd_len);
    fw_cfg_add_file(fw, "genroms/linuxboot.bin", linuxboot_image, (size_t)(linuxboot_image_end - linuxboot_image));
    buf_free(&boot.setup);
    return true;
}

static void add_acpi(struct machine *m, struct fw_cfg *fw)
{
    struct acpi_config cfg = {.apic = m->lapic->fitted,
                              .hpet = m->cfg.hpet,
                              .floppy = machine_find(m, "fdc"),
                              .mouse = machine_find(m, "mouse")};
    struct acpi_files f;
    for (unsigned i = 0; i < MAX_SERIAL && i < ACPI_SERIAL; i++)
        cfg.serial[i] = m->cfg.serial[i];
    for (unsigned i = 0; i < MAX_PARALLEL && i < ACPI_PARALLEL; i++)
        cfg.parallel[i] = m->cfg.parallel[i];
    acpi_build(&cfg, &f);
    fw_cfg_add_file(fw, "etc/acpi/tables", f.tables.data, f.tables.len);
    fw_cfg_add_file(fw, "etc/acpi/rsdp", f.rsdp.data, f.rsdp.len);
    fw_cfg_add_file(fw, "etc/table-loader", f.loader.data, f.loader.len);
    buf_free(&f.tables);
    buf_free(&f.rsdp);
    buf_free(&f.loader);
}

static void add_smbios(struct machine *m, struct fw_cfg *fw)
{
    const struct cpu_model *cpu = m->cpu->model;
    struct smbios_config cfg = {.version = PACKAGE_VERSION,
                                .ram_bytes = (uint64_t)m->cfg.ram_mb << 20,
                                .cpu_vendor = cpu->vendor,
                                .cpu_name = cpu->brand[0] ? cpu->brand : cpu->name,
                                .cpu_signature = cpu->signature,
                                .cpu_features = cpu->features};
    struct buf tables, anchor;
    memcpy(cfg.uuid, m->cfg.uuid, sizeof cfg.uuid);
    smbios_build(&cfg, &tables, &anchor);
    fw_cfg_add_file(fw, "etc/smbios/smbios-tables", tables.data, tables.len);
    fw_cfg_add_file(fw, "etc/smbios/smbios-anchor", anchor.data, anchor.len);
    buf_free(&tables);
    buf_free(&anchor);
}

/* --- What is booted: "bootorder" has OpenFirmware paths, one on a line, as QEMU writes them --- */

static void drive_path(unsigned drive, struct buf *out)
{
    if (drive < FIRST_FLOPPY)
        buf_printf(out, "/pci@i0cf8/ide@1,1/drive@%u/disk@%u\n", drive / 2, drive % 2);
    else
        buf_printf(out, "/pci@i0cf8/isa@1/fdc@03f0/floppy@%u\n", drive - FIRST_FLOPPY);
}

/* The drive with the smallest index above `above`; MAX_DRIVES: none. */
static unsigned next_bootindex(const struct machine *m, int32_t above)
{
    unsigned best = MAX_DRIVES;
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        const struct drive_config *d = &m->cfg.drive[i];
        if (d->present && d->bootindex > above && (best == MAX_DRIVES || d->bootindex < m->cfg.drive[best].bootindex))
            best = i;
    }
    return best;
}

static void add_boot_files(struct machine *m, struct fw_cfg *fw, const char *kernel_rom)
{
    struct buf order = {0};
    uint8_t fail_wait[4], menu_wait[2];
    if (kernel_rom)
        buf_printf(&order, "/rom@genroms/%s\n", kernel_rom);
    for (unsigned i = next_bootindex(m, -1); i < MAX_DRIVES; i = next_bootindex(m, m->cfg.drive[i].bootindex))
        drive_path(i, &order);
    if (order.len && m->cfg.boot_strict)
        buf_printf(&order, "HALT");
    if (order.len) {
        buf_add8(&order, 0);
        fw_cfg_add_file(fw, "bootorder", order.data, order.len);
    }
    buf_free(&order);
    if (m->cfg.boot_strict && strlen(m->cfg.boot) < 4) /* four letters name everything */
        fw_cfg_add_file(fw, "opt/vitrine/boot-strict", "\1", 1);
    if (m->cfg.boot_splash_ms) {
        st16(menu_wait, (uint16_t)MIN(m->cfg.boot_splash_ms, 65535u));
        fw_cfg_add_file(fw, "etc/boot-menu-wait", menu_wait, sizeof menu_wait);
    }
    st32(fail_wait, (uint32_t)m->cfg.boot_retry_ms);
    fw_cfg_add_file(fw, "etc/boot-fail-wait", fail_wait, sizeof fail_wait);
}

/* QEMU's "bios-geometry": a path and INT 13h's cylinders, heads and sectors on a line. */
static void add_geometry(struct machine *m, struct fw_cfg *fw)
{
    struct buf lines = {0};
    for (unsigned i = 0; i < IDE_DRIVES; i++) {
        const struct disk_geometry *g = geometry_of(m, i);
        if (!g || !g->lcyls)
            continue;
        if (lines.len)
            buf_add8(&lines, '\n');
        drive_path(i, &lines);
        lines.len--; /* the line goes on */
        buf_printf(&lines, " %u %u %u", g->lcyls, g->lheads, g->lsecs);
    }
    if (lines.len) {
        buf_add8(&lines, 0);
        fw_cfg_add_file(fw, "bios-geometry", lines.data, lines.len);
    }
    buf_free(&lines);
}

static bool add_fw_cfg(struct machine *m, struct error *err)
{
    struct fw_cfg *fw = fw_cfg_new(&m->bus, "fw_cfg");
    if (!machine_add(m, &fw->dev, err))
        return false;
    uint64_t ram = (uint64_t)m->cfg.ram_mb << 20;
    fw_cfg_add(fw, FW_CFG_RAM_SIZE, &ram, sizeof ram);
    fw_cfg_add(fw, FW_CFG_NB_CPUS, "\1", 2);
    fw_cfg_add(fw, FW_CFG_MAX_CPUS, "\1", 2);
    fw_cfg_add(fw, FW_CFG_BOOT_MENU, m->cfg.boot_menu ? "\1" : "\0", 2);
    for (unsigned i = 0; i < m->cfg.nroms; i++) {
        char name[40];
        snprintf(name, sizeof name, "genroms/option%u.rom", i);
        fw_cfg_add_file(fw, name, m->cfg.rom[i].data, m->cfg.rom[i].len);
    }
    add_smbios(m, fw);
    if (m->cfg.acpi)
        add_acpi(m, fw);
    add_geometry(m, fw);
    bool multiboot = m->cfg.kernel.len && multiboot_header(m->cfg.kernel.data, m->cfg.kernel.len);
    add_boot_files(m, fw, !m->cfg.kernel.len ? NULL : multiboot ? "multiboot.bin" : "linuxboot.bin");
    return !m->cfg.kernel.len || add_kernel(m, fw, err);
}

bool pc_firmware(struct machine *m, struct error *err)
{
    set_cmos(m);
    return add_fw_cfg(m, err);
}

bool pc_bios(struct machine *m, struct error *err)
{
    return map_bios(m, err);
}
