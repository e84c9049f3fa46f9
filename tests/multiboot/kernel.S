/* SPDX-License-Identifier: MIT */
/*
 * A Multiboot 1 kernel that says on COM1 what it was given: the machine state of "Multiboot Specification" 3.2
 * and the information structure of 3.3. Ends by isa-debug-exit at 501h with 0 (the specification was kept).
 * Assembled twice: as an ELF file, and with ADDRESSES as a flat image with the address fields in its header.
 */
    .set MAGIC, 0x1badb002
#ifdef ADDRESSES
    .set FLAGS, 0x10003
#else
    .set FLAGS, 3
#endif
    .set COM1, 0x3f8

    .section .header, "ax"
    .balign 4
header:
    .long MAGIC, FLAGS, -(MAGIC + FLAGS)
#ifdef ADDRESSES
    .long header, load_start, load_end, bss_end, start
#endif

    .text
    .globl start
start:
    movl %eax, %ebp
    movl $stack_top, %esp
    movw $COM1 + 3, %dx         /* 8 bits, no parity */
    movb $3, %al
    outb %al, %dx
    pushfl
    popl %edx
    movl $text_eflags, %esi
    testl $0x20200, %edx        /* VM and IF are clear */
    jnz bad
    movl $text_magic, %esi
    cmpl $0x2badb002, %ebp
    jne bad
    movl %cr0, %eax
    andl $0x80000001, %eax      /* PE, and no PG */
    movl $text_cr0, %esi
    cmpl $1, %eax
    jne bad
    movl $text_bss, %esi
    cmpl $0, zeroed
    jne bad
    call check_a20
    movl $text_cmdline, %esi
    call say
    movl 16(%ebx), %esi
    call say_line
    movl $text_loader, %esi
    call say
    movl 64(%ebx), %esi
    call say_line
    movl $text_flags, %esi
    movl 0(%ebx), %eax
    call say_number
    movl $text_lower, %esi
    movl 4(%ebx), %eax
    call say_number
    movl $text_upper, %esi
    movl 8(%ebx), %eax
    call say_number
    call say_modules
    call say_map
    movb $0, %al
    jmp leave

/* A20 is open: a store 1 MiB above an address does not show there. 500h is free (the BIOS's data end below). */
check_a20:
    movl $text_a20, %esi
    movl $0, 0x500
    movl 0x100500, %eax
    movl $1, 0x100500
    cmpl $0, 0x500
    movl %eax, 0x100500
    jne bad
    ret

say_modules:
    movl 20(%ebx), %edi
    movl 24(%ebx), %ecx
1:  testl %edi, %edi
    jz 2f
    movl $text_module, %esi
    call say
    movl 8(%ecx), %esi
    call say
    movl $text_is, %esi
    call say
    movl 4(%ecx), %edx          /* the contents, which are text */
    subl (%ecx), %edx
    movl (%ecx), %esi
    movl $text_page, %eax
    testl $0xfff, %esi          /* header flag 0: page-aligned */
    jz 3f
    movl %eax, %esi
    jmp bad
3:  movb (%esi), %al
    call put
    incl %esi
    decl %edx
    jnz 3b
    addl $16, %ecx
    decl %edi
    jmp 1b
2:  ret

say_map:
    movl 48(%ebx), %ecx
    movl 44(%ebx), %edi
    addl %ecx, %edi
1:  cmpl %edi, %ecx
    jae 2f
    movl $text_map, %esi
    movl 4(%ecx), %eax
    call say_number
    movl $text_length, %esi
    movl 12(%ecx), %eax
    call say_number
    movl $text_type, %esi
    movl 20(%ecx), %eax
    call say_number
    addl (%ecx), %ecx
    addl $4, %ecx
    jmp 1b
2:  ret

bad:
    call say_line
    movb $1, %al
leave:
    pushl %eax
1:  movw $COM1 + 5, %dx         /* until the transmitter is empty */
    inb %dx, %al
    testb $0x40, %al
    jz 1b
    popl %eax
    movw $0x501, %dx
    outb %al, %dx
2:  hlt
    jmp 2b

/* AL */
put:
    pushl %edx
    pushl %eax
    movw $COM1 + 5, %dx
1:  inb %dx, %al
    testb $0x20, %al
    jz 1b
    popl %eax
    movw $COM1, %dx
    outb %al, %dx
    popl %edx
    ret
/* ESI = text */
say:
    movb (%esi), %al
    testb %al, %al
    jz 1f
    call put
    incl %esi
    jmp say
1:  ret
say_line:
    call say
    movb $'\n', %al
    jmp put
/* ESI = text, EAX = number */
say_number:
    pushl %ecx
    pushl %eax
    call say
    popl %edx
    movl $8, %ecx
1:  roll $4, %edx
    movb %dl, %al
    andb $15, %al
    addb $'0', %al
    cmpb $'9', %al
    jbe 2f
    addb $'a' - '9' - 1, %al
2:  call put
    loop 1b
    popl %ecx
    movb $'\n', %al
    jmp put

text_eflags: .asciz "EFLAGS.VM or IF is set"
text_magic: .asciz "EAX is not 2BADB002h"
text_cr0: .asciz "CR0.PE is clear or PG set"
text_bss: .asciz "the bss is not zero"
text_a20: .asciz "A20 is shut"
text_page: .asciz "a module is not on a page boundary"
text_cmdline: .asciz "command line: "
text_loader: .asciz "loader: "
text_flags: .asciz "flags "
text_lower: .asciz "lower "
text_upper: .asciz "upper "
text_module: .asciz "module "
text_is: .asciz " = "
text_map: .asciz "map "
text_length: .asciz " length "
text_type: .asciz " type "

    .bss
zeroed: .space 4
    .space 4096
stack_top:

    .section .note.GNU-stack, "", @progbits
