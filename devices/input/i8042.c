/* SPDX-License-Identifier: MIT */
/*
 * 8042 keyboard controller. IBM Personal System/2 Hardware Interface Technical Reference (84F8933,
 * 1988), "Keyboard and Auxiliary Device Controller"; IBM PC AT Technical Reference (6280070),
 * section 1, for the output port.
 *
 * The controller itself answers at once, so that the input buffer is never seen full (IBF reads 0). A device's byte
 * takes WIRE_NS, counted from when the output buffer is empty and the clock is released.
 *
 * LIMIT: passwords (A4h-A6h) are "not installed"; the input port is a constant; no parity error and
 * no time-out happen.
 */
#include "devices/input/i8042.h"

enum { STS_OBF = 0x01, STS_SYS = 0x04, STS_COMMAND = 0x08, STS_NOT_INHIBITED = 0x10, STS_AUX = 0x20 };
enum {
    CTR_INT_KBD = 0x01,
    CTR_INT_AUX = 0x02,
    CTR_SYS = 0x04,
    CTR_DISABLE_KBD = 0x10,
    CTR_DISABLE_AUX = 0x20,
    CTR_TRANSLATE = 0x40
};
enum { OUT_RESET_N = 0x01, OUT_A20 = 0x02, OUT_IRQ1 = 0x10, OUT_IRQ12 = 0x20, OUT_HIGH = 0xcc };
enum { INPUT_PORT = 0xa0 }; /* not locked, colour display, manufacturing jumper open */
enum {
    CMD_READ_RAM = 0x20,
    CMD_WRITE_RAM = 0x60,
    CMD_TEST_PASSWORD = 0xa4,
    CMD_DISABLE_AUX = 0xa7,
    CMD_ENABLE_AUX = 0xa8,
    CMD_TEST_AUX = 0xa9,
    CMD_SELF_TEST = 0xaa,
    CMD_TEST_KBD = 0xab,
    CMD_DISABLE_KBD = 0xad,
    CMD_ENABLE_KBD = 0xae,
    CMD_READ_INPUT_PORT = 0xc0,
    CMD_READ_OUTPUT_PORT = 0xd0,
    CMD_WRITE_OUTPUT_PORT = 0xd1,
    CMD_WRITE_KBD_OUTPUT = 0xd2,
    CMD_WRITE_AUX_OUTPUT = 0xd3,
    CMD_WRITE_AUX = 0xd4,
    CMD_DISABLE_A20 = 0xdd,
    CMD_ENABLE_A20 = 0xdf,
    CMD_READ_TEST_INPUTS = 0xe0,
    CMD_PULSE = 0xf0,
};

/*
 * NOTE: 11 bits at 10 to 16 kHz take about 1 ms; a fifth of it keeps start-up short. It is enough for drivers that read
 * 60h twice (in a handler of their own, then in the BIOS's that it chains to) and expect the same byte.
 */
#define WIRE_NS UINT64_C(200000)

/* Scan code set 2 to set 1, for codes up to 84h; those above pass as they are. */
/* clang-format off */
static const uint8_t translation[0x85] = {
    0xff, 0x43, 0x41, 0x3f, 0x3d, 0x3b, 0x3c, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3e, 0x0f, 0x29, 0x59,
    0x65, 0x38, 0x2a, 0x70, 0x1d, 0x10, 0x02, 0x5a, 0x66, 0x71, 0x2c, 0x1f, 0x1e, 0x11, 0x03, 0x5b,
    0x67, 0x2e, 0x2d, 0x20, 0x12, 0x05, 0x04, 0x5c, 0x68, 0x39, 0x2f, 0x21, 0x14, 0x13, 0x06, 0x5d,
    0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5e, 0x6a, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5f,
    0x6b, 0x33, 0x25, 0x17, 0x18, 0x0b, 0x0a, 0x60, 0x6c, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0c, 0x61,
    0x6d, 0x73, 0x28, 0x74, 0x1a, 0x0d, 0x62, 0x6e, 0x3a, 0x36, 0x1c, 0x1b, 0x75, 0x2b, 0x63, 0x76,
    0x55, 0x56, 0x77, 0x78, 0x79, 0x7a, 0x0e, 0x7b, 0x7c, 0x4f, 0x7d, 0x4b, 0x47, 0x7e, 0x7f, 0x6f,
    0x52, 0x53, 0x50, 0x4c, 0x4d, 0x48, 0x01, 0x45, 0x57, 0x4e, 0x51, 0x4a, 0x37, 0x49, 0x46, 0x54,
    0x80, 0x81, 0x82, 0x41, 0x54,
};
/* clang-format on */

