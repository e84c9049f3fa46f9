/* SPDX-License-Identifier: MIT */
/*
 * What one captured instruction starts from and leaves, as an FXSAVE image, registers, flags and a memory operand at
 * [ESI]; and the instruction executed from it, on the CPU under test or on the host's own.
 */
#ifndef TESTS_ISA_IEM_STATE_H
#define TESTS_ISA_IEM_STATE_H

#include "tests/isa/rig.h"

enum { FX_CW = 0, FX_SW = 2, FX_TAG = 4, FX_MXCSR = 24, FX_ST = 32, FX_XMM = 160 };

struct iem_state {
    _Alignas(64) uint8_t fx[512];
    uint8_t own[512]; /* the host's, put back after the instruction */
    uint64_t r[8];
    uint64_t flags;
    uint8_t mem[16];
    bool faulted; /* #DE */
};

/* Executes `bytes` (INSN_MAX of them) from *s and leaves the outcome in *s. */
void iem_guest(struct isa_rig *rig, const uint8_t *bytes, struct iem_state *s);
/* The same on the host, which must be an x86-64 (iem_have_host); len: of the instruction. */
bool iem_have_host(void);
void iem_host(const uint8_t *bytes, unsigned len, struct iem_state *s);

#endif
