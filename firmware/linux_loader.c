/* SPDX-License-Identifier: MIT */
/*
 * Linux bzImage: checks the header, fills in the loader's fields, places the parts.
 *
 * LIMIT: protocol 2.02 (Linux 2.4.0-test3) or later and a kernel loaded high (bzImage); zImage is refused.
 */
#include "firmware/linux_loader.h"

#include <string.h>

#include "base/bits.h"

/* Offsets in the setup header. */
enum {
    SETUP_SECTS = 0x1f1,
    SYSSIZE = 0x1f4,
    MAGIC = 0x202, /* "HdrS" */
    VERSION = 0x206,
    TYPE_OF_LOADER = 0x210,
    LOADFLAGS = 0x211,
    CODE32_START = 0x214,
    RAMDISK_IMAGE = 0x218,
    RAMDISK_SIZE = 0x21c,
    HEAP_END_PTR = 0x224,
    CMD_LINE_PTR = 0x228,
    INITRD_ADDR_MAX = 0x22c,
    CMDLINE_SIZE = 0x238,
    INIT_SIZE = 0x260,
};
enum { LOADED_HIGH = 1, CAN_USE_HEAP = 0x80, LOADER_UNDEFINED = 0xff };
enum { SETUP_ADDR = 0x10000, CMDLINE_ADDR = 0x20000, KERNEL_ADDR = 0x100000 };

static bool check_header(const uint8_t *image, size_t len, struct error *err)
{
    if (len < 0x268 || ld16(image + 0x1fe) != 0xaa55 || memcmp(image + MAGIC, "HdrS", 4))
        return error_set(err, "-kernel: this is not a Linux bzImage (no 'HdrS' header)");
    if (ld16(image + VERSION) < 0x202)
        return error_set(err, "-kernel: boot protocol %x.%02x is older than 2.02", image[VERSION + 1], image[VERSION]);
    if (!(image[LOADFLAGS] & LOADED_HIGH))
        return error_set(err, "-kernel: a zImage, which loads low; only a bzImage can be booted");
    return true;
}

static bool place_initrd(const uint8_t *image, uint32_t initrd_len, uint64_t ram_bytes, struct linux_boot *out,
                         struct error *err)
{
    uint64_t top = ld16(image + VERSION) >= 0x203 ? (uint64_t)ld32(image + INITRD_ADDR_MAX) + 1 : 0x38000000;
    top = MIN(top, ram_bytes);
    /* the kernel needs room to unpack itself below */
    uint64_t need =
        KERNEL_ADDR + (uint64_t)MAX(out->kernel_len, ld16(image + VERSION) >= 0x20a ? ld32(image + INIT_SIZE) : 0);
    if (initrd_len > top || ((top - initrd_len) & ~UINT64_C(0xfff)) < need)
        return error_set(err, "-initrd: %u KiB do not fit above the kernel into %llu MiB of memory; use a larger -m",
                         initrd_len / 1024, (unsigned long long)(ram_bytes >> 20));
    out->initrd_addr = (uint32_t)((top - initrd_len) & ~UINT64_C(0xfff));
    return true;
}

static void fill_header(struct linux_boot *out, uint32_t initrd_len)
{
    uint8_t *s = out->setup.data;
    s[TYPE_OF_LOADER] = LOADER_UNDEFINED;
    s[LOADFLAGS] |= CAN_USE_HEAP;
    st16(s + HEAP_END_PTR, CMDLINE_ADDR - SETUP_ADDR - 0x200 - 0x400);
    st32(s + CMD_LINE_PTR, CMDLINE_ADDR);
    st32(s + RAMDISK_IMAGE, initrd_len ? out->initrd_addr : 0);
    st32(s + RAMDISK_SIZE, initrd_len);
}

bool linux_load(const uint8_t *image, size_t len, const char *cmdline, uint32_t initrd_len, uint64_t ram_bytes,
                struct linux_boot *out, struct error *err)
{
    memset(out, 0, sizeof *out);
    if (!check_header(image, len, err))
        return false;
    uint32_t setup = ((image[SETUP_SECTS] ? image[SETUP_SECTS] : 4u) + 1) * 512;
    if (setup >= len)
        return error_set(err, "-kernel: the image ends within its setup part: it is cut short");
    /* SYSSIZE counts paragraphs; before protocol 2.04 only 16 bits of it can be trusted (boot.rst, "syssize") */
    uint64_t system = ld16(image + VERSION) >= 0x204 ? (uint64_t)ld32(image + SYSSIZE) * 16 : 0;
    if (system && setup + system - 15 > len)
        return error_set(err, "-kernel: the image is cut short: its header tells of %llu bytes and it has %zu",
                         (unsigned long long)(setup + system), len);
    uint32_t room = ld16(image + VERSION) >= 0x206 ? ld32(image + CMDLINE_SIZE) : 255;
    if (strlen(cmdline) > room)
        return error_set(err, "-append: this kernel takes at most %u characters", room);
    out->kernel = image + setup;
    out->kernel_len = (uint32_t)(len - setup);
    out->setup_addr = SETUP_ADDR;
    out->cmdline_addr = CMDLINE_ADDR;
    out->kernel_addr = KERNEL_ADDR;
    if (KERNEL_ADDR + (uint64_t)out->kernel_len > ram_bytes)
        return error_set(err, "-kernel: %u KiB do not fit into %llu MiB of memory; use a larger -m",
                         out->kernel_len / 1024, (unsigned long long)(ram_bytes >> 20));
    if (initrd_len && !place_initrd(image, initrd_len, ram_bytes, out, err))
        return false;
    buf_add(&out->setup, image, setup);
    fill_header(out, initrd_len);
    return true;
}
