/* SPDX-License-Identifier: MIT */
/*
 * The Linux boot ROM: an option ROM whose bootstrap entry vector fetches a bzImage, its command line
 * and initrd through fw_cfg and enters the kernel's real-mode setup code.
 *
 * "The Linux/x86 Boot Protocol" 2.15 (Documentation/x86/boot.rst), "Running the kernel";
 * "QEMU Firmware Configuration (fw_cfg) Device"; BIOS Boot Specification 1.01, 3.3 (PnP header, BEV).
 * The machine has laid out the memory and filled the setup header's loader fields; this moves bytes:
 * by fw_cfg DMA where the feature word offers it, else through the data port, with a flat ES.
 * LIMIT: needs real mode (no virtual 8086 mode) and an A20 gate that port 92h opens.
 */
    .code16
    .section .head, "ax"
    .globl rom_start
rom_start:
    .byte 0x55, 0xaa, 0         /* the length is entered by mkrom */
    jmp init
    .org 0x18
    .word 0                     /* no PCI data structure */
    .word pnp
    .org 0x20

    .set BEV, 0x48
pnp:
    .ascii "$PnP"
    .byte 1, 2                  /* revision, length / 16 */
    .word 0                     /* no further header */
    .byte 0
    .byte -(0x24 + 0x50 + 0x6e + 0x50 + 1 + 2 + MAKER + PRODUCT + BEV) & 0xff
    .long 0                     /* device identifier */
    .word MAKER, PRODUCT
    .byte 0, 0, 0, 0            /* class, indicators */
    .word 0, 0, BEV             /* connection vector, disconnect vector, bootstrap entry */
    .word 0, 0
init:
    movw $0x20, %ax             /* an IPL device is there */
    lretw
    .org BEV
    jmp boot
    .set MAKER, 0x50
    .org MAKER
    .asciz "Vitrine"
    .set PRODUCT, 0x58
    .org PRODUCT
    .asciz "Linux boot ROM"
    .text

    .set FW_SELECT, 0x510
    .set FW_DATA, 0x511
    .set FW_DMA, 0x514
    .set KEY_FEATURES, 0x01
    .set KEY_KERNEL_ADDR, 0x07
    .set KEY_KERNEL_SIZE, 0x08
    .set KEY_INITRD_ADDR, 0x0a
    .set KEY_INITRD_SIZE, 0x0b
    .set KEY_KERNEL_DATA, 0x11
    .set KEY_INITRD_DATA, 0x12
    .set KEY_CMDLINE_ADDR, 0x13
    .set KEY_CMDLINE_SIZE, 0x14
    .set KEY_CMDLINE_DATA, 0x15
    .set KEY_SETUP_ADDR, 0x16
    .set KEY_SETUP_SIZE, 0x17
    .set KEY_SETUP_DATA, 0x18
    .set FEATURE_DMA, 0x02
    .set DMA_ERROR, 0x01
    .set DMA_SELECT_READ, 0x0a

/* The entry: the stack is the BIOS's, at 0000:7C00. A far return hands over to the next device. */
boot:
    cli
    cld
    movw $KEY_KERNEL_SIZE, %ax
    call read_key
    testl %eax, %eax
    jz no_kernel
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
    jc load_failed
    addw $6, %bx
    cmpw $blobs_end, %bx
    jb 1b

    /* SP: below the command line where that lies in the setup's segment, else at its end. */
    movw $KEY_CMDLINE_ADDR, %ax
    call read_key
    movl %eax, %ecx
    movw $KEY_SETUP_ADDR, %ax
    call read_key
    subl %eax, %ecx
    cmpl $0xfff0, %ecx
    jbe 2f
    movl $0xfff0, %ecx
2:  andl $0xfff0, %ecx
    shrl $4, %eax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %fs
    movw %ax, %gs
    movw %ax, %ss
    movl %ecx, %esp
    addw $0x20, %ax             /* setup's entry is 200h into it */
    pushw %ax
    pushw $0
    xorl %eax, %eax
    xorl %ebx, %ebx
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %esi, %esi
    xorl %edi, %edi
    xorl %ebp, %ebp
    lretw

