/* SPDX-License-Identifier: MIT */
/* The 8042's commands, the keyboard's and the mouse's, and what the user does. IBM PS/2 Technical Reference. */
#include "fuzz.h"

#include "bus/cpuregs.h"

enum { DATA = 0x60, COMMAND = 0x64, VMPORT = 0x5658 };
enum { OBF = 1 };
#define MILLISECOND UINT64_C(1000000)

/* Takes what comes, at most n bytes. */
static void drain(struct side *s, unsigned n, uint64_t each)
{
    for (unsigned i = 0; i < n; i++) {
        if (rd(s, COMMAND, 1) & OBF)
            rd(s, DATA, 1);
        else
            step(s, each);
    }
}

static const uint8_t commands[] = {0x20, 0x60, 0xa4, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xad, 0xae, 0xc0, 0xd0, 0xd1, 0xd2,
                                   0xd3, 0xd4, 0xdd, 0xdf, 0xe0, 0xf0, 0xfe, 0xff, 0x21, 0x3f, 0x61, 0x7f, 0x00};

static void open_both(struct side *s, uint8_t command_byte)
{
    wr(s, COMMAND, 1, 0x60);
    wr(s, DATA, 1, command_byte);
    wr(s, COMMAND, 1, 0xa8);
    wr(s, COMMAND, 1, 0xae);
}

/* p: 0 command; 1 data; 2 how much is taken; 3 raw. */
void op_kbc(struct side *s, const uint8_t *p)
{
    uint8_t c = p[3] & 7 ? commands[p[0] % sizeof commands] : p[0];
    wr(s, COMMAND, 1, c);
    if (c == 0x60 || c == 0x61 || c == 0x7f || (c >= 0xd1 && c <= 0xd4))
        wr(s, DATA, 1, c == 0x60 ? (p[1] & 0x73u) | 4 : p[1]);
    if (p[4] & 1)
        rd(s, DATA, 1);
    drain(s, p[2] & 15, MILLISECOND);
}

static const uint8_t keyboard[] = {0xed, 0xee, 0xf0, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
                                   0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff, 0xef, 0xf1, 0xf0};

/* p: 0 command; 1-3 parameters; 4 how many; 5 translation; 6 how much is taken. */
void op_keyboard(struct side *s, const uint8_t *p)
{
    uint8_t c = keyboard[p[0] % sizeof keyboard];
    if (p[5] & 3)
        open_both(s, p[5] & 4 ? 0x47 : 0x07);
    wr(s, DATA, 1, c);
    drain(s, 3, MILLISECOND);
    for (unsigned i = 0; i < p[4] % 4u; i++) {
        wr(s, DATA, 1, c == 0xf0 ? p[1 + i] & 3 : c >= 0xfb && c < 0xfe ? p[1 + i] & 0x7f : p[1 + i]);
        drain(s, 3, MILLISECOND);
    }
    drain(s, p[6] & 15, MILLISECOND);
}

static void to_mouse(struct side *s, uint8_t byte, unsigned replies)
{
    wr(s, COMMAND, 1, 0xd4);
    wr(s, DATA, 1, byte);
    drain(s, replies, MILLISECOND);
}

static const uint8_t mouse[] = {0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xee, 0xf0, 0xf2, 0xf3,
                                0xf4, 0xf5, 0xf6, 0xfe, 0xff, 0xf4, 0xf4, 0x00, 0xef, 0xeb};
static const uint8_t rates[] = {10, 20, 40, 60, 80, 100, 200, 99};

/* p: 0 command; 1 parameter; 2 first the knock that makes it a wheel mouse (1) or one of five buttons (2); 3 taken. */
void op_mouse(struct side *s, const uint8_t *p)
{
    static const uint8_t knocks[2][3] = {{200, 100, 80}, {200, 200, 80}};
    uint8_t c = mouse[p[0] % sizeof mouse];
    if (p[4] & 3)
        open_both(s, 0x47);
    for (unsigned k = 0; k < 2; k++)
        for (unsigned i = 0; i < 3 && p[2] & 1u << k && p[2] & 0x30; i++) {
            to_mouse(s, 0xf3, 3);
            to_mouse(s, knocks[k][i], 3);
        }
    if (p[2] & 3)
        to_mouse(s, 0xf2, 5);
    to_mouse(s, c, 4);
    if (c == 0xe8)
        to_mouse(s, p[1] % 5, 3);
    if (c == 0xf3)
        to_mouse(s, p[5] & 8 ? p[1] : rates[p[1] % sizeof rates], 3);
    if (c == 0xee)
        to_mouse(s, p[1], 3);
    if (p[5] & 1)
        to_mouse(s, p[6], 3);
    drain(s, p[3] & 15, MILLISECOND);
}

