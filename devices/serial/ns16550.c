/* SPDX-License-Identifier: MIT */
/*
 * 16550A UART with FIFOs. National Semiconductor PC16550D data sheet (June 1995); IRQ gated by OUT2
 * as on the PC/AT serial adapter.
 *
 * A character takes the time that divisor and format give, on the virtual clock at 1.8432 MHz. The other side is a null
 * modem: DCD, DSR and CTS are on. It waits while the receiver is full, so that only loopback can overrun.
 *
 * LIMIT: parity is neither made nor checked (parity and framing errors come with a break only);
 * RXRDY# and TXRDY# (FCR bit 3) are not wired on a PC; a divisor of 0 counts as 65536.
 */
#include "devices/serial/ns16550.h"

enum { RBR_THR = 0, IER = 1, IIR_FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCR = 7, PORTS = 8 };
enum { IER_ERBFI = 0x01, IER_ETBEI = 0x02, IER_ELSI = 0x04, IER_EDSSI = 0x08, IER_BITS = 0x0f };
enum { IIR_NONE = 0x01, IIR_MSR = 0x00, IIR_THRE = 0x02, IIR_RDA = 0x04, IIR_LSR = 0x06, IIR_TIMEOUT = 0x0c };
enum { IIR_FIFOS = 0xc0 };
enum { FCR_ENABLE = 0x01, FCR_RX_RESET = 0x02, FCR_TX_RESET = 0x04, FCR_KEPT = 0xc9 };
enum { LCR_WLS = 0x03, LCR_STB = 0x04, LCR_PEN = 0x08, LCR_BREAK = 0x40, LCR_DLAB = 0x80 };
enum { MCR_DTR = 0x01, MCR_RTS = 0x02, MCR_OUT1 = 0x04, MCR_OUT2 = 0x08, MCR_LOOP = 0x10, MCR_BITS = 0x1f };
enum {
    LSR_DR = 0x01,
    LSR_OE = 0x02,
    LSR_FE = 0x08,
    LSR_BI = 0x10,
    LSR_THRE = 0x20,
    LSR_TEMT = 0x40,
    LSR_FIFO_ERROR = 0x80
};
enum { MSR_TERI = 0x04, MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80 };
enum { CLOCK_HZ = 1843200, RESET_DIVISOR = 12 };

static bool fifos(const struct ns16550 *u)
{
    return u->fcr & FCR_ENABLE;
}

static unsigned depth(const struct ns16550 *u)
{
    return fifos(u) ? NS16550_FIFO : 1;
}

static unsigned trigger(const struct ns16550 *u)
{
    static const uint8_t levels[] = {1, 4, 8, 14};
    return fifos(u) ? levels[u->fcr >> 6] : 1;
}

/*
 * One character on the line, ns: start bit, 5 to 8 data bits, parity, 1, 1.5 or 2 stop bits; a bit
 * is 16 clocks of the divided clock.
 */
static uint64_t character_ns(const struct ns16550 *u)
{
    unsigned data = 5 + (u->lcr & LCR_WLS);
    unsigned half_bits = 2 * (1 + data + !!(u->lcr & LCR_PEN)) + 2;
    if (u->lcr & LCR_STB)
        half_bits += data == 5 ? 1 : 2;
    uint64_t divisor = u->divisor ? u->divisor : 65536;
    return half_bits * 8 * divisor * NS_PER_SEC / CLOCK_HZ / u->speedup;
}

static uint64_t later(const struct ns16550 *u, unsigned characters)
{
    return clock_ns(u->dev.bus->clock) + characters * character_ns(u);
}

/* --- Interrupts --- */

