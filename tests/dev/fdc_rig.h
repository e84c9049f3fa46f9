/* SPDX-License-Identifier: MIT */
/*
 * The bench of a diskette controller with its DMA controller and 1 MiB of memory, and how commands are given to it.
 * Each file that includes it has its own.
 */
#ifndef VITRINE_TESTS_DEV_FDC_RIG_H
#define VITRINE_TESTS_DEV_FDC_RIG_H

#include "devices/disk/i82077.h"
#include "tests/dev/rig.h"

enum { SRA = 0x3f0, SRB, DOR, TDR, MSR, FIFO, DIR = 0x3f7, BUFFER = 0x8000 };
#define MS UINT64_C(1000000)

static struct fdc_rig {
    struct rig rig;
    struct dma_pages *pages;
    struct i8237 *dma;
    struct i82077 *fdc;
    struct probe irq;
    struct mapping ram;
    uint8_t result[10];
    unsigned nresult;
} s;

/* Everything is wired, nothing realized: the controller's properties and drives can be set. */
static inline void fdc_make(struct fdc_rig *t)
{
    struct error err = {0};
    memset(t, 0, sizeof *t);
    rig_init(&t->rig);
    const struct mem_block *b = mem_add_block(t->rig.bus.mem, "ram", BLOCK_RAM, 256, &err);
    ck_assert_msg(b != NULL, "%s", err.text);
    struct target to = {.kind = TO_PAGES, .page = b->first};
    t->ram = (struct mapping){.name = "ram", .size = 1 << 20, .prio = PRIO_RAM, .rd = to, .wr = to};
    mem_map(t->rig.bus.mem, &t->ram);
    t->pages = dma_pages_new(&t->rig.bus, "dma-pages");
    t->dma = i8237_new(&t->rig.bus, "dma0");
    t->dma->pages = t->pages;
    t->fdc = i82077_new(&t->rig.bus, "fdc");
    t->fdc->dma = t->dma;
    t->fdc->irq = probe_line(&t->irq, &t->rig);
    t->fdc->drive[0].fitted = true;
}

static inline void fdc_begin(struct fdc_rig *t)
{
    rig_realize(&t->pages->dev);
    rig_realize(&t->dma->dev);
    rig_realize(&t->fdc->dev);
}

static inline void fdc_unmake(struct fdc_rig *t)
{
    dev_free(&t->fdc->dev);
    dev_free(&t->dma->dev);
    dev_free(&t->pages->dev);
    rig_free(&t->rig);
}

static inline uint8_t in(uint16_t port)
{
    return rig_in(&s.rig, port);
}

static inline void out(uint16_t port, uint8_t v)
{
    rig_out(&s.rig, port, v);
}

static inline void give(const uint8_t *bytes, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        ck_assert_msg((in(MSR)&0xc0) == 0x80, "byte %u is not asked for: MSR %02x", i, in(MSR));
        out(FIFO, bytes[i]);
    }
}
#define GIVE(...) give((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static inline void take_results(void)
{
    s.nresult = 0;
    while ((in(MSR)&0xd0) == 0xd0 && s.nresult < 10)
        s.result[s.nresult++] = in(FIFO);
}

/* Channel 2 moves so many bytes between the drive and BUFFER. */
static inline void dma_setup(uint8_t mode, uint16_t bytes)
{
    out(0x0a, 0x06);
    out(0x0c, 0);
    out(0x0b, mode);
    out(0x04, (uint8_t)BUFFER), out(0x04, BUFFER >> 8), out(0x81, 0);
    out(0x05, (uint8_t)(bytes - 1)), out(0x05, (uint8_t)((bytes - 1) >> 8));
    out(0x0a, 0x02);
}

#endif
