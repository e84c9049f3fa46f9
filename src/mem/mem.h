/* SPDX-License-Identifier: MIT */
/*
 * Guest physical memory: backing pages, the address map, page facts, and the one way to write a page.
 *
 * A *backing page* (bpn) is 4 KiB of RAM, ROM or video memory, whatever address it shows at. The *address map* says for
 * each guest physical page what a read and a write reach: a backing page or a region of device registers. PAM, SMRAM
 * and BARs change the map, never the backing pages, so facts about a page (code was decoded from it, a walk used it as
 * a page table, it must not be written) belong to the backing page.
 */
#ifndef VITRINE_MEM_MEM_H
#define VITRINE_MEM_MEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define PAGE_BITS        12
#define PAGE_SIZE        4096u
#define PAGE_OFFSET_MASK 4095u
#define PHYS_BITS        40 /* width of a guest physical address */
#define PHYS_MASK        ((UINT64_C(1) << PHYS_BITS) - 1)
#define NO_PAGE          UINT32_MAX

struct mem;

/* Who makes an access: CPU n, or a bus master. */
enum initiator { INIT_CPU0 = 0, INIT_DMA = 0xfe, INIT_DEBUG = 0xff };

/*
 * Device registers in memory or port space. `offset` counts from the region's base; size is 1, 2, 4 (or 8 where
 * max_size says so); wider accesses are split, lowest address first. A read that nobody answers gives all ones.
 */
struct io_ops {
    uint64_t (*read)(void *ctx, uint64_t offset, unsigned size, enum initiator who);
    void (*write)(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who);
    uint8_t max_size; /* 1, 2, 4, 8; 0 means 4 */
};

/*
 * --- Page facts: bits of mem_facts(). Any bit of PI_SLOW sends a CPU's store through mem_store(). ---
 *
 * CODE, PT and WATCH are held by owners (each CPU, each engine, the debugger) and stand until the last one lets go.
 * CLEAN comes for all pages at once, mem_all_clean(), and goes with a page's next store.
 */
enum {
    PI_CODE = 1,    /* a decoded or translated block came from this page */
    PI_PT = 2,      /* a page walk used this page as a table */
    PI_ROM = 4,     /* stores are dropped */
    PI_WATCH = 8,   /* a watchpoint of the debugger lies in this page: reads and stores are told */
    PI_CLEAN = 16,  /* not written since the last mem_all_clean() */
    PI_NOTIFY = 32, /* the owner (video memory) must see the next store */
    PI_SLOW = 63,
};

/*
 * What cares for stores and map changes: CPU (decoded blocks, TLBs), snapshots, video. Called in order of registration.
 */
struct page_listener {
    void *ctx;
    /* Bytes [off, off+len) of backing page bpn, which has one of the facts in `facts`, are about to be written.
     * `data` holds the new bytes. The listener may let go of facts. May be NULL. */
    uint8_t facts;
    void (*store)(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data);
    /* Bytes of a page with PI_WATCH were read, by whomever (not by the fetch of code). May be NULL. */
    void (*load)(void *ctx, uint32_t bpn, uint32_t off, uint32_t len);
    /* A fact that forbids fast stores (`reads`: and fast loads) was set on bpn, NO_PAGE: on all pages. Cached
     * translations for them must go. May be NULL. */
    void (*protect)(void *ctx, uint32_t bpn, bool reads);
    /* What guest physical [base, base+size) reaches has changed, or where backing pages live. May be NULL. */
    void (*remap)(void *ctx, uint64_t base, uint64_t size);
    struct page_listener *next;
};

/* --- Blocks of backing pages --- */
enum block_kind { BLOCK_RAM, BLOCK_ROM, BLOCK_VIDEO };

struct mem_block {
    const char *name;
    enum block_kind kind;
    uint32_t first; /* backing page number of its first page */
    uint32_t npages;
};

struct mem *mem_create(void);
void mem_destroy(struct mem *m);

/* Adds zeroed backing pages. `name` must outlive m. NULL and *err where the host has no memory. At most 64 blocks. */
const struct mem_block *mem_add_block(struct mem *m, const char *name, enum block_kind kind, uint32_t npages,
                                      struct error *err);
/* Block number i, NULL past the last. */
const struct mem_block *mem_block(const struct mem *m, unsigned i);
uint32_t mem_page_count(const struct mem *m);

/*
 * Where a backing page lives now, readable and, if no PI_SLOW fact is set, writable. The only one who knows; valid
 * until the next remap notification. */
uint8_t *ram_ptr(const struct mem *m, uint32_t bpn);

