/* SPDX-License-Identifier: MIT */
/* What QMP and the console act on, and the console's commands. */
#ifndef VITRINE_CTL_CONTROL_H
#define VITRINE_CTL_CONTROL_H

#include "base/buf.h"
#include "base/error.h"
#include "link/guest.h"

struct control {
    struct guest *guest;
    const char *name; /* of the guest; "" if it has none */
    /* Writes a picture file; false with *err. */
    bool (*save_picture)(const char *path, bool png, uint32_t w, uint32_t h, const uint8_t *pixels,
                         struct error *err);
    void (*quit)(void *ctx); /* ends the machine cleanly */
    /* `info WHAT` of the front end's own things: chardev. False: it is not one of them. */
    bool (*info)(void *ctx, const char *what, struct buf *out);
    void *ctx;
};

/* A screenshot on its way into a file. done is called once. */
typedef void control_done_fn(void *ctx, bool good, const char *text);
bool control_screendump(struct control *c, const char *path, bool png, control_done_fn *done,
                        void *ctx);

/*
 * One console line ("info registers", "sendkey ctrl-alt-delete", "screendump FILE"): its output
 * goes to done, perhaps at once. False: the machine takes no more requests now.
 */
bool control_line(struct control *c, const char *line, control_done_fn *done, void *ctx);

/* Qnums of "ctrl-alt-delete"; their number, 0 for an unknown name. */
size_t control_keys(const char *names, uint8_t *keys, size_t room);

#endif
