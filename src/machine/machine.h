/* SPDX-License-Identifier: MIT */
/*
 * A whole PC: made from a configuration, run, looked at, saved and loaded. No globals: everything hangs on struct
 * machine.
 */
#ifndef VITRINE_MACHINE_MACHINE_H
#define VITRINE_MACHINE_MACHINE_H

#include "base/buf.h"
#include "base/error.h"
#include "bus/audio.h"
#include "bus/blk.h"
#include "bus/chr.h"
#include "bus/surface.h"
#include "machine/catalog.h"
#include "time/event.h"
#include "time/journal.h"

struct dev;
struct machine;

/* Back ends that app injects. Unused ones are zero. */
struct machine_backends {
    struct chr serial[MAX_SERIAL], parallel[MAX_PARALLEL];
    struct chr debugcon;
    struct audio audio;
    struct surface surface;
    struct blk *drive[MAX_DRIVES]; /* owned by the machine afterwards */
    /* Each record of a guest's mistake. May be NULL. */
    void (*guest_log)(void *ctx, const char *line);
    void *guest_log_ctx;
};

struct machine *machine_create(const struct machine_config *cfg, const struct machine_backends *be, struct error *err);
void machine_destroy(struct machine *m); /* flushes and closes the drives */

/* Why machine_run returned. */
enum run_stop {
    RUN_BUDGET, /* the position or the wish to stop was reached */
    RUN_HALTED, /* HLT with IF set, nothing due before `until_pos`'s time: sleep until machine_next_event() or input */
    RUN_SHUTDOWN, /* guest powered off or was reset with no_reboot; see machine_exit_code */
    RUN_TRIPLE,   /* as RUN_SHUTDOWN, by a triple fault with no_reboot */
    RUN_EXIT,     /* isa-debug-exit was written: machine_exit_code gives (value << 1) | 1 */
    RUN_DEAD,     /* CPU halted for good (cli; hlt, no NMI source): time goes on, nothing else */
};
/*
 * Runs to position until_pos, never past it. State N is: the step that made it N, then the events due at N, then the
 * journal's entries at N, in their order; machine_run(N) returns RUN_BUDGET with exactly that. A step is an
 * instruction, an iteration of REP, a delivery, a reset (it can be seen coming: machine_run to the position before) or
 * the skip of a halted CPU. Host-asynchronous requests: machine_kick from a signal handler or another thread makes it
 * return soon with RUN_BUDGET.
 */
enum run_stop machine_run(struct machine *m, uint64_t until_pos);
/* A reset that is due takes place: where the machine is paused, too. */
enum run_stop machine_settle(struct machine *m);
/*
 * machine_run also returns with RUN_BUDGET when virtual time reaches ns (TIME_NEVER: no limit, as at the start). At the
 * limit something comes in: a halted CPU's skip ends there, by a journal entry. A lap only returns, at the first
 * complete state that is not before it.
 */
void machine_set_time_limit(struct machine *m, uint64_t ns);
void machine_set_time_lap(struct machine *m, uint64_t ns);
void machine_kick(struct machine *m); /* async-signal-safe */
int machine_exit_code(const struct machine *m);

bool machine_powered_off(const struct machine *m); /* RUN_SHUTDOWN was the guest's soft off */

uint64_t machine_pos(const struct machine *m);
uint64_t machine_ns(const struct machine *m);
uint64_t machine_next_event(const struct machine *m); /* virtual ns, TIME_NEVER if none */
struct clock *machine_clock(struct machine *m);
struct journal *machine_journal(struct machine *m); /* all input goes through journal_input() on it */
/*
 * A CPU that rests skips to virtual time ns, at most to its next event; nothing where it does not rest. The skip to the
 * next event is implied and needs no entry in the journal.
 */
void machine_skip_to(struct machine *m, uint64_t ns);
/*
 * Steers --clock host: virtual time should be host_ns now, and busy_ns of it since the last call were spent in
 * machine_run; at most 100 times a second. Journals a rate correction. */