static uint8_t lsr(const struct ns16550 *u)
{
    uint8_t v = u->overrun ? LSR_OE : 0;
    if (u->nrx)
        v |= LSR_DR | u->rx_error[0];
    if (!u->ntx)
        v |= LSR_THRE;
    if (!u->ntx && !u->tsr_full)
        v |= LSR_TEMT;
    if (fifos(u))
        for (unsigned i = 0; i < u->nrx; i++)
            if (u->rx_error[i])
                v |= LSR_FIFO_ERROR;
    return v;
}

/* Table IV of the data sheet, highest priority first. */
static uint8_t interrupt_id(const struct ns16550 *u)
{
    bool line_error = u->overrun || (u->nrx && u->rx_error[0]);
    if ((u->ier & IER_ELSI) && line_error)
        return IIR_LSR;
    if ((u->ier & IER_ERBFI) && u->nrx >= trigger(u))
        return IIR_RDA;
    if ((u->ier & IER_ERBFI) && u->timeout_pending)
        return IIR_TIMEOUT;
    if ((u->ier & IER_ETBEI) && u->thre_pending)
        return IIR_THRE;
    if ((u->ier & IER_EDSSI) && u->msr_delta)
        return IIR_MSR;
    return IIR_NONE;
}

/* The adapter's buffer passes INTR only while OUT2# is low, which loopback forces high. */
static void drive(struct ns16550 *u)
{
    bool open = (u->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2;
    irq_set(&u->irq, open && interrupt_id(u) != IIR_NONE);
}

/* --- Receiver --- */

static void rearm_timeout(struct ns16550 *u)
{
    u->timeout_pending = 0;
    if (fifos(u) && u->nrx)
        timer_set(&u->timeout, later(u, 4));
    else
        timer_cancel(&u->timeout);
}

static void timeout_due(void *ctx)
{
    struct ns16550 *u = ctx;
    u->timeout_pending = 1;
    drive(u);
}

static void put_rx(struct ns16550 *u, uint8_t c, uint8_t error)
{
    if (u->nrx == depth(u)) {
        u->overrun = 1;
        if (fifos(u))
            return; /* the shift register is overwritten, the FIFO is not */
        u->nrx = 0;
    }
    u->rx[u->nrx] = c;
    u->rx_error[u->nrx++] = error;
    rearm_timeout(u);
}

static void listen(struct ns16550 *u)
{
    bool can = u->ninput && u->nrx < depth(u) && !(u->mcr & MCR_LOOP);
    if (can && !timer_armed(&u->receive))
        timer_set(&u->receive, later(u, 1));
}

static uint8_t data_mask(const struct ns16550 *u)
{
    return (uint8_t)(0xff >> (3 - (u->lcr & LCR_WLS)));
}

static void receive_due(void *ctx)
{
    struct ns16550 *u = ctx;
    if (!u->ninput || u->nrx == depth(u) || (u->mcr & MCR_LOOP))
        return; /* the other side waits */
    put_rx(u, u->input[0] & data_mask(u), 0);
    memmove(u->input, u->input + 1, --u->ninput);
    drive(u);
    listen(u);
    if (u->chr.can_receive && (!u->ninput || u->ninput == NS16550_INPUT / 2))
        u->chr.can_receive(u->chr.ctx, ns16550_room(u));
}

size_t ns16550_room(const struct ns16550 *u)
{
    return NS16550_INPUT - u->ninput;
}

void ns16550_receive(struct ns16550 *u, const uint8_t *data, size_t len)
{
    size_t n = MIN(len, ns16550_room(u));
    memcpy(u->input + u->ninput, data, n);
    u->ninput = (uint16_t)(u->ninput + n);
    if (n < len)
        u->overrun = 1;
    listen(u);
    drive(u);
}

void ns16550_break(struct ns16550 *u)
{
    put_rx(u, 0, LSR_BI | LSR_FE);
    drive(u);
}

static uint8_t read_rbr(struct ns16550 *u)
{
    uint8_t c = u->rx[0];
    if (u->nrx) {
        u->nrx--;
        memmove(u->rx, u->rx + 1, u->nrx);
        memmove(u->rx_error, u->rx_error + 1, u->nrx);
    }
    rearm_timeout(u);
    listen(u);
    drive(u);
    return c;
}

/* --- Transmitter --- */

static void start_transmission(struct ns16550 *u)
{
    if (u->tsr_full || !u->ntx)
        return;
    u->tsr = u->tx[0];
    u->tsr_full = 1;
    memmove(u->tx, u->tx + 1, --u->ntx);
    if (!u->ntx)
        u->thre_pending = 1;
    timer_set(&u->transmit, clock_ns(u->dev.bus->clock) + MAX(character_ns(u) / u->transmit_speedup, (uint64_t)1));
    drive(u);
}

static void transmit_due(void *ctx)
{
    struct ns16550 *u = ctx;
    uint8_t c = u->tsr & data_mask(u);
    u->tsr_full = 0;
    if (u->mcr & MCR_LOOP)
        put_rx(u, c, 0);
    else if (u->chr.write)
        u->chr.write(u->chr.ctx, &c, 1);
    start_transmission(u);
    drive(u);
}

void ns16550_drain(struct ns16550 *u)
{
    while (u->tsr_full && !(u->mcr & MCR_LOOP)) {
        timer_cancel(&u->transmit);
        transmit_due(u);
    }
}

static void write_thr(struct ns16550 *u, uint8_t c)
{
    if (u->ntx == depth(u)) {
        guest_error(u->dev.bus->log, u->dev.id, "a character is written to a full transmitter");
        u->ntx--; /* the newest one is overwritten */
    }
    u->tx[u->ntx++] = c;
    u->thre_pending = 0;
    drive(u); /* INTR falls before it rises again where the character moves on at once */
    start_transmission(u);
}

/* --- Modem control and status --- */

static uint8_t modem_inputs(const struct ns16550 *u)
{
    if (!(u->mcr & MCR_LOOP))
        return MSR_DCD | MSR_DSR | MSR_CTS;
    return (u->mcr & MCR_RTS ? MSR_CTS : 0) | (u->mcr & MCR_DTR ? MSR_DSR : 0) | (u->mcr & MCR_OUT1 ? MSR_RI : 0) |
           (u->mcr & MCR_OUT2 ? MSR_DCD : 0);
}

static void sense_modem(struct ns16550 *u)
{
    uint8_t now = modem_inputs(u), changed = now ^ u->msr_inputs;
    u->msr_delta |= (changed & (MSR_CTS | MSR_DSR | MSR_DCD)) >> 4;
    if (changed & ~now & MSR_RI)
        u->msr_delta |= MSR_TERI; /* trailing edge only */
    u->msr_inputs = now;
}

/* --- Registers --- */

static void reset_rx(struct ns16550 *u)
{
    u->nrx = 0;
    rearm_timeout(u);
    listen(u);
}

static void reset_tx(struct ns16550 *u)
{
    if (u->ntx)
        u->thre_pending = 1;
    u->ntx = 0;
}

static void write_fcr(struct ns16550 *u, uint8_t v)
{
    bool toggled = (v ^ u->fcr) & FCR_ENABLE;
    if (toggled || (v & FCR_RX_RESET))
        reset_rx(u);
    if (toggled || (v & FCR_TX_RESET))
        reset_tx(u);
    u->fcr = v & FCR_ENABLE ? v & FCR_KEPT : 0; /* "other bits are programmed only while bit 0 is 1" */
    rearm_timeout(u);
}

static void write_ier(struct ns16550 *u, uint8_t v)
{
    if ((v & ~u->ier & IER_ETBEI) && !u->ntx)
        u->thre_pending = 1;
    u->ier = v & IER_BITS;
}

static void write_lcr(struct ns16550 *u, uint8_t v)
{
    if ((v & ~u->lcr & LCR_BREAK) && (u->mcr & MCR_LOOP))
        put_rx(u, 0, LSR_BI | LSR_FE);
    u->lcr = v;
}

static void uart_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct ns16550 *u = ctx;
    uint8_t v = (uint8_t)value;
    bool dlab = u->lcr & LCR_DLAB;
    (void)size, (void)who;
    switch (offset) {
    case RBR_THR:
        if (dlab)
            u->divisor = (u->divisor & 0xff00) | v;
        else
            write_thr(u, v);
        break;
    case IER:
        if (dlab)
            u->divisor = (uint16_t)((u->divisor & 0x00ff) | v << 8);
        else
            write_ier(u, v);
        break;
    case IIR_FCR: write_fcr(u, v); break;
    case LCR: write_lcr(u, v); break;
    case MCR:
        u->mcr = v & MCR_BITS;
        sense_modem(u);
        listen(u);
        break;
    case SCR: u->scr = v; break;
    default: /* LSR and MSR: "a write is for factory testing" */ break;
    }
    drive(u);
}

