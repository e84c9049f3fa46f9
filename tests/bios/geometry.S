/* SPDX-License-Identifier: MIT */
/*
 * A disk's boot sector: says on port E9h what INT 13h AH=08h answers for it (CX, DX), CMOS 12h, 19h-2Ch and 39h, the
 * first word of the sector whose CX and DH geometry.sh put at offset 3, and AH=48h's information flags; then leaves
 * through isa-debug-exit.
 */
    .code16
    .globl _start
_start:
    jmp start
    .org 3
place_cx: .word 0
place_dh: .byte 0
start:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw $0x7c00, %sp
    sti
    movb $8, %ah
    movb $0x80, %dl
    int $0x13
    movw %cx, %ax
    call word
    movw %dx, %ax
    call word
    movb $0x12, %bl
    call cmos
    movb $0x19, %bl
1:  call cmos
    incb %bl
    cmpb $0x2c, %bl
    jbe 1b
    movb $0x39, %bl
    call cmos
    movw $0x0201, %ax
    movw $0x8000, %bx
    movw place_cx, %cx
    movb place_dh, %dh
    movb $0x80, %dl
    xorw %si, %si
    movw %si, %es
    int $0x13
    movw 0x8000, %ax
    jnc 2f
    movw $0xdead, %ax
2:  call word
    movw $0x8200, %si
    movw $26, (%si)
    movb $0x48, %ah
    movb $0x80, %dl
    int $0x13
    movw 0x8202, %ax
    jnc 3f
    movw $0xdead, %ax
3:  call word
    movb $0x10, %al
    outb %al, $0xf4
1:  hlt
    jmp 1b

cmos:
    movb %bl, %al
    outb %al, $0x70
    inb $0x71, %al
    jmp byte
word:
    pushw %ax
    movb %ah, %al
    call byte
    popw %ax
#include "print_byte.inc.S"
    .org 446
