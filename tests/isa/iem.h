/* SPDX-License-Identifier: MIT */
/*
 * Reader of captures of single instructions in the format cpuvec-1: a gzip file that begins with a line of JSON, which
 * names the instruction and the fields, and goes on with packed little-endian records.
 */
#ifndef TESTS_ISA_IEM_H
#define TESTS_ISA_IEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { IEM_MAX_FIELDS = 12, IEM_WIDEST = 16 };

struct iem_field {
    char name[16];
    unsigned at, width;
};
struct iem_file {
    uint8_t *data;
    const uint8_t *records;
    unsigned count, record_size, opsize, nfields;
    char mnemonic[16], form[48], family[24], vendor[16];
    bool lock;
    struct iem_field fields[IEM_MAX_FIELDS];
};

/* False and *err where the file cannot be read or is damaged. */
bool iem_open(struct iem_file *f, const char *path, struct error *err);
void iem_close(struct iem_file *f);
/* The bytes of a field in record n, NULL where the file has no such field; *width may be NULL. */
const uint8_t *iem_get(const struct iem_file *f, unsigned n, const char *name, unsigned *width);
/* The same as a number of at most 8 bytes; 0 where there is no such field. */
uint64_t iem_number(const struct iem_file *f, unsigned n, const char *name);

#endif
