/* SPDX-License-Identifier: MIT */
/* The machine process: a machine, its link to the front end, and the loop that runs it. */
#ifndef VITRINE_INSIDE_MACHINE_PROCESS_H
#define VITRINE_INSIDE_MACHINE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "link/script.h"
#include "dbg/trace.h"
#include "inside/key_queue.h"
#include "inside/live_keys.h"
#include "inside/watchdog.h"
#include "link/configmsg.h"
#include "link/framebuffer.h"
#include "link/protocol.h"
#include "machine/machine.h"

/* Input that waits until the guest's UART has room, and output on its way to the front end. */
struct serial_line {
    struct machine_process *p;
    unsigned port;
    struct buf in, out;
    size_t room; /* bytes that the UART takes now */
    size_t owed; /* bytes of LINK_SERIAL that are not reported as taken */
};

/* Files that are only read: given as descriptors, read once the process is confined. */
enum {
    INPUT_BIOS,
    INPUT_KERNEL,
    INPUT_INITRD,
    INPUT_VGA_ROM,
    INPUT_REPLAY,
    INPUT_SCRIPT,
    INPUT_ROM,
    INPUT_MODULE = INPUT_ROM + MAX_ROMS,
    INPUTS = INPUT_MODULE + MAX_MODULES
};
struct input {
    int fd;         /* -1: none, or it has been read */
    uint64_t bytes; /* as the front end said */
    struct buf contents;
};

struct machine_process {
    struct link link;
    struct link_course course;
    struct machine_config cfg;
    struct run_config run;
    uint32_t jail; /* layers in force */
    struct machine *m;
    struct frame_writer frame;
    struct serial_line serial[MAX_PORTS]; /* parallel ones too, which only talk */
    struct buf debugcon, log;
    struct trace trace;
    struct input input[INPUTS];
    int drive_fd[MAX_DRIVES];
    struct {
        int fd;
        uint64_t bytes;
    } medium[MAX_MEDIA]; /* --replay-media */
    unsigned nmedia;
    int frame_fd, hash_fd, record_fd, coverage_fd;

    struct live_keys live; /* what a person presses */
    struct keyq keyq;
    struct buf typing;                                                     /* text that waits for room in it */
    uint64_t seen_reads[MAX_DRIVES], seen_writes[MAX_DRIVES], next_lights; /* of what the drives do */
    uint8_t buttons;                                                       /* of the pointer, as last said */
    uint16_t tablet[2];                                                    /* where it was put last */
    bool takes_absolute;                                                   /* as last reported */
    struct script script;
    struct buf heard; /* what the first serial port said since a script's last match */

    struct watchdog watchdog;
    uint64_t slice_to; /* where the slice under way ends, while the watchdog has cut it short; else 0 */
    enum link_state state;
    bool halted;                 /* the CPU waits for an interrupt */
    bool dead;                   /* ... and none can come */
    uint64_t wake;               /* virtual ns at which a halted machine goes on */
    unsigned speed;              /* percent of the host's time, 0: as fast as it goes */
    uint64_t base_host, base_ns; /* virtual time is to be base_ns at base_host ns of the host's clock */
    uint64_t ahead;              /* how far a halted machine may run ahead of the host, ns */
    uint64_t frames;             /* drawn, as seen last */
    uint64_t frame_at[3];        /* host ns of the last ones, latest first */
    uint64_t last_steer;
    uint64_t busy;           /* host ns spent running since */
    uint64_t hash_pos, hash; /* of the last 2^24th position, until the machine leaves it */
    bool hash_held;
    uint64_t resets;            /* as last reported */
    bool tray_open[IDE_DRIVES]; /* as last reported */
    bool user_reset;

    bool held; /* stands still until readers of its output have caught up */
    bool ending;
    int status;
    struct error why; /* text for the user, with a status that is not 0 */
};

/* Runs until the front end or the guest ends it; the process's exit status. */
int machine_process_main(int link_fd);

/* The back end of an image; the descriptor is its own (also on failure, when it gives NULL). */
struct blk *machine_process_image(struct machine_process *p, const struct drive_config *d, int fd, struct error *err);

/* budget.c: what the process may need, from its configuration and what it was given. */
uint64_t budget_memory(const struct machine_process *p); /* bytes to map */
uint64_t budget_file(const struct machine_process *p);   /* the size of the largest file it may write */

/* Sends a message that must keep the pace of its kind. False: it was left out. */
bool machine_process_send(struct machine_process *p, enum link_type type, const void *data, size_t len);

/* run_loop.c */
void run_loop(struct machine_process *p);
void run_set_state(struct machine_process *p, enum link_state state);
/* Stands still, and virtual time with it; goes on. */
void run_hold(struct machine_process *p, bool on);
/* Brings a halted machine's time up to the host's before something from outside enters. */
void run_catch_up(struct machine_process *p);
/* Gives the guest what a person pressed, as far as it takes it now. */
void run_live_keys(struct machine_process *p);
/* Carries out what was asked of the machine just now, without letting it go on. */
void run_settle(struct machine_process *p);
/* Reports that a medium was put in: a closed tray went out and in again, which are two events. */
void run_report_insertion(struct machine_process *p, unsigned drive);
/* Tells the front end which trays were opened or closed. */
void run_report_trays(struct machine_process *p);
void run_send_event(struct machine_process *p, enum link_event ev, bool guest, enum link_cause cause);
void run_end(struct machine_process *p, int status, const char *why);
/* The same: the front end sent what `what` says. */
void run_end_malformed(struct machine_process *p, const char *what);
/* --coverage, at the end. */
void run_write_coverage(struct machine_process *p);
void run_flush_output(struct machine_process *p);
void run_wait_for_room(struct machine_process *p); /* while more than LINK_QUEUE_HIGH is queued */
void run_set_speed(struct machine_process *p, unsigned percent);
bool run_virtual(const struct machine_process *p); /* never looks at the host's clock */

void run_log(void *ctx, const char *text, size_t len); /* a trace's output; ctx: the process */

/* requests.c: one message from the front end. False: it is malformed. */
bool request_handle(struct machine_process *p, const struct link_msg *msg);
/* The same: what a pointer did, as LINK_POINTER says. */
void request_pointer(struct machine_process *p, enum link_axes axes, int32_t x, int32_t y, int8_t wheel, uint8_t mask,
                     uint8_t level);

/* script_run.c */
void script_run(struct machine_process *p);
void serial_feed(struct machine_process *p);

#endif
