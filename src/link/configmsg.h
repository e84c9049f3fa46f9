/* SPDX-License-Identifier: MIT */
/* The configuration as a message: field by field, checked where it arrives. */
#ifndef VITRINE_LINK_CONFIGMSG_H
#define VITRINE_LINK_CONFIGMSG_H

#include "base/buf.h"
#include "base/error.h"
#include "machine/catalog.h"

/* What the machine process gets beside the machine's own configuration. */
struct run_config {
    bool display;      /* the surface is shown */
    uint32_t log;      /* enum trace_item's bits */
    bool audio;        /* ... or listens */
    uint32_t speed;    /* percent of the host's time, 0: as fast as it goes */
    bool require_jail; /* runs only where every layer of the confinement is in force */
};

/* Descriptors and file contents travel on their own (LINK_FILE) and are not part of it. */
void config_put(const struct machine_config *cfg, const struct run_config *run, struct buf *out);
/* False with *err where a field is out of its range, a string is not terminated, or bytes are
 * missing or left over. */
bool config_get(struct machine_config *cfg, struct run_config *run, const void *data, size_t len, struct error *err);

/*
 * What of it, and of the files that come with it, decides how a guest runs, as lines "name=value": what a recording
 * keeps and a replay must have. What concerns the host alone is left out, and what the journal has by itself.
 */
void config_print(const struct machine_config *cfg, struct buf *out);

/* A drive alone, for a medium that is put in at run time. */
void config_put_drive(const struct drive_config *d, struct buf *out);
bool config_get_drive(struct drive_config *d, struct reader *r);

#endif
