/* SPDX-License-Identifier: MIT */
/* QMP: what can be asked of the machine and of this program. */
#include "config.h"

#ifdef HAVE_JANSSON

#include "ctl/qmp/qmp_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ctl/hmp/hmp.h"
#include "ctl/options/options.h"

static void cmd_status(struct qmp *q, json_t *id, json_t *args)
{
    static const char *const name[] = {[LINK_STATE_PRELAUNCH] = "prelaunch",
                                       [LINK_STATE_RUNNING] = "running",
                                       [LINK_STATE_PAUSED] = "paused",
                                       [LINK_STATE_SHUTDOWN] = "shutdown"};
    (void)args;
    enum link_state s = q->control->guest->state;
    qmp_give(q, id, json_pack("{s:b,s:b,s:s}", "running", s == LINK_STATE_RUNNING, "singlestep", 0, "status", name[s]));
}

static void cmd_version(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    qmp_give(q, id, qmp_version());
}

static void cmd_name(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    json_t *r = json_object();
    if (q->control->name[0])
        json_object_set_new(r, "name", json_string(q->control->name));
    qmp_give(q, id, r);
}

static void cmd_uuid(struct qmp *q, json_t *id, json_t *args)
{
    char text[37];
    (void)args;
    control_uuid(q->control, text);
    qmp_give(q, id, json_pack("{s:s}", "UUID", text));
}

static void cmd_kvm(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    qmp_give(q, id, json_pack("{s:b,s:b}", "enabled", 0, "present", 0));
}

static void cmd_target(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    qmp_give(q, id, json_pack("{s:s}", "arch", "i386"));
}

static void cmd_memory(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    qmp_give(q, id, json_pack("{s:I}", "base-memory", (json_int_t)q->control->o->cfg.ram_mb << 20));
}

static void cmd_current_machine(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    qmp_give(q, id, json_pack("{s:b}", "wakeup-suspend-support", 0));
}

static void cmd_nothing(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    qmp_give(q, id, json_array());
}

static void cmd_cpus(struct qmp *q, json_t *id, json_t *args)
{
    struct control *c = q->control;
    (void)args;
    qmp_give(q, id,
             json_pack("[{s:i,s:s,s:I,s:s,s:{s:i,s:i,s:i}}]", "cpu-index", 0, "qom-path",
                       "/machine/unattached/device[0]", "thread-id",
                       (json_int_t)(c->machine_pid ? c->machine_pid(c->ctx) : 0), "target", "i386", "props", "core-id",
                       0, "thread-id", 0, "socket-id", 0));
}

static void cmd_cpu_models(struct qmp *q, json_t *id, json_t *args)
{
    json_t *list = json_array();
    (void)args;
    for (const char *const *p = catalog_cpus(); *p; p += 2) {
        char type[96];
        snprintf(type, sizeof type, "%s-i386-cpu", p[0]);
        json_array_append_new(list, json_pack("{s:s,s:s,s:b,s:b,s:b,s:[]}", "name", p[0], "typename", type, "static", 0,
                                              "migration-safe", 0, "deprecated", 0, "unavailable-features"));
    }
    qmp_give(q, id, list);
}

static void cmd_machines(struct qmp *q, json_t *id, json_t *args)
{
    json_t *list = json_array();
    (void)args;
    for (const char *const *p = catalog_machines(); *p; p += 2)
        json_array_append_new(list, json_pack("{s:s,s:b,s:i,s:b,s:b,s:b,s:b,s:s}", "name", p[0], "is-default",
                                              p == catalog_machines(), "cpu-max", 1, "hotpluggable-cpus", 0,
                                              "numa-mem-supported", 0, "deprecated", 0, "acpi", 1, "default-cpu-type",
                                              "max-i386-cpu"));
    qmp_give(q, id, list);
}

/* `info chardev` lists "label: filename=name". */
static void cmd_chardev(struct qmp *q, json_t *id, json_t *args)
{
    struct control *c = q->control;
    struct buf b = {0};
    json_t *list = json_array();
    (void)args;
    if (c->info)
        c->info(c->ctx, "chardev", &b);
    for (const char *p = b.data ? (const char *)b.data : ""; *p;) {
        static const char filename[] = ": filename=";
        size_t n = strcspn(p, "\n");
        char line[512];
        snprintf(line, sizeof line, "%.*s", (int)n, p);
        char *value = strstr(line, filename);
        if (value) {
            *value = 0;
            json_t *label = json_string(line), *file = json_string(value + sizeof filename - 1);
            json_array_append_new(list, json_pack("{s:o,s:o,s:b}", "label", label ? label : json_string("?"),
                                                  "filename", file ? file : json_string("?"), "frontend-open", 1));
        }
        p += n + (p[n] == '\n');
    }
    buf_free(&b);
    qmp_give(q, id, list);
}

static void cmd_commands(struct qmp *q, json_t *id, json_t *args)
{
    const struct qmp_command *c;
    json_t *list = json_array();
    (void)args;
    for (unsigned i = 0; (c = qmp_command_at(i)) != NULL; i++)
        json_array_append_new(list, json_pack("{s:s}", "name", c->name));
    qmp_give(q, id, list);
}

