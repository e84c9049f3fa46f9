/* SPDX-License-Identifier: MIT */
/*
 * The socket between the front end and the machine process: whole messages of bounded length over a
 * SOCK_SEQPACKET pair, at most one descriptor with each. Neither end ever waits for the other while
 * sending: what does not fit is queued.
 */
#ifndef VITRINE_LINK_LINK_H
#define VITRINE_LINK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum {
    LINK_HEADER = 8,               /* u32 type, u32 length of the payload */
    LINK_MAX = 64 * 1024,          /* payload bytes in a message */
    LINK_CHUNK = 32 * 1024,        /* what long replies are cut into */
    LINK_QUEUE_HIGH = 1 << 20,     /* bytes queued above which the machine process waits for the front end */
    LINK_QUEUE_MAX = 4 << 20,      /* ... above which the front end gives up a machine process that does not read */
    LINK_HELD_MAX = 16 << 20,      /* bytes of the guest's output that may still come after LINK_HOLD or LINK_QUIT */
    LINK_INPUT_WINDOW = 64 * 1024, /* bytes of LINK_SERIAL that a port has not taken yet */
    LINK_LINE_MAX = 1024,          /* bytes of a line for the user */
    LINK_KEYS_MAX = 64,            /* keys pressed at once */
    LINK_SAMPLES = 1024,           /* of sound in a message */
    LINK_SCREEN_MAX = 1 << 20,     /* bytes of the screen's text */
    LINK_OUTPUT_MAX = 4 << 20,     /* bytes of a console command's output */
};

/* The private first argument that makes a re-executed vitrine the machine process; the link's descriptor follows. */
#define MACHINE_PROCESS_ARG "--machine-process"

/* Payloads, little-endian. A request carries a u32 id first; every request is answered by
 * LINK_REPLY messages. When each may come, how long it is and what follows: link/protocol.c. */
enum link_type {
    /* Front end to machine process. */
    LINK_FILE = 1,     /* u8 enum link_file, u8 index, u64 bytes; with a descriptor. Before LINK_CONFIG only */
    LINK_CONFIG,       /* link/config.h; the last one before the machine is made */
    LINK_STOP,         /* id */
    LINK_CONT,         /* id */
    LINK_POWER,        /* id, u8 enum power_request */
    LINK_QUIT,         /* nothing: flush, report LINK_EXIT, end */
    LINK_KEY,          /* u8 qnum, u8 enum key_event (bus/input.h) */
    LINK_KEYS,         /* id, u32 hold in ms, u8 qnum...: press all in order, hold, release in reverse order
                */
    LINK_SERIAL,       /* u8 port, bytes for the guest; ports: machine/catalog.h */
    LINK_SCREENSHOT,   /* id; reply: u32 w, u32 h, XRGB8888 pixels */
    LINK_TEXT,         /* id; reply: lines of UTF-8 */
    LINK_CELLS,        /* id; reply: u8 flags, u32 columns, rows, cursor x, y, codes and attributes (link/cells.h) */
    LINK_PMEM,         /* id, u64 address, u64 length; reply: the bytes */
    LINK_VMEM,         /* the same by the CPU's current paging */
    LINK_COMMAND,      /* id, text of a console command; reply: its output */
    LINK_STATS,        /* nothing: asks for LINK_STATS_ARE */
    LINK_FRAME_DONE,   /* u8 slot: the front end has taken the picture out of it */
    LINK_SERIAL_BREAK, /* u8 port: the line is broken for a moment */
    LINK_LOG_ITEMS,    /* id, u32 enum trace_item's bits: what LINK_LOG is to tell from now on */
    LINK_HOLD,         /* u8 1: stand still, readers of the guest's output are behind; 0: go on */
    LINK_REDRAW,       /* nothing: the next frame is to be whole */
    LINK_MEDIUM,       /* id, u8 drive, u8 enum link_medium, u8 1 to override the guest's lock; to put something in: a
                  * drive's configuration (link/configmsg.h), with the image's descriptor */
    LINK_COMMIT,       /* id, u8 drive, u64 bytes, with the image open for writing: what -snapshot kept goes to it */
    LINK_DRIVES, /* id; reply, for each drive: u8 flags (enum link_drive), u64 reads, writes, flushes, bytes read, bytes
                  * written */
    LINK_SPEED,  /* u32 percent of the host's time, 0: as fast as it goes */
    LINK_TYPE,   /* id, text of characters that a US keyboard has: typed in the guest's time */
    LINK_POINTER, /* u8 enum link_axes, i32 x, i32 y, i8 wheel, u8 mask of the buttons that change,
                     u8 their level (bus/input.h). Relative axes are counts; absolute ones, 0 to
                     POINTER_ABS_MAX, are kept where only the other is given */

