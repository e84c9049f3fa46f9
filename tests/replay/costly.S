/* SPDX-License-Identifier: MIT */
/*
 * A boot sector whose instructions cost the host much: it switches a VBE mode on with a clear of video memory, counts
 * a while, and does so again, for ever. COM1 gets a "!" first, and a character for each key. How far it counts stands at 506.
 */
    .code16
    .globl _start
_start:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x7c00, %sp
    movw $1, %ax                /* width, height, bits a pixel */
    movw $1600, %bx
    call dispi
    movw $2, %ax
    movw $1200, %bx
    call dispi
    movw $3, %ax
    movw $32, %bx
    call dispi
    movw $0x3fb, %dx            /* 8 data bits */
    movb $3, %al
    outb %al, %dx
    movb $'!', %al
    movw $0x3f8, %dx
    outb %al, %dx
1:  movw $4, %ax                /* off and on again */
    xorw %bx, %bx
    call dispi
    movw $4, %ax
    movw $0x41, %bx
    call dispi
    movl count, %ecx
2:  addr32 loop 2b
    inb $0x64, %al
    testb $1, %al
    jz 1b
    inb $0x60, %al
    addb $0x20, %al             /* a printable character */
    movw $0x3f8, %dx
    outb %al, %dx
    jmp 1b

/* AX: register, BX: value */
dispi:
    movw $0x1ce, %dx
    outw %ax, %dx
    incw %dx
    movw %bx, %ax
    outw %ax, %dx
    ret
    .org 506
count:
    .long 200000
    .word 0xaa55
