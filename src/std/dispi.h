/* SPDX-License-Identifier: MIT */
/*
 * The Bochs VBE display interface ("DISPI"), ID B0C5h: an index at port 1CEh, data at 1CFh. The chip and the VGA BIOS
 * both speak it.
 */
#ifndef VITRINE_STD_DISPI_H
#define VITRINE_STD_DISPI_H

enum { DISPI_INDEX = 0x1ce, DISPI_DATA = 0x1cf };

/* Registers. */
enum {
    DISPI_ID,
    DISPI_XRES,
    DISPI_YRES,
    DISPI_BPP,
    DISPI_ENABLE,
    DISPI_BANK,
    DISPI_VIRT_WIDTH,
    DISPI_VIRT_HEIGHT,
    DISPI_X_OFFSET,
    DISPI_Y_OFFSET,
    DISPI_MEMORY_64K,
    DISPI_COUNT
};

/* Bits of DISPI_ENABLE. */
enum {
    DISPI_ENABLED = 0x01,
    DISPI_GETCAPS = 0x02,
    DISPI_8BIT_DAC = 0x20,
    DISPI_LFB = 0x40,
    DISPI_NOCLEAR = 0x80,
};

#endif
