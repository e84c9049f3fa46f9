/* SPDX-License-Identifier: MIT */
/*
 * Reset, the fixed entry points, and the way in and out of every service.
 *
 * IBM PC/AT technical reference, section 5 (entry points and tables, shutdown codes, interrupt handlers);
 * 82441FX (PAM registers 59h-5Fh); 82371SB (reset control register CF9h).
 *
 * A service saves the caller's whole 32-bit state in a struct regs on the BIOS's own stack in the data segment
 * (shadow RAM at EC000h), runs a C function there with interrupts off, and leaves. Nothing that calls foreign code (user
 * hooks, a wait with interrupts on) ever runs on the BIOS stack: the C function returns the address
 * of an exit stub, which runs on the caller's own stack with all registers restored. FS, GS and all
 * segment limits stay as they are, so that a caller in unreal mode stays there.
 *
 * Long, since the fixed addresses of a PC's BIOS and what they reach must be laid out in one piece.
 */
#include "regs.h"

    .code16

/* ------------------------------------------------------------------ reset */

    .section .reset, "ax"
    .globl reset_vector
reset_vector:
    ljmp $0xf000, $0xe05b
    .org reset_vector + 5
    .ascii "11/21/26"
    .org reset_vector + 14
    .byte 0xfc, 0               /* model: PC/AT */

    .text
/*
 * Reset, or a jump to FFFF:0 or F000:E05B. This runs in the F segment: in the ROM at power-on; in its shadow copy, where
 * shadow_mark is 1, after a reset of the CPU alone, which must have a shutdown code: else the whole machine resets.
 */
reset:
    cli
    cld
    movb $0x8f, %al             /* NMI off; shutdown code */
    outb %al, $0x70
    inb $0x71, %al
    movb %al, %bl
    movb $0x8f, %al
    outb %al, $0x70
    xorb %al, %al
    outb %al, $0x71
    cmpb $0, %cs:shadow_mark
    je 1f
    cmpb $5, %bl
    je resume_eoi
    cmpb $9, %bl
    je resume_move
    cmpb $10, %bl
    je resume
    jmp reset_machine

1:  inb $0x92, %al              /* A20 open */
    orb $2, %al
    andb $0xfe, %al
    outb %al, $0x92
    /* Code runs from below 4 GB while RAM takes the place of the ROM in the F segment. */
    lgdtl %cs:gdt_high
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    ljmp $0x20, $2f
2:  movl $0x80000058, %eax      /* PAM0: F0000h-FFFFFh read and write */
    movw $0xcf8, %dx
    outl %eax, %dx
    movw $0xcfd, %dx
    movb $0x30, %al
    outb %al, %dx
    movl $0x8000005c, %eax      /* PAM6: EC000h-EFFFFh, the data segment */
    movw $0xcf8, %dx
    outl %eax, %dx
    movw $0xcff, %dx
    inb %dx, %al
    orb $0x30, %al
    outb %al, %dx
    movw $8, %ax
    movw %ax, %ds
    movw %ax, %es
    movl $0xffff0000, %esi
    movl $0x000f0000, %edi
    movl $0x4000, %ecx
    rep movsl (%esi), %es:(%edi)
    movw $0x10, %ax             /* 64 KB limits for real mode (SDM 3A 9.9.2) */
    movw %ax, %ds
    movw %ax, %es
    ljmp $0x18, $3f
3:  movl %cr0, %eax
    andl $0x9ffffffe, %eax      /* caches on */
    movl %eax, %cr0
    ljmp $0xf000, $shadowed

shadowed:
    movw $0xf000, %ax
    movw %ax, %ds
    movb $1, shadow_mark
    movw $BIOS_DATA_SEG, %ax
    movw %ax, %es
    xorl %esi, %esi
    xorl %edi, %edi
    movl $bios_data_dwords, %ecx
    rep movsl (%esi), %es:(%edi)
    movl $bios_bss_dwords, %ecx
    xorl %eax, %eax
    rep stosl %eax, %es:(%edi)
    movw %es, %ax
    movw %ax, %ds
    movw %ax, %ss
    movl $bios_stack_top - R_SIZE, %esp
    call base_frame
    calll post
    jmp int19_entry

