/* SPDX-License-Identifier: MIT */
/* Expressions of the console. */
#include "dbg/dbg_priv.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/exec.h"

enum { DEPTH_MAX = 64 };

struct parse {
    struct machine *m;
    const char *p;
    struct error *err;
    unsigned depth;
    bool counter, stack, segment; /* $eip or $ip; $esp, $ebp and their halves; a segment register or $pc was named */
};

static bool sum(struct parse *s, uint64_t *v);

static void skip(struct parse *s)
{
    while (*s->p == ' ')
        s->p++;
}

/* $eax, $ax, $al; $eip, $ip, $pc, $eflags; $cs; $cr0; what QEMU's monitor knows of a 32-bit CPU. */
static bool register_value(struct cpu *c, const char *name, uint64_t *v)
{
    static const char *const general[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
    static const char *const segs[] = {"es", "cs", "ss", "ds", "fs", "gs"};
    for (unsigned i = 0; i < ARRAY_LEN(general); i++) {
        if (*name == 'e' && !strcmp(name + 1, general[i]))
            return *v = reg32(c, RAX + i), true;
        if (!strcmp(name, general[i]))
            return *v = reg32(c, RAX + i) & 0xffff, true;
        if (i < 4 && name[0] == general[i][0] && (name[1] == 'l' || name[1] == 'h') && !name[2])
            return *v = reg32(c, RAX + i) >> (name[1] == 'h' ? 8 : 0) & 0xff, true;
    }
    for (unsigned i = 0; i < ARRAY_LEN(segs); i++)
        if (!strncmp(name, segs[i], 2)) {
            if (!name[2])
                return *v = c->seg[i].sel, true;
            if (!strcmp(name + 2, ".base"))
                return *v = c->seg[i].base, true;
            if (!strcmp(name + 2, ".limit"))
                return *v = c->seg[i].limit, true;
        }
    if (!strcmp(name, "ip"))
        *v = cpu_rip(c) & 0xffff;
    else if (!strcmp(name, "eip") || !strcmp(name, "pc"))
        *v = cpu_rip(c) + (*name == 'p' ? c->seg[SEG_CS].base : 0);
    else if (!strcmp(name, "eflags"))
        *v = cpu_eflags(c);
    else if (!strcmp(name, "cr0"))
        *v = c->cr0;
    else if (!strcmp(name, "cr2"))
        *v = c->cr2;
    else if (!strcmp(name, "cr3"))
        *v = c->cr3;
    else if (!strcmp(name, "cr4"))
        *v = c->cr4;
    else
        return false;
    return true;
}

static bool register_term(struct parse *s, uint64_t *v)
{
    char name[16];
    size_t n = 0;
    for (s->p++; isalnum((unsigned char)*s->p) || *s->p == '.' || *s->p == '_'; s->p++)
        if (n + 1 < sizeof name)
            name[n++] = *s->p;
    name[n] = 0;
    const char *half = name + (*name == 'e');
    s->counter |= !strcmp(half, "ip");
    s->stack |= !strcmp(half, "sp") || !strcmp(half, "bp");
    s->segment |= !strcmp(name, "pc") || (strlen(name) >= 2 && name[1] == 's' && (!name[2] || name[2] == '.'));
    return register_value(s->m->cpu, name, v) || error_set(s->err, "unknown register '$%s'", name);
}

static bool number(struct parse *s, uint64_t *v)
{
    char *end;
    errno = 0;
    *v = strtoull(s->p, &end, 0);
    if (errno)
        return error_set(s->err, "number too large");
    if (end == s->p)
        return error_set(s->err, *s->p ? "invalid char '%c' in expression" : "unexpected end of expression", *s->p);
    s->p = end;
    return true;
}

static bool unary(struct parse *s, uint64_t *v)
{
    if (s->depth > DEPTH_MAX)
        return error_set(s->err, "the expression is nested too deeply");
    skip(s);
    char op = *s->p;
    if (op == '+' || op == '-' || op == '~') {
        s->p++;
        s->depth++;
        bool good = unary(s, v);
        s->depth--;
        *v = op == '-' ? -*v : op == '~' ? ~*v : *v;
        return good;
    }
    if (op == '(') {
        s->p++;
        s->depth++;
        if (!sum(s, v))
            return false;
        s->depth--;
        skip(s);
        if (*s->p != ')')
            return error_set(s->err, "')' expected");
        s->p++;
        return true;
    }
    if (op == '\'') {
        if (!s->p[1] || s->p[2] != '\'')
            return error_set(s->err, "a character is one between two '");
        *v = (uint8_t)s->p[1];
        s->p += 3;
        return true;
    }
    return op == '$' ? register_term(s, v) : number(s, v);
}

static bool product(struct parse *s, uint64_t *v)
{
    if (!unary(s, v))
        return false;
    for (skip(s); *s->p == '*' || *s->p == '/' || *s->p == '%'; skip(s)) {
        char op = *s->p++;
        uint64_t w;
        if (!unary(s, &w))
            return false;
        if (op != '*' && !w)
            return error_set(s->err, "division by zero");
        *v = op == '*' ? *v * w : op == '/' ? *v / w : *v % w;
    }
    return true;
}

static bool logic(struct parse *s, uint64_t *v)
{
    if (!product(s, v))
        return false;
    for (skip(s); *s->p == '&' || *s->p == '|' || *s->p == '^'; skip(s)) {
        char op = *s->p++;
        uint64_t w;
        if (!product(s, &w))
            return false;
        *v = op == '&' ? *v & w : op == '|' ? *v | w : *v ^ w;
    }
    return true;
}

static bool sum(struct parse *s, uint64_t *v)
{
    if (!logic(s, v))
        return false;
    for (skip(s); *s->p == '+' || *s->p == '-'; skip(s)) {
        char op = *s->p++;
        uint64_t w;
        if (!logic(s, &w))
            return false;
        *v = op == '+' ? *v + w : *v - w;
    }
    return true;
}

static bool whole(struct parse *s, uint64_t *v)
{
    *v = 0;
    if (!sum(s, v))
        return false;
    s->p += strspn(s->p, " ");
    return !*s->p || error_set(s->err, "invalid char '%c' in expression", *s->p);
}

bool expr_eval(struct machine *m, const char **p, uint64_t *v, struct error *err)
{
    struct parse s = {.m = m, .p = *p, .err = err};
    *v = 0;
    bool good = sum(&s, v);
    *p = s.p;
    return good;
}

bool expr_whole(struct machine *m, const char *p, uint64_t *v, struct error *err)
{
    struct parse s = {.m = m, .p = p, .err = err};
    return whole(&s, v);
}

bool expr_address(struct machine *m, const char *p, uint64_t *at, struct error *err)
{
    struct parse s = {.m = m, .p = p, .err = err};
    if (!whole(&s, at))
        return false;
    const struct cpu *c = m->cpu;
    if ((s.counter || s.stack) && !s.segment)
        *at = (*at + c->seg[s.counter ? SEG_CS : SEG_SS].base) & UINT32_MAX;
    return true;
}
