/* SPDX-License-Identifier: MIT */
/* A drive's requests on their way to its medium, and the host's failures through the journal. */
#include "machine/drive_port.h"

#include <stdio.h>

#include "base/bits.h"
#include "machine/parts.h"

static struct blk *medium(const struct drive_port *p)
{
    return p->m->be.drive[p->drive];
}

/* True: in the run that is replayed this request failed, with *error. */
static bool failed_then(struct drive_port *p, int *error)
{
    return journal_host_error(&p->m->journal, p->drive, p->requests++, error);
}

/* What became of a request that the host was asked. */
static int outcome(struct drive_port *p, int error)
{
    if (!error)
        return 0;
    if (p->m->journal.mode == JOURNAL_REPLAY) {
        char text[160];
        snprintf(text, sizeof text, "%s: the host fails where it did not in the recording: %s", p->blk.name,
                 strerror(-error));
        machine_fail(p->m, text);
        return error;
    }
    uint8_t entry[12];
    st64(entry, p->requests - 1);
    st32(entry + 8, (uint32_t)-error);
    journal_input(&p->m->journal, J_HOST_ERROR, (uint16_t)p->drive, entry, sizeof entry);
    return error;
}

static int port_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    struct drive_port *p = container_of(b, struct drive_port, blk);
    int error;
    if (failed_then(p, &error))
        return error;
    return outcome(p, medium(p)->ops->read(medium(p), sector, count, data));
}

static int port_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    struct drive_port *p = container_of(b, struct drive_port, blk);
    int error;
    if (failed_then(p, &error))
        return error;
    return outcome(p, medium(p)->ops->write(medium(p), sector, count, data));
}

static int port_flush(struct blk *b)
{
    struct drive_port *p = container_of(b, struct drive_port, blk);
    int error;
    if (failed_then(p, &error))
        return error;
    return outcome(p, medium(p)->ops->flush(medium(p)));
}

static void port_close(struct blk *b)
{
    (void)b; /* the machine closes the medium */
}

static const struct blk_ops port_ops = {port_read, port_write, port_flush, port_close};

struct blk *drive_port_plug(struct machine *m, unsigned drive)
{
    struct drive_port *p = &m->port[drive];
    const struct blk *b = m->be.drive[drive];
    p->m = m;
    p->drive = drive;
    if (!b)
        return NULL;
    p->blk = *b;
    p->blk.ops = &port_ops;
    return &p->blk;
}
