/* SPDX-License-Identifier: MIT */
/* The engine's two halves: the boundary between instructions, and what runs the instructions between two boundaries. */
#ifndef VITRINE_CPU_ENGINE_ENGINE_H
#define VITRINE_CPU_ENGINE_ENGINE_H

#include "cpu/sys/system.h"

/* Delivers c->exc, to return to rip: the step to the next position. */
void boundary_deliver(struct cpu *c, uint64_t rip);

/*
 * Runs from a boundary to c->stop_pos at the latest, to an earlier boundary where c->leave asks for it. At least one
 * position: an instruction, an iteration of REP, or the delivery of what one raised. */
void interp_run(struct cpu *c);
/* Exactly one, under TF, a breakpoint or an interrupt shadow. */
void interp_step(struct cpu *c);

#endif
