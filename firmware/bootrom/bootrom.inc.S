/* SPDX-License-Identifier: MIT */
/*
 * An option ROM with a bootstrap entry vector at `boot`: header, PnP header (BIOS Boot Specification 1.01, 3.3),
 * and an initialisation that announces an IPL device.
 */
    .macro bootrom product
    .code16
    .section .head, "ax"
    .globl rom_start
rom_start:
    .byte 0x55, 0xaa, 0         /* the length is entered by mkrom */
    jmp init
    .org 0x18
    .word 0                     /* no PCI data structure */
    .word pnp
    .org 0x20
    .set BEV, 0x48
    .set MAKER, 0x50
    .set PRODUCT, 0x58
pnp:
    .ascii "$PnP"
    .byte 1, 2                  /* revision, length / 16 */
    .word 0                     /* no further header */
    .byte 0
    .byte -(0x24 + 0x50 + 0x6e + 0x50 + 1 + 2 + MAKER + PRODUCT + BEV) & 0xff
    .long 0                     /* device identifier */
    .word MAKER, PRODUCT
    .byte 0, 0, 0, 0            /* class, indicators */
    .word 0, 0, BEV             /* connection vector, disconnect vector, bootstrap entry */
    .word 0, 0
init:
    movw $0x20, %ax             /* an IPL device is there */
    lretw
    .org BEV
    jmp boot
    .org MAKER
    .asciz "Vitrine"
    .org PRODUCT
    .asciz "\product"
    .text
/* CS:SI = a text for the screen, by INT 10h. */
say:
    movb %cs:(%si), %al
    incw %si
    testb %al, %al
    jz 1f
    movb $0x0e, %ah
    movw $7, %bx
    int $0x10
    jmp say
1:  ret
    .endm
