# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/dbg/alter.c \
	src/dbg/command.c src/dbg/command.h \
	src/dbg/dbg_priv.h \
	src/dbg/disasm.c \
	src/dbg/dump.c \
	src/dbg/expr.c \
	src/dbg/info.c \
	src/dbg/info_map.c \
	src/dbg/info_paging.c \
	src/dbg/info_pci.c \
	src/dbg/trace.c src/dbg/trace.h
