# SPDX-License-Identifier: MIT

# Instruction families
libvitrine_a_SOURCES += \
	src/cpu/flags.c src/cpu/flags.h src/cpu/handler.h src/cpu/rep.h src/cpu/sized.inc.h src/cpu/sized_end.inc.h \
	src/cpu/alu.c src/cpu/alu_size.inc.h src/cpu/shift.c src/cpu/shift_size.inc.h \
	src/cpu/muldiv.c src/cpu/muldiv_size.inc.h src/cpu/bitops.c src/cpu/bitops_size.inc.h \
	src/cpu/move.c src/cpu/move_size.inc.h src/cpu/stack.c src/cpu/stack_size.inc.h \
	src/cpu/string.c src/cpu/string_size.inc.h src/cpu/bcd.c src/cpu/branch.c

# Modes, segments, paging, exceptions, system instructions
libvitrine_a_SOURCES += \
	src/cpu/cpu.c src/cpu/cpu.h src/cpu/exec.h src/cpu/system.h src/cpu/walk.c src/cpu/tlb.c \
	src/cpu/segment.c src/cpu/frame.c src/cpu/far.c src/cpu/task.c src/cpu/exception.c \
	src/cpu/control.c src/cpu/desctab.c src/cpu/coverage.c src/cpu/cpuid.c src/cpu/features.c src/cpu/msr.c src/cpu/smm.c src/cpu/vme.c src/cpu/sysenter.c src/cpu/io.c src/cpu/debugreg.c \
	src/cpu/pins.c src/cpu/print.c src/cpu/state.c src/cpu/trace.h

# The engine
libvitrine_a_SOURCES += src/cpu/blocks.c src/cpu/interp.c

# The floating point unit
libvitrine_a_SOURCES += \
	src/cpu/f80.c src/cpu/f80.h src/cpu/f80_arith.c src/cpu/f80_trans.c src/cpu/fpu_host.c src/cpu/fpu_host.h \
	src/cpu/x87.c src/cpu/x87.h src/cpu/x87_arith.c src/cpu/x87_env.c src/cpu/x87_move.c src/cpu/x87_trans.c

# MMX and SSE
libvitrine_a_SOURCES += src/cpu/simd.h src/cpu/simd_host.h src/cpu/mmx.c src/cpu/fxsave.c \
	src/cpu/sse_host.h src/cpu/sse_float.h src/cpu/sse_arith.c src/cpu/sse_approx.c src/cpu/sse_except.c \
	src/cpu/sse_convert.c src/cpu/sse_int.c src/cpu/sse_move.c
