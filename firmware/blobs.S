/* SPDX-License-Identifier: MIT */
/* Guest code and data that are built here and embedded. The build folder is an include path of the assembler. */
    .section .rodata
    .macro blob name, file
    .balign 64
    .globl \name, \name\()_end
\name:
    .incbin "\file"
\name\()_end:
    .byte 0
    .endm

    blob bios_image, "bios/bios.bin"
    blob vgabios_image, "firmware/vgabios/vgabios.bin"
    blob linuxboot_image, "firmware/bootrom/linuxboot.bin"
    blob multiboot_image, "firmware/bootrom/multiboot.bin"
    blob demo_image, "images/demo/demo.img"

    .section .note.GNU-stack, "", @progbits
