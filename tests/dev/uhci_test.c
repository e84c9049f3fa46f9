/* SPDX-License-Identifier: MIT */
/* UHCI controller and the USB functions behind it: registers, ports, schedule, requests, reports. */
#include "devices/usb/uhci.h"
#include "devices/usb/usb_hid.h"
#include "tests/dev/rig.h"

#define MS UINT64_C(1000000)
enum { DEVFN = 1 << 3 | 2, BASE = 0xc000, PAGES = 64 };
enum { CMD = 0, STS = 2, INTR = 4, FRNUM = 6, FLBASE = 8, SOFMOD = 12, PORT1 = 16, PORT2 = 18 };
/* The schedule in memory. */
enum { LIST = 0x1000, QH = 0x3000, TD = 0x4000, DATA = 0x8000 };
#define ACTIVE  (UINT32_C(1) << 23)
#define STALLED (UINT32_C(1) << 22)
#define BABBLE  (UINT32_C(1) << 20)
#define NAKED   (UINT32_C(1) << 19)
#define TIMEOUT (UINT32_C(1) << 18)
#define IOC     (UINT32_C(1) << 24)
#define ISO     (UINT32_C(1) << 25)
#define SPD     (UINT32_C(1) << 29)
#define CERR(n) ((uint32_t)(n) << 27)
enum { T = 1, Q = 2, VF = 4, IN = 0x69, OUT = 0xe1, SETUP = 0x2d };

struct setup {
    struct rig rig;
    struct pci_bus pci;
    struct mapping ram;
    struct uhci *u;
    struct usb_hid *hid;
    struct probe irq;
};
static struct setup s;

static void make(struct setup *t, enum usb_hid_kind kind)
{
    memset(t, 0, sizeof *t);
    rig_init(&t->rig);
    struct error err;
    const struct mem_block *ram = mem_add_block(t->rig.bus.mem, "ram", BLOCK_RAM, PAGES, &err);
    t->ram = (struct mapping){.name = "ram", .size = PAGES * PAGE_SIZE, .rd = {TO_PAGES, ram->first, NULL, NULL}};
    t->ram.wr = t->ram.rd;
    mem_map(t->rig.bus.mem, &t->ram);
    pci_bus_init(&t->pci, &t->rig.bus);
    t->pci.pirq[3] = probe_line(&t->irq, &t->rig);
    t->u = uhci_new(&t->rig.bus, "usb");
    t->u->pbus = &t->pci;
    t->u->devfn = DEVFN;
    rig_realize(&t->u->dev);
    t->hid = usb_hid_new(&t->rig.bus, "hid", kind);
    t->hid->wake = uhci_wake(t->u, uhci_attach(t->u, usb_hid_plug(t->hid)));
    rig_realize(&t->hid->dev);
    pci_config_write(&t->pci, DEVFN, 0x20, 4, BASE);
    pci_config_write(&t->pci, DEVFN, 4, 2, 5);
}

static void unmake(struct setup *t)
{
    dev_free(&t->hid->dev);
    dev_free(&t->u->dev);
    rig_free(&t->rig);
}

static void setup(void)
{
    make(&s, USB_HID_TABLET);
}

static void teardown(void)
{
    unmake(&s);
}

static void other(enum usb_hid_kind kind)
{
    unmake(&s);
    make(&s, kind);
}

static uint16_t in16(unsigned reg)
{
    return (uint16_t)port_in(s.rig.bus.ports, (uint16_t)(BASE + reg), 2, INIT_CPU0);
}

static void out16(unsigned reg, unsigned v)
{
    port_out(s.rig.bus.ports, (uint16_t)(BASE + reg), 2, v, INIT_CPU0);
}

static void put32(uint32_t at, uint32_t v)
{
    uint8_t b[4];
    st32(b, v);
    ck_assert(phys_write(s.rig.bus.mem, at, b, 4, INIT_DEBUG));
}

