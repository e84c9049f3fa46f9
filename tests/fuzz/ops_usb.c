/* SPDX-License-Identifier: MIT */
/*
 * Schedules for the UHCI: frame lists, queue heads and transfer descriptors, control transfers to the functions at its
 * ports and polls of their interrupt endpoints. UHCI Design Guide 1.1; USB 1.1 chapter 9; HID 1.11.
 */
#include "fuzz.h"

enum { CMD = 0x00, STS = 0x02, INTR = 0x04, FRNUM = 0x06, FLBASE = 0x08, PORTSC = 0x10 };
enum { RUN = 1, HCRESET = 2, GRESET = 4, EGSM = 8 };
enum { PORT_ENABLE = 0x04, PORT_RESET = 0x200, PORT_SUSPEND = 0x1000, PORT_RESUME = 0x40 };
enum { LINK_T = 1, LINK_Q = 2, LINK_VF = 4 };
enum { PID_IN = 0x69, PID_OUT = 0xe1, PID_SETUP = 0x2d };
enum { FRAMES = SCHEDULE_AT, QUEUE = SCHEDULE_AT + 0x1000, TDS = SCHEDULE_AT + 0x2000, BUFFERS = SCHEDULE_AT + 0x4000 };
enum { ACTIVE = 1 << 23, IOC = 1 << 24, ISO = 1 << 25, SPD = 1 << 29, CERR_SHIFT = 27 };
#define MILLISECOND UINT64_C(1000000)

static uint16_t controller(struct side *s)
{
    cfg_wr(s, USB_FN, 0x04, 2, 0x05);
    cfg_wr(s, USB_FN, 0xc0, 2, 0x2000);
    return io_bar(s, USB_FN, 4);
}

static void descriptor(struct side *s, unsigned n, uint32_t link, uint32_t status, uint32_t token, uint32_t buffer)
{
    mem_put32(s, TDS + 16 * n, link);
    mem_put32(s, TDS + 16 * n + 4, status);
    mem_put32(s, TDS + 16 * n + 8, token);
    mem_put32(s, TDS + 16 * n + 12, buffer);
}

static uint32_t token(uint8_t pid, unsigned address, unsigned endpoint, unsigned len)
{
    return pid | address << 8 | endpoint << 15 | ((len - 1) & 0x7ff) << 21;
}

static uint32_t next_td(unsigned n, bool last)
{
    return last ? LINK_T : (TDS + 16 * (n + 1)) | LINK_VF;
}

static void queue(struct side *s, unsigned n, uint32_t beside, uint32_t element)
{
    mem_put32(s, QUEUE + 16 * n, beside);
    mem_put32(s, QUEUE + 16 * n + 4, element);
}

static void frames(struct side *s, uint32_t link)
{
    uint8_t list[4096];
    for (unsigned i = 0; i < sizeof list; i += 4)
        st32(list + i, link);
    mem_put(s, FRAMES, list, sizeof list);
}

static void run(struct side *s, uint16_t io, uint16_t command, unsigned ms, bool stop)
{
    wr(s, io + FLBASE, 4, FRAMES);
    wr(s, io + STS, 2, 0x3f);
    wr(s, io + INTR, 2, 0x0f);
    wr(s, io + CMD, 2, command | RUN);
    pass(s, ms * MILLISECOND);
    rd(s, io + STS, 2);
    if (stop)
        wr(s, io + CMD, 2, command & ~(unsigned)RUN);
}

