/* SPDX-License-Identifier: MIT */
/* Reads a Linux bzImage and decides where its parts go (Documentation/x86/boot.rst, "The Linux/x86 Boot Protocol"). */
#ifndef VITRINE_FIRMWARE_LINUX_LOADER_H
#define VITRINE_FIRMWARE_LINUX_LOADER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct linux_boot {
    struct buf setup;      /* real-mode part with the loader's fields filled in */
    const uint8_t *kernel; /* protected-mode part: points into the image */
    uint32_t kernel_len;
    uint32_t setup_addr, kernel_addr, cmdline_addr, initrd_addr;
};

/* ram_bytes: RAM below 4 GiB. On failure nothing is to be freed. */
bool linux_load(const uint8_t *image, size_t len, const char *cmdline, uint32_t initrd_len, uint64_t ram_bytes,
                struct linux_boot *out, struct error *err);

#endif
