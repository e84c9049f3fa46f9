/* SPDX-License-Identifier: MIT */
/*
 * Multiboot 1 kernels: an ELF file's segments, or the address fields of the header, modules behind the kernel, and
 * behind them the information structure. The boot ROM adds the memory map (bootrom/multiboot.S).
 *
 * LIMIT: ELF files for IA-32 (EM_386); symbols and section headers are not passed on; a kernel may not lie
 * below 1000h, where the BIOS that loads it has its data, nor between 90000h and 1 MiB.
 */
#include "firmware/multiboot_loader.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"

/* 3.1.1: the header. */
enum {
    SEARCH = 8192,
    MAGIC = 0x1badb002,
    H_FLAGS = 4,
    H_CHECKSUM = 8,
    H_HEADER_ADDR = 12,
    H_LOAD_ADDR = 16,
    H_LOAD_END = 20,
    H_BSS_END = 24,
    H_ENTRY = 28,
    HEADER_MIN = 12,
    HEADER_ADDRESSES = 32,
};
#define WANTS_PAGES   1u
#define WANTS_MEMORY  2u
#define WANTS_VIDEO   4u
#define HAS_ADDRESSES (1u << 16)
#define MUST_KNOW     0xffffu

/* 3.3: the information structure. Offsets 128 and on are ours. */
enum {
    I_FLAGS = 0,
    I_CMDLINE = 16,
    I_MODS_COUNT = 20,
    I_MODS_ADDR = 24,
    I_LOADER_NAME = 64,
    I_FRAMEBUFFER = 88,
    I_MMAP = 128,
    MMAP_ROOM = 64 * 24,
    I_MODS = I_MMAP + MMAP_ROOM,
    MOD_ENTRY = 16,
};
#define INFO_CMDLINE     (1u << 2)
#define INFO_MODS        (1u << 3)
#define INFO_LOADER_NAME (1u << 9)
#define INFO_FRAMEBUFFER (1u << 12)
#define LOADER_NAME      "Vitrine"

enum { LOWEST = 0x1000, HOLE = 0x90000, HIGH = 0x100000, PAGE = 4096 };

struct load {
    const uint8_t *image;
    size_t len;
    uint64_t ram;
    uint64_t low, high; /* physical addresses that the kernel takes */
    struct multiboot_boot *out;
    struct error *err;
};

static size_t find_header(const uint8_t *image, size_t len)
{
    for (size_t at = 0; at + HEADER_MIN <= MIN(len, (size_t)SEARCH); at += 4)
        if (ld32(image + at) == MAGIC &&
            !(ld32(image + at) + ld32(image + at + H_FLAGS) + ld32(image + at + H_CHECKSUM)))
            return at;
    return SIZE_MAX;
}

bool multiboot_header(const uint8_t *image, size_t len)
{
    return find_header(image, len) != SIZE_MAX;
}

static bool refuse(struct load *l, const char *why)
{
    return error_set(l->err, "-kernel: %s", why);
}

/* The kernel takes [low, high), which must be RAM. */
static bool claim(struct load *l, uint64_t low, uint64_t high)
{
    if (low < LOWEST)
        return refuse(l, "this Multiboot kernel wants to lie below 1000h, where the BIOS has its data");
    if (high > l->ram || (low < HIGH && high > HOLE))
        return error_set(
            l->err, "-kernel: this Multiboot kernel wants memory at %#llx-%#llx, where there is none; use a larger -m",
            (unsigned long long)low, (unsigned long long)high);
    l->low = MIN(l->low, low);
    l->high = MAX(l->high, high);
    return true;
}

static void place(struct load *l, uint64_t addr, uint64_t from, uint64_t len)
{
    memcpy(l->out->image.data + (addr - l->low), l->image + from, len);
}

static void add_zeros(struct buf *b, uint64_t n)
{
    static const uint8_t zeros[PAGE];
    for (; n; n -= MIN(n, (uint64_t)PAGE))
        buf_add(b, zeros, MIN(n, (uint64_t)PAGE));
}

static void make_room(struct load *l)
{
    add_zeros(&l->out->image, l->high - l->low);
    l->out->load_addr = (uint32_t)l->low;
}

