/* SPDX-License-Identifier: MIT */
#include "tests/isa/form_rows.h"

#include <string.h>

#include "base/log.h"

static bool is_prefix(unsigned b)
{
    static const uint8_t prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3};
    return memchr(prefixes, (int)b, sizeof prefixes) != NULL;
}

struct finder {
    struct form_row *rows;
    unsigned n, max, bits;
};

static void meet(struct finder *f, const struct form_row *lead, unsigned modrm)
{
    uint8_t bytes[INSN_MAX] = {0};
    struct insn in;
    memcpy(bytes, lead->lead, lead->nlead);
    bytes[lead->nlead] = (uint8_t)modrm;
    if (isa_decode(bytes, sizeof bytes, (struct decode_mode){(uint8_t)f->bits}, &in) != DECODE_OK || in.form == FORM_UD)
        return;
    bool memory = in.flags & IF_MEM, has_modrm = in.flags & IF_MODRM;
    for (unsigned k = 0; k < f->n; k++)
        if (f->rows[k].form == in.form && f->rows[k].memory == memory) {
            f->rows[k].digits |= (uint8_t)(1u << (modrm >> 3 & 7));
            return;
        }
    if (f->n == f->max)
        bug("more than %u forms", f->max);
    struct form_row *r = &f->rows[f->n++];
    *r = *lead;
    r->form = in.form;
    r->modrm = (uint8_t)modrm;
    r->digits = (uint8_t)(1u << (modrm >> 3 & 7));
    r->memory = memory;
    r->has_modrm = has_modrm;
    r->imm = (uint8_t)(in.len - lead->nlead - has_modrm - (has_modrm && modrm < 0xc0));
}

unsigned form_rows_find(struct form_row *rows, unsigned max, unsigned bits)
{
    static const uint8_t prefixes[] = {0, 0x66, 0xf3, 0xf2};
    struct finder f = {rows, 0, max, bits};
    for (unsigned p = 0; p < sizeof prefixes; p++)
        for (unsigned op = 0; op < 512; op++) {
            struct form_row lead = {0};
            if (op < 256 && (op == 0x0f || is_prefix(op)))
                continue;
            if (prefixes[p])
                lead.lead[lead.nlead++] = prefixes[p];
            if (op >= 256)
                lead.lead[lead.nlead++] = 0x0f;
            lead.lead[lead.nlead++] = (uint8_t)op;
            for (unsigned digit = 0; digit < 8; digit++)
                meet(&f, &lead, 0x46 | digit << 3);
            for (unsigned modrm = 0xc0; modrm < 0x100; modrm++)
                meet(&f, &lead, modrm);
        }
    return f.n;
}
