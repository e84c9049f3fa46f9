/* SPDX-License-Identifier: MIT */
/*
 * QMP, QEMU's machine protocol: JSON objects over a character back end, any number of which can
 * have one. A client's commands are carried out in their order. Without libjansson there is none.
 */
#ifndef VITRINE_CTL_QMP_QMP_H
#define VITRINE_CTL_QMP_QMP_H

#include "ctl/chardev/chardev.h"
#include "ctl/control.h"

struct qmp;

/* A QMP monitor on a character back end. NULL with *err. */
struct qmp *qmp_new(struct control *c, struct chardev *chr, struct error *err);
/* After the requests under way were answered or failed. */
void qmp_close(struct qmp *q);

void qmp_event(struct qmp *q, enum link_event ev, bool by_guest, enum link_cause cause);
/* DEVICE_TRAY_MOVED: the drive's name and its -device's. */
void qmp_tray_event(struct qmp *q, const char *device, const char *id, bool open);

#endif