/* The frame that call16() leaves through while no caller exists: stack 0000:7C00. */
base_frame:
    movl $bios_stack_top, stack_pos
    movl $bios_stack_top - R_SIZE, frame
    movl $0x7c00, bios_stack_top - R_SIZE + R_ESP
    movw $0, bios_stack_top - R_SIZE + R_SS
    ret

/* Shutdown codes: 5 = EOI, flush keyboard, jump; 9 = block move return; Ah = jump. */
resume_eoi:
    movb $0x20, %al
    outb %al, $0xa0
    outb %al, $0x20
    inb $0x64, %al
    testb $1, %al
    jz resume
    inb $0x60, %al
resume:
    movw $0x40, %ax
    movw %ax, %ds
    ljmpw *0x67
resume_move:
    movw $0x40, %ax
    movw %ax, %ds
    lssw 0x67, %sp
    popw %ds
    popw %es
    popaw
    iretw

/* The whole machine resets, as the keyboard controller would do it. */
    .globl reset_machine
reset_machine:
    cli
    movw $0xcf9, %dx
    movb $2, %al
    outb %al, %dx
    movb $6, %al
    outb %al, %dx
    movb $0xfe, %al
    outb %al, $0x64
    lidtw %cs:null_idt
    int3
1:  hlt
    jmp 1b

    .section .rodata
    .balign 8
gdt:
    .quad 0
    .quad 0x00cf93000000ffff    /* 08: data, base 0, 4 GB */
    .quad 0x000093000000ffff    /* 10: data, 64 KB, as real mode has it */
    .quad 0x00009b0f0000ffff    /* 18: code, the F segment */
    .quad 0xff009bff0000ffff    /* 20: code, the ROM below 4 GB */
gdt_end:
gdt_high:                       /* the table as seen from below 4 GB, before shadowing */
    .word gdt_end - gdt - 1
    .long gdt + 0xffff0000
gdt_low:
    .word gdt_end - gdt - 1
    .long gdt + 0xf0000
null_idt:
    .word 0, 0, 0
shadow_mark:
    .byte 0

    .data
    .balign 4
    .globl frame
frame:                          /* the struct regs of the innermost service call */
    .long 0
stack_pos:                      /* where the next service call's frame goes */
    .long 0
entry_ebx:
    .long 0

/* ------------------------------------------------------------------ services */

    .text
/*
 * Stack: 16-bit C function address, IP, CS, FLAGS. Words only go to and from the caller's stack, so that it may wrap
 * between any two of them; it needs 12 bytes for an INT.
 */
enter:
    cld
    pushw %ds
    pushw %ax
    movw $BIOS_DATA_SEG, %ax
    movw %ax, %ds
    movl %ebx, entry_ebx
    movl stack_pos, %ebx
    subl $R_SIZE, %ebx
    movl %ecx, R_ECX(%ebx)
    movl %edx, R_EDX(%ebx)
    movl %esi, R_ESI(%ebx)
    movl %edi, R_EDI(%ebx)
    movl %ebp, R_EBP(%ebx)
    movl entry_ebx, %ecx
    movl %ecx, R_EBX(%ebx)
    movw %es, R_ES(%ebx)
    popw %ax
    movl %eax, R_EAX(%ebx)
    popw R_DS(%ebx)
    popw %si
    popw R_IP(%ebx)
    popw R_CS(%ebx)
    popw R_FLAGS(%ebx)
    movl %esp, %ecx
    subw $8, %cx                /* where the exit stub's address goes */
    movl %ecx, R_ESP(%ebx)
    movw %ss, R_SS(%ebx)
    movl frame, %eax
    movl %eax, R_PREV(%ebx)
    movl %ebx, frame
    movw %ds, %ax
    movw %ax, %es
    movw %ax, %ss
    movl %ebx, %esp
    movzwl %si, %esi
    movl %ebx, %eax
    calll *%esi
    movl %esp, %ebx
    testw %ax, %ax
    jnz 1f
    movw $exit_iret, %ax