static uint8_t read_iir(struct ns16550 *u)
{
    uint8_t id = interrupt_id(u);
    if (id == IIR_THRE) {
        u->thre_pending = 0;
        drive(u);
    }
    return id | (fifos(u) ? IIR_FIFOS : 0);
}

static uint8_t read_lsr(struct ns16550 *u)
{
    uint8_t v = lsr(u);
    u->overrun = 0;
    u->rx_error[0] = 0;
    drive(u);
    return v;
}

static uint8_t read_msr(struct ns16550 *u)
{
    uint8_t v = u->msr_inputs | u->msr_delta;
    u->msr_delta = 0;
    drive(u);
    return v;
}

static uint64_t uart_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct ns16550 *u = ctx;
    bool dlab = u->lcr & LCR_DLAB;
    (void)size;
    if (who == INIT_DEBUG)
        return 0xff; /* reads have side effects */
    switch (offset) {
    case RBR_THR: return dlab ? u->divisor & 0xff : read_rbr(u);
    case IER: return dlab ? u->divisor >> 8 : u->ier;
    case IIR_FCR: return read_iir(u);
    case LCR: return u->lcr;
    case MCR: return u->mcr;
    case LSR: return read_lsr(u);
    case MSR: return read_msr(u);
    default: return u->scr;
    }
}