static uint32_t get32le(uint32_t at)
{
    uint8_t b[4];
    ck_assert(phys_read(s.rig.bus.mem, at, b, 4, INIT_DEBUG));
    return ld32(b);
}

static void td(unsigned n, uint32_t link, uint32_t status, uint8_t pid, unsigned addr, unsigned ep, unsigned len,
               uint32_t buffer)
{
    uint32_t at = TD + 16 * n;
    put32(at, link);
    put32(at + 4, status);
    put32(at + 8, pid | addr << 8 | ep << 15 | ((len - 1U) & 0x7ff) << 21);
    put32(at + 12, buffer);
}

static uint32_t td_status(unsigned n)
{
    return get32le(TD + 16 * n + 4);
}

/* All frames show one queue. */
static void schedule(uint32_t link)
{
    for (uint32_t i = 0; i < 1024; i++)
        put32(LIST + 4 * i, link);
    port_out(s.rig.bus.ports, BASE + FLBASE, 4, LIST, INIT_CPU0);
}

static void queue(uint32_t first)
{
    put32(QH, T);
    put32(QH + 4, first);
    schedule(QH | Q);
}

static void run(unsigned frames)
{
    out16(CMD, 1);
    rig_run(&s.rig, frames * MS);
}

static void enable_port(void)
{
    out16(PORT1, 0x0200);
    out16(PORT1, 0);
    out16(PORT1, 0x000e);
    ck_assert_uint_eq(in16(PORT1) & 0x0f, 5);
}

/* A control transfer to `addr`; the number of bytes that came, -1: stalled. */
static int control(unsigned addr, uint8_t type, uint8_t request, uint16_t value, uint16_t index, uint16_t len)
{
    uint8_t b[8] = {type, request};
    unsigned n = 1, done = 0;
    st16(b + 2, value), st16(b + 4, index), st16(b + 6, len);
    phys_write(s.rig.bus.mem, DATA, b, 8, INIT_DEBUG);
    td(0, (TD + 16) | VF, ACTIVE | CERR(3), SETUP, addr, 0, 8, DATA);
    for (; done < len; done += 8, n++)
        td(n, (TD + 16 * (n + 1)) | VF, ACTIVE | CERR(3), type & 0x80 ? IN : OUT, addr, 0, MIN(8U, len - done),
           DATA + 16 + done);
    td(n, T, ACTIVE | CERR(3), type & 0x80 ? OUT : IN, addr, 0, 0, 0);
    queue(TD);
    run(4);
    done = 0;
    for (unsigned i = 0; i <= n; i++) {
        if (td_status(i) & STALLED)
            return -1;
        ck_assert(!(td_status(i) & ACTIVE));
        if (i && i < n)
            done += (td_status(i) + 1) & 0x7ff;
    }
    return (int)done;
}

static uint8_t byte(unsigned n)
{
    uint8_t v;
    phys_read(s.rig.bus.mem, DATA + 16 + n, &v, 1, INIT_DEBUG);
    return v;
}

/* Address 5, configuration 1. */
static void configure(void)
{
    enable_port();
    ck_assert_int_eq(control(0, 0, 5, 5, 0, 0), 0);
    ck_assert_int_eq(control(5, 0, 9, 1, 0, 0), 0);
}

/* The interrupt endpoint once: the number of bytes, -1: NAK. */
static int poll_in(void)
{
    td(0, T, ACTIVE | CERR(3), IN, 5, 1, 8, DATA + 16);
    queue(TD);
    run(1);
    if (td_status(0) & ACTIVE)
        return -1;
    ck_assert(!(td_status(0) & STALLED));
    return (int)((td_status(0) + 1) & 0x7ff);
}

