/* SPDX-License-Identifier: MIT */
/* A monitor for people: prompts on a character back end, takes lines, shows what a command says.
 * Any number of them can be there at once. */
#ifndef VITRINE_CTL_HMP_MONITOR_H
#define VITRINE_CTL_HMP_MONITOR_H

#include "ctl/chardev/chardev.h"
#include "ctl/control.h"

struct monitor;

/* NULL with *err. */
struct monitor *monitor_new(struct control *c, struct chardev *chr, struct error *err);
/* After the requests under way were answered or failed. */
void monitor_free(struct monitor *m);

#endif