static uint8_t *ctr(struct i8042 *k)
{
    return &k->ram[0];
}

static void drive(struct i8042 *k)
{
    bool full = k->status & STS_OBF, aux = k->status & STS_AUX;
    irq_set(&k->irq[I8042_KBD], full && !aux && (*ctr(k) & CTR_INT_KBD));
    irq_set(&k->irq[I8042_AUX], full && aux && (*ctr(k) & CTR_INT_AUX));
}

static void fill(struct i8042 *k, uint8_t byte, bool aux)
{
    k->output = byte;
    k->status = (uint8_t)((k->status & ~STS_AUX) | STS_OBF | (aux ? STS_AUX : 0));
    drive(k);
}

/* The controller's own answer. It stops the devices' clocks, so that no byte of theirs comes first. */
static void answer(struct i8042 *k, uint8_t byte)
{
    if (k->status & STS_OBF) {
        k->reply = byte;
        k->reply_full = 1;
    } else {
        fill(k, byte, false);
    }
}

/* --- From the devices --- */

/* The port whose device may send now, -1 if none. */
static int talker(struct i8042 *k)
{
    if (k->status & STS_OBF)
        return -1;
    if ((k->ready & BIT(I8042_KBD)) && !(*ctr(k) & CTR_DISABLE_KBD))
        return I8042_KBD;
    if ((k->ready & BIT(I8042_AUX)) && !(*ctr(k) & CTR_DISABLE_AUX))
        return I8042_AUX;
    return -1;
}

static void listen(struct i8042 *k)
{
    if (talker(k) < 0)
        timer_cancel(&k->wire); /* the clock is held low: the device starts the byte again later */
    else if (!timer_armed(&k->wire))
        timer_set(&k->wire, clock_ns(k->dev.bus->clock) + WIRE_NS);
}

/* A byte from the keyboard to the output buffer. False where the controller keeps it. */
static bool translate(struct i8042 *k, uint8_t *byte)
{
    if (!(*ctr(k) & CTR_TRANSLATE))
        return true;
    if (*byte == 0xf0) {
        k->release = 1;
        return false;
    }
    if (*byte < sizeof translation)
        *byte = translation[*byte];
    if (k->release)
        *byte |= 0x80;
    k->release = 0;
    return true;
}

static void byte_arrived(void *ctx)
{
    struct i8042 *k = ctx;
    int n = talker(k);
    uint8_t byte;
    /* Two bytes where the first is the F0h that translation swallows. */
    while (n >= 0 && k->port[n].ctx && k->port[n].take(k->port[n].ctx, &byte)) {
        if (n == I8042_KBD && !translate(k, &byte))
            continue;
        fill(k, byte, n == I8042_AUX);
        break;
    }
    listen(k);
}

static void set_ready(void *ctx, int n, int level)
{
    struct i8042 *k = ctx;
    k->ready = (uint8_t)(level ? k->ready | BIT(n) : k->ready & ~BIT(n));
    listen(k);
}

struct irq_line i8042_ready(struct i8042 *k, int port)
{
    return (struct irq_line){set_ready, k, port};
}

/* --- The output port --- */

static void write_output_port(struct i8042 *k, uint8_t value)
{
    k->output_port = value & (OUT_RESET_N | OUT_A20);
    irq_set(&k->a20, !!(value & OUT_A20));
    irq_set(&k->rc, !(value & OUT_RESET_N));
}

static uint8_t read_output_port(const struct i8042 *k)
{
    uint8_t v = k->output_port | OUT_HIGH;
    if (k->status & STS_OBF)
        v |= k->status & STS_AUX ? OUT_IRQ12 : OUT_IRQ1;
    return v;
}

/*
 * F0h-FFh: bits 3-0 of the output port go low for 6 us where the command's are 0. Only RC# hears of
 * it.
 */
static void pulse(struct i8042 *k, uint8_t command)
{
    if (command & OUT_RESET_N)
        return;
    irq_set(&k->rc, 1);
    irq_set(&k->rc, 0);
}