/* A SETUP, data in parts of eight bytes, and the status stage of the other direction. */
static void control(struct side *s, unsigned address, const uint8_t setup[8], uint32_t flags, unsigned ms, bool stop)
{
    uint16_t io = controller(s);
    uint32_t status = ACTIVE | 3u << CERR_SHIFT | flags;
    bool in = setup[0] & 0x80;
    unsigned len = MIN(ld16(setup + 6), 200), n = 0;
    uint8_t data[208];
    fill(data, sizeof data, ld32(setup));
    if (!in)
        mem_put(s, BUFFERS + 0x100, data, sizeof data);
    mem_put(s, BUFFERS, setup, 8);
    descriptor(s, n, next_td(n, false), status, token(PID_SETUP, address, 0, 8), BUFFERS);
    n++;
    for (unsigned at = 0; at < len; at += 8, n++)
        descriptor(s, n, next_td(n, false), status, token(in ? PID_IN : PID_OUT, address, 0, MIN(8u, len - at)),
                   BUFFERS + 0x100 + at);
    descriptor(s, n, next_td(n, true), status | IOC, token(in ? PID_OUT : PID_IN, address, 0, 0), BUFFERS);
    queue(s, 0, LINK_T, TDS);
    frames(s, QUEUE | LINK_Q);
    run(s, io, 0xc0, ms, stop);
    for (unsigned i = 0; i <= n; i++)
        mem_look(s, TDS + 16 * i + 4, 4);
    if (in)
        mem_look(s, BUFFERS + 0x100, len & ~3u);
}

static void request(struct side *s, unsigned address, uint8_t type, uint8_t what, uint16_t value, uint16_t length)
{
    uint8_t setup[8] = {type, what};
    st16(setup + 2, value);
    st16(setup + 6, length);
    control(s, address, setup, 0, 3, true);
}

static void reset_port(struct side *s, unsigned port)
{
    uint16_t io = (uint16_t)(controller(s) + PORTSC + 2 * port);
    wr(s, io, 2, PORT_RESET);
    pass(s, 10 * MILLISECOND);
    wr(s, io, 2, 0);
    wr(s, io, 2, PORT_ENABLE | 0x0a);
    rd(s, io, 2);
}

/* As a driver does it: reset, descriptors, an address, the configuration. Port 0 gets address 1, port 1 address 2. */
void op_usb_enumerate(struct side *s, const uint8_t *p)
{
    unsigned port = p[0] & 1, address = port + 1;
    reset_port(s, port);
    request(s, 0, 0x80, 6, 0x0100, 8);
    request(s, 0, 0x00, 5, (uint16_t)address, 0);
    if (p[1] & 1)
        request(s, address, 0x80, 6, 0x0200, 64);
    request(s, address, 0x00, 9, 1, 0);
    if (p[1] & 2)
        request(s, address, 0x21, 10, (uint16_t)(p[2] & 1 ? p[3] << 8 : 0), 0);
}

static const uint8_t requests[][8] = {
    {0x80, 6, 0x00, 0x01, 0, 0, 18, 0}, {0x80, 6, 0x00, 0x02, 0, 0, 64, 0},  {0x80, 6, 0x00, 0x03, 0, 0, 64, 0},
    {0x80, 6, 0x01, 0x03, 9, 4, 64, 0}, {0x80, 6, 0x02, 0x03, 9, 4, 8, 0},   {0x80, 6, 0x09, 0x03, 9, 4, 64, 0},
    {0x81, 6, 0x00, 0x21, 0, 0, 9, 0},  {0x81, 6, 0x00, 0x22, 0, 0, 100, 0}, {0x80, 6, 0x00, 0x09, 0, 0, 9, 0},
    {0x80, 0, 0, 0, 0, 0, 2, 0},        {0x81, 0, 0, 0, 0, 0, 2, 0},         {0x82, 0, 0, 0, 0x81, 0, 2, 0},
    {0x82, 0, 0, 0, 0x05, 0, 2, 0},     {0x80, 8, 0, 0, 0, 0, 1, 0},         {0x81, 10, 0, 0, 0, 0, 1, 0},
    {0x00, 1, 1, 0, 0, 0, 0, 0},        {0x00, 3, 1, 0, 0, 0, 0, 0},         {0x02, 1, 0, 0, 0x81, 0, 0, 0},
    {0x02, 3, 0, 0, 0x81, 0, 0, 0},     {0x02, 3, 0, 0, 0x80, 0, 0, 0},      {0x02, 3, 0, 0, 0x04, 0, 0, 0},
    {0x00, 5, 1, 0, 0, 0, 0, 0},        {0x00, 5, 2, 0, 0, 0, 0, 0},         {0x00, 9, 0, 0, 0, 0, 0, 0},
    {0x00, 9, 1, 0, 0, 0, 0, 0},        {0x00, 9, 2, 0, 0, 0, 0, 0},         {0x01, 11, 0, 0, 0, 0, 0, 0},
    {0x01, 11, 1, 0, 0, 0, 0, 0},       {0x80, 99, 0, 0, 0, 0, 8, 0},        {0x00, 99, 0, 0, 0, 0, 0, 0},
    {0xa1, 1, 0, 1, 0, 0, 8, 0},        {0xa1, 2, 0, 0, 0, 0, 1, 0},         {0xa1, 3, 0, 0, 0, 0, 1, 0},
    {0x21, 9, 0, 2, 0, 0, 1, 0},        {0x21, 9, 0, 2, 0, 0, 8, 0},         {0x21, 10, 0, 1, 0, 0, 0, 0},
    {0x21, 11, 0, 0, 0, 0, 0, 0},       {0x21, 11, 1, 0, 0, 0, 0, 0},        {0x21, 11, 2, 0, 0, 0, 0, 0},
    {0xa1, 9, 0, 0, 0, 0, 1, 0},        {0x22, 10, 0, 0, 0, 0, 0, 0},        {0x21, 9, 0, 2, 1, 0, 1, 0},
    {0x00, 7, 0, 0, 0, 0, 200, 1},      {0xa1, 1, 0, 2, 0, 0, 8, 0},         {0x80, 6, 0x01, 0x02, 0, 0, 8, 0},
    {0x00, 3, 1, 0, 0, 0, 0, 0},
};

