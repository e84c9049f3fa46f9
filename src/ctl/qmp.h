/* SPDX-License-Identifier: MIT */
/*
 * QMP, QEMU's machine protocol: JSON objects over a UNIX socket or standard input and output. One
 * client at a time; a client's commands are carried out in their order. Without libjansson there is
 * none.
 */
#ifndef VITRINE_CTL_QMP_H
#define VITRINE_CTL_QMP_H

#include "ctl/control.h"

struct qmp;

/* Listens at path (a stale socket is replaced). NULL with *err. */
struct qmp *qmp_listen(struct control *c, const char *path, struct error *err);
/* Speaks over descriptors that are open already. */
struct qmp *qmp_stdio(struct control *c, int in, int out);
bool qmp_has_client(const struct qmp *q);
void qmp_close(struct qmp *q);

/* The descriptor to poll, what for (poll's events), and what to do when it is ready. */
int qmp_fd(const struct qmp *q);
short qmp_events(const struct qmp *q);
int qmp_out_fd(const struct qmp *q); /* another one to poll for POLLOUT; -1: none */
void qmp_ready(struct qmp *q);

void qmp_event(struct qmp *q, enum link_event ev, bool by_guest, enum link_cause cause);

#endif