START_TEST(uhci_registers_after_reset)
{
    ck_assert_uint_eq(pci_config_read(&s.pci, DEVFN, 0, 4), 0x70208086);
    ck_assert_uint_eq(pci_config_read(&s.pci, DEVFN, 8, 4) >> 8, 0x0c0300);
    ck_assert_uint_eq(pci_config_read(&s.pci, DEVFN, 0x60, 1), 0x10);
    ck_assert_uint_eq(pci_config_read(&s.pci, DEVFN, 0xc0, 2), 0x2000);
    ck_assert_uint_eq(pci_config_read(&s.pci, DEVFN, 0x3d, 1), 4);
    ck_assert_uint_eq(in16(CMD), 0);
    ck_assert_uint_eq(in16(STS), 0x20);
    ck_assert_uint_eq(in16(SOFMOD), 0x40);
    ck_assert_uint_eq(in16(PORT1), 0x0093); /* connected, changed, J, always 1 */
    ck_assert_uint_eq(in16(PORT2), 0x0080);
    ck_assert_uint_eq(in16(PORT2 + 2) & 0x80, 0); /* there is no third port */
}
END_TEST

START_TEST(uhci_that_does_not_run_has_no_event)
{
    ck_assert_uint_eq(clock_next(&s.rig.clock), TIME_NEVER);
    schedule(T);
    run(3);
    ck_assert_uint_ne(clock_next(&s.rig.clock), TIME_NEVER);
    ck_assert_uint_eq(in16(STS) & 0x20, 0);
    out16(CMD, 0);
    ck_assert_uint_eq(in16(STS) & 0x20, 0x20);
    ck_assert_uint_eq(clock_next(&s.rig.clock), TIME_NEVER);
}
END_TEST

START_TEST(uhci_frame_number_counts_milliseconds_and_is_set_while_halted_only)
{
    schedule(T);
    out16(FRNUM, 0x7fe);
    run(3);
    ck_assert_uint_eq(in16(FRNUM), 1);
    out16(FRNUM, 0x123);
    ck_assert_uint_eq(in16(FRNUM), 1);
    out16(CMD, 0);
    out16(FRNUM, 0x923);
    ck_assert_uint_eq(in16(FRNUM), 0x123);
}
END_TEST

START_TEST(uhci_port_changes_clear_by_ones_and_reset_disables)
{
    out16(PORT1, 0x0002);
    ck_assert_uint_eq(in16(PORT1), 0x0091);
    enable_port();
    out16(PORT1, 0x0200);
    ck_assert_uint_eq(in16(PORT1) & 0x0204, 0x0200);
    out16(PORT2, 0x0004); /* nothing is connected */
    ck_assert_uint_eq(in16(PORT2), 0x0080);
}
END_TEST

START_TEST(usb_descriptors_come_in_packets_of_8)
{
    enable_port();
    ck_assert_int_eq(control(0, 0x80, 6, 0x0100, 0, 18), 18);
    ck_assert_uint_eq(byte(0), 18);
    ck_assert_uint_eq(byte(7), 8);
    ck_assert_uint_eq(byte(8) | byte(9) << 8, 0x0627);
    ck_assert_int_eq(control(0, 0x80, 6, 0x0200, 0, 9), 9);
    ck_assert_uint_eq(byte(2), 34);
    ck_assert_int_eq(control(0, 0x80, 6, 0x0200, 0, 34), 34);
    ck_assert_uint_eq(byte(14), 3); /* HID */
    ck_assert_int_eq(control(0, 0x80, 6, 0x0500, 0, 9), -1);
    ck_assert_int_eq(control(0, 0x80, 6, 0x0302, 0x409, 64), 22); /* a string, shorter than asked for */
    ck_assert_uint_eq(byte(2), 'U');
}
END_TEST

START_TEST(usb_address_counts_after_the_status_stage)
{
    enable_port();
    ck_assert_int_eq(control(0, 0, 5, 9, 0, 0), 0);
    ck_assert_int_eq(control(9, 0x80, 8, 0, 0, 1), 1);
    ck_assert_uint_eq(byte(0), 0);
    ck_assert_int_eq(control(9, 0, 9, 1, 0, 0), 0);
    ck_assert_int_eq(control(9, 0x80, 8, 0, 0, 1), 1);
    ck_assert_uint_eq(byte(0), 1);
    ck_assert_int_eq(control(9, 0, 9, 2, 0, 0), -1);
    out16(PORT1, 0x0200); /* a bus reset takes both back */
    out16(PORT1, 0);
    out16(PORT1, 0x000e);
    ck_assert_int_eq(control(0, 0x80, 8, 0, 0, 1), 1);
    ck_assert_uint_eq(byte(0), 0);
}
END_TEST

