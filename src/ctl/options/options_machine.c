/* SPDX-License-Identifier: MIT */
/* The command line: processor, memory, kind of machine, clocks. */
#include "config.h"

#include "ctl/options/options_priv.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bits.h"

enum { MIN_RAM_MB = 1, MAX_RAM_MB = 3583 };

/* A number with a suffix of QEMU's, as megabytes; UINT64_MAX for what is none. */
static uint64_t megabytes(const char *arg, uint64_t unit)
{
    static const char suffix[] = "bkmgt";
    char *end;
    errno = 0;
    unsigned long long v = strtoull(arg, &end, 10);
    const char *at = *end ? strchr(suffix, tolower((unsigned char)*end)) : NULL;
    if (at) {
        unit = UINT64_C(1) << 10 * (at - suffix);
        end++;
    }
    if (!isdigit((unsigned char)*arg) || *end || errno)
        return UINT64_MAX;
    return v > UINT64_MAX / unit ? UINT64_MAX - 1 : v * unit >> 20;
}

bool take_m(struct options *o, const char *arg, struct error *err)
{
    const char *whole = arg;
    uint64_t mb = UINT64_MAX, most = 0;
    struct keyval kv;
    while (keyval_next(&arg, &kv)) {
        const char *v = kv.has_value ? kv.value : kv.key;
        if (!kv.has_value || !strcmp(kv.key, "size"))
            mb = megabytes(v, 1 << 20);
        else if (!strcmp(kv.key, "maxmem"))
            most = megabytes(v, 1 << 20);
        else if (strcmp(kv.key, "slots") || strcmp(v, "0"))
            return error_set(err, "-m %s=%s: memory cannot be added while it runs; say -m SIZE", kv.key, v);
    }
    if (mb == UINT64_MAX)
        return error_set(err, "-m %s: say a number of megabytes, or one with K, M or G; 128 or 1G for example", whole);
    if (mb < MIN_RAM_MB || mb > MAX_RAM_MB)
        return error_set(err, "-m %s: the machine takes %d to %d megabytes", whole, MIN_RAM_MB, MAX_RAM_MB);
    if (most && most != mb)
        return error_set(err, "-m %s: memory cannot be added while it runs; leave maxmem= out", whole);
    o->cfg.ram_mb = (uint32_t)mb;
    return true;
}

/* What -machine switches, and what it may say since it changes nothing here. */
static bool machine_switch(struct options *o, const struct keyval *kv, bool *known, struct error *err)
{
    struct machine_config *c = &o->cfg;
    const struct {
        const char *key;
        bool *to;
    } sw[] = {{"acpi", &c->acpi}, {"hpet", &c->hpet}, {"usb", &c->usb}, {"vmport", &c->vmport}};
    static const struct {
        const char *key;
        bool must;
    } fixed[] = {{"pit", true},    {"pic", true},     {"i8042", true}, {"rtc", true},
                 {"smbus", false}, {"nvdimm", false}, {"hmat", false}, {"sata", false}};
    static const char *const nothing[] = {"dump-guest-core", "mem-merge", "smm", "graphics"};
    bool on;
    *known = true;
    for (size_t i = 0; i < ARRAY_LEN(sw); i++)
        if (!strcmp(sw[i].key, kv->key)) {
            if (!strcmp(kv->value, "auto"))
                return true;
            return keyval_bool(kv, sw[i].to, err);
        }
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
        if (!strcmp(fixed[i].key, kv->key))
            return keyval_bool(kv, &on, err) &&
                   (on == fixed[i].must || error_set(err, "%s=%s: this machine is always with %s=%s", kv->key,
                                                     kv->value, kv->key, fixed[i].must ? "on" : "off"));
    for (size_t i = 0; i < ARRAY_LEN(nothing); i++)
        if (!strcmp(nothing[i], kv->key))
            return !strcmp(kv->value, "auto") || keyval_bool(kv, &on, err);
    *known = false;
    return true;
}

static bool machine_key(struct options *o, const struct keyval *kv, struct error *err)
{
    static const struct {
        const char *key, *option;
    } same[] = {{"kernel", "kernel"}, {"initrd", "initrd"}, {"append", "append"}, {"firmware", "bios"}};
    bool known;
    if (!strcmp(kv->key, "accel"))
        return accel_list(o, kv->value, "-machine accel=", &known, err);
    if (!machine_switch(o, kv, &known, err))
        return error_prefix(err, "-machine");
    if (known)
        return true;
    if (!strcmp(kv->key, "pcspk-audiodev"))
        return copy_word(o->speaker_id, sizeof o->speaker_id, kv->value, "-machine pcspk-audiodev=", err);
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        if (!strcmp(same[i].key, kv->key))
            return error_set(err, "-machine %s=: say -%s %s", kv->key, same[i].option, kv->value);
    return error_set(err,
                     "-machine %s=%s: not supported; there are type=, accel=, acpi=, hpet=, usb= and vmport=", kv->key,
                     kv->value);
}

