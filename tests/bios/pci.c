/* SPDX-License-Identifier: MIT */
/* PCI BIOS 2.1 in real mode and behind BIOS32, and the $PIR table. */
#include "guest.h"

static void pci(struct regs *r, uint8_t function)
{
    r->ah = 0xb1;
    r->al = function;
    intr(0x1a, r);
}

/* The offset in the F segment of a 16-byte aligned signature, or 0. */
static uint32_t find_table(uint32_t signature)
{
    for (uint32_t off = 0; off < 0x10000; off += 16)
        if (peek32(0xf000, off) == signature)
            return off;
    return 0;
}

static uint8_t sum(uint32_t off, uint32_t n)
{
    uint8_t s = 0;
    while (n--)
        s += peek8(0xf000, off++);
    return s;
}

static void test_config(void)
{
    struct regs r;
    prepare(&r);
    r.bx = 0x0000;
    r.di = 0;
    pci(&r, 0x0a);
    check_eq(r.ecx, 0x12378086, "pci_read_dword");
    prepare(&r);
    r.di = 2;
    pci(&r, 0x09);
    check_eq(r.ecx, 0xc7c71237, "pci_read_word_leaves_the_upper_half");
    prepare(&r);
    r.di = 1;
    pci(&r, 0x08);
    check_eq(r.cl, 0x80, "pci_read_byte");
    prepare(&r);
    r.di = 1;
    pci(&r, 0x0a);
    check((r.flags & CF) && r.ah == 0x87, "pci_misaligned_register_is_87");
    prepare(&r);
    r.bx = 0x0008; /* PIIX3: PIRQD */
    r.di = 0x63;
    pci(&r, 0x08);
    uint8_t old = r.cl;
    prepare(&r);
    r.bx = 0x0008;
    r.di = 0x63;
    r.cl = 0x80;
    pci(&r, 0x0b);
    outl(0xcf8, 0x80000860);
    check_eq(inl(0xcfc) >> 24, 0x80, "pci_write_byte");
    outl(0xcf8, 0x80000860);
    outb(0xcff, old);
}

static void test_routing(uint32_t pir)
{
    static uint8_t buffer[31 * 16];
    static uint16_t request[3];
    struct regs r;
    request[0] = sizeof buffer;
    request[1] = (uint16_t)(uintptr_t)buffer;
    request[2] = SEG;
    prepare(&r);
    r.di = (uint16_t)(uintptr_t)request;
    r.bx = 0;
    pci(&r, 0x0e);
    check(!(r.flags & CF) && r.ah == 0, "pci_get_routing_succeeds");
    check_eq(request[0], peek16(0xf000, pir + 6) - 32u, "pci_get_routing_gives_the_size");
    check(buffer[1] == peek8(0xf000, pir + 33) && buffer[2] == peek8(0xf000, pir + 34),
          "pci_get_routing_gives_the_table");
    request[0] = 16;
    prepare(&r);
    r.di = (uint16_t)(uintptr_t)request;
    pci(&r, 0x0e);
    check((r.flags & CF) && r.ah == 0x89, "pci_get_routing_small_buffer_is_89");
}

static void test_bios32(void)
{
    struct regs r;
    uint32_t dir = find_table(0x5f32335f); /* "_32_" */
    check(dir && sum(dir, 16) == 0, "bios32_directory_is_there");
    if (!dir)
        return;
    uint32_t entry = peek32(0xf000, dir + 4);
    r = (struct regs){.eax = 0x49435024};
    call32(entry, &r);
    check(r.al == 0, "bios32_knows_pci");
    uint32_t service = r.ebx + r.edx;
    r = (struct regs){.eax = 0xb101};
    uint32_t flags = call32(service, &r);
    check(!(flags & CF) && r.ah == 0 && r.edx == 0x20494350, "bios32_pci_is_present");
    r = (struct regs){.eax = 0xb10a, .ebx = 0, .edi = 0};
    flags = call32(service, &r);
    check(!(flags & CF) && r.ecx == 0x12378086, "bios32_pci_reads_configuration");
    r = (struct regs){.eax = 0xb10a, .edi = 1};
    flags = call32(service, &r);
    check((flags & CF) && r.ah == 0x87, "bios32_pci_fails_with_carry");
    r = (struct regs){.eax = 0x12345678};
    call32(entry, &r);
    check(r.al == 0x80, "bios32_does_not_know_others");
}

void test_pci(void)
{
    struct regs r;
    prepare(&r);
    pci(&r, 0x01);
    check(!(r.flags & CF) && r.ah == 0 && r.edx == 0x20494350, "pci_bios_is_present");
    check(r.al & 1 && r.bx == 0x0210, "pci_bios_is_2_1_with_mechanism_1");
    prepare(&r);
    r.dx = 0x8086;
    r.cx = 0x7010;
    r.si = 0;
    pci(&r, 0x02);
    check(!(r.flags & CF) && r.bx == 0x0009, "pci_finds_the_piix3_ide");
    prepare(&r);
    r.dx = 0x8086;
    r.cx = 0x7010;
    r.si = 1;
    pci(&r, 0x02);
    check((r.flags & CF) && r.ah == 0x86, "pci_second_of_one_is_86");
    prepare(&r);
    r.dx = 0xffff;
    pci(&r, 0x02);
    check((r.flags & CF) && r.ah == 0x83, "pci_vendor_ffff_is_83");
    prepare(&r);
    r.ecx = 0x060100;
    r.si = 0;
    pci(&r, 0x03);
    check(!(r.flags & CF) && r.bx == 0x0008, "pci_finds_the_isa_bridge_by_class");
    prepare(&r);
    pci(&r, 0x06);
    check((r.flags & CF) && r.ah == 0x81, "pci_special_cycle_is_81");
    test_config();

    outl(0xcf8, 0x80000920); /* the IDE function's bus-master registers */
    check((inl(0xcfc) & 0xfff0) != 0, "post_gave_the_ide_its_io_range");
    outl(0xcf8, 0x80000904);
    check((inl(0xcfc) & 5) == 5, "post_made_the_ide_bus_master");

    uint32_t pir = find_table(0x52495024); /* "$PIR" */
    check(pir && sum(pir, peek16(0xf000, pir + 6)) == 0, "pir_table_is_there");
    if (pir)
        test_routing(pir);
    test_bios32();
}