START_TEST(usb_features_and_status)
{
    configure();
    ck_assert_int_eq(control(5, 0x80, 0, 0, 0, 2), 2);
    ck_assert_uint_eq(byte(0), 0);
    ck_assert_int_eq(control(5, 0, 3, 1, 0, 0), 0); /* remote wakeup */
    ck_assert_int_eq(control(5, 0x80, 0, 0, 0, 2), 2);
    ck_assert_uint_eq(byte(0), 2);
    ck_assert_int_eq(control(5, 2, 3, 0, 0x81, 0), 0); /* halt endpoint 1 */
    ck_assert_int_eq(control(5, 0x82, 0, 0, 0x81, 2), 2);
    ck_assert_uint_eq(byte(0), 1);
    td(0, T, ACTIVE, IN, 5, 1, 8, DATA + 16);
    queue(TD);
    run(1);
    ck_assert_uint_eq(td_status(0) & (ACTIVE | STALLED), STALLED);
    ck_assert_int_eq(control(5, 2, 1, 0, 0x81, 0), 0);
    ck_assert_int_eq(poll_in(), -1);
    ck_assert_int_eq(control(5, 2, 3, 0, 0x82, 0), -1);
}
END_TEST

START_TEST(uhci_nak_keeps_the_descriptor_active_without_a_word)
{
    configure();
    out16(INTR, 0x0f);
    td(0, T, ACTIVE | IOC | CERR(3), IN, 5, 1, 8, DATA);
    queue(TD);
    run(5);
    ck_assert_uint_eq(td_status(0) & (ACTIVE | NAKED | STALLED), ACTIVE | NAKED);
    ck_assert_uint_eq(td_status(0) & CERR(3), CERR(3));
    ck_assert_uint_eq(get32le(QH + 4), TD);
    ck_assert_uint_eq(in16(STS), 0);
    ck_assert_int_eq(s.irq.level, 0);
}
END_TEST

static void tablet(uint16_t x, uint16_t y, int wheel, uint8_t buttons)
{
    struct pointer_sink p = usb_hid_pointer(s.hid);
    struct pointer_event e = {.absolute = true, .x = x, .y = y, .wheel = wheel, .buttons = buttons};
    p.event(p.ctx, &e);
}

START_TEST(uhci_ioc_interrupts_at_the_frames_end_and_clears_by_one)
{
    configure();
    poll_in();
    tablet(1, 2, 0, 0);
    out16(CMD, 0);
    out16(INTR, 4);
    td(0, T, ACTIVE | IOC, IN, 5, 1, 8, DATA);
    queue(TD);
    out16(CMD, 1);
    rig_run(&s.rig, MS / 2);
    ck_assert_int_eq(s.irq.level, 0);
    rig_run(&s.rig, MS);
    ck_assert_int_eq(s.irq.level, 1);
    ck_assert_uint_eq(in16(STS), 1);
    ck_assert_uint_eq(get32le(QH + 4), T);
    out16(STS, 1);
    ck_assert_int_eq(s.irq.level, 0);
}
END_TEST

START_TEST(uhci_ioc_counts_on_an_inactive_descriptor)
{
    out16(INTR, 4);
    td(0, T, IOC, IN, 5, 1, 8, DATA);
    queue(TD);
    run(1);
    ck_assert_int_eq(s.irq.level, 1);
    ck_assert_uint_eq(get32le(QH + 4), TD);
}
END_TEST

