/* SPDX-License-Identifier: MIT */
/*
 * The ACPI tables of the board, made from what is fitted, as fw_cfg files for the firmware: the tables, the root
 * pointer, and the script that places and links them ("etc/table-loader", QEMU's docs and hw/acpi/bios-linker-loader:
 * ALLOCATE, ADD_POINTER, ADD_CHECKSUM).
 */
#ifndef VITRINE_FIRMWARE_ACPI_H
#define VITRINE_FIRMWARE_ACPI_H

#include "base/buf.h"

enum { ACPI_SERIAL = 4, ACPI_PARALLEL = 3 };

/* Where the firmware places the PIIX4's registers. */
enum { ACPI_PM_BASE = 0x600, ACPI_SMBUS_BASE = 0x700 };

struct acpi_config {
    bool apic, hpet, floppy, mouse;
    bool serial[ACPI_SERIAL], parallel[ACPI_PARALLEL];
};

struct acpi_files {
    struct buf tables; /* "etc/acpi/tables" */
    struct buf rsdp;   /* "etc/acpi/rsdp" */
    struct buf loader; /* "etc/table-loader" */
};

/* The buffers are the caller's to free. */
void acpi_build(const struct acpi_config *cfg, struct acpi_files *out);

/* dsdt.c: the DSDT's terms, without its header. */
void acpi_dsdt(const struct acpi_config *cfg, struct buf *out);

#endif
