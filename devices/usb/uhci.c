/* SPDX-License-Identifier: MIT */
/*
 * The PIIX3's universal host controller, function 2. Universal Host Controller Interface Design
 * Guide 1.1; Intel 82371SB (PIIX3) data sheet 290550-002, section 2.6 (PCI configuration
 * registers).
 *
 * A controller that does not run has no timer; one that runs has an event each millisecond.
 *
 * LIMIT: the traps of ports 60h and 64h for legacy support (LEGSUP) do nothing; software debug mode
 * (SWDBG) is kept but the controller does not stop after each transaction; SOFMOD is kept but a
 * frame has 1 ms; MAXP is not looked at.
 */
#include "devices/usb/uhci.h"

enum {
    REG_CMD = 0x00,
    REG_STS = 0x02,
    REG_INTR = 0x04,
    REG_FRNUM = 0x06,
    REG_FLBASE = 0x08,
    REG_SOFMOD = 0x0c,
    REG_PORTSC = 0x10,
    REG_SIZE = 0x20
};
enum { CMD_MASK = 0xff, INTR_MASK = 0x0f, FRNUM_MASK = 0x7ff, SOFMOD_RESET = 0x40 };
enum { INTR_ERROR = 1, INTR_RESUME = 2, INTR_IOC = 4, INTR_SHORT = 8 };
enum {
    PORT_CONNECTED = 0x0001,
    PORT_CONNECT_CHANGE = 0x0002,
    PORT_ENABLED = UHCI_PORT_ENABLED,
    PORT_ENABLE_CHANGE = 0x0008,
    PORT_LINE_J = 0x0010, /* D+: an idle full-speed function */
    PORT_RESUME = 0x0040,
    PORT_ALWAYS = 0x0080,
    PORT_RESET = UHCI_PORT_RESET,
    PORT_SUSPEND = UHCI_PORT_SUSPEND,
};
enum { SBRN = 0x60, SBRN_1_0 = 0x10, LEGSUP = 0xc0, LEGSUP_RESET = 0x2000, PIRQ_ENABLE = 0x20 };
enum { INT_PIN = 0x3d, INTD = 4 };
#define FRAME_NS    UINT64_C(1000000)
#define FLBASE_MASK UINT32_C(0xfffff000)

static void drive(struct uhci *u)
{
    bool on = (u->cause & UHCI_CAUSE_IOC && u->intr & INTR_IOC) ||
              (u->cause & UHCI_CAUSE_SHORT && u->intr & INTR_SHORT) ||
              (u->sts & UHCI_STS_ERROR && u->intr & INTR_ERROR) ||
              (u->sts & UHCI_STS_RESUME && u->intr & INTR_RESUME) || (u->sts & (UHCI_STS_HSE | UHCI_STS_HCPE));
    pci_set_irq(&u->pci, on && (u->pci.config[LEGSUP + 1] & PIRQ_ENABLE));
}

/* HCHalted follows Run/Stop; so does the timer. */
static void run_or_stop(struct uhci *u)
{
    bool run = u->cmd & UHCI_CMD_RS && !(u->cmd & (UHCI_CMD_EGSM | UHCI_CMD_GRESET));
    u->sts = (uint16_t)(u->cmd & UHCI_CMD_RS ? u->sts & ~UHCI_STS_HALTED : u->sts | UHCI_STS_HALTED);
    if (!run)
        timer_cancel(&u->frame);
    else if (!timer_armed(&u->frame))
        timer_set(&u->frame, (clock_ns(u->dev.bus->clock) / FRAME_NS + 1) * FRAME_NS);
}

static void frame_over(void *ctx)
{
    struct uhci *u = ctx;
    uhci_run_frame(u);
    u->frnum = (u->frnum + 1) & FRNUM_MASK;
    run_or_stop(u);
    drive(u);
}

/* --- Ports --- */

static void bus_reset(struct uhci *u, unsigned n)
{
    struct usb_plug *p = &u->port[n].plug;
    if (p->ctx)
        p->reset(p->ctx);
}

static void reset_port(struct uhci *u, unsigned n)
{
    u->port[n].sc = PORT_ALWAYS;
    if (u->port[n].plug.ctx)
        u->port[n].sc |= PORT_CONNECTED | PORT_CONNECT_CHANGE;
}

static uint16_t read_port(const struct uhci *u, unsigned n)
{
    uint16_t v = u->port[n].sc;
    if (v & PORT_CONNECTED && !(v & PORT_RESET))
        v |= PORT_LINE_J;
    return v;
}

static void write_port(struct uhci *u, unsigned n, uint16_t v)
{
    uint16_t *sc = &u->port[n].sc, old = *sc;
    const uint16_t writable = PORT_ENABLED | PORT_RESUME | PORT_RESET | PORT_SUSPEND;
    *sc &= (uint16_t) ~(v & (PORT_CONNECT_CHANGE | PORT_ENABLE_CHANGE));
    *sc = (uint16_t)((*sc & ~writable) | (v & writable));
    if (!(*sc & PORT_CONNECTED) || *sc & PORT_RESET)
        *sc &= (uint16_t) ~(PORT_ENABLED | PORT_SUSPEND | PORT_RESUME);
    if (*sc & PORT_RESET && !(old & PORT_RESET))
        bus_reset(u, n);
    if (old & PORT_RESUME && !(*sc & PORT_RESUME))
        *sc &= (uint16_t)~PORT_SUSPEND; /* the end of resume signalling */
}