START_TEST(uhci_short_packet_detect_stops_the_queue)
{
    configure();
    poll_in();
    tablet(1, 2, 0, 0);
    out16(INTR, 8);
    td(0, TD + 16, ACTIVE | SPD, IN, 5, 1, 8, DATA);
    td(1, T, ACTIVE, IN, 5, 1, 8, DATA);
    queue(TD);
    run(1);
    ck_assert_uint_eq(td_status(0) & (ACTIVE | 0x7ff), 5);
    ck_assert_uint_eq(get32le(QH + 4), TD);
    ck_assert_int_eq(s.irq.level, 1);
    out16(INTR, 4); /* it was the short packet, not IOC */
    ck_assert_int_eq(s.irq.level, 0);
}
END_TEST

START_TEST(uhci_a_stall_ends_the_descriptor_and_the_queue_stays)
{
    configure();
    out16(INTR, 1);
    td(0, TD + 16, ACTIVE | CERR(3), IN, 5, 7, 8, DATA); /* no such endpoint */
    queue(TD);
    run(1);
    ck_assert_uint_eq(td_status(0) & (ACTIVE | STALLED), STALLED);
    ck_assert_uint_eq(get32le(QH + 4), TD);
    ck_assert_uint_eq(in16(STS) & 2, 2);
    ck_assert_int_eq(s.irq.level, 1);
}
END_TEST

START_TEST(uhci_no_answer_counts_the_errors_down_or_never)
{
    td(0, T, ACTIVE | CERR(3), IN, 77, 0, 8, DATA);
    queue(TD);
    run(1);
    ck_assert_uint_eq(td_status(0) & (ACTIVE | STALLED | TIMEOUT | CERR(3)), ACTIVE | TIMEOUT | CERR(2));
    ck_assert_uint_eq(in16(STS) & 2, 0);
    rig_run(&s.rig, 2 * MS);
    ck_assert_uint_eq(td_status(0) & (ACTIVE | STALLED | TIMEOUT | CERR(3)), STALLED | TIMEOUT);
    ck_assert_uint_eq(in16(STS) & 2, 2);
    td(0, T, ACTIVE, IN, 77, 0, 8, DATA);
    rig_run(&s.rig, 20 * MS);
    ck_assert_uint_eq(td_status(0) & (ACTIVE | STALLED), ACTIVE);
}
END_TEST

START_TEST(uhci_babble_stores_nothing)
{
    configure();
    poll_in();
    tablet(1, 2, 0, 1);
    put32(DATA + 16, 0xdeadbeef);
    td(0, T, ACTIVE, IN, 5, 1, 4, DATA + 16);
    queue(TD);
    run(1);
    ck_assert_uint_eq(td_status(0) & (ACTIVE | STALLED | BABBLE), STALLED | BABBLE);
    ck_assert_uint_eq(get32le(DATA + 16), 0xdeadbeef);
}
END_TEST

START_TEST(uhci_isochronous_descriptors_are_done_once)
{
    td(0, (TD + 16), ACTIVE | ISO, IN, 77, 1, 8, DATA);
    td(1, T, ACTIVE | ISO | IOC, OUT, 77, 1, 8, DATA);
    schedule(TD);
    run(1);
    ck_assert_uint_eq(td_status(0) & ACTIVE, 0);
    ck_assert_uint_eq(td_status(1) & ACTIVE, 0);
    ck_assert_uint_eq(in16(STS) & 1, 1);
}
END_TEST

START_TEST(uhci_illegal_descriptor_is_a_process_error)
{
    td(0, T, ACTIVE, 0x55, 5, 1, 8, DATA);
    queue(TD);
    run(1);
    ck_assert_uint_eq(in16(STS), 0x30);
    ck_assert_uint_eq(in16(CMD) & 1, 0);
    ck_assert_int_eq(s.irq.level, 1); /* not maskable */
    out16(STS, 0x10);
    ck_assert_int_eq(s.irq.level, 0);
    td(0, T, ACTIVE, IN, 5, 1, 0x501, DATA);
    run(1);
    ck_assert_uint_eq(in16(STS), 0x30);
}
END_TEST

