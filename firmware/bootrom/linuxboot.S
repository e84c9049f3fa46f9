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
    .include "bootrom.inc.S"
    bootrom "Linux boot ROM"
    .include "fwcfg.inc.S"

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
    call say
    sti
    lretw

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
