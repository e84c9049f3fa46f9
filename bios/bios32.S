/* SPDX-License-Identifier: MIT */
/*
 * 32-bit entry points: the BIOS32 service directory, the PCI BIOS service and APM.
 * "Standard BIOS 32-bit Service Directory" 0.4; PCI BIOS 2.1 chapter 3.6. Both are far calls with
 * CS and DS over the BIOS; the stack segment alone is used for data, whatever its base. APM 1.2, 3.5: the selectors of
 * its 16-bit code and of its data segment follow that of the 32-bit code.
 */
    .code32
    .section .text32, "ax"

    .globl bios32_entry
bios32_entry:
    testb %bl, %bl
    jnz 2f
    cmpl $0x49435024, %eax      /* "$PCI" */
    jne 1f
    movl $0xf0000, %ebx
    movl $0x10000, %ecx
    movl $pcibios32_entry, %edx
    movb $0, %al
    lret
1:  movb $0x80, %al             /* service not present */
    lret
2:  movb $0x81, %al             /* the directory has no such function */
    lret

pcibios32_entry:
    pushfl
    cld
    pushal
    pushl %ds
    pushl %es
    movw %ss, %cx
    movw %cx, %ds
    movw %cx, %es
    leal 8(%esp), %eax
    call pcibios32
    andb $0xfe, 40(%esp)
    orb %al, 40(%esp)           /* CF */
    popl %es
    popl %ds
    popal
    popfl
    lret

    .globl apm32_entry
apm32_entry:
    pushfl
    cld
    pushal
    pushl %ds
    pushl %es
    movw %cs, %cx
    addw $16, %cx
    movw %cx, %es
    pushl %es:apm_state
    movw %ss, %cx
    movw %cx, %ds
    movw %cx, %es
    leal 12(%esp), %eax
    movl %esp, %edx
    call apm32
    movw %cs, %cx
    addw $16, %cx
    movw %cx, %es
    popl %es:apm_state
    movb %al, %cl
    andb $1, %cl
    andb $0xfe, 40(%esp)
    orb %cl, 40(%esp)           /* CF */
    testb $2, %al
    jz 1f
    sti
    hlt
1:  popl %es
    popl %ds
    popal
    popfl
    lret

    .section .note.GNU-stack, "", @progbits
