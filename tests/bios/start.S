/* SPDX-License-Identifier: MIT */
/*
 * The BIOS service test: boot sector, the call into a service with a whole register set, and the
 * hooks that count what the BIOS calls.
 */
    .code16
    .section .boot, "ax"
    .globl boot
boot:
    cli
    xorw %ax, %ax
    movw %ax, %ss
    movw $0x7c00, %sp
    movw %ax, %ds
    sti
    cld
    cmpb $0x80, %dl             /* DL = boot drive */
    jne boot_failed
    /* The rest by CHS, a sector at a time: needs INT 13h AH=02h and 08h only. */
    movb $8, %ah
    int $0x13
    jc boot_failed
    andw $0x3f, %cx
    movw %cx, %bp               /* sectors per track */
    movw $0x1000, %ax
    movw %ax, %es
    movw $1, %si                /* LBA, below a cylinder's first two tracks */
1:  movw %si, %ax
    xorw %dx, %dx
    divw %bp
    movb %al, %dh               /* head */
    movb %dl, %cl
    incb %cl
    movb $0, %ch
    movb $0x80, %dl
    xorw %bx, %bx
    movw $0x0201, %ax
    int $0x13
    jc boot_failed
    movw %es, %ax
    addw $0x20, %ax
    movw %ax, %es
    incw %si
    cmpw $payload_sectors, %si
    jbe 1b
    ljmp $0x1000, $start
boot_failed:
    movw $0xe9, %dx
    movb $'B', %al
    outb %al, %dx
    movb $0x11, %al
    outb %al, $0xf4
1:  hlt
    jmp 1b
    .org boot + 446
    .fill 64, 1, 0
    .word 0xaa55

    .text
    .globl start
start:
    cli
    movw %cs, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $0xfff0, %esp
    sti
    calll main
1:  hlt
    jmp 1b

/* void intr_keep(n, struct regs *r): FS and GS are not loaded. */
    .globl intr_keep
intr_keep:
    movb $1, keep_fs_gs
    jmp 1f
/* void intr(n, struct regs *r) */
    .globl intr
intr:
    movb $0, keep_fs_gs
1:
    pushl %ebx
    pushl %esi
    pushl %edi
    pushl %ebp
    pushfl
    movl %edx, saved_regs
    movl %esp, saved_esp
    shll $2, %eax
    movw %ax, %si
    xorw %cx, %cx
    movw %cx, %es
    movl %es:(%si), %eax
    movl %eax, target
    movl %edx, %ebp
    movw 30(%ebp), %es
    cmpb $0, keep_fs_gs
    jne 3f
    movw 32(%ebp), %fs
    movw 34(%ebp), %gs
3:
    movw 40(%ebp), %ax
    testw %ax, %ax
    jz 1f
    movl 36(%ebp), %ecx
    movw %ax, %ss
    movl %ecx, %esp
1:  movl %ds:0(%ebp), %edi
    movl %ds:4(%ebp), %esi
    movl %ds:12(%ebp), %ebx
    movl %ds:16(%ebp), %edx
    movl %ds:20(%ebp), %ecx
    pushw %ds:42(%ebp)              /* as an INT would: flags, CS, IP; then the vector */
    pushw %cs
    pushw $2f
    movw %ds:42(%ebp), %ax
    andb $0xfc, %ah             /* IF, TF */
    pushw %ax
    pushl target
    pushw %ds:28(%ebp)
    movl %ds:24(%ebp), %eax
    movl %ds:8(%ebp), %ebp
    popw %ds
    iretw