START_TEST(uhci_memory_that_is_not_there_is_a_system_error)
{
    port_out(s.rig.bus.ports, BASE + FLBASE, 4, 0xfee00000, INIT_CPU0);
    run(1);
    ck_assert_uint_eq(in16(STS), 0x28);
    ck_assert_int_eq(s.irq.level, 1);
}
END_TEST

START_TEST(uhci_without_bus_master_touches_nothing)
{
    td(0, T, ACTIVE | CERR(1), IN, 77, 0, 8, DATA);
    queue(TD);
    pci_config_write(&s.pci, DEVFN, 4, 2, 1);
    run(3);
    ck_assert_uint_eq(td_status(0), ACTIVE | CERR(1));
    ck_assert_uint_eq(in16(FRNUM), 3);
}
END_TEST

START_TEST(uhci_ring_of_queues_ends_when_nothing_moves)
{
    put32(QH, QH | Q); /* itself */
    put32(QH + 4, TD);
    td(0, TD | VF, ACTIVE, IN, 77, 0, 8, DATA);
    schedule(QH | Q);
    run(10);
    ck_assert_uint_eq(in16(FRNUM), 10);
    put32(TD, TD); /* a descriptor that is its own successor */
    schedule(TD);
    put32(TD + 4, 0);
    rig_run(&s.rig, 10 * MS);
    ck_assert_uint_eq(in16(FRNUM), 20);
}
END_TEST

START_TEST(uhci_interrupt_passes_legsup)
{
    out16(INTR, 4);
    td(0, T, IOC, IN, 5, 1, 8, DATA);
    queue(TD);
    pci_config_write(&s.pci, DEVFN, 0xc0, 2, 0);
    run(1);
    ck_assert_int_eq(s.irq.level, 0);
    pci_config_write(&s.pci, DEVFN, 0xc0, 2, 0x2000);
    ck_assert_int_eq(s.irq.level, 1);
}
END_TEST

START_TEST(uhci_remote_wakeup_of_a_suspended_bus)
{
    configure();
    poll_in();
    control(5, 0, 3, 1, 0, 0);
    out16(INTR, 2);
    out16(PORT1, 0x1004);
    out16(CMD, 0);
    out16(CMD, 8);
    ck_assert_uint_eq(clock_next(&s.rig.clock), TIME_NEVER);
    tablet(5, 5, 0, 0);
    ck_assert_uint_eq(in16(PORT1) & 0x40, 0x40);
    ck_assert_uint_eq(in16(STS) & 4, 4);
    ck_assert_int_eq(s.irq.level, 1);
    out16(PORT1, 0x1044);
    out16(PORT1, 0x0004); /* the end of the resume */
    ck_assert_uint_eq(in16(PORT1) & 0x1044, 4);
}
END_TEST

START_TEST(hid_tablet_reports_place_wheel_and_every_click)
{
    struct pointer_sink p = usb_hid_pointer(s.hid);
    configure();
    ck_assert(!p.wanted(p.ctx));
    ck_assert_int_eq(poll_in(), -1);
    ck_assert(p.wanted(p.ctx));
    tablet(0x1234, 0x7fff, -2, 0);
    tablet(0x1234, 0x7fff, 0, POINTER_LEFT);
    tablet(0x1234, 0x7fff, 0, 0);
    ck_assert_int_eq(poll_in(), 6);
    ck_assert_uint_eq(byte(0), 0);
    ck_assert_uint_eq(byte(1) | byte(2) << 8, 0x1234);
    ck_assert_uint_eq(byte(3) | byte(4) << 8, 0x7fff);
    ck_assert_uint_eq(byte(5), 0xfe);
    ck_assert_int_eq(poll_in(), 6);
    ck_assert_uint_eq(byte(0), 1);
    ck_assert_uint_eq(byte(5), 0);
    ck_assert_int_eq(poll_in(), 6);
    ck_assert_uint_eq(byte(0), 0);
    ck_assert_int_eq(poll_in(), -1);
}
END_TEST

