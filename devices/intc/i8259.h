/* SPDX-License-Identifier: MIT */
/*
 * 8259A interrupt controller: one chip per instance, cascaded by wires.
 *
 *     struct i8259 *pic0 = i8259_new(bus, "pic0"), *pic1 = i8259_new(bus, "pic1");
 *     pic0->base = 0x20, pic0->elcr_port = 0x4d0, pic0->elcr_mask = 0xf8;
 *     pic1->base = 0xa0, pic1->elcr_port = 0x4d1, pic1->elcr_mask = 0xde;
 *     pic0->intr = wire to the CPU's INTR;
 *     i8259_cascade(pic0, 2, pic1);
 *
 * Requests come in on i8259_input(pic, 0..7); the CPU's acknowledge cycle is i8259_intr_ack(pic0).
 */
#ifndef VITRINE_DEVICES_I8259_H
#define VITRINE_DEVICES_I8259_H

#include "bus/dev.h"

struct i8259 {
    struct dev dev;
    /* Set before dev_realize. */
    uint16_t base;          /* port of A0 = 0 */
    uint16_t elcr_port;     /* edge/level control register; 0: none is fitted */
    uint8_t elcr_mask;      /* its writable bits */
    struct irq_line intr;   /* INT output */
    struct i8259 *slave[8]; /* who answers on CAS0-2 for this input */

    uint8_t lines; /* level of each input, IR0 in bit 0 */
    uint8_t edge;  /* edge sense latches */
    uint8_t isr, imr, elcr;
    uint8_t icw1, icw2, icw3, icw4;
    uint8_t init_step; /* 0: operating; 1: never initialised; else the number of the ICW that is due */
    uint8_t lowest;    /* the input with the lowest priority */
    uint8_t read_isr;  /* OCW3 RIS */
    uint8_t poll;      /* the next read is a poll */
    uint8_t special_mask;
    uint8_t rotate_aeoi;

    struct port_range ports, elcr_range;
};

extern const struct dev_class i8259_class;

struct i8259 *i8259_new(struct bus *bus, const char *id);
/* Wires the slave's INT to input `ir` of the master, and CAS0-2 to the slave. */
void i8259_cascade(struct i8259 *master, int ir, struct i8259 *slave);
struct irq_line i8259_input(struct i8259 *p, int ir);
/* INTA cycle including the cascade: the vector. A request that went away yields the default IR7. */
int i8259_ack(struct i8259 *p);
struct intr_ack i8259_intr_ack(struct i8259 *p);
/* IRR as OCW3 reads it. */
uint8_t i8259_irr(const struct i8259 *p);

#endif