2:
    movl %esp, %cs:out_esp
    movw %ss, %cs:out_ss
    pushfw
    popw %cs:out_flags
    pushw %ds
    pushw %cs
    popw %ds
    popw saved_ds
    movl %eax, out_eax
    movw %ds, %ax
    movw %ax, %ss
    movl saved_esp, %esp
    pushl %ebp
    movl saved_regs, %ebp
    movl %edi, 0(%ebp)
    movl %esi, 4(%ebp)
    popl 8(%ebp)
    movl %ebx, 12(%ebp)
    movl %edx, 16(%ebp)
    movl %ecx, 20(%ebp)
    movl out_eax, %eax
    movl %eax, 24(%ebp)
    movw saved_ds, %ax
    movw %ax, 28(%ebp)
    movw %es, 30(%ebp)
    movw %fs, 32(%ebp)
    movw %gs, 34(%ebp)
    movl out_esp, %eax
    movl %eax, 36(%ebp)
    movw out_ss, %ax
    movw %ax, 40(%ebp)
    movw out_flags, %ax
    movw %ax, 42(%ebp)
    movw %ds, %ax
    movw %ax, %es
    cld
    popfl
    popl %ebp
    popl %edi
    popl %esi
    popl %ebx
    retl

/* void flat_on(void): FS gets a 4 GB limit ("unreal mode"). */
    .globl flat_on
flat_on:
    pushfl
    cli
    lgdtl gdt_pointer
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    movw $8, %dx
    movw %dx, %fs
    andb $0xfe, %al
    movl %eax, %cr0
    popfl
    retl

/* uint32_t flat_alive(address): reads through FS; a #GP (INT 0Dh) gives DEADh instead. */
    .globl flat_alive
flat_alive:
    pushw %es
    pushfl
    cli
    xorw %dx, %dx
    movw %dx, %es
    movw %dx, %fs               /* keeps the limit */
    pushl %es:0x34
    movw $1f, %es:0x34
    movw %cs, %es:0x36
    movl %esp, flat_esp
    movl %fs:(%eax), %eax
2:  popl %es:0x34
    popfl
    popw %es
    retl
1:  movl flat_esp, %esp
    movl $0xdead, %eax
    jmp 2b

/* void mark(big, fs, gs, fs_limit): FS and GS get bases fs and gs in our segment, DS and ES limits of 4 GB or 64 KB. */
    .globl mark
mark:
    pushl %ebx
    pushfl
    cli
    movw %dx, gdt_fs + 2
    movw %cx, gdt_gs + 2
    movl 12(%esp), %ebx
    movw %bx, gdt_fs
    lgdtl gdt_pointer
    movl %eax, %ebx
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    movw $MARKED_FS, %dx
    movw %dx, %fs
    movw $MARKED_GS, %dx
    movw %dx, %gs
    movw $8, %dx
    testl %ebx, %ebx
    jnz 1f
    movw $0x20, %dx
1:  movw %dx, %ds
    movw %dx, %es
    andb $0xfe, %al
    movl %eax, %cr0
    movw %cs, %dx
    movw %dx, %ds
    movw %dx, %es
    popfl
    popl %ebx
    retl
    .set MARKED_FS, 0x28
    .set MARKED_GS, 0x30

/* uint32_t probe(n, offset): the byte there by FS, GS, DS or ES; 100h where that faults. */
    .globl probe
probe:
    pushl %ebx
    pushfl
    cli
    pushw %es
    xorw %bx, %bx
    movw %bx, %es
    movl %es:0x34, %ecx
    movl %ecx, probe_vector
    movw $5f, %es:0x34
    movw %cs, %es:0x36
    popw %es
    movl %esp, flat_esp
    movzbl %al, %ebx
    shll $2, %ebx
    addl $1f, %ebx
    xorl %eax, %eax
    jmp *%bx
    .balign 4
1:  jmp 10f
    .balign 4
    jmp 11f
    .balign 4
    jmp 12f
    .balign 4
    jmp 13f
10: movb %fs:(%edx), %al
    jmp 6f
11: movb %gs:(%edx), %al
    jmp 6f
12: movb %ds:(%edx), %al
    jmp 6f
13: movb %es:(%edx), %al
    jmp 6f
5:  movl %cs:flat_esp, %esp
    movl $0x100, %eax
6:  pushw %es
    xorw %bx, %bx
    movw %bx, %es
    movl probe_vector, %ecx
    movl %ecx, %es:0x34
    popw %es
    popfl
    popl %ebx
    retl

    .globl selector_fs, selector_gs, descriptor_tables, sum_memory
selector_fs:
    xorl %eax, %eax
    movw %fs, %ax
    retl
