/* SPDX-License-Identifier: MIT */
/*
 * SMBIOS structures: DMTF DSP0134, System Management BIOS Reference Specification 2.8.0, chapter 7; the entry point is
 * 5.2.1. Types 0, 1, 3, 4, 16, 17, 19, 32 and 127.
 */
#include "firmware/smbios.h"

#include <string.h>

#include "base/bits.h"

enum { ANCHOR_SIZE = 31, HEADER_SIZE = 4, HANDLE_STEP = 0x100, MAX_STRINGS = 8, MAX_FORMATTED = 64 };
#define RELEASE_DATE "11/21/2026"
#define ROM_SIZE_64K 0

/* A structure while it is made: formatted area, then its strings. */
struct structure {
    uint8_t data[MAX_FORMATTED];
    uint8_t size;
    const char *string[MAX_STRINGS];
    unsigned nstrings;
};

struct tables {
    struct buf *out;
    uint16_t count, largest;
};

static uint16_t handle_of(uint8_t type)
{
    return (uint16_t)(type * HANDLE_STEP);
}

static struct structure begin(uint8_t type, uint8_t size)
{
    struct structure s = {.data = {type, size}, .size = size};
    st16(s.data + 2, handle_of(type));
    return s;
}

static void set_string(struct structure *s, unsigned offset, const char *text)
{
    if (!text || !*text || s->nstrings == MAX_STRINGS)
        return; /* 0: there is none */
    s->string[s->nstrings++] = text;
    s->data[offset] = (uint8_t)s->nstrings;
}

/* 6.1.3: strings end with a NUL each, the set with one more; a set without strings is two NULs. */
static void end(struct tables *t, const struct structure *s)
{
    size_t at = t->out->len;
    buf_add(t->out, s->data, s->size);
    for (unsigned i = 0; i < s->nstrings; i++)
        buf_add(t->out, s->string[i], strlen(s->string[i]) + 1);
    if (!s->nstrings)
        buf_add8(t->out, 0);
    buf_add8(t->out, 0);
    t->count++;
    t->largest = MAX(t->largest, (uint16_t)(t->out->len - at));
}

static void add_bios(struct tables *t, const struct smbios_config *cfg)
{
    enum { PCI = 1 << 7, SHADOWING = 1 << 12, CD_BOOT = 1 << 15, SELECTABLE_BOOT = 1 << 16, EDD = 1 << 19 };
    struct structure s = begin(0, 0x18);
    set_string(&s, 0x04, "Vitrine");
    set_string(&s, 0x05, cfg->version);
    st16(s.data + 0x06, 0xf000);
    set_string(&s, 0x08, RELEASE_DATE);
    s.data[0x09] = ROM_SIZE_64K;
    st64(s.data + 0x0a, PCI | SHADOWING | CD_BOOT | SELECTABLE_BOOT | EDD);
    s.data[0x12] = 0x01;            /* ACPI */
    s.data[0x13] = 0x10;            /* a virtual machine */
    memset(s.data + 0x14, 0xff, 4); /* no release numbers */
    end(t, &s);
}

static void add_system(struct tables *t, const struct smbios_config *cfg)
{
    struct structure s = begin(1, 0x1b);
    const uint8_t *u = cfg->uuid;
    const uint8_t order[16] = {u[3], u[2], u[1],  u[0],  u[5],  u[4],  u[7],  u[6],
                               u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]};
    set_string(&s, 0x04, "Vitrine");
    set_string(&s, 0x05, "Standard PC (i440FX + PIIX)");
    set_string(&s, 0x06, cfg->version);
    memcpy(s.data + 0x08, order, sizeof order);
    s.data[0x18] = 6; /* woken by the power switch */
    end(t, &s);
}

static void add_chassis(struct tables *t, const struct smbios_config *cfg)
{
    struct structure s = begin(3, 0x16);
    set_string(&s, 0x04, "Vitrine");
    s.data[0x05] = 1; /* other */
    set_string(&s, 0x06, cfg->version);
    memset(s.data + 0x09, 3, 3); /* states: safe */
    s.data[0x0c] = 3;            /* security: none */
    end(t, &s);
}

