/* SPDX-License-Identifier: MIT */
/* cpuvec-1 files: see tests/isa/iem.h. */
#include "tests/isa/iem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MAX_FILE = 64 << 20 };

static uint8_t *read_all(const char *path, size_t *size, struct error *err)
{
    gzFile z = gzopen(path, "rb");
    uint8_t *data = malloc(MAX_FILE);
    int n = z && data ? gzread(z, data, MAX_FILE) : -1;
    if (z)
        gzclose(z);
    if (n < 0 || n == MAX_FILE) {
        free(data);
        error_set(err, "%s cannot be read, or is larger than %u MiB", path, (unsigned)MAX_FILE >> 20);
        return NULL;
    }
    *size = (size_t)n;
    return data;
}

/* The value behind "key": in the header; NULL where there is none. NOTE: a header has no escapes in its strings. */
static const char *value_of(const char *header, const char *key)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(header, quoted);
    return at ? at + strlen(quoted) : NULL;
}

static bool get_text(const char *header, const char *key, char *out, size_t room)
{
    const char *v = value_of(header, key), *end = v && *v == '"' ? strchr(v + 1, '"') : NULL;
    if (!end || (size_t)(end - v) > room)
        return false;
    memcpy(out, v + 1, (size_t)(end - v) - 1);
    out[end - v - 1] = 0;
    return true;
}

static bool get_number(const char *header, const char *key, unsigned *out)
{
    const char *v = value_of(header, key);
    char *end;
    unsigned long n = v ? strtoul(v, &end, 10) : 0;
    if (!v || end == v || n > MAX_FILE)
        return false;
    *out = (unsigned)n;
    return true;
}

/* [["name",width],...] */
static bool get_fields(struct iem_file *f, const char *v)
{
    unsigned at = 0;
    for (f->nfields = 0; v && (v = strchr(v, '"')) != NULL; f->nfields++) {
        struct iem_field *d = &f->fields[f->nfields];
        int used = 0;
        if (f->nfields == IEM_MAX_FIELDS || sscanf(v, "\"%15[^\"]\",%u]%n", d->name, &d->width, &used) != 2 || !used ||
            d->width == 0 || d->width > IEM_WIDEST)
            return false;
        d->at = at;
        at += d->width;
        v += used;
        if (*v == ']')
            return f->nfields++, at == f->record_size;
    }
    return false;
}

static bool get_header(struct iem_file *f, const char *header)
{
    const char *lock = value_of(header, "lock");
    f->lock = lock && strncmp(lock, "true", 4) == 0;
    return strncmp(header, "{\"format\":\"cpuvec-1\"", 20) == 0 &&
           get_text(header, "mnemonic", f->mnemonic, sizeof f->mnemonic) &&
           get_text(header, "form", f->form, sizeof f->form) &&
           get_text(header, "family", f->family, sizeof f->family) &&
           get_text(header, "vendor", f->vendor, sizeof f->vendor) && get_number(header, "opsize", &f->opsize) &&
           get_number(header, "count", &f->count) && get_number(header, "record_size", &f->record_size) &&
           get_fields(f, value_of(header, "fields"));
}

bool iem_open(struct iem_file *f, const char *path, struct error *err)
{
    size_t size = 0;
    *f = (struct iem_file){.data = read_all(path, &size, err)};
    if (!f->data)
        return false;
    uint8_t *end = memchr(f->data, '\n', size);
    if (end)
        *end = 0;
    if (!end || !get_header(f, (const char *)f->data) ||
        (size_t)(f->data + size - end) - 1 != (size_t)f->count * f->record_size) {
        error_set(err, "%s is no cpuvec-1 file, or is damaged", path);
        iem_close(f);
        return false;
    }
    f->records = end + 1;
    return true;
}

void iem_close(struct iem_file *f)
{
    free(f->data);
    f->data = NULL;
}

const uint8_t *iem_get(const struct iem_file *f, unsigned n, const char *name, unsigned *width)
{
    for (unsigned k = 0; k < f->nfields; k++)
        if (strcmp(f->fields[k].name, name) == 0) {
            if (width)
                *width = f->fields[k].width;
            return f->records + (size_t)n * f->record_size + f->fields[k].at;
        }
    return NULL;
}

uint64_t iem_number(const struct iem_file *f, unsigned n, const char *name)
{
    unsigned width = 0;
    uint64_t v = 0;
    const uint8_t *p = iem_get(f, n, name, &width);
    for (unsigned k = 0; p && k < width && k < 8; k++)
        v |= (uint64_t)p[k] << 8 * k;
    return v;
}