/* p: 0 address and how (10h short packets, 20h leave it running, 40h a byte is another); 1 request; 2, 3 that byte. */
void op_usb_control(struct side *s, const uint8_t *p)
{
    uint8_t setup[8];
    unsigned address = p[0] % 16 == 15 ? 5 : p[0] % 16 == 14 ? 0 : 1 + p[0] % 2u;
    memcpy(setup, requests[p[1] % ARRAY_LEN(requests)], sizeof setup);
    if ((p[0] & 0xc0) == 0x40)
        setup[p[2] & 7] = p[3];
    control(s, address, setup, p[0] & 0x10 ? SPD : 0, 1 + p[4] % 4u, !(p[0] & 0x20));
}

/* p: 0 address; 1 how the descriptors are (1 no room, 2 iso, 4 SPD, 8 endpoint 2, 10h OUT); 2 how many; 3 ms; 4 events
 * before. */
void op_usb_poll(struct side *s, const uint8_t *p)
{
    uint16_t io = controller(s);
    unsigned address = 1 + (p[0] & 1u), n = 1 + p[2] % 8u;
    unsigned endpoint = p[1] % 32 == 8 ? 2 : 1, len = p[1] % 16 == 1 ? 2 : p[1] & 0x20 ? 64 : 8;
    uint8_t pid = p[1] % 64 == 16 ? PID_OUT : PID_IN;
    uint32_t flags = ACTIVE | IOC | (p[5] & 3u) << CERR_SHIFT | (p[1] & 4 ? SPD : 0) | (p[1] % 32 == 2 ? ISO : 0);
    for (unsigned i = 0; i < n; i++)
        descriptor(s, i, next_td(i, i + 1 == n), flags, token(pid, address, endpoint, len), BUFFERS + 64 * i);
    queue(s, 0, LINK_T, TDS);
    frames(s, p[1] & 0x80 ? TDS : QUEUE | LINK_Q);
    for (unsigned i = 0; i < (p[4] & 7u); i++) {
        uint8_t event[6] = {p[6 + i % 8], p[7 + i % 8] & 1, (uint8_t)(i & 1), p[8], p[9], p[10 + i % 4]};
        if (p[4] & 0x10)
            event[1] = 0, input(s, J_KEY, 0, event, 3);
        else
            input(s, p[4] & 8 ? J_TABLET : J_MOUSE, 0, event, 6);
    }
    run(s, io, 0xc0, 1 + p[3] % 6u, !(p[3] & 0x80));
    for (unsigned i = 0; i < n; i++) {
        mem_look(s, TDS + 16 * i + 4, 4);
        mem_look(s, BUFFERS + 64 * i, 8);
    }
}

