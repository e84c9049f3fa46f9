/* SPDX-License-Identifier: MIT */
/*
 * Head of the expansion ROM (PCI Firmware Specification 3.0, 5.1), the entries into C, and the
 * VBE protected-mode interface.
 *
 * On entry to C: DS = ES = SS, the upper half of ESP zero. All of the caller's 32-bit registers come back, ESP's
 * upper half included. FS and GS are not touched: a program may have given them a base that no load brings back.
 */
        .code16
        .section .head, "ax"
        .globl rom_start, rom_bdf
rom_start:
        .byte 0x55, 0xAA
        .byte 0                         /* length / 512: mkrom fills it in */
        jmp init
        .org 0x18
        .word pcir
        .word 0                         /* no Plug and Play header */
        .org 0x1E
        .ascii "IBM"                    /* QUIRK: programs of the EGA's time look here for a VGA */
        .byte 0
        .balign 4                       /* PCI Firmware Specification 5.1: on a doubleword */
pcir:
        .ascii "PCIR"
        .word 0x1234, 0x1111
        .word 0                         /* no vital product data */
        .word 24                        /* length of this structure */
        .byte 0                         /* revision */
        .byte 0, 0, 3                   /* class: VGA-compatible display */
        .word 0                         /* length / 512: mkrom */
        .word 1                         /* level of this code */
        .byte 0                         /* PC-AT compatible */
        .byte 0x80                      /* last image */
        .word 0
        .ascii "Vitrine VGA BIOS"
        .byte 0
        /* Bus/device/function of our display, put here by init while the shadow is writable;
         * rom_fix keeps the checksum of the image right. FFFFh: unknown. */
        .balign 2
rom_bdf:
        .word 0xFFFF
rom_fix:
        .byte 0

        .text
        .macro ENTER_C
        cld
        pushw %ds
        pushw %es
        pushal
        movzwl %sp, %esp
        movw %ss, %ax
        movw %ax, %ds
        movw %ax, %es
        movl %esp, %eax
        .endm
        .macro LEAVE_C
        movl 12(%esp), %eax             /* ESP as pushal saw it */
        subl $32, %eax
        movl %eax, %esp
        popal
        popw %es
        popw %ds
        .endm

        .globl int10_entry
int10_entry:
        ENTER_C
        calll int10
        LEAVE_C
        iretw

        .globl window_far
window_far:
        ENTER_C
        calll window_call
        LEAVE_C
        lretw

init:
        /* AX = bus/device/function (PCI Firmware 3.0, 5.2.1.23) */
        ENTER_C
        movl 28(%esp), %eax             /* the caller's EAX */
        movw %ax, %cx
        /* store it, if the shadow takes writes, and make the bytes still sum to zero */
        movb %ch, %al
        addb %cl, %al
        negb %al
        subb $2, %al                    /* the stored FFFFh counted FEh */
        movw %cs:rom_bdf, %dx
        cmpw $0xFFFF, %dx
        jne 1f
        movw %cx, %cs:rom_bdf
        cmpw %cx, %cs:rom_bdf
        jne 1f
        movb %al, %cs:rom_fix
1:      calll vga_init
        LEAVE_C
        lretw

/* ---- bytes and words between segments ---- */

        /* fill16(seg: ax, off: dx, value: cx, n on the stack) */
        .globl fill16
fill16:
        pushl %edi
        pushw %es
        movw %ax, %es
        movzwl %dx, %edi
        movl %ecx, %eax
        movl 10(%esp), %ecx
        rep stosw
        popw %es
        popl %edi
        retl

        /* copy8(dseg: ax, doff: dx, sseg: cx, soff, n on the stack) */
        .globl copy8, copy8_down
copy8_down:
        std
copy8:
        pushl %esi
        pushl %edi
        pushw %ds
        pushw %es
        movzwl %dx, %edi
        movzwl 16(%esp), %esi
        movl 20(%esp), %edx
        movw %ax, %es
        movw %cx, %ds
        movl %edx, %ecx
        rep movsb
        cld
        popw %es
        popw %ds
        popl %edi
        popl %esi
        retl

/* ---- VBE 3.0 4F0Ah: position-independent 32-bit code that only uses ports ---- */

        .section .rodata, "a"
        .balign 4
        .globl pm_table, pm_table_end
pm_table:
        .word pm_window - pm_table
        .word pm_start - pm_table
        .word pm_palette - pm_table
        .word pm_ports - pm_table
