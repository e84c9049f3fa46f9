/* SPDX-License-Identifier: MIT */
/*
 * A disk's boot sector: asks INT 13h for services of diskette drives that may be absent, and writes on port E9h for
 * each AH and DL as called, AH as returned, "c" or "-" for the carry flag, and 40:41; then leaves through
 * isa-debug-exit.
 */
    .code16
    .globl _start
_start:
    ljmp $0, $start
start:
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x7c00, %sp
    movw $drives, %bp
next_drive:
    movw $services, %si
next_service:
    movb (%si), %al
    call byte
    movb (%bp), %al
    call byte
    movb $0x20, %al
    outb %al, $0xe9
    movb (%si), %ah
    movb (%bp), %dl
    pushw %si
    pushw %bp
    movb $1, %al
    movw $0x4f12, %cx
    movb $0, %dh
    movw $0x1000, %bx
    movw %bx, %es
    xorw %bx, %bx
    int $0x13
    popw %bp
    popw %si
    movb $0x63, %bl
    jc 1f
    movb $0x2d, %bl
1:  movb %ah, %al
    call byte
    movb %bl, %al
    outb %al, $0xe9
    movb 0x441, %al
    call byte
    movb $10, %al
    outb %al, $0xe9
    incw %si
    cmpw $services_end, %si
    jne next_service
    incw %bp
    cmpw $drives_end, %bp
    jne next_drive
    movb $0x10, %al
    outb %al, $0xf4
1:  hlt
    jmp 1b

#include "print_byte.inc.S"

services: /* a reset before each: it clears 40:41 */
    .byte 0x00, 0x02, 0x00, 0x03, 0x00, 0x04, 0x00, 0x05, 0x00, 0x08, 0x00, 0x15, 0x00, 0x16, 0x00, 0x17, 0x00, 0x18
services_end:
drives:
    .byte 1, 2, 0x7f
drives_end:
    .org 510
    .word 0xaa55