    /* Machine process to front end. */
    LINK_READY = 64,   /* u32 jail flags (jail/jail.h): confined, the machine is made */
    LINK_EVENT,        /* u8 enum link_event, u8 1 if the guest caused it, u8 enum link_cause */
    LINK_SERIAL_OUT,   /* u8 port, bytes from the guest */
    LINK_SERIAL_TAKEN, /* u8 port, u32 bytes of LINK_SERIAL that the UART has taken */
    LINK_DEBUGCON,     /* bytes */
    LINK_FRAME,        /* u8 slot, u32 w, u32 h, u32 y0, u32 y1 */
    LINK_REPLY,        /* u32 id, u8 enum link_reply, bytes */
    LINK_STATS_ARE,    /* u64 position, u64 virtual ns, u8 enum link_state, u8 1 if the CPU is halted
                       */
    LINK_LOG,          /* text of the log, as it comes */
    LINK_GUEST_ERROR,  /* a line about a guest's mistake, where -d guest_errors asks for it */
    LINK_NOTE,         /* a line for the user (a host failure that the guest sees as a fault) */
    LINK_PICTURE,      /* u32 number of the script's screenshot, u8 enum link_reply, bytes as
                         LINK_SCREENSHOT's */
    LINK_EXIT,         /* u32 exit status, u8 1 if an error text follows, text */
    LINK_LIGHTS,       /* u8 drives read, u8 drives written, since the last word of it: bit n, drive n */
    LINK_TRAY,         /* u8 drive, u8 1 if its tray is open now: it was opened or closed */
    LINK_AUDIO,        /* u64 number of the first sample, i16 samples (bus/audio.h) */
    LINK_POINTER_IS,   /* u8 1 if a driver in the guest takes absolute coordinates. Sent when it
                         changes */
    LINK_TYPES
};

enum link_axes { LINK_AXES_RELATIVE, LINK_AXIS_X, LINK_AXIS_Y, LINK_AXES_ABSOLUTE };
enum { LINK_POINTER_SIZE = 12, LINK_TYPING_MAX = 65536, LINK_SPEED_MAX = 10000 };

/* Flags of LINK_DRIVES' reply. */
enum link_drive { LINK_DRIVE_FITTED = 1, LINK_DRIVE_MEDIUM = 2, LINK_DRIVE_OPEN = 4, LINK_DRIVE_LOCKED = 8 };
enum link_medium { LINK_MEDIUM_EJECT, LINK_MEDIUM_INSERT };

enum link_file {
    LINK_FILE_DRIVE = 1, /* index: drive */
    LINK_FILE_FRAME,     /* the shared surface */
    LINK_FILE_BIOS,
    LINK_FILE_KERNEL,
    LINK_FILE_INITRD,
    LINK_FILE_ROM, /* index: option ROM */
    LINK_FILE_VGA_ROM,
    LINK_FILE_MODULE, /* index: module of a Multiboot kernel */
    LINK_FILE_SCRIPT,
    LINK_FILE_HASH_LOG,
    LINK_FILE_COVERAGE,
    LINK_FILE_RECORD,
    LINK_FILE_REPLAY,
    LINK_FILE_REPLAY_MEDIUM, /* index: which one, from 0 on, without gaps */
};

enum link_event { LINK_EV_STOP = 1, LINK_EV_RESUME, LINK_EV_RESET, LINK_EV_SHUTDOWN, LINK_EV_POWERDOWN };
enum link_cause {
    LINK_CAUSE_NONE,
    LINK_CAUSE_HOST_QMP,       /* system_reset, quit */
    LINK_CAUSE_HOST_SIGNAL,    /* a signal or the window's close button */
    LINK_CAUSE_GUEST_SHUTDOWN, /* the guest powered off, or wrote isa-debug-exit */
    LINK_CAUSE_GUEST_RESET,
    LINK_CAUSE_GUEST_PANIC, /* triple fault */
};
enum link_state { LINK_STATE_PRELAUNCH, LINK_STATE_RUNNING, LINK_STATE_PAUSED, LINK_STATE_SHUTDOWN };
enum link_reply { LINK_MORE, LINK_LAST, LINK_FAILED /* the bytes are a text */ };

struct link_msg {
    uint32_t type;
    size_t len;
    const uint8_t *data; /* valid until the next receive */
    int fd;              /* the receiver owns it; -1: none */
};

struct link {
    int fd;
    bool broken;    /* the other end is gone */
    struct buf out; /* queued: u32 size, i32 descriptor or -1, message ... */
    uint8_t in[LINK_HEADER + LINK_MAX];
};

/* A connected pair. False with *err. */
bool link_pair(int fds[2], struct error *err);
void link_init(struct link *l, int fd);
void link_close(struct link *l);

/* Sends or queues a message of at most LINK_MAX payload bytes. Silently dropped once the link is
 * broken. */
void link_send(struct link *l, enum link_type type, const void *data, size_t len);
/* The same with a descriptor, which stays the caller's; waits for room. False when the other end is
 * gone. */
bool link_send_fd(struct link *l, enum link_type type, const void *data, size_t len, int fd);
/* Sends or queues a message with a descriptor, which is the link's from then on. */
void link_pass(struct link *l, enum link_type type, const void *data, size_t len, int fd);
/* Sends what is queued as far as the socket takes it. */
void link_flush(struct link *l);
size_t link_queued(const struct link *l);

enum link_got { LINK_GOT_NONE, LINK_GOT_MSG, LINK_GOT_EOF, LINK_GOT_BAD };
/* Takes one message without waiting. LINK_GOT_BAD: these bytes are no message; the other end cannot be
 * trusted further. */
enum link_got link_recv(struct link *l, struct link_msg *msg);
/* As link_recv, after waiting until there is something. */
enum link_got link_wait(struct link *l, struct link_msg *msg);

/* Replies: cuts `len` bytes into messages. */
void link_reply(struct link *l, uint32_t id, const void *data, size_t len);
void link_reply_error(struct link *l, uint32_t id, const char *text);
/* The same for the pictures that an input script asks for. */
void link_picture(struct link *l, uint32_t number, const void *data, size_t len);

#endif