/* "pc-i440fx-7.2": each version of QEMU has had its own, from pc-0.10 on; they are one machine here. */
static bool is_versioned_pc(const char *v)
{
    static const struct {
        const char *prefix;
        unsigned major, first, last;
    } had[] = {{"pc-", 0, 10, 15},      {"pc-", 1, 0, 3},        {"pc-i440fx-", 1, 4, 7}, {"pc-i440fx-", 2, 0, 12},
               {"pc-i440fx-", 3, 0, 1}, {"pc-i440fx-", 4, 0, 2}, {"pc-i440fx-", 5, 0, 2}, {"pc-i440fx-", 6, 0, 2},
               {"pc-i440fx-", 7, 0, 2}, {"pc-i440fx-", 8, 0, 2}, {"pc-i440fx-", 9, 0, 2}, {"pc-i440fx-", 10, 0, 2}};
    for (size_t i = 0; i < ARRAY_LEN(had); i++)
        for (unsigned minor = had[i].first; minor <= had[i].last; minor++) {
            char name[32];
            snprintf(name, sizeof name, "%s%u.%u", had[i].prefix, had[i].major, minor);
            if (!strcmp(name, v))
                return true;
        }
    return false;
}

static bool machine_type(struct options *o, const char *v, struct error *err)
{
    static const char *const others[] = {"q35", "pc-q35-", "microvm", "isapc", "xenpv", "xenfv", "x-remote", "none"};
    if (is_versioned_pc(v)) {
        add_note(o, "-machine %s: taken as pc, whose versions are one machine here", v);
        v = catalog_machines()[0];
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (!strncmp(v, others[i], strlen(others[i])))
            return error_set(err, "-machine %s: no such machine; there is pc, an i440FX with a PIIX3", v);
    if (!in_catalog(catalog_machines(), v))
        return error_set(err, "-machine %s: no such machine; '-machine help' lists them", v);
    return copy_word(o->cfg.machine, sizeof o->cfg.machine, v, "-machine", err);
}

bool take_machine(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    if (asks_help(arg)) {
        o->list = "machine";
        return true;
    }
    while (keyval_next(&arg, &kv)) {
        if (kv.has_value && strcmp(kv.key, "type")) {
            if (!machine_key(o, &kv, err))
                return false;
            continue;
        }
        if (!machine_type(o, kv.has_value ? kv.value : kv.key, err))
            return false;
    }
    return true;
}

bool take_usbdevice(struct options *o, const char *arg, struct error *err)
{
    static const struct {
        const char *name, *device;
    } known[] = {{"tablet", "usb-tablet"}, {"mouse", "usb-mouse"}, {"keyboard", "usb-kbd"}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (strcmp(arg, known[i].name))
            continue;
        o->cfg.usb = true;
        return take_device(o, known[i].device, err);
    }
    return error_set(err, "-usbdevice %s: there are tablet, mouse and keyboard", arg);
}

bool take_smp(struct options *o, const char *arg, struct error *err)
{
    static const char *const known[] = {"cpus", "sockets", "dies", "clusters", "cores", "threads", "maxcpus"};
    const char *whole = arg;
    struct keyval kv;
    (void)o;
    while (keyval_next(&arg, &kv)) {
        const char *v = kv.has_value ? kv.value : kv.key;
        bool good = !kv.has_value;
        for (size_t i = 0; i < ARRAY_LEN(known) && !good; i++)
            good = !strcmp(kv.key, known[i]);
        if (!good || !*v || strspn(v, "0123456789") != strlen(v))
            return error_set(err, "-smp %s: say 1, or cpus=1 with sockets=, cores= and threads=1", whole);
        if (strcmp(v, "1"))
            return error_set(err,
                             "-smp %s: this machine has one processor, since replay and virtual "
                             "time need one order of events; leave -smp out",
                             whole);
    }
    return true;
}

static bool parse_uuid(const char *s, uint8_t uuid[16])
{
    for (unsigned i = 0; i < 16; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && *s++ != '-')
            return false;
        unsigned v = 0;
        for (unsigned n = 0; n < 2; n++, s++) {
            static const char digits[] = "0123456789abcdef";
            const char *at = *s ? strchr(digits, tolower((unsigned char)*s)) : NULL;
            if (!at)
                return false;
            v = v << 4 | (unsigned)(at - digits);
        }
        uuid[i] = (uint8_t)v;
    }
    return !*s;
}

bool take_uuid(struct options *o, const char *arg, struct error *err)
{
    o->cfg.uuid_said = parse_uuid(arg, o->cfg.uuid);
    return o->cfg.uuid_said || error_set(err,
                                         "-uuid %s: say 32 hexadecimal digits as "
                                         "550e8400-e29b-41d4-a716-446655440000",
                                         arg);
}

/* A number of one to `digits` digits, and what must follow it. */
static bool date_part(const char **s, unsigned digits, char then, int *v)
{
    unsigned n = 0;
    for (*v = 0; n < digits && isdigit((unsigned char)**s); n++)
        *v = *v * 10 + *(*s)++ - '0';
    return n && (then ? *(*s)++ == then : true);
}

