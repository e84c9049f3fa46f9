/* SPDX-License-Identifier: MIT */
/*
 * Tables that the machine hands over as fw_cfg files: ACPI by its script "etc/table-loader", SMBIOS.
 *
 * QEMU, "bios-linker-loader" (the commands ALLOCATE, ADD_POINTER and ADD_CHECKSUM); ACPI 2.0c, 5.2.4 (the root pointer
 * is found in the F segment); SMBIOS 2.8.0, 5.2.1. Files are read into memory that is free during POST, patched there,
 * and copied to their places at the end.
 */
#include "bios.h"

#define STAGE_FIRST 0x1000 /* segments */
#define STAGE_END   0x8000
#define MAX_FILES   6
#define NAME_SIZE   56

enum command { ALLOCATE = 1, ADD_POINTER, ADD_CHECKSUM };
enum zone { ZONE_HIGH = 1, ZONE_FSEG };

struct entry {
    uint32_t command;
    char file[NAME_SIZE];
    union {
        struct {
            uint32_t align;
            uint8_t zone;
        } __attribute__((packed)) alloc;
        struct {
            char to[NAME_SIZE];
            uint32_t offset;
            uint8_t size;
        } __attribute__((packed)) pointer;
        struct {
            uint32_t at, start, length;
        } sum;
        uint8_t pad[124 - NAME_SIZE];
    };
} __attribute__((packed));

_Static_assert(sizeof(struct entry) == 128, "bios-linker-loader");

struct placed {
    char name[NAME_SIZE];
    uint32_t size;
    uint32_t at;  /* linear address in the end */
    uint16_t seg; /* until then */
};

static struct placed files[MAX_FILES];
static uint32_t file_count;
static uint16_t stage = STAGE_FIRST;

static int same_name(const char *a, const char *b)
{
    return memcmp(a, b, strlen(a) + 1) == 0;
}

static int find_file(const char *name, struct fwcfg_file *f)
{
    uint32_t pos = 0;
    while (fwcfg_next_file(&pos, f))
        if (same_name(name, f->name))
            return 1;
    return 0;
}

static uint16_t load_staged(const struct fwcfg_file *f)
{
    uint16_t seg = stage;
    uint32_t paragraphs = (f->size + 15) >> 4;
    if (paragraphs > (uint32_t)(STAGE_END - stage))
        return 0;
    stage += paragraphs;
    fwcfg_load(f, seg);
    return seg;
}

static struct placed *find_placed(const char *name)
{
    for (uint32_t i = 0; i < file_count; i++)
        if (same_name(name, files[i].name))
            return &files[i];
    return 0;
}

static int allocate(const struct entry *e)
{
    struct fwcfg_file f;
    struct placed *p = &files[file_count];
    uint32_t align = e->alloc.align < 16 ? 16 : e->alloc.align;
    if (file_count == MAX_FILES || !find_file(e->file, &f) || align & (align - 1))
        return 0;
    memcpy(p->name, e->file, NAME_SIZE);
    p->size = f.size;
    p->seg = load_staged(&f);
    p->at = e->alloc.zone == ZONE_FSEG ? fseg_alloc(f.size, align) : memory_reserve(f.size, align);
    if (!p->seg || !p->at)
        return 0;
    file_count++;
    return 1;
}

static uint8_t staged_byte(const struct placed *p, uint32_t offset)
{
    return far_r8(p->seg + (offset >> 4), offset & 15);
}

static void set_staged_byte(const struct placed *p, uint32_t offset, uint8_t v)
{
    far_w8(p->seg + (offset >> 4), offset & 15, v);
}

static int add_pointer(const struct entry *e)
{
    const struct placed *in = find_placed(e->file), *to = find_placed(e->pointer.to);
    uint32_t offset = e->pointer.offset, carry = 0;
    uint8_t size = e->pointer.size;
    if (!in || !to || offset > in->size || size > in->size - offset)
        return 0;
    for (uint8_t i = 0; i < size; i++) {
        carry += staged_byte(in, offset + i) + (i < 4 ? to->at >> 8 * i & 0xff : 0);
        set_staged_byte(in, offset + i, carry);
        carry >>= 8;
    }
    return 1;
}

static int add_checksum(const struct entry *e)
{
    const struct placed *p = find_placed(e->file);
    uint8_t sum = 0;
    if (!p || e->sum.at >= p->size || e->sum.start > p->size || e->sum.length > p->size - e->sum.start)
        return 0;
    for (uint32_t i = 0; i < e->sum.length; i++)
        sum += staged_byte(p, e->sum.start + i);
    set_staged_byte(p, e->sum.at, staged_byte(p, e->sum.at) - sum);
    return 1;
}

static int obey(const struct entry *e)
{
    switch (e->command) {
    case ALLOCATE: return allocate(e);
    case ADD_POINTER: return add_pointer(e);
    case ADD_CHECKSUM: return add_checksum(e);
    default: return 1; /* the tables do not need what a later version adds */
    }
}

/* Nothing is copied to its place unless the whole script worked. */
static void load_acpi(void)
{
    static struct entry e;
    struct fwcfg_file script;
    uint16_t seg;
    if (!find_file("etc/table-loader", &script) || !(seg = load_staged(&script)))
        return;
    for (uint32_t at = 0; at + sizeof e <= script.size; at += sizeof e) {
        far_read(&e, seg + (at >> 4), 0, sizeof e);
        if (!obey(&e)) {
            print("The ACPI tables cannot be placed.\n");
            memory_release();
            return;
        }
    }
    for (struct placed *p = files; p < files + file_count; p++)
        flat_copy(p->at, (uint32_t)p->seg << 4, (p->size + 3) / 4);
}

#define ANCHOR_SIZE 31

static void load_smbios(void)
{
    struct fwcfg_file anchor, tables;
    uint8_t a[ANCHOR_SIZE + 1];
    uint32_t at, entry;
    if (!find_file("etc/smbios/smbios-anchor", &anchor) || anchor.size != ANCHOR_SIZE ||
        !find_file("etc/smbios/smbios-tables", &tables))
        return;
    at = fseg_alloc(tables.size, 16);
    entry = fseg_alloc(ANCHOR_SIZE, 16);
    if (!at || !entry)
        return;
    fwcfg_load(&tables, at >> 4);
    fwcfg_load(&anchor, stage);
    far_read(a, stage, 0, ANCHOR_SIZE);
    memcpy(a + 0x18, &at, 4);
    a[0x15] = a[0x04] = 0;
    a[0x15] = checksum(a + 0x10, 0x0f);
    a[0x04] = checksum(a, ANCHOR_SIZE);
    far_write(entry >> 4, 0, a, ANCHOR_SIZE);
}

void loader_init(void)
{
    load_acpi();
    load_smbios();
}
