/* SPDX-License-Identifier: MIT */
/* The machine's console commands, as a table. What starts, stops, types and changes media is the front
 * end's (ctl/hmp/hmp.c). */
#include "dbg/dbg_priv.h"

#include <string.h>

static const struct {
    struct command_word word;
    dbg_fn *run;
    bool alters;
} table[] = {
    {{"info", NULL, "[WHAT]", "shows a part of the machine; info alone lists them"}, dbg_info, false},
    {{"x", NULL, "/FMT ADDR", "dumps virtual memory; FMT: COUNT, x|d|u|o|t|c|s|i, b|h|w|g"}, dbg_x, false},
    {{"xp", NULL, "/FMT ADDR", "dumps physical memory"}, dbg_xp, false},
    {{"print", "p", "/FMT EXPR", "prints an expression; $eip and its like are registers"}, dbg_print, false},
    {{"sum", NULL, "ADDR SIZE", "checksum of physical memory"}, dbg_sum, false},
    {{"i", NULL, "/FMT PORT", "reads an I/O port (size b|h|w); what the read does to a chip happens"}, dbg_in, true},
    {{"o", NULL, "/FMT PORT VALUE", "writes an I/O port"}, dbg_out, true},
    {{"nmi", NULL, "", "a non-maskable interrupt"}, dbg_nmi, true},
    {{"boot_set", NULL, "DRIVES", "what is booted from after the next reset: letters a, c, d, n"}, dbg_boot_set, true},
};

const struct command_word *dbg_command_at(unsigned i)
{
    return i < ARRAY_LEN(table) ? &table[i].word : NULL;
}

static const char *word_args(const char *word, const char *line)
{
    size_t n = word ? strlen(word) : 0;
    if (!n || strncmp(line, word, n) || (line[n] && line[n] != ' ' && line[n] != '/'))
        return NULL;
    line += n;
    while (*line == ' ')
        line++;
    return line;
}

const char *command_args(const struct command_word *w, const char *line)
{
    while (*line == ' ')
        line++;
    const char *args = word_args(w->name, line);
    return args ? args : word_args(w->alias, line);
}

static int find(const char *line, const char **args)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if ((*args = command_args(&table[i].word, line)) != NULL)
            return (int)i;
    return -1;
}

bool dbg_alters(const char *line)
{
    const char *args;
    int i = find(line, &args);
    return i >= 0 && table[i].alters;
}

void dbg_command(struct machine *m, const char *line, struct buf *out)
{
    const char *args;
    int i = find(line, &args);
    if (i >= 0)
        table[i].run(m, args, out);
    else if (line[strspn(line, " ")])
        buf_printf(out, "unknown command: '%s'\n", line);
}
