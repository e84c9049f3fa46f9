/* SPDX-License-Identifier: MIT */
/*
 * A diskette's boot sector that writes each sector of its diskette through INT 13h, the first half a track at a time,
 * the second half 101 sectors at a time whatever cylinders they lie on, reads all of them back both ways and compares,
 * and leaves through isa-debug-exit with 10h; with 11h after "E", the step's letter and AH on port E9h. While it reads
 * long, a program's timer interrupt turns the motor off.
 * diskette.sh puts the geometry at offset 3: cylinders, heads, sectors a track.
 */
    .code16
    .globl _start
_start:
    jmp start
    .byte 0
    .org 3
cylinders: .byte 0
heads:     .byte 0
spt:       .byte 0
    .set buffer, 0x1000          /* segment; 64 KiB hold any cylinder */

    .org 0x20
start:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x7c00, %sp
    sti
    movb %dl, drive
    movw $buffer, %ax
    movw %ax, %es
    cld

    movb $'w', step
    movb cylinders, %bl
    shrb $1, %bl
    call each_track
    movw lba, %ax
    addw count, %ax
    movb $'x', step
    call pieces
    movb $'r', step
    movb cylinders, %bl
    call each_track

    cli
    movw 0x20, %ax
    movw %ax, old_timer
    movw 0x22, %ax
    movw %ax, old_timer + 2
    movw $timer, 0x20
    movw $0, 0x22
    sti
    movb $'l', step
    xorw %ax, %ax
    call pieces
    movb $0x10, %al
    jmp leave

timer:
    pushw %ax
    pushw %dx
    movw $0x3f2, %dx
    movb $0x0c, %al
    outb %al, %dx
    popw %dx
    popw %ax
    movb $1, %cs:0x440
    ljmpw *%cs:old_timer

/* The tracks of BL cylinders. */
each_track:
    movb %bl, end
    movb $1, sector
    movb $0, cylinder
1:  movb $0, head
2:  call address
    movzbw spt, %ax
    movw %ax, count
    call part
    incb head
    movb head, %al
    cmpb heads, %al
    jb 2b
    incb cylinder
    movb cylinder, %al
    cmpb end, %al
    jb 1b
    ret

/* From sector AX to the last one. */
pieces:
    movw %ax, lba
    movb cylinders, %al
    mulb heads
    movzbw spt, %cx
    mulw %cx
    subw lba, %ax
    jz 9f
    cmpw $101, %ax
    jb 1f
    movw $101, %ax
1:  movw %ax, count
    movw lba, %ax
    xorw %dx, %dx
    divw %cx
    incb %dl
    movb %dl, sector
    divb heads
    movb %al, cylinder
    movb %ah, head
    call part
    movw lba, %ax
    addw count, %ax
    jmp pieces
9:  ret

/* Steps w and x write count sectors, the others read and compare. */
part:
    cmpb $'w', step
    jb 3f
    call fill
    movb $3, %ah
    jmp int13
3:  movb $2, %ah
    call int13
    jmp compare

/* lba = (cylinder * heads + head) * spt of the track */
address:
    movb cylinder, %al
    mulb heads
    movzbw head, %bx
    addw %bx, %ax
    movzbw spt, %bx
    mulw %bx
    movw %ax, lba
    ret

/* The boot sector's place keeps the boot sector. */
fill:
    xorw %di, %di
    movw lba, %ax
    movw count, %cx
1:  pushw %cx
    pushw %di
    movw $256, %cx
    rep stosw
    popw %di
    movw %ax, %bx
    notw %bx
    movw %bx, %es:508(%di)
    addw $512, %di
    incw %ax
    popw %cx
    loop 1b
    cmpw $0, lba
    jne 2f
    xorw %di, %di
    movw $0x7c00, %si
    movw $256, %cx
    rep movsw
2:  ret

compare:
    xorw %di, %di
    movw lba, %ax
    movw count, %cx
1:  testw %ax, %ax
    jz 2f
    movw %ax, %bx
    notw %bx
    cmpw %ax, %es:(%di)
    jne fail
    cmpw %bx, %es:508(%di)
    jne fail
2:  addw $512, %di
    incw %ax
    loop 1b
    ret

int13:
    movb count, %al
    movb $3, tries
    movw %ax, command
1:  movw command, %ax
    xorw %bx, %bx
    movb cylinder, %ch
    movb sector, %cl
    movb head, %dh
    movb drive, %dl
    int $0x13
    jnc 2f
    movb %ah, status
    xorw %ax, %ax
    int $0x13
    decb tries
    jnz 1b
    jmp fail
2:  ret

fail:
    movb $'E', %al
    outb %al, $0xe9
    movb step, %al
    outb %al, $0xe9
    movb status, %al
    outb %al, $0xe9
    movb $0x11, %al
leave:
    outb %al, $0xf4
1:  hlt
    jmp 1b

    .set drive, 0x600
    .set step, 0x601
    .set status, 0x602
    .set cylinder, 0x603
    .set head, 0x604
    .set sector, 0x605
    .set end, 0x606
    .set tries, 0x607
    .set lba, 0x608
    .set count, 0x60a
    .set command, 0x60c
    .set old_timer, 0x610
    .org 510
    .word 0xaa55
