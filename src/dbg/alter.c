/* SPDX-License-Identifier: MIT */
/* Console commands that change the machine. All of it goes through the journal, so that a recording
 * replays it. */
#include "dbg/dbg_priv.h"

#include <inttypes.h>
#include <string.h>

enum { PORT_MAX = 0xffff };

/* While a journal is replayed nothing comes in. */
static bool may(struct machine *m, struct buf *out)
{
    if (m->journal.mode == JOURNAL_RECORD)
        return true;
    buf_printf(out, "a recording is being replayed: nothing can be changed\n");
    return false;
}

static bool port_format(const char **args, unsigned *size, const char *name, struct buf *out)
{
    struct format f;
    struct error err;
    bool good = format_parse(args, &f, &err);
    if (good && (f.count != 1 || f.size == 8 || f.letter == 'i'))
        good = error_set(&err, "one port of size b, h or w");
    if (!good)
        buf_printf(out, "%s: %s\n", name, err.text);
    *size = f.size ? f.size : 1;
    return good;
}

static bool port_number(uint64_t v, struct error *err)
{
    return v <= PORT_MAX || error_set(err, "ports are 0 to 0x%x", PORT_MAX);
}

void dbg_in(struct machine *m, const char *args, struct buf *out)
{
    static const char suffix[] = {[1] = 'b', [2] = 'w', [4] = 'l'};
    struct error err;
    uint64_t port;
    unsigned size;
    if (!port_format(&args, &size, "i", out) || !may(m, out))
        return;
    if (!expr_whole(m, args, &port, &err) || !port_number(port, &err)) {
        buf_printf(out, "i: %s; say for example i /b 0x60\n", err.text);
        return;
    }
    uint32_t v = machine_port(m, false, (uint16_t)port, size, 0);
    buf_printf(out, "port%c[0x%04x] = 0x%0*x\n", suffix[size], (unsigned)port, (int)size * 2, v);
}

void dbg_out(struct machine *m, const char *args, struct buf *out)
{
    struct error err;
    uint64_t port, v;
    unsigned size;
    if (!port_format(&args, &size, "o", out) || !may(m, out))
        return;
    if (!expr_eval(m, &args, &port, &err) || !port_number(port, &err) || !expr_whole(m, args, &v, &err)) {
        buf_printf(out, "o: %s; say for example o /b 0x80 1\n", err.text);
        return;
    }
    machine_port(m, true, (uint16_t)port, size, (uint32_t)v);
}

void dbg_nmi(struct machine *m, const char *args, struct buf *out)
{
    static const uint8_t nmi = POWER_NMI;
    if (*args)
        buf_printf(out, "nmi: takes no arguments\n");
    else if (may(m, out))
        journal_input(&m->journal, J_POWER, 0, &nmi, sizeof nmi);
}

void dbg_boot_set(struct machine *m, const char *args, struct buf *out)
{
    size_t n = strlen(args);
    bool good = n && n < sizeof m->cfg.boot;
    for (const char *p = args; good && *p; p++)
        good = strchr("acdn", *p) && !strchr(p + 1, *p);
    if (!good) {
        buf_printf(out, "boot_set: the order is made of the letters a, c, d and n, each once\n");
    } else if (may(m, out)) {
        journal_input(&m->journal, J_BOOT, 0, args, (uint32_t)n);
        buf_printf(out, "boot device list now set to %s\n", args);
    }
}