/* YYYY-MM-DD or YYYY-MM-DDThh:mm:ss, a day that the calendar has, from 1970 on. */
static bool parse_date(const char *s, uint64_t *seconds)
{
    struct tm tm = {0}, back;
    if (!date_part(&s, 4, '-', &tm.tm_year) || !date_part(&s, 2, '-', &tm.tm_mon) || !date_part(&s, 2, 0, &tm.tm_mday))
        return false;
    if (*s == 'T') {
        s++;
        if (!date_part(&s, 2, ':', &tm.tm_hour) || !date_part(&s, 2, ':', &tm.tm_min) ||
            !date_part(&s, 2, 0, &tm.tm_sec))
            return false;
    }
    tm.tm_year -= 1900;
    tm.tm_mon--;
    struct tm said = tm;
    time_t t = timegm(&tm); /* carries what is too large, so that it comes back as another date */
    if (*s || t < 0 || !gmtime_r(&t, &back))
        return false;
    *seconds = (uint64_t)t;
    return back.tm_year == said.tm_year && back.tm_mon == said.tm_mon && back.tm_mday == said.tm_mday &&
           back.tm_hour == said.tm_hour && back.tm_min == said.tm_min && back.tm_sec == said.tm_sec;
}

static bool rtc_base(struct options *o, const char *v, struct error *err)
{
    if (!strcmp(v, "utc")) {
        o->cfg.rtc_seconds = (uint64_t)time(NULL);
    } else if (!strcmp(v, "localtime")) {
        time_t now = time(NULL);
        struct tm tm;
        localtime_r(&now, &tm);
        o->cfg.rtc_seconds = (uint64_t)timegm(&tm);
    } else if (!parse_date(v, &o->cfg.rtc_seconds)) {
        return error_set(
            err, "-rtc base=%s: say utc, localtime or a date from 1970 on that there is, such as 2024-02-29T12:00:00",
            v);
    }
    o->rtc_said = true;
    return true;
}

/* NOTE: the clock runs by virtual time, always: clock=vm. Under --clock host that is the host's
 * time; no tick is ever lost, so that none has to be made up for. */
bool take_rtc(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    while (keyval_next(&arg, &kv)) {
        const char *v = kv.value;
        if (!strcmp(kv.key, "base")) {
            if (!rtc_base(o, v, err))
                return false;
        } else if (!strcmp(kv.key, "clock")) {
            if (strcmp(v, "host") && strcmp(v, "vm"))
                return error_set(err, "-rtc clock=%s: there are host and vm", v);
            o->rtc_host = !strcmp(v, "host");
        } else if (!strcmp(kv.key, "driftfix")) {
            if (strcmp(v, "none") && strcmp(v, "slew"))
                return error_set(err, "-rtc driftfix=%s: there are none and slew", v);
        } else {
            return error_set(err,
                             "-rtc %s: not supported; there are "
                             "base=utc|localtime|YYYY-MM-DD[Thh:mm:ss], clock=host|vm and driftfix=",
                             kv.key);
        }
    }
    return true;
}

bool take_clock(struct options *o, const char *arg, struct error *err)
{
    if (!strcmp(arg, "host"))
        o->cfg.clock = CLOCK_HOST;
    else if (!strcmp(arg, "virtual"))
        o->cfg.clock = CLOCK_VIRTUAL;
    else
        return error_set(err, "--clock %s: there are host and virtual", arg);
    return true;
}

bool take_speed(struct options *o, const char *arg, struct error *err)
{
    enum { SLOWEST = 1, FASTEST = 10000 };
    char *end;
    errno = 0;
    unsigned long n = strtoul(arg, &end, 10);
    if (*arg < '0' || *arg > '9' || errno || (*end && strcmp(end, "%")) || n < SLOWEST || n > FASTEST)
        return error_set(err, "--speed %.40s: say how many percent of the host's time, from 1 to 10000", arg);
    o->speed = (uint32_t)n;
    return true;
}

bool take_warp(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    (void)err;
    o->speed = 0;
    return true;
}

bool take_vga(struct options *o, const char *arg, struct error *err)
{
    static const char *const others[] = {"cirrus", "vmware", "qxl", "virtio", "tcx", "cg3", "xenfb"};
    if (asks_help(arg)) {
        o->list = "vga";
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (!strcmp(arg, others[i]))
            return error_set(err,
                             "-vga %s: there is no such adapter in this machine; std has VGA, VBE "
                             "and a linear frame buffer",
                             arg);
    if (strcmp(arg, "std") && strcmp(arg, "none"))
        return error_set(err, "-vga %s: there are std and none", arg);
    o->cfg.vga = !strcmp(arg, "std");
    o->vga_said = true;
    return true;
}

bool take_net(struct options *o, const char *arg, struct error *err)
{
    (void)o;
    if (strcmp(arg, "none"))
        return error_set(err, "-net %s: there is no network adapter in this machine; say none", arg);
    return true;
}

bool take_nic(struct options *o, const char *arg, struct error *err)
{
    (void)o;
    if (strcmp(arg, "none"))
        return error_set(err, "-nic %s: there is no network adapter in this machine; say none", arg);
    return true;
}
