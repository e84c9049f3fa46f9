# SPDX-License-Identifier: MIT

# Instruction families
libvitrine_a_SOURCES += \
	src/cpu/flags.c src/cpu/flags.h src/cpu/handler.h src/cpu/rep.h src/cpu/sized.inc.h src/cpu/sized_end.inc.h \
	src/cpu/alu.c src/cpu/alu_size.inc.h src/cpu/shift.c src/cpu/shift_size.inc.h \
	src/cpu/muldiv.c src/cpu/muldiv_size.inc.h src/cpu/bitops.c src/cpu/bitops_size.inc.h \
	src/cpu/move.c src/cpu/move_size.inc.h src/cpu/stack.c src/cpu/stack_size.inc.h \
	src/cpu/string.c src/cpu/string_size.inc.h src/cpu/bcd.c src/cpu/branch.c