1:  movl R_PREV(%ebx), %ecx
    movl %ecx, frame
    lssl R_ESP(%ebx), %esp
    addw $8, %sp
    pushw R_FLAGS(%ebx)
    pushw R_CS(%ebx)
    pushw R_IP(%ebx)
    pushw %ax
    pushw R_DS(%ebx)
    movw R_ES(%ebx), %es
    movl R_EDI(%ebx), %edi
    movl R_ESI(%ebx), %esi
    movl R_EBP(%ebx), %ebp
    movl R_EDX(%ebx), %edx
    movl R_ECX(%ebx), %ecx
    movl R_EAX(%ebx), %eax
    movl R_EBX(%ebx), %ebx
    popw %ds
    retw
exit_iret:
    iretw

/* void irq_window(void): let pending interrupts in, on the caller's stack. */
    .globl irq_window, irq_halt
irq_window:
    pushl $0
    jmp 1f
/* void irq_halt(void): the same, and sleeps until there is one. */
irq_halt:
    pushl $1
1:  pushl %ebx
    pushl %esi
    pushl %edi
    pushl %ebp
    pushl stack_pos
    movl %esp, stack_pos
    movl frame, %ebx
    movl 20(%esp), %eax         /* halt */
    lssl R_ESP(%ebx), %esp
    testl %eax, %eax
    jnz 2f
    sti
    nop
    cli
    jmp 3f
2:  sti
    hlt
    cli
3:  movw %ds, %ax
    movw %ax, %ss
    movl stack_pos, %esp
    popl stack_pos
    popl %ebp
    popl %edi
    popl %esi
    popl %ebx
    addl $4, %esp
    retl

/* void call16(struct call *c): far call (or INT, which returns the same way) on the caller's stack. */
    .globl call16
call16:
    pushl %ebx
    pushl %esi
    pushl %edi
    pushl %ebp
    pushl stack_pos
    pushl %eax
    movl %esp, stack_pos
    movl frame, %ebx
    lssl R_ESP(%ebx), %esp
    pushw CALL_FLAGS(%eax)
    pushw %cs
    pushw $1f
    pushw CALL_FLAGS(%eax)
    pushl CALL_IP(%eax)
    pushw CALL_DS(%eax)
    movw CALL_ES(%eax), %es
    movl 0(%eax), %edi
    movl 4(%eax), %esi
    movl 8(%eax), %ebp
    movl 16(%eax), %ebx
    movl 20(%eax), %edx
    movl 24(%eax), %ecx
    movl 28(%eax), %eax
    popw %ds
    iretw
1:  pushfw
    cli
    cld
    pushw %ds
    pushl %eax
    movw $BIOS_DATA_SEG, %ax
    movw %ax, %ds
    pushl %ebx
    movl stack_pos, %eax
    movl (%eax), %eax
    movl %edi, 0(%eax)
    movl %esi, 4(%eax)
    movl %ebp, 8(%eax)
    movl %edx, 20(%eax)
    movl %ecx, 24(%eax)
    popl 16(%eax)
    popl 28(%eax)
    popw CALL_DS(%eax)
    movw %es, CALL_ES(%eax)
    popw CALL_FLAGS(%eax)
    movw %ds, %ax
    movw %ax, %ss
    movl stack_pos, %esp
    movw %ax, %es
    popl %eax
    popl stack_pos
    popl %ebp
    popl %edi
    popl %esi
    popl %ebx
    retl

/* void flat_copy(uint32_t dst, uint32_t src, uint32_t dwords): at POST only; it loses the GDT register. */
    .globl flat_copy
flat_copy:
    pushl %esi
    pushl %edi
    pushl %ebx
    movl %eax, %edi
    movl %edx, %esi
    lgdtl %cs:gdt_low
    movl %cr0, %ebx
    leal 1(%ebx), %eax
    movl %eax, %cr0
    movw $8, %ax
    movw %ax, %ds
    movw %ax, %es
    rep movsl (%esi), %es:(%edi)
    movw $0x10, %ax
    movw %ax, %ds
    movw %ax, %es
    movl %ebx, %cr0
    movw %ss, %ax
    movw %ax, %ds
    movw %ax, %es
    popl %ebx
    popl %edi
    popl %esi
    retl

