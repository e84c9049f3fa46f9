/* SPDX-License-Identifier: MIT */
/* QMP and the console without a machine: the test is the client at one end, and at the other the machine,
    which notes what
 * it is sent and answers as it is told. */
#ifndef VITRINE_TESTS_CLI_CONTROL_RIG_H
#define VITRINE_TESTS_CLI_CONTROL_RIG_H

#include <check.h>

#include "ctl/chardev/chardev.h"
#include "ctl/control.h"
#include "ctl/options/options.h"

enum { RIG_SENT = 2048, RIG_BYTES = 300 };

struct rig {
    char folder[40];
    struct options o;
    struct guest guest;
    struct link machine;
    struct control control;
    struct chardev *chr;
    struct chardev_host host;
    struct qmp *qmp;
    struct monitor *monitor;
    int client; /* -1: none */
    bool deaf;  /* it does not read */
    struct buf heard;
    /* What the machine was sent, and how it answers a request; the id is taken out. */
    struct {
        uint32_t type;
        size_t len;
        uint8_t data[RIG_BYTES];
    } sent[RIG_SENT];
    unsigned nsent;
    const void *reply;
    size_t reply_len;
    const char *error;
    bool silent;
    /* What the callbacks were given: "eject 2 force", a line each. */
    struct buf calls;
    const char *call_error; /* their outcome */
    struct control_vnc vnc;
    const char *chardevs; /* what `info chardev` says; NULL: nothing */
    unsigned quits, commits;
};
extern struct rig rig;

enum rig_user { RIG_NONE, RIG_QMP, RIG_QMP_MUX, RIG_MONITOR, RIG_MUX /* a monitor on it */ };

/* With a command line's drives and so on; blanks separate its words. */
void rig_open(enum rig_user user, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void rig_close(void);
void rig_connect(void); /* a client, or another one */
void rig_turn(void);    /* until all is quiet */
/* Forgets what was sent, said and called; sends text; gives what came back. */
const char *rig_ask(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *rig_ask_bytes(const void *data, size_t len);
const char *rig_calls(void);
/* The machine's request table is full, or has room again. */
void rig_fill(bool full);
/* One console line by control_line(): its output. */
const char *rig_line(const char *line);

/* The n-th message was this one. */
void rig_sent(const char *what, unsigned n, enum link_type type, const void *data, size_t len);
#define SENT(what, n, type, ...)                        \
    do {                                                \
        static const uint8_t bytes_[] = {__VA_ARGS__};  \
        rig_sent(what, n, type, bytes_, sizeof bytes_); \
    } while (0)
void rig_answer(const char *json, const char *want);
/* The answer is exactly this one. */
void answers(const char *json, const char *want);

#define EXECUTE(name)         "{\"execute\":\"" name "\"}"
#define EXECUTE_WITH(name, a) "{\"execute\":\"" name "\",\"arguments\":{" a "}}"
#define ERROR(text)           "{\"error\":{\"class\":\"GenericError\",\"desc\":\"" text "\"}}\r\n"
#define DONE                  "{\"return\":{}}\r\n"

TCase *qmp_case(void);
TCase *qmp_query_case(void);
TCase *console_case(void);
TCase *words_case(void);

#endif
