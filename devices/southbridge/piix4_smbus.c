/* SPDX-License-Identifier: MIT */
/*
 * SMBus host controller. Intel 82371AB (PIIX4) 290562-001, 7.3 and 11.5; System Management Bus Specification 1.0.
 *
 * The bus is empty, as on a board without SPD EEPROMs: no slave acknowledges the address, and every transaction ends
 * with DEV_ERR. LIMIT: the host controller's slave port hears nothing; SMBus alerts never come.
 */
#include "devices/southbridge/piix4_smbus.h"

#include "base/bits.h"

enum { HSTSTS, SLVSTS, HSTCNT, HSTCMD, HSTADD, HSTDAT0, HSTDAT1, BLKDAT, SLVCNT, SHDWCMD, SLVEVT, SLVDAT = 0x0c };
enum {
    HOST_BUSY = 0x01,
    INTER = 0x02,
    DEV_ERR = 0x04,
    BUS_ERR = 0x08,
    FAILED = 0x10,
    STATUS_W1C = INTER | DEV_ERR | BUS_ERR | FAILED
};
enum { INTEREN = 0x01, KILL = 0x02, PROTOCOL = 0x1c, START = 0x40 };
/* Start condition, seven address bits, direction and the missing acknowledge at 100 kHz. */
#define ADDRESS_NS UINT64_C(100000)

static const uint8_t writable[SMB_REGS] = {
    [HSTCNT] = INTEREN | PROTOCOL,
    [HSTCMD] = 0xff,
    [HSTADD] = 0xff,
    [HSTDAT0] = 0xff,
    [HSTDAT1] = 0xff,
    [SLVCNT] = 0x0f,
    [SLVEVT] = 0xff,
    [SLVEVT + 1] = 0xff,
};

static void finish(struct piix4_smbus *s, uint8_t status)
{
    timer_cancel(&s->done);
    s->reg[HSTSTS] = (uint8_t)((s->reg[HSTSTS] & ~HOST_BUSY) | status);
    s->changed(s->ctx);
}

static void no_acknowledge(void *ctx)
{
    finish(ctx, DEV_ERR);
}

bool piix4_smbus_interrupt(const struct piix4_smbus *s)
{
    return s->reg[HSTCNT] & INTEREN && s->reg[HSTSTS] & STATUS_W1C;
}

static void control(struct piix4_smbus *s, uint8_t v)
{
    if (v & KILL) {
        if (s->reg[HSTSTS] & HOST_BUSY)
            finish(s, FAILED);
    } else if (v & START && !(s->reg[HSTSTS] & HOST_BUSY)) {
        s->reg[HSTSTS] |= HOST_BUSY;
        timer_set(&s->done, clock_ns(s->done.clock) + ADDRESS_NS);
    }
}

static uint64_t read_reg(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct piix4_smbus *s = ctx;
    (void)size;
    if (who == INIT_DEBUG)
        return s->reg[offset];
    if (offset == HSTCNT)
        s->index = 0; /* "reading this register resets the pointer" into the block buffer */
    if (offset != BLKDAT)
        return s->reg[offset];
    uint8_t v = s->block[s->index];
    s->index = (s->index + 1) & 31;
    return v;
}

static void write_reg(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct piix4_smbus *s = ctx;
    uint8_t v = (uint8_t)value;
    (void)size, (void)who;
    if (offset == BLKDAT) {
        s->block[s->index] = v;
        s->index = (s->index + 1) & 31;
        return;
    }
    if (offset == HSTSTS)
        s->reg[HSTSTS] &= (uint8_t) ~(v & STATUS_W1C);
    s->reg[offset] = (uint8_t)((s->reg[offset] & ~writable[offset]) | (v & writable[offset]));
    if (offset == HSTCNT)
        control(s, v);
    s->changed(s->ctx);
}

const struct io_ops piix4_smbus_ops = {read_reg, write_reg, 1};

void piix4_smbus_init(struct piix4_smbus *s, struct clock *clock)
{
    timer_init(&s->done, clock, no_acknowledge, s);
}

void piix4_smbus_reset(struct piix4_smbus *s)
{
    timer_cancel(&s->done);
    memset(s->reg, 0, sizeof s->reg);
    memset(s->block, 0, sizeof s->block);
    s->index = 0;
}
