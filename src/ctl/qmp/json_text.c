/* SPDX-License-Identifier: MIT */
#include "ctl/qmp/json_text.h"

enum { DEPTH_MAX = 1024 };

/* Takes one byte of a string. */
static void string_byte(struct json_scan *s, uint8_t c)
{
    if (!s->escape && c == s->quote)
        s->quote = 0;
    s->escape = s->quote && !s->escape && c == '\\';
}

size_t json_text_end(struct json_scan *s, const uint8_t *data, size_t len)
{
    for (; s->at < len; s->at++) {
        uint8_t c = data[s->at];
        if (s->quote) {
            string_byte(s, c);
        } else if (c == '"' || c == '\'') {
            s->quote = c;
        } else if (c == '{' || c == '[') {
            s->depth++;
        } else if ((c == '}' || c == ']') && s->depth) {
            if (--s->depth == 0)
                return s->at + 1;
        } else if (c == '\n' && (!s->depth || s->depth > DEPTH_MAX)) {
            return s->at + 1;
        }
        /* A string never spans lines: the client has lost count, and so begins anew. */
        if (s->quote && c == '\n')
            return s->at + 1;
    }
    return 0;
}

void json_text_requote(const uint8_t *data, size_t len, struct buf *out)
{
    struct json_scan s = {0};
    for (size_t i = 0; i < len; i++) {
        uint8_t c = data[i], quote = s.quote;
        bool escaped = s.escape;
        if (quote)
            string_byte(&s, c);
        else if (c == '"' || c == '\'')
            s.quote = c;
        if (!quote || !s.quote) {
            buf_add8(out, quote != s.quote ? '"' : c); /* outside, or where a string begins or ends */
        } else if (!escaped && c == '\\') {
            continue; /* its second byte says what becomes of it */
        } else {
            if ((escaped && c != '\'') || c == '"')
                buf_add8(out, '\\');
            buf_add8(out, c);
        }
    }
    if (s.escape)
        buf_add8(out, '\\');
}
