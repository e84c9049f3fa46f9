/* SPDX-License-Identifier: MIT */
/*
 * SMBIOS 2.8 tables of the board, as fw_cfg files for the firmware, which fills in the address of the tables and the
 * checksums.
 */
#ifndef VITRINE_FIRMWARE_SMBIOS_H
#define VITRINE_FIRMWARE_SMBIOS_H

#include "base/buf.h"

struct smbios_config {
    const char *version; /* of the emulator */
    uint64_t ram_bytes;
    uint8_t uuid[16]; /* in the order in which it is written; all zeros: none was given */
    const char *cpu_vendor, *cpu_name;
    uint32_t cpu_signature, cpu_features; /* CPUID.1: EAX, EDX */
};

/* tables: "etc/smbios/smbios-tables"; anchor: "etc/smbios/smbios-anchor". The buffers are the caller's to free. */
void smbios_build(const struct smbios_config *cfg, struct buf *tables, struct buf *anchor);

#endif
