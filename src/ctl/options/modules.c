/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "ctl/options/modules.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "firmware/multiboot_loader.h"

static bool is_multiboot(const char *path)
{
    uint8_t head[8192];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
    if (fd >= 0)
        close(fd);
    return n > 0 && multiboot_header(head, (size_t)n);
}

/* The text up to the next single comma, with ",," as a comma; *list goes behind it. */
static size_t next_item(const char **list, char *to, size_t room)
{
    size_t n = 0;
    const char *p = *list;
    for (; *p && (*p != ',' || p[1] == ','); p++) {
        if (n + 1 < room)
            to[n] = *p;
        n++;
        if (*p == ',')
            p++;
    }
    *list = *p ? p + 1 : p;
    to[MIN(n, room - 1)] = 0;
    return n;
}

static bool add_module(struct options *o, const char **list, struct error *err)
{
    char *text = o->cfg.module_cmdline[o->cfg.nmodules];
    if (next_item(list, text, MODULE_CMDLINE) >= MODULE_CMDLINE)
        return error_set(err, "-initrd: '%.40s...' is longer than %d characters", text, MODULE_CMDLINE - 1);
    size_t n = strcspn(text, " ");
    if (!n)
        return error_set(err, "-initrd: the name of a module is empty; the list is \"FILE ARGS,FILE ARGS\"");
    o->module[o->cfg.nmodules] = strndup(text, n);
    return o->module[o->cfg.nmodules++] || error_set(err, "out of memory");
}

bool modules_list(struct options *o, struct error *err)
{
    if (!o->kernel || !is_multiboot(o->kernel))
        return true;
    strncpy(o->cfg.kernel_name, o->kernel, sizeof o->cfg.kernel_name - 1);
    for (const char *list = o->initrd; list && *list;) {
        if (o->cfg.nmodules == MAX_MODULES)
            return error_set(err, "-initrd: at most %d modules are possible", MAX_MODULES);
        if (!add_module(o, &list, err))
            return false;
    }
    return true;
}