/*
 * void block_move(const struct gdt *gdt, uint32_t words): INT 15h AH=87h. The GDT is the BIOS's own: 10h source,
 * 18h destination, 20h flat data, 28h data of 64 KB. The limits of DS and ES are found out by a read that faults
 * where they are not 4 GB, and come back; so do the GDT and IDT registers.
 */
    .globl block_move
block_move:
    pushl %esi
    pushl %edi
    pushl %ebx
    pushl %ebp
    subl $16, %esp
    sidtl (%esp)
    sgdtl 8(%esp)
    movl %edx, %ecx
    movl %eax, %edx
    lidtl %cs:probe_idt
    movw $0x28, %bx             /* DS */
    movw $0x28, %bp             /* ES */
    movl $1f, %esi
    movl $-1, %edi              /* below the segment's base */
    movb (%edi), %al
    movw $0x20, %bx
1:  movl $2f, %esi
    movb %es:(%edi), %al
    movw $0x20, %bp
2:  lidtl (%esp)
    movl %cr0, %esi
    lgdtl (%edx)
    pushl %esi
    leal 1(%esi), %eax
    movl %eax, %cr0
    movw $0x10, %ax
    movw %ax, %ds
    movw $0x18, %ax
    movw %ax, %es
    xorl %esi, %esi
    xorl %edi, %edi
    shrl $1, %ecx
    rep movsl (%esi), %es:(%edi)
    adcl %ecx, %ecx
    rep movsw (%esi), %es:(%edi)
    movw %bx, %ds
    movw %bp, %es
    popl %eax
    movl %eax, %cr0
    movw %ss, %ax
    movw %ax, %ds
    movw %ax, %es
    lgdtl 8(%esp)
    addl $16, %esp
    popl %ebp
    popl %ebx
    popl %edi
    popl %esi
    retl
probe_fault:                    /* #GP: on at ESI */
    addl $6, %esp
    jmp *%si
    .balign 4
probe_table:                    /* vectors 0Ch and 0Dh; an NMI in these few instructions is vector 2 */
    .fill 2, 4, 0
    .word int02_entry, 0xf000
    .fill 10, 4, 0
    .word probe_fault, 0xf000
probe_idt:
    .word . - probe_table - 1
    .long 0xf0000 + probe_table

/* void boot_jump(struct call *c): forget everything and start c with a stack that returns to INT 18h. */
    .globl boot_jump
boot_jump:
    movl %eax, %ebx
    call base_frame
    xorw %cx, %cx
    movw %cx, %ss
    movl $0x7c00, %esp
    pushw %cs
    pushw $int18_entry
    pushw CALL_FLAGS(%ebx)
    pushl CALL_IP(%ebx)
    movw CALL_ES(%ebx), %es
    movl 0(%ebx), %edi
    movl 4(%ebx), %esi
    movl 20(%ebx), %edx
    movl 28(%ebx), %eax
    pushl 16(%ebx)
    movw CALL_DS(%ebx), %cx
    xorl %ebp, %ebp
    popl %ebx
    movw %cx, %ds
    movl $0, %ecx
    iretw

/* INT 18h: the boot record gave up, try the next device. INT 19h: boot from the start of the list. */
    .globl int18_entry
int18_entry:
    movw $1f, %dx
    jmp boot_setup
1:  calll boot_next
    jmp 1b
int19_entry:
    movw $1f, %dx
    jmp boot_setup
1:  calll boot_first
    jmp int18_entry
boot_setup:
    cli
    cld
    movw $BIOS_DATA_SEG, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $bios_stack_top - R_SIZE, %esp
    call base_frame
    jmp *%dx

/*
 * The Plug and Play BIOS's entry point, a far call: function 60h gives the version of the BIOS Boot Specification
 * (BBS 1.01, 4.2.1); no other one is there (82h). 16-bit; a 32-bit caller finds "not supported" all the same.
 */
    .globl pnp_entry
pnp_entry:
    pushl %ebp
    movl %esp, %ebp
    smsww %ax
    testb $1, %al               /* QUIRK: Linux calls it on its own flat stack, all of ESP counts */
    jnz 1f
    movzwl %sp, %ebp
