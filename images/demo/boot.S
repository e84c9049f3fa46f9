/* SPDX-License-Identifier: MIT */
/*
 * boot.S: the demo guest's boot sector.  Loads the rest of the image behind itself, by LBA where
 * the BIOS has the EDD calls (INT 13h AH=41h..), else by cylinder, head and sector.
 */
    .code16
    .section .boot, "ax"
    .globl boot
boot:
    cli
    ljmp    $0, $1f
1:  xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movw    $boot, %sp
    sti
    cld
    movb    %dl, boot_drive
    movw    $greeting, %si
    call    print

    movb    $0x41, %ah
    movw    $0x55aa, %bx
    movb    boot_drive, %dl
    int     $0x13
    jc      geometry
    cmpw    $0xaa55, %bx
    jne     geometry
    testb   $1, %cl
    jnz     load
geometry:
    movb    $0, has_edd
    movb    $8, %ah
    movb    boot_drive, %dl
    xorw    %di, %di
    int     $0x13
    jc      failed
    xorw    %ax, %ax
    movw    %ax, %es
    andw    $63, %cx
    jz      failed
    movw    %cx, sectors_per_track
    movzbw  %dh, %ax
    incw    %ax
    movw    %ax, heads

load:
    movw    $load_sectors, %bp
next:
    movb    $3, tries
again:
    cmpb    $0, has_edd
    je      by_chs
    movw    $packet, %si
    movb    $0x42, %ah
    jmp     read
by_chs:
    movw    packet_lba, %ax
    xorw    %dx, %dx
    divw    sectors_per_track           /* dx = sector - 1 */
    movb    %dl, %cl
    incb    %cl
    xorw    %dx, %dx
    divw    heads                       /* ax = cylinder, dx = head */
    movb    %al, %ch
    shlb    $6, %ah
    orb     %ah, %cl
    movb    %dl, %dh
    movw    packet_segment, %bx
    movw    %bx, %es
    xorw    %bx, %bx
    movw    $0x0201, %ax
read:
    movb    boot_drive, %dl
    int     $0x13
    jnc     loaded
    xorw    %ax, %ax
    movb    boot_drive, %dl
    int     $0x13                       /* reset, then once more */
    decb    tries
    jnz     again
failed:
    movw    $disk_error, %si
    call    print
1:  cli
    hlt
    jmp     1b
loaded:
    addw    $0x20, packet_segment
    incw    packet_lba
    decw    %bp
    jnz     next
    xorw    %ax, %ax
    movw    %ax, %es
    movb    boot_drive, %dl
    jmp     start16

print:
    lodsb
    testb   %al, %al
    jz      1f
    movb    $0x0e, %ah
    movw    $7, %bx
    int     $0x10
    jmp     print
1:  ret

greeting:   .asciz "Vitrine demo guest\r\n"
disk_error: .asciz "Disk read error. Halted.\r\n"
has_edd:    .byte 1
tries:      .byte 3
    .globl boot_drive
boot_drive: .byte 0
    .balign 4
sectors_per_track: .word 0
heads:      .word 0
/* EDD disk address packet: size, count, buffer, block */
packet:     .byte 16, 0
            .word 1, 0
packet_segment: .word 0x7e0
packet_lba: .word 1, 0, 0, 0

    .org 510
    .word 0xaa55
    .section .note.GNU-stack, "", @progbits
