/* SPDX-License-Identifier: MIT */
/* A boot sector that writes "!" and then each character that the BIOS reads from the keyboard to port E9h. */
    .code16
    .globl _start
_start:
    xorw %ax, %ax
    movw %ax, %ss
    movw $0x7c00, %sp
    movb $'!', %al
1:  outb %al, $0xe9
    xorb %ah, %ah
    int $0x16
    jmp 1b
    .org 510
    .word 0xaa55
