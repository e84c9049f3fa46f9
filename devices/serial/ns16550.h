/* SPDX-License-Identifier: MIT */
/*
 * 16550A UART.
 *
 *     struct ns16550 *com1 = ns16550_new(bus, "serial0");
 *     com1->iobase = 0x3f8, com1->irq = i8259_input(pic0, 4), com1->chr = back end;
 *     ns16550_receive(com1, data, len) is the line's input, from the journal; ns16550_room() says
 * how much it takes.
 */
#ifndef VITRINE_DEVICES_NS16550_H
#define VITRINE_DEVICES_NS16550_H

#include "bus/chr.h"
#include "bus/dev.h"

enum { NS16550_FIFO = 16, NS16550_INPUT = 1024 };

struct ns16550 {
    struct dev dev;
    /* Set before dev_realize. */
    uint32_t iobase;
    struct irq_line irq;
    struct chr chr;
    uint32_t speedup;          /* property: characters take 1/speedup of what the divisor says */
    uint32_t transmit_speedup; /* property: and sent ones 1/transmit_speedup of that */

    uint8_t ier, fcr, lcr, mcr, scr;
    uint8_t overrun;    /* LSR OE */
    uint8_t msr_delta;  /* MSR bits 3-0 */
    uint8_t msr_inputs; /* MSR bits 7-4 as seen last */
    uint16_t divisor;
    uint8_t rx[NS16550_FIFO], rx_error[NS16550_FIFO]; /* characters and their PE, FE, BI */
    uint8_t tx[NS16550_FIFO];
    uint8_t nrx, ntx;
    uint8_t tsr, tsr_full; /* transmitter shift register */
    uint8_t thre_pending, timeout_pending;
    uint8_t input[NS16550_INPUT]; /* what the other side has sent and the line has not carried yet */
    uint16_t ninput;
    struct timer transmit, receive, timeout;

    struct port_range ports;
};

extern const struct dev_class ns16550_class;

struct ns16550 *ns16550_new(struct bus *bus, const char *id);
/*
 * Characters from outside; beyond ns16550_room() they are lost as on a line without flow control.
 */
void ns16550_receive(struct ns16550 *u, const uint8_t *data, size_t len);
size_t ns16550_room(const struct ns16550 *u);
/* The machine ends: characters that the transmitter still holds go out at once. */
void ns16550_drain(struct ns16550 *u);
/* The other side sends a break. */
void ns16550_break(struct ns16550 *u);

#endif
