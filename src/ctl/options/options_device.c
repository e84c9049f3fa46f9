/* SPDX-License-Identifier: MIT */
/* The command line: -device and -global. Classes and properties are checked here, before anything
 * is opened or made. */
#include "config.h"

#include "ctl/options/options_priv.h"

#include <string.h>

#include "base/bits.h"

/* bus=: the one bus of its kind that there is, by QEMU's name or by the id that its controller was given. */
static bool on_bus(const struct options *o, const char *cls, const char *bus, struct error *err)
{
    const char *own = !strncmp(cls, "usb-", 4) ? "usb-bus.0" : !strncmp(cls, "pci-", 4) ? "pci.0" : "isa.0";
    size_t n = strlen(o->usb_id);
    if (!strcmp(bus, own) || (!strcmp(own, "usb-bus.0") && n && !strncmp(bus, o->usb_id, n) && !strcmp(bus + n, ".0")))
        return true;
    return error_set(err, "-device %s,bus=%.40s: there is %s", cls, bus, own);
}

/* -device piix3-usb-uhci: the controller that -usb fits. */
static bool usb_controller(struct options *o, const char *props, struct error *err)
{
    struct keyval kv;
    o->cfg.usb = true;
    while (keyval_next(&props, &kv)) {
        if (!kv.has_value && asks_help(kv.key)) {
            o->list = "piix3-usb-uhci";
            return true;
        }
        if (!strcmp(kv.key, "id") && kv.has_value) {
            if (!copy_word(o->usb_id, sizeof o->usb_id, kv.value, "-device id=", err))
                return false;
        } else if (strcmp(kv.key, "bus") || strcmp(kv.value, "pci.0")) {
            return error_set(err, "-device piix3-usb-uhci: '%s' is not supported; it is what -usb fits, at pci.0, 01.2",
                             kv.key);
        }
    }
    return true;
}

static bool add_prop(const struct options *o, struct device_config *d, const struct keyval *kv, struct error *err)
{
    const char *value = kv->has_value ? kv->value : "on";
    if (!strcmp(kv->key, "id"))
        return copy_word(d->id, sizeof d->id, value, "-device id=", err);
    if (!strcmp(kv->key, "bus"))
        return on_bus(o, d->cls, value, err);
    if (d->nprops == ARRAY_LEN(d->props))
        return error_set(err, "-device %s: more than %zu properties", d->cls, ARRAY_LEN(d->props));
    int n = snprintf(d->props[d->nprops], sizeof d->props[0], "%s=%s", kv->key, value);
    if (n < 0 || (size_t)n >= sizeof d->props[0] || kv->too_long)
        return error_set(err, "-device %s: the property '%.40s' is too long", d->cls, kv->key);
    d->nprops++;
    return catalog_device_check(d->cls, kv->key, value, err) || error_prefix(err, "-device");
}

static bool set_vga_rom(struct options *o, const char *file, struct error *err)
{
    if (!*file || !(o->vga_rom = strdup(file)))
        return error_set(err, "romfile=: the name of the file is empty");
    return true;
}

/* A property of the adapter goes to it as -global's do. Its place is the one that it has anyway. */
static bool vga_prop(struct options *o, const struct keyval *kv, struct error *err)
{
    static const struct {
        const char *key, *values[4];
    } place[] = {{"bus", {"pci.0", NULL}}, {"addr", {"2", "02", "02.0", "0x2"}}};
    if (!strcmp(kv->key, "romfile"))
        return set_vga_rom(o, kv->value, err);
    if (!strcmp(kv->key, "id"))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(place); i++) {
        if (strcmp(place[i].key, kv->key))
            continue;
        for (size_t k = 0; k < ARRAY_LEN(place[i].values) && place[i].values[k]; k++)
            if (!strcmp(place[i].values[k], kv->value))
                return true;
        return error_set(err, "%s=%s: it is always at pci.0, 02.0", kv->key, kv->value);
    }
    struct global_config g = {.cls = "VGA"};
    if (!copy_word(g.name, sizeof g.name, kv->key, "property", err) ||
        !copy_word(g.value, sizeof g.value, kv->value, "value", err) ||
        !catalog_device_check(g.cls, g.name, g.value, err))
        return false;
    if (o->cfg.nglobals == MAX_GLOBALS)
        return error_set(err, "at most %d properties with those of -global", MAX_GLOBALS);
    o->cfg.global[o->cfg.nglobals++] = g;
    return true;
}

