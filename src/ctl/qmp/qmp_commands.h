/* SPDX-License-Identifier: MIT */
/* QMP's inside: what its transport and its commands share. Only with libjansson. */
#ifndef VITRINE_CTL_QMP_QMP_COMMANDS_H
#define VITRINE_CTL_QMP_QMP_COMMANDS_H

#include <jansson.h>

#include "ctl/chardev/chardev.h"
#include "ctl/control.h"
#include "ctl/qmp/json_text.h"

struct qmp {
    struct control *control;
    struct chardev *chr;
    struct buf input;
    struct json_scan scan;
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
/* control_vnc.c */
void qmp_query_vnc(struct qmp *q, json_t *id, json_t *args);
void qmp_set_password(struct qmp *q, json_t *id, json_t *args);
void qmp_change_vnc_password(struct qmp *q, json_t *id, json_t *args);
/* The command that made q busy is done. */
void qmp_done(struct qmp *q);
void qmp_error(struct qmp *q, json_t *id, const char *cls, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
json_t *qmp_version(void);

/*
 * A command. args lists what it takes, "filename:s format:s?": name, ':', type, '?' where it may be left
 * out. Types: s string, i integer that is not negative, n any integer, b boolean, a array, o object, v
 * anything. The arguments have been checked against it when run is called.
 */
struct qmp_command {
    const char *name, *args;
    void (*run)(struct qmp *q, json_t *id, json_t *args);
};
extern const struct qmp_command qmp_basic[], qmp_queries[], qmp_block[], qmp_input[]; /* NULL-terminated */
/* All of them; NULL past the last. */
const struct qmp_command *qmp_command_at(unsigned i);
json_t *qmp_schema(void); /* qmp_schema.c: query-qmp-schema's reply */

/* For commands: an answer (drops the reference), values of arguments that were given, or what they are
 * when left out. */
void qmp_give(struct qmp *q, json_t *id, json_t *result);
const char *qmp_string(const json_t *args, const char *name, const char *other);
int64_t qmp_integer(const json_t *args, const char *name, int64_t other);
bool qmp_flag(const json_t *args, const char *name, bool other);

/* A command that is answered later: begun with the client's id, ended once, with a result (whose
 * reference is dropped) or with an error. It makes q busy. NULL: out of memory, and answered so. */
struct command {
    struct qmp *q;
    uint64_t client;
    json_t *id, *args;
    struct buf reply;
    unsigned drive;
};
struct command *command_begin(struct qmp *q, json_t *id, json_t *args);
void command_end(struct command *c, json_t *result, const char *error);
/* A control_done_fn that ends a command with an empty object. */
void command_done(void *ctx, bool good, const char *text);
/* Ends it if the machine took no request. */
void command_check(struct command *c, bool taken);

#endif
