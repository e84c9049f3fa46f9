# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/cpu/cpu.c src/cpu/cpu.h \
	src/cpu/cpu_state.c \
	src/cpu/exec.h \
	src/cpu/print.c

libvitrine_a_SOURCES += \
	src/cpu/engine/blocks.c \
	src/cpu/engine/boundary.c \
	src/cpu/engine/coverage.c \
	src/cpu/engine/cpu_trace.h \
	src/cpu/engine/dispatch.c \
	src/cpu/engine/engine.h \
	src/cpu/engine/handler.h \
	src/cpu/engine/interp.c

libvitrine_a_SOURCES += \
	src/cpu/fp/f80.c src/cpu/fp/f80.h \
	src/cpu/fp/f80_arith.c \
	src/cpu/fp/f80_trans.c \
	src/cpu/fp/fpu_host.c src/cpu/fp/fpu_host.h \
	src/cpu/fp/x87.c src/cpu/fp/x87.h \
	src/cpu/fp/x87_arith.c \
	src/cpu/fp/x87_env.c \
	src/cpu/fp/x87_move.c \
	src/cpu/fp/x87_trans.c

libvitrine_a_SOURCES += \
	src/cpu/int/alu.c \
	src/cpu/int/alu_size.inc.h \
	src/cpu/int/bcd.c \
	src/cpu/int/bitops.c \
	src/cpu/int/bitops_size.inc.h \
	src/cpu/int/branch.c \
	src/cpu/int/flags.c src/cpu/int/flags.h \
	src/cpu/int/move.c \
	src/cpu/int/move_size.inc.h \
	src/cpu/int/muldiv.c \
	src/cpu/int/muldiv_size.inc.h \
	src/cpu/int/rep.h \
	src/cpu/int/shift.c \
	src/cpu/int/shift_size.inc.h \
	src/cpu/int/sized.inc.h \
	src/cpu/int/sized_end.inc.h \
	src/cpu/int/stack.c \
	src/cpu/int/stack_size.inc.h \
	src/cpu/int/string.c \
	src/cpu/int/string_size.inc.h

libvitrine_a_SOURCES += \
	src/cpu/simd/fxsave.c \
	src/cpu/simd/mmx.c \
	src/cpu/simd/simd.h \
	src/cpu/simd/simd_host.h \
	src/cpu/simd/sse_approx.c \
	src/cpu/simd/sse_arith.c \
	src/cpu/simd/sse_convert.c \
	src/cpu/simd/sse_except.c \
	src/cpu/simd/sse_float.h \
	src/cpu/simd/sse_host.h \
	src/cpu/simd/sse_int.c \
	src/cpu/simd/sse_move.c

libvitrine_a_SOURCES += \
	src/cpu/sys/control_regs.c \
	src/cpu/sys/cpuid.c \
	src/cpu/sys/debugreg.c \
	src/cpu/sys/desctab.c \
	src/cpu/sys/exception.c \
	src/cpu/sys/far.c \
	src/cpu/sys/features.c \
	src/cpu/sys/io.c \
	src/cpu/sys/models.c \
	src/cpu/sys/msr_table.c \
	src/cpu/sys/pins.c \
	src/cpu/sys/segment.c \
	src/cpu/sys/smm.c \
	src/cpu/sys/stack_frame.c \
	src/cpu/sys/sysenter.c \
	src/cpu/sys/system.h \
	src/cpu/sys/task.c \
	src/cpu/sys/tlb.c \
	src/cpu/sys/vme.c \
	src/cpu/sys/walk.c
