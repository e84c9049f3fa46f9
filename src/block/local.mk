# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/block/block.h \
	src/block/format.c \
	src/block/memory.c \
	src/block/overlay.c \
	src/block/raw.c
