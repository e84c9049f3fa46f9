/* SPDX-License-Identifier: MIT */
/* `byte`: prints AL at port E9h as two hexadecimal digits. Changes AL. */
byte:
    pushw %ax
    shrb $4, %al
    call digit
    popw %ax
    andb $15, %al
digit:
    addb $0x30, %al
    cmpb $0x3a, %al
    jb 1f
    addb $0x27, %al
1:  outb %al, $0xe9
    ret