START_TEST(hid_mouse_reports_motion_in_parts_and_by_the_boot_protocol)
{
    other(USB_HID_MOUSE);
    struct pointer_sink p = usb_hid_pointer(s.hid);
    struct pointer_event e = {.dx = 200, .dy = -3, .wheel = 1, .buttons = POINTER_SIDE | POINTER_RIGHT};
    configure();
    poll_in();
    p.event(p.ctx, &e);
    ck_assert_int_eq(poll_in(), 4);
    ck_assert_uint_eq(byte(0), 0x0a);
    ck_assert_uint_eq(byte(1), 127);
    ck_assert_uint_eq(byte(2), 0xfd);
    ck_assert_uint_eq(byte(3), 1);
    ck_assert_int_eq(poll_in(), 4);
    ck_assert_uint_eq(byte(1), 73);
    ck_assert_int_eq(control(5, 0x21, 11, 0, 0, 0), 0); /* SET_PROTOCOL boot */
    p.event(p.ctx, &e);
    ck_assert_int_eq(poll_in(), 3);
    ck_assert_uint_eq(byte(0), 0x02);
}
END_TEST

START_TEST(hid_keyboard_reports_modifiers_six_keys_and_rollover)
{
    other(USB_HID_KEYBOARD);
    struct key_sink k = usb_hid_keys(s.hid);
    configure();
    ck_assert_int_eq(control(5, 0x21, 10, 0, 0, 0), 0); /* SET_IDLE: changes only */
    poll_in();
    k.key(k.ctx, 0x2a, true), k.key(k.ctx, 0x1e, true);
    ck_assert_int_eq(poll_in(), 8);
    ck_assert_uint_eq(byte(0), 2);
    ck_assert_int_eq(poll_in(), 8);
    ck_assert_uint_eq(byte(0), 2);
    ck_assert_uint_eq(byte(2), 4);
    for (uint8_t q = 2; q < 8; q++)
        k.key(k.ctx, q, true);
    for (unsigned i = 0; i < 5; i++)
        poll_in();
    ck_assert_uint_eq(byte(7), 0x22);
    poll_in();
    for (unsigned i = 2; i < 8; i++)
        ck_assert_uint_eq(byte(i), 1);
    k.key(k.ctx, 0xc8, true); /* the arrow up takes part in it too */
    ck_assert_int_eq(poll_in(), 8);
    ck_assert_int_eq(poll_in(), -1);
}
END_TEST

START_TEST(hid_idle_rate_repeats_the_report)
{
    other(USB_HID_KEYBOARD);
    configure();
    ck_assert_int_eq(control(5, 0x21, 10, 5 << 8, 0, 0), 0); /* 20 ms */
    unsigned n = 0;
    for (unsigned i = 0; i < 100; i++)
        n += poll_in() > 0;
    ck_assert_uint_ge(n, 4);
    ck_assert_uint_le(n, 5);
    ck_assert_int_eq(control(5, 0xa1, 2, 0, 0, 1), 1);
    ck_assert_uint_eq(byte(0), 5);
}
END_TEST

START_TEST(hid_set_report_sets_the_leds)
{
    other(USB_HID_KEYBOARD);
    configure();
    uint8_t leds = 5;
    phys_write(s.rig.bus.mem, DATA + 16, &leds, 1, INIT_DEBUG);
    ck_assert_int_eq(control(5, 0x21, 9, 0x200, 0, 1), 1);
    ck_assert_uint_eq(s.hid->leds, 5);
}
END_TEST

