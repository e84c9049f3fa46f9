/* SPDX-License-Identifier: MIT */
/* PCI configuration space, type 0 header: PCI Local Bus 2.1, 6.1. */
#ifndef BIOS_PCI_H
#define BIOS_PCI_H

#define PCI_VENDOR    0x00
#define PCI_COMMAND   0x04
#define PCI_CLASS_REV 0x08
#define PCI_CLASS     0x0a
#define PCI_HEADER    0x0e
#define PCI_BAR0      0x10
#define PCI_ROM       0x30
#define PCI_INT_LINE  0x3c
#define PCI_INT_PIN   0x3d

#define PCI_BAR_IO     0x01
#define PCI_BAR_TYPE   0x06
#define PCI_BAR_64     0x04
#define PCI_ROM_ENABLE 0x01

#endif
