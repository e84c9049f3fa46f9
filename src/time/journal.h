/* SPDX-License-Identifier: MIT */
/*
 * The journal: everything that enters the machine from outside enters here, at a position, and nowhere else. Recorded
 * as it comes; replayed, the same entries are delivered at the same positions.
 *
 * File format, little-endian: "VITRJNL3"; per entry u64 position, u16 kind, u16 channel, u32 length, u32 check,
 * payload.
 * The check is the CRC-32 of the check before it, the head up to here and the payload, so that no entry can change, go
 * or change places unseen. It guards against accidents; against malice every entry is checked by its kind.
 */
#ifndef VITRINE_TIME_JOURNAL_H
#define VITRINE_TIME_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum journal_kind {
    J_KEY = 1,        /* payload: u16 HID-independent key code (bus/input.h), u8 enum key_event */
    J_SERIAL = 2,     /* channel: serial port; payload: bytes received */
    J_POWER = 3,      /* payload: u8 enum power_request (reset, power button, quit) */
    J_RATE = 4,       /* payload: u64 new clock rate, a correction towards host time */
    J_SKIP = 5,       /* payload: u64 virtual ns, before the next event, to which a halted CPU skips: a step */
    J_RTC = 6,        /* payload: u64 seconds since 1970 at power-on */
    J_HOST_ERROR = 7, /* channel: drive; payload: u64 number of its request, u32 errno: what the host failed */
    J_MEDIA = 8,      /* channel: drive; payload: image identity */
    J_POKE = 9,       /* payload: u64 physical address, bytes: a debugger's or QMP's write */
    J_CONFIG = 10,    /* once, at position 0: lines "name=value" of what the machine was made of */
    J_MOUSE = 11,     /* payload: i16 dx, i16 dy, i8 wheel, u8 buttons (bus/input.h) */
    J_BREAK = 14,     /* channel: serial port; a break on the line */
    J_STOP = 12,      /* run state changed: payload u8 */
    J_TABLET = 13,    /* payload: u16 x, u16 y (0 .. POINTER_ABS_MAX), i8 wheel, u8 buttons */
    J_PORT = 15,      /* payload: u16 port, u8 size, u8 1 to write, u32 value: the console's i and o */
    J_BOOT = 16,      /* payload: letters of the boot order */
};

struct journal_entry {
    uint64_t pos;
    uint16_t kind, channel;
    uint32_t len;
    const uint8_t *data;
};

/* Who takes an entry of one kind. */
typedef void journal_sink(void *ctx, const struct journal_entry *e);

enum journal_mode { JOURNAL_RECORD, JOURNAL_REPLAY };

/* A request that the host failed, of a drive; by ascending number. */
struct journal_error {
    uint64_t request;
    int error; /* -errno */
};
enum { JOURNAL_DRIVES = 6 };

struct journal {
    enum journal_mode mode;
    const uint64_t *pos; /* the clock's current position */
    struct buf log;      /* recorded entries, or those to replay */
    size_t next;         /* replay: offset of the next entry in log */
    uint64_t entries;
    uint32_t check; /* of the last entry recorded */
    struct {
        struct journal_error *at;
        size_t n, cap;
    } error[JOURNAL_DRIVES]; /* replay: apart from the log, since they come in the middle of a step */
    struct {
        journal_sink *fn;
        void *ctx;
    } sink[24];
};

void journal_init(struct journal *j, const uint64_t *pos);
void journal_free(struct journal *j);
void journal_set_sink(struct journal *j, enum journal_kind kind, journal_sink *fn, void *ctx);
/* Something happened outside: recorded and delivered now, at an instruction boundary. While replaying it is dropped. */
void journal_input(struct journal *j, enum journal_kind kind, uint16_t channel, const void *data, uint32_t len);
/* Replay: the first entry of that kind from the cursor on; false: there is none. */
bool journal_find(const struct journal *j, enum journal_kind kind, struct journal_entry *e);
/* Replay: position of the next entry, UINT64_MAX if none is left (or recording). */
uint64_t journal_next_pos(const struct journal *j);
/* Replay: delivers every entry of the current position, up to a skip, which is the step to the next. */
void journal_deliver(struct journal *j);
/* Replay: whether a skip is the next entry, at the current position; and taking it: the virtual ns that it leads to. */
bool journal_at_skip(const struct journal *j);
uint64_t journal_take_skip(struct journal *j);
/* Replay: whether the host failed that request of a drive when it was recorded, and *error how (-errno). */
bool journal_host_error(const struct journal *j, unsigned drive, uint64_t request, int *error);
/* Replay: goes on from the complete state at pos: behind all entries of that position but a skip. */
void journal_seek(struct journal *j, uint64_t pos);
/*
 * Turns it into a replay of the bytes of a recorded journal. False with *err, which names the byte, where it is cut
 * short or damaged, goes back in time, or holds an entry that no recording makes.
 */
bool journal_load(struct journal *j, const void *data, size_t len, struct error *err);

#endif