static const struct io_ops ops = {uart_read, uart_write, 1};

/* --- The device --- */

static bool realize(struct dev *d, struct error *err)
{
    struct ns16550 *u = (struct ns16550 *)d;
    (void)err;
    timer_init(&u->transmit, d->bus->clock, transmit_due, u);
    timer_init(&u->receive, d->bus->clock, receive_due, u);
    timer_init(&u->timeout, d->bus->clock, timeout_due, u);
    u->msr_inputs = modem_inputs(u);
    u->ports = (struct port_range){.name = d->id, .base = (uint16_t)u->iobase, .count = PORTS, .ops = &ops, .ctx = u};
    port_claim(d->bus->ports, &u->ports);
    return true;
}

static void unrealize(struct dev *d)
{
    struct ns16550 *u = (struct ns16550 *)d;
    timer_cancel(&u->transmit);
    timer_cancel(&u->receive);
    timer_cancel(&u->timeout);
    port_release(d->bus->ports, &u->ports);
}

/* Master reset (table I). Characters on the line are dropped; those that the other side has still to send stay. */
static void reset(struct dev *d)
{
    struct ns16550 *u = (struct ns16550 *)d;
    u->ier = u->fcr = u->lcr = u->mcr = u->scr = 0;
    u->divisor = RESET_DIVISOR;
    u->nrx = u->ntx = u->tsr_full = u->overrun = 0;
    u->thre_pending = u->timeout_pending = 0;
    u->msr_inputs = modem_inputs(u);
    u->msr_delta = 0;
    timer_cancel(&u->transmit);
    timer_cancel(&u->receive);
    timer_cancel(&u->timeout);
    listen(u);
    drive(u);
}