1:  movw $0x82, %ax
    cmpw $0x60, 8(%ebp)
    jne 2f
    pushw %es
    pushw %di
    lesw 10(%ebp), %di
    movw $0x0101, %es:(%di)
    popw %di
    popw %es
    xorw %ax, %ax
2:  popl %ebp
    lretw

/* APM from 16-bit protected mode: a far call. The data segment's selector follows that of the code (APM 1.2, 3.4). */
    .globl apm16_entry
apm16_entry:
    pushfl
    cld
    pushal
    pushw %ds
    pushw %es
    movw %ss, %cx
    larl %ecx, %ecx
    testl $0x400000, %ecx       /* a stack of 64 KB: the upper half of ESP may be anything */
    jnz 1f
    movzwl %sp, %esp
1:  movw %cs, %cx
    addw $8, %cx
    movw %cx, %es
    pushl %es:apm_state
    movw %ss, %cx
    movw %cx, %ds
    movw %cx, %es
    leal 8(%esp), %eax
    movl %esp, %edx
    calll apm16
    movw %cs, %cx
    addw $8, %cx
    movw %cx, %es
    popl %es:apm_state
    movb %al, %cl
    andb $1, %cl
    andb $0xfe, 36(%esp)
    orb %cl, 36(%esp)           /* CF */
    testb $2, %al
    jz 2f
    sti
    hlt
2:  movl 16(%esp), %eax         /* ESP as pushal saw it */
    subl $36, %eax
    movl %eax, %esp
    popw %es
    popw %ds
    popal
    popfl
    lretw

/* void halt(void): interrupts stay on, so that Ctrl-Alt-Del works. Does not return. */
    .globl halt
halt:
    movl frame, %ebx
    lssl R_ESP(%ebx), %esp
1:  sti
    hlt
    jmp 1b

    .macro SERVICE name, handler
    .globl \name
\name:
    pushw $\handler
    jmp enter
    .endm

    SERVICE int13_entry, int13
    SERVICE int40_entry, int40
    SERVICE int14_entry, int14
    SERVICE int15_entry, int15
    SERVICE int16_entry, int16
    SERVICE int17_entry, int17
    SERVICE int1a_entry, int1a
    SERVICE kbd_irq_entry, kbd_irq
    SERVICE mouse_irq_entry, mouse_irq
    SERVICE rtc_irq_entry, rtc_irq

    .macro CALL_SERVICE name
    pushfw
    pushw %cs
    call \name
    .endm

int11_entry:
    pushw %ds
    pushw $0x40
    popw %ds
    movw 0x10, %ax
    popw %ds
    iretw

int12_entry:
    pushw %ds
    pushw $0x40
    popw %ds
    movw 0x13, %ax
    popw %ds
    iretw

/* INT 16h AH=00h/10h found the buffer empty: sleep with the caller's registers, then ask again. */
    .globl int16_wait
int16_wait:
    sti
    hlt
    cli
    jmp int16_entry

/* INT 15h AH=86h: rtc_irq() sets bit 7 of 40:A0 when the time is up. */
    .globl int15_wait
int15_wait:
    pushw %ds
    pushw $0x40
    popw %ds
1:  sti
    hlt
    cli
    testb $0x80, 0xa0
    jz 1b
    movb $0, 0xa0
    popw %ds
    iretw

/* ------------------------------------------------------------------ hardware interrupts */

int08_entry:
    pushw %ds
    pushw %ax
    pushw %dx
    movw $0x40, %ax
    movw %ax, %ds
    addw $1, 0x6c
    adcw $0, 0x6e
    cmpw $0x18, 0x6e            /* 1800B0h ticks in 24 hours */
    jb 1f
    ja 3f
    cmpw $0xb0, 0x6c
    jb 1f
3:  movw $0, 0x6c
    movw $0, 0x6e
    movb $1, 0x70
1:  cmpb $0, 0x40
    je 2f
    decb 0x40
    jnz 2f
    andb $0xf0, 0x3f            /* diskette motors off */
    movw $0x3f2, %dx
    movb $0x0c, %al
    outb %al, %dx