START_TEST(hid_usages_of_all_named_keys)
{
    ck_assert_uint_eq(usb_hid_usage(0x1e), 4);
    ck_assert_uint_eq(usb_hid_usage(0x2c), 0x1d);
    ck_assert_uint_eq(usb_hid_usage(0x0b), 0x27);
    ck_assert_uint_eq(usb_hid_usage(0x58), 0x45);
    ck_assert_uint_eq(usb_hid_usage(KEY_PAUSE), 0x48);
    ck_assert_uint_eq(usb_hid_usage(KEY_PRINT), 0x46);
    ck_assert_uint_eq(usb_hid_usage(0xd3), 0x4c);
    ck_assert_uint_eq(usb_hid_usage(0x9d), 0xe4);
    for (unsigned a = 1; a < 256; a++) /* no two keys are one, but SysRq and Print Screen */
        for (unsigned b = a + 1; b < 256; b++)
            ck_assert(!usb_hid_usage((uint8_t)a) || usb_hid_usage((uint8_t)a) != usb_hid_usage((uint8_t)b) ||
                      usb_hid_usage((uint8_t)a) == 0x46);
}
END_TEST

START_TEST(uhci_and_hid_state_round_trip)
{
    struct setup t;
    configure();
    poll_in();
    tablet(1, 2, 3, 1);
    out16(INTR, 4);
    td(0, T, IOC, IN, 5, 1, 8, DATA);
    queue(TD);
    run(2);
    make(&t, USB_HID_TABLET);
    rig_same_time(&s.rig, &t.rig);
    rig_copy_state(&s.u->dev, &t.u->dev);
    rig_copy_state(&s.hid->dev, &t.hid->dev);
    ck_assert_int_eq(t.irq.level, 1);
    ck_assert_uint_eq(t.hid->fn.address, 5);
    ck_assert_uint_eq(t.hid->moves, 1);
    ck_assert_uint_eq(clock_next(&t.rig.clock), clock_next(&s.rig.clock));
    unmake(&t);
}
END_TEST

TCase *uhci_tests(void)
{
    TCase *t = tcase_create("uhci");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, uhci_registers_after_reset);
    tcase_add_test(t, uhci_that_does_not_run_has_no_event);
    tcase_add_test(t, uhci_frame_number_counts_milliseconds_and_is_set_while_halted_only);
    tcase_add_test(t, uhci_port_changes_clear_by_ones_and_reset_disables);
    tcase_add_test(t, usb_descriptors_come_in_packets_of_8);
    tcase_add_test(t, usb_address_counts_after_the_status_stage);
    tcase_add_test(t, usb_features_and_status);
    tcase_add_test(t, uhci_nak_keeps_the_descriptor_active_without_a_word);
    tcase_add_test(t, uhci_ioc_interrupts_at_the_frames_end_and_clears_by_one);
    tcase_add_test(t, uhci_ioc_counts_on_an_inactive_descriptor);
    tcase_add_test(t, uhci_short_packet_detect_stops_the_queue);
    tcase_add_test(t, uhci_a_stall_ends_the_descriptor_and_the_queue_stays);
    tcase_add_test(t, uhci_no_answer_counts_the_errors_down_or_never);
    tcase_add_test(t, uhci_babble_stores_nothing);
    tcase_add_test(t, uhci_isochronous_descriptors_are_done_once);
    tcase_add_test(t, uhci_illegal_descriptor_is_a_process_error);
    tcase_add_test(t, uhci_memory_that_is_not_there_is_a_system_error);
    tcase_add_test(t, uhci_without_bus_master_touches_nothing);
    tcase_add_test(t, uhci_ring_of_queues_ends_when_nothing_moves);
    tcase_add_test(t, uhci_interrupt_passes_legsup);
    tcase_add_test(t, uhci_remote_wakeup_of_a_suspended_bus);
    tcase_add_test(t, hid_tablet_reports_place_wheel_and_every_click);
    tcase_add_test(t, hid_mouse_reports_motion_in_parts_and_by_the_boot_protocol);
    tcase_add_test(t, hid_keyboard_reports_modifiers_six_keys_and_rollover);
    tcase_add_test(t, hid_idle_rate_repeats_the_report);
    tcase_add_test(t, hid_set_report_sets_the_leds);
    tcase_add_test(t, hid_usages_of_all_named_keys);
    tcase_add_test(t, uhci_and_hid_state_round_trip);
    return t;
}