/* --- Commands --- */

static void set_ctr(struct i8042 *k, uint8_t value)
{
    *ctr(k) = value;
    k->status = (uint8_t)((k->status & ~STS_SYS) | (value & CTR_SYS ? STS_SYS : 0));
    if (!(value & CTR_TRANSLATE))
        k->release = 0;
    drive(k);
}

static void self_test(struct i8042 *k)
{
    k->reply_full = 0;
    k->release = 0;
    set_ctr(k, CTR_SYS | CTR_DISABLE_KBD | CTR_DISABLE_AUX | CTR_TRANSLATE);
    k->status &= ~STS_OBF;
    answer(k, 0x55);
}

static void command_ram(struct i8042 *k, uint8_t command)
{
    if (command >= CMD_WRITE_RAM)
        k->pending = command;
    else
        answer(k, k->ram[command & 0x1f]);
}

static void command(struct i8042 *k, uint8_t command)
{
    k->pending = 0;
    switch (command) {
    case CMD_TEST_PASSWORD:
        answer(k, 0xf1); /* not installed */
        break;
    case CMD_DISABLE_AUX: *ctr(k) |= CTR_DISABLE_AUX; break;
    case CMD_ENABLE_AUX: *ctr(k) &= ~CTR_DISABLE_AUX; break;
    case CMD_TEST_AUX:
    case CMD_TEST_KBD:
        answer(k, 0); /* no error detected */
        break;
    case CMD_SELF_TEST: self_test(k); break;
    case CMD_DISABLE_KBD: *ctr(k) |= CTR_DISABLE_KBD; break;
    case CMD_ENABLE_KBD: *ctr(k) &= ~CTR_DISABLE_KBD; break;
    case CMD_READ_INPUT_PORT: answer(k, INPUT_PORT); break;
    case CMD_READ_OUTPUT_PORT: answer(k, read_output_port(k)); break;
    case CMD_WRITE_OUTPUT_PORT:
    case CMD_WRITE_KBD_OUTPUT:
    case CMD_WRITE_AUX_OUTPUT:
    case CMD_WRITE_AUX: k->pending = command; break;
    case CMD_DISABLE_A20: /* QUIRK: HP's and some AT clones' short forms, tried by A20 code of
                             HIMEM.SYS and boot loaders */
    case CMD_ENABLE_A20: write_output_port(k, OUT_RESET_N | (command == CMD_ENABLE_A20 ? OUT_A20 : 0)); break;
    case CMD_READ_TEST_INPUTS:
        answer(k, *ctr(k) & CTR_DISABLE_KBD ? 0 : 1); /* T0: keyboard clock */
        break;
    default:
        if (command >= CMD_PULSE)
            pulse(k, command);
        else if ((command & 0xe0) == CMD_READ_RAM || (command & 0xe0) == CMD_WRITE_RAM)
            command_ram(k, command);
        else
            guest_error(k->dev.bus->log, k->dev.id, "unknown controller command %02xh", command);
        break;
    }
}

static void send(struct i8042 *k, int n, uint8_t byte)
{
    if (k->port[n].ctx)
        k->port[n].send(k->port[n].ctx, byte);
}

static void data(struct i8042 *k, uint8_t byte)
{
    uint8_t pending = k->pending;
    k->pending = 0;
    switch (pending) {
    case 0:
        *ctr(k) &= ~CTR_DISABLE_KBD; /* a byte for the keyboard needs its clock */
        send(k, I8042_KBD, byte);
        break;
    case CMD_WRITE_OUTPUT_PORT: write_output_port(k, byte); break;
    case CMD_WRITE_KBD_OUTPUT: fill(k, byte, false); break;
    case CMD_WRITE_AUX_OUTPUT: fill(k, byte, true); break;
    case CMD_WRITE_AUX:
        *ctr(k) &= ~CTR_DISABLE_AUX;
        send(k, I8042_AUX, byte);
        break;
    case CMD_WRITE_RAM: set_ctr(k, byte); break;
    default: k->ram[pending & 0x1f] = byte; break;
    }
}

/* --- Ports --- */

