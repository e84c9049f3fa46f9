/* SPDX-License-Identifier: MIT */
/* The command line: processor, memory, kind of machine, clocks. */
#include "config.h"

#include "ctl/options_private.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MIN_RAM_MB = 1, MAX_RAM_MB = 3583 };

bool take_m(struct options *o, const char *arg, struct error *err)
{
    if (!strncmp(arg, "size=", 5))
        arg += 5;
    char *end;
    errno = 0;
    unsigned long long v = strtoull(arg, &end, 10);
    uint64_t unit = 1 << 20;
    if (*end == 'k' || *end == 'K')
        unit = 1 << 10;
    else if (*end == 'g' || *end == 'G')
        unit = 1 << 30;
    else if (*end == 't' || *end == 'T')
        unit = UINT64_C(1) << 40;
    if (*end && strchr("kKmMgGtT", *end))
        end++;
    if (!isdigit((unsigned char)*arg) || *end || errno)
        return error_set(
            err, "-m %s: say a number of megabytes, or one with K, M or G; 128 or 1G for example",
            arg);
    uint64_t mb = v > UINT64_MAX / unit ? UINT64_MAX : v * unit >> 20;
    if (mb < MIN_RAM_MB || mb > MAX_RAM_MB)
        return error_set(err, "-m %s: the machine takes %d to %d megabytes", arg, MIN_RAM_MB,
                         MAX_RAM_MB);
    o->cfg.ram_mb = (uint32_t)mb;
    return true;
}

bool take_cpu(struct options *o, const char *arg, struct error *err)
{
    if (asks_help(arg)) {
        o->list = "cpu";
        return true;
    }
    char name[sizeof o->cfg.cpu];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(arg, ","), arg);
    if (!in_catalog(catalog_cpus(), name))
        return error_set(err, "-cpu %s: no such model; '-cpu help' lists them", arg);
    if (strchr(arg, ','))
        return error_set(err, "-cpu %s: features cannot be switched one by one; choose a model",
                         arg);
    return copy_word(o->cfg.cpu, sizeof o->cfg.cpu, arg, "-cpu", err);
}

bool take_accel(struct options *o, const char *arg, struct error *err)
{
    if (asks_help(arg)) {
        o->list = "accel";
        return true;
    }
    if (!strcmp(arg, "interp"))
        o->cfg.engine = ENGINE_INTERP;
    else if (!strcmp(arg, "tcg"))
        o->cfg.engine = ENGINE_TCG;
    else if (!strcmp(arg, "kvm") || !strncmp(arg, "kvm,", 4))
        return error_set(
            err, "-accel kvm: the CPU is software: there is no hypervisor to use; say -accel tcg");
    else
        return error_set(err, "-accel %s: there are interp and tcg", arg);
    return true;
}

bool take_machine(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    if (asks_help(arg)) {
        o->list = "machine";
        return true;
    }
    while (keyval_next(&arg, &kv)) {
        const char *v = kv.has_value ? kv.value : kv.key;
        if (kv.has_value && !strcmp(kv.key, "accel")) {
            if (!take_accel(o, kv.value, err))
                return false;
        } else if (kv.has_value && strcmp(kv.key, "type")) {
            return error_set(
                err, "-machine %s=%s: not supported; there are type= and accel=", kv.key, v);
        } else if (!in_catalog(catalog_machines(), v)) {
            return error_set(err, "-machine %s: no such machine; '-machine help' lists them", v);
        } else if (!copy_word(o->cfg.machine, sizeof o->cfg.machine, v, "-machine", err)) {
            return false;
        }
    }
    return true;
}

bool take_smp(struct options *o, const char *arg, struct error *err)
{
    (void)o;
    if (strcmp(arg, "1") && strcmp(arg, "cpus=1"))
        return error_set(err, "-smp %s: this machine has one processor; leave -smp out", arg);
    return true;
}

static bool parse_date(const char *s, uint64_t *seconds)
{
    struct tm tm = {0};
    const char *end = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!end || *end) {
        memset(&tm, 0, sizeof tm);
        end = strptime(s, "%Y-%m-%d", &tm);
    }
    time_t t = end && !*end ? timegm(&tm) : -1;
    if (t < 0)
        return false;
    *seconds = (uint64_t)t;
    return true;
}

bool take_rtc(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    while (keyval_next(&arg, &kv)) {
        if (strcmp(kv.key, "base"))
            return error_set(
                err, "-rtc %s: not supported; there is base=utc|localtime|YYYY-MM-DD[Thh:mm:ss]",
                kv.key);
        if (!strcmp(kv.value, "utc")) {
            o->cfg.rtc_seconds = (uint64_t)time(NULL);
        } else if (!strcmp(kv.value, "localtime")) {
            time_t now = time(NULL);
            struct tm tm;
            localtime_r(&now, &tm);
            o->cfg.rtc_seconds = (uint64_t)timegm(&tm);
        } else if (!parse_date(kv.value, &o->cfg.rtc_seconds)) {
            return error_set(
                err, "-rtc base=%s: say utc, localtime or a date such as 2024-02-29T12:00:00",
                kv.value);
        }
        o->rtc_said = true;
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

bool take_vga(struct options *o, const char *arg, struct error *err)
{
    if (strcmp(arg, "std") && strcmp(arg, "none"))
        return error_set(err, "-vga %s: there are std and none", arg);
    o->cfg.vga = !strcmp(arg, "std");
    o->vga_said = true;
    return true;
}

bool take_nodefaults(struct options *o, const char *arg, struct error *err)
{
    (void)arg;
    (void)err;
    o->cfg.nodefaults = true;
    return true;
}

bool take_net(struct options *o, const char *arg, struct error *err)
{
    (void)o;
    if (strcmp(arg, "none"))
        return error_set(err, "-net %s: there is no network adapter in this machine; say none",
                         arg);
    return true;
}

bool take_nic(struct options *o, const char *arg, struct error *err)
{
    (void)o;
    if (strcmp(arg, "none"))
        return error_set(err, "-nic %s: there is no network adapter in this machine; say none",
                         arg);
    return true;
}
