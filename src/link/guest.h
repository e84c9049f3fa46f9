/* SPDX-License-Identifier: MIT */
/*
 * The front end's end of the link: requests and their replies, and what the machine reports. No
 * number from the machine is used before it was checked; a machine process that breaks the protocol
 * is given up.
 */
#ifndef VITRINE_LINK_GUEST_H
#define VITRINE_LINK_GUEST_H

#include "link/framebuffer.h"
#include "link/protocol.h"
#include "machine/catalog.h"

/* A reply, in parts: any number of LINK_MORE, then LINK_LAST, or LINK_FAILED with a text. What is text comes as one
 * LINK_LAST, cleaned, and is followed by a NUL. */
typedef void guest_reply_fn(void *ctx, enum link_reply kind, const uint8_t *data, size_t len);

/* A drive as LINK_DRIVES' reply describes it. */
struct guest_drive {
    bool fitted, medium, open, locked; /* tray open; held shut by the guest */
    uint64_t reads, writes, flushes, read_bytes, written_bytes;
};

struct guest_ops {
    void (*ready)(void *ctx, uint32_t jail);
    void (*event)(void *ctx, enum link_event ev, bool by_guest, enum link_cause cause);
    void (*serial)(void *ctx, unsigned port, const uint8_t *data, size_t len);
    void (*debugcon)(void *ctx, const uint8_t *data, size_t len);
    void (*frame)(void *ctx, const struct frame_info *info);
    void (*stats)(void *ctx, uint64_t pos, uint64_t ns, bool halted);
    void (*line)(void *ctx, bool guest_error, const char *text); /* printable text */
    void (*picture)(void *ctx, unsigned number, uint32_t w, uint32_t h, const uint8_t *pixels);
    void (*lights)(void *ctx, uint8_t reads, uint8_t writes); /* drives by bit */
    void (*pointer)(void *ctx, bool absolute);                /* what the guest's driver takes, from now on */
    void (*taken)(void *ctx, unsigned port);                  /* what was sent to it: there is room for more */
    void (*log)(void *ctx, const char *text, size_t len);     /* printable text and line feeds */
    void (*tray)(void *ctx, unsigned drive, bool open);       /* it was opened or closed */
    void (*audio)(void *ctx, uint64_t at, const int16_t *samples, size_t n);
};

enum { GUEST_REQUESTS = 32 };

/* What a machine of that configuration has reason to send. */
struct guest_gives {
    bool display, audio, log, debugcon;
    uint8_t ports;     /* bit n: port n has a line */
    unsigned pictures; /* screenshots of the input script */
};

struct guest_request {
    uint32_t id; /* 0: free */
    guest_reply_fn *fn;
    void *ctx;
    struct link_tally tally;
    struct buf text; /* as far as it came */
};

struct guest {
    struct link link;
    const struct guest_ops *ops;
    void *ctx;
    struct link_course course;
    struct guest_gives gives;
    enum link_state state;
    bool powered_off; /* by the guest, since the last reset */
    uint32_t next_id;
    struct guest_request request[GUEST_REQUESTS];
    struct buf picture; /* of the script's, as far as it came */
    struct link_tally picture_tally;
    unsigned pictures;           /* that came whole */
    size_t under_way[MAX_PORTS]; /* bytes of LINK_SERIAL that the port has not taken yet */
    unsigned stats_asked;        /* and not answered */
    bool held, quitting;         /* LINK_HOLD, LINK_QUIT were said */
    size_t output_held;          /* bytes of the guest's output since then */
    uint64_t next_sample;        /* after the sound that came last */

    bool over;          /* it said LINK_EXIT */
    int status;         /* as it said */
    char why[512];      /* printable; empty: nothing went wrong */
    bool distrusted;    /* it broke the protocol */
    struct error broke; /* how */
    bool gone;          /* the link is closed */
};

void guest_init(struct guest *g, int fd, const struct guest_ops *ops, void *ctx);
/* Sends a request; its replies go to fn (never called from within). False: too many are under way,
 * or the machine is gone. */
bool guest_request(struct guest *g, enum link_type type, const void *data, size_t len, guest_reply_fn *fn, void *ctx);
/* The same with a descriptor, which is the link's from then on (also where it gives false). */
bool guest_request_fd(struct guest *g, enum link_type type, const void *data, size_t len, int fd, guest_reply_fn *fn,
                      void *ctx);
/* Takes what has come: a bounded number of messages and of bytes. */
void guest_receive(struct guest *g);
/* Sends what is queued. A machine process that does not read is given up. */
void guest_flush(struct guest *g);
/* Sends LINK_CONFIG; nothing but what `gives` says is taken from the machine then. */
void guest_configure(struct guest *g, const struct guest_gives *gives, const void *config, size_t len);
/* Sends input for a port, at most guest_serial_room() bytes. */
void guest_serial(struct guest *g, unsigned port, const uint8_t *data, size_t len);
size_t guest_serial_room(const struct guest *g, unsigned port);
void guest_hold(struct guest *g, bool on);
void guest_quit(struct guest *g);
void guest_ask_stats(struct guest *g);
/* Replies of requests that will never be answered: LINK_FAILED to each. */
void guest_fail_requests(struct guest *g);
void guest_close(struct guest *g);
/* A pointer's motion and buttons, as LINK_POINTER says. */
void guest_pointer(struct guest *g, enum link_axes axes, int32_t x, int32_t y, int wheel, uint8_t mask, uint8_t level);

/* LINK_DRIVES' reply; false where it is none. */
bool guest_drives(const uint8_t *data, size_t len, struct guest_drive drive[MAX_DRIVES]);

/* A picture as LINK_SCREENSHOT's reply and LINK_PICTURE carry it; false where its numbers do not
 * fit. */
bool guest_picture(const uint8_t *data, size_t len, uint32_t *w, uint32_t *h, const uint8_t **pixels);
enum { GUEST_PICTURE_MAX = 8 + SURFACE_MAX_W * SURFACE_MAX_H * 4 };

#endif
