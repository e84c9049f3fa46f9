/* SPDX-License-Identifier: MIT */
/*
 * start.S: from the boot sector to C in flat 32-bit protected mode, the way back to real mode
 * for BIOS calls, and the entries of the interrupt table.
 */
#define CODE32 0x08
#define DATA32 0x10
#define CODE16 0x18
#define DATA16 0x20
#define REAL_STACK 0x7000
#define STACK 0x90000

    .section .text16, "ax"
    .code16
    .globl start16
start16:
    cli
    /* A20: the BIOS first, then the fast gate, which an emulator or a board may lack. */
    movw    $0x2401, %ax
    int     $0x15
    inb     $0x92, %al
    testb   $2, %al
    jnz     1f
    orb     $2, %al
    andb    $0xfe, %al
    outb    %al, $0x92
1:  cli
    inb     $0x21, %al                  /* the masks that the BIOS works with */
    movb    %al, bios_masks
    inb     $0xa1, %al
    movb    %al, bios_masks + 1
    lgdtl   gdt_pointer
    movl    %cr0, %eax
    orl     $1, %eax
    movl    %eax, %cr0
    ljmpl   $CODE32, $start32

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
    movl    $load_end, %edi
    movl    $bss_end, %ecx
    subl    %edi, %ecx
    xorl    %eax, %eax
    rep stosb
    call    demo_main
1:  cli
    hlt
    jmp     1b

/*
 * void bios_thunk(struct bios_regs *regs, unsigned vector): calls a BIOS interrupt in real mode.
 * Interrupts are off before and after and on meanwhile; the caller sets the 8259s for real mode.
 */
    .globl bios_thunk
bios_thunk:
    pushal
    movl    36(%esp), %esi
    movl    40(%esp), %eax
    movl    (, %eax, 4), %eax           /* the real-mode vector */
    movl    %eax, vector
    movl    $regs, %edi
    movl    $9, %ecx
    rep movsl
    movl    %esp, saved_esp
    sidt    saved_idt
    lidt    real_idt
    ljmp    $CODE16, $1f
    .code16
1:  movw    $DATA16, %ax                /* 64 KiB limits for real mode */
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    %cr0, %eax
    andl    $0xfffffffe, %eax
    movl    %eax, %cr0
    ljmp    $0, $2f
2:  xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movw    $REAL_STACK, %sp
    movl    regs + 0, %eax
    movl    regs + 4, %ebx
    movl    regs + 8, %ecx
    movl    regs + 12, %edx
    movl    regs + 16, %esi
    movl    regs + 20, %edi
    movl    regs + 24, %ebp
    movw    regs + 30, %es
    movw    regs + 28, %ds
    sti
    pushfw                              /* as INT n does: flags, IF off, far call */
    cli
    lcall   *%cs:vector
    cli
    pushfw
    movw    %ds, %cs:regs + 28
    pushw   $0
    popw    %ds
    popw    regs + 32
    movw    %es, regs + 30
    movl    %eax, regs + 0
    movl    %ebx, regs + 4
    movl    %ecx, regs + 8
    movl    %edx, regs + 12
    movl    %esi, regs + 16
    movl    %edi, regs + 20
    movl    %ebp, regs + 24
    cld
    lgdtl   gdt_pointer
    movl    %cr0, %eax
    orl     $1, %eax
    movl    %eax, %cr0
    ljmpl   $CODE32, $3f
    .code32
3:  movw    $DATA32, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    lidt    saved_idt
    movl    saved_esp, %esp
    movl    $regs, %esi
    movl    36(%esp), %edi
    movl    $9, %ecx
    rep movsl
    popal
    ret

    .balign 8
regs:       .fill 9, 4, 0
vector:     .long 0
saved_esp:  .long 0
saved_idt:  .fill 3, 2, 0
real_idt:   .word 0x3ff
            .long 0
    .globl bios_masks
bios_masks: .word 0

    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9a000000ffff            /* CODE32: flat */
    .quad 0x00cf92000000ffff            /* DATA32: flat */
    .quad 0x00009a000000ffff            /* CODE16: base 0, 64 KiB */
    .quad 0x000092000000ffff            /* DATA16 */
    .quad 0x0040920f00000fff            /* SMALL: base F0000h, 4 KiB, for the limit test */
gdt_end:
gdt_pointer:
    .word gdt_end - gdt - 1
    .long gdt

/* Entry n of the table pushes an error code where the CPU does not, and its number. */
    .text
    .code32
    .altmacro
.macro entry number
entry_\number:
  .if \number == 8 || (\number >= 10 && \number <= 14) || \number == 17
    nop
    nop
  .else
    pushl $0
  .endif
    pushl $\number
    jmp common
.endm
    .set n, 0
    .rept 48
    entry %n
    .set n, n + 1
    .endr

.macro address number
    .long entry_\number
.endm
    .section .rodata
    .globl interrupt_entries
    .balign 4
interrupt_entries:
    .set n, 0
    .rept 48
    address %n
    .set n, n + 1
    .endr

    .text
common:
    pushal
    pushl   %ds
    pushl   %es
    movl    $DATA32, %eax
    movl    %eax, %ds
    movl    %eax, %es
    cld
    pushl   %esp
    call    interrupt
    addl    $4, %esp
    popl    %es
    popl    %ds
    popal
    addl    $8, %esp
    iret
    .section .note.GNU-stack, "", @progbits
