/* SPDX-License-Identifier: MIT */
/*
 * The Multiboot boot ROM: fetches the kernel's image, its modules and the information structure through fw_cfg,
 * completes the structure with what the BIOS says of memory, and enters the kernel in protected mode.
 *
 * "Multiboot Specification" 0.6.96, 3.2 (machine state) and 3.3 (boot information format). The machine has laid
 * everything out: KEY_SETUP_ADDR is the address of the structure, at MBI_MMAP of it is room for MMAP_MAX entries.
 * LIMIT: a kernel that asks for a graphics mode gets the text mode, which the specification lets it expect.
 */
    .include "bootrom.inc.S"
    bootrom "Multiboot ROM"
    .include "fwcfg.inc.S"

    .set MB_MAGIC, 0x2badb002
    .set MBI_FLAGS, 0
    .set MBI_MEM_LOWER, 4
    .set MBI_MEM_UPPER, 8
    .set MBI_MMAP_LENGTH, 44
    .set MBI_MMAP_ADDR, 48
    .set MBI_MMAP, 128          /* our place for the entries */
    .set MMAP_MAX, 64
    .set HAS_MEMORY, 1
    .set HAS_MMAP, 0x40
    .set ENTRY_SIZE, 20
    .set SMAP, 0x534d4150
    .set MIB, 0x100000

/*
 * A far return hands over to the next device. The kernel may lie where the BIOS has its stack, so another one is used
 * (the loader keeps low kernels below STACK_SEGMENT), and the kernel comes last, when no service is needed any more.
 */
    .set STACK_SEGMENT, 0x9000
    .set STACK_TOP, 0xe000
boot:
    cld
    movw %ss, %ax
    movw %sp, %cx
    movw $STACK_SEGMENT, %dx
    movw %dx, %ss
    movl $STACK_TOP, %esp
    pushw %ax
    pushw %cx
    movw $KEY_KERNEL_SIZE, %ax
    call read_key
    movw $text_no_kernel, %si
    testl %eax, %eax
    jz failed
    movw $0x2401, %ax           /* A20 */
    int $0x15
    inb $0x92, %al
    orb $2, %al
    andb $0xfe, %al
    outb %al, $0x92
    call flat_es
    movw $KEY_FEATURES, %ax
    call read_key
    movl %eax, %ebp             /* bit 1: DMA */
    movw $blobs, %bx
1:  call load_blob
    movw $text_failed, %si
    jc failed
    addw $6, %bx
    cmpw $blobs_end, %bx
    jb 1b
    movw $KEY_SETUP_ADDR, %ax
    call read_key
    movl %eax, %ebp
    call memory_map
    cli
    movw $KEY_FEATURES, %ax
    call read_key
    xchgl %eax, %ebp
    movw $kernel_blob, %bx
    pushl %eax
    call load_blob
    popl %ebp
    movw $text_failed, %si
    jc failed
    jmp enter

/* EBP = the information structure: its memory fields from INT 12h and INT 15h AX = E820h. */
memory_map:
    subw $24, %sp
    movw %sp, %si               /* SS:SI = an entry */
    leal MBI_MMAP(%ebp), %ecx
    pushl %ecx                  /* where the next one goes */
    xorl %ebx, %ebx
1:  pushl %ebp
    pushw %si
    movw %ss, %ax
    movw %ax, %es
    movw %si, %di
    movl $0xe820, %eax
    movl $ENTRY_SIZE, %ecx
    movl $SMAP, %edx
    int $0x15
    popw %si
    popl %ebp
    jc 3f
    cmpl $SMAP, %eax
    jne 3f
    call flat_es_only
    popl %edi
    movl $ENTRY_SIZE, %es:(%edi)
    addl $4, %edi
    call note_upper
    movl $(ENTRY_SIZE / 4), %ecx
2:  movl %ss:(%si), %eax
    movl %eax, %es:(%edi)
    addw $4, %si
    addl $4, %edi
    loopl 2b
    subw $ENTRY_SIZE, %si
    pushl %edi
    leal MBI_MMAP + MMAP_MAX * (ENTRY_SIZE + 4)(%ebp), %eax
    cmpl %eax, %edi
    jae 3f
    testl %ebx, %ebx
    jnz 1b
3:  call flat_es_only
    popl %edi
    addw $24, %sp
    leal MBI_MMAP(%ebp), %eax
    movl %eax, %es:MBI_MMAP_ADDR(%ebp)
    subl %eax, %edi
    jz 4f
    movl %edi, %es:MBI_MMAP_LENGTH(%ebp)
    orl $HAS_MMAP, %es:MBI_FLAGS(%ebp)
4:  int $0x12
    movzwl %ax, %eax
    movl %eax, %es:MBI_MEM_LOWER(%ebp)
    orl $HAS_MEMORY, %es:MBI_FLAGS(%ebp)
    ret

/* SS:SI = an entry: where it is the RAM at 1 MiB, mem_upper is its length in KiB. */
note_upper:
    cmpl $MIB, %ss:(%si)
    jne 1f
    cmpl $0, %ss:4(%si)
    jne 1f
    cmpl $1, %ss:16(%si)
    jne 1f
    movl %ss:8(%si), %eax
    shrl $10, %eax
    movl %eax, %es:MBI_MEM_UPPER(%ebp)
1:  ret

/* ES = 0 with a 4 GiB limit again after a BIOS call; everything but ES is kept. */
flat_es_only:
    pushw %si
    pushw %dx
    pushl %eax
    call flat_es
    popl %eax
    popw %dx
    popw %si
    ret

enter:
    movw $KEY_KERNEL_ENTRY, %ax
    call read_key
    movl %eax, %ecx
    xorl %edx, %edx
    movw %cs, %dx
    shll $4, %edx
    movl %ebp, %ebx
    leal gdt(%edx), %eax
    pushl %eax
    pushw $(gdt_end - gdt - 1)
    movw %sp, %si
    lgdtl %ss:(%si)
    addw $6, %sp
    leal flat(%edx), %eax
    pushw $0x10
    pushl %eax                  /* 16:32 far address, popped by the far return */
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    lretl

    .code32
flat:
    movw $8, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %fs
    movw %ax, %gs
    movw %ax, %ss
    movl $(STACK_SEGMENT * 16 + STACK_TOP), %esp
    movl $MB_MAGIC, %eax
    pushl $0
    popfl
    jmp *%ecx
    .code16

/* CS:SI = a text. */
failed:
    call say
    popw %cx                   /* back on the BIOS's stack */
    popw %ax
    movw %ax, %ss
    movw %cx, %sp
    sti
    lretw

kernel_blob:
    .word KEY_KERNEL_ADDR, KEY_KERNEL_SIZE, KEY_KERNEL_DATA
blobs:
    .word KEY_INITRD_ADDR, KEY_INITRD_SIZE, KEY_INITRD_DATA
    .word KEY_SETUP_ADDR, KEY_SETUP_SIZE, KEY_SETUP_DATA
blobs_end:
text_no_kernel:
    .asciz "Multiboot ROM: fw_cfg offers no kernel.\r\n"
text_failed:
    .asciz "Multiboot ROM: fw_cfg DMA failed.\r\n"

    .section .note.GNU-stack, "", @progbits
