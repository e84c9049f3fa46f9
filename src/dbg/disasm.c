/* SPDX-License-Identifier: MIT */
/* Disassembly by Zydis, in Intel's spelling with numbers in small letters, in the size of code that CS says: for the
 * console and for -d in_asm. */
#include "config.h"

#include "dbg/dbg_priv.h"

#include <inttypes.h>
#include <string.h>

#include "cpu/exec.h"

enum { LONGEST = 15, BYTES_COLUMN = 8 };

#ifdef HAVE_ZYDIS
#include <Zydis/Zydis.h>

bool disasm_there(void)
{
    return true;
}

/* NOTE: Zydis writes [bx+si*1]. */
static void drop_scale_of_one(char *text)
{
    char *p = text;
    while ((p = strstr(p, "*1")) != NULL)
        if (p[2] == ']' || p[2] == '+' || p[2] == '-')
            memmove(p, p + 2, strlen(p + 2) + 1);
        else
            p += 2;
}

static unsigned decode(struct machine *m, uint64_t at, const uint8_t *bytes, unsigned len, char *text, size_t room)
{
    ZydisDecoder decoder;
    ZydisFormatter formatter;
    ZydisDecodedInstruction insn;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    bool big = m->cpu->seg[SEG_CS].attr & DESC_DB;
    ZydisDecoderInit(&decoder, big ? ZYDIS_MACHINE_MODE_LEGACY_32 : ZYDIS_MACHINE_MODE_LEGACY_16,
                     big ? ZYDIS_STACK_WIDTH_32 : ZYDIS_STACK_WIDTH_16);
    ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
    ZydisFormatterSetProperty(&formatter, ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, ZYAN_FALSE);
    if (ZYAN_FAILED(ZydisDecoderDecodeFull(&decoder, bytes, len, &insn, operands)) ||
        ZYAN_FAILED(ZydisFormatterFormatInstruction(&formatter, &insn, operands, insn.operand_count_visible, text, room,
                                                    at, NULL)))
        return 0;
    drop_scale_of_one(text);
    return insn.length;
}
#else
bool disasm_there(void)
{
    return false;
}

static unsigned decode(struct machine *m, uint64_t at, const uint8_t *bytes, unsigned len, char *text, size_t room)
{
    (void)m, (void)at, (void)bytes, (void)len, (void)text, (void)room;
    return 0;
}
#endif

unsigned disasm_line(struct machine *m, uint64_t at, bool physical, struct buf *out)
{
    uint8_t bytes[LONGEST];
    char text[128] = "";
    unsigned n = 0;
    while (n < LONGEST &&
           (physical ? machine_read_phys(m, at + n, bytes + n, 1) : machine_read_virt(m, at + n, bytes + n, 1)))
        n++;
    buf_printf(out, "0x%08" PRIx64 ": ", at & UINT32_MAX);
    if (!n) {
        buf_printf(out, " unable to read memory\n");
        return 0;
    }
    /* NOTE: branch targets count from the offset in CS, as the guest's own listings have them. */
    bool paged = physical && m->cpu->cr0 & CR0_PG;
    uint64_t offset = paged ? at : (at - m->cpu->seg[SEG_CS].base) & UINT32_MAX;
    unsigned len = decode(m, offset, bytes, n, text, sizeof text);
    unsigned shown = len ? len : 1;
    for (unsigned i = 0; i < MAX(shown, (unsigned)BYTES_COLUMN); i++)
        if (i < shown)
            buf_printf(out, " %02x", bytes[i]);
        else
            buf_printf(out, "   ");
    buf_printf(out, "  %s\n", len ? text : "(bad)");
    return shown;
}
