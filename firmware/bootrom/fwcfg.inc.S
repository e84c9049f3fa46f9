/* SPDX-License-Identifier: MIT */
/*
 * For a boot ROM: reads fw_cfg items, by DMA where the feature word offers it, else through the data port.
 * "QEMU Firmware Configuration (fw_cfg) Device".
 */
    .set FW_SELECT, 0x510
    .set FW_DATA, 0x511
    .set FW_DMA, 0x514
    .set KEY_FEATURES, 0x01
    .set KEY_KERNEL_ADDR, 0x07
    .set KEY_KERNEL_SIZE, 0x08
    .set KEY_INITRD_ADDR, 0x0a
    .set KEY_INITRD_SIZE, 0x0b
    .set KEY_KERNEL_ENTRY, 0x10
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
    pushw $(gdt_end - gdt - 1)
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
    .quad 0x00cf93000000ffff    /* 08h: flat data */
    .quad 0x00cf9b000000ffff    /* 10h: flat code, 32-bit */
gdt_end:
