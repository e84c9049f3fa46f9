/* SPDX-License-Identifier: MIT */
/* query-qmp-schema: what each command takes, as QEMU's introspection describes it. Types are masked by
 * numbers, as there; what a command returns is not described further than "any". */
#include "config.h"

#ifdef HAVE_JANSSON

#include "ctl/qmp/qmp_commands.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"

static const char *type_of(char c)
{
    return c == 's' ? "str" : c == 'i' || c == 'n' ? "int" : c == 'b' ? "bool" : c == 'a' ? "[any]" : "any";
}

static json_t *members(const char *spec)
{
    json_t *list = json_array();
    while (*(spec += strspn(spec, " "))) {
        size_t n = strcspn(spec, ":");
        json_t *m = json_pack("{s:s%,s:s}", "name", spec, n, "type", type_of(spec[n + 1]));
        spec += n + 2;
        if (*spec == '?') {
            json_object_set_new(m, "default", json_null());
            spec++;
        }
        json_array_append_new(list, m);
    }
    return list;
}

json_t *qmp_schema(void)
{
    static const struct {
        const char *name, *json;
    } builtin[] = {{"str", "string"}, {"int", "int"}, {"bool", "boolean"}};
    const struct qmp_command *c;
    json_t *list = json_array();
    for (size_t i = 0; i < ARRAY_LEN(builtin); i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "name", builtin[i].name, "meta-type", "builtin",
                                              "json-type", builtin[i].json));
    json_array_append_new(list,
                          json_pack("{s:s,s:s,s:s}", "name", "any", "meta-type", "builtin", "json-type", "value"));
    json_array_append_new(list,
                          json_pack("{s:s,s:s,s:s}", "name", "[any]", "meta-type", "array", "element-type", "any"));
    for (unsigned i = 0; (c = qmp_command_at(i)) != NULL; i++) {
        char type[16];
        snprintf(type, sizeof type, "%u", i);
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "name", c->name, "meta-type", "command", "arg-type",
                                              type, "ret-type", "any"));
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:o}", "name", type, "meta-type", "object", "members", members(c->args)));
    }
    return list;
}

#else
typedef int no_qmp_schema; /* an empty translation unit is no C */
#endif
