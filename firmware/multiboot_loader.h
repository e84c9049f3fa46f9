/* SPDX-License-Identifier: MIT */
/* Reads a Multiboot 1 kernel and decides where its parts go ("Multiboot Specification" 0.6.96, 3.1 and 3.3). */
#ifndef VITRINE_FIRMWARE_MULTIBOOT_LOADER_H
#define VITRINE_FIRMWARE_MULTIBOOT_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct multiboot_module {
    const uint8_t *data;
    size_t len;
    const char *cmdline;
};

struct multiboot_boot {
    struct buf image;   /* the kernel as it lies in memory, from load_addr on */
    struct buf modules; /* page-aligned one after the other, from modules_addr on */
    struct buf info;    /* the information structure with all that belongs to it, at info_addr */
    uint32_t load_addr, modules_addr, info_addr, entry;
};

/* Whether the image has a Multiboot header, by its magic number and checksum in the first 8 KiB. */
bool multiboot_header(const uint8_t *image, size_t len);

/* ram_bytes: RAM below 4 GiB. On failure nothing is to be freed. */
bool multiboot_load(const uint8_t *image, size_t len, const char *cmdline, const struct multiboot_module *modules,
                    unsigned nmodules, uint64_t ram_bytes, struct multiboot_boot *out, struct error *err);
void multiboot_free(struct multiboot_boot *b);

#endif