/* A link of a ring or a net among eight queues and eight descriptors. */
static uint32_t some_link(struct rng *r)
{
    switch (below(r, 8)) {
    case 0: return LINK_T;
    case 1:
    case 2: return (QUEUE + 16 * below(r, 8)) | LINK_Q;
    case 3: return (TDS + 16 * below(r, 8)) | LINK_VF;
    case 4: return one_in(r, 4) ? (RAM_BYTES + 0x1000) | (rnd(r) & 6) : (TDS + 16 * below(r, 8)) | LINK_VF;
    default: return TDS + 16 * below(r, 8);
    }
}

static uint32_t some_token(struct rng *r)
{
    static const uint8_t pids[] = {PID_IN, PID_IN, PID_IN, PID_OUT, PID_SETUP, 0x00, 0xa5};
    static const uint16_t lengths[] = {8, 8, 0, 1, 64, 1023, 1280, 1281};
    uint8_t pid = pids[one_in(r, 6) ? below(r, ARRAY_LEN(pids)) : below(r, 5)];
    unsigned len = lengths[one_in(r, 6) ? below(r, ARRAY_LEN(lengths)) : below(r, 5)];
    return token(pid, one_in(r, 4) ? below(r, 128) : below(r, 3), one_in(r, 3) ? below(r, 16) : below(r, 2), len);
}

/* Any schedule. p: 0-7 what it is made of; 8 command bits; 9 ms; 10 frame number. */
void op_usb_schedule(struct side *s, const uint8_t *p)
{
    struct rng r = {ld64(p) + 1};
    uint16_t io = controller(s);
    for (unsigned i = 0; i < 8; i++) {
        uint32_t status = rnd(&r) & (IOC | SPD | 3u << CERR_SHIFT);
        status |= (one_in(&r, 5) ? 0 : ACTIVE) | (one_in(&r, 8) ? ISO : 0);
        uint32_t buffer = one_in(&r, 8) ? RAM_BYTES - 4 : one_in(&r, 16) ? 0xf0000000 : BUFFERS + 0x100 * i;
        descriptor(s, i, some_link(&r), status, some_token(&r), buffer);
        queue(s, i, some_link(&r), some_link(&r));
    }
    frames(s, some_link(&r));
    if (p[8] % 16 == 15)
        cfg_wr(s, USB_FN, 4, 2, 1); /* no bus master */
    wr(s, io + FRNUM, 2, p[10]);
    run(s, io, p[8] & 0xc0, 1 + p[9] % 4u, !(p[9] & 0x80));
    mem_look(s, QUEUE, 128);
    mem_look(s, TDS, 128);
}

void op_usb_registers(struct side *s, const uint8_t *p)
{
    uint16_t io = controller(s);
    unsigned port = p[1] & 1;
    switch (p[0] % 8) {
    case 0: wr(s, io + CMD, 2, p[2] & 1 ? HCRESET : p[2] & 2 ? GRESET : p[2] & 4 ? EGSM : p[3]); break;
    case 1: wr(s, io + STS, 2, p[2]); break;
    case 2: wr(s, (uint16_t)(io + PORTSC + 2 * port), 2, ld16(p + 2)); break;
    case 3: wr(s, (uint16_t)(io + p[2] % 32), 1u << p[3] % 3, ld32(p + 4)); break;
    case 4: rd(s, (uint16_t)(io + p[2] % 32), 1u << p[3] % 3); break;
    case 5: /* suspended, woken by what the user does */
        wr(s, (uint16_t)(io + PORTSC + 2 * port), 2, PORT_ENABLE | PORT_SUSPEND);
        if (p[2] & 1)
            wr(s, io + CMD, 2, EGSM);
        input(s, p[2] & 2 ? J_MOUSE : J_TABLET, 0, p + 4, 6);
        input(s, J_KEY, 0, (const uint8_t[]){0x1e, 0, (uint8_t)(p[3] & 1)}, 3);
        rd(s, (uint16_t)(io + PORTSC + 2 * port), 2);
        rd(s, io + STS, 2);
        wr(s, (uint16_t)(io + PORTSC + 2 * port), 2, PORT_ENABLE);
        break;
    case 6: cfg_wr(s, USB_FN, 0xc0 + p[2] % 2u, 1, p[3]); break;
    default: reset_port(s, port); break;
    }
}