static uint64_t read_data(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct i8042 *k = ctx;
    (void)offset, (void)size;
    uint8_t v = k->output;
    if (who == INIT_DEBUG)
        return v;
    k->status &= ~(STS_OBF | STS_AUX);
    drive(k);
    if (k->reply_full) {
        k->reply_full = 0;
        fill(k, k->reply, false);
    }
    listen(k);
    return v;
}

static void write_data(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct i8042 *k = ctx;
    (void)offset, (void)size, (void)who;
    k->status &= ~STS_COMMAND;
    data(k, (uint8_t)value);
    listen(k);
}

static uint64_t read_status(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct i8042 *k = ctx;
    (void)offset, (void)size, (void)who;
    return k->status;
}

static void write_command(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct i8042 *k = ctx;
    (void)offset, (void)size, (void)who;
    k->status |= STS_COMMAND;
    command(k, (uint8_t)value);
    listen(k);
}

static const struct io_ops data_ops = {read_data, write_data, 1};
static const struct io_ops command_ops = {read_status, write_command, 1};

static bool realize(struct dev *d, struct error *err)
{
    struct i8042 *k = (struct i8042 *)d;
    (void)err;
    timer_init(&k->wire, d->bus->clock, byte_arrived, k);
    k->data_range = (struct port_range){.name = d->id, .base = 0x60, .count = 1, .ops = &data_ops, .ctx = k};
    k->command_range = (struct port_range){.name = d->id, .base = 0x64, .count = 1, .ops = &command_ops, .ctx = k};
    port_claim(d->bus->ports, &k->data_range);
    port_claim(d->bus->ports, &k->command_range);
    return true;
}

static void unrealize(struct dev *d)
{
    struct i8042 *k = (struct i8042 *)d;
    timer_cancel(&k->wire);
    port_release(d->bus->ports, &k->data_range);
    port_release(d->bus->ports, &k->command_range);
}

/*
 * After its own power-on test the controller waits for AAh with both interfaces off; A20 passes,
 * RC# is high.
 */
static void reset(struct dev *d)
{
    struct i8042 *k = (struct i8042 *)d;
    memset(k->ram, 0, sizeof k->ram);
    *ctr(k) = CTR_DISABLE_KBD | CTR_DISABLE_AUX;
    k->status = STS_NOT_INHIBITED | STS_COMMAND;
    k->output = k->pending = k->reply = k->reply_full = k->release = 0;
    timer_cancel(&k->wire);
    k->output_port = OUT_RESET_N | OUT_A20;
    irq_set(&k->a20, 1);
    irq_set(&k->rc, 0);
    drive(k);
}

static void post_load(struct dev *d)
{
    struct i8042 *k = (struct i8042 *)d;
    irq_set(&k->a20, !!(k->output_port & OUT_A20));
    drive(k);
}

static void print(struct dev *d, struct buf *out)
{
    struct i8042 *k = (struct i8042 *)d;
    buf_printf(out, "%s: status=%02x command-byte=%02x output=%02x output-port=%02x pending=%02x\n", d->id, k->status,
               *ctr(k), k->output, read_output_port(k), k->pending);
}

static const struct dev_reg regs[] = {
    {"Data", REG_PORT, 0x60, 1, 0, 0xff},
    {"Status/Command", REG_PORT, 0x64, 1, STS_NOT_INHIBITED | STS_COMMAND, 0xff},
    {"Controller Command Byte", REG_INDEXED, 0, 1, CTR_DISABLE_KBD | CTR_DISABLE_AUX, 0xff},
};

static const struct state_field fields[] = {
    STATE_BLOB(struct i8042, ram),         STATE_U(struct i8042, status),  STATE_U(struct i8042, output),
    STATE_U(struct i8042, output_port),    STATE_U(struct i8042, pending), STATE_U(struct i8042, reply),
    STATE_U(struct i8042, reply_full),     STATE_U(struct i8042, release), STATE_U(struct i8042, ready),
    STATE_TIMER_FIELD(struct i8042, wire),
};

const struct dev_class i8042_class = {
    .name = "i8042",
    .summary = "8042 keyboard and auxiliary device controller",
    .datasheet = "IBM PS/2 Hardware Interface Technical Reference, 84F8933",
    .size = sizeof(struct i8042),
    DEV_REGS(regs),
    .state = DEV_STATE("i8042", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct i8042 *i8042_new(struct bus *bus, const char *id)
{
    return dev_new(&i8042_class, id, bus);
}
