/* SPDX-License-Identifier: MIT */
/*
 * The console's commands that the front end carries out: running and stopping, keys and pointer, files,
 * media. The rest goes through to the machine's console. A command of QEMU's that there is no way to
 * honour is refused by name, with the reason.
 */
#include "config.h"

#include "ctl/hmp/hmp.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "bus/input.h"
#include "ctl/options/options.h"
#include "ctl/refused_commands.h"
#include "dbg/trace.h"
#include "machine/machine.h"

enum { HOLD_MS = 100, HOLD_MAX_MS = 600000, MAX_KEYS = 8, LINE_MAX_BYTES = 4096, PATH_ROOM = 4096 };

typedef bool hmp_fn(struct control *c, const char *args, control_done_fn *done, void *ctx);

void control_say(control_done_fn *done, void *ctx, const char *fmt, ...)
{
    struct buf b = {0};
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_printf(&b, "%s\n", text);
    done(ctx, true, (const char *)b.data);
    buf_free(&b);
}

/* The next word of *p into word; what is in double quotes is one, with \ before " and \. False: there is
 * none, or it is too long. */
static bool next_word(const char **p, char *word, size_t room)
{
    const char *s = *p + strspn(*p, " ");
    bool quoted = *s == '"';
    size_t n = 0;
    if (!*s)
        return false;
    for (s += quoted; *s && (quoted ? *s != '"' : *s != ' '); s++) {
        if (quoted && *s == '\\' && (s[1] == '"' || s[1] == '\\'))
            s++;
        if (n + 1 >= room)
            return false;
        word[n++] = *s;
    }
    word[n] = 0;
    s += quoted && *s == '"';
    *p = s + strspn(s, " ");
    return true;
}

static bool next_number(const char **p, uint64_t *v)
{
    char word[32], *end;
    if (!next_word(p, word, sizeof word) || !isdigit((unsigned char)*word))
        return false;
    errno = 0;
    *v = strtoull(word, &end, 0);
    return !*end && !errno;
}

static bool next_int(const char **p, int32_t *v)
{
    char word[32], *end;
    if (!next_word(p, word, sizeof word))
        return false;
    long n = strtol(word, &end, 0);
    *v = (int32_t)n;
    return !*end && n >= INT16_MIN && n <= INT16_MAX;
}

/* Running. */

static bool run_stop(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    (void)args;
    return control_send(c, LINK_STOP, NULL, 0, done, ctx);
}

static bool run_cont(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    (void)args;
    return control_send(c, LINK_CONT, NULL, 0, done, ctx);
}

static bool run_reset(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    static const uint8_t what = POWER_RESET;
    (void)args;
    return control_send(c, LINK_POWER, &what, sizeof what, done, ctx);
}

static bool run_powerdown(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    static const uint8_t what = POWER_BUTTON;
    (void)args;
    return control_send(c, LINK_POWER, &what, sizeof what, done, ctx);
}

static bool run_quit(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    (void)args;
    done(ctx, true, "");
    c->quit(c->ctx);
    return true;
}

/* Keys and pointer. */

static bool run_sendkey(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    uint8_t msg[4 + MAX_KEYS];
    char names[128];
    uint64_t hold = HOLD_MS;
    size_t n = next_word(&args, names, sizeof names) ? control_keys(names, msg + 4, MAX_KEYS) : 0;
    if (!n || (*args && (!next_number(&args, &hold) || *args || hold > HOLD_MAX_MS))) {
        control_say(done, ctx, "sendkey: %s; say for example sendkey ctrl-alt-delete 100",
                    n ? "the hold time is milliseconds" : "unknown key");
        return true;
    }
    st32(msg, (uint32_t)hold);
    return control_send(c, LINK_KEYS, msg, 4 + n, done, ctx);
}

static bool run_mouse_move(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    int32_t dx, dy, dz = 0;
    if (!next_int(&args, &dx) || !next_int(&args, &dy) || (*args && !next_int(&args, &dz)) || *args || dz < INT8_MIN ||
        dz > INT8_MAX) {
        control_say(done, ctx, "mouse_move: say DX DY [DZ], for example mouse_move 10 -5");
        return true;
    }
    guest_pointer(c->guest, LINK_AXES_RELATIVE, dx, dy, dz, 0, 0); /* DZ: away from the user, as in QEMU */
    done(ctx, true, "");
    return true;
}

/* QEMU's mask: 1 left, 2 middle, 4 right. */
static bool run_mouse_button(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    uint64_t state;
    if (!next_number(&args, &state) || *args || state > 7) {
        control_say(done, ctx, "mouse_button: say the sum of 1 (left), 2 (middle) and 4 (right)");
        return true;
    }
    uint8_t level =
        (uint8_t)((state & 1 ? POINTER_LEFT : 0) | (state & 2 ? POINTER_MIDDLE : 0) | (state & 4 ? POINTER_RIGHT : 0));
    guest_pointer(c->guest, LINK_AXES_RELATIVE, 0, 0, 0, POINTER_LEFT | POINTER_MIDDLE | POINTER_RIGHT, level);
    done(ctx, true, "");
    return true;
}

