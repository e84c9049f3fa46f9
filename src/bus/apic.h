/* SPDX-License-Identifier: MIT */
/*
 * Interrupt messages between the I/O APIC and the local APIC: what the APIC bus carries. 82093AA 3.2.4 (redirection
 * table), SDM 3A 10.6.1 (interrupt command register).
 */
#ifndef VITRINE_BUS_APIC_H
#define VITRINE_BUS_APIC_H

#include <stdbool.h>
#include <stdint.h>

/* Delivery modes: bits 10-8 of redirection entries, LVT entries and the ICR. */
enum apic_delivery { APIC_FIXED, APIC_LOWEST_PRIORITY, APIC_SMI, APIC_NMI = 4, APIC_INIT, APIC_STARTUP, APIC_EXTINT };

struct apic_msg {
    uint8_t dest;     /* MDA */
    bool logical;     /* destination mode */
    uint8_t delivery; /* enum apic_delivery */
    uint8_t vector;
    bool level; /* trigger mode: an EOI message is wanted */
};

/* Where messages go. False: nobody took it. */
struct apic_port {
    bool (*deliver)(void *ctx, const struct apic_msg *msg);
    void *ctx;
};

/* Where the EOI message of a level-triggered vector goes. */
struct apic_eoi {
    void (*eoi)(void *ctx, uint8_t vector);
    void *ctx;
};

#endif
