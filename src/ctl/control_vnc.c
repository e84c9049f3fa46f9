/* SPDX-License-Identifier: MIT */
/* VNC's passwords from a monitor, and what QMP tells of it. */
#include "config.h"

#include "ctl/hmp/hmp.h"

#include <string.h>

bool hmp_vnc_password(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    static const char *const forms[] = {"vnc password ", "vnc "};
    struct error err;
    for (unsigned i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t n = strlen(forms[i]);
        if (strncmp(args, forms[i], n) != 0)
            continue;
        const char *text = args + n + strspn(args + n, " ");
        bool good = c->vnc_password && c->vnc_password(c->ctx, text, &err);
        done(ctx, true, good ? "" : err.text);
        return true;
    }
    control_say(done, ctx, "say 'set_password vnc PASSWORD' or 'change vnc password PASSWORD'");
    return true;
}

#ifdef HAVE_JANSSON

#include "ctl/qmp/qmp_commands.h"

void qmp_query_vnc(struct qmp *q, json_t *id, json_t *args)
{
    struct control_vnc v = {0};
    json_t *clients = json_array();
    (void)args;
    if (q->control->vnc)
        q->control->vnc(q->control->ctx, &v);
    if (!v.enabled) {
        json_decref(clients);
        qmp_give(q, id, json_pack("{s:b}", "enabled", 0));
        return;
    }
    const char *family = v.is_unix ? "unix" : v.is_ipv6 ? "ipv6" : "ipv4";
    for (unsigned i = 0; i < v.nviewers; i++)
        json_array_append_new(clients, json_pack("{s:s,s:s,s:s,s:b}", "host", v.viewer[i], "service", "", "family",
                                                 family, "websocket", 0));
    qmp_give(q, id,
             json_pack("{s:b,s:s,s:s,s:s,s:s,s:o}", "enabled", 1, "host", v.host, "service", v.service, "family",
                       family, "auth", v.password ? "vnc" : "none", "clients", clients));
}

static void set(struct qmp *q, json_t *id, json_t *args)
{
    struct error err;
    const char *text = json_string_value(json_object_get(args, "password"));
    if (!text)
        qmp_error(q, id, "GenericError", "Parameter 'password' is missing");
    else if (!q->control->vnc_password || !q->control->vnc_password(q->control->ctx, text, &err))
        qmp_error(q, id, "GenericError", "%s", err.text);
    else
        qmp_give(q, id, json_object());
}

void qmp_change_vnc_password(struct qmp *q, json_t *id, json_t *args)
{
    set(q, id, args);
}

void qmp_set_password(struct qmp *q, json_t *id, json_t *args)
{
    const char *protocol = json_string_value(json_object_get(args, "protocol"));
    if (!protocol || strcmp(protocol, "vnc") != 0)
        qmp_error(q, id, "GenericError", "Parameter 'protocol' must be 'vnc'");
    else
        set(q, id, args);
}

#endif