/* Files. */

static bool run_screendump(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    char path[PATH_ROOM] = "", word[PATH_ROOM], format[8] = "ppm";
    while (next_word(&args, word, sizeof word)) {
        if (!strcmp(word, "-f")) {
            if (!next_word(&args, format, sizeof format))
                *format = 0;
        } else if (!*path) {
            strcpy(path, word);
        }
    }
    bool png = !strcmp(format, "png");
    if (!*path || (!png && strcmp(format, "ppm"))) {
        control_say(done, ctx, "screendump: say FILE [-f png|ppm]");
        return true;
    }
    return control_screendump(c, path, png, done, ctx);
}

static bool save(struct control *c, const char *args, bool physical, control_done_fn *done, void *ctx)
{
    char path[PATH_ROOM];
    uint64_t at, size;
    if (!next_number(&args, &at) || !next_number(&args, &size) || !next_word(&args, path, sizeof path) || *args) {
        control_say(done, ctx, "%s: say ADDR SIZE FILE, for example %s 0x7c00 512 boot.bin",
                    physical ? "pmemsave" : "memsave", physical ? "pmemsave" : "memsave");
        return true;
    }
    return control_save_memory(c, physical, at, size, path, done, ctx);
}

static bool run_memsave(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    return save(c, args, false, done, ctx);
}

static bool run_pmemsave(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    return save(c, args, true, done, ctx);
}

/* Media. */

static int drive_arg(struct control *c, const char **args, const char *name, bool removable, control_done_fn *done,
                     void *ctx)
{
    char word[64];
    if (!next_word(args, word, sizeof word)) {
        control_say(done, ctx, "%s: which drive? 'info block' lists them", name);
        return -1;
    }
    int i = drive_by_name(c, word);
    if (i < 0)
        control_say(done, ctx, "Error: Device '%s' not found", word);
    else if (removable && c->o->drive[i].kind == DRIVE_DISK)
        control_say(done, ctx, "Error: Device '%s' is not removable", word);
    else
        return i;
    return -1;
}

static bool no_media(control_done_fn *done, void *ctx)
{
    control_say(done, ctx, "what is in the drives cannot be changed here");
    return true;
}

static bool run_eject(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    bool force = !strncmp(args, "-f", 2) && (args[2] == ' ' || !args[2]);
    args += force ? 2 : 0;
    int i = drive_arg(c, &args, "eject", true, done, ctx);
    if (i >= 0 && !c->eject)
        return no_media(done, ctx);
    if (i >= 0)
        c->eject(c->ctx, (unsigned)i, force, done, ctx);
    return true;
}

static bool run_change(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    char path[PATH_ROOM], word[32];
    enum medium_access access = MEDIUM_RETAIN;
    bool force = false, raw = false;
    if (!strncmp(args, "vnc ", 4))
        return hmp_vnc_password(c, args, done, ctx);
    int i = drive_arg(c, &args, "change", true, done, ctx);
    if (i < 0)
        return true;
    if (!next_word(&args, path, sizeof path)) {
        control_say(done, ctx, "change: filename expected");
        return true;
    }
    while (next_word(&args, word, sizeof word)) {
        if (!strcmp(word, "-f"))
            force = true;
        else if (!strcmp(word, "raw"))
            raw = true;
        else if (!strcmp(word, "retain"))
            access = MEDIUM_RETAIN;
        else if (!strcmp(word, "read-only"))
            access = MEDIUM_READ_ONLY;
        else if (!strcmp(word, "read-write"))
            access = MEDIUM_READ_WRITE;
        else {
            control_say(done, ctx,
                        "change: '%s': the format is raw, and then comes retain, "
                        "read-only or read-write",
                        word);
            return true;
        }
    }
    if (!c->change_medium)
        return no_media(done, ctx);
    c->change_medium(c->ctx, (unsigned)i, path, raw ? "raw" : NULL, access, force, done, ctx);
    return true;
}

static bool run_commit(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    int i = -1;
    if (strcmp(args, "all") && (i = drive_arg(c, &args, "commit", false, done, ctx)) < 0)
        return true;
    return c->commit ? c->commit(c->ctx, i, done, ctx) : no_media(done, ctx);
}

/* Messages. */

static bool run_log(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    char *bad;
    uint32_t items;
    uint8_t msg[4];
    if (!*args || !trace_items_parse(args, &items, &bad)) {
        struct buf b = {0};
        trace_items_help(&b);
        done(ctx, true, (const char *)b.data);
        buf_free(&b);
        if (*args)
            free(bad);
        return true;
    }
    c->o->log = items;
    st32(msg, items);
    return control_send(c, LINK_LOG_ITEMS, msg, sizeof msg, done, ctx);
}