selector_gs:
    xorl %eax, %eax
    movw %gs, %ax
    retl
descriptor_tables:              /* void (uint32_t t[4]) */
    movl $0, 4(%eax)
    movl $0, 12(%eax)
    sgdtl (%eax)
    sidtl 8(%eax)
    retl

/* uint32_t sum_memory(void): 600h to the EBDA, but for our segment and 4 KiB at 80000h. */
sum_memory:
    pushl %esi
    pushl %ebx
    pushw %ds
    xorl %eax, %eax
    movl $0x60, %edx            /* segment, 16 bytes a turn */
1:  cmpw $0x1000, %dx
    jne 2f
    movw $0x2000, %dx
2:  cmpw $0x8000, %dx
    jne 3f
    movw $0x8100, %dx
3:  movw %dx, %ds
    movl $0x200, %ecx           /* at most 512 bytes, up to a multiple of that */
    xorl %esi, %esi
    movw $0x9fc0, %bx
    subw %dx, %bx
4:  addl (%esi), %eax
    roll $1, %eax
    addl $4, %esi
    cmpl %ecx, %esi
    jb 4b
    addw $0x20, %dx
    cmpw $0x9fc0, %dx
    jb 1b
    popw %ds
    popl %ebx
    popl %esi
    retl

/* uint32_t call32(entry, struct regs *r): far call of a 32-bit service at a flat address; gives flags. */
    .globl call32
call32:
    pushl %ebx
    pushl %esi
    pushl %edi
    pushl %ebp
    pushfl
    cli
    movl %eax, far32
    movw call32_selector, %cx
    movw %cx, far32+4
    movl %edx, saved_regs
    movl %esp, saved_esp
    lgdtl gdt_pointer
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    ljmpl $0x10, $0x10000 + 1f
    .code32
1:  movw $8, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $0x1fff0 - 0x1000, %esp
    movl 0x10000 + saved_regs, %ebp
    addl $0x10000, %ebp
    movl 0(%ebp), %edi
    movl 4(%ebp), %esi
    movl 12(%ebp), %ebx
    movl 16(%ebp), %edx
    movl 20(%ebp), %ecx
    movl 24(%ebp), %eax
    lcall *0x10000 + far32
    pushfl
    pushl %eax
    movl 0x10000 + saved_regs, %ebp
    addl $0x10000, %ebp
    movl %edi, 0(%ebp)
    movl %esi, 4(%ebp)
    movl %ebx, 12(%ebp)
    movl %edx, 16(%ebp)
    movl %ecx, 20(%ebp)
    popl 24(%ebp)
    popl %edx
    ljmpl $0x18, $1f
    .code16
1:  movw $0x20, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl %cr0, %eax
    andb $0xfe, %al
    movl %eax, %cr0
    ljmp $0x1000, $1f
1:  movw %cs, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl saved_esp, %esp
    movl %edx, %eax
    popfl
    popl %ebp
    popl %edi
    popl %esi
    popl %ebx
    retl

/* uint32_t call16pm(offset, struct regs *r): far call of a 16-bit service by selector 50h; gives flags. */
    .globl call16pm
call16pm:
    pushl %ebx
    pushl %esi
    pushl %edi
    pushl %ebp
    pushfl
    cli
    movw %ax, far16
    movl %edx, saved_regs
    lgdtl gdt_pointer
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    ljmp $0x18, $1f
1:  movw $0x20, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    orl $0xabcd0000, %esp
    movl saved_regs, %ebp
    movl 0(%ebp), %edi
    movl 4(%ebp), %esi
    movl 12(%ebp), %ebx
    movl 16(%ebp), %edx
    movl 20(%ebp), %ecx
    movl 24(%ebp), %eax
    lcallw *far16
    pushfl
    pushl %ebp
    movl saved_regs, %ebp
    movl %esp, 36(%ebp)
    movzwl %sp, %esp
    movl %edi, 0(%ebp)
    movl %esi, 4(%ebp)
    movl %ebx, 12(%ebp)
    movl %edx, 16(%ebp)
    movl %ecx, 20(%ebp)
    movl %eax, 24(%ebp)
    popl 8(%ebp)
    popl %edx
    movl %cr0, %eax
    andb $0xfe, %al
    movl %eax, %cr0
    ljmp $0x1000, $1f