static void add_processor(struct tables *t, const struct smbios_config *cfg)
{
    struct structure s = begin(4, 0x2a);
    set_string(&s, 0x04, "CPU 0");
    s.data[0x05] = 3; /* central processor */
    s.data[0x06] = 1; /* family: other */
    set_string(&s, 0x07, cfg->cpu_vendor);
    st32(s.data + 0x08, cfg->cpu_signature);
    st32(s.data + 0x0c, cfg->cpu_features);
    set_string(&s, 0x10, cfg->cpu_name);
    st16(s.data + 0x14, 1000); /* MHz: that of the TSC */
    st16(s.data + 0x16, 1000);
    s.data[0x18] = 0x41; /* a populated socket, enabled */
    s.data[0x19] = 1;
    memset(s.data + 0x1a, 0xff, 6); /* no cache handles */
    memset(s.data + 0x23, 1, 3);    /* cores, enabled, threads */
    st16(s.data + 0x26, 0x02);      /* characteristics unknown */
    st16(s.data + 0x28, 1);
    end(t, &s);
}

static void add_memory_array(struct tables *t, const struct smbios_config *cfg)
{
    struct structure s = begin(16, 0x17);
    s.data[0x04] = 1; /* other */
    s.data[0x05] = 3; /* system memory */
    s.data[0x06] = 3; /* no error correction */
    st32(s.data + 0x07, (uint32_t)(cfg->ram_bytes >> 10));
    st16(s.data + 0x0b, 0xfffe);
    st16(s.data + 0x0d, 1);
    end(t, &s);
}

static void add_memory_device(struct tables *t, const struct smbios_config *cfg)
{
    struct structure s = begin(17, 0x28);
    st16(s.data + 0x04, handle_of(16));
    st16(s.data + 0x06, 0xfffe);
    st16(s.data + 0x08, 64);
    st16(s.data + 0x0a, 64);
    st16(s.data + 0x0c, (uint16_t)(cfg->ram_bytes >> 20)); /* MB: below 7FFFh here */
    s.data[0x0e] = 9;                                      /* DIMM */
    set_string(&s, 0x10, "DIMM 0");
    s.data[0x12] = 7;         /* RAM */
    st16(s.data + 0x13, 0x2); /* other */
    set_string(&s, 0x17, "Vitrine");
    end(t, &s);
}

static void add_memory_map(struct tables *t, const struct smbios_config *cfg)
{
    struct structure s = begin(19, 0x1f);
    st32(s.data + 0x08, (uint32_t)(cfg->ram_bytes >> 10) - 1);
    st16(s.data + 0x0c, handle_of(16));
    s.data[0x0e] = 1;
    end(t, &s);
}

static void add_anchor(const struct tables *t, struct buf *anchor)
{
    uint8_t a[ANCHOR_SIZE] = "_SM_";
    a[5] = ANCHOR_SIZE;
    a[6] = 2;
    a[7] = 8;
    st16(a + 8, t->largest);
    memcpy(a + 0x10, "_DMI_", 5);
    st16(a + 0x16, (uint16_t)t->out->len);
    st16(a + 0x1c, t->count);
    a[0x1e] = 0x28;
    buf_add(anchor, a, sizeof a);
}

void smbios_build(const struct smbios_config *cfg, struct buf *tables, struct buf *anchor)
{
    struct tables t = {.out = tables};
    struct structure boot = begin(32, 0x0b), last = begin(127, HEADER_SIZE);
    *tables = *anchor = (struct buf){0};
    add_bios(&t, cfg);
    add_system(&t, cfg);
    add_chassis(&t, cfg);
    add_processor(&t, cfg);
    add_memory_array(&t, cfg);
    add_memory_device(&t, cfg);
    add_memory_map(&t, cfg);
    end(&t, &boot); /* status 0: no errors */
    end(&t, &last);
    add_anchor(&t, anchor);
}
