/* SPDX-License-Identifier: MIT */
/*
 * A CD's boot image that checks how it was started ("El Torito" 1.0) and what INT 13h then gives; leaves through
 * isa-debug-exit with 10h, or with 11h after "E", the step's letter and AH on port E9h. eltorito.sh makes the CD and fills in
 * what is expected at offset 3.
 */
    .code16
    .globl _start
    .set buffer, 0x1000          /* segment */
_start:
    jmp start
    .byte 0
    .org 3
media:   .byte 0
drive:   .byte 0
image:   .long 0                 /* block of this image */
spt:     .byte 0
heads:   .byte 0
cyls:    .byte 0
last:    .word 0                 /* number of the image's last sector, which holds it in its first word */
blocks:  .long 0                 /* of the CD */
other:   .long 0                 /* block of a 1.44 MB diskette's image on the CD */

    .org 0x20
start:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x7c00, %sp
    ljmp $0, $1f
1:  sti
    cld
    movw $buffer, %ax
    movw %ax, %es
    movb %dl, booted
    movb $'a', step
    cmpb %dl, drive
    jne fail
    cmpb $0, media
    je main
    movb $'l', step              /* an emulated drive loads one sector: here are the others */
    pushw %es
    movw %ds, %ax
    movw %ax, %es
    movw $0x0204, %ax
    movw $0x0002, %cx
    movb $0, %dh
    movw $0x7e00, %bx
    int $0x13
    popw %es
    jc fail
    jmp main

fail:
    movb %ah, %bl
    movb $'E', %al
    outb %al, $0xe9
    movb step, %al
    outb %al, $0xe9
    movb %bl, %al
    outb %al, $0xe9
    movb $0x11, %al
    outb %al, $0xf4
    hlt
step:   .byte 0
booted: .byte 0

    .org 0x1be                   /* the partition that gives a hard disk's geometry: 20 cylinders, 4 heads, 17 sectors */
    .byte 0x80, 1, 1, 0, 6, 3, 17, 19
    .long 17, 1343
    .org 0x1fe
    .word 0xaa55

    .macro STEP letter
    movb $\letter, step
    .endm

main:
    STEP 'b'                     /* AH=4B01h: the specification packet */
    movw $0x4b01, %ax
    movb $0x7f, %dl
    movw $packet, %si
    int $0x13
    jc fail_far
    cmpb $0x13, packet
    jne fail_far
    movb media, %al
    cmpb %al, packet + 1
    jne fail_far
    movb drive, %al
    cmpb %al, packet + 2
    jne fail_far
    movl image, %eax
    cmpl %eax, packet + 4
    jne fail_far
    cmpb $0, media
    je no_emulation

    STEP 'c'                     /* AH=08h: the geometry */
    movb $0x08, %ah
    movb drive, %dl
    pushw %es
    int $0x13
    popw %es
    jc fail_far
    decb %dh
    addb $2, %dh
    cmpb heads, %dh
    jne fail_far
    cmpb spt, %cl
    jne fail_far
    incb %ch
    cmpb cyls, %ch
    jne fail_far
    cmpb $2, %dl                 /* the emulated drive and the real one */
    jne fail_far
    STEP 'd'                     /* the last sector by CHS */
    movb cyls, %ch
    decb %ch
    movb spt, %cl
    movb heads, %dh
    decb %dh
    call read_chs
    jc fail_far
    movw last, %ax
    cmpw %ax, %es:0
    jne fail_far
    STEP 'e'                     /* one sector more is none */
    movb spt, %cl
    incb %cl
    movb $0, %dh
    movb $0, %ch
    call read_chs
    jnc fail_far
    STEP 'f'                     /* it is write-protected */
    movw $0x0301, %ax
    movw $1, %cx
    movb $0, %dh
    movb drive, %dl
    xorw %bx, %bx
    int $0x13
    jnc fail_far
    cmpb $0x03, %ah
    jne fail_far
    STEP 'g'                     /* the drive that was there moved up */
    movb drive, %dl
    incb %dl
    call read_real
    STEP 'h'                     /* the CD itself is there, too */
    call read_record
    cmpb $4, media
    jne 1f
    STEP 'i'                     /* a hard disk reads by LBA */
    movb drive, %dl
    movzwl last, %eax
    call read_lba
    jc fail_far
    movw last, %ax
    cmpw %ax, %es:0
    jne fail_far
1:  STEP 'j'                       /* AH=4B00h ends it: the real drive has its number again */
    movw $0x4b00, %ax
    movb drive, %dl
    movw $packet, %si
    int $0x13
    jc fail_far
    movb drive, %dl
    call read_real
    jmp passed

