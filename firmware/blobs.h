/* SPDX-License-Identifier: MIT */
/* Guest code and data that are built here and embedded. */
#ifndef VITRINE_FIRMWARE_BLOBS_H
#define VITRINE_FIRMWARE_BLOBS_H

extern const unsigned char bios_image[], bios_image_end[];           /* the system BIOS, 64 KiB */
extern const unsigned char vgabios_image[], vgabios_image_end[];     /* the VGA BIOS, a PCI expansion ROM */
extern const unsigned char linuxboot_image[], linuxboot_image_end[]; /* boots a Linux -kernel */
extern const unsigned char multiboot_image[], multiboot_image_end[]; /* boots a Multiboot -kernel */
extern const unsigned char demo_image[], demo_image_end[];           /* the demo guest's disk */

#endif
