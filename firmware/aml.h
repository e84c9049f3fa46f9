/* SPDX-License-Identifier: MIT */
/*
 * Writes ACPI machine language: terms of ACPI 1.0b chapter 16 (and 6.4, resource descriptors) appended to a buffer, in
 * the order in which ASL writes them. What has a package length is opened and closed:
 *
 *     size_t dev = aml_device(b, "COM1");           Device (COM1) {
 *     aml_name(b, "_UID"), aml_int(b, 1);               Name (_UID, 1)
 *     aml_end(b, dev);                              }
 *
 * Names are written as in ASL ("\\_SB.PCI0", "LNKA"); segments shorter than four characters are padded.
 */
#ifndef VITRINE_FIRMWARE_AML_H
#define VITRINE_FIRMWARE_AML_H

#include "base/buf.h"

enum {
    AML_ZERO = 0x00,
    AML_ONE = 0x01,
    AML_LOCAL0 = 0x60,
    AML_ARG0 = 0x68,
    AML_STORE = 0x70,
    AML_AND = 0x7b,
    AML_OR = 0x7d,
    AML_CREATE_DWORD_FIELD = 0x8a,
    AML_LNOT = 0x92,
    AML_RETURN = 0xa4
};

void aml_op(struct buf *b, uint8_t op); /* one of the above: operands follow */
void aml_path(struct buf *b, const char *name);
void aml_int(struct buf *b, uint64_t v);
void aml_string(struct buf *b, const char *s);
void aml_eisa_id(struct buf *b, const char *id); /* "PNP0A03" */

void aml_name(struct buf *b, const char *name); /* Name (name, ...: the object follows */
size_t aml_scope(struct buf *b, const char *name);
size_t aml_device(struct buf *b, const char *name);
size_t aml_method(struct buf *b, const char *name, unsigned args);
size_t aml_if(struct buf *b); /* the predicate follows, then what is done */
size_t aml_package(struct buf *b, uint8_t elements);
void aml_processor(struct buf *b, const char *name, uint8_t id);
void aml_end(struct buf *b, size_t mark);

enum aml_space { AML_SYSTEM_IO = 1, AML_PCI_CONFIG = 2 };
void aml_region(struct buf *b, const char *name, enum aml_space space, uint32_t offset, uint32_t length);
/* Field (region, ByteAcc, NoLock, Preserve); units of 8 bits follow until aml_end. */
size_t aml_byte_field(struct buf *b, const char *region);
void aml_field_unit(struct buf *b, const char *name, unsigned bits);

/* ResourceTemplate () { ... }: gives the mark for aml_resources_end. */
size_t aml_resources(struct buf *b);
void aml_resources_end(struct buf *b, size_t mark);
void res_io(struct buf *b, uint16_t base, uint8_t length);
void res_irq(struct buf *b, unsigned irq); /* edge triggered, active high, not shared */
void res_dma(struct buf *b, unsigned channel);
void res_memory32(struct buf *b, uint32_t base, uint32_t length);    /* read only */
void res_interrupts(struct buf *b, const uint32_t *irqs, uint8_t n); /* level triggered, active high, shared */
void res_bus_numbers(struct buf *b, uint16_t first, uint16_t last);
void res_word_io(struct buf *b, uint16_t first, uint16_t last);
void res_dword_memory(struct buf *b, bool cacheable, uint32_t first, uint32_t last);

#endif
