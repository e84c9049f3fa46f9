/* SPDX-License-Identifier: MIT */
/* The configuration as a message: a row for each field, in the order in which they travel. */
#include "link/configmsg.h"

#include <string.h>

#include "base/hash.h"
#include "dbg/trace.h"
#include "link/fields.h"
#include "link/link.h"

enum { MAX_RAM_MB = 3583 };

static const struct field drive_rows[] = {
    FIELD_B(struct drive_config, present),
    FIELD_B(struct drive_config, medium),
    FIELD_I(struct drive_config, kind, DRIVE_DISK, DRIVE_FLOPPY),
    FIELD_B(struct drive_config, readonly),
    FIELD_B(struct drive_config, snapshot),
    FIELD_ANY(struct drive_config, bytes),
    FIELD_I(struct drive_config, cache, CACHE_WRITEBACK, CACHE_UNSAFE),
    FIELD_B(struct drive_config, guessed),
    FIELD_ANY(struct drive_config, bootindex),
    FIELD_I(struct drive_config, cyls, 0, 65535),
    FIELD_I(struct drive_config, heads, 0, 16),
    FIELD_I(struct drive_config, secs, 0, 255),
    FIELD_I(struct drive_config, chs_trans, CHS_AUTO, CHS_RECHS),
    FIELD_S(struct drive_config, name),
    FIELD_S(struct drive_config, id),
    FIELD_S(struct drive_config, serial),
};
static FIELD_TABLE(drive_table, drive_rows);

static const struct field device_rows[] = {
    FIELD_S(struct device_config, cls),
    FIELD_S(struct device_config, id),
    FIELD_S_LIST(struct device_config, props, nprops),
};
static FIELD_TABLE(device_table, device_rows);

static const struct field global_rows[] = {
    FIELD_S(struct global_config, cls),
    FIELD_S(struct global_config, name),
    FIELD_S(struct global_config, value),
};
static FIELD_TABLE(global_table, global_rows);

static const struct field machine_rows[] = {
    FIELD_S(struct machine_config, machine),
    FIELD_S(struct machine_config, cpu),
    FIELD_I(struct machine_config, engine, ENGINE_INTERP, ENGINE_TCG),
    FIELD_I(struct machine_config, ram_mb, 1, MAX_RAM_MB),
    FIELD_I(struct machine_config, clock, CLOCK_HOST, CLOCK_VIRTUAL),
    FIELD_ANY(struct machine_config, clock_rate),
    FIELD_ANY(struct machine_config, rtc_seconds),
    FIELD_ARRAY(struct machine_config, drive, &drive_table),
    FIELD_B_ARRAY(struct machine_config, serial),
    FIELD_B_ARRAY(struct machine_config, parallel),
    FIELD_B(struct machine_config, nodefaults),
    FIELD_B(struct machine_config, vga),
    FIELD_B(struct machine_config, debugcon),
    FIELD_ANY(struct machine_config, debugcon_iobase),
    FIELD_LIST(struct machine_config, device, ndevices, &device_table),
    FIELD_S(struct machine_config, cmdline),
    FIELD_S(struct machine_config, kernel_name),
    FIELD_S_LIST(struct machine_config, module_cmdline, nmodules),
    FIELD_S(struct machine_config, boot),
    FIELD_S(struct machine_config, boot_once),
    FIELD_B(struct machine_config, boot_menu),
    FIELD_B(struct machine_config, boot_strict),
    FIELD_ANY(struct machine_config, boot_splash_ms),
    FIELD_ANY(struct machine_config, boot_retry_ms),
    FIELD_B(struct machine_config, acpi),
    FIELD_B(struct machine_config, hpet),
    FIELD_B(struct machine_config, usb),
    FIELD_B(struct machine_config, vmport),
    FIELD_LIST(struct machine_config, global, nglobals, &global_table),
    FIELD_S(struct machine_config, name),
    FIELD_RAW(struct machine_config, uuid),
    FIELD_B(struct machine_config, uuid_said),
    FIELD_B(struct machine_config, no_reboot),
    FIELD_B(struct machine_config, no_shutdown),
    FIELD_B(struct machine_config, start_paused),
};
static FIELD_TABLE(machine_table, machine_rows);

/* clang-format off */
static const struct field run_rows[] = {
    FIELD_B(struct run_config, display),
    FIELD_I(struct run_config, log, 0, TRACE_ALL),
    FIELD_B(struct run_config, audio),
    FIELD_I(struct run_config, speed, 0, LINK_SPEED_MAX),
    FIELD_B(struct run_config, require_jail),
};
/* clang-format on */
static FIELD_TABLE(run_table, run_rows);

void config_put_drive(const struct drive_config *d, struct buf *out)
{
    fields_put(&drive_table, d, out);
}

bool config_get_drive(struct drive_config *d, struct reader *r)
{
    struct error err;
    d->fd = -1;
    if (!fields_get(&drive_table, d, r, &err))
        r->bad = true;
    return !r->bad;
}

void config_put(const struct machine_config *cfg, const struct run_config *run, struct buf *out)
{
    fields_put(&machine_table, cfg, out);
    fields_put(&run_table, run, out);
}

static void print_file(const char *name, const struct rom_config *r, struct buf *out)
{
    if (r->len)
        buf_printf(out, "%s=%zu bytes, %016llx\n", name, r->len, (unsigned long long)hash_bytes(0, r->data, r->len));
}

void config_print(const struct machine_config *cfg, struct buf *out)
{
    static const char *const host_alone[] = {"engine",      "clock", "rtc_seconds", "start_paused",
                                             "no_shutdown", "name",  "kernel_name", "id",
                                             "snapshot",    "cache", "guessed",     NULL};
    fields_print(&machine_table, cfg, "", host_alone, out);
    print_file("bios", &cfg->bios, out);
    print_file("vga_rom", &cfg->vga_rom, out);
    print_file("kernel", &cfg->kernel, out);
    print_file("initrd", &cfg->initrd, out);
    for (unsigned i = 0; i < cfg->nmodules; i++)
        print_file("module", &cfg->module[i], out);
    for (unsigned i = 0; i < cfg->nroms; i++)
        print_file("option-rom", &cfg->rom[i], out);
}

bool config_get(struct machine_config *cfg, struct run_config *run, const void *data, size_t len, struct error *err)
{
    struct reader r = {data, (const uint8_t *)data + len, false};
    memset(cfg, 0, sizeof *cfg);
    memset(run, 0, sizeof *run);
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        cfg->drive[i].fd = -1;
    if (!fields_get(&machine_table, cfg, &r, err) || !fields_get(&run_table, run, &r, err))
        return error_prefix(err, "the configuration message is malformed");
    if (r.p != r.end)
        return error_set(err, "the configuration message is malformed: bytes are left over");
    return true;
}
