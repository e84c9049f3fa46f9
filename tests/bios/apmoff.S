/* SPDX-License-Identifier: MIT */
/*
 * A boot sector that turns the machine off through APM in the way that apmoff.sh puts at offset 3: 0 real mode, 1 real
 * mode without a connection, 2 16-bit and 3 32-bit protected mode. It says B before; E after, which must not come.
 */
    .code16
    .globl _start
_start:
    jmp start
    .org 3
way: .byte 0
start:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $0x7c00, %esp
    sti
    movb $'B', %al
    outb %al, $0xe9
    movzbw way, %cx
    cmpb $1, %cl
    je 1f
    jcxz 0f
    cmpb $2, %cl
    je connect_16
    jmp connect_32
0:  movw $0x5301, %ax
    xorw %bx, %bx
    int $0x15
1:  call off
    int $0x15
end:
    movb $'E', %al
    outb %al, $0xe9
    movb $0, %al
    outb %al, $0xf4
1:  hlt
    jmp 1b
off:
    movw $0x5307, %ax
    movw $1, %bx
    movw $3, %cx
    ret

/* Base AX:0 and CX:0 into the code's and the data's descriptors. */
set_bases:
    shll $4, %eax
    movzwl %ax, %edx
    movw %ax, gdt + 0x0a
    shrl $16, %eax
    movb %al, gdt + 0x0c
    movw %cx, %ax
    movzwl %ax, %eax
    shll $4, %eax
    movw %ax, (%si)
    shrl $16, %eax
    movb %al, 2(%si)
    cli
    lgdtl gdt_pointer
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    ret
connect_16:
    movw $0x5302, %ax
    xorw %bx, %bx
    int $0x15
    jc end
    movw %bx, target
    movw $8, target + 2
    movzwl %ax, %eax
    movb $0, gdt + 0x0e         /* 16-bit code */
    movw $gdt + 0x12, %si
    call set_bases
    movw $0x20, %ax
    movw %ax, %ds
    movw %ax, %ss
    call off
    lcallw *target
    jmp end
connect_32:
    movw $0x5303, %ax
    xorw %bx, %bx
    int $0x15
    jc end
    movl %ebx, target
    movw $8, target + 4
    movw %dx, %cx
    movzwl %ax, %eax
    movw $gdt + 0x1a, %si
    call set_bases
    ljmp $0x28, $1f
    .code32
1:  movw $0x20, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $0x5307, %eax
    movl $1, %ebx
    movl $3, %ecx
    lcall *target
1:  movb $'E', %al
    outb %al, $0xe9
    hlt
    jmp 1b

    .balign 8
gdt:
    .quad 0
    .quad 0x00409b000000ffff    /* 08: APM's code */
    .quad 0x000093000000ffff    /* 10: its data, or its 16-bit code */
    .quad 0x000093000000ffff    /* 18: its data */
    .quad 0x00cf93000000ffff    /* 20 */
    .quad 0x00cf9b000000ffff    /* 28 */
gdt_pointer:
    .word 47
    .long gdt
target:
    .long 0
    .word 8
    .org 510
    .word 0xaa55