static void cmd_events(struct qmp *q, json_t *id, json_t *args)
{
    static const char *const events[] = {"STOP", "RESUME", "RESET", "SHUTDOWN", "POWERDOWN", "DEVICE_TRAY_MOVED"};
    json_t *list = json_array();
    (void)args;
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        json_array_append_new(list, json_pack("{s:s}", "name", events[i]));
    qmp_give(q, id, list);
}

static void cmd_options(struct qmp *q, json_t *id, json_t *args)
{
    const char *name, *wanted = qmp_string(args, "option", NULL);
    json_t *list = json_array();
    for (unsigned i = 0; i < options_count(); i++)
        if ((name = option_name(i)) != NULL && (!wanted || !strcmp(name, wanted)))
            json_array_append_new(list, json_pack("{s:s,s:[]}", "option", name, "parameters"));
    if (wanted && !json_array_size(list)) {
        json_decref(list);
        qmp_error(q, id, "GenericError", "Invalid parameter 'option': there is no -%.60s", wanted);
    } else {
        qmp_give(q, id, list);
    }
}

static void cmd_schema(struct qmp *q, json_t *id, json_t *args)
{
    (void)args;
    qmp_give(q, id, qmp_schema());
}

/* The machine's console gives a line for each function with `info pci -t`: device, function, class, vendor,
 * device, subsystem's two, interrupt line and pin, then BAR:kind:address:size for each. */
static json_t *pci_regions(const char *text)
{
    json_t *list = json_array();
    unsigned bar;
    char kind;
    unsigned long long at, size;
    int n;
    for (; sscanf(text, " %u:%c:%llx:%llx%n", &bar, &kind, &at, &size, &n) == 4; text += n) {
        json_t *r = json_pack("{s:i,s:I,s:I,s:s}", "bar", (int)bar, "address",
                              (json_int_t)(at == 0xffffffff ? -1 : (long long)at), "size", (json_int_t)size, "type",
                              kind == 'i' ? "io" : "memory");
        if (kind != 'i') {
            json_object_set_new(r, "prefetch", json_boolean(kind == 'p'));
            json_object_set_new(r, "mem_type_64", json_false());
        }
        json_array_append_new(list, r);
    }
    return list;
}

static json_t *pci_function(const char *line)
{
    unsigned dev, fn, cls, vendor, device, sub_vendor, sub_device, irq, pin;
    int n = 0;
    if (sscanf(line, "%u %u %x %x %x %x %x %u %u%n", &dev, &fn, &cls, &vendor, &device, &sub_vendor, &sub_device, &irq,
               &pin, &n) != 9)
        return NULL;
    json_t *f = json_pack("{s:i,s:i,s:i,s:{s:i},s:{s:i,s:i},s:s,s:o}", "bus", 0, "slot", (int)dev, "function", (int)fn,
                          "class_info", "class", (int)cls, "id", "device", (int)device, "vendor", (int)vendor,
                          "qdev_id", "", "regions", pci_regions(line + n));
    json_object_set_new(f, "irq_pin", json_integer(pin));
    if (pin)
        json_object_set_new(f, "irq", json_integer(irq));
    if (sub_vendor) {
        json_object_set_new(json_object_get(f, "id"), "subsystem", json_integer(sub_device));
        json_object_set_new(json_object_get(f, "id"), "subsystem-vendor", json_integer(sub_vendor));
    }
    return f;
}

static void pci_came(void *ctx, bool good, const char *text)
{
    json_t *list = json_array();
    while (good && *text) {
        char line[512];
        size_t n = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        json_t *f = pci_function(line);
        if (f)
            json_array_append_new(list, f);
        text += n + (text[n] == '\n');
    }
    command_end(ctx, json_pack("[{s:i,s:o}]", "bus", 0, "devices", list), good ? NULL : text);
}

static void cmd_pci(struct qmp *q, json_t *id, json_t *args)
{
    struct command *c = command_begin(q, id, args);
    if (c)
        command_check(c, control_line(q->control, "info pci -t", pci_came, c));
}

const struct qmp_command qmp_queries[] = {
    {"query-status", "", cmd_status},
    {"query-version", "", cmd_version},
    {"query-commands", "", cmd_commands},
    {"query-events", "", cmd_events},
    {"query-qmp-schema", "", cmd_schema},
    {"query-command-line-options", "option:s?", cmd_options},
    {"query-name", "", cmd_name},
    {"query-uuid", "", cmd_uuid},
    {"query-kvm", "", cmd_kvm},
    {"query-target", "", cmd_target},
    {"query-machines", "", cmd_machines},
    {"query-current-machine", "", cmd_current_machine},
    {"query-cpus-fast", "", cmd_cpus},
    {"query-cpu-definitions", "", cmd_cpu_models},
    {"query-memory-size-summary", "", cmd_memory},
    {"query-chardev", "", cmd_chardev},
    {"query-pci", "", cmd_pci},
    {"query-jobs", "", cmd_nothing},
    {"query-block-jobs", "", cmd_nothing},
    {"query-iothreads", "", cmd_nothing},
    {"query-memory-devices", "", cmd_nothing},
    {NULL, NULL, NULL},
};

#else
typedef int no_qmp_query; /* an empty translation unit is no C */
#endif