static bool refuse(const char *line, control_done_fn *done, void *ctx)
{
    struct buf b = {0};
    bool refused = hmp_refused(line, &b);
    if (refused)
        done(ctx, true, (const char *)b.data);
    buf_free(&b);
    return refused;
}

static bool run_info(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    struct buf b = {0};
    if (*args && hmp_info(c, args, done, ctx))
        return true;
    if (*args) {
        buf_printf(&b, "info %s", args);
        bool sent = refuse((const char *)b.data, done, ctx) || control_send(c, LINK_COMMAND, b.data, b.len, done, ctx);
        buf_free(&b);
        return sent;
    }
    hmp_help("info", &b);
    done(ctx, true, (const char *)b.data);
    buf_free(&b);
    return true;
}

static bool run_help(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    struct buf b = {0};
    (void)c;
    hmp_help(args, &b);
    done(ctx, true, (const char *)b.data);
    buf_free(&b);
    return true;
}

static const struct {
    struct command_word word;
    hmp_fn *run;
} table[] = {
    {{"help", "?", "[COMMAND]", "lists the commands, or shows one of them"}, run_help},
    {{"info", NULL, "[WHAT]", "shows a part of the machine; info alone lists them"}, run_info},
    {{"stop", "s", "", "stops the machine"}, run_stop},
    {{"cont", "c", "", "lets it go on"}, run_cont},
    {{"quit", "q", "", "ends Vitrine"}, run_quit},
    {{"system_reset", NULL, "", "resets the machine"}, run_reset},
    {{"system_powerdown", NULL, "", "presses the power button"}, run_powerdown},
    {{"sendkey", NULL, "KEYS [HOLD_MS]", "presses keys together, such as ctrl-alt-f1"}, run_sendkey},
    {{"mouse_move", NULL, "DX DY [DZ]", "moves the mouse, and turns its wheel"}, run_mouse_move},
    {{"mouse_button", NULL, "STATE", "buttons that are down: 1 left, 2 middle, 4 right"}, run_mouse_button},
    {{"eject", NULL, "[-f] DRIVE", "opens a drive; -f: also where the guest has locked it"}, run_eject},
    {{"change", NULL, "DRIVE FILE [raw [retain|read-only|read-write]] [-f]", "puts another image in"}, run_change},
    {{"set_password", NULL, "vnc PASSWORD", "lets viewers in who know it"}, hmp_vnc_password},
    {{"commit", NULL, "DRIVE|all", "writes what -snapshot kept in memory to the image"}, run_commit},
    {{"screendump", NULL, "FILE [-f png|ppm]", "saves the screen"}, run_screendump},
    {{"memsave", NULL, "ADDR SIZE FILE", "saves virtual memory"}, run_memsave},
    {{"pmemsave", NULL, "ADDR SIZE FILE", "saves physical memory"}, run_pmemsave},
    {{"log", NULL, "ITEM[,...]|none", "what is logged, as -d; log alone lists the items"}, run_log},
};

const struct command_word *hmp_command_at(unsigned i)
{
    return i < ARRAY_LEN(table) ? &table[i].word : NULL;
}

bool hmp_refused(const char *line, struct buf *out)
{
    enum refused_kind kind = REFUSED_HMP;
    const char *name = line;
    if (!strncmp(line, "info ", 5)) {
        kind = REFUSED_INFO;
        name += 5 + strspn(line + 5, " ");
    }
    size_t n = strcspn(name, " ");
    const char *reason = refused_command(kind, name, n);
    if (reason)
        buf_printf(out, "%s%.*s is not supported: %s\n", kind == REFUSED_INFO ? "info " : "", (int)n, name, reason);
    return reason;
}

bool control_line(struct control *c, const char *line, control_done_fn *done, void *ctx)
{
    line += strspn(line, " ");
    size_t n = strlen(line);
    while (n && (line[n - 1] == ' ' || line[n - 1] == '\n' || line[n - 1] == '\r'))
        n--;
    if (n > LINE_MAX_BYTES) {
        control_say(done, ctx, "the line is too long");
        return true;
    }
    char text[LINE_MAX_BYTES + 1];
    memcpy(text, line, n);
    text[n] = 0;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        const char *args = command_args(&table[i].word, text);
        if (!args)
            continue;
        if (!*args || *table[i].word.args)
            return table[i].run(c, args, done, ctx);
        control_say(done, ctx, "%s: takes no arguments", table[i].word.name);
        return true;
    }
    return refuse(text, done, ctx) || control_send(c, LINK_COMMAND, text, n, done, ctx);
}