static void woken(void *ctx, int n, int level)
{
    struct uhci *u = ctx;
    uint16_t *sc = &u->port[n].sc;
    bool all = u->cmd & UHCI_CMD_EGSM;
    if (!level || !(*sc & PORT_ENABLED) || !(*sc & PORT_SUSPEND || all))
        return;
    *sc |= PORT_RESUME;
    if (all)
        u->sts |= UHCI_STS_RESUME;
    drive(u);
}

int uhci_attach(struct uhci *u, struct usb_plug plug)
{
    for (int i = 0; i < UHCI_PORTS; i++) {
        if (u->port[i].plug.ctx)
            continue;
        u->port[i].plug = plug;
        u->port[i].sc |= PORT_CONNECTED | PORT_CONNECT_CHANGE;
        return i;
    }
    return -1;
}

struct irq_line uhci_wake(struct uhci *u, int port)
{
    return (struct irq_line){woken, u, port};
}

/* --- Registers --- */

static void reset_controller(struct uhci *u)
{
    u->cmd = u->intr = u->frnum = 0;
    u->sts = UHCI_STS_HALTED;
    u->flbase = 0;
    u->sofmod = SOFMOD_RESET;
    u->cause = 0;
    for (unsigned i = 0; i < UHCI_PORTS; i++)
        reset_port(u, i);
    run_or_stop(u);
    drive(u);
}

static void write_command(struct uhci *u, uint16_t v)
{
    if (v & UHCI_CMD_HCRESET) {
        reset_controller(u); /* the bit clears itself */
        return;
    }
    if (v & UHCI_CMD_GRESET && !(u->cmd & UHCI_CMD_GRESET))
        for (unsigned i = 0; i < UHCI_PORTS; i++) {
            bus_reset(u, i);
            reset_port(u, i);
        }
    u->cmd = v & CMD_MASK;
    run_or_stop(u);
}

static void write_status(struct uhci *u, uint16_t v)
{
    u->sts &= (uint16_t) ~(v & ~UHCI_STS_HALTED);
    if (v & UHCI_STS_USBINT)
        u->cause = 0;
}

/* NOTE: drivers count the ports by finding no register after the second one. */
static uint8_t read_byte(const struct uhci *u, unsigned at)
{
    bool is_port = at >= REG_PORTSC && at < REG_PORTSC + 2 * UHCI_PORTS;
    uint16_t port = is_port ? read_port(u, (at - REG_PORTSC) / 2) : 0;
    switch (at & ~1U) {
    case REG_CMD: return (uint8_t)(u->cmd >> 8 * (at & 1));
    case REG_STS: return (uint8_t)(u->sts >> 8 * (at & 1));
    case REG_INTR: return (uint8_t)(u->intr >> 8 * (at & 1));
    case REG_FRNUM: return (uint8_t)(u->frnum >> 8 * (at & 1));
    case REG_FLBASE:
    case REG_FLBASE + 2: return (uint8_t)(u->flbase >> 8 * (at & 3));
    case REG_SOFMOD: return at & 1 ? 0 : u->sofmod;
    default: return (uint8_t)(port >> 8 * (at & 1));
    }
}

static uint64_t read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    const struct uhci *u = ctx;
    uint64_t v = 0;
    (void)who;
    for (unsigned i = 0; i < size; i++)
        v |= (uint64_t)read_byte(u, (unsigned)offset + i) << 8 * i;
    return v;
}

static void write_word(struct uhci *u, unsigned at, uint16_t v)
{
    switch (at) {
    case REG_CMD: write_command(u, v); break;
    case REG_STS: write_status(u, v); break;
    case REG_INTR: u->intr = v & INTR_MASK; break;
    case REG_FRNUM:
        if (u->sts & UHCI_STS_HALTED) /* 2.1.4: only while halted */
            u->frnum = v & FRNUM_MASK;
        break;
    case REG_FLBASE: u->flbase = (u->flbase & 0xffff0000) | (v & 0xf000U); break;
    case REG_FLBASE + 2: u->flbase = (u->flbase & 0xffff) | (uint32_t)v << 16; break;
    case REG_SOFMOD: u->sofmod = v & 0x7f; break;
    case REG_PORTSC:
    case REG_PORTSC + 2: write_port(u, (at - REG_PORTSC) / 2, v); break;
    default: break;
    }
    drive(u);
}

