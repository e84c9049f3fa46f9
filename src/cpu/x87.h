/* SPDX-License-Identifier: MIT */
/*
 * The x87 FPU up to the Pentium Pro (SDM 1 chapter 8, SDM 2 by instruction): what the files x87*.c share.
 *
 *   x87_state.c     status, control and tag word, stack, exceptions, environment and state forms
 *   x87_load.c      loads, stores, constants, register moves
 *   x87_arith.c     add, subtract, multiply, divide, square root, rounding, remainder, scale, extract
 *   x87_compare.c   compares, FXAM, FCMOVcc
 *   x87_bcd.c       FBLD, FBSTP
 *   x87_trans.c     transcendental instructions
 *   fpu_host.h      what IEEE 754 fixes, as the host's FPU or a soft-float does it
 */
#ifndef VITRINE_CPU_X87_H
#define VITRINE_CPU_X87_H

#endif
