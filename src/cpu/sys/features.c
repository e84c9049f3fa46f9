/* SPDX-License-Identifier: MIT */
/*
 * -cpu's argument: a model and changes of its features, "pentium3,+sse2,-pae,nx=on". The names are QEMU's. What Vitrine
 * implements is what the model "max" shows; other names of QEMU's are known, so that the message can say which it is,
 * and may be switched off. vendor=, model-id=, family=, model= and stepping= change what CPUID says of the processor.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bits.h"
#include "cpu/cpu.h"
#include "isa/cpuid.h"

struct flag {
    const char *name;
    size_t word; /* offset in struct cpu_model */
    uint32_t bit;
};
#define FLAG(name, member, bit)                       \
    {                                                 \
        name, offsetof(struct cpu_model, member), bit \
    }

static const struct flag flags[] = {
    FLAG("fpu", features, CPUID_FPU),
    FLAG("vme", features, CPUID_VME),
    FLAG("de", features, CPUID_DE),
    FLAG("pse", features, CPUID_PSE),
    FLAG("tsc", features, CPUID_TSC),
    FLAG("msr", features, CPUID_MSR),
    FLAG("pae", features, CPUID_PAE),
    FLAG("mce", features, CPUID_MCE),
    FLAG("cx8", features, CPUID_CX8),
    FLAG("apic", features, CPUID_APIC),
    FLAG("sep", features, CPUID_SEP),
    FLAG("mtrr", features, CPUID_MTRR),
    FLAG("pge", features, CPUID_PGE),
    FLAG("mca", features, CPUID_MCA),
    FLAG("cmov", features, CPUID_CMOV),
    FLAG("pat", features, CPUID_PAT),
    FLAG("pse36", features, CPUID_PSE36),
    FLAG("clflush", features, CPUID_CLFSH),
    FLAG("mmx", features, CPUID_MMX),
    FLAG("fxsr", features, CPUID_FXSR),
    FLAG("sse", features, CPUID_SSE),
    FLAG("sse2", features, CPUID_SSE2),
    FLAG("pni", features_ecx, CPUID_SSE3),
    FLAG("sse3", features_ecx, CPUID_SSE3),
    FLAG("nx", features_ext, CPUID_NX),
    FLAG("xd", features_ext, CPUID_NX),
    FLAG("invtsc", features_power, CPUID_INVARIANT_TSC),
    FLAG("tsc-adjust", features7, CPUID7_TSC_ADJUST),
    FLAG("smep", features7, CPUID7_SMEP),
    FLAG("smap", features7, CPUID7_SMAP),
    FLAG("umip", features7_ecx, CPUID7_UMIP),
    FLAG("arch-capabilities", features7_edx, CPUID7_ARCH_CAPABILITIES),
};

/* QEMU's names of what Vitrine does not have. */
static const char *const lacking[] = {
    "3dnow",    "3dnowext",     "3dnowprefetch", "abm",       "acpi",    "adx",        "aes",
    "avx",      "avx2",         "avx512f",       "bmi1",      "bmi2",    "cid",        "clflushopt",
    "clwb",     "cmp-legacy",   "cr8legacy",     "cx16",      "dca",     "ds",         "ds-cpl",
    "ds_cpl",   "dtes64",       "erms",          "est",       "extapic", "f16c",       "fma",
    "fma4",     "fsgsbase",     "fxsr-opt",      "gfni",      "ht",      "hypervisor", "ia64",
    "ibs",      "invpcid",      "la57",          "lahf-lm",   "lahf_lm", "lm",         "lwp",
    "md-clear", "misalignsse",  "mmxext",        "monitor",   "movbe",   "mpx",        "osvw",
    "osxsave",  "pbe",          "pcid",          "pclmulqdq", "pdcm",    "pdpe1gb",    "perfctr-core",
    "pku",      "pn",           "popcnt",        "rdpid",     "rdrand",  "rdseed",     "rdtscp",
    "rtm",      "hle",          "sha-ni",        "skinit",    "smx",     "spec-ctrl",  "ss",
    "ssbd",     "sse4.1",       "sse4_1",        "sse4.2",    "sse4_2",  "sse4a",      "ssse3",
    "stibp",    "svm",          "syscall",       "tbm",       "tce",     "tm",         "tm2",
    "topoext",  "tsc-deadline", "vmx",           "wdt",       "x2apic",  "xop",        "xsave",
    "xsavec",   "xsaveopt",     "xsaves",        "xtpr"};

const char *cpu_flag_at(unsigned i)
{
    return i < ARRAY_LEN(flags) ? flags[i].name : NULL;
}

static const struct flag *find_flag(const char *name)
{
    for (unsigned i = 0; i < ARRAY_LEN(flags); i++)
        if (!strcmp(flags[i].name, name))
            return &flags[i];
    return NULL;
}

static bool lacks(const char *name)
{
    for (unsigned i = 0; i < ARRAY_LEN(lacking); i++)
        if (!strcmp(lacking[i], name))
            return true;
    return false;
}

static bool set_flag(struct cpu_model *m, const char *name, bool on, struct error *err)
{
    const struct flag *f = find_flag(name);
    if (!f && !lacks(name))
        return error_set(err, "-cpu %s: there is no CPU feature '%s'; '-cpu help' lists the known ones", m->name, name);
    if (!f && on)
        return error_set(err, "-cpu %s: Vitrine has no '%s'; '-cpu help' lists the features that it has", m->name,
                         name);
    if (!f)
        return true;
    uint32_t *word = (uint32_t *)(void *)((uint8_t *)m + f->word);
    *word = on ? *word | f->bit : *word & ~f->bit;
    return true;
}