no_kernel:
    movw $text_no_kernel, %si
    jmp 1f
load_failed:
    movw $text_failed, %si
1:  xorl %eax, %eax
    movw %ax, %es
2:  movb %cs:(%si), %al
    incw %si
    testb %al, %al
    jz 3f
    movb $0x0e, %ah
    movw $7, %bx
    int $0x10
    jmp 2b
3:  sti
    lretw

/* CS:BX = {address key, size key, data key}: loads one. CF = 1: DMA error. */
load_blob:
    movw %cs:2(%bx), %ax
    call read_key
    movl %eax, %ecx
    jecxz 9f
    movw %cs:(%bx), %ax
    call read_key
    movl %eax, %edi
    movw %cs:4(%bx), %ax
    testl $FEATURE_DMA, %ebp
    jnz load_dma
    movw $FW_SELECT, %dx
    outw %ax, %dx
    movw $FW_DATA, %dx
    rep insb (%dx), %es:(%edi)
9:  clc
    ret

/* AX = key, ECX = bytes, EDI = address. The command block lies on the stack. */
load_dma:
    movw %ax, %dx
    movl %edi, %eax
    call swap
    pushl %eax                  /* address, low half (big endian throughout) */
    pushl $0
    movl %ecx, %eax
    call swap
    pushl %eax                  /* length */
    movzwl %dx, %eax
    shll $16, %eax
    movb $DMA_SELECT_READ, %al
    call swap
    pushl %eax                  /* control */
    xorl %eax, %eax
    movw $FW_DMA, %dx
    outl %eax, %dx
    movw %ss, %ax
    shll $4, %eax
    movzwl %sp, %ecx
    addl %ecx, %eax
    call swap
    addw $4, %dx
    outl %eax, %dx              /* the low half starts it */
1:  movl %ss:(%ecx), %eax
    call swap
    testb $DMA_ERROR, %al
    jnz 2f
    testl %eax, %eax
    jnz 1b
    addw $16, %sp
    clc
    ret
2:  addw $16, %sp
    stc
    ret

swap:
    rolw $8, %ax
    roll $16, %eax
    rolw $8, %ax
    ret

/* EAX = the little-endian number at key AX. */
read_key:
    pushw %dx
    pushl %ecx
    movw $FW_SELECT, %dx
    outw %ax, %dx
    movw $FW_DATA, %dx
    movl $4, %ecx
1:  inb %dx, %al
    rorl $8, %eax
    loop 1b
    popl %ecx
    popw %dx
    ret

/* ES = 0 with a 4 GB limit. */
flat_es:
    xorl %eax, %eax
    movw %cs, %ax
    shll $4, %eax
    addl $gdt, %eax
    pushl %eax
    pushw $15
    movw %sp, %si
    lgdtl %ss:(%si)
    addw $6, %sp
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    movw $8, %dx
    movw %dx, %es
    andb $0xfe, %al
    movl %eax, %cr0
    xorw %dx, %dx
    movw %dx, %es
    ret

    .balign 8
gdt:
    .quad 0
    .quad 0x00cf93000000ffff
blobs:
    .word KEY_SETUP_ADDR, KEY_SETUP_SIZE, KEY_SETUP_DATA
    .word KEY_CMDLINE_ADDR, KEY_CMDLINE_SIZE, KEY_CMDLINE_DATA
    .word KEY_KERNEL_ADDR, KEY_KERNEL_SIZE, KEY_KERNEL_DATA
    .word KEY_INITRD_ADDR, KEY_INITRD_SIZE, KEY_INITRD_DATA
blobs_end:
text_no_kernel:
    .asciz "Linux boot ROM: fw_cfg offers no kernel.\r\n"
text_failed:
    .asciz "Linux boot ROM: fw_cfg DMA failed.\r\n"

    .section .note.GNU-stack, "", @progbits