uint8_t mem_facts(const struct mem *m, uint32_t bpn);
/* One more owner holds the fact (PI_CODE, PI_PT or PI_WATCH), each owner once; the first one notifies `protect`. */
void mem_hold(struct mem *m, uint32_t bpn, uint8_t fact);
void mem_release(struct mem *m, uint32_t bpn, uint8_t fact); /* by one that holds it */
/* PI_NOTIFY: a block of video memory has one owner, which sets and clears it as often as it likes. */
void mem_set_notify(struct mem *m, uint32_t bpn);
void mem_clear_notify(struct mem *m, uint32_t bpn);
void mem_add_listener(struct mem *m, struct page_listener *l);
void mem_remove_listener(struct mem *m, struct page_listener *l); /* not from within a call of it */

/*
 * All pages become clean, as they are when they are made; what was dirty is hashed. The first store to a clean page is
 * heard of by listeners of PI_CLEAN, the page's old contents still being there. Costs what was written since the last
 * call.
 */
void mem_all_clean(struct mem *m);
uint32_t mem_dirty_count(const struct mem *m); /* pages written since the last mem_all_clean() */
/* A hash of the contents of all pages: the same for the same contents, whatever was clean. Costs what is dirty. */
uint64_t mem_hash(const struct mem *m);
/* Bytes of a backing page are read otherwise than through a TLB entry: a watch is told. */
void mem_told_load(struct mem *m, uint32_t bpn, uint32_t off, uint32_t len);

/*
 * The one way to write a backing page from anywhere but a fast path that has seen PI_SLOW clear: notifies the
 * listeners, drops stores to ROM, copies. off + len <= PAGE_SIZE.
 */
void mem_store(struct mem *m, uint32_t bpn, uint32_t off, uint32_t len, const void *data);
/* The same without ROM's protection: loaders and the debugger. */
void mem_poke(struct mem *m, uint32_t bpn, uint32_t off, uint32_t len, const void *data);

/* --- The address map --- */
enum target_kind {
    TO_BELOW,   /* whatever a mapping of lower priority has: PAM's "to PCI" */
    TO_NOTHING, /* reads all ones, writes vanish */
    TO_PAGES,   /* backing pages from .page on */
    TO_IO,      /* device registers */
};
struct target {
    enum target_kind kind;
    uint32_t page;
    const struct io_ops *ops;
    void *ctx;
};

/*
 * A mapping is owned by who maps it (a chip), listed in the map while enabled. Higher `prio` covers lower, the narrower
 * of equals the wider. base and size are multiples of the page size except for TO_IO/TO_IO mappings, which may be
 * smaller than a page and share it.
 */
struct mapping {
    const char *name;
    uint64_t base, size;
    int prio;
    struct target rd, wr;
    bool inspect; /* the debugger may read the registers: INIT_DEBUG leaves no trace there */
    /* kept by mem_map and mem_unmap */
    bool enabled;
    uint64_t live_base, live_size;
    struct mapping *next;
};
enum { PRIO_RAM = 0, PRIO_PCI = 10, PRIO_ROM = 20, PRIO_CHIPSET = 30, PRIO_APIC = 40 };

void mem_map(struct mem *m, struct mapping *map);   /* (re)reads all fields of *map; notifies remap */
void mem_unmap(struct mem *m, struct mapping *map); /* no-op where not enabled */
/* Before chips are freed: unmaps everything and forgets the listeners. */
void mem_unmap_all(struct mem *m);

/* What one guest physical page reaches: a backing page number, or NO_PAGE (device registers or nothing). */
uint32_t mem_read_page(const struct mem *m, uint64_t paddr);
uint32_t mem_write_page(const struct mem *m, uint64_t paddr);
/*
 * Guest physical address of a backing page as the map has it now (lowest readable), UINT64_MAX if it shows nowhere.
 * Slow.
 */
uint64_t mem_page_address(const struct mem *m, uint32_t bpn);
/* The enabled mappings, highest priority first; NULL past the end. */
const struct mapping *mem_mapping(const struct mem *m, unsigned i);
void mem_print_map(const struct mem *m, void (*line)(void *ctx, const char *text), void *ctx);

/*
 * Physical accesses of any size, crossing pages and kinds: CPU slow paths, DMA, debugger, loaders. Guest addresses are
 * taken modulo 2^PHYS_BITS. INIT_DEBUG reads device registers only where their mapping says `inspect`, and
 * never writes them. Returns false where any byte reached nothing.
 */
bool phys_read(struct mem *m, uint64_t paddr, void *data, uint32_t len, enum initiator who);
bool phys_write(struct mem *m, uint64_t paddr, const void *data, uint32_t len, enum initiator who);

/* A single access of 1, 2, 4 or 8 bytes that does not cross a page, as a CPU makes it: one bus cycle for a device. */
uint64_t phys_load(struct mem *m, uint64_t paddr, unsigned size, enum initiator who);
void phys_store(struct mem *m, uint64_t paddr, unsigned size, uint64_t value, enum initiator who);
/* True where the page at paddr is backed by device registers for reads (true) or writes. */
bool phys_is_io(const struct mem *m, uint64_t paddr, bool write);

#endif