static bool switched(const char *text, bool *on)
{
    static const char *const yes[] = {"on", "yes", "true", "y"}, *const no[] = {"off", "no", "false", "n"};
    for (unsigned i = 0; i < ARRAY_LEN(yes); i++)
        if (!strcmp(text, yes[i]) || !strcmp(text, no[i])) {
            *on = !strcmp(text, yes[i]);
            return true;
        }
    return false;
}

/* Decimal, or hexadecimal with 0x. */
static bool number(const char *text, unsigned long max, unsigned long *v)
{
    char *end;
    errno = 0;
    *v = strtoul(text, &end, 0);
    return *text >= '0' && *text <= '9' && !*end && !errno && *v <= max;
}

/* family=, model=, stepping=: fields of the signature (SDM 2A CPUID, figure 3-6). Families beyond 15 add to it. */
static uint32_t with_field(uint32_t signature, char field, uint32_t v)
{
    enum { BASE_FAMILY = 15 };
    switch (field) {
    case 'f':
        signature &= ~UINT32_C(0x0ff00f00);
        return signature | (v > BASE_FAMILY ? (v - BASE_FAMILY) << 20 | BASE_FAMILY << 8 : v << 8);
    case 'm': return (signature & ~UINT32_C(0x000f00f0)) | (v & 15) << 4 | v >> 4 << 16;
    default: return (signature & ~UINT32_C(0x0000000f)) | v;
    }
}

static bool set_text(char *to, size_t room, bool whole, const char *name, const char *text, struct error *err)
{
    size_t n = strlen(text);
    if (n >= room || (whole && n != room - 1))
        return error_set(err, "-cpu %s=%.60s: say %s%zu characters", name, text, whole ? "" : "at most ", room - 1);
    memset(to, 0, room);
    memcpy(to, text, n);
    return true;
}

/* What takes a value, as QEMU's CPUs have it. *known: it is such a name. */
static bool property(struct cpu_model *m, const char *name, const char *value, bool *known, struct error *err)
{
    static const struct {
        const char *name;
        unsigned long max;
    } numbers[] = {
        {"family", 0x10e}, {"model", 0xff}, {"stepping", 15}, {"phys-bits", 52}, {"host-phys-bits-limit", 52}};
    /* NOTE: they say how strict QEMU is, or what a hypervisor shows or does; here there is nothing to switch. */
    static const char *const nothing[] = {"check",          "enforce",         "kvm",     "migratable",
                                          "host-phys-bits", "host-cache-info", "l3-cache"};
    unsigned long v;
    bool on;
    *known = true;
    if (!strcmp(name, "vendor"))
        return set_text(m->vendor, sizeof m->vendor, true, name, value, err);
    if (!strcmp(name, "model-id"))
        return set_text(m->brand, sizeof m->brand, false, name, value, err);
    for (unsigned i = 0; i < ARRAY_LEN(numbers); i++) {
        if (strcmp(numbers[i].name, name))
            continue;
        if (!number(value, numbers[i].max, &v))
            return error_set(err, "-cpu %s=%.40s: say 0 to %lu", name, value, numbers[i].max);
        if (i < 3)
            m->signature = with_field(m->signature, *name, (uint32_t)v);
        return true;
    }
    for (unsigned i = 0; i < ARRAY_LEN(nothing); i++)
        if (!strcmp(nothing[i], name))
            return switched(value, &on) || error_set(err, "-cpu %s=%.40s: say on or off", name, value);
    *known = false;
    return true;
}

/* One of +NAME, -NAME, NAME, NAME=on, NAME=off, PROPERTY=VALUE. */
static bool change(struct cpu_model *m, char *item, struct error *err)
{
    bool on = true, known;
    char *eq = strchr(item, '=');
    if (*item == '+' || *item == '-')
        return set_flag(m, item + 1, *item == '+', err);
    if (eq)
        *eq = '\0';
    bool good = property(m, item, eq ? eq + 1 : "on", &known, err);
    if (known)
        return good;
    if (eq && !switched(eq + 1, &on))
        return error_set(err, "-cpu %s: %s=%s: say on or off", m->name, item, eq + 1);
    return set_flag(m, item, on, err);
}

/* Leaves that hold a feature are shown: a feature that was switched on brings its leaf with it. */
static void show_leaves(struct cpu_model *m)
{
    if (m->features7 || m->features7_ecx || m->features7_edx)
        m->max_leaf = MAX(m->max_leaf, 7);
    if (m->features_ext)
        m->max_extended = MAX(m->max_extended, 0x80000001);
    if (m->brand[0])
        m->max_extended = MAX(m->max_extended, 0x80000004);
    if (m->features_power)
        m->max_extended = MAX(m->max_extended, 0x80000007);
}

bool cpu_model_parse(const char *spec, struct cpu_model *out, struct error *err)
{
    char text[CPU_SPEC_SIZE], *save = NULL;
    if ((size_t)snprintf(text, sizeof text, "%s", spec) >= sizeof text)
        return error_set(err, "-cpu: longer than %d characters", CPU_SPEC_SIZE - 1);
    char *item = strtok_r(text, ",", &save);
    const struct cpu_model *m = item ? cpu_model_find(item) : NULL;
    if (!m)
        return error_set(err, "-cpu %s: no such model; '-cpu help' lists them", spec);
    *out = *m;
    while ((item = strtok_r(NULL, ",", &save)) != NULL)
        if (!change(out, item, err))
            return false;
    show_leaves(out);
    return true;
}
