/* SPDX-License-Identifier: MIT */
/*
 * The configuration as a message. Strings are u32 length and bytes; everything else is u8, u32 or
 * u64, in the order below. Both ends are the same program, so the format needs no version.
 */
#include "link/configmsg.h"

#include <string.h>

#include "base/bits.h"
#include "base/error.h"
#include "dbg/trace.h"
#include "link/link.h"

enum { MAX_RAM_MB = 3583 };

static void put_string(struct buf *b, const char *s, size_t room)
{
    size_t n = strnlen(s, room - 1);
    buf_add32(b, (uint32_t)n);
    buf_add(b, s, n);
}

static void get_string(struct reader *r, char *s, size_t room)
{
    uint32_t n = get32(r);
    const char *p = n < room ? get_bytes(r, n) : NULL;
    if (!p || memchr(p, 0, n)) {
        r->bad = true;
        return;
    }
    memcpy(s, p, n);
    s[n] = 0;
}

static bool get_bool(struct reader *r)
{
    uint8_t v = get8(r);
    if (v > 1)
        r->bad = true;
    return v == 1;
}

static uint32_t get_bounded(struct reader *r, uint32_t min, uint32_t max)
{
    uint32_t v = get32(r);
    if (v < min || v > max) {
        r->bad = true;
        return min;
    }
    return v;
}

void config_put_drive(const struct drive_config *d, struct buf *b)
{
    buf_add8(b, d->present);
    buf_add8(b, d->medium);
    buf_add32(b, d->kind);
    buf_add8(b, d->readonly);
    buf_add8(b, d->snapshot);
    buf_add64(b, d->bytes);
    buf_add32(b, d->cache);
    buf_add8(b, d->guessed);
    buf_add32(b, (uint32_t)d->bootindex);
    put_string(b, d->name, sizeof d->name);
    put_string(b, d->id, sizeof d->id);
    put_string(b, d->serial, sizeof d->serial);
}

bool config_get_drive(struct drive_config *d, struct reader *r)
{
    d->fd = -1;
    d->present = get_bool(r);
    d->medium = get_bool(r);
    d->kind = (enum drive_kind)get_bounded(r, DRIVE_DISK, DRIVE_FLOPPY);
    d->readonly = get_bool(r);
    d->snapshot = get_bool(r);
    d->bytes = get64(r);
    d->cache = (enum cache_mode)get_bounded(r, CACHE_WRITEBACK, CACHE_UNSAFE);
    d->guessed = get_bool(r);
    d->bootindex = (int32_t)get32(r);
    get_string(r, d->name, sizeof d->name);
    get_string(r, d->id, sizeof d->id);
    get_string(r, d->serial, sizeof d->serial);
    return !r->bad;
}

static void put_device(struct buf *b, const struct device_config *d)
{
    put_string(b, d->cls, sizeof d->cls);
    put_string(b, d->id, sizeof d->id);
    buf_add32(b, d->nprops);
    for (unsigned i = 0; i < d->nprops; i++)
        put_string(b, d->props[i], sizeof d->props[i]);
}

static void get_device(struct reader *r, struct device_config *d)
{
    get_string(r, d->cls, sizeof d->cls);
    get_string(r, d->id, sizeof d->id);
    d->nprops = get_bounded(r, 0, ARRAY_LEN(d->props));
    for (unsigned i = 0; i < d->nprops && !r->bad; i++)
        get_string(r, d->props[i], sizeof d->props[i]);
}

static void put_global(struct buf *b, const struct global_config *g)
{
    put_string(b, g->cls, sizeof g->cls);
    put_string(b, g->name, sizeof g->name);
    put_string(b, g->value, sizeof g->value);
}

static void get_global(struct reader *r, struct global_config *g)
{
    get_string(r, g->cls, sizeof g->cls);
    get_string(r, g->name, sizeof g->name);
    get_string(r, g->value, sizeof g->value);
}