/* -device VGA: the adapter that is fitted anyway, perhaps with another ROM. */
static bool vga_device(struct options *o, const char *props, struct error *err)
{
    struct keyval kv;
    o->cfg.vga = true;
    while (keyval_next(&props, &kv)) {
        if (!kv.has_value && asks_help(kv.key)) {
            o->list = "VGA";
            return true;
        }
        if (!vga_prop(o, &kv, err))
            return error_prefix(err, "-device VGA");
    }
    return true;
}

bool take_device(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    if (asks_help(arg)) {
        o->list = "device";
        return true;
    }
    bool named = keyval_next(&arg, &kv);
    if (named && kv.has_value && !strcmp(kv.key, "driver")) {
        snprintf(kv.key, sizeof kv.key, "%.60s", kv.value);
        kv.has_value = false;
    }
    if (named && !kv.has_value && !strcmp(kv.key, "VGA"))
        return vga_device(o, arg, err);
    if (named && !kv.has_value && !strcmp(kv.key, "piix3-usb-uhci"))
        return usb_controller(o, arg, err);
    if (named && !kv.has_value && in_catalog(drive_devices(), kv.key))
        return drive_device_parse(o, kv.key, arg, err);
    if (!named || kv.has_value || !in_catalog(catalog_devices(), kv.key)) {
        const char *reason = refused_device(kv.key);
        return reason ? error_set(err, "-device %s is not supported: %s", kv.key, reason)
                      : error_set(err, "-device %s: no such device; '-device help' lists them", kv.key);
    }
    if (o->cfg.ndevices == MAX_DEVICES)
        return error_set(err, "-device: at most %d devices can be added", MAX_DEVICES);
    struct device_config *d = &o->cfg.device[o->cfg.ndevices];
    memset(d, 0, sizeof *d);
    if (!copy_word(d->cls, sizeof d->cls, kv.key, "-device", err))
        return false;
    while (keyval_next(&arg, &kv)) {
        if (!kv.has_value && asks_help(kv.key)) {
            o->list = d->cls;
            return true;
        }
        if (!add_prop(o, d, &kv, err))
            return false;
    }
    for (unsigned i = 0; d->id[0] && i < o->cfg.ndevices; i++)
        if (!strcmp(o->cfg.device[i].id, d->id))
            return error_set(err, "-device %s: there is another device with id=%s", d->cls, d->id);
    o->cfg.ndevices++;
    return true;
}

/* driver.property=value, or driver=D,property=P,value=V. */
bool take_global(struct options *o, const char *arg, struct error *err)
{
    struct keyval kv;
    struct global_config g = {0};
    bool good = true;
    const char *dot = strchr(arg, '.'), *eq = strchr(arg, '=');
    if (dot && eq && dot < eq && !memchr(arg, ',', (size_t)(eq - arg))) {
        good = (size_t)(dot - arg) < sizeof g.cls && (size_t)(eq - dot) <= sizeof g.name &&
               strlen(eq + 1) < sizeof g.value;
        if (good) {
            memcpy(g.cls, arg, (size_t)(dot - arg));
            memcpy(g.name, dot + 1, (size_t)(eq - dot - 1));
            strcpy(g.value, eq + 1);
        }
    } else {
        const char *p = arg;
        while (good && keyval_next(&p, &kv)) {
            char *to = !strcmp(kv.key, "driver")     ? g.cls
                       : !strcmp(kv.key, "property") ? g.name
                       : !strcmp(kv.key, "value")    ? g.value
                                                     : NULL;
            size_t room = to == g.value ? sizeof g.value : sizeof g.name;
            good = to && strlen(kv.value) < room;
            if (good)
                strcpy(to, kv.value);
        }
    }
    if (!good || !g.cls[0] || !g.name[0])
        return error_set(err, "-global %s: say DRIVER.PROPERTY=VALUE; '-device help' lists the drivers", arg);
    if (!strcmp(g.cls, "VGA") && !strcmp(g.name, "romfile"))
        return set_vga_rom(o, g.value, err) || error_prefix(err, "-global");
    if (o->cfg.nglobals == MAX_GLOBALS)
        return error_set(err, "-global: at most %d", MAX_GLOBALS);
    o->cfg.global[o->cfg.nglobals++] = g;
    return catalog_device_check(g.cls, g.name, g.value, err) || error_prefix(err, "-global");
}