static const uint8_t keys[] = {0x1e, 0x2a, 0x36, 0x1d, 0x38, 0x9d, 0xb8, 0xb7, 0xc6, 0x45, 0xc7, 0xc8, 0xc9, 0xcb,
                               0xcd, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3, 0xb5, 0x46, 0x54, 0x3a, 0x57, 0x01, 0x00, 0x73};

/* Keys go down and up. p: 0 how many; 1-8 which; 9 taken in between; 10 time, for repeats. */
void op_keys(struct side *s, const uint8_t *p)
{
    for (unsigned i = 0; i < 1 + p[0] % 12u; i++) {
        uint8_t b = p[1 + i % 8], event[3] = {0};
        event[0] = b & 0x80 ? keys[b % sizeof keys] : (uint8_t)(b + i * 16);
        event[2] = (p[11] >> i % 8 ^ i) & 1;
        input(s, J_KEY, 0, event, sizeof event);
        if (p[9] & 0x80)
            drain(s, p[9] & 7, MILLISECOND);
    }
    if (p[10] & 1)
        pass(s, p[10] * 4 * MILLISECOND);
    drain(s, p[12] & 31, MILLISECOND);
}

/* The pointer: relative, absolute, from edge to edge. p: 0 how many and which; 1-8 where; 9 taken. */
void op_pointer(struct side *s, const uint8_t *p)
{
    for (unsigned i = 0; i < 1 + p[0] % 16u; i++) {
        const uint8_t *q = p + 1 + i % 5;
        uint8_t event[6] = {q[0], q[1], q[2], q[3], (uint8_t)(q[4] & 0x83), (uint8_t)(p[9] & 1 ? i : q[5])};
        if (p[0] & 0x10) { /* small steps */
            event[1] = event[0] & 0x80 ? 0xff : 0;
            event[3] = event[2] & 0x80 ? 0xff : 0;
        }
        input(s, p[0] & 0x20 ? J_TABLET : J_MOUSE, 0, event, sizeof event);
    }
    drain(s, p[10] & 15, 4 * MILLISECOND);
}

static uint32_t backdoor(struct side *s, uint32_t command, uint32_t with)
{
    s->m->cpu->regs[CPU_EAX] = 0x564d5868;
    s->m->cpu->regs[CPU_EBX] = with;
    s->m->cpu->regs[CPU_ECX] = command;
    return rd(s, VMPORT, 4);
}

/* p: 0 command; 1 argument; 2 raw. */
void op_vmmouse(struct side *s, const uint8_t *p)
{
    static const uint32_t pointer[] = {0x45414552, 0x4c455252, 0x53424152, 0xf5, 0x45414552, 0x53424152, 0x12345678};
    switch (p[0] % 12) {
    case 0: backdoor(s, 10, p[1]); break;
    case 1:
    case 2: backdoor(s, 39, p[1] & 0x40 ? p[1] & 7 : 4); break;
    case 3: backdoor(s, 40, 0); break;
    case 4:
    case 5: backdoor(s, 41, pointer[p[1] % ARRAY_LEN(pointer)]); break;
    case 6: backdoor(s, 86, p[1]); break;
    case 7: backdoor(s, p[1], p[2]); break;
    case 8: rd(s, VMPORT + (p[1] & 3u), 1u << p[2] % 3); break;
    case 9: wr(s, VMPORT, 4, p[1]); break;
    default: /* a driver comes: version, then absolute coordinates */
        backdoor(s, 41, pointer[0]);
        backdoor(s, 40, 0);
        backdoor(s, 39, 1);
        backdoor(s, 41, pointer[1 + p[1] % 2]);
        break;
    }
    for (unsigned reg = CPU_EAX; reg <= CPU_EDI; reg++)
        note(s, "register", reg, s->m->cpu->regs[reg]);
}