/* Address fields in the header: the file is a flat image. */
static bool load_flat(struct load *l, size_t header)
{
    const uint8_t *h = l->image + header;
    if (header + HEADER_ADDRESSES > l->len)
        return refuse(l, "the Multiboot header is cut short");
    uint32_t load = ld32(h + H_LOAD_ADDR), at = ld32(h + H_HEADER_ADDR), end = ld32(h + H_LOAD_END),
             bss = ld32(h + H_BSS_END);
    if (at < load || at - load > header)
        return refuse(l, "the addresses in the Multiboot header contradict each other");
    uint64_t from = header - (at - load), bytes = l->len - from;
    if (end) {
        if (end < load || end - load > bytes)
            return refuse(l, "the Multiboot header names more bytes than the file has");
        bytes = end - load;
    }
    if (!claim(l, load, MAX(load + bytes, (uint64_t)bss)))
        return false;
    make_room(l);
    place(l, load, from, bytes);
    l->out->entry = ld32(h + H_ENTRY);
    return true;
}

static const Elf32_Phdr *segment(const struct load *l, const Elf32_Ehdr *e, unsigned i, Elf32_Phdr *to)
{
    memcpy(to, l->image + e->e_phoff + (size_t)i * e->e_phentsize, sizeof *to);
    return to->p_type == PT_LOAD && to->p_memsz ? to : NULL;
}

static bool check_elf(struct load *l, Elf32_Ehdr *e)
{
    if (l->len < sizeof *e || memcmp(l->image, ELFMAG, SELFMAG))
        return refuse(l, "this Multiboot kernel is no ELF file and its header has no addresses");
    memcpy(e, l->image, sizeof *e);
    if (e->e_ident[EI_CLASS] != ELFCLASS32 || e->e_machine != EM_386 || e->e_type != ET_EXEC)
        return refuse(l, "this ELF file is no executable for IA-32; a 64-bit kernel needs another loader");
    if (e->e_phentsize < sizeof(Elf32_Phdr) || e->e_phoff > l->len ||
        (uint64_t)e->e_phnum * e->e_phentsize > l->len - e->e_phoff)
        return refuse(l, "the program headers of this ELF file lie outside of it");
    return true;
}

static bool load_elf(struct load *l)
{
    Elf32_Ehdr e;
    Elf32_Phdr ph;
    if (!check_elf(l, &e))
        return false;
    l->out->entry = e.e_entry;
    for (unsigned i = 0; i < e.e_phnum; i++) {
        const Elf32_Phdr *p = segment(l, &e, i, &ph);
        if (!p)
            continue;
        if (p->p_filesz > p->p_memsz || p->p_offset > l->len || p->p_filesz > l->len - p->p_offset)
            return refuse(l, "a segment of this ELF file lies outside of it");
        if (!claim(l, p->p_paddr, (uint64_t)p->p_paddr + p->p_memsz))
            return false;
        /* the entry is a virtual address; paging is off */
        if (e.e_entry >= p->p_vaddr && e.e_entry - p->p_vaddr < p->p_memsz)
            l->out->entry = e.e_entry - p->p_vaddr + p->p_paddr;
    }
    if (!l->high)
        return refuse(l, "this ELF file has nothing to load");
    if (l->low < HIGH && l->high > HOLE)
        return refuse(l, "this Multiboot kernel has segments on both sides of video memory");
    make_room(l);
    for (unsigned i = 0; i < e.e_phnum; i++) {
        const Elf32_Phdr *p = segment(l, &e, i, &ph);
        if (p)
            place(l, p->p_paddr, p->p_offset, p->p_filesz);
    }
    return true;
}