1:  movw %cs, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl %edx, %eax
    popfl
    popl %ebp
    popl %edi
    popl %esi
    popl %ebx
    retl

    .macro COUNTER name, index
    .globl \name
\name:
    incb %cs:hook_count + \index
    iretw
    .endm
    COUNTER hook_1b, 0
    COUNTER hook_05, 1
    COUNTER hook_4a, 3

    .globl hook_1c
hook_1c:
    incb %cs:hook_count + 2
    ljmpw *%cs:old_1c

    .globl hook_09
hook_09:                        /* looks at the scan code, as resident programs do */
    pushw %ax
    inb $0x60, %al
    movb %al, %cs:hook_scan
    popw %ax
    ljmpw *%cs:old_09

    .globl hook_15
hook_15:
    cmpb $0x4f, %ah
    je 1f
    cmpb $0x85, %ah
    jne 2f
    incb %cs:hook_count + 5
    iretw
1:  incb %cs:hook_count + 4
    cmpb %cs:hook_swallow, %al
    jne 2f
    pushw %bp
    movw %sp, %bp
    andb $0xfe, %ss:6(%bp)      /* CF = 0: the key is done with */
    popw %bp
    iretw
2:  ljmpw *%cs:old_15

    .globl hook_mouse
hook_mouse:                     /* stack: return address, Z, Y, X, status */
    pushw %bp
    movw %sp, %bp
    pushw %ax
    movw %ss:12(%bp), %ax
    movw %ax, %cs:mouse_words
    movw %ss:10(%bp), %ax
    movw %ax, %cs:mouse_words + 2
    movw %ss:8(%bp), %ax
    movw %ax, %cs:mouse_words + 4
    movw %ss:6(%bp), %ax
    movw %ax, %cs:mouse_words + 6
    incb %cs:hook_count + 6
    popw %ax
    popw %bp
    lretw

    .globl resume_point
resume_point:                   /* shutdown code 5 or Ah leads here through 40:67 */
    jmp start

    .data
    .balign 8
gdt:
    .quad 0
    .quad 0x00cf93000000ffff    /* 08: flat data */
    .quad 0x00cf9b000000ffff    /* 10: flat code */
    .quad 0x00009b010000ffff    /* 18: 16-bit code at 10000h */
    .quad 0x000093010000ffff    /* 20: 16-bit data at 10000h */
gdt_fs:
    .quad 0x000093010000ffff    /* 28 */
gdt_gs:
    .quad 0x00cf93010000ffff    /* 30 */
    .quad 0x00409b0f0000ffff    /* 38: APM's 32-bit code, 16-bit code, data */
    .quad 0x00009b0f0000ffff    /* 40 */
gdt_apm_data:
    .quad 0x000093000000ffff    /* 48 */
    .quad 0x00009b0f0000ffff    /* 50: APM's 16-bit code and data alone */
gdt_apm16_data:
    .quad 0x000093000000ffff    /* 58 */
gdt_pointer:
    .word 95
    .long gdt + 0x10000
far32:
    .long 0
    .word 0
far16: .word 0, 0x50
    .globl call32_selector, gdt_apm_data, gdt_apm16_data
call32_selector: .word 0x10
    .balign 4
saved_regs: .long 0
saved_esp: .long 0
out_esp: .long 0
out_eax: .long 0
flat_esp: .long 0
target: .long 0
probe_vector: .long 0
keep_fs_gs: .byte 0
    .balign 4
saved_ds: .word 0
out_ss: .word 0
out_flags: .word 0
    .globl hook_count, hook_swallow, hook_scan, mouse_words, old_09, old_15, old_1c
    .balign 4
old_09: .long 0
old_15: .long 0
old_1c: .long 0
mouse_words: .word 0, 0, 0, 0
hook_count: .fill 8, 1, 0
hook_swallow: .byte 0
hook_scan: .byte 0

    .section .note.GNU-stack, "", @progbits
