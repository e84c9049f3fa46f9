/* SPDX-License-Identifier: MIT */
/* A boot sector that beeps at 1000 Hz for half a second, waits a second, beeps at 440 Hz, and leaves. */
    .code16
    .globl _start
_start:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x7c00, %sp
    sti
    movw $1193, %bx             /* 1193182 Hz / 1000.15 Hz */
    movw $0x0007, %cx           /* 500 ms */
    movw $0xa120, %dx
    call beep
    movw $0x000f, %cx           /* 1 s */
    movw $0x4240, %dx
    movb $0x86, %ah
    int $0x15
    movw $2712, %bx             /* 439.96 Hz */
    movw $0x0007, %cx
    movw $0xa120, %dx
    call beep
    movw $0x0007, %cx
    movw $0xa120, %dx
    movb $0x86, %ah
    int $0x15
    movb $0x10, %al
    outb %al, $0xf4
1:  hlt
    jmp 1b

/* BX: count; CX:DX: us */
beep:
    movb $0xb6, %al
    outb %al, $0x43
    movb %bl, %al
    outb %al, $0x42
    movb %bh, %al
    outb %al, $0x42
    inb $0x61, %al
    orb $3, %al
    outb %al, $0x61
    movb $0x86, %ah
    int $0x15
    inb $0x61, %al
    andb $0xfc, %al
    outb %al, $0x61
    ret
    .org 510
    .word 0xaa55
