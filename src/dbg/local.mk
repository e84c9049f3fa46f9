# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/dbg/command.c src/dbg/command.h
