/* SPDX-License-Identifier: MIT */
/* The command line: -cpu, and -accel with -machine's accel=. */
#include "config.h"

#include <string.h>

#include "base/bits.h"
#include "ctl/options/options_priv.h"

/* NOTE: the width of physical addresses is the model's: 36 bits with PAE or PSE-36. */
static void note_phys_bits(struct options *o, const char *spec)
{
    struct keyval kv;
    while (keyval_next(&spec, &kv))
        if (!strcmp(kv.key, "phys-bits") && strcmp(kv.value, "0") && strcmp(kv.value, "36"))
            add_note(o, "-cpu phys-bits=%s: physical addresses have the model's width, at most 36 bits", kv.value);
}

/* Models of QEMU's that are not here: 64-bit processors, and 32-bit ones by what is near to them. */
static const char *other_model(const char *name, size_t len)
{
    static const char *const wide[] = {"qemu64",    "kvm64",    "core2duo",    "phenom",    "Conroe",   "Penryn",
                                       "Nehalem",   "Westmere", "SandyBridge", "IvyBridge", "Haswell",  "Broadwell",
                                       "Skylake",   "Cascade",  "Cooperlake",  "Icelake",   "Sapphire", "Denverton",
                                       "Snowridge", "Knights",  "Opteron",     "EPYC",      "Dhyana"};
    static const char *const narrow[] = {"kvm32", "coreduo", "athlon", "n270", "base"};
    for (size_t i = 0; i < ARRAY_LEN(wide); i++)
        if (len >= strlen(wide[i]) && !strncmp(name, wide[i], strlen(wide[i])))
            return "a 64-bit processor, and Vitrine has 32-bit ones; say max for all that there is";
    for (size_t i = 0; i < ARRAY_LEN(narrow); i++)
        if (len == strlen(narrow[i]) && !strncmp(name, narrow[i], len))
            return "this model is not there; qemu32, pentium3 and pentium4 are near to it, and max has all that there "
                   "is";
    return NULL;
}

bool take_cpu(struct options *o, const char *arg, struct error *err)
{
    char spec[sizeof o->cfg.cpu];
    size_t n = strcspn(arg, ",");
    if (asks_help(arg)) {
        o->list = "cpu";
        return true;
    }
    bool host = n == 4 && !strncmp(arg, "host", n);
    if (!copy_word(spec, sizeof spec, arg, "-cpu", err))
        return false;
    if (host) {
        add_note(o, "-cpu host: the CPU is software; taken as max, which has all that there is");
        snprintf(spec, sizeof spec, "max%s", arg + n);
    }
    const char *reason = other_model(arg, n);
    if (reason)
        return error_set(err, "-cpu %.*s: %s", (int)n, arg, reason);
    note_phys_bits(o, spec);
    return catalog_cpu_check(spec, err) && copy_word(o->cfg.cpu, sizeof o->cfg.cpu, spec, "-cpu", err);
}

static const char NO_HYPERVISOR[] = "the CPU is software: there is no hypervisor to use";

/* One accelerator; of all that are named the first that there is counts, as in QEMU. False: nobody knows it. */
static bool try_accel(struct options *o, const char *option, const char *name, bool *there)
{
    static const char *const hypervisors[] = {"kvm", "hax", "hvf", "whpx", "nvmm", "xen", NULL};
    bool tcg = !strcmp(name, "tcg"), first = !o->accel_found;
    *there = tcg || !strcmp(name, "interp");
    for (const char *const *p = hypervisors; *p; p++)
        if (!strcmp(*p, name)) {
            if (!o->accel_missing[0])
                snprintf(o->accel_missing, sizeof o->accel_missing, "%s%s", option, name);
            return true;
        }
    if (!*there)
        return false;
    o->accel_found = true;
    if (first)
        o->cfg.engine = tcg ? ENGINE_TCG : ENGINE_INTERP;
    if (first && o->accel_missing[0])
        add_note(o, "%s: %s; %s is taken", o->accel_missing, NO_HYPERVISOR, name);
    return true;
}

bool accel_list(struct options *o, const char *list, const char *option, bool *last_there, struct error *err)
{
    for (const char *p = list;;) {
        char name[16];
        size_t n = strcspn(p, ":");
        snprintf(name, sizeof name, "%.*s", (int)n, p);
        if (!try_accel(o, option, name, last_there))
            return error_set(err, "%s%s: there are interp and tcg", option, list);
        if (!p[n])
            return true;
        p += n + 1;
    }
}

bool accel_complete(const struct options *o, struct error *err)
{
    return !o->accel_missing[0] || o->accel_found ||
           error_set(err, "%s: %s; say -accel tcg, or leave it out", o->accel_missing, NO_HYPERVISOR);
}

bool take_accel(struct options *o, const char *arg, struct error *err)
{
    static const struct {
        const char *key, *value;
    } same[] = {{"thread", "single"}, {"one-insn-per-tb", "off"}, {"split-wx", "off"}};
    struct keyval kv;
    bool there;
    if (asks_help(arg)) {
        o->list = "accel";
        return true;
    }
    const char *whole = arg;
    if (!keyval_next(&arg, &kv) || (kv.has_value && strcmp(kv.key, "accel")))
        return error_set(err, "-accel %s: there are interp and tcg", whole);
    if (!accel_list(o, kv.has_value ? kv.value : kv.key, "-accel ", &there, err))
        return false;
    while (there && keyval_next(&arg, &kv)) { /* what is said of an accelerator that is not there does not count */
        size_t i = 0;
        while (i < ARRAY_LEN(same) && (strcmp(same[i].key, kv.key) || strcmp(same[i].value, kv.value)))
            i++;
        if (i == ARRAY_LEN(same) && strcmp(kv.key, "tb-size"))
            return error_set(err, "-accel %s: '%s=%s' is not supported; leave it out", whole, kv.key, kv.value);
    }
    return true;
}
