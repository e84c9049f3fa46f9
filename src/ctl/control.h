/* SPDX-License-Identifier: MIT */
/* What QMP and the console act on, and what they have in common. */
#ifndef VITRINE_CTL_CONTROL_H
#define VITRINE_CTL_CONTROL_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "link/guest.h"

struct options;

/* Whether a medium that is put in may be written to: as the last one was, or as is said (QEMU's words). */
enum medium_access { MEDIUM_RETAIN, MEDIUM_READ_ONLY, MEDIUM_READ_WRITE };

/* The outcome of what was asked; called once, perhaps at once. */
typedef void control_done_fn(void *ctx, bool good, const char *text);

/* What VNC does, for `info vnc` and query-vnc. */
enum { CONTROL_VIEWERS = 16 };
struct control_vnc {
    bool enabled, password, is_unix, is_ipv6;
    char host[128], service[16]; /* a UNIX one: the path */
    unsigned nviewers;
    char viewer[CONTROL_VIEWERS][64];
};

struct control {
    struct guest *guest;
    const char *name; /* of the guest; "" if it has none */
    /* Makes the bytes of a picture file (ui/picture.h); false with *err. */
    bool (*encode_picture)(struct buf *out, const char *path, bool png, uint32_t w, uint32_t h, const uint8_t *pixels,
                           struct error *err);
    void (*quit)(void *ctx); /* ends the machine cleanly */
    void (*vnc)(void *ctx, struct control_vnc *to);
    /* NULL: nobody gets in. False with *err. */
    bool (*vnc_password)(void *ctx, const char *text, struct error *err);
    /* `info WHAT` of the front end's own things: chardev, vnc. False: it is not one of them. */
    bool (*info)(void *ctx, const char *what, struct buf *out);
    /*
     * Puts an image into a CD or diskette drive (drive: catalog.h's number), or takes out what is there. `format` is
     * NULL or "raw"; `force` overrides a guest that holds the tray shut.
     */
    void (*change_medium)(void *ctx, unsigned drive, const char *path, const char *format, enum medium_access access,
                          bool force, control_done_fn *done, void *done_ctx);
    void (*eject)(void *ctx, unsigned drive, bool force, control_done_fn *done, void *done_ctx);
    void *ctx;
    struct options *o; /* as the command line said; the files of drives as they are now */
    /* What blockdev-open-tray and its like have under way: an open tray, and what lies in it. */
    struct {
        bool open, changed;
        char *file; /* NULL: nothing */
        bool readonly;
    } tray[MAX_DRIVES];
    bool pointer_absolute; /* as input-send-event moved it last */
    int32_t pointer_x;
    pid_t (*machine_pid)(void *ctx);
    /* Writes what -snapshot kept to the image; drive -1: all of them. May be NULL. */
    bool (*commit)(void *ctx, int drive, control_done_fn *done, void *done_ctx);
};

/* A screenshot on its way into a file. done is called once. */
bool control_screendump(struct control *c, const char *path, bool png, control_done_fn *done, void *ctx);

/* Writes a finished picture to a file; false with *err. */
bool control_save_picture(struct control *c, const char *path, bool png, uint32_t w, uint32_t h, const uint8_t *pixels,
                          struct error *err);

/* Memory on its way into a file; physical, or by the CPU's paging. */
bool control_save_memory(struct control *c, bool physical, uint64_t at, uint64_t size, const char *path,
                         control_done_fn *done, void *ctx);

/*
 * One console line ("info registers", "sendkey ctrl-alt-delete", "screendump FILE"): its output
 * goes to done, perhaps at once. False: the machine takes no more requests now. (ctl/hmp/hmp.c)
 */
bool control_line(struct control *c, const char *line, control_done_fn *done, void *ctx);

/* Qnums of "ctrl-alt-delete" or "0x1d-0x38"; their number, 0 for an unknown name. */
size_t control_keys(const char *names, uint8_t *keys, size_t room);
void control_uuid(const struct control *c, char text[37]);

#endif