static uint64_t page_up(uint64_t v)
{
    return (v + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

static uint32_t add_string(struct buf *b, uint32_t base, const char *s)
{
    uint32_t at = base + (uint32_t)b->len;
    buf_add(b, s, strlen(s) + 1);
    return at;
}

/* 3.3, framebuffer_*: the text screen that the BIOS leaves. */
static void describe_screen(uint8_t *info)
{
    st64(info + I_FRAMEBUFFER, 0xb8000);
    st32(info + I_FRAMEBUFFER + 8, 160);
    st32(info + I_FRAMEBUFFER + 12, 80);
    st32(info + I_FRAMEBUFFER + 16, 25);
    info[I_FRAMEBUFFER + 20] = 16;
    info[I_FRAMEBUFFER + 21] = 2; /* EGA text */
}

static bool place_modules(struct load *l, const struct multiboot_module *m, unsigned n, uint32_t *start)
{
    struct multiboot_boot *out = l->out;
    out->modules_addr = (uint32_t)page_up(MAX(l->high, (uint64_t)HIGH));
    uint64_t at = out->modules_addr;
    for (unsigned i = 0; i < n; i++) {
        if (m[i].len > l->ram || page_up(at + m[i].len) > l->ram)
            return error_set(
                l->err, "-initrd: the modules do not fit above the kernel into %llu MiB of memory; use a larger -m",
                (unsigned long long)(l->ram >> 20));
        start[i] = (uint32_t)at;
        buf_add(&out->modules, m[i].data, m[i].len);
        add_zeros(&out->modules, page_up(at + m[i].len) - at - m[i].len);
        at = page_up(at + m[i].len);
    }
    out->info_addr = (uint32_t)at;
    return true;
}

static bool make_info(struct load *l, const char *cmdline, const struct multiboot_module *m, unsigned n)
{
    enum { MODULES = 16 };
    struct multiboot_boot *out = l->out;
    uint32_t start[MODULES];
    if (n > MODULES)
        return error_set(l->err, "-initrd: at most %d modules are possible", MODULES);
    if (!place_modules(l, m, n, start))
        return false;
    struct buf *b = &out->info;
    add_zeros(b, I_MODS + n * MOD_ENTRY);
    uint32_t text = add_string(b, out->info_addr, cmdline), name = add_string(b, out->info_addr, LOADER_NAME);
    for (unsigned i = 0; i < n; i++) {
        uint32_t string = add_string(b, out->info_addr, m[i].cmdline);
        uint8_t *e = b->data + I_MODS + i * MOD_ENTRY;
        st32(e, start[i]);
        st32(e + 4, start[i] + (uint32_t)m[i].len);
        st32(e + 8, string);
    }
    st32(b->data + I_FLAGS, INFO_CMDLINE | INFO_MODS | INFO_LOADER_NAME | INFO_FRAMEBUFFER);
    st32(b->data + I_CMDLINE, text);
    st32(b->data + I_MODS_COUNT, n);
    st32(b->data + I_MODS_ADDR, n ? out->info_addr + I_MODS : 0);
    st32(b->data + I_LOADER_NAME, name);
    describe_screen(b->data);
    return out->info_addr + b->len <= l->ram ||
           error_set(l->err, "-kernel: there is no room behind the kernel for its boot information; use a larger -m");
}

bool multiboot_load(const uint8_t *image, size_t len, const char *cmdline, const struct multiboot_module *modules,
                    unsigned nmodules, uint64_t ram_bytes, struct multiboot_boot *out, struct error *err)
{
    memset(out, 0, sizeof *out);
    struct load l = {.image = image, .len = len, .ram = ram_bytes, .low = UINT64_MAX, .out = out, .err = err};
    size_t header = find_header(image, len);
    if (header == SIZE_MAX)
        return refuse(&l, "there is no Multiboot header");
    uint32_t flags = ld32(image + header + H_FLAGS),
             unknown = flags & MUST_KNOW & ~(WANTS_PAGES | WANTS_MEMORY | WANTS_VIDEO);
    bool good = unknown
                    ? error_set(err, "-kernel: this Multiboot kernel needs features %#x that are not known", unknown)
                : flags & HAS_ADDRESSES ? load_flat(&l, header)
                                        : load_elf(&l);
    good = good && make_info(&l, cmdline, modules, nmodules);
    if (!good)
        multiboot_free(out);
    return good;
}

void multiboot_free(struct multiboot_boot *b)
{
    buf_free(&b->image);
    buf_free(&b->modules);
    buf_free(&b->info);
}