2:  int $0x1c
    cli
    movb $0x20, %al
    outb %al, $0x20
    popw %dx
    popw %ax
    popw %ds
    iretw

/*
 * IRQ 1. The output buffer may be empty: a resident program that hooked INT 9 read port 60h before
 * it came here, and the port still shows the scan code. A byte of the mouse is not ours.
 */
int09_entry:
    pushw %ax
    inb $0x64, %al
    testb $0x20, %al
    jnz 9f
    inb $0x60, %al
    movb $0x4f, %ah             /* keyboard intercept: CF = 0 swallows the key */
    stc
    int $0x15
    cli
    jnc 9f
    CALL_SERVICE kbd_irq_entry
    cmpb $0, %al
    je 9f
    pushw %ax
    movb $0x20, %al
    outb %al, $0x20
    popw %ax
    cmpb $1, %al
    je 1f
    cmpb $2, %al
    je 2f
    cmpb $3, %al
    je 3f
    cmpb $4, %al
    je reset_machine
    movb %ah, %al               /* 5: SysReq, AH = 0 pressed, 1 released */
    movb $0x85, %ah
    sti
    int $0x15
    jmp 8f
1:  sti
    int $0x1b
    jmp 8f
2:  sti
    int $0x05
    jmp 8f
3:  pushw %ds                   /* Pause: until another key */
    pushw $0x40
    popw %ds
4:  sti
    hlt
    cli
    testb $0x08, 0x18
    jnz 4b
    popw %ds
8:  popw %ax
    iretw
9:  movb $0x20, %al
    outb %al, $0x20
    popw %ax
    iretw

/* IRQ 12. The C function assembles packets: AX = 1 when one is whole, BX CX DX its words. */
int74_entry:
    pushaw
    pushw %ds
    pushw %es
    CALL_SERVICE mouse_irq_entry
    testw %ax, %ax
    jz 1f
    pushw %si
    pushw %di
    movw %sp, %bp
    pushw %bx                   /* status, X, Y, Z */
    pushw %cx
    pushw %dx
    pushw $0
    lcallw *%ss:(%bp)
    addw $12, %sp
1:  cli
    movb $0x20, %al
    outb %al, $0xa0
    outb %al, $0x20
    popw %es
    popw %ds
    popaw
    iretw

int70_entry:
    pushw %ax
    CALL_SERVICE rtc_irq_entry
    testb $1, %al
    jz 1f
    sti
    int $0x4a
    cli
1:  movb $0x20, %al
    outb %al, $0xa0
    outb %al, $0x20
    popw %ax
    iretw

int71_entry:                    /* IRQ 9 takes the place of IRQ 2 */
    pushw %ax
    movb $0x20, %al
    outb %al, $0xa0
    popw %ax
    int $0x0a
    iretw

int75_entry:                    /* IRQ 13: coprocessor error */
    pushw %ax
    xorb %al, %al
    outb %al, $0xf0
    movb $0x20, %al
    outb %al, $0xa0
    outb %al, $0x20
    popw %ax
    int $0x02
    iretw

int76_entry:                    /* IRQ 14, 15: fixed disk */
    pushw %ax
    pushw %ds
    pushw $0x40
    popw %ds
    movb $0xff, 0x8e
    movb $0x20, %al
    outb %al, $0xa0
    outb %al, $0x20
    popw %ds
    popw %ax
    iretw

int0e_entry:                    /* IRQ 6: diskette */
    pushw %ax
    pushw %ds
    pushw $0x40
    popw %ds
    orb $0x80, 0x3e
    movb $0x20, %al
    outb %al, $0x20
    popw %ds
    popw %ax
    iretw

/* An IRQ that nobody took: mask it, for its source may be level triggered. */
irq_low:
    pushw %ax
    pushw %cx
    movb $0x0b, %al             /* OCW3: read ISR */
    outb %al, $0x20
    inb $0x20, %al
    testb %al, %al
    jz 1f                       /* a plain INT, or spurious */
    movb %al, %cl
    andb $0xfb, %cl             /* never the cascade */
    inb $0x21, %al
    orb %cl, %al
    outb %al, $0x21
    movb $0x20, %al
    outb %al, $0x20
