/* SPDX-License-Identifier: MIT */
/*
 * The bench guest's boot sector and its way into flat 32-bit protected mode with paging. One EDD read (INT 13h AH=42h) brings
 * the rest in, so it boots by any BIOS of this century.
 */
#define CODE32 0x08
#define DATA32 0x10
#define STACK 0x90000

    .code16
    .section .boot, "ax"
    .globl boot
boot:
    cli
    ljmp    $0, $1f
1:  xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %ss
    movw    $boot, %sp
    sti
    movw    $packet, %si
    movb    $0x42, %ah
    int     $0x13
    jc      failed
    movw    $0x2401, %ax                /* A20 */
    int     $0x15
    inb     $0x92, %al
    orb     $2, %al
    andb    $0xfe, %al
    outb    %al, $0x92
    cli
    lgdtl   gdt_pointer
    movl    %cr0, %eax
    orl     $1, %eax
    movl    %eax, %cr0
    ljmpl   $CODE32, $start32
failed:
    movb    $'?', %al
    outb    %al, $0xe9
1:  cli
    hlt
    jmp     1b

    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9a000000ffff
    .quad 0x00cf92000000ffff
gdt_end:
gdt_pointer:
    .word gdt_end - gdt - 1
    .long gdt
packet:
    .byte 16, 0
    .word load_sectors
    .word 0x7e00, 0
    .long 1, 0
    .org 510
    .word 0xaa55

    .text
    .code32
start32:
    movw    $DATA32, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    $STACK, %esp
    cld
    call    page_tables                 /* gives CR3 */
    movl    %eax, %cr3
    movl    %cr4, %eax
    orl     $0x600, %eax                /* OSFXSR, OSXMMEXCPT */
    movl    %eax, %cr4
    movl    %cr0, %eax
    orl     $0x80000000, %eax
    movl    %eax, %cr0
    jmp     1f
1:  call    bench_main
1:  cli
    hlt
    jmp     1b
    .section .note.GNU-stack, "", @progbits
