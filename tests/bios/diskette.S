/* SPDX-License-Identifier: MIT */
/*
 * A diskette's boot sector that writes each sector of its diskette through INT 13h, a track at a time,
 * reads all of them back and compares, reads a cylinder in one go, and leaves through isa-debug-exit with
 * 10h; with 11h after "E", the step's letter and AH on port E9h.
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
    call each_track
    movb $'r', step
    call each_track

    movb $'m', step              /* both sides of cylinder 1 */
    movb $1, cylinder
    movb $0, head
    call address
    movb spt, %al
    mulb heads
    movb $2, %ah
    call int13
    movb spt, %al
    mulb heads
    movw %ax, count
    call compare

    movb $'v', step
    movb spt, %al
    movb $4, %ah
    call int13
    movb $0x10, %al
    jmp leave

each_track:
    movb $0, cylinder
1:  movb $0, head
2:  call address
    movzbw spt, %ax
    movw %ax, count
    cmpb $'w', step
    jne 3f
    call fill
    movb spt, %al
    movb $3, %ah
    call int13
    jmp 4f
3:  movb spt, %al
    movb $2, %ah
    call int13
    call compare
4:  incb head
    movb head, %al
    cmpb heads, %al
    jb 2b
    incb cylinder
    movb cylinder, %al
    cmpb cylinders, %al
    jb 1b
    ret

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
    movw $3, tries
    movw %ax, command
1:  movw command, %ax
    xorw %bx, %bx
    movb cylinder, %ch
    movb $1, %cl
    movb head, %dh
    movb drive, %dl
    int $0x13
    jnc 2f
    movb %ah, status
    xorw %ax, %ax
    int $0x13
    decw tries
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

drive:    .byte 0
step:     .byte 0
status:   .byte 0
cylinder: .byte 0
head:     .byte 0
lba:      .word 0
count:    .word 0
tries:    .word 0
command:  .word 0
    .org 510
    .word 0xaa55
