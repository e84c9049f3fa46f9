/* SPDX-License-Identifier: MIT */
/*
 * The firmware configuration device: items that the machine offers to its firmware.
 *
 *     struct fw_cfg *fw = fw_cfg_new(bus, "fw_cfg");
 *     fw_cfg_add(fw, FW_CFG_RAM_SIZE, bytes, n);               // the device keeps a copy
 *     fw_cfg_add_file(fw, "genroms/linuxboot.bin", rom, n);
 */
#ifndef VITRINE_DEVICES_FW_CFG_H
#define VITRINE_DEVICES_FW_CFG_H

#include "bus/dev.h"

enum fw_cfg_key {
    FW_CFG_SIGNATURE = 0x00,
    FW_CFG_ID = 0x01,
    FW_CFG_RAM_SIZE = 0x03,
    FW_CFG_NB_CPUS = 0x05,
    FW_CFG_KERNEL_ADDR = 0x07,
    FW_CFG_KERNEL_SIZE = 0x08,
    FW_CFG_INITRD_ADDR = 0x0a,
    FW_CFG_INITRD_SIZE = 0x0b,
    FW_CFG_BOOT_MENU = 0x0e,
    FW_CFG_MAX_CPUS = 0x0f,
    FW_CFG_KERNEL_ENTRY = 0x10,
    FW_CFG_KERNEL_DATA = 0x11,
    FW_CFG_INITRD_DATA = 0x12,
    FW_CFG_CMDLINE_ADDR = 0x13,
    FW_CFG_CMDLINE_SIZE = 0x14,
    FW_CFG_CMDLINE_DATA = 0x15,
    FW_CFG_SETUP_ADDR = 0x16,
    FW_CFG_SETUP_SIZE = 0x17,
    FW_CFG_SETUP_DATA = 0x18,
    FW_CFG_FILE_DIR = 0x19,
    FW_CFG_FILE_FIRST = 0x20,
};
enum { FW_CFG_FILES = 32, FW_CFG_NAME = 56, FW_CFG_KEYS = FW_CFG_FILE_FIRST + FW_CFG_FILES };

struct fw_cfg {
    struct dev dev;
    struct {
        uint8_t *data;
        uint32_t len;
    } item[FW_CFG_KEYS];
    char name[FW_CFG_FILES][FW_CFG_NAME];
    unsigned nfiles;

    uint16_t selector;
    uint32_t offset;
    uint64_t dma; /* address of the control structure, as far as it is written */
    /* A read by DMA under way: its control structure, where the next part goes, bytes to come. */
    uint64_t dma_control, dma_to;
    uint32_t dma_left;
    struct timer part;
    struct port_range ports, dma_ports;
};

extern const struct dev_class fw_cfg_class;

struct fw_cfg *fw_cfg_new(struct bus *bus, const char *id);
void fw_cfg_add(struct fw_cfg *f, unsigned key, const void *data, size_t len);
void fw_cfg_add32(struct fw_cfg *f, unsigned key, uint32_t value);
/* At most FW_CFG_FILES files with names below FW_CFG_NAME characters. */
void fw_cfg_add_file(struct fw_cfg *f, const char *name, const void *data, size_t len);

#endif
