/* SPDX-License-Identifier: MIT */
/* F000:FA6E: the 8x8 characters 00h-7Fh for graphics modes, which programs read there directly. */
    .section .fixed.fa6e, "a"
    .incbin "bios/font8x8.bin", 0, 1024
    .section .note.GNU-stack, "", @progbits