1:  popw %cx
    popw %ax
    iretw
irq_high:
    pushw %ax
    pushw %cx
    movb $0x0b, %al
    outb %al, $0xa0
    inb $0xa0, %al
    testb %al, %al
    jz 1f
    movb %al, %cl
    inb $0xa1, %al
    orb %cl, %al
    outb %al, $0xa1
    movb $0x20, %al
    outb %al, $0xa0
1:  movb $0x20, %al
    outb %al, $0x20
    popw %cx
    popw %ax
    iretw

int02_entry:                    /* NMI: nothing here raises one to act on */
    iretw

/* INT 5: the screen to LPT1; 50:0 = 0 done, 1 busy, FFh printer error. */
int05_entry:
    sti
    pushw %ds
    pushaw
    pushw $0x50
    popw %ds
    cmpb $1, 0
    je 9f
    movb $1, 0
    movb $0x0f, %ah
    int $0x10                   /* AH = columns, BH = page */
    movb %ah, %cl
    pushw %ds
    pushw $0x40
    popw %ds
    movb 0x84, %ch              /* rows - 1 */
    popw %ds
    testb %ch, %ch
    jnz 1f
    movb $24, %ch
1:  incb %ch
    pushw %cx
    movb $3, %ah
    int $0x10
    popw %cx
    pushw %dx
    xorw %si, %si
    call print_newline
    xorw %dx, %dx
2:  movb $2, %ah
    int $0x10
    movb $8, %ah
    int $0x10
    testb %al, %al
    jnz 3f
    movb $0x20, %al
3:  call print_char
    jc 5f
    incb %dl
    cmpb %cl, %dl
    jb 2b
    xorb %dl, %dl
    call print_newline
    incb %dh
    cmpb %ch, %dh
    jb 2b
    movb $0, 0
    jmp 6f
5:  movb $0xff, 0
6:  popw %dx
    movb $2, %ah
    int $0x10
9:  popaw
    popw %ds
    iretw
print_newline:
    movb $0x0d, %al
    call print_char
    movb $0x0a, %al
print_char:                     /* CF = 1: the printer failed */
    pushw %dx
    xorw %dx, %dx
    movb $0, %ah
    int $0x17
    popw %dx
    testb $0x29, %ah
    jz 1f
    stc
1:  ret

/* ------------------------------------------------------------------ fixed addresses */

    .macro FIXED at, target
    .section .fixed.\at, "ax"
    jmp \target
    .endm
    FIXED e05b, reset
    FIXED e2c3, int02_entry
    FIXED e3fe, int13_entry
    FIXED e6f2, int19_entry
    FIXED e739, int14_entry
    FIXED e82e, int16_entry
    FIXED e987, int09_entry
    FIXED ec59, int40_entry
    FIXED ef57, int0e_entry
    FIXED efd2, int17_entry
    FIXED f065, exit_iret
    FIXED f841, int12_entry
    FIXED f84d, int11_entry
    FIXED f859, int15_entry
    FIXED fe6e, int1a_entry
    FIXED fea5, int08_entry
    FIXED ff23, irq_low
    FIXED ff54, int05_entry
    .section .fixed.ff53, "ax"
    iretw

    .section .fixed.e6f5, "a"   /* INT 15h AH=C0h */
    .globl config_table
config_table:
    .word 8                     /* length */
    .byte 0xfc, 0x01, 0x00      /* PC/AT 339, revision */
    .byte 0x74                  /* second 8259, RTC, INT 15h/4Fh, EBDA */
    .byte 0x40                  /* INT 16h AH=09h */
    .byte 0, 0, 0

    .section .fixed.efc7, "a"   /* diskette parameters, INT 1Eh: 1.44 MB */
    .globl diskette_table