void machine_steer(struct machine *m, uint64_t host_ns, uint64_t busy_ns);

enum power_request { POWER_RESET = 1, POWER_BUTTON, POWER_QUIT, POWER_NMI };
/* Events a front end shows (RESET, SHUTDOWN ...): */
uint64_t machine_reset_count(const struct machine *m); /* guest- or user-caused resets so far */

/* Flushes every drive: what the guest takes for written is then on stable storage. */
bool machine_flush(struct machine *m, struct error *err);

/*
 * Puts `medium` into a CD or diskette drive (NULL: takes out what is there), at an instruction boundary. The old
 * medium's data is flushed first. False with *err: the drive is none that can be changed, the guest holds its tray shut
 * (it was asked to let go; `force` overrides it), or the flush failed. The machine owns medium where it gives true, the
 * caller where not.
 */
bool machine_set_medium(struct machine *m, unsigned drive, struct blk *medium, bool force, struct error *err);
/*
 * Writes what a drive with -snapshot keeps in memory to `to`, its image open for writing, and forgets it: the guest
 * sees no difference. False with *err: it keeps nothing, or the host cannot write; everything is kept then. */
bool machine_commit(struct machine *m, unsigned drive, struct blk *to, struct error *err);
struct drive_info {
    bool fitted, medium, open, locked;
    struct blk_stats stats; /* of all media that were in it */
};
void machine_drive_info(struct machine *m, unsigned drive, struct drive_info *info);
/* A line for each drive that has a medium: "hda=2048 sectors, DIGEST". */
void machine_print_media(struct machine *m, struct buf *out);
/* Before a replay: what will be put into drives, in the order of the recording. Owned by the machine. */
void machine_replay_medium(struct machine *m, struct blk *medium);
/* Why it must not go on (a replay lacks a medium); NULL: nothing is wrong. */
const char *machine_failed(const struct machine *m);

/* An access to an I/O port of 1, 2 or 4 bytes, journaled: what was read; 0 for a write and during a replay. */
uint32_t machine_port(struct machine *m, bool write, uint16_t port, unsigned size, uint32_t value);

/* Looking at it. All take effect at an instruction boundary. */
void machine_text_screen(struct machine *m, struct buf *out); /* text modes: lines of UTF-8; else empty */
void machine_text_cells(struct machine *m, struct buf *out);  /* codes and attributes: link/cells.h */
bool machine_in_text_mode(struct machine *m);
/* Renders the current screen as w x h XRGB8888 into out (4 bytes a pixel). */
void machine_screenshot(struct machine *m, struct buf *out, uint32_t *w, uint32_t *h);
void machine_info_registers(struct machine *m, struct buf *out);                     /* HMP `info registers` text */
bool machine_read_phys(struct machine *m, uint64_t paddr, void *data, uint32_t len); /* false where part is unmapped */
bool machine_read_virt(struct machine *m, uint64_t lin, void *data,
                       uint32_t len);                                    /* CPU's current paging; false if not mapped */
void machine_info(struct machine *m, const char *what, struct buf *out); /* mtree, ioports, devices, NAME */

/* A driver of the guest takes a pointer's absolute coordinates. */
bool machine_takes_absolute(struct machine *m);
/* The keyboard that the guest listens to: one more key's codes fit; it takes KEY_HOST (bus/input.h). */
struct keyboard_state {
    bool room, host_repeats;
};
struct keyboard_state machine_keyboard(struct machine *m);
/* Whether d is the pointing device that the guest listens to: the absolute one where there is one. */
bool machine_points_with(struct machine *m, const struct dev *d);

/* Which rows of the instruction table the guest uses from now on; a line for each. */
bool machine_coverage_start(struct machine *m);
void machine_coverage(struct machine *m, struct buf *out);

/* A wish for redraw: the next frame is drawn whole (a window was exposed). */
void machine_redraw(struct machine *m);

#endif