void config_put(const struct machine_config *cfg, const struct run_config *run, struct buf *out)
{
    put_string(out, cfg->machine, sizeof cfg->machine);
    put_string(out, cfg->cpu, sizeof cfg->cpu);
    buf_add32(out, cfg->engine);
    buf_add32(out, cfg->ram_mb);
    buf_add32(out, cfg->clock);
    buf_add64(out, cfg->clock_rate);
    buf_add64(out, cfg->rtc_seconds);
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        config_put_drive(&cfg->drive[i], out);
    for (unsigned i = 0; i < MAX_SERIAL; i++)
        buf_add8(out, cfg->serial[i]);
    for (unsigned i = 0; i < MAX_PARALLEL; i++)
        buf_add8(out, cfg->parallel[i]);
    buf_add8(out, cfg->nodefaults);
    buf_add8(out, cfg->vga);
    buf_add8(out, cfg->debugcon);
    buf_add32(out, cfg->debugcon_iobase);
    buf_add32(out, cfg->ndevices);
    for (unsigned i = 0; i < cfg->ndevices; i++)
        put_device(out, &cfg->device[i]);
    put_string(out, cfg->cmdline, sizeof cfg->cmdline);
    put_string(out, cfg->kernel_name, sizeof cfg->kernel_name);
    buf_add32(out, cfg->nmodules);
    for (unsigned i = 0; i < cfg->nmodules; i++)
        put_string(out, cfg->module_cmdline[i], sizeof cfg->module_cmdline[i]);
    put_string(out, cfg->boot, sizeof cfg->boot);
    put_string(out, cfg->boot_once, sizeof cfg->boot_once);
    buf_add8(out, cfg->boot_menu);
    buf_add8(out, cfg->boot_strict);
    buf_add32(out, cfg->boot_splash_ms);
    buf_add32(out, (uint32_t)cfg->boot_retry_ms);
    buf_add8(out, cfg->acpi);
    buf_add8(out, cfg->hpet);
    buf_add8(out, cfg->usb);
    buf_add8(out, cfg->vmport);
    buf_add32(out, cfg->nglobals);
    for (unsigned i = 0; i < cfg->nglobals; i++)
        put_global(out, &cfg->global[i]);
    put_string(out, cfg->name, sizeof cfg->name);
    buf_add(out, cfg->uuid, sizeof cfg->uuid);
    buf_add8(out, cfg->uuid_said);
    buf_add8(out, cfg->no_reboot);
    buf_add8(out, cfg->no_shutdown);
    buf_add8(out, cfg->start_paused);
    buf_add8(out, run->display);
    buf_add32(out, run->log);
    buf_add8(out, run->audio);
    buf_add32(out, run->speed);
}

bool config_get(struct machine_config *cfg, struct run_config *run, const void *data, size_t len, struct error *err)
{
    struct reader r = {data, (const uint8_t *)data + len, false};
    memset(cfg, 0, sizeof *cfg);
    memset(run, 0, sizeof *run);
    get_string(&r, cfg->machine, sizeof cfg->machine);
    get_string(&r, cfg->cpu, sizeof cfg->cpu);
    cfg->engine = (enum engine_kind)get_bounded(&r, ENGINE_INTERP, ENGINE_TCG);
    cfg->ram_mb = get_bounded(&r, 1, MAX_RAM_MB);
    cfg->clock = (enum clock_mode)get_bounded(&r, CLOCK_HOST, CLOCK_VIRTUAL);
    cfg->clock_rate = get64(&r);
    cfg->rtc_seconds = get64(&r);
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        config_get_drive(&cfg->drive[i], &r);
    for (unsigned i = 0; i < MAX_SERIAL; i++)
        cfg->serial[i] = get_bool(&r);
    for (unsigned i = 0; i < MAX_PARALLEL; i++)
        cfg->parallel[i] = get_bool(&r);
    cfg->nodefaults = get_bool(&r);
    cfg->vga = get_bool(&r);
    cfg->debugcon = get_bool(&r);
    cfg->debugcon_iobase = (uint16_t)get_bounded(&r, 0, UINT16_MAX);
    cfg->ndevices = get_bounded(&r, 0, MAX_DEVICES);
    for (unsigned i = 0; i < cfg->ndevices && !r.bad; i++)
        get_device(&r, &cfg->device[i]);
    get_string(&r, cfg->cmdline, sizeof cfg->cmdline);
    get_string(&r, cfg->kernel_name, sizeof cfg->kernel_name);
    cfg->nmodules = get_bounded(&r, 0, MAX_MODULES);
    for (unsigned i = 0; i < cfg->nmodules && !r.bad; i++)
        get_string(&r, cfg->module_cmdline[i], sizeof cfg->module_cmdline[i]);
    get_string(&r, cfg->boot, sizeof cfg->boot);
    get_string(&r, cfg->boot_once, sizeof cfg->boot_once);
    cfg->boot_menu = get_bool(&r);
    cfg->boot_strict = get_bool(&r);
    cfg->boot_splash_ms = get32(&r);
    cfg->boot_retry_ms = (int32_t)get32(&r);
    cfg->acpi = get_bool(&r);
    cfg->hpet = get_bool(&r);
    cfg->usb = get_bool(&r);
    cfg->vmport = get_bool(&r);
    cfg->nglobals = get_bounded(&r, 0, MAX_GLOBALS);
    for (unsigned i = 0; i < cfg->nglobals && !r.bad; i++)
        get_global(&r, &cfg->global[i]);
    get_string(&r, cfg->name, sizeof cfg->name);
    const void *uuid = get_bytes(&r, sizeof cfg->uuid);
    if (uuid)
        memcpy(cfg->uuid, uuid, sizeof cfg->uuid);
    cfg->uuid_said = get_bool(&r);
    cfg->no_reboot = get_bool(&r);
    cfg->no_shutdown = get_bool(&r);
    cfg->start_paused = get_bool(&r);
    run->display = get_bool(&r);
    run->log = get_bounded(&r, 0, TRACE_ALL);
    run->audio = get_bool(&r);
    run->speed = get_bounded(&r, 0, LINK_SPEED_MAX);
    if (r.bad || r.p != r.end)
        return error_set(err, "the configuration message is malformed");
    return true;
}
