/* SPDX-License-Identifier: MIT */
/* What a chip is plugged into: memory, ports, clock, and the log of guest mistakes. */
#ifndef VITRINE_BUS_BUS_H
#define VITRINE_BUS_BUS_H

#include "base/log.h"
#include "bus/msr.h"
#include "mem/mem.h"
#include "time/event.h"

/*
 * The 64 KiB port space. A range belongs to one claimant at a time; a later claim shadows an earlier one until it is
 * released. Ports are 1, 2 or 4 bytes wide: an access wider than ops->max_size (default 4) is split into bytes (or
 * words where max_size is 2), lowest port first, each part going to whoever claims it. Unclaimed ports read all ones.
 */
struct port_range {
    const char *name;
    uint16_t base;
    uint32_t count;
    const struct io_ops *ops; /* offset: port - base */
    void *ctx;
    /* kept by port_claim and port_release */
    bool claimed;
    uint16_t live_base;
    uint32_t live_count;
    struct port_range *next;
};

struct port_space;
struct port_space *port_space_create(void);
void port_space_destroy(struct port_space *s);
void port_claim(struct port_space *s, struct port_range *r); /* (re)reads the fields of *r */
void port_release(struct port_space *s, struct port_range *r);
/* Before chips are freed: nobody claims anything any more. */
void port_release_all(struct port_space *s);
uint32_t port_in(struct port_space *s, uint16_t port, unsigned size, enum initiator who);
void port_out(struct port_space *s, uint16_t port, unsigned size, uint32_t value, enum initiator who);
/* Who answers a port; NULL: nobody. */
const struct port_range *port_owner(const struct port_space *s, uint16_t port);
void port_print(const struct port_space *s, void (*line)(void *ctx, const char *text), void *ctx);

struct dev_global;
struct bus {
    struct mem *mem;
    struct port_space *ports;
    struct clock *clock;
    struct guest_log *log;
    const struct dev_global *globals; /* bus/dev.h; may be NULL */
    struct msr_space msrs;
};

/*
 * Bus-master access to memory: bounded, never reaches device registers (a descriptor that points at them reads all ones
 * and writes nowhere). False where part of it did.
 */
bool dma_read(struct bus *b, uint64_t paddr, void *data, uint32_t len);
bool dma_write(struct bus *b, uint64_t paddr, const void *data, uint32_t len);

#endif
