/* SPDX-License-Identifier: MIT */
/*
 * How much memory the machine process may map beyond the program itself, and how large a file may grow: the sum of
 * what its parts hold at most. Whoever takes it over gets no more from the host.
 */
#include "config.h"

#include "inside/machine_process.h"

#include "base/bits.h"
#include "mem/mem.h"

#define MIB (UINT64_C(1) << 20)

/* Chips, blocks of decoded instructions and what else has a fixed size; queues of the link; parts of replies; the
 * stack. */
#define WORK (192 * MIB)
/* The surface, its canvas, and a picture on its way out: pixels, message and queue, whose buffers double. */
enum { PICTURES = FRAME_SLOTS + 1 + 8 };
/* An input's buffer doubles while it is read, and a copy goes to fw_cfg or into the journal. */
enum { INPUT_COPIES = 4 };
/* Facts, host address and what the block cache keeps for each page of guest memory. */
enum { PAGE_FACTS = 64 };
/* -snapshot: for each cluster of 64 KiB an entry in a table, which doubles. */
enum { CLUSTER = 64 << 10, CLUSTER_ENTRY = 256 };
/* The largest diskette, which may be put in later; what --record, --hash-log and --coverage write, as much as --replay
 * takes. */
#define DISKETTE   (4 * MIB)
#define OUTPUT_MAX (1024 * MIB)

static uint64_t ram(const struct machine_process *p)
{
    uint64_t bytes = p->cfg.ram_mb * MIB;
    return bytes + bytes / PAGE_SIZE * PAGE_FACTS;
}

static uint64_t overlay(uint64_t bytes)
{
    return bytes + bytes / CLUSTER * CLUSTER_ENTRY + MIB;
}

uint64_t budget_memory(const struct machine_process *p)
{
    uint64_t sum = WORK + ram(p) + PICTURES * FRAME_SLOT_BYTES;
    for (unsigned i = 0; i < INPUTS; i++)
        if (p->input[i].fd >= 0)
            sum += p->input[i].bytes * INPUT_COPIES;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        if (p->cfg.drive[i].snapshot)
            sum += overlay(p->cfg.drive[i].bytes);
    return sum;
}

uint64_t budget_file(const struct machine_process *p)
{
    uint64_t most = DISKETTE;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        most = MAX(most, p->cfg.drive[i].bytes);
    if (p->record_fd >= 0 || p->hash_fd >= 0 || p->coverage_fd >= 0)
        most = MAX(most, OUTPUT_MAX);
    return most;
}
