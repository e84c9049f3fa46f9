/* SPDX-License-Identifier: MIT */
/* Who may reach a port: SDM 1 18.5.1, 18.5.2 (IOPL, the I/O permission bitmap), by rule. */
#include "tests/cpu/rig.h"

enum { MAP_AT = 104, PORTS = 64 };

static uint8_t map[PORTS / 8 + 1];

static void tss_with_map(unsigned level, unsigned cpl, bool vm)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    for (unsigned k = 0; k < sizeof map; k++) {
        map[k] = (uint8_t)(0x51u * k + 0x36);
        put8(TSS_AT + MAP_AT + k, map[k]);
    }
    c->tr.limit = MAP_AT + PORTS / 8;
    cpu_set_eflags(c, level << 12 | (vm ? FL_VM : 0));
    c->cpl = (uint8_t)(vm ? 3 : cpl);
    mode_update(c);
    c->exc = (struct exception){0};
}

static bool map_allows(unsigned port, unsigned size)
{
    for (unsigned p = port; p < port + size; p++)
        if (map[p / 8] >> (p & 7) & 1)
            return false;
    return true;
}

START_TEST(map_is_asked_above_iopl_and_in_virtual_8086_mode)
{
    for (unsigned level = 0; level < 4; level++)
        for (unsigned cpl = 0; cpl < 5; cpl++) { /* 4: virtual-8086 mode */
            tss_with_map(level, cpl, cpl == 4);
            bool asked = cpl == 4 || cpl > level;
            ck_assert(!map_allows(1, 1));
            bool raised = io_check(rig.cpu, 1, 1);
            ck_assert_msg(raised == asked, "IOPL %u, CPL %u", level, cpl);
            if (raised)
                ck_assert(rig.cpu->exc.vector == EXC_GP && rig.cpu->exc.has_code && rig.cpu->exc.code == 0);
            ck_assert(!io_check(rig.cpu, 0, 1));
        }
    rig_real();
    ck_assert(!io_check(rig.cpu, 1, 1));
}
END_TEST

START_TEST(every_bit_of_an_access_must_be_clear)
{
    tss_with_map(0, 3, false);
    for (unsigned size = 1; size <= 4; size *= 2)
        for (unsigned port = 0; port + size <= PORTS; port++)
            ck_assert_msg(io_check(rig.cpu, (uint16_t)port, size) == !map_allows(port, size), "port %u, %u bytes", port,
                          size);
}
END_TEST

/* Two bytes of the map are read for each access, so a byte must follow the last one (SDM 1 18.5.2). */
START_TEST(map_ends_with_the_segment)
{
    for (unsigned limit = 102; limit < MAP_AT + 5; limit++) {
        tss_with_map(0, 3, false);
        for (unsigned k = 0; k < 8; k++)
            put8(TSS_AT + MAP_AT + k, 0);
        rig.cpu->tr.limit = limit;
        for (unsigned port = 0; port < 48; port++)
            ck_assert_msg(io_check(rig.cpu, (uint16_t)port, 1) == (MAP_AT + port / 8 + 1 > limit), "limit %u, port %u",
                          limit, port);
    }
}
END_TEST

/* A TSS of 16 bits, a short one and none have no map: every port is refused. */
START_TEST(without_a_map_every_port_is_refused)
{
    for (unsigned k = 0; k < 4; k++) {
        tss_with_map(0, 3, false);
        put16(TSS_AT + 102, 0);
        for (unsigned n = 0; n < 16; n++)
            put8(TSS_AT + n, 0);
        if (k == 1)
            rig.cpu->tr.attr = 0x8300;
        else if (k == 2)
            rig.cpu->tr.limit = 102;
        else if (k == 3)
            rig.cpu->tr.attr &= ~(uint32_t)DESC_P;
        ck_assert_msg(io_check(rig.cpu, 0, 1) == (k != 0), "case %u", k);
    }
}
END_TEST

START_TEST(map_in_an_absent_page_is_a_page_fault)
{
    enum { AWAY = 0x50000 };
    static const struct {
        uint32_t tss;
        uint16_t map, port;
        uint32_t cr2;
    } t[] = {{AWAY - 103, 0x200, 0, AWAY},         /* the map's address, by half */
             {AWAY - 0x200, 0x1ff, 0, AWAY},       /* the second byte of the map */
             {AWAY - 0x200, 0x200, 0, AWAY},       /* the first */
             {AWAY - 0x200, 0x1f0, 8 * 15, AWAY}}; /* further on */
    for (unsigned k = 0; k < ARRAY_LEN(t); k++) {
        tss_with_map(0, 3, false);
        rig_paging();
        rig.cpu->tr.base = t[k].tss;
        rig.cpu->tr.limit = 0xffff;
        put16(t[k].tss + 102, t[k].map);
        put32(t[k].tss + t[k].map, 0);
        set_pte(AWAY, 0);
        ck_assert_msg(io_check(rig.cpu, t[k].port, 1), "case %u", k);
        ck_assert_msg(rig.cpu->exc.vector == EXC_PF && rig.cpu->exc.code == 0, "case %u: vector %u", k,
                      rig.cpu->exc.vector);
        ck_assert_msg((rig.cpu->exc.cr2 & ~0xfffull) == t[k].cr2, "case %u: CR2 %x", k, (unsigned)rig.cpu->exc.cr2);
    }
}
END_TEST

TCase *io_tests(void)
{
    TCase *t = tcase_create("ports");
    tcase_add_test(t, map_is_asked_above_iopl_and_in_virtual_8086_mode);
    tcase_add_test(t, every_bit_of_an_access_must_be_clear);
    tcase_add_test(t, map_ends_with_the_segment);
    tcase_add_test(t, without_a_map_every_port_is_refused);
    tcase_add_test(t, map_in_an_absent_page_is_a_page_fault);
    return t;
}