pm_ports:
        .word 0x1CE, 0x1CF, 0x3C8, 0x3C9, 0x3DA, 0xFFFF
        .word 0xFFFF                    /* no memory is needed */
        .code32
pm_window:                              /* 4F05h: BX = 0 set window A, DX = position */
        cmpw $0, %bx
        jne pm_fail
        pushl %edx
        movw $0x1CE, %dx
        movw $5, %ax
        outw %ax, %dx
        popl %eax
        pushl %eax
        incl %edx
        outw %ax, %dx
        popl %edx
        movw $0x004F, %ax
        ret
pm_fail:
        movw $0x014F, %ax
        ret
pm_start:                               /* 4F07h: CX, DX = start address / 4, low and high */
        pushl %ebx
        pushl %ecx
        pushl %edx
        pushl %esi
        shll $16, %edx
        movw %cx, %dx
        movl %edx, %esi
        shll $2, %esi                   /* in bytes */
        movw $3, %ax
        call pm_read                    /* bits a pixel */
        movzwl %ax, %ebx
        addl $7, %ebx
        shrl $3, %ebx                   /* bytes a pixel */
        movw $6, %ax
        call pm_read                    /* pixels a line */
        movzwl %ax, %ecx
        imull %ebx, %ecx
        jecxz 1f
        movl %esi, %eax
        xorl %edx, %edx
        divl %ecx                       /* line, byte in it */
        pushl %eax
        movl %edx, %eax
        xorl %edx, %edx
        divl %ebx
        movl %eax, %ecx
        movw $8, %ax
        call pm_write
        popl %ecx
        movw $9, %ax
        call pm_write
1:      popl %esi
        popl %edx
        popl %ecx
        popl %ebx
        movw $0x004F, %ax
        ret
pm_read:
        movw $0x1CE, %dx
        outw %ax, %dx
        incl %edx
        inw %dx, %ax
        ret
pm_write:
        movw $0x1CE, %dx
        outw %ax, %dx
        incl %edx
        movl %ecx, %eax
        outw %ax, %dx
        ret
pm_palette:                             /* 4F09h: CX entries from DX on, ES:EDI = B G R x */
        testb $0x7F, %bl
        jne pm_fail
        pushl %ecx
        pushl %edx
        pushl %edi
        movl %edx, %eax
        movw $0x3C8, %dx
        outb %al, %dx
        incl %edx
        movzwl %cx, %ecx
        jecxz 2f
1:      movb %es:2(%edi), %al
        outb %al, %dx
        movb %es:1(%edi), %al
        outb %al, %dx
        movb %es:(%edi), %al
        outb %al, %dx
        addl $4, %edi
        loop 1b
2:      popl %edi
        popl %edx
        popl %ecx
        movw $0x004F, %ax
        ret
pm_table_end:

/* ---- tables that other programs read ---- */

        .balign 16
        .globl rom_save_table, rom_functionality
        /* Video save pointer table (IBM PS/2 and PC BIOS Interface Technical Reference).
         * NOTE: C000h is where a system BIOS must put a VGA's ROM (PCI Firmware 3.0, 5.2.1). */
rom_save_table:
        .word vparams, 0xC000
        .word 0, 0                      /* no dynamic save area */
        .word 0, 0                      /* no alphanumeric font override */
        .word 0, 0                      /* no graphics font override */
        .word rom_save_table2, 0xC000
        .word 0, 0, 0, 0
rom_save_table2:
        .word 26                        /* length */
        .word rom_dcc, 0xC000
        .word 0, 0                      /* no second alphanumeric font */
        .word 0, 0                      /* no user palette */
        .word 0, 0, 0, 0, 0, 0
rom_dcc:                                /* display combination codes */
        .byte 16, 1, 8, 0               /* entries, version, highest type */
        .byte 0,0, 0,1, 0,2, 2,1, 0,4, 4,1, 0,5, 2,5, 0,6, 1,6, 5,6, 0,8, 1,8, 0,7, 2,7, 6,7
rom_functionality:                      /* INT 10h AH=1Bh static table */
        .byte 0xFF, 0xE0, 0x0F          /* modes 0-7, 0Dh-0Fh, 10h-13h */
        .byte 0, 0, 0, 0
        .byte 7                         /* 200, 350, 400 scan lines */
        .byte 2                         /* character blocks shown at once */
        .byte 8                         /* character blocks */
        .byte 0xE7, 0x0C                /* services */
        .word 0
        .byte 0, 0