/* The registers are words. A write of one byte keeps the other byte, bits that a 1 clears included. */
static void write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct uhci *u = ctx;
    unsigned at = (unsigned)offset;
    (void)who;
    if (size == 1) {
        uint64_t other = read_byte(u, at ^ 1);
        if ((at & ~1U) == REG_STS)
            other = 0;
        else if (at >= REG_PORTSC && (at & 1))
            other &= ~(uint64_t)(PORT_CONNECT_CHANGE | PORT_ENABLE_CHANGE);
        value = at & 1 ? other | (value & 0xff) << 8 : (value & 0xff) | other << 8;
        write_word(u, at & ~1U, (uint16_t)value);
        return;
    }
    for (unsigned i = 0; i < size; i += 2)
        write_word(u, at + i, (uint16_t)(value >> 8 * i));
}

static const struct io_ops ops = {read, write, 4};

/* --- The device --- */

static void config_written(void *ctx, unsigned off, unsigned size)
{
    struct uhci *u = ctx;
    if (off + size > LEGSUP && off < LEGSUP + 2)
        drive(u);
}

static bool realize(struct dev *d, struct error *err)
{
    struct uhci *u = (struct uhci *)d;
    (void)err;
    timer_init(&u->frame, d->bus->clock, frame_over, u);
    u->pci.bar[4] = (struct pci_bar){.kind = PCI_BAR_IO, .size = REG_SIZE, .ops = &ops, .ctx = u};
    u->pci.config_written = config_written;
    u->pci.ctx = u;
    pci_add(u->pbus, &u->pci, u->devfn, 0x8086, 0x7020, 0x0c0300, 1);
    u->pci.config[INT_PIN] = INTD;
    u->pci.config[SBRN] = SBRN_1_0;
    st16(u->pci.writable + LEGSUP, 0x20bf);
    st16(u->pci.w1c + LEGSUP, 0x8f00);
    return true;
}

static void unrealize(struct dev *d)
{
    struct uhci *u = (struct uhci *)d;
    timer_cancel(&u->frame);
}

static void reset(struct dev *d)
{
    struct uhci *u = (struct uhci *)d;
    pci_reset(&u->pci);
    st16(u->pci.config + LEGSUP, LEGSUP_RESET);
    reset_controller(u);
}

static void post_load(struct dev *d)
{
    struct uhci *u = (struct uhci *)d;
    pci_post_load(&u->pci);
    u->frnum &= FRNUM_MASK;
    u->flbase &= FLBASE_MASK;
    run_or_stop(u);
    drive(u);
}

static void print(struct dev *d, struct buf *out)
{
    const struct uhci *u = (const struct uhci *)d;
    buf_printf(out, "%s: command=%04x status=%04x interrupts=%04x frame=%03x list=%08x ports=%04x %04x\n", d->id,
               u->cmd, u->sts, u->intr, u->frnum, u->flbase, read_port(u, 0), read_port(u, 1));
}

static const struct dev_reg regs[] = {
    {"USBCMD", REG_INDEXED, REG_CMD, 2, 0, CMD_MASK},
    {"USBSTS", REG_INDEXED, REG_STS, 2, UHCI_STS_HALTED, 0x1f},
    {"USBINTR", REG_INDEXED, REG_INTR, 2, 0, INTR_MASK},
    {"FRNUM", REG_INDEXED, REG_FRNUM, 2, 0, FRNUM_MASK},
    {"FLBASEADD", REG_INDEXED, REG_FLBASE, 4, 0, FLBASE_MASK},
    {"SOFMOD", REG_INDEXED, REG_SOFMOD, 1, SOFMOD_RESET, 0x7f},
    {"PORTSC1", REG_INDEXED, REG_PORTSC, 2, PORT_ALWAYS, 0x124e},
    {"PORTSC2", REG_INDEXED, REG_PORTSC + 2, 2, PORT_ALWAYS, 0x124e},
    {"SBRNUM", REG_PCI, SBRN, 1, SBRN_1_0, 0},
    {"LEGSUP", REG_PCI, LEGSUP, 2, LEGSUP_RESET, 0xafbf},
};

static const struct state_field fields[] = {
    STATE_ARRAY(struct uhci, pci.config), STATE_U(struct uhci, pci.irq_level), STATE_U(struct uhci, port[0].sc),
    STATE_U(struct uhci, port[1].sc),     STATE_U(struct uhci, cmd),           STATE_U(struct uhci, sts),
    STATE_U(struct uhci, intr),           STATE_U(struct uhci, frnum),         STATE_U(struct uhci, flbase),
    STATE_U(struct uhci, sofmod),         STATE_U(struct uhci, cause),         STATE_TIMER_FIELD(struct uhci, frame),
};

const struct dev_class uhci_class = {
    .name = "piix3-usb-uhci",
    .summary = "PIIX3 USB host controller, two ports",
    .datasheet = "Universal Host Controller Interface Design Guide 1.1; Intel 82371SB, 290550-002",
    .size = sizeof(struct uhci),
    DEV_REGS(regs),
    .state = DEV_STATE("piix3-usb-uhci", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct uhci *uhci_new(struct bus *bus, const char *id)
{
    return dev_new(&uhci_class, id, bus);
}
