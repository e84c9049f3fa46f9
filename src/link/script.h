/* SPDX-License-Identifier: MIT */
/*
 * Input scripts: what is typed, waited for and photographed, keyed to virtual time and to what the
 * guest shows, so that two runs with a virtual clock are the same run. One statement a line, each
 * done when the one before is:
 *
 *   [at TIME | after TIME | wait "TEXT" [within TIME] | wait-serial "TEXT" [within TIME]] [ACTION]
 *   ACTION: type "TEXT" | key NAME-NAME... | keydown NAME | keyup NAME | serial "TEXT"
 *         | mouse_move DX DY [WHEEL] | mouse_abs X Y [WHEEL] | mouse_button N
 *         | screenshot FILE | reset | quit
 *   X, Y: 0 to 32767, over the whole picture. N: the buttons that are down, 1 left + 2 middle + 4
 * right + 8 side + 16 extra TIME: 2.5s, 300ms. In TEXT \n \t \e \b \\ \" mean what they do in C. #
 * starts a comment
 */
#ifndef VITRINE_LINK_SCRIPT_H
#define VITRINE_LINK_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum script_when { SCRIPT_NOW, SCRIPT_AT, SCRIPT_AFTER, SCRIPT_WAIT, SCRIPT_WAIT_SERIAL };
enum script_action {
    SCRIPT_NOTHING,
    SCRIPT_TYPE,
    SCRIPT_KEY,
    SCRIPT_KEY_DOWN,
    SCRIPT_KEY_UP,
    SCRIPT_MOUSE_MOVE,
    SCRIPT_MOUSE_ABS,
    SCRIPT_MOUSE_BUTTON,
    SCRIPT_SERIAL,
    SCRIPT_SCREENSHOT,
    SCRIPT_RESET,
    SCRIPT_QUIT
};

struct script_step {
    unsigned line;
    enum script_when when;
    uint64_t time;   /* ns: at, after */
    uint64_t within; /* ns; 0: for ever */
    char *wait;      /* text waited for */
    enum script_action action;
    char *text; /* typed, sent, or a file's name */
    uint8_t keys[8];
    unsigned nkeys;
    unsigned number; /* of the screenshot, from 0 */
    int value[3];    /* x, y, wheel; or the buttons */
};

struct script {
    struct script_step *step;
    unsigned nsteps, at;
    unsigned nshots;
    uint64_t since; /* virtual ns at which the step at `at` became the current one */
};

/* What a script acts on. */
struct script_ops {
    bool (*screen_has)(void *ctx, const char *text);
    bool (*serial_has)(void *ctx, const char *text); /* since the last match */
    bool (*idle)(void *ctx);                         /* all that was typed and sent has been taken */
    bool (*type)(void *ctx, const char *text);
    bool (*chord)(void *ctx, const uint8_t *keys, unsigned n);
    void (*key)(void *ctx, uint8_t key, bool down);
    void (*mouse)(void *ctx, bool absolute, int x, int y, int wheel);
    void (*buttons)(void *ctx, uint8_t down); /* bus/input.h's bits */
    void (*serial)(void *ctx, const char *text);
    void (*screenshot)(void *ctx, unsigned number);
    void (*reset)(void *ctx);
    void (*quit)(void *ctx);
    void (*fail)(void *ctx, const char *why);
};

/* False with *err, which names the line. */
bool script_parse(struct script *s, const char *text, size_t len, struct error *err);
void script_free(struct script *s);
/* The name of screenshot number n; NULL: there is none. */
const char *script_shot(const struct script *s, unsigned n);
/* Does all that is due at virtual time ns. */
void script_poll(struct script *s, uint64_t ns, const struct script_ops *ops, void *ctx);
/* When it must be polled next, later than ns; UINT64_MAX: it is done. */
uint64_t script_due(const struct script *s, uint64_t ns);

#endif
