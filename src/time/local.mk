# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	src/time/event.c src/time/event.h \
	src/time/journal.c src/time/journal.h