diskette_table:
    .byte 0xaf, 0x02, 0x25, 0x02, 18, 0x1b, 0xff, 0x6c, 0xf6, 0x0f, 0x08

    .macro HARD_DISK cylinders, heads, precomp, landing, spt=17
    .word \cylinders
    .byte \heads
    .word 0, \precomp
    .byte 0, (\heads > 8) & 8, 0, 0, 0
    .word \landing
    .byte \spt, 0
    .endm
    .section .fixed.e401, "a"   /* fixed disks by the AT's type 1-47 (CMOS 12h) */
    HARD_DISK 306, 4, 128, 305
    HARD_DISK 615, 4, 300, 615
    HARD_DISK 615, 6, 300, 615
    HARD_DISK 940, 8, 512, 940
    HARD_DISK 940, 6, 512, 940
    HARD_DISK 615, 4, 0xffff, 615
    HARD_DISK 462, 8, 256, 511
    HARD_DISK 733, 5, 0xffff, 733
    HARD_DISK 900, 15, 0xffff, 901
    HARD_DISK 820, 3, 0xffff, 820
    HARD_DISK 855, 5, 0xffff, 855
    HARD_DISK 855, 7, 0xffff, 855
    HARD_DISK 306, 8, 128, 319
    HARD_DISK 733, 7, 0xffff, 733
    HARD_DISK 0, 0, 0, 0, 0
    HARD_DISK 612, 4, 0, 663
    HARD_DISK 977, 5, 300, 977
    HARD_DISK 977, 7, 0xffff, 977
    HARD_DISK 1024, 7, 512, 1023
    HARD_DISK 733, 5, 300, 732
    HARD_DISK 733, 7, 300, 732
    HARD_DISK 733, 5, 300, 733
    HARD_DISK 306, 4, 0, 336
    .fill 24 * 16, 1, 0

    .section .fixed.e729, "a"   /* divisors for 110 to 9600 baud */
    .globl baud_divisors
baud_divisors:
    .word 1047, 768, 384, 192, 96, 48, 24, 12

    .section .fixed.f045, "a"   /* INT 10h by function: the video BIOS has them */
    .fill 16, 2, 0xf065

    .section .fixed.f0a4, "a"   /* INT 1Dh: 6845 registers of 40x25, 80x25, graphics, MDA; sizes, columns, modes */
    .byte 0x38, 0x28, 0x2d, 0x0a, 0x1f, 0x06, 0x19, 0x1c, 0x02, 0x07, 0x06, 0x07, 0, 0, 0, 0
    .byte 0x71, 0x50, 0x5a, 0x0a, 0x1f, 0x06, 0x19, 0x1c, 0x02, 0x07, 0x06, 0x07, 0, 0, 0, 0
    .byte 0x38, 0x28, 0x2d, 0x0a, 0x7f, 0x06, 0x64, 0x70, 0x02, 0x01, 0x06, 0x07, 0, 0, 0, 0
    .byte 0x61, 0x50, 0x52, 0x0f, 0x19, 0x06, 0x19, 0x19, 0x02, 0x0d, 0x0b, 0x0c, 0, 0, 0, 0
    .word 2048, 4096, 16384, 16384
    .byte 40, 40, 80, 80, 40, 40, 80, 80
    .byte 0x2c, 0x28, 0x2d, 0x29, 0x2a, 0x2e, 0x1e, 0x29

/* Interrupt vectors at POST: 00h-07h, 08h-1Fh (where the AT has them), 70h-77h. */
    .section .fixed.fef3, "a"
    .globl vectors_08
vectors_08:
    .word 0xfea5, 0xe987, 0xff23, 0xff23, 0xff23, 0xff23, 0xef57, 0xff23
    .word 0xf065, 0xf84d, 0xf841, 0xe3fe, 0xe739, 0xf859, 0xe82e, 0xefd2
    .word int18_entry, 0xe6f2, 0xfe6e, 0xff53, 0xff53, 0xf0a4, 0xefc7, 0

    .section .rodata
    .balign 2
    .globl vectors_00, vectors_70
vectors_00:
    .word 0xff53, 0xff53, 0xe2c3, 0xff53, 0xff53, 0xff54, 0xff53, 0xff53
vectors_70:
    .word int70_entry, int71_entry, irq_high, irq_high, int74_entry, int75_entry, int76_entry, int76_entry

    .section .note.GNU-stack, "", @progbits
