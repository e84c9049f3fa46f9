# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/mem/map.c \
	src/mem/facts.c \
	src/mem/mem.c src/mem/mem.h \
	src/mem/mem_priv.h
