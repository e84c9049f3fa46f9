/* SPDX-License-Identifier: MIT */
/* QMP's inside: what its transport and its commands share. Only with libjansson. */
#ifndef VITRINE_CTL_QMP_COMMANDS_H
#define VITRINE_CTL_QMP_COMMANDS_H

#include <jansson.h>

#include "ctl/chardev.h"
#include "ctl/control.h"

/* Where the search for the end of a JSON text stands. */
struct qmp_scan {
    size_t at;
    unsigned depth;
    bool begun, string, escape;
};

struct qmp {
    struct control *control;
    struct chardev *chr;
    struct buf input;
    struct qmp_scan scan;
    bool negotiated; /* qmp_capabilities came */
    bool busy;       /* a command is under way */
    bool taking;     /* texts are being carried out */
    bool skipping;   /* the rest of a line that was too long */
    uint64_t client; /* counts clients */
};

/* One JSON text of a client's. */
void qmp_message(struct qmp *q, const json_t *message);
/* Sends and drops the reference. */
void qmp_send(struct qmp *q, json_t *message);
/* Answers with a result, whose reference is dropped. */
void qmp_give(struct qmp *q, json_t *id, json_t *result);
/* control_vnc.c */
void qmp_query_vnc(struct qmp *q, json_t *id, json_t *args);
void qmp_set_password(struct qmp *q, json_t *id, json_t *args);
void qmp_change_vnc_password(struct qmp *q, json_t *id, json_t *args);
/* The command that made q busy is done. */
void qmp_done(struct qmp *q);
void qmp_error(struct qmp *q, json_t *id, const char *cls, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
json_t *qmp_version(void);

#endif