static void post_load(struct dev *d)
{
    struct ns16550 *u = (struct ns16550 *)d;
    u->nrx = (uint8_t)MIN(u->nrx, depth(u)); /* sizes are never trusted to a file */
    u->ntx = (uint8_t)MIN(u->ntx, depth(u));
    u->ninput = MIN(u->ninput, NS16550_INPUT);
    drive(u);
}

static void print(struct dev *d, struct buf *out)
{
    const struct ns16550 *u = (const struct ns16550 *)d;
    buf_printf(out,
               "%s: port %xh divisor=%u lcr=%02x mcr=%02x ier=%02x fcr=%02x lsr=%02x rx=%u tx=%u "
               "waiting=%u\n",
               d->id, u->iobase, u->divisor, u->lcr, u->mcr, u->ier, u->fcr, lsr(u), u->nrx, u->ntx, u->ninput);
}

static const struct dev_prop props[] = {
    {"speedup", PROP_UINT, offsetof(struct ns16550, speedup), 1, 65536, 1,
     "characters take 1/speedup of the time that the divisor gives"},
    {"transmit_speedup", PROP_UINT, offsetof(struct ns16550, transmit_speedup), 1, 65536, 1,
     "and those that are sent 1/transmit_speedup of that"},
};

static const struct dev_reg regs[] = {
    {"RBR/THR/DLL", REG_PORT, RBR_THR, 1, 0, 0xff},
    {"IER/DLM", REG_PORT, IER, 1, 0, 0xff},
    {"IIR/FCR", REG_PORT, IIR_FCR, 1, IIR_NONE, FCR_KEPT},
    {"LCR", REG_PORT, LCR, 1, 0, 0xff},
    {"MCR", REG_PORT, MCR, 1, 0, MCR_BITS},
    {"LSR", REG_PORT, LSR, 1, LSR_THRE | LSR_TEMT, 0},
    {"MSR", REG_PORT, MSR, 1, MSR_DCD | MSR_DSR | MSR_CTS, 0},
    {"SCR", REG_PORT, SCR, 1, 0, 0xff},
};

static const struct state_field fields[] = {
    STATE_U(struct ns16550, ier),
    STATE_U(struct ns16550, fcr),
    STATE_U(struct ns16550, lcr),
    STATE_U(struct ns16550, mcr),
    STATE_U(struct ns16550, scr),
    STATE_U(struct ns16550, overrun),
    STATE_U(struct ns16550, msr_delta),
    STATE_U(struct ns16550, msr_inputs),
    STATE_U(struct ns16550, divisor),
    STATE_BLOB(struct ns16550, rx),
    STATE_BLOB(struct ns16550, rx_error),
    STATE_BLOB(struct ns16550, tx),
    STATE_U(struct ns16550, nrx),
    STATE_U(struct ns16550, ntx),
    STATE_U(struct ns16550, tsr),
    STATE_U(struct ns16550, tsr_full),
    STATE_U(struct ns16550, thre_pending),
    STATE_U(struct ns16550, timeout_pending),
    STATE_BLOB(struct ns16550, input),
    STATE_U(struct ns16550, ninput),
    STATE_TIMER_FIELD(struct ns16550, transmit),
    STATE_TIMER_FIELD(struct ns16550, receive),
    STATE_TIMER_FIELD(struct ns16550, timeout),
};

const struct dev_class ns16550_class = {
    .name = "ns16550",
    .summary = "16550A UART",
    .datasheet = "National Semiconductor PC16550D, June 1995",
    .size = sizeof(struct ns16550),
    DEV_PROPS(props),
    DEV_REGS(regs),
    .state = DEV_STATE("ns16550", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct ns16550 *ns16550_new(struct bus *bus, const char *id)
{
    return dev_new(&ns16550_class, id, bus);
}