no_emulation:
    STEP 'c'
    movw $0x55aa, %bx
    movb $0x41, %ah
    movb drive, %dl
    int $0x13
    jc fail_far
    cmpw $0xaa55, %bx
    jne fail_far
    testb $1, %cl
    jz fail_far
    STEP 'd'                     /* AH=48h: blocks of 2048 bytes, and how many */
    movb $0x48, %ah
    movb drive, %dl
    movw $30, params
    movw $params, %si
    int $0x13
    jc fail_far
    cmpw $2048, params + 24
    jne fail_far
    movl blocks, %eax
    cmpl %eax, params + 16
    jne fail_far
    STEP 'e'
    call read_record
    STEP 'f'                     /* the block after the last one is none */
    movb drive, %dl
    movl blocks, %eax
    call read_lba
    jnc fail_far
    STEP 'g'                     /* AH=4Dh: the boot catalog */
    movw $0x4d00, %ax
    movw $command, %si
    int $0x13
    jc fail_far
    cmpb $1, %es:0
    jne fail_far
    cmpw $0xaa55, %es:0x1e
    jne fail_far
    STEP 'h'                     /* AH=4Ah makes an image of the same CD drive 00h */
    movl other, %eax
    movl %eax, initiate + 4
    movw $0x4a00, %ax
    movw $initiate, %si
    int $0x13
    jc fail_far
    movw $79 << 8 | 18, %cx
    movb $1, %dh
    movb $0, drive
    call read_chs
    jc fail_far
    cmpw $2879, %es:0
    jne fail_far
    STEP 'i'                     /* ... and AH=4Bh ends that */
    movw $0x4b00, %ax
    movb $0x00, %dl
    movw $packet, %si
    int $0x13
    jc fail_far
    movb $0x00, %dl
    call read_real
    STEP 'k'                     /* a CD is not written to */
    movb $0x43, %ah
    movb booted, %dl
    movw $dap, %si
    int $0x13
    jnc fail_far
    STEP 'm'                     /* locked, it does not open; unlocked, it does, and reads no more */
    movw $0x4500, %ax
    movb booted, %dl
    int $0x13
    jc fail_far
    movw $0x4600, %ax
    movb booted, %dl
    int $0x13
    jnc fail_far
    cmpb $0xb1, %ah
    jne fail_far
    movw $0x4501, %ax
    movb booted, %dl
    int $0x13
    jc fail_far
    STEP 'n'
    movw $0x4600, %ax
    movb booted, %dl
    int $0x13
    jc fail_far
    movb booted, %dl
    movb %dl, drive
    movl $17, %eax
    call read_lba
    jnc fail_far
    cmpb $0x31, %ah
    jne fail_far

passed:
    movb $0x10, %al
    outb %al, $0xf4
    hlt
fail_far:
    jmp fail

read_chs:                        /* CX, DH: one sector of the drive to ES:0 */
    movw $0xeeee, %es:0
    movw $0x0201, %ax
    movb drive, %dl
    xorw %bx, %bx
    int $0x13
    ret

read_lba:                        /* EAX, DL: one sector or block to ES:0 */
    movl %eax, dap + 8
    movw %es, dap + 6
    movw $0xeeee, %es:0
    movw $1, dap + 2
    movb $0x42, %ah
    movw $dap, %si
    int $0x13
    ret

read_real:                       /* the second sector of the drive DL that is no image on the CD says so */
    movw $0xeeee, %es:0
    movw $3, %di                 /* a diskette drive may want a reset, and tells of a changed diskette */
1:  movw $0x0201, %ax
    movw $0x0002, %cx
    movb $0, %dh
    xorw %bx, %bx
    int $0x13
    jnc 2f
    pushw %ax
    movb $0x00, %ah
    int $0x13
    popw %ax
    decw %di
    jnz 1b
    jmp fail
2:  cmpl $0x4c414552, %es:0      /* "REAL" */
    jne fail_far
    ret

read_record:                     /* block 17: the boot record volume descriptor */
    movb $0xe0, %dl
    movl $17, %eax
    call read_lba
    jc fail_far
    cmpl $0x30304443, %es:1      /* "CD00" */
    jne fail_far
    ret

    .balign 4
dap:      .byte 16, 0
          .word 1, 0, buffer
          .long 0, 0
command:  .byte 8, 1
          .word 0, buffer, 0
initiate: .byte 0x13, 2, 0, 0
          .long 0
          .word 0, 0, 0, 1
          .byte 0, 0, 0
packet:   .fill 0x13, 1, 0
params:   .fill 30, 1, 0
    .org 0x800 - 1
    .byte 0
